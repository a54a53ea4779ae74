"""The source preview: the lines around a citation, highlighted, the cited ones marked in the margin and by colour."""

from __future__ import annotations

import asyncio

from textual.app import ComposeResult
from textual.containers import ScrollableContainer, Vertical
from textual.content import Content
from textual.highlight import HighlightTheme, highlight
from textual.widgets import Static

from reverie_tui import wording
from reverie_tui.events import Place
from reverie_tui.reading import Evidence, Source
from reverie_tui.state import Preview
from reverie_tui.theme import FAINT, MUTED
from reverie_tui.widgets.text_line import TextLine

LINES_AROUND = 200
"""Lines shown before and after the cited ones."""

LINES_ABOVE = 4
"""Lines kept in view above the first cited one."""

_LEXERS = {"csharp": "c#", "c_sharp": "c#", "c-sharp": "c#", "tsx": "tsx", "shell": "bash", "rst": "rst"}


class CalmTheme(HighlightTheme):
    """Textual's colours without underlines and backgrounds, which compete with the marked lines."""


CalmTheme.STYLES = {
    kind: style.replace(" underline", "").split(" on ")[0] for kind, style in HighlightTheme.STYLES.items()
}


class SourceView(Vertical):
    """The source of the place on show."""

    DEFAULT_CSS = """
    SourceView { height: 1fr; }
    SourceView TextLine { padding: 0 1; color: $text-muted; }
    SourceView #source-scroll { height: 1fr; scrollbar-size: 0 1; }
    SourceView #source-lines { width: auto; min-width: 100%; height: auto; text-wrap: nowrap; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._shown: tuple[Preview, Evidence | None] | None = None
        self._top = 0

    def compose(self) -> ComposeResult:
        yield TextLine(id="source-title")
        with ScrollableContainer(id="source-scroll"):
            yield Static(id="source-lines", markup=False)

    def show(self, preview: Preview, evidence: Evidence | None) -> None:
        """Show a preview. Until its source comes the earlier one stays, so that nothing flickers."""
        if (preview, evidence) == self._shown:
            return
        before, self._shown = self._shown, (preview, evidence)
        self.query_one(TextLine).show(wording.preview_title(preview, evidence))
        if before is not None and before[0] == preview and preview.place is not None:
            return
        if preview.place is None:
            self._fill(_commit(evidence), 0)
        elif preview.problem:
            self._fill(Content(f"{preview.problem.message}\n{preview.problem.next_step}"), 0)
        elif preview.source:
            self.run_worker(self._draw(preview.source, preview.place), exclusive=True)

    async def _draw(self, source: Source, place: Place) -> None:
        """A long file takes a while to highlight: not on the thread that answers keys."""
        first = max(source.start_line, place.start_line - LINES_AROUND)
        content = await asyncio.to_thread(_numbered, source, place, first)
        self._fill(content, max(0, place.start_line - first - LINES_ABOVE))

    def _fill(self, content: Content, top: int) -> None:
        self.query_one("#source-lines", Static).update(content)
        self._top = top
        self._scroll_to_citation()

    def on_resize(self) -> None:
        """A pane that was hidden or narrow could not scroll as far as the citation."""
        self._scroll_to_citation()

    def _scroll_to_citation(self) -> None:
        scroll = self.query_one("#source-scroll", ScrollableContainer)
        scroll.call_after_refresh(scroll.scroll_to, 0, self._top, animate=False)


def _commit(evidence: Evidence | None) -> Content:
    if evidence is None or not evidence.commit:
        return Content.styled("Select evidence to see its source.", MUTED)
    return Content.assemble((evidence.subject, "bold"), f"\n{evidence.date}\n\ncommit {evidence.commit}")


def _numbered(source: Source, place: Place, first: int) -> Content:
    """The lines from `first` on with their numbers; cited lines carry a mark, so that no colour is needed to find them.
    All lines before are highlighted with them, or a docstring cut in half would turn its text into code."""
    after = place.end_line + LINES_AROUND - source.start_line + 1
    highlighted = highlight("\n".join(source.lines[:after]), language=_lexer(source.language), theme=CalmTheme)
    code = highlighted.split("\n", allow_blank=True)[first - source.start_line :]
    columns = max((line.cell_length for line in code), default=0) + 1
    digits = len(str(first + len(code)))
    return Content("\n").join(
        _row(number, digits, line.pad_right(columns - line.cell_length), place.start_line <= number <= place.end_line)
        for number, line in enumerate(code, start=first)
    )


def _row(number: int, digits: int, line: Content, cited: bool) -> Content:
    mark, number_style = ("▌", "") if cited else (" ", FAINT)
    row = Content.assemble((mark, "$primary"), (f"{number:>{digits}}  ", number_style), line)
    return row.stylize_before("on $primary 15%") if cited else row


def _lexer(language: str) -> str:
    return _LEXERS.get(language, language) or "text"
