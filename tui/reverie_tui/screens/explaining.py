"""A dialog that only explains: text to read and to close again. What it says is its subclass's."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static


class ExplainingScreen(ModalScreen[None]):
    """Scrolls where it does not fit; the keys that close it are those that one tries, and the one that opened it."""

    DEFAULT_CSS = """
    ExplainingScreen { align: center middle; }
    ExplainingScreen VerticalScroll {
        width: 76; max-width: 100%; height: auto; max-height: 100%; padding: 0 2; background: $surface;
        border: round $primary; scrollbar-size-vertical: 1;
    }
    ExplainingScreen Static { height: auto; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,enter,q", "dismiss", "Close")]

    def compose(self) -> ComposeResult:
        with VerticalScroll():
            yield Static(self.told(), markup=False)

    def told(self) -> Content:
        """What it says."""
        return Content("")
