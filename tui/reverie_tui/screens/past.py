"""The questions asked before: type to narrow them, Enter asks again. The filter is the only thing it holds."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option

from reverie_tui import wording
from reverie_tui.events import Asked
from reverie_tui.literal import literal_line
from reverie_tui.messages import Happened
from reverie_tui.reading import PastQuestion
from reverie_tui.screens.narrowing import NarrowingScreen
from reverie_tui.theme import MUTED


class PastScreen(NarrowingScreen):
    """Earlier questions, newest first."""

    PLACEHOLDER = "Search the questions asked before"

    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+r", "dismiss", "Close", show=False)]

    def __init__(self, past: tuple[PastQuestion, ...]) -> None:
        super().__init__()
        self._past = past

    def on_mount(self) -> None:
        """Show them all."""
        self._narrow("")

    def on_input_changed(self, event: Input.Changed) -> None:
        """Show those that contain every word."""
        self._narrow(event.value)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Ask it again."""
        self.dismiss()
        if event.option.id:
            self.app.post_message(Happened(Asked(event.option.id)))

    def _narrow(self, text: str) -> None:
        words = text.lower().split()
        found = [item for item in self._past if all(word in item.question.lower() for word in words)]
        missing = "No question asked before has these words." if words else "Nothing was asked yet."
        self.offer([Option(_line(item), id=item.question) for item in found], missing)


def _line(item: PastQuestion) -> Content:
    return Content.assemble((wording.past_detail(item), MUTED), literal_line(item.question))
