"""What came of jobs: those that were given up first, then the latest, each with its outcome and reason."""

from __future__ import annotations

from textual.content import Content

from reverie_tui import wording_activity as wording
from reverie_tui.literal import literal_line
from reverie_tui.signs import UNICODE, Signs
from reverie_tui.theme import MUTED
from reverie_tui.widgets.row_list import RowList
from reverie_tui.workings import GAVE_UP, Ended

OUTCOME_COLUMNS = 9
CLOCK_COLUMNS = 8
ANALYSIS_COLUMNS = 12


class EndedRows(RowList):
    """What ended, on show."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._signs = UNICODE
        self._whole = ""

    def show_ended(self, ended: tuple[Ended, ...], cursor: int, whole: str, signs: Signs) -> None:
        """Show what ended in a repository that is called `whole`."""
        self._signs, self._whole = signs, whole
        self.show(ended, cursor if ended else None)

    def draw(self, row: Ended, columns: int, at_cursor: bool) -> Content:
        """The outcome by mark and word, when, what, and why not."""
        mark, style = self._mark(row)
        subject = literal_line(row.subject) or self._whole
        return Content.assemble(
            (self._signs.cited if at_cursor else " ", "$primary"),
            (mark + " ", style),
            f"{wording.outcome(row):<{OUTCOME_COLUMNS}.{OUTCOME_COLUMNS}} ",
            (f"{wording.clock(row.at):<{CLOCK_COLUMNS}.{CLOCK_COLUMNS}} ", MUTED),
            (f"{literal_line(row.analysis):<{ANALYSIS_COLUMNS}.{ANALYSIS_COLUMNS}} ", MUTED),
            subject,
            (f"  {row.reason or wording.spent(row)}", MUTED),
        )

    def _mark(self, row: Ended) -> tuple[str, str]:
        if row.outcome == "done":
            return self._signs.fresh, "$success"
        if row.outcome in ("failed", GAVE_UP):
            return self._signs.failed, "$error"
        return self._signs.stale, "$warning"
