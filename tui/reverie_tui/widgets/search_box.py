"""Where letters of files and symbols are typed to find them; the arrow keys move among what was found."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widgets import Input

from reverie_tui.events import Within
from reverie_tui.messages import Happened
from reverie_tui.pages.learned import SEARCH_CHARACTERS_MAX
from reverie_tui.pages.learned_state import Chosen, Moved, Searched
from reverie_tui.widgets.line_input import LineInput

PAGE_ROWS = 10


class SearchBox(LineInput):
    """The search on the Learned page."""

    DEFAULT_CSS = """
    SearchBox, SearchBox:focus {
        border: none; height: 1; padding: 0 1; margin: 0 0 1 0; background: $panel; background-tint: $panel 0%;
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "submit", "Go there"),
        Binding("up", "move(-1)", "Up", show=False),
        Binding("down", "move(1)", "Down", show=False),
        Binding("pageup", f"move({-PAGE_ROWS})", "Page up", show=False),
        Binding("pagedown", f"move({PAGE_ROWS})", "Page down", show=False),
    ]

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(placeholder="Letters of a file or symbol", max_length=SEARCH_CHARACTERS_MAX, id=id)

    def show(self, letters: str | None) -> None:
        """Be there while a search goes on; each begins empty."""
        if letters is None and self.display:
            with self.prevent(Input.Changed):
                self.value = ""
        self.display = letters is not None

    def on_input_changed(self, event: Input.Changed) -> None:
        """Report what is searched for."""
        event.stop()
        self.post_message(Happened(Within("learned", Searched(event.value))))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Report that what the cursor is on is to be gone to."""
        event.stop()
        self.post_message(Happened(Within("learned", Chosen())))

    def action_move(self, step: int) -> None:
        """Report a step among what was found."""
        self.post_message(Happened(Within("learned", Moved(step))))
