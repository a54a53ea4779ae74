"""The lines at the top and bottom: which repository this is, what the daemon does, how far it is, what was saved."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content

from reverie_tui import wording
from reverie_tui.state import State
from reverie_tui.theme import MUTED
from reverie_tui.widgets.text_line import TextLine

BAR_COLUMNS = 10
_STATE_STYLE = {"learning": "$success", "waiting": MUTED, "paused": "$warning"}


class TopBar(Horizontal):
    """Repository and branch to the left, what the daemon does and why to the right."""

    DEFAULT_CSS = """
    TopBar { height: 1; padding: 0 1; background: $panel; }
    TopBar #identity { width: auto; max-width: 50%; }
    TopBar #activity { width: 1fr; text-align: right; padding-left: 2; }
    """

    def compose(self) -> ComposeResult:
        yield TextLine(id="identity")
        yield TextLine(id="activity")

    def show(self, state: State) -> None:
        name, separator, where = wording.identity(state).partition(wording.SEPARATOR)
        self.query_one("#identity", TextLine).show(
            Content.assemble((name, "bold $primary"), (separator + where, MUTED))
        )
        self.query_one("#activity", TextLine).show(_activity(state))


def _activity(state: State) -> Content:
    if state.link.state == "lost":
        return Content.styled("○ " + wording.activity(state), "$warning")
    style = _STATE_STYLE.get(state.status.sleep_state if state.status else "", MUTED)
    return Content.assemble(("● ", style), (wording.activity(state), MUTED))


class StatusBar(Horizontal):
    """How far the repository is to the left, the tokens so far to the right."""

    DEFAULT_CSS = """
    StatusBar { height: 1; padding: 0 1; }
    StatusBar TextLine { color: $text-muted; }
    StatusBar #standing { width: auto; max-width: 100%; }
    StatusBar #totals { width: 1fr; text-align: right; padding-left: 2; }
    """

    def compose(self) -> ComposeResult:
        yield TextLine(id="standing")
        yield TextLine(id="totals")

    def show(self, state: State) -> None:
        self.query_one("#standing", TextLine).show(_standing(state))
        self.query_one("#totals", TextLine).show(wording.totals(state))


def _standing(state: State) -> Content:
    repository = state.repository
    text = wording.standing(state)
    if state.link.state == "lost" or repository is None:
        return Content(text)
    if repository.problem or state.trouble():
        return Content.styled("! " + text, "$error")
    drawn = wording.bar(repository, BAR_COLUMNS)
    return Content.assemble((drawn + " ", "$primary"), text) if drawn else Content(text)
