"""The lines at the top and bottom: which repository this is, what the daemon does, how far it is, what was saved."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Static

from reverie_tui import wording
from reverie_tui.model import State

BAR_COLUMNS = 10
_STATE_STYLE = {"learning": "$success", "waiting": "$text-muted", "paused": "$warning"}


class TopBar(Horizontal):
    """Repository and branch to the left, what the daemon does and why to the right."""

    DEFAULT_CSS = """
    TopBar { height: 1; padding: 0 1; background: $panel; }
    TopBar Static { height: 1; text-wrap: nowrap; text-overflow: ellipsis; }
    TopBar #identity { width: auto; max-width: 50%; }
    TopBar #activity { width: 1fr; text-align: right; padding-left: 2; }
    """

    def compose(self) -> ComposeResult:
        yield Static(id="identity", markup=False)
        yield Static(id="activity", markup=False)

    def show(self, state: State) -> None:
        name, separator, where = wording.identity(state).partition(wording.SEPARATOR)
        self.query_one("#identity", Static).update(
            Content.assemble((name, "bold $primary"), (separator + where, "$text-muted"))
        )
        self.query_one("#activity", Static).update(_activity(state))


def _activity(state: State) -> Content:
    if state.link.state == "lost":
        return Content.styled("○ " + wording.activity(state), "$warning")
    style = _STATE_STYLE.get(state.status.sleep_state if state.status else "", "$text-muted")
    return Content.assemble(("● ", style), (wording.activity(state), "$text-muted"))


class StatusBar(Horizontal):
    """How far the repository is to the left, the tokens so far to the right."""

    DEFAULT_CSS = """
    StatusBar { height: 1; padding: 0 1; }
    StatusBar Static { height: 1; color: $text-muted; text-wrap: nowrap; text-overflow: ellipsis; }
    StatusBar #standing { width: auto; max-width: 100%; }
    StatusBar #totals { width: 1fr; text-align: right; padding-left: 2; }
    """

    def compose(self) -> ComposeResult:
        yield Static(id="standing", markup=False)
        yield Static(id="totals", markup=False)

    def show(self, state: State) -> None:
        self.query_one("#standing", Static).update(_standing(state))
        self.query_one("#totals", Static).update(Content(wording.totals(state)))


def _standing(state: State) -> Content:
    repository = state.repository
    text = wording.standing(state)
    if state.link.state == "lost" or repository is None:
        return Content(text)
    if repository.problem:
        return Content.styled("! " + text, "$error")
    drawn = wording.bar(repository, BAR_COLUMNS)
    return Content.assemble((drawn + " ", "$primary"), text) if drawn else Content(text)
