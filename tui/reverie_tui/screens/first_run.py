"""The first steps of somebody new, one at a time: Enter takes a choice, Esc skips them all."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from reverie_tui.events import Within
from reverie_tui.messages import Happened
from reverie_tui.pages.first_run import Card, FirstRunEvent, Skipped, StepTaken, WentBack, card
from reverie_tui.state import State


class FirstRunScreen(ModalScreen[None]):
    """The step on show; it is dismissed when the steps are over."""

    DEFAULT_CSS = """
    FirstRunScreen { align: center middle; }
    FirstRunScreen > Vertical {
        width: 76; max-width: 100%; height: auto; max-height: 100%; padding: 1 2; background: $surface;
        border: round $primary;
    }
    FirstRunScreen Static { height: auto; margin: 0 0 1 0; }
    FirstRunScreen OptionList, FirstRunScreen OptionList:focus {
        height: auto; max-height: 8; border: none; padding: 0; background: $surface; background-tint: $surface 0%;
        text-wrap: nowrap; text-overflow: ellipsis; scrollbar-size-vertical: 1;
    }
    FirstRunScreen #keys { margin: 1 0 0 0; color: $text-muted; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "report('skip')", "Skip"),
        Binding("backspace,left", "report('back')", "Back"),
    ]

    def __init__(self, state: State) -> None:
        super().__init__()
        self._state = state
        self._card: Card | None = None
        self._ready = False

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Static(id="said", markup=False)
            yield OptionList(id="choices", markup=False)
            yield Static("Enter takes one, Backspace goes back, Esc skips all of this", id="keys", markup=False)

    def on_mount(self) -> None:
        """Show the first step."""
        self._ready = True
        self.show(self._state)

    def show(self, state: State) -> None:
        """Show the step that the state is at."""
        self._state = state
        if not self._ready:
            return
        if state.settings.first_run.stage != "due":
            self.dismiss()
            return
        shown = card(state.settings.first_run, state.settings, state.repository)
        if shown == self._card:
            return
        before, self._card = self._card, shown
        said = [Content.styled(shown.title, "bold $primary"), Content(""), *map(Content, shown.lines)]
        self.query_one("#said", Static).update(Content("\n").join(said))
        if before is None or before.choices != shown.choices:
            choices = self.query_one("#choices", OptionList)
            choices.set_options(Option(_choice(label, detail)) for label, detail in shown.choices)
            choices.highlighted = 0

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Report the choice."""
        event.stop()
        self._report(StepTaken(event.option_index))

    def action_report(self, what: str) -> None:
        """Report that the user goes back, or has enough."""
        self._report(Skipped() if what == "skip" else WentBack())

    def _report(self, event: FirstRunEvent) -> None:
        self.post_message(Happened(Within("settings", event)))


def _choice(label: str, detail: str) -> Content:
    return Content.assemble(label, (f"  {detail}", "dim"))
