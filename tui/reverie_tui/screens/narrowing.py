"""A dialog in which typing narrows a list and Enter takes the highlighted line. What is listed is its subclass's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from reverie_tui.widgets.line_input import LineInput


class NarrowingScreen(ModalScreen[None]):
    """The cursor stays in the search while Up and Down move in the list."""

    PLACEHOLDER: ClassVar[str]

    DEFAULT_CSS = """
    NarrowingScreen { align: center middle; }
    NarrowingScreen > Vertical {
        width: 90; max-width: 100%; height: auto; max-height: 80%; padding: 0 1; background: $surface;
        border: round $primary;
    }
    NarrowingScreen Input, NarrowingScreen Input:focus { border: none; height: 1; padding: 0; background: $surface; }
    NarrowingScreen OptionList, NarrowingScreen OptionList:focus {
        border: none; height: auto; max-height: 20; padding: 0; margin: 1 0 0 0; background: $surface;
        background-tint: $surface 0%; text-wrap: nowrap; text-overflow: ellipsis;
    }
    NarrowingScreen Static { height: auto; margin: 1 0 0 0; color: $text-muted; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss", "Close"),
        Binding("up", "move('cursor_up')", "Up", show=False, priority=True),
        Binding("down", "move('cursor_down')", "Down", show=False, priority=True),
    ]

    def compose(self) -> ComposeResult:
        with Vertical():
            yield LineInput(placeholder=self.PLACEHOLDER)
            yield OptionList(markup=False)
            yield Static(id="none", markup=False)

    def offer(self, options: Sequence[Option], missing: str) -> None:
        """List these, the first highlighted; `missing` is said where there is none."""
        choices = self.query_one(OptionList)
        choices.set_options(options)
        choices.highlighted = 0 if options else None
        self.say(missing, instead=not options)

    def say(self, missing: str, *, instead: bool) -> None:
        """Why nothing is listed, shown `instead` of the list or not at all."""
        choices, none = self.query_one(OptionList), self.query_one("#none", Static)
        choices.display, none.display = not instead, instead
        none.update(Content(missing))

    def on_input_submitted(self) -> None:
        """Take the highlighted line."""
        self.query_one(OptionList).action_select()

    def action_move(self, action: str) -> None:
        """Move in the list."""
        getattr(self.query_one(OptionList), f"action_{action}")()
