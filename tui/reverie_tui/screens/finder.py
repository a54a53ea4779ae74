"""The finder behind "@": some letters of a symbol or file bring its name into the question. What is found is the
daemon's answer; the letters under the cursor are the only thing it holds."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option

from reverie_tui.events import Mentioned, Within
from reverie_tui.knowledge import Name
from reverie_tui.literal import literal_line
from reverie_tui.messages import Happened
from reverie_tui.pages.ask import Ask, LettersTyped
from reverie_tui.screens.narrowing import NarrowingScreen
from reverie_tui.theme import MUTED


class FinderScreen(NarrowingScreen):
    """Symbols and files by their letters."""

    PLACEHOLDER = "Letters of a symbol or a file"

    def __init__(self, page: Ask, before: str, after: str) -> None:
        super().__init__()
        self._page = page
        self._before, self._after = before, after

    def on_mount(self) -> None:
        """Show what is known so far, which is nothing."""
        self.show(self._page)

    def show(self, page: Ask) -> None:
        """Show what was found; what is not there yet leaves what was found before, so that nothing flickers."""
        before, self._page = self._page, page
        if page.names != before.names:
            self.offer([Option(_line(name)) for name in page.names], _missing(page))
        else:
            self.say(_missing(page), instead=not page.names)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Report the letters."""
        self.app.post_message(Happened(Within("ask", LettersTyped(event.value))))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Report the name that was chosen."""
        chosen = self._page.names[event.option_index]
        self.dismiss()
        self.app.post_message(Happened(Mentioned(chosen.name, self._before, self._after)))


def _missing(page: Ask) -> str:
    if not page.letters:
        return "Type some letters, in order: “rqctx” finds request_context."
    return "No symbol or file has these letters." if page.letters == page.found_for else "Looking…"


def _line(name: Name) -> Content:
    where = "" if name.kind == "file" else f"  {literal_line(name.path)}:{name.line}"
    return Content.assemble(name.name, (f"  {name.kind}", MUTED), (where, MUTED))
