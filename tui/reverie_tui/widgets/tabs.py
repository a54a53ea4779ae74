"""The line of pages: which there are, by which key, which one is on show, and when its data came."""

from __future__ import annotations

from collections.abc import Mapping

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content

from reverie_tui import wording
from reverie_tui.calls import PageName
from reverie_tui.events import PageChosen
from reverie_tui.messages import Happened
from reverie_tui.state import State
from reverie_tui.theme import MUTED
from reverie_tui.widgets.text_line import TextLine

PAGE_KEYS: Mapping[PageName, str] = {"ask": "f2", "learned": "f3", "saved": "f4", "activity": "f5", "settings": "f6"}


class PageTabs(Horizontal):
    """The pages; a click leads to one, too."""

    DEFAULT_CSS = """
    PageTabs { height: 1; padding: 0 1; }
    PageTabs #pages { width: auto; }
    PageTabs #as-of { width: 1fr; text-align: right; padding-left: 2; }
    """

    def compose(self) -> ComposeResult:
        yield TextLine(id="pages")
        yield TextLine(id="as-of")

    def show(self, state: State) -> None:
        self.query_one("#pages", TextLine).show(_tabs(state.page))
        self.query_one("#as-of", TextLine).show(Content.styled(wording.as_of(state), MUTED))

    def action_go(self, page: PageName) -> None:
        """Go to a page that was clicked."""
        self.post_message(Happened(PageChosen(page)))


def _tabs(shown: PageName) -> Content:
    """The page on show is bold and stands in brackets, so that no colour is needed to tell."""
    parts = []
    for page, key in PAGE_KEYS.items():
        name = f"[{page.capitalize()}]" if page == shown else f" {page.capitalize()} "
        label = Content.assemble((key.upper(), MUTED), (name, "bold $primary" if page == shown else ""))
        parts.append(label.stylize(f"@click=app.go('{page}')"))
    return Content(" ").join(parts)
