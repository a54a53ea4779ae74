"""The screen on which one asks: question, answer, evidence and source, between the two status lines."""

from __future__ import annotations

from typing import ClassVar

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
from reverie_tui.state import State
from reverie_tui.widgets.answer import AnswerView
from reverie_tui.widgets.evidence import EvidenceList
from reverie_tui.widgets.question_box import QuestionBox
from reverie_tui.widgets.readings import Readings
from reverie_tui.widgets.source import SourceView
from reverie_tui.widgets.text_line import TextLine
from reverie_tui.widgets.welcome import Welcome

WIDE_COLUMNS = 120


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

    def compose_body(self) -> ComposeResult:
        with Horizontal(id="body"):
            with Vertical(id="reading"):
                yield Welcome(id="welcome")
                yield AnswerView(id="answer")
                yield TextLine(id="answer-note")
                yield TextLine(id="answer-line")
                yield EvidenceList(id="evidence")
                yield Readings(id="readings")
                yield TextLine(id="next")
            yield SourceView(id="source")
        yield QuestionBox(id="box")

    def on_resize(self, event: events.Resize) -> None:
        """Report whether two panes fit."""
        self.post_message(Happened(Resized(event.size.width >= WIDE_COLUMNS)))

    def show_body(self, state: State) -> None:
        """Give each widget its slice of the state."""
        exchange = state.exchange
        self.set_class(state.wide, "-wide")
        self.set_class(exchange is None, "-empty")
        self.set_class(state.preview.open, "-preview")
        self.query_one(QuestionBox).show(state.draft)
        self.query_one(SourceView).show(state.preview, state.selected_evidence)
        self.query_one(Readings).show(exchange.answer.readings if exchange and exchange.answer else ())
        self.query_one(EvidenceList).show(state.evidence, state.selected)
        self.query_one(Welcome).show(state.ready, state.examples, state.past)
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
        answer = self.query_one(AnswerView)
        answer.scroll_relative(y=direction * max(1, answer.size.height - 2), animate=False)
