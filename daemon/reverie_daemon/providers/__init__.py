"""One file a way to reach a model; each exports one `PROVIDER`. See docs/COOKBOOK.md."""

from __future__ import annotations

import pkgutil
from functools import cache
from importlib import import_module

from ..provider import Provider


@cache
def discover() -> dict[str, Provider]:
    """All providers, by name. Imports their files, but none of the libraries they speak through."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    found = [import_module(f"{__name__}.{name}").PROVIDER for name in names]
    return {provider.name: provider for provider in found}
