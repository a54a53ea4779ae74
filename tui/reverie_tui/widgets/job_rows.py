"""The queue: jobs that wait or run, the best first, with what each should save and cost."""

from __future__ import annotations

from textual.content import Content
from textual.widget import Widget

from reverie_tui.counting import compact
from reverie_tui.literal import literal_line
from reverie_tui.signs import UNICODE, Signs
from reverie_tui.theme import MUTED
from reverie_tui.widgets.row_list import RowList
from reverie_tui.workings import Job

ANALYSIS_COLUMNS = 12
FIGURE_COLUMNS = 7
NAME_COLUMNS = 44
WHY_COLUMNS_MIN = 24
HEADING = ("value", "saves", "costs")


class JobRows(RowList):
    """The queue on show."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._signs = UNICODE
        self._whole = ""

    def show_jobs(self, jobs: tuple[Job, ...], cursor: int, whole: str, signs: Signs) -> None:
        """Show the queue of a repository that is called `whole`."""
        self._signs, self._whole = signs, whole
        self.show(jobs, cursor if jobs else None)

    def draw(self, row: Job, columns: int, at_cursor: bool) -> Content:
        """Value, savings and cost to the right of what it is about."""
        mark = f"{self._signs.cited if at_cursor else ' '}{self._signs.on if row.running else ' '} "
        name = literal_line(row.subject) or self._whole
        costs = compact(row.tokens_cost) if row.tokens_cost else f"{row.seconds_cost:.2g} s"
        figures = (compact(row.value), compact(row.tokens_saved), costs)
        return _laid(mark + name, literal_line(row.analysis), figures, row.why, columns)


class JobHeading(Widget):
    """What stands above the queue's columns."""

    DEFAULT_CSS = "JobHeading { height: 1; width: 1fr; color: $text-muted; }"

    def render(self) -> Content:
        """The names of the columns."""
        return _laid("   subject", "analysis", HEADING, "why", self.size.width)


def _laid(name: str, analysis: str, figures: tuple[str, ...], why: str, columns: int) -> Content:
    """In columns; why stands last, where there is room for it."""
    fixed = ANALYSIS_COLUMNS + 1 + (FIGURE_COLUMNS + 1) * len(figures)
    room = max(8, columns - fixed)
    spare = room - NAME_COLUMNS if room - NAME_COLUMNS >= WHY_COLUMNS_MIN else 0
    parts = [
        Content(name).truncate(room - spare, ellipsis=True, pad=True),
        Content.styled(f" {analysis:<{ANALYSIS_COLUMNS}.{ANALYSIS_COLUMNS}}", MUTED),
        *(Content(f" {figure:>{FIGURE_COLUMNS}.{FIGURE_COLUMNS}}") for figure in figures),
    ]
    if spare:
        parts.append(Content.styled("  " + why, MUTED))
    return Content("").join(parts)
