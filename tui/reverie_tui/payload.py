"""The parts of what a daemon sends, each as the type it should have. Pure and never raising, so that a newer daemon
cannot take the screen down: what is missing or of another type becomes that type's empty value.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from reverie_tui.literal import literal_line

COUNT_MAX = 10**15
"""Larger counts are nonsense, and would break columns and arithmetic."""


def text(value: Any) -> str:
    """Text as it came: for what is sent back, such as paths."""
    return value if isinstance(value, str) else ""


def line(value: Any) -> str:
    """Text to show on one line."""
    return literal_line(text(value))


def count(value: Any) -> int:
    """A whole number, negative ones included, within COUNT_MAX."""
    if isinstance(value, bool) or not isinstance(value, int):
        return 0
    return max(-COUNT_MAX, min(COUNT_MAX, value))


def number(value: Any) -> float:
    """A finite number within COUNT_MAX."""
    return found if (found := optional(value)) is not None else 0.0


def optional(value: Any) -> float | None:
    """As `number`, with None for what is null or no number: a price that is unknown is not nothing."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return float(max(-COUNT_MAX, min(COUNT_MAX, value)))


def items(value: Any) -> list[Any]:
    """A list."""
    return value if isinstance(value, list) else []


def mapping(value: Any) -> Mapping[str, Any]:
    """An object's parts."""
    return value if isinstance(value, Mapping) else {}


def mappings(value: Any) -> list[Mapping[str, Any]]:
    """The objects of a list."""
    return [item for item in items(value) if isinstance(item, Mapping)]


def lines(value: Any) -> tuple[str, ...]:
    """The texts of a list, each to show on one line."""
    return tuple(line(item) for item in items(value) if isinstance(item, str))
