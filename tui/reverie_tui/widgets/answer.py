"""The answer: the question as a title, and Markdown that grows as claims arrive.

Text that is already shown is only ever added to, so that nothing jumps under the reader's eyes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from reverie_tui import wording
from reverie_tui.events import Cited
from reverie_tui.literal import literal_line
from reverie_tui.messages import Happened
from reverie_tui.reading import Problem
from reverie_tui.state import Exchange
from reverie_tui.theme import MUTED

if TYPE_CHECKING:  # Loaded with the first answer, or meanwhile: the first screen does not wait for it.
    from markdown_it import MarkdownIt
    from textual.widgets import Markdown


def markdown_parser() -> MarkdownIt:
    """Markdown as answers use it: tables and code, but "<T>" is text and not HTML, and "app.py" is no web address."""
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])


class AnswerView(VerticalScroll, can_focus=False):
    """The answer on show."""

    DEFAULT_CSS = """
    AnswerView { height: 1fr; padding: 0 1; scrollbar-size-vertical: 1; }
    AnswerView #question { color: $primary; text-style: bold; height: auto; max-height: 4; padding: 0 0 1 0; }
    AnswerView Markdown { padding: 0; }
    AnswerView MarkdownH1, AnswerView MarkdownH2, AnswerView MarkdownH3 { margin: 0 0 1 0; content-align: left middle; }
    AnswerView #rest { height: auto; display: none; }
    AnswerView #problem { color: $text-error; height: auto; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._exchange: Exchange | None = None
        self._place = ""
        self._drawn = ""
        self._drawn_markdown = ""
        self._drawing = False

    def compose(self) -> ComposeResult:
        yield Static(id="question", markup=False)
        yield Static(id="rest", markup=False)
        yield Static(id="problem", markup=False)

    def show(self, exchange: Exchange | None, place: str = "") -> None:
        """Show an exchange and its place in the conversation; the same one again costs nothing."""
        if exchange == self._exchange and place == self._place:
            return
        moved, self._place = place != self._place, place
        before, self._exchange = self._exchange, exchange
        if exchange is None:
            return
        new = before is None or before.number != exchange.number
        if new or moved:
            shown = Content.assemble(literal_line(exchange.question), (f"  {place}" if place else "", MUTED))
            self.query_one("#question", Static).update(shown)
        if new:
            self.scroll_home(animate=False)
        self._show_problem(exchange.problem)
        if not self._drawing:
            self._drawing = True
            self.run_worker(self._draw())

    async def _draw(self) -> None:
        """Bring the Markdown up to date. Claims that arrive meanwhile are drawn together in the next round."""
        try:
            markdown = await self._markdown()
            while (text := self._exchange.text if self._exchange else "") != self._drawn:
                self._drawn = text
                head, rest = wording.parted(text)
                await self._draw_markdown(markdown, wording.linked(head))
                self._draw_rest(rest)
        finally:
            self._drawing = False

    async def _draw_markdown(self, markdown: Markdown, wanted: str) -> None:
        drawn, self._drawn_markdown = self._drawn_markdown, wanted
        if drawn and wanted.startswith(drawn):
            await markdown.append(wanted[len(drawn) :])
        elif wanted != drawn:
            await markdown.update(wanted)

    def _draw_rest(self, rest: str) -> None:
        shown = self.query_one("#rest", Static)
        shown.display = bool(rest)
        if rest:
            shown.update(Content.assemble(("(The rest of this long answer is shown as plain text.)\n\n", MUTED), rest))

    async def _markdown(self) -> Markdown:
        from textual.widgets import Markdown

        found = self.query(Markdown)
        if not found:
            made = Markdown(id="markdown", parser_factory=markdown_parser, open_links=False)
            await self.mount(made, after="#question")
        return self.query_one(Markdown)

    def _show_problem(self, problem: Problem | None) -> None:
        shown = self.query_one("#problem", Static)
        shown.display = problem is not None
        if problem:
            shown.update(Content("\n".join(part for part in (problem.message, problem.next_step) if part)))

    def on_markdown_link_clicked(self, event: Markdown.LinkClicked) -> None:
        """A citation shows its source; other links are opened only when they lead to the web."""
        event.stop()
        place = wording.place_of(event.href)
        if place:
            self.post_message(Happened(Cited(place)))
        elif event.href.startswith(("http://", "https://")):
            self.app.open_url(event.href)
