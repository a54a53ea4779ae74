"""Cuts a text into passages along its symbols. Works on lines alone, whatever the language.

A function that fits is one passage with its decorators and the comment above it; a class is cut into its head, its
methods and what lies between; what is too long is cut where the text itself pauses.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import groupby

from reverie_indexers.comments import CommentStyle
from reverie_indexers.facts import NO_SYMBOL, Passage, Span, Symbol
from reverie_indexers.language import VALUES

PASSAGE_LINES_MAX = 60
PASSAGES_MAX = 2_000
LOOSE_LINES_MAX = 24
"""How long a passage of small things grows before it ends at the next blank line."""
SHORT_LINES = 6
"""A passage shorter than this is not cut off only because a blank line offers itself."""
VALUE_LINES_MIN = 4
"""A constant or attribute this long is a passage of its own."""

_ALWAYS_SPLIT = frozenset({"namespace", "module", "class", "interface", "struct", "enum", "union", "trait", "heading"})
_KEY_LINES_MAX = 24
"""A configuration key longer than this is cut into the keys below it."""
_CLOSING = re.compile(r"^[\s)\]}>;,]*(?:end|fi|done|esac)?[\s)\]}>;,]*$")


def cut(lines: Sequence[str], symbols: Sequence[Symbol], comments: CommentStyle) -> tuple[list[Passage], list[str]]:
    """The passages of a text, and what was left out at the bound."""
    owners = _owners(lines, symbols, comments)
    starting = {symbol.span.start_line - 1: index for index, symbol in reversed(list(enumerate(symbols)))}
    passages: list[Passage] = []
    start = 0
    for owner, run in groupby(owners):
        end = start + sum(1 for _ in run)
        loose = owner == NO_SYMBOL or symbols[owner].kind in _ALWAYS_SPLIT
        for first, last in pieces(lines, start, end, LOOSE_LINES_MAX if loose else PASSAGE_LINES_MAX):
            _append(passages, lines, first, last, _subject(owner, symbols, starting, first, last))
        start = end
        if len(passages) >= PASSAGES_MAX:
            return passages[:PASSAGES_MAX], [f"Only the first {PASSAGES_MAX:,} passages were kept."]
    return [passage._replace(title=_title(symbols, passage.symbol)) for passage in passages], []


def pieces(lines: Sequence[str], start: int, end: int, comfortable: int) -> Iterable[tuple[int, int]]:
    """Cuts the lines from index `start` up to `end` into stretches (first, behind last) that neither begin nor end with
    a blank line: at blank lines once they are `comfortable` lines long, and never over `PASSAGE_LINES_MAX`."""
    while start < end:
        if not lines[start] or lines[start].isspace():
            start += 1
            continue
        stop = min(end, start + PASSAGE_LINES_MAX)
        if end - start > comfortable:
            stop = _best_cut(lines, start, stop, end, comfortable)
        last = stop
        while not lines[last - 1] or lines[last - 1].isspace():
            last -= 1
        yield start, last
        start = stop


def _best_cut(lines: Sequence[str], start: int, stop: int, end: int, comfortable: int) -> int:
    """Where to end a stretch that is longer than comfortable. What fits up to the end is cut only at a blank line that
    is not indented; what does not fit is cut, too, at the blank line or else the line that is indented least."""
    fits = stop == end
    early = start + min(comfortable, PASSAGE_LINES_MAX // 2)
    late = range(early, stop if fits else stop + 1)
    pauses = [index for index in late if lines[index].strip() and not lines[index - 1].strip()]
    if fits:
        return next((index for index in pauses if not lines[index][0].isspace()), stop)
    if not pauses:
        soon = range(start + SHORT_LINES, early)
        pauses = [index for index in soon if lines[index].strip() and not lines[index - 1].strip()][-1:]
    pauses = pauses or [index for index in late if lines[index].strip()] or [stop]
    return min(pauses, key=lambda index: (_indent(lines[index]), -index))


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _owners(lines: Sequence[str], symbols: Sequence[Symbol], comments: CommentStyle) -> list[int]:
    """For each line the symbol whose passage it belongs to."""
    owners = [NO_SYMBOL] * len(lines)
    split = [False] * len(symbols)
    floor = 0
    for index, symbol in enumerate(symbols):
        parent = symbol.parent
        if parent != NO_SYMBOL and not split[parent]:
            continue
        first, end = symbol.span.start_line - 1, symbol.span.end_line
        if symbol.kind in VALUES and end - first < VALUE_LINES_MIN:
            continue
        limit = _KEY_LINES_MAX if symbol.kind == "key" else PASSAGE_LINES_MAX
        split[index] = symbol.kind in _ALWAYS_SPLIT or end - first > limit
        if first < floor:
            first = floor
        else:
            limit = floor if parent == NO_SYMBOL else max(floor, symbols[parent].span.start_line)
            first = comments.first_line_above(lines, first, limit)
        owners[first:end] = [index] * (end - first)
        floor = first + 1 if split[index] else end
    return owners


def _subject(owner: int, symbols: Sequence[Symbol], starting: dict[int, int], first: int, last: int) -> int:
    """The symbol of a stretch: its owner, or at module level the only value defined there."""
    if owner != NO_SYMBOL:
        return owner
    inside = [starting[line] for line in range(first, last) if line in starting]
    return inside[0] if len(inside) == 1 else NO_SYMBOL


def _append(passages: list[Passage], lines: Sequence[str], first: int, last: int, symbol: int) -> None:
    """Adds a stretch, or lengthens the passage before it when the stretch only closes brackets."""
    if passages and last - first <= 2 and all(_CLOSING.match(lines[index]) for index in range(first, last)):
        before = passages[-1]
        if last - before.span.start_line < PASSAGE_LINES_MAX:
            passages[-1] = before._replace(span=Span(before.span.start_line, last))
            return
    passages.append(Passage(Span(first + 1, last), "", symbol))


def _title(symbols: Sequence[Symbol], index: int) -> str:
    return symbols[index].qualname if index != NO_SYMBOL else ""
