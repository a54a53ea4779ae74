"""One file a language; each exports one `LANGUAGE`. See docs/COOKBOOK.md."""

from __future__ import annotations

import pkgutil
from functools import cache
from importlib import import_module

from reverie_indexers.language import Language


@cache
def discover() -> dict[str, Language]:
    """All languages, by name. Imports their files, but no grammar."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    found = [import_module(f"{__name__}.{name}").LANGUAGE for name in names]
    return {language.name: language for language in found}
