"""The Settings screen: placeholder of the skeleton."""

from __future__ import annotations

from textual.app import ComposeResult

from reverie_tui.screens.page import PageScreen
from reverie_tui.state import State
from reverie_tui.widgets.text_line import TextLine


class SettingsScreen(PageScreen):
    """What the Settings page shows."""

    PAGE = "settings"

    def compose_body(self) -> ComposeResult:
        yield TextLine(id="body")

    def show_body(self, state: State) -> None:
        """Show the page's part of the state."""
        self.query_one("#body", TextLine).show("Settings")
