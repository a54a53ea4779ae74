"""Text of as many lines as it needs, drawn again only when it changes; not there while it is empty."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Static


class Paragraph(Static):
    """A paragraph. Its text is never parsed as markup."""

    DEFAULT_CSS = "Paragraph { height: auto; color: $text-muted; }"

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes, markup=False)
        self._text = ""
        self.display = False

    def show(self, text: str) -> None:
        """Show this text."""
        if text != self._text:
            self._text = text
            self.update(Content(text))
            self.display = bool(text)
