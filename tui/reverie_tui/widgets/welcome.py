"""What is shown before anything was asked: a greeting and questions to begin with."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from reverie_tui.events import Asked
from reverie_tui.literal import literal_line
from reverie_tui.messages import Happened
from reverie_tui.reading import PastQuestion

PAST_SHOWN = 5


class Welcome(VerticalScroll, can_focus=False):
    """The empty state."""

    DEFAULT_CSS = """
    Welcome { height: 1fr; padding: 1 2; scrollbar-size-vertical: 1; }
    Welcome Static { height: auto; max-width: 90; }
    Welcome OptionList {
        border: none; background: $background; padding: 0; height: auto; max-width: 90; margin: 0 0 1 0;
        text-wrap: nowrap; text-overflow: ellipsis; scrollbar-size: 0 0;
    }
    Welcome OptionList:focus { border: none; background-tint: $background 0%; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._questions: tuple[str, ...] | None = None

    def compose(self) -> ComposeResult:
        yield Static(
            Content.assemble(
                ("Ask anything about this repository.", "bold"),
                "\nAnswers cite path:line. Type a question, or press Tab to choose one.\n",
            ),
            markup=False,
        )
        yield OptionList(id="suggestions", markup=False)

    def show(self, ready: tuple[str, ...], examples: tuple[str, ...], past: tuple[PastQuestion, ...]) -> None:
        """Offer these questions: what is expected and answered already, what can always be asked, what was asked."""
        known = {*ready, *examples}
        recent = tuple(item.question for item in past if item.question not in known)[:PAST_SHOWN]
        if (*ready, *examples, *recent) == self._questions:
            return
        self._questions = (*ready, *examples, *recent)
        options: list[Option | None] = [
            Option(Content.assemble(f"  {literal_line(question)}", ("  answered already", "dim")), id=question)
            for question in ready
        ]
        options += [Option(Content(f"  {question}"), id=question) for question in examples]
        if recent:
            options += [None, *(Option(Content(f"  {literal_line(question)}"), id=question) for question in recent)]
        self.query_one(OptionList).set_options(options).highlighted = 0

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Ask what was chosen."""
        event.stop()
        if event.option.id:
            self.post_message(Happened(Asked(event.option.id)))
