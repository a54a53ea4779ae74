"""The questions that saved most: Enter asks one again."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from reverie_tui.events import Asked, PageChosen
from reverie_tui.literal import literal_line
from reverie_tui.messages import Happened
from reverie_tui.pages.figures import Useful
from reverie_tui.theme import MUTED


class BestQuestions(OptionList):
    """Questions with what each saved; not there while there are none."""

    DEFAULT_CSS = """
    BestQuestions, BestQuestions:focus {
        height: auto; border: none; background: $background; background-tint: $background 0%; padding: 0;
        text-wrap: nowrap; text-overflow: ellipsis; scrollbar-size: 0 0;
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "select", "Ask again")]

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id, markup=False)
        self._questions: tuple[Useful, ...] = ()

    def show(self, questions: tuple[Useful, ...]) -> None:
        """Show these."""
        self.display = bool(questions)
        if questions != self._questions:
            self._questions = questions
            columns = max((len(f"{item.saved:,}") for item in questions), default=0)
            self.set_options(Option(_line(item, columns), id=item.question) for item in questions)
            self.highlighted = 0 if questions else None

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Ask it again, where answers are shown."""
        event.stop()
        if event.option.id:
            self.post_message(Happened(PageChosen("ask")))
            self.post_message(Happened(Asked(event.option.id)))


def _line(item: Useful, columns: int) -> Content:
    detail = f"  {item.detail}" if item.detail else ""
    return Content.assemble((f"{item.saved:>{columns},}  ", "dim"), literal_line(item.question), (detail, MUTED))
