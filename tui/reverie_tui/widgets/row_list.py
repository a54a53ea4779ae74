"""A list of rows of one line each, of which only those in view are drawn: ten thousand cost no more than twenty.

It moves nothing by itself. Keys and clicks are reported, and `show` says where the cursor is, so that a key pressed
twice in a moment counts twice, and nothing is ever undone by an older state that comes late.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.visual import Visual

FAR = 1_000_000
"""More rows than any list has."""


class RowList(ScrollView, can_focus=True, inherit_bindings=False):
    """Rows with a cursor. A subclass says in `draw` how one looks."""

    DEFAULT_CSS = """
    RowList { height: 1fr; overflow-x: hidden; scrollbar-size-vertical: 1; background: $background; }
    RowList > .row-list--cursor {
        background: $block-cursor-blurred-background; color: $block-cursor-blurred-foreground;
    }
    RowList:focus > .row-list--cursor { background: $block-cursor-background; color: $block-cursor-foreground; }
    RowList:nocolor > .row-list--cursor { text-style: bold; }
    RowList:nocolor:focus > .row-list--cursor { text-style: bold underline; }
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {"row-list--cursor"}

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "Up", show=False),
        Binding("down,j", "move(1)", "Down", show=False),
        Binding("pageup", "move_page(-1)", "Page up", show=False),
        Binding("pagedown", "move_page(1)", "Page down", show=False),
        Binding("home", f"move({-FAR})", "First", show=False),
        Binding("end", f"move({FAR})", "Last", show=False),
        Binding("enter", "choose", "Choose", show=False),
    ]

    class Reported(Message):
        """Something that the user did in a list."""

        def __init__(self, rows: RowList) -> None:
            super().__init__()
            self.rows = rows

        @property
        def control(self) -> RowList:
            """The list, for those who handle the message."""
            return self.rows

    class Moved(Reported):
        """The cursor is to go so many rows down, up where negative."""

        def __init__(self, rows: RowList, step: int) -> None:
            super().__init__(rows)
            self.step = step

    class Pointed(Reported):
        """The row at `index` was clicked."""

        def __init__(self, rows: RowList, index: int) -> None:
            super().__init__(rows)
            self.index = index

    class Chosen(Reported):
        """The row under the cursor was chosen."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._rows: Sequence[Any] = ()
        self._cursor: int | None = None

    @property
    def count(self) -> int:
        """How many rows there are."""
        return len(self._rows)

    def draw(self, row: Any, columns: int, at_cursor: bool) -> Content:
        """One row, for a width of so many columns; what is longer is cut."""
        raise NotImplementedError

    def show(self, rows: Sequence[Any], cursor: int | None) -> None:
        """Show these rows. The row under the cursor stays on its line of the screen when others come or go above it."""
        before, same = self._cursor, rows is self._rows or rows == self._rows
        if same and cursor == before:
            return
        self._rows, self._cursor = rows, cursor
        if same:
            for row in {before, cursor} - {None}:
                self.refresh_line(row or 0)
        else:
            self._replace(before)
        self._reveal()

    def _replace(self, before: int | None) -> None:
        """Other rows are shown than before, when the cursor was on that one."""
        self.virtual_size = Size(self.scrollable_content_region.width, len(self._rows))
        if before is not None and self._cursor is not None and self._in_view(before):
            self.scroll_to(y=self.scroll_offset.y + self._cursor - before, animate=False, force=True)
        self.refresh()

    def redraw(self) -> None:
        """Draw the rows in view again: what they look like depends on more than they hold."""
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """A line of what is in view."""
        index, columns = self.scroll_offset.y + y, self.scrollable_content_region.width
        if index >= len(self._rows):
            return Strip.blank(columns, self.rich_style)
        here = index == self._cursor
        style = self.get_visual_style("row-list--cursor") if here else self.visual_style
        content = self.draw(self._rows[index], columns, here).truncate(columns, ellipsis=True, pad=True)
        strips = Visual.to_strips(self, content, columns, 1, style, pad=True)
        return strips[0] if strips else Strip.blank(columns, self.rich_style)

    def on_resize(self) -> None:
        """A list that was hidden or short could not scroll as far as its cursor."""
        self.virtual_size = Size(self.scrollable_content_region.width, len(self._rows))
        self._reveal()

    def on_click(self, event: events.Click) -> None:
        """Report the row that was clicked; a double click chooses it."""
        offset = event.get_content_offset(self)
        index = offset.y + self.scroll_offset.y if offset else len(self._rows)
        if index < len(self._rows):
            self.post_message(self.Pointed(self, index))
            if event.chain == 2:
                self.post_message(self.Chosen(self))

    def action_move(self, step: int) -> None:
        """Report a step."""
        self.post_message(self.Moved(self, step))

    def action_move_page(self, direction: int) -> None:
        """Report a step as large as what is in view."""
        self.post_message(self.Moved(self, direction * max(1, self.size.height - 1)))

    def action_choose(self) -> None:
        """Report that the row under the cursor is chosen."""
        self.post_message(self.Chosen(self))

    def _in_view(self, index: int) -> bool:
        return 0 <= index - self.scroll_offset.y < self.scrollable_content_region.height

    def _reveal(self) -> None:
        if self._cursor is not None:
            self.scroll_to_region(Region(0, self._cursor, 1, 1), animate=False, force=True)
