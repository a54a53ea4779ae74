"""What the "@" of a question box offers: symbols and files by some of their letters.

It only looks things up; which fits best is `core/finding.py`'s to say.
"""

from __future__ import annotations

from typing import Any

from . import wire
from .core import finding
from .store.catalogue import StoreCatalogue

DEFINITIONS_MAX = 3
"""Of symbols that share a name, how many are offered."""


def with_letters(catalogue: StoreCatalogue, letters: str, limit: int) -> list[dict[str, Any]]:
    """Symbols and files with these letters in this order, the best first: `{"name", "kind", "path", "line"}`."""
    letters = letters.strip()
    if not letters:
        return []
    files = _files(catalogue, letters, limit)
    symbols = [] if "/" in letters else _symbols(catalogue, letters.rpartition(".")[2] or letters, limit)
    best = finding.best(letters, [one["name"] for one in (*symbols, *files)], limit)
    place = {name: i for i, name in enumerate(best)}
    chosen = [one for one in (*symbols, *files) if one["name"] in place]
    return sorted(chosen, key=lambda one: place[one["name"]])[:limit]


def _files(catalogue: StoreCatalogue, letters: str, limit: int) -> list[dict[str, Any]]:
    paths = [version.path for version in catalogue.files() if version.path.isprintable()]
    lines = "\n".join(f"{finding.folded(path)}\t{path}" for path in paths)
    found = (match[1] for match in finding.qualifying(letters).finditer(lines))
    best = finding.best(letters, found, limit)
    return [
        {"name": wire.escape_path(path), "kind": "file", "path": wire.escape_path(path), "line": 1} for path in best
    ]


def _symbols(catalogue: StoreCatalogue, letters: str, limit: int) -> list[dict[str, Any]]:
    found = []
    for name in catalogue.names_with(letters, limit):
        for definition in catalogue.definitions(name, DEFINITIONS_MAX):
            symbol = definition.symbol
            place = {"path": wire.escape_path(definition.path), "line": symbol.span.start_line}
            found.append({"name": symbol.name, "kind": symbol.kind, **place})
    return found
