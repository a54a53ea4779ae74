"""What an ambiguous question could have meant: each reading is a question that can be asked as it stands."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from reverie_tui.events import Asked
from reverie_tui.messages import Happened
from reverie_tui.theme import MUTED


class Readings(OptionList):
    """The readings of the question on show; not there when it was clear."""

    DEFAULT_CSS = """
    Readings, Readings:focus {
        height: auto; max-height: 3; border: none; background: $background; background-tint: $background 0%;
        padding: 0 1; text-wrap: nowrap; text-overflow: ellipsis; scrollbar-size-vertical: 1;
    }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id, markup=False)
        self._readings: tuple[str, ...] = ()

    def show(self, readings: tuple[str, ...]) -> None:
        """Offer these."""
        self.display = bool(readings)
        if readings != self._readings:
            self._readings = readings
            self.set_options(Option(_line(reading), id=reading) for reading in dict.fromkeys(readings))
            self.highlighted = 0 if readings else None

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Ask the one that was chosen."""
        event.stop()
        if event.option.id:
            self.post_message(Happened(Asked(event.option.id)))


def _line(reading: str) -> Content:
    return Content.assemble(("Did you mean: ", MUTED), reading)
