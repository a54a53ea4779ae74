"""The Settings page: everything that can be settled in rows, and below or beside them the row under the cursor,
explained and changed in place."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.content import Content

from reverie_tui.events import PageChosen, Within
from reverie_tui.messages import Happened
from reverie_tui.pages.settings import Cancelled
from reverie_tui.pages.settings_rows import rows
from reverie_tui.screens.page import PageScreen
from reverie_tui.state import State
from reverie_tui.theme import MUTED
from reverie_tui.widgets.setting_editor import SettingEditor
from reverie_tui.widgets.setting_rows import SettingRows
from reverie_tui.widgets.text_line import TextLine


class SettingsScreen(PageScreen):
    """What is settled, and changing it."""

    PAGE = "settings"
    AUTO_FOCUS = "#rows"

    DEFAULT_CSS = """
    SettingsScreen #settings { height: 1fr; layout: vertical; padding: 1 0 0 0; }
    SettingsScreen.-wide #settings { layout: horizontal; }
    SettingsScreen.-wide #rows { width: 3fr; }
    SettingsScreen.-wide #editor {
        width: 2fr; height: 1fr; max-height: 100%; border-top: none; border-left: solid $foreground 15%;
        padding: 0 1 0 2;
    }
    SettingsScreen.-wide #picks { max-height: 20; }
    SettingsScreen #file { padding: 0 1; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "Back")]

    def __init__(self, state: State) -> None:
        super().__init__(state)
        self._editing = False

    def compose_body(self) -> ComposeResult:
        with Container(id="settings"):
            yield SettingRows(id="rows")
            yield SettingEditor(id="editor")
        yield TextLine(id="file")

    def show_body(self, state: State) -> None:
        """Show what is settled."""
        page = state.settings
        self.set_class(state.wide, "-wide")
        found = self.query_one("#rows", SettingRows)
        repositories = state.status.repositories if state.status else ()
        found.show(rows(page, state.root, repositories), page.selected, state.signs)
        self.query_one("#editor", SettingEditor).show(found.row, page.editing, state.signs)
        where = f"kept in {page.config.file}, which reverie config edits" if page.config.file else ""
        self.query_one("#file", TextLine).show(Content.styled(where, MUTED))
        if self._editing and page.editing is None:
            found.focus()
        self._editing = page.editing is not None
        self.refresh_bindings()

    def action_leave(self) -> None:
        """Leave what is being changed as it is; else go back to the question."""
        if self.state.settings.editing:
            self.post_message(Happened(Within("settings", Cancelled())))
        else:
            self.post_message(Happened(PageChosen("ask")))
