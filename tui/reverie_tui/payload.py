"""The parts of what a daemon sends, each as the type it should have. Pure and never raising: what is missing or of
another type becomes the type's empty value.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from reverie_tui.literal import literal_line


def text(value: Any) -> str:
    """Text as it came."""
    return value if isinstance(value, str) else ""


def line(value: Any) -> str:
    """Text made safe to show, on one line."""
    return literal_line(text(value))


def number(value: Any) -> float:
    """A finite number."""
    try:
        found = float(value) if isinstance(value, (int, float)) else 0.0
    except OverflowError:
        return 0.0
    return found if math.isfinite(found) else 0.0


def count(value: Any) -> int:
    """A whole number."""
    return value if isinstance(value, int) else 0


def items(value: Any) -> list[Any]:
    """A list."""
    return value if isinstance(value, list) else []


def mapping(value: Any) -> Mapping[str, Any]:
    """An object."""
    return value if isinstance(value, Mapping) else {}


def mappings(value: Any) -> list[Mapping[str, Any]]:
    """The objects in a list."""
    return [item for item in items(value) if isinstance(item, Mapping)]
