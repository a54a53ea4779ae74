"""The repository as a tree: each row with what is known about it, by mark and by word."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content

from reverie_tui import wording_learned as wording
from reverie_tui.events import Within
from reverie_tui.knowledge import Node
from reverie_tui.messages import Happened
from reverie_tui.pages.learned_state import Learned, Opened, Row
from reverie_tui.signs import UNICODE, Signs
from reverie_tui.theme import MUTED
from reverie_tui.widgets.row_list import RowList

STATE_COLUMNS = 20
NAME_COLUMNS_MIN = 12


class TreeRows(RowList):
    """The tree on show."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "choose", "Open"),
        Binding("right", "open(True)", "Open", show=False),
        Binding("left", "open(False)", "Close", show=False),
        Binding("space", "turn", "Open or close", show=False),
    ]

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._signs = UNICODE
        self._whole = ""
        self._learning: frozenset[str] = frozenset()

    def show_tree(self, page: Learned, whole: str, learning: frozenset[str], signs: Signs) -> None:
        """Show the tree of a repository that is called `whole`, with what is being learned now."""
        if (whole, learning, signs) != (self._whole, self._learning, self._signs):
            self._whole, self._learning, self._signs = whole, learning, signs
            self.redraw()
        self.show(page.rows, page.cursor)

    def draw(self, row: Row, columns: int, at_cursor: bool) -> Content:
        """The name to the left, what is known to the right."""
        indent = "  " * row.depth
        if row.node is None:
            return Content.styled(f"  {indent}{self._signs.ellipsis} {wording.left_out(row)}", MUTED)
        room = max(NAME_COLUMNS_MIN, columns - STATE_COLUMNS - 1)
        name = Content.assemble(
            (self._signs.cited if at_cursor else " ", "$primary"),
            indent,
            (self._knob(row) + " ", MUTED),
            (self._called(row), "bold" if row.node.kind == "folder" else ""),
        ).truncate(room, ellipsis=True, pad=True)
        return Content.assemble(name, " ", self._state(row.node))

    def _knob(self, row: Row) -> str:
        if row.opened is None:
            return " "
        if self._signs.ascii:
            return "-" if row.opened else "+"
        return "▾" if row.opened else "▸"

    def _called(self, row: Row) -> str:
        if row.node is None or not row.node.path:
            return self._whole
        return row.name + "/" * (row.node.kind == "folder")

    def _state(self, node: Node) -> Content:
        if node.path in self._learning:
            return Content.assemble((self._signs.on + " ", "$success"), "learning")
        stale = bool(node.stale or node.answers_stale)
        style = MUTED if not node.known else "$warning" if stale else "$success"
        word_style = "" if stale else MUTED
        mark = Content.styled(wording.state_mark(node, self._signs), style)
        return Content.assemble(mark, " ", (wording.state_word(node), word_style))

    def action_open(self, wide: bool) -> None:
        """Report that the row is to be opened or closed."""
        self.post_message(Happened(Within("learned", Opened(wide))))

    def action_turn(self) -> None:
        """Report that the row is to be opened where it is closed, and closed where it is open."""
        row = self._rows[self._cursor] if self._cursor is not None else None
        if row is not None and row.opened is not None:
            self.action_open(not row.opened)
