"""Everything that has no grammar, by language name: the readers, and the file names they are for."""

from __future__ import annotations

from collections.abc import Callable

from reverie_indexers import configuration, documents, notebooks
from reverie_indexers.facts import FileFacts

VERSION = 1
"""Grows when any of these readers makes other facts of the same text."""

READERS: dict[str, Callable[[str], FileFacts]] = {
    "markdown": documents.read_markdown,
    "rst": documents.read_rst,
    "notebook": notebooks.read_notebook,
    "toml": configuration.read_toml,
    "yaml": configuration.read_yaml,
    "json": configuration.read_json,
    "ini": configuration.read_ini,
    "text": documents.read_text,
}

SUFFIXES: dict[str, str] = {
    ".md": "markdown", ".markdown": "markdown", ".mdx": "markdown", ".mdown": "markdown",
    ".rst": "rst", ".rest": "rst", ".ipynb": "notebook",
    ".toml": "toml", ".yaml": "yaml", ".yml": "yaml",
    ".json": "json", ".jsonc": "json", ".json5": "json", ".geojson": "json", ".webmanifest": "json",
    ".ini": "ini", ".cfg": "ini", ".conf": "ini", ".properties": "ini", ".desktop": "ini",
    ".service": "ini",
}  # fmt: skip

FILENAMES: dict[str, str] = {
    "Pipfile": "toml", "Cargo.lock": "toml", "poetry.lock": "toml", "uv.lock": "toml", "pdm.lock": "toml",
    ".prettierrc": "json", ".eslintrc": "json", ".babelrc": "json", "composer.lock": "json", "Pipfile.lock": "json",
    "flake.lock": "json", ".clang-format": "yaml", ".clang-tidy": "yaml", "CITATION.cff": "yaml",
    ".flake8": "ini", ".pylintrc": "ini", ".coveragerc": "ini", ".editorconfig": "ini", ".gitmodules": "ini",
    ".gitconfig": "ini", ".npmrc": "ini",
}  # fmt: skip


def read(source: str, language: str) -> FileFacts:
    """The facts of a text in this language; those of plain text for an unknown one."""
    return READERS.get(language, documents.read_text)(source)
