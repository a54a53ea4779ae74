"""The Saved page: charts of what was saved and spent, today's budget, what the figures come to, and what saved most."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from reverie_tui.events import PageChosen, Within
from reverie_tui.messages import Happened
from reverie_tui.pages import saved_words as words
from reverie_tui.pages.figures import Useful
from reverie_tui.pages.saved import PeriodTurned, SavedEvent, ScopeTurned, UnitTurned
from reverie_tui.screens.figures import FiguresScreen
from reverie_tui.screens.page import PageScreen
from reverie_tui.state import State
from reverie_tui.theme import MUTED
from reverie_tui.widgets.best_questions import BestQuestions
from reverie_tui.widgets.strips import Strips
from reverie_tui.widgets.text_line import TextLine

GAUGE_CELLS = 16
EMPTY = (
    "Nothing was asked here yet. What answers save and what they and learning cost will stand here, day by day.\n"
    "F2 leads to the question box; a shows all repositories."
)
_COLUMNS = (20, 9, 9, 9, 9, 9)


class SavedScreen(PageScreen):
    """What was saved, and what it cost."""

    PAGE = "saved"
    AUTO_FOCUS = "#saved"

    DEFAULT_CSS = """
    SavedScreen #saved { height: 1fr; padding: 1 1 0 1; scrollbar-size-vertical: 1; }
    SavedScreen #saved:focus { background-tint: $background 0%; }
    SavedScreen .block { height: auto; width: 1fr; }
    SavedScreen Static { height: auto; }
    SavedScreen #charts { margin: 1 0 0 0; }
    SavedScreen #budget, SavedScreen #sentences, SavedScreen #table { margin: 1 0 0 0; }
    SavedScreen #useful-title, SavedScreen #best-title { margin: 1 0 0 0; }
    SavedScreen.-wide #saved { layout: horizontal; }
    SavedScreen.-wide #account { width: 3fr; padding: 0 3 0 0; }
    SavedScreen.-wide #details { width: 2fr; padding: 0 0 0 2; border-left: solid $foreground 15%; }
    SavedScreen.-wide #useful-title, SavedScreen.-wide.-unused #best-title { margin: 0; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("p", "turn('period')", "Period"),
        Binding("u", "turn('unit')", "Unit"),
        Binding("a", "turn('scope')", "All/Here"),
        Binding("m", "meaning", "Meaning"),
        Binding("escape", "leave", "Ask"),
        Binding("pageup", "page(-1)", "Scroll up", show=False),
        Binding("pagedown", "page(1)", "Scroll down", show=False),
    ]

    def compose_body(self) -> ComposeResult:
        with VerticalScroll(id="saved"):
            with Vertical(id="account", classes="block"):
                yield TextLine(id="headline")
                yield Static(id="sum", markup=False)
                yield Strips(id="charts")
                yield Static(id="budget", markup=False)
                yield Static(id="sentences", markup=False)
                yield Static(id="table", markup=False)
            with Vertical(id="details", classes="block"):
                yield TextLine(id="useful-title")
                yield BestQuestions(id="useful")
                yield TextLine(id="best-title")
                yield BestQuestions(id="best")

    def show_body(self, state: State) -> None:
        """Show the account, or what will be here."""
        page, ledger = state.saved, state.saved.ledger
        self.set_class(state.wide, "-wide")
        name = state.repository.name if state.repository else ""
        self.query_one("#headline", TextLine).show(Content.styled(words.headline(page, name), MUTED))
        empty = ledger is not None and not ledger.entries
        self.query_one("#sum", Static).update(EMPTY if empty else words.sum_line(ledger) if ledger else "")
        charts = self.query_one("#charts", Strips)
        charts.display = ledger is not None and not empty
        charts.show(words.charts(page), state.signs)
        self.query_one("#budget", Static).update(_budget(state))
        self._show_block("#sentences", _sentences(state) if ledger and not empty else Content(""))
        self.set_class(not (ledger and ledger.useful), "-unused")
        self._show_best("useful", words.useful_title(page), ledger.useful if ledger else ())
        self._show_best("best", words.best_title(page), page.best)
        self._show_block("#table", _table(state))

    def _show_block(self, selector: str, told: Content) -> None:
        block = self.query_one(selector, Static)
        block.display = bool(told)
        block.update(told)

    def _show_best(self, name: str, title: str, questions: tuple[Useful, ...]) -> None:
        above = self.query_one(f"#{name}-title", TextLine)
        above.display = bool(title)
        above.show(Content.styled(title, "bold"))
        self.query_one(f"#{name}", BestQuestions).show(questions)

    def action_turn(self, what: str) -> None:
        """Show another period, unit or scope."""
        turned: dict[str, SavedEvent] = {"period": PeriodTurned(), "unit": UnitTurned(), "scope": ScopeTurned()}
        self.post_message(Happened(Within("saved", turned[what])))

    def action_meaning(self) -> None:
        """Say what the figures mean."""
        self.app.push_screen(FiguresScreen())

    def action_leave(self) -> None:
        """Back to the question."""
        self.post_message(Happened(PageChosen("ask")))

    def action_page(self, direction: int) -> None:
        """Scroll from wherever the cursor is."""
        body = self.query_one("#saved", VerticalScroll)
        body.scroll_relative(y=direction * max(1, body.size.height - 2), animate=False)


def _budget(state: State) -> Content:
    lines = [Content.styled("Today's budget", "bold")]
    for name, drawn, told in words.gauges(state.saved.budget, GAUGE_CELLS, state.signs):
        lines.append(Content.assemble(f"{name:<11}", (drawn + "  " if drawn else "", "$primary"), (told, MUTED)))
    return Content("\n").join(lines)


def _sentences(state: State) -> Content:
    ledger = state.saved.ledger
    told = [*words.sentences(ledger), words.money_note(state.saved)] if ledger else []
    return Content("\n").join(Content(sentence) for sentence in told if sentence)


def _table(state: State) -> Content:
    lines: list[Content] = []
    for row in words.table(state.saved.ledger) if state.saved.ledger else ():
        heading = row[1] == "asleep"
        if heading and lines:
            lines.append(Content(""))
        cells = [f"{row[0][: _COLUMNS[0] - 1]:<{_COLUMNS[0]}}"]
        cells += [f"{cell:>{width}}" for cell, width in zip(row[1:], _COLUMNS[1:], strict=True)]
        lines.append(Content.styled("".join(cells), "bold" if heading else MUTED))
    return Content("\n").join(lines)
