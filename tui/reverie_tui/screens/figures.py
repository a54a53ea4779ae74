"""What the figures of the Saved page mean, one key away from them."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content

from reverie_tui.pages.saved_words import FIGURES
from reverie_tui.screens.explaining import ExplainingScreen
from reverie_tui.theme import MUTED


class FiguresScreen(ExplainingScreen):
    """Each figure with its definition."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("m", "dismiss", "Close", show=False)]

    def told(self) -> Content:
        """A paragraph a figure."""
        told = (Content.assemble((f"{name}. ", "bold"), (meaning, MUTED)) for name, meaning in FIGURES)
        return Content("\n").join(told)
