"""The questions asked before: type to narrow them, Enter asks again. The filter is the only thing it holds."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from reverie_tui import wording
from reverie_tui.events import Asked
from reverie_tui.literal import literal_line
from reverie_tui.messages import Happened
from reverie_tui.reading import PastQuestion
from reverie_tui.theme import MUTED


class PastScreen(ModalScreen[None]):
    """Earlier questions, newest first."""

    DEFAULT_CSS = """
    PastScreen { align: center middle; }
    PastScreen > Vertical {
        width: 90; max-width: 100%; height: auto; max-height: 80%; padding: 0 1; background: $surface;
        border: round $primary;
    }
    PastScreen Input, PastScreen Input:focus { border: none; height: 1; padding: 0; background: $surface; }
    PastScreen OptionList, PastScreen OptionList:focus {
        border: none; height: auto; max-height: 20; padding: 0; margin: 1 0 0 0; background: $surface;
        background-tint: $surface 0%; text-wrap: nowrap; text-overflow: ellipsis;
    }
    PastScreen Static { height: auto; margin: 1 0 0 0; color: $text-muted; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,ctrl+r", "dismiss", "Close"),
        Binding("up", "move('cursor_up')", "Up", show=False, priority=True),
        Binding("down", "move('cursor_down')", "Down", show=False, priority=True),
    ]

    def __init__(self, past: tuple[PastQuestion, ...]) -> None:
        super().__init__()
        self._past = past

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Input(placeholder="Search the questions asked before")
            yield OptionList(id="past", markup=False)
            yield Static(id="none", markup=False)

    def on_mount(self) -> None:
        """Show them all."""
        self._narrow("")

    def on_input_changed(self, event: Input.Changed) -> None:
        """Show those that contain every word."""
        self._narrow(event.value)

    def on_input_submitted(self) -> None:
        """Ask the highlighted one again."""
        self.query_one(OptionList).action_select()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Ask it again."""
        self.dismiss()
        if event.option.id:
            self.app.post_message(Happened(Asked(event.option.id)))

    def action_move(self, action: str) -> None:
        """Move in the list while the cursor stays in the search."""
        getattr(self.query_one(OptionList), f"action_{action}")()

    def _narrow(self, text: str) -> None:
        words = text.lower().split()
        found = [item for item in self._past if all(word in item.question.lower() for word in words)]
        choices, none = self.query_one(OptionList), self.query_one("#none", Static)
        choices.set_options(Option(_line(item), id=item.question) for item in found)
        choices.highlighted = 0 if found else None
        choices.display, none.display = bool(found), not found
        none.update(Content("No question asked before has these words." if words else "Nothing was asked yet."))


def _line(item: PastQuestion) -> Content:
    return Content.assemble((wording.past_detail(item), MUTED), literal_line(item.question))
