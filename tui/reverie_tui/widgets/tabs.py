"""The line of pages: which there are, by which key, which one is on show, and when its data came."""

from __future__ import annotations

from collections.abc import Mapping

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content

from reverie_tui import wording
from reverie_tui.calls import PageName
from reverie_tui.state import State
from reverie_tui.theme import MUTED
from reverie_tui.widgets.action_line import ActionLine
from reverie_tui.widgets.text_line import TextLine

PAGE_KEYS: Mapping[PageName, str] = {"ask": "f2", "learned": "f3", "saved": "f4", "activity": "f5", "settings": "f6"}


class PageTabs(Horizontal):
    """The pages; a click leads to one, too."""

    DEFAULT_CSS = """
    PageTabs { height: 1; padding: 0 1; }
    PageTabs #pages { width: 58; }
    PageTabs #as-of { width: 1fr; text-align: right; padding-left: 2; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._shown: PageName | None = None

    def compose(self) -> ComposeResult:
        yield ActionLine(id="pages")
        yield TextLine(id="as-of")

    def show(self, state: State) -> None:
        if state.page != self._shown:
            self._shown = state.page
            self.query_one("#pages", ActionLine).show_labels(_tabs(state.page))
        self.query_one("#as-of", TextLine).show(Content.styled(wording.as_of(state), MUTED))


def _tabs(shown: PageName) -> list[tuple[Content, str]]:
    """The page on show is bold and stands in brackets, so that no colour is needed to tell."""
    return [(_tab(page, key, page == shown), f"app.go('{page}')") for page, key in PAGE_KEYS.items()]


def _tab(page: PageName, key: str, shown: bool) -> Content:
    name = f"[{page.capitalize()}]" if shown else f" {page.capitalize()} "
    return Content.assemble((key.upper(), MUTED), (name, "bold $primary" if shown else ""))
