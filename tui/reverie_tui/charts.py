"""Numbers as characters: columns over and under a line, and gauges. Pure; no colour, no widget.

Heights follow `Signs.blocks`, so that the same chart can be drawn in ASCII.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reverie_tui.signs import Signs

HANGING = " ▔▀█"
"""Blocks that grow downwards from empty to full. Unicode has hardly any; ASCII's are the same in both directions."""


@dataclass(frozen=True, slots=True)
class Columns:
    """A chart of one column a value: rows above the line, from the top, and rows below it."""

    above: tuple[str, ...]
    below: tuple[str, ...]


def columns(values: Sequence[float], rows: int, signs: Signs, *, bar: int = 1, gap: int = 0) -> Columns:
    """The values as columns `bar` wide and `gap` apart. `rows` go above the line to the largest value; losses go below
    it on the same scale, in at most as many rows. Whatever is not nothing can be seen."""
    top, bottom = max([0.0, *values]), -min([0.0, *values])
    below = 0 if not bottom else rows if bottom >= top else max(1, round(rows * bottom / top))
    unit = max(top / rows, bottom / below if below else 0.0) or 1.0
    hanging = signs.blocks if signs.ascii else HANGING
    rising = [_column(max(0.0, value) / unit, rows, signs.blocks) for value in values]
    sinking = [_column(max(0.0, -value) / unit, below, hanging) for value in values]
    return Columns(
        tuple(_row([column[rows - 1 - row] for column in rising], bar, gap) for row in range(rows)),
        tuple(_row([column[row] for column in sinking], bar, gap) for row in range(below)),
    )


def _column(height: float, rows: int, blocks: str) -> str:
    """A column from its foot on; `height` in rows."""
    most = len(blocks) - 1
    steps = min(rows * most, max(1, round(height * most))) if height > 0 else 0
    return "".join(blocks[max(0, min(most, steps - row * most))] for row in range(rows))


def _row(cells: Sequence[str], bar: int, gap: int) -> str:
    return "".join(cell * bar + " " * gap for cell in cells)[: len(cells) * (bar + gap) - gap]


def gauge(part: float, whole: float, cells: int, signs: Signs) -> str:
    """How much of the whole is used; full only when all of it is, empty only when nothing is."""
    if whole <= 0 or part >= whole:
        full = cells
    else:
        full = min(cells - 1, max(1, round(cells * part / whole))) if part > 0 else 0
    return signs.full * full + signs.empty * (cells - full)


def short(value: float) -> str:
    """A count in few characters: 940, 12.4k, 3.1M."""
    for limit, unit in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if abs(value) >= limit:
            found = value / limit
            return f"{found:.0f}{unit}" if abs(found) >= 100 else f"{found:.1f}{unit}"
    return f"{value:.0f}"
