"""All repositories that are watched: what stands out about each, and what woke it last."""

from __future__ import annotations

from textual.content import Content

from reverie_tui import wording_activity as wording
from reverie_tui.literal import literal_line
from reverie_tui.reading import Repository
from reverie_tui.signs import UNICODE, Signs
from reverie_tui.theme import MUTED
from reverie_tui.widgets.row_list import RowList

NAME_COLUMNS = 20
STATE_COLUMNS = 26


class RepositoryRows(RowList):
    """The repositories on show."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._signs = UNICODE

    def show_repositories(self, repositories: tuple[Repository, ...], cursor: int, signs: Signs) -> None:
        """Show these; the cursor may point past a repository that has gone."""
        self._signs = signs
        self.show(repositories, min(cursor, len(repositories) - 1) if repositories else None)

    def draw(self, row: Repository, columns: int, at_cursor: bool) -> Content:
        """A problem, progress or rest by mark and word."""
        mark, style = self._mark(row)
        name = Content(row.name or literal_line(row.root)).truncate(NAME_COLUMNS, ellipsis=True, pad=True)
        state = wording.repository_state(row)
        rest = "" if row.problem else f"{state:<{STATE_COLUMNS}} "
        return Content.assemble(
            (self._signs.cited if at_cursor else " ", "$primary"),
            (mark + " ", style),
            name,
            "  ",
            (state, "$error") if row.problem else rest,
            ("" if row.problem else wording.trigger(row), MUTED),
        )

    def _mark(self, row: Repository) -> tuple[str, str]:
        if row.problem:
            return self._signs.failed, "$error"
        if row.progress or row.jobs:
            return self._signs.on, "$success"
        return (self._signs.fresh if row.notes_fresh + row.notes_stale else self._signs.unknown), MUTED
