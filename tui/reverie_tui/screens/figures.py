"""What the figures of the Saved page mean, one key away from them."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from reverie_tui.pages.saved_words import FIGURES
from reverie_tui.theme import MUTED


class FiguresScreen(ModalScreen[None]):
    """Each figure with its definition."""

    DEFAULT_CSS = """
    FiguresScreen { align: center middle; }
    FiguresScreen VerticalScroll {
        width: 76; max-width: 100%; height: auto; max-height: 100%; padding: 0 2; background: $surface;
        border: round $primary;
    }
    FiguresScreen Static { height: auto; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,m,enter,q", "dismiss", "Close")]

    def compose(self) -> ComposeResult:
        told = (Content.assemble((f"{name}. ", "bold"), (meaning, MUTED)) for name, meaning in FIGURES)
        with VerticalScroll():
            yield Static(Content("\n").join(told), markup=False)
