"""Charts over the same time, one below the other: names and sums to the left, columns to the right, the dates beneath.

It is drawn for the width it has, and again when that or the figures change; it holds nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest

from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget

from reverie_tui.charts import Columns, columns
from reverie_tui.pages.saved_words import Charts, Strip
from reverie_tui.signs import UNICODE, Signs
from reverie_tui.theme import FAINT, MUTED

NAME_COLUMNS = 26
BAR_MAX = 6
TALL_ROWS, LOW_ROWS = 3, 1
ROOMY_TALL_ROWS, ROOMY_LOW_ROWS = 6, 2
ROOMY_LINES = 36
"""From so many lines of the terminal on the charts are higher."""

_TONES = {"not_read": "$primary", "saved": "$success", "asleep": "$accent", "awake": "$secondary"}


class Strips(Widget):
    """The charts of the Saved page."""

    DEFAULT_CSS = "Strips { height: auto; width: 1fr; }"

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._charts = Charts((), "", "")
        self._signs = UNICODE

    def show(self, charts: Charts, signs: Signs) -> None:
        """Show these charts."""
        if (charts, signs) != (self._charts, self._signs):
            self._charts, self._signs = charts, signs
            self.refresh(layout=True)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(self._lines(width))

    def render(self) -> Content:
        return Content("\n").join(self._lines(self.content_size.width))

    def _lines(self, width: int) -> list[Content]:
        strips = self._charts.strips
        if not strips:
            return []
        roomy = self.app.size.height >= ROOMY_LINES
        tall, low = (ROOMY_TALL_ROWS, ROOMY_LOW_ROWS) if roomy else (TALL_ROWS, LOW_ROWS)
        bar, gap = _pace(len(strips[0].values), width)
        lines: list[Content] = []
        for number, strip in enumerate(strips):
            if number and (strip.tall or strips[number - 1].tall):
                lines.append(Content(""))
            drawn = columns(strip.values, tall if strip.tall else low, self._signs, bar=bar, gap=gap)
            lines += _strip(strip, drawn)
        across = len(strips[0].values) * (bar + gap) - gap
        return [*lines, _dates(self._charts, across, self._signs)]


def _pace(values: int, width: int) -> tuple[int, int]:
    """How wide a bar and a gap are."""
    step = (width - NAME_COLUMNS) // max(1, values)
    return (max(1, min(BAR_MAX, step - 1)), 1) if step > 1 else (1, 0)


def _strip(strip: Strip, drawn: Columns) -> Iterator[Content]:
    """What rises stands in the strip's colour, losses in that of errors."""
    names = _names(strip)
    rows = [*((row, _TONES[strip.tone]) for row in drawn.above), *((row, "$error") for row in drawn.below)]
    for name, row in zip_longest(names, rows, fillvalue=None):
        yield Content.assemble(_fitted(name or Content("")), row or ("", ""))


def _names(strip: Strip) -> list[Content]:
    title, detail = Content.styled(strip.title, "bold"), [Content.styled(text, MUTED) for text in strip.detail]
    return [title, *detail] if strip.tall else [Content(" ").join([title, *detail])]


def _fitted(name: Content) -> Content:
    cut = name[: NAME_COLUMNS - 1]
    return cut.pad_right(max(0, NAME_COLUMNS - cut.cell_length))


def _dates(charts: Charts, across: int, signs: Signs) -> Content:
    """A line under the columns, with the first and last date in it."""
    line = signs.empty * max(1, across - len(charts.first) - len(charts.last) - 2)
    return Content.assemble(" " * NAME_COLUMNS, (charts.first, MUTED), (f" {line} ", FAINT), (charts.last, MUTED))
