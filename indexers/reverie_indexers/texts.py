"""A text addressed by line and by tree-sitter's byte offsets, cheaply. Knows nothing of languages.

A line ends at "\\n"; a "\\r" before it belongs to the line ending, and no other character ends a line (unlike
`str.splitlines`), as git and editors count.
"""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate


def split_lines(text: str) -> list[str]:
    """The lines of a text without their endings; a trailing line ending begins no further line."""
    lines = text.split("\n")
    if not lines[-1]:
        lines.pop()
    return [line.removesuffix("\r") for line in lines] if "\r" in text else lines


class SourceText:
    """The bytes that a parser sees, sliced as text by the parser's offsets.

    `flat` has one character for each byte: the source itself when it is ASCII, else its UTF-8 read as Latin-1, so that
    offsets need no translation; `read` gives real text back.
    """

    __slots__ = ("_line_ends", "_plain", "data", "flat", "lines")

    def __init__(self, source: str) -> None:
        self.data = source.encode("utf-8", "surrogatepass")
        self._plain = len(self.data) == len(source)
        self.flat = source if self._plain else self.data.decode("latin-1")
        self.lines = self.flat.split("\n")
        self._line_ends = list(accumulate([len(line) + 1 for line in self.lines]))
        if not self.lines[-1]:
            self.lines.pop()

    @property
    def is_plain(self) -> bool:
        """Whether slices of `flat` are real text as they are."""
        return self._plain

    def unflatten(self, piece: str) -> str:
        """The real text of a slice of `flat`."""
        if self._plain or piece.isascii():
            return piece
        return piece.encode("latin-1").decode("utf-8", "replace")

    def read(self, start: int, end: int) -> str:
        """The text between two byte offsets."""
        return self.unflatten(self.flat[start:end])

    def line_of(self, offset: int) -> int:
        """The line, from 1, that holds a byte offset."""
        return bisect_right(self._line_ends, offset) + 1

    def line_ends(self) -> list[int]:
        """The offset behind each line, for bulk look-ups."""
        return self._line_ends
