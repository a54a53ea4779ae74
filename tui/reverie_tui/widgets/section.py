"""A list with its title, perhaps a heading over its columns, and what is said in its place while it is empty."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widget import Widget

from reverie_tui.pages.activity import Section
from reverie_tui.widgets.paragraph import Paragraph
from reverie_tui.widgets.row_list import RowList
from reverie_tui.widgets.text_line import TextLine


class SectionView(Vertical):
    """One of the Activity page's lists."""

    DEFAULT_CSS = """
    SectionView { height: 1fr; }
    SectionView .title { padding: 0 1; }
    SectionView .nothing { padding: 0 2; }
    """

    def __init__(self, section: Section, rows: RowList, heading: Widget | None = None) -> None:
        super().__init__(id=f"section-{section}")
        self.section = section
        self.rows = rows
        self._heading = heading

    def compose(self) -> ComposeResult:
        yield TextLine(classes="title")
        if self._heading is not None:
            yield self._heading
        yield self.rows
        yield Paragraph(classes="nothing")

    def show(self, title: str, empty: str, *, here: bool) -> None:
        """Show the title, and what is said where there are no rows; `here` tells that the reader is in this list."""
        self.set_class(here, "-here")
        self.query_one(".title", TextLine).show(Content.styled(title, "bold $primary" if here else "bold"))
        if self._heading is not None:
            self._heading.display = not empty
        self.rows.display = not empty
        self.query_one(Paragraph).show(empty)
