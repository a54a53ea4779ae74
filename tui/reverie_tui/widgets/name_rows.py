"""What a search found: files and symbols, the best first."""

from __future__ import annotations

from textual.content import Content

from reverie_tui.knowledge import Name
from reverie_tui.literal import literal_line
from reverie_tui.signs import UNICODE, Signs
from reverie_tui.theme import MUTED
from reverie_tui.widgets.row_list import RowList


class NameRows(RowList, can_focus=False):
    """The names found. The cursor in it is moved from the search box."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._signs = UNICODE

    def show_names(self, names: tuple[Name, ...], cursor: int, signs: Signs) -> None:
        """Show these names."""
        self._signs = signs
        self.show(names, cursor)

    def draw(self, row: Name, columns: int, at_cursor: bool) -> Content:
        """A symbol with the file that it stands in, a file by its path."""
        mark = Content.styled(self._signs.cited if at_cursor else " ", "$primary")
        if row.kind == "file":
            return Content.assemble(mark, " ", literal_line(row.path))
        where = f"  {row.kind}  {literal_line(row.path)}:{row.line}"
        return Content.assemble(mark, " ", (row.name, "bold"), (where, MUTED))
