"""The screen on which one asks: question, answer, evidence and source, between the two status lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical

from reverie_tui import wording
from reverie_tui.events import Escaped, Resized
from reverie_tui.messages import Happened
from reverie_tui.pages.ask import Ask
from reverie_tui.screens.finder import FinderScreen
from reverie_tui.screens.page import PageScreen
from reverie_tui.state import WIDE_COLUMNS, State
from reverie_tui.widgets.answer import AnswerView
from reverie_tui.widgets.evidence import EvidenceList
from reverie_tui.widgets.question_box import QuestionBox
from reverie_tui.widgets.readings import Readings
from reverie_tui.widgets.text_line import TextLine
from reverie_tui.widgets.welcome import Welcome

if TYPE_CHECKING:
    from reverie_tui.widgets.source import SourceView


class AskScreen(PageScreen):
    """Ask, read, follow the evidence."""

    DEFAULT_CSS = """
    AskScreen #body { height: 1fr; }
    AskScreen #reading { width: 1fr; height: 1fr; padding: 1 0 0 0; }
    AskScreen #answer-line, AskScreen #next { padding: 0 1; color: $text-muted; }
    AskScreen #answer-note { padding: 0 1; color: $text-warning; }
    AskScreen #answer-note, AskScreen #answer-line { height: auto; max-height: 3; text-wrap: wrap; }
    AskScreen #source { width: 1fr; height: 1fr; display: none; }
    AskScreen.-wide #source { display: block; border-left: solid $foreground 15%; padding: 1 0 0 1; }
    AskScreen.-wide.-empty #source { display: none; }
    AskScreen.-wide EvidenceList { max-height: 16; }
    AskScreen.-empty #answer, AskScreen.-empty #answer-line, AskScreen.-empty #answer-note, AskScreen.-empty #next {
        display: none;
    }
    AskScreen #welcome { display: none; }
    AskScreen.-empty #welcome { display: block; }
    AskScreen.-preview #answer, AskScreen.-preview #answer-line, AskScreen.-preview #answer-note,
    AskScreen.-preview #next, AskScreen.-preview #readings { display: none; }
    AskScreen.-preview #reading { dock: bottom; width: 100%; height: auto; padding: 0; }
    AskScreen.-preview #source { display: block; }
    """

    AUTO_FOCUS = "#box"
    PAGE = "ask"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "escape", "Stop/Clear"),
        Binding("ctrl+n", "app.next", "Next"),
        Binding("ctrl+r", "app.past", "Past"),
        Binding("ctrl+l", "app.redo", "Redo", show=False),
        Binding("ctrl+y", "app.copy_answer", "Copy"),
        Binding("ctrl+o", "app.edit", "Editor"),
        Binding("f8", "app.mark_wrong", "Wrong", show=False),
        Binding("alt+up", "app.step(-1)", "Answer before", show=False),
        Binding("alt+down", "app.step(1)", "Answer after", show=False),
        Binding("pageup", "scroll_answer(-1)", "Scroll up", show=False),
        Binding("pagedown", "scroll_answer(1)", "Scroll down", show=False),
    ]

    def __init__(self, state: State) -> None:
        super().__init__(state)
        self._whole = False
        # A class that changes on a screen that is shown restyles all that is in it.
        self.update_classes(_classes(state), update=False)

    def compose_body(self) -> ComposeResult:
        """The first screen only: what shows an answer is half of all widgets, and comes just after it."""
        with Horizontal(id="body"), Vertical(id="reading"):
            yield Welcome(id="welcome")
        yield QuestionBox(id="box")

    def on_mount(self) -> None:
        """Once the first screen is seen, the rest."""
        self.call_after_refresh(self._complete)

    async def _complete(self) -> None:
        from reverie_tui.widgets.source import SourceView

        reading, body = self.query_one("#reading"), self.query_one("#body")
        if not body.is_attached:
            return  # the program ended before it was whole
        answer = (
            AnswerView(id="answer"),
            TextLine(id="answer-note"),
            TextLine(id="answer-line"),
            EvidenceList(id="evidence"),
            Readings(id="readings"),
            TextLine(id="next"),
        )
        for mounted in (reading.mount(*answer), body.mount(SourceView(id="source"))):
            await mounted
        if body.is_attached:
            self._whole = True
            self.show(self.state)
            # A line whose text came while the others were mounted may have asked for room in vain.
            self.refresh(layout=True)

    def on_resize(self, event: events.Resize) -> None:
        """Report whether two panes fit."""
        self.post_message(Happened(Resized(event.size.width >= WIDE_COLUMNS)))

    def show_body(self, state: State) -> None:
        """Give each widget its slice of the state."""
        self.update_classes(_classes(state))
        self.query_one(QuestionBox).show(state.draft, state.ask.typed, state.completion)
        self.query_one(Welcome).show(state.ready, state.examples, state.past)
        if self._whole:
            self._show_answer(state)

    def _show_answer(self, state: State) -> None:
        exchange = state.exchange
        source: SourceView = self.query_one("#source")  # type: ignore[assignment]
        source.show(state.preview, state.selected_evidence)
        self.query_one(Readings).show(exchange.answer.readings if exchange and exchange.answer else ())
        self.query_one(EvidenceList).show(state.evidence, state.selected)
        self.query_one(AnswerView).show(exchange, wording.place_in_conversation(state))
        self.query_one("#answer-line", TextLine).show(wording.answer_line(state))
        self._show_line("#answer-note", wording.answer_note(state))
        self._show_line("#next", wording.next_line(state))

    def _show_line(self, selector: str, text: str) -> None:
        line = self.query_one(selector, TextLine)
        line.display = bool(text)
        line.show(text)

    def on_question_box_finder_wanted(self, message: QuestionBox.FinderWanted) -> None:
        """Open the finder."""
        self.app.push_screen(FinderScreen(Ask(), message.before, message.after))

    def action_escape(self) -> None:
        """Back out of what is on show; the question box has the cursor again."""
        self.query_one(QuestionBox).focus()
        self.post_message(Happened(Escaped()))

    def action_scroll_answer(self, direction: int) -> None:
        """Scroll the answer by a page from wherever the cursor is."""
        for answer in self.query(AnswerView):
            answer.scroll_relative(y=direction * max(1, answer.size.height - 2), animate=False)


def _classes(state: State) -> dict[str, bool]:
    return {"-wide": state.wide, "-empty": state.exchange is None, "-preview": state.preview.open}
