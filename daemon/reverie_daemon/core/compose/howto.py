"""Answers to "how do I …": what the documents say, with the code that they show, before how it is done inside.

Only what a document says is told; where none speaks to the question, this says nothing and others answer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from textwrap import dedent

from reverie_daemon.core.compose import citing, prose
from reverie_daemon.core.compose.describing import cited, fenced, which
from reverie_daemon.core.naming import CALLABLE_KINDS, TYPE_KINDS
from reverie_daemon.core.nouns import Catalogue, Claim, Definition
from reverie_daemon.core.ranking import HOW_TO, Piece, Ranking

PIECES_MAX = 12
TITLE_SHARE_MIN = 0.7
SCORE_SHARE_MIN = 0.7
"""A document that scores less than this share of the best piece is not what the question is about."""
SHOWN_LINES_MAX = 24
NAMES_MAX = 3
BEARERS_MAX = 2
_CHANGES = re.compile(r"(?:^|/)(?:change|history|news|release)[\w-]*\.\w+$", re.I)
_FENCE = re.compile(r"^\s*(?:```+|~~~+)\s*(\{?)([\w+-]*)")
_ITEM = re.compile(r"^\s*(?:[-*+]|\d+\.)\s+")
_DIRECTIVE = re.compile(r"^\s*(?:\.\. |:[\w-]+:)")
_NO_WORDS = re.compile(r"`[^`]*`|\]\([^)]*\)|<[^>]*>|https?://\S+")
_WORD = re.compile(r"[^\W\d_]{2,}")
WORDS_MIN = 4
_NAME = re.compile(r"[^\W\d]\w{3,}")


@dataclass(frozen=True, slots=True)
class _Block:
    """A paragraph, or code that stands apart; `start` and `end` are lines of the file, fences left out."""

    lines: tuple[str, ...]
    start: int
    end: int
    code: bool
    language: str = ""


def how_to(text: str, catalogue: Catalogue, ranking: Ranking | None, matched: Callable[[str], float]) -> list[Claim]:
    """What the best document says and shows; [] for other questions, and where no document is good enough. `matched`
    tells how much of the question a text says."""
    if ranking is None or not HOW_TO.search(text):
        return []
    for piece in _documents(ranking, matched):
        found = _told(catalogue, piece, matched)
        if found:
            return found
    return []


def _documents(ranking: Ranking, matched: Callable[[str], float]) -> list[Piece]:
    """Those that rank high, and those whose heading says what the question says."""
    least = ranking.pieces[0].score * SCORE_SHARE_MIN if ranking.pieces else 0.0
    titled = TITLE_SHARE_MIN * matched(ranking.question)
    return [
        piece
        for piece in ranking.pieces[:PIECES_MAX]
        if piece.role == "docs"
        and (piece.score >= least or matched(piece.title.rpartition(" > ")[2]) >= titled)
        and not _CHANGES.search(piece.path)
    ]


def _told(catalogue: Catalogue, piece: Piece, matched: Callable[[str], float]) -> list[Claim]:
    """The paragraph that says most and the code that follows it, then what of this repository that code uses."""
    lines = citing.lines_at(catalogue, piece.path, piece.span)
    blocks = _joined(_blocks(lines, piece.span.start_line))
    told = [block for block in blocks if not block.code and _says(block)]
    code = [block for block in blocks if block.code]
    if not told:
        return []
    best = max(told, key=lambda block: (matched(" ".join(block.lines)), -block.start))
    shown = next((block for block in code if block.start > best.start), code[0] if code else None)
    whole = _ITEM.sub("", " ".join(line.strip() for line in best.lines))
    said = prose.shorten(prose.plain(whole), 400).rstrip(" :.")
    title = f"“{piece.title}” " if piece.title else ""
    text = f"{prose.capital(said)} ({title}at {citing.mark(piece.path, best.start)})"
    evidence = citing.span_evidence(catalogue, piece.path, piece.blob, best.start, best.end)
    if shown is None:
        return [citing.claim(prose.ended(text), evidence)]
    end = min(shown.end, shown.start + SHOWN_LINES_MAX - 1)
    example = citing.span_evidence(catalogue, piece.path, piece.blob, shown.start, end)
    example_lines = dedent("\n".join(shown.lines[:SHOWN_LINES_MAX])).split("\n")
    code_shown = fenced([*example_lines, *(["…"] if end < shown.end else [])], shown.language)
    return [
        citing.claim(f"{text}:\n\n{code_shown}", evidence, example),
        *_used(catalogue, shown),
    ]


def _says(block: _Block) -> bool:
    """Whether a paragraph is a sentence rather than a label: words are left of it beside code, links and markup."""
    text = _NO_WORDS.sub(" ", " ".join(block.lines))
    return len(_WORD.findall(text)) >= WORDS_MIN


def _used(catalogue: Catalogue, shown: _Block) -> list[Claim]:
    """The few things of this repository that an example names."""
    found: list[Definition] = []
    for name in dict.fromkeys(_NAME.findall("\n".join(shown.lines))):
        bearers = [one for one in catalogue.definitions(name, BEARERS_MAX + 1) if one.role == "source"]
        if 1 <= len(bearers) <= BEARERS_MAX and bearers[0].symbol.kind in CALLABLE_KINDS | TYPE_KINDS:
            found.append(bearers[0])
    if not found:
        return []
    kept = sorted(found, key=lambda one: one.symbol.kind in TYPE_KINDS)[:NAMES_MAX]
    heads = [piece for one in kept for piece in citing.head(catalogue, one)]
    return [citing.claim(f"What that uses is {prose.joined([cited(one) + which(one) for one in kept])}.", heads)]


def _blocks(lines: Sequence[str], first: int) -> Iterator[_Block]:
    """Paragraphs and code of a document, in order; headings and directives left out."""
    held: list[str] = []
    start, fence = first, ""
    for number, line in enumerate([*lines, ""], first):
        fenced = _FENCE.match(line)
        if fenced or (not fence and (not line.strip() or _ITEM.match(line))):
            if block := _block(held, start, fence):
                yield block
            held, start = ([], number + 1) if fenced or not line.strip() else ([line], number)
            if fenced:
                fence = "" if fence else f"{fenced[1]}{fenced[2] or 'text'}"
            continue
        held.append(line)
    if block := _block(held, start, fence):
        yield block


def _joined(blocks: Iterable[_Block]) -> list[_Block]:
    """Indented code whose parts an empty line sets apart, as one."""
    found: list[_Block] = []
    for block in blocks:
        before = found[-1] if found else None
        if before and before.code and block.code and not (before.language or block.language):
            gap = [""] * (block.start - before.end - 1)
            found[-1] = _Block((*before.lines, *gap, *block.lines), before.start, block.end, code=True)
        else:
            found.append(block)
    return found


def _block(held: Sequence[str], start: int, fence: str) -> _Block | None:
    """What stands between two borders; None for what is neither prose nor code, as a table of contents."""
    end = start + len(held) - 1
    if not any(line.strip() for line in held) or fence.startswith("{"):
        return None
    if fence:
        return _Block(tuple(held), start, end, code=True, language=fence)
    if all(line.startswith(("    ", "\t")) for line in held):
        return _Block(tuple(held), start, end, code=True)
    heading = held[0].startswith(("#", "|", "<", "![")) or (len(held) > 1 and not held[1].strip(" =-~^\"'*+#"))
    return None if heading or _DIRECTIVE.match(held[0]) else _Block(tuple(held), start, end, code=False)
