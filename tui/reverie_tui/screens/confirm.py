"""Asks before something is done that cannot be undone. Nothing happens unless the user says yes."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Static

from reverie_tui.events import Event
from reverie_tui.messages import Happened


class ConfirmScreen(ModalScreen[None]):
    """A question with yes and no; `event` happens on yes. Enter alone means no."""

    DEFAULT_CSS = """
    ConfirmScreen { align: center middle; }
    ConfirmScreen > Vertical {
        width: 64; max-width: 100%; height: auto; padding: 1 2; background: $surface; border: round $warning;
    }
    ConfirmScreen Static { height: auto; margin: 0 0 1 0; }
    ConfirmScreen Horizontal { height: 1; }
    ConfirmScreen Button { margin: 0 2 0 0; }
    """

    AUTO_FOCUS = "#no"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "confirm", "Yes"),
        Binding("n,escape", "dismiss", "No"),
        Binding("left,right,up,down", "app.focus_next", "Other", show=False),
    ]

    def __init__(self, question: str, detail: str, yes: str, event: Event) -> None:
        super().__init__()
        self._question, self._detail, self._yes, self._event = question, detail, yes, event

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Static(Content.styled(self._question, "bold"), markup=False)
            yield Static(Content(self._detail), markup=False)
            with Horizontal():
                yield Button("Keep (Esc)", id="no", compact=True)
                yield Button(f"{self._yes} (y)", id="yes", compact=True)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Do what the pressed button says."""
        event.stop()
        if event.button.id == "yes":
            self.action_confirm()
        else:
            self.dismiss()

    def action_confirm(self) -> None:
        """The user said yes."""
        self.dismiss()
        self.app.post_message(Happened(self._event))
