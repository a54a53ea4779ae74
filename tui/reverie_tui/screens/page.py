"""What every page has in common: the lines above and below, the keys that lead from page to page, and the footer."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen

from reverie_tui.calls import PageName
from reverie_tui.events import PageChosen
from reverie_tui.messages import Happened
from reverie_tui.state import State
from reverie_tui.widgets.bars import StatusBar, TopBar
from reverie_tui.widgets.keys import KeyBar
from reverie_tui.widgets.tabs import PAGE_KEYS, PageTabs


class PageScreen(Screen[None]):
    """One page. A subclass names its `PAGE`, composes its body, and shows its part of the state."""

    PAGE: ClassVar[PageName]

    DEFAULT_CSS = """
    PageScreen { background: $background; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        *(
            Binding(f"{key},alt+{i}", f"go('{page}')", page.capitalize(), show=False)
            for i, (page, key) in enumerate(PAGE_KEYS.items(), start=1)
        ),
        Binding("f1", "app.help", "Help", key_display="?"),
        Binding("question_mark", "app.help", "Help", show=False),
    ]

    def __init__(self, state: State) -> None:
        super().__init__()
        self.state = state
        self._ready = False

    def compose(self) -> ComposeResult:
        yield TopBar()
        yield PageTabs()
        yield from self.compose_body()
        yield StatusBar()
        yield KeyBar()

    def compose_body(self) -> ComposeResult:
        """What stands between the lines above and below."""
        yield from ()

    def on_mount(self) -> None:
        """Show what is known so far: a screen comes before its data."""
        self._ready = True
        self.show(self.state)

    def show(self, state: State) -> None:
        """Give each widget its slice of the state, once they are there."""
        self.state = state
        if not self._ready:
            return
        self.query_one(TopBar).show(state)
        self.query_one(PageTabs).show(state)
        self.query_one(StatusBar).show(state)
        self.show_body(state)

    def show_body(self, state: State) -> None:
        """Show this page's part of the state; what did not change costs nothing."""

    def action_go(self, page: PageName) -> None:
        """Go to a page."""
        self.post_message(Happened(PageChosen(page)))
