"""Answers to "how do I …": what the documents say, with the code that they show, before how it is done inside.

Only what a document says is told; where none speaks to the question, this says nothing and others answer.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from textwrap import dedent

from reverie_daemon.core.compose import citing, prose
from reverie_daemon.core.compose.describing import cited, fenced, which
from reverie_daemon.core.compose.paragraphs import Block, paragraphs, plainly, says
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
_NAME = re.compile(r"[^\W\d]\w{3,}")


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
    blocks = paragraphs(catalogue.text(piece.path) or (), piece.span)
    told = [block for block in blocks if not block.code and says(block)]
    code = [block for block in blocks if block.code]
    if not told:
        return []
    best = max(told, key=lambda block: (matched(" ".join(block.lines)), -block.start))
    shown = next((block for block in code if block.start > best.start), code[0] if code else None)
    said = prose.shorten(plainly(best), 400).rstrip(" :.")
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


def _used(catalogue: Catalogue, shown: Block) -> list[Claim]:
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
