"""The Saved screen: placeholder of the skeleton."""

from __future__ import annotations

from textual.app import ComposeResult

from reverie_tui.screens.page import PageScreen
from reverie_tui.state import State
from reverie_tui.widgets.text_line import TextLine


class SavedScreen(PageScreen):
    """What the Saved page shows."""

    PAGE = "saved"

    def compose_body(self) -> ComposeResult:
        yield TextLine(id="body")

    def show_body(self, state: State) -> None:
        """Show the page's part of the state."""
        self.query_one("#body", TextLine).show("Saved")
