"""One file a language; each exports one `LANGUAGE`, named as its file is. See docs/COOKBOOK.md."""

from __future__ import annotations

import pkgutil
from functools import cache
from importlib import import_module

from reverie_indexers.language import Language


@cache
def discover() -> dict[str, Language]:
    """All languages, by name. Imports their files, but no grammar."""
    return {name: language for name in _names() if (language := named(name)) is not None}


@cache
def named(name: str) -> Language | None:
    """The language of this name, None where there is none. Imports no other's file: a process that is given texts whose
    languages are known needs few."""
    if name not in _names():
        return None
    language: Language = import_module(f"{__name__}.{name}").LANGUAGE
    return language


@cache
def _names() -> tuple[str, ...]:
    return tuple(sorted(module.name for module in pkgutil.iter_modules(__path__)))
