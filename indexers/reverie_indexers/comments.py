"""Finds the comment directly above a definition, and its plain text, by lines. Knows comment marks, no grammar."""

from __future__ import annotations

import re
from collections.abc import Sequence
from inspect import cleandoc

DOC_CHARACTERS_MAX = 2_000
COMMENT_LINES_MAX = 200
_DECORATION = re.compile(r"^[\s*/#=\-_~!;<>+.]*$")


class CommentStyle:
    """How a language writes comments: what begins a line comment, and the pairs around block comments."""

    def __init__(self, line_comments: Sequence[str], block_comments: Sequence[tuple[str, str]]) -> None:
        self._line = tuple(sorted(line_comments, key=len, reverse=True))
        self._block = tuple(block_comments)
        marks = [rf"(?<=\s){re.escape(mark)}.*$" for mark in self._line]
        marks += [rf"(?s:{re.escape(opener)}.*?{re.escape(closer)})" for opener, closer in self._block]
        self._trailing = re.compile("(?m)" + "|".join(marks))
        self._closers = tuple(closer for _, closer in block_comments)

    def first_line_above(self, lines: Sequence[str], start: int, floor: int) -> int:
        """The index of the first line of the comment that ends right above index `start`, or `start` when there is
        none. Never below index `floor`."""
        lowest = max(floor, start - COMMENT_LINES_MAX)
        index = self._documentation(lines, start, lowest)
        while index > lowest:
            line = lines[index - 1].strip()
            if line.startswith(self._line):
                index -= 1
            elif self._closers and line.endswith(self._closers):
                opening = self._opening(lines, index - 1, lowest)
                if opening < 0:
                    break
                index = opening
            else:
                break
        return index

    def _documentation(self, lines: Sequence[str], start: int, lowest: int) -> int:
        """Where a `/**` comment begins that one blank line separates from index `start`; else `start`."""
        last = start - 2
        if last < lowest or lines[last + 1].strip() or not lines[last].rstrip().endswith("*/"):
            return start
        opening = self._opening(lines, last, lowest) if "*/" in self._closers else -1
        return opening if opening >= 0 and lines[opening].lstrip().startswith("/**") else start

    def _opening(self, lines: Sequence[str], last: int, lowest: int) -> int:
        openers = tuple(opener for opener, closer in self._block if lines[last].rstrip().endswith(closer))
        for index in range(last, lowest - 1, -1):
            if any(opener in lines[index] for opener in openers):
                return index if lines[index].lstrip().startswith(openers) else -1
        return -1

    def without_trailing(self, code: str) -> str:
        """Code without the comments inside it and behind it."""
        return self._trailing.sub("", code)

    def text(self, lines: Sequence[str]) -> str:
        """The plain text of comment lines: no marks, no ornaments, at most `DOC_CHARACTERS_MAX` characters."""
        bare = [self._unmark(line.strip()) for line in lines]
        return cleandoc("\n".join("" if _DECORATION.match(line) else line for line in bare))[:DOC_CHARACTERS_MAX]

    def _unmark(self, line: str) -> str:
        for opener, closer in self._block:
            line = line.removeprefix(opener).removesuffix(closer)
        for mark in self._line:
            if line.startswith(mark):
                line = line.removeprefix(mark).lstrip("!:" + mark[-1])
                break
        else:
            line = line.removeprefix("*")
        return line.removeprefix(" ").rstrip()
