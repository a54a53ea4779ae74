"""A document cut into paragraphs and code, each with its lines; what of it is prose is told as prose.

Markdown and reST are read alike, by their lines; nothing is chosen here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from reverie_indexers.facts import Span

from reverie_daemon.core.compose import prose

WORDS_MIN = 4
"""A paragraph of fewer words says nothing by itself."""
_FENCE = re.compile(r"^\s*(?:```+|~~~+)\s*(\{?)([\w+-]*)")
_ITEM = re.compile(r"^\s*(?:[-*+]|\d+\.)\s+")
_DIRECTIVE = re.compile(r"^\s*(?:\.\. |:[\w-]+:)")
_QUOTED = re.compile(r"^\s*(?:>\s?)+(?:\[!\w+\]\s*$)?")
_NO_WORDS = re.compile(r"`[^`]*`|\]\([^)]*\)|<[^>]*>|https?://\S+")
_WORD = re.compile(r"[^\W\d_]{2,}")


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, or code that stands apart; `start` and `end` are lines of the file, fences left out."""

    lines: tuple[str, ...]
    start: int
    end: int
    code: bool
    language: str = ""


def paragraphs(lines: Sequence[str], span: Span) -> list[Block]:
    """The paragraphs and code of a part of a document, whose lines these are. Whether the part begins within code is
    told by what stands above it."""
    first = span.start_line
    return _joined(_blocks(lines[first - 1 : span.end_line], first, _open_fence(lines[: first - 1])))


def stretches(lines: Sequence[str], first: int) -> list[Block]:
    """Whatever lines, cut where one is empty."""
    found: list[list[int]] = []
    for at, line in enumerate(lines):
        if line.strip() and (at == 0 or not lines[at - 1].strip()):
            found.append([])
        if line.strip():
            found[-1].append(at)
    return [Block(tuple(lines[at] for at in ats), first + ats[0], first + ats[-1], code=True) for ats in found]


def says(block: Block) -> bool:
    """Whether a paragraph is a sentence rather than a label: words are left of it beside code, links and markup."""
    text = _NO_WORDS.sub(" ", " ".join(block.lines))
    return len(_WORD.findall(text)) >= WORDS_MIN


def plainly(block: Block) -> str:
    """A paragraph as one line of prose, without the marks of lists and quotations."""
    lines = [_QUOTED.sub("", line).strip() for line in block.lines]
    return prose.plain(_ITEM.sub("", " ".join(line for line in lines if line)))


def _open_fence(lines: Iterable[str]) -> str:
    """What the code is marked with that is not closed where these lines end; "" where none is open."""
    fence = ""
    for line in lines:
        if fenced := _FENCE.match(line):
            fence = "" if fence else _marked(fenced)
    return fence


def _marked(fenced: re.Match[str]) -> str:
    return f"{fenced[1]}{fenced[2] or 'text'}"


def _blocks(lines: Sequence[str], first: int, fence: str) -> Iterator[Block]:
    """Paragraphs and code of a document, in order; headings and directives left out. `fence` marks code that the lines
    begin in."""
    held: list[str] = []
    start = first
    for number, line in enumerate([*lines, ""], first):
        fenced = _FENCE.match(line)
        if fenced or (not fence and (not line.strip() or _ITEM.match(line))):
            if block := _block(held, start, fence):
                yield block
            held, start = ([], number + 1) if fenced or not line.strip() else ([line], number)
            if fenced:
                fence = "" if fence else _marked(fenced)
            continue
        held.append(line)
    if block := _block(held, start, fence):
        yield block


def _joined(blocks: Iterable[Block]) -> list[Block]:
    """Indented code whose parts an empty line sets apart, as one."""
    found: list[Block] = []
    for block in blocks:
        before = found[-1] if found else None
        if before and before.code and block.code and not (before.language or block.language):
            gap = [""] * (block.start - before.end - 1)
            found[-1] = Block((*before.lines, *gap, *block.lines), before.start, block.end, code=True)
        else:
            found.append(block)
    return found


def _block(held: Sequence[str], start: int, fence: str) -> Block | None:
    """What stands between two borders; None for what is neither prose nor code, as a table of contents."""
    end = start + len(held) - 1
    if not any(line.strip() for line in held) or fence.startswith("{"):
        return None
    if fence:
        return Block(tuple(held), start, end, code=True, language=fence)
    if all(line.startswith(("    ", "\t")) for line in held):
        return Block(tuple(held), start, end, code=True)
    heading = held[0].startswith(("#", "|", "<", "![")) or (len(held) > 1 and not held[1].strip(" =-~^\"'*+#"))
    return None if heading or _DIRECTIVE.match(held[0]) else Block(tuple(held), start, end, code=False)
