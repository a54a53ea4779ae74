"""The rows of the Settings page, under the names of their sections; the cursor goes over the names."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from reverie_tui.events import Within
from reverie_tui.messages import Happened
from reverie_tui.pages.settings import Moved, Opened, Removed, SetBack
from reverie_tui.pages.settings_rows import Row
from reverie_tui.signs import Signs

LABEL_COLUMNS = 28


class SettingRows(OptionList):
    """All that can be settled, one on a line."""

    DEFAULT_CSS = """
    SettingRows, SettingRows:focus {
        border: none; background: $background; background-tint: $background 0%; padding: 0 1; height: 1fr;
        text-wrap: nowrap; text-overflow: ellipsis; scrollbar-size-vertical: 1;
    }
    SettingRows > .option-list--option-disabled { color: $foreground; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,space", "select", "Change"),
        Binding("backspace,delete", "set_back", "Default"),
        Binding("x", "remove", "Remove"),
    ]

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id, markup=False)
        self._rows: tuple[Row, ...] = ()
        self._by_id: dict[str, Row] = {}

    def show(self, rows: tuple[Row, ...], selected: str, signs: Signs) -> None:
        """Show these rows; the cursor stays on the row it was on, or goes to the first."""
        if rows != self._rows:
            self._rows, self._by_id = rows, {row.id: row for row in rows}
            self.set_options(list(_options(rows, signs)))
            self._highlight(selected)

    def _highlight(self, selected: str) -> None:
        row = selected if selected in self._by_id else next(iter(self._by_id), "")
        self.highlighted = self.get_option_index(row) if row else None
        if self.highlighted == 1:
            self.scroll_home(animate=False)

    @property
    def row(self) -> Row | None:
        """The row that the cursor is on."""
        option = self.highlighted_option
        return self._by_id.get(option.id or "") if option else None

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Report where the cursor is."""
        event.stop()
        self.post_message(Happened(Within("settings", Moved(event.option.id or ""))))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Report that the row is to be changed."""
        event.stop()
        if self.row:
            self.post_message(Happened(Within("settings", Opened(self.row))))

    def action_set_back(self) -> None:
        """Report that the row's default is wanted."""
        if self.row and self.row.back:
            self.post_message(Happened(Within("settings", SetBack(self.row))))

    def action_remove(self) -> None:
        """Report that the repository of this row is to be watched no longer."""
        if self.row and self.row.leaves:
            self.post_message(Happened(Within("settings", Removed(self.row.leaves))))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """The footer names only the keys that do something on this row."""
        if action == "set_back":
            return bool(self.row and self.row.back)
        if action == "remove":
            return bool(self.row and self.row.leaves)
        return True


def _options(rows: tuple[Row, ...], signs: Signs) -> Iterator[Option]:
    section = ""
    for row in rows:
        if row.section != section:
            if section:
                yield Option(Content(""), disabled=True)
            section = row.section
            yield Option(Content.styled(section, "bold $primary"), disabled=True)
        yield Option(_line(row, signs), id=row.id)


def _line(row: Row, signs: Signs) -> Content:
    label = Content(f"  {row.label}")
    if label.cell_length > LABEL_COLUMNS:
        label = label[: LABEL_COLUMNS - len(signs.ellipsis)] + signs.ellipsis
    mark = f"{signs.failed} " if row.troubled else ""
    return Content.assemble(
        label.pad_right(max(0, LABEL_COLUMNS + 2 - label.cell_length)), (mark, "$error"), (row.value, "dim")
    )
