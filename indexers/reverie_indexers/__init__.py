"""Reads facts out of source text: what is defined, used and imported, and which passages can be found and shown.

Text in, facts out. Nothing here opens a file, knows a path's repository, or raises on what others wrote.
"""

from __future__ import annotations

import re
from functools import cache

from reverie_indexers import plain
from reverie_indexers.facts import FileFacts
from reverie_indexers.language import Language
from reverie_indexers.languages import discover, named
from reverie_indexers.parse import read_code
from reverie_indexers.texts import split_lines

__all__ = ["FileFacts", "index", "indexer_version", "language_of", "languages", "split_lines"]

BINARY_SNIFF_BYTES = 8_192
CORE_VERSION = 1
"""Grows when the driver makes other facts of the same text in every language."""

_SHEBANG = re.compile(rb"#!\s*(\S+)([^\r\n]*)")


def language_of(path: str, source: bytes) -> str | None:
    """The language of a file, from its name and its first bytes; "text" for other text, None for what is binary."""
    if b"\0" in source[:BINARY_SNIFF_BYTES]:
        return None
    name = path.rpartition("/")[2]
    by_name, by_suffix, by_shebang = _tables()
    if name in by_name:
        return by_name[name]
    lowered = name.lower()
    at = lowered.find(".", 1)
    while at > 0:
        if lowered[at:] in by_suffix:
            return _by_text(lowered[at:], source) or by_suffix[lowered[at:]]
        at = lowered.find(".", at + 1)
    shebang = _SHEBANG.match(source[:200])
    if shebang:
        program = _program(shebang[1])
        if program == "env":
            program = next((_program(word) for word in shebang[2].split() if not word.startswith(b"-")), "")
        return by_shebang.get(program, "text")
    return "text"


def _by_text(suffix: str, source: bytes) -> str | None:
    """The language whose a file is by its first bytes, where other languages contest its suffix."""
    return next((language.name for language in _contests().get(suffix, ()) if language.claims(source)), None)


def index(source: str, language: str) -> FileFacts:
    """The facts of a text. An unknown language is read as plain text. Never raises, whatever the text."""
    grammar = named(language)
    return read_code(source, grammar) if grammar else plain.read(source, language)


def indexer_version(language: str) -> int:
    """Grows whenever the same text would give other facts in this language."""
    grammar = named(language)
    return CORE_VERSION * 1_000 + (grammar.version if grammar else plain.VERSION)


def languages() -> tuple[str, ...]:
    """The names of all languages that `language_of` can answer, sorted."""
    return tuple(sorted({*discover(), *plain.READERS}))


def _program(path: bytes) -> str:
    """The name of an interpreter without folder and version."""
    return path.rpartition(b"/")[2].decode("latin-1").rstrip("0123456789.")


@cache
def _contests() -> dict[str, list[Language]]:
    """The languages that contest a suffix of another."""
    contests: dict[str, list[Language]] = {}
    for language in discover().values():
        for suffix in language.contested:
            contests.setdefault(suffix, []).append(language)
    return contests


@cache
def _tables() -> tuple[dict[str, str], dict[str, str], dict[str, str]]:
    """Language by file name, by suffix and by interpreter."""
    by_name, by_suffix = dict(plain.FILENAMES), dict(plain.SUFFIXES)
    by_shebang: dict[str, str] = {}
    for language in discover().values():
        by_name.update(dict.fromkeys(language.filenames, language.name))
        by_suffix.update(dict.fromkeys(language.suffixes, language.name))
        by_shebang.update(dict.fromkeys(language.shebangs, language.name))
    return by_name, by_suffix, by_shebang
