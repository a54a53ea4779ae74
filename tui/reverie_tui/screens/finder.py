"""The finder behind "@": some letters of a symbol or file bring its name into the question. What is found is the
daemon's answer; the letters under the cursor are the only thing it holds."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from reverie_tui.events import Mentioned, Within
from reverie_tui.knowledge import Name
from reverie_tui.literal import literal_line
from reverie_tui.messages import Happened
from reverie_tui.pages.ask import Ask, LettersTyped
from reverie_tui.theme import MUTED


class FinderScreen(ModalScreen[None]):
    """Symbols and files by their letters."""

    DEFAULT_CSS = """
    FinderScreen { align: center middle; }
    FinderScreen > Vertical {
        width: 90; max-width: 100%; height: auto; max-height: 80%; padding: 0 1; background: $surface;
        border: round $primary;
    }
    FinderScreen Input, FinderScreen Input:focus { border: none; height: 1; padding: 0; background: $surface; }
    FinderScreen OptionList, FinderScreen OptionList:focus {
        border: none; height: auto; max-height: 16; padding: 0; margin: 1 0 0 0; background: $surface;
        background-tint: $surface 0%; text-wrap: nowrap; text-overflow: ellipsis;
    }
    FinderScreen Static { height: auto; margin: 1 0 0 0; color: $text-muted; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss", "Close"),
        Binding("up", "move('cursor_up')", "Up", show=False, priority=True),
        Binding("down", "move('cursor_down')", "Down", show=False, priority=True),
    ]

    def __init__(self, page: Ask, before: str, after: str) -> None:
        super().__init__()
        self._page = page
        self._before, self._after = before, after

    def compose(self) -> ComposeResult:
        with Vertical():
            box = Input(placeholder="Letters of a symbol or a file")
            box.cursor_blink = False
            yield box
            yield OptionList(id="names", markup=False)
            yield Static(id="none", markup=False)

    def on_mount(self) -> None:
        """Show what is known so far, which is nothing."""
        self.show(self._page)

    def show(self, page: Ask) -> None:
        """Show what was found; what is not there yet leaves what was found before, so that nothing flickers."""
        names, none = self.query_one(OptionList), self.query_one("#none", Static)
        none.update(Content(_missing(page)))
        none.display, names.display = not page.names, bool(page.names)
        if page.names != self._page.names:
            names.set_options(Option(_line(name)) for name in page.names)
            names.highlighted = 0 if page.names else None
        self._page = page

    def on_input_changed(self, event: Input.Changed) -> None:
        """Report the letters."""
        self.app.post_message(Happened(Within("ask", LettersTyped(event.value))))

    def on_input_submitted(self) -> None:
        """Take the highlighted name."""
        self.query_one(OptionList).action_select()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Report the name that was chosen."""
        chosen = self._page.names[event.option_index]
        self.dismiss()
        self.app.post_message(Happened(Mentioned(chosen.name, self._before, self._after)))

    def action_move(self, action: str) -> None:
        """Move in the list while the cursor stays with the letters."""
        getattr(self.query_one(OptionList), f"action_{action}")()


def _missing(page: Ask) -> str:
    if not page.letters:
        return "Type some letters, in order: “rqctx” finds request_context."
    return "No symbol or file has these letters." if page.letters == page.found_for else "Looking…"


def _line(name: Name) -> Content:
    where = "" if name.kind == "file" else f"  {literal_line(name.path)}:{name.line}"
    return Content.assemble(name.name, (f"  {name.kind}", MUTED), (where, MUTED))
