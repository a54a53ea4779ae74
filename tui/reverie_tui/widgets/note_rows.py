"""The notes about one part of the repository: claims with their citations, who made each, when, and at what cost.

The cursor rests on notes and citations only; the lines between them belong to the stop above.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content

from reverie_tui import wording, wording_learned
from reverie_tui.knowledge import Note
from reverie_tui.reading import Evidence
from reverie_tui.signs import UNICODE, Signs
from reverie_tui.theme import MUTED
from reverie_tui.widgets.row_list import RowList

CLAIM_COLUMNS_MAX = 100
"""Longer lines of prose are hard to read."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line as it is drawn, and the stop that it belongs to."""

    content: Content
    stop: int
    is_stop: bool = False


class NoteRows(RowList):
    """The notes on show."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "choose", "Source"),
        Binding("y", "app.copy_citation", "Cite"),
    ]

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._shown: tuple[Any, ...] = ()
        self._notes: tuple[Note, ...] = ()
        self._stop = 0
        self._signs = UNICODE

    def show_notes(self, notes: tuple[Note, ...], stop: int, signs: Signs) -> None:
        """Show notes with the cursor at a stop."""
        self._notes, self._stop, self._signs = notes, stop, signs
        self._lay()

    def on_resize(self) -> None:
        """Claims are wrapped to the width."""
        self._lay()
        super().on_resize()

    def draw(self, row: Line, columns: int, at_cursor: bool) -> Content:
        """A line with the mark of the cursor before it."""
        return Content.assemble((self._signs.cited if at_cursor else " ", "$primary"), " ", row.content)

    def _lay(self) -> None:
        """Only what changed is laid out again."""
        columns = self.scrollable_content_region.width
        laid = (self._notes, columns, self._signs)
        if laid != self._shown:
            self._shown = laid
            self._lines = tuple(_lines(self._notes, columns - 2, self._signs)) if columns > 2 else ()
        stops = [i for i, line in enumerate(self._lines) if line.is_stop]
        self.show(self._lines, stops[self._stop] if self._stop < len(stops) else None)

    def on_click(self, event: events.Click) -> None:
        """Report the stop that was clicked, or that the clicked line belongs to."""
        offset = event.get_content_offset(self)
        index = offset.y + self.scroll_offset.y if offset else len(self._lines)
        if index < len(self._lines):
            self.post_message(self.Pointed(self, self._lines[index].stop))

    def action_move_page(self, direction: int) -> None:
        """A page is as many stops as are in view."""
        top, height = self.scroll_offset.y, max(1, self.size.height)
        stops = sum(line.is_stop for line in self._lines[top : top + height])
        self.post_message(self.Moved(self, direction * max(1, stops - 1)))


def _lines(notes: tuple[Note, ...], columns: int, signs: Signs) -> Iterator[Line]:
    number = 0
    for i, note in enumerate(notes):
        if i:
            yield Line(Content(""), number - 1)
        yield Line(_heading(note, signs), number, True)
        yield Line(Content.styled(wording_learned.made(note), MUTED), number)
        number += 1
        for claim in note.claims:
            for line in Content(claim.text).wrap(max(10, min(columns - 2, CLAIM_COLUMNS_MAX))):
                yield Line(Content.assemble("  ", line), number - 1)
            for evidence in claim.evidence:
                yield Line(_citation(evidence), number, True)
                number += 1


def _heading(note: Note, signs: Signs) -> Content:
    mark, style = (signs.fresh, "$success") if note.fresh else (signs.stale, "$warning")
    word = wording_learned.note_word(note)
    return Content.assemble((note.analysis or "note", "bold"), "  ", (mark, style), " ", (word, MUTED))


def _citation(evidence: Evidence) -> Content:
    detail = wording_learned.citation_detail(evidence)
    return Content.assemble("    ", (wording.evidence_label(evidence), "$primary"), (f"  {detail}", MUTED))
