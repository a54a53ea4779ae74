"""A line of text that is drawn again only when it changes, so that nothing happens while nothing happens."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Static


class TextLine(Static):
    """One line, cut with an ellipsis where it does not fit. Its text is never parsed as markup."""

    DEFAULT_CSS = "TextLine { height: 1; text-wrap: nowrap; text-overflow: ellipsis; }"

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes, markup=False)
        self._line = Content("")

    def show(self, line: Content | str) -> None:
        """Show this line."""
        wanted = Content(line) if isinstance(line, str) else line
        if not wanted.is_same(self._line):
            self._line = wanted
            self.update(wanted)
