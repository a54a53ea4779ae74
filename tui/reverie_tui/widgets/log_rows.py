"""The end of the daemon's log, the latest line last."""

from __future__ import annotations

from textual.content import Content

from reverie_tui.signs import UNICODE, Signs
from reverie_tui.theme import MUTED
from reverie_tui.widgets.row_list import RowList

_STYLES = {"WARNING": "$warning", "ERROR": "$error", "CRITICAL": "$error"}


class LogRows(RowList):
    """The log on show."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._signs = UNICODE

    def show_log(self, lines: tuple[str, ...], cursor: int, signs: Signs) -> None:
        """Show these lines."""
        self._signs = signs
        self.show(lines, cursor if lines else None)

    def draw(self, row: str, columns: int, at_cursor: bool) -> Content:
        """The time of day, the level and the message; the date is nearly always today's."""
        parts = row.split(" ", 3)
        style = _STYLES.get(parts[2], MUTED) if len(parts) == 4 else MUTED
        text = f"{parts[1][:8]} {parts[2]} {parts[3]}" if len(parts) == 4 and len(parts[0]) == 10 else row
        return Content.assemble((self._signs.cited if at_cursor else " ", "$primary"), " ", (text, style))
