"""Question and catalogue in, ranked pieces out: the lexical half of answering, without a model.

Candidates come from full text, from the names the question mentions, and from one step along calls and classes. It
reads through the `Catalogue` only, with a bounded number of queries, and packs nothing: see `packing`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from reverie_indexers.facts import Span

from reverie_daemon.core.nouns import Catalogue, Definition, FileRole, PassageHit
from reverie_daemon.core.ranking import WEIGHTS, Candidate, Piece, Ranking, Weights, rarest, rarity, role_factor, score
from reverie_daemon.core.terms import Asked, understand

SEARCH_TERMS_MAX = 16
SOURCE_HITS_MAX = 160
OTHER_HITS_MAX = 60
NAMES_MAX = 8
PIECE_LINES_MAX = 60
STARTS_MAX = 12
"""Of how many of the best candidates the neighbours are looked at."""

_SOURCE: tuple[FileRole, ...] = ("source",)
_OTHER_ROLES: tuple[FileRole, ...] = ("test", "docs", "config", "data", "generated", "vendored")
_USED = re.compile(r"[^\W\d]\w{2,}")

Key = tuple[str, int]


def rank(question: str, catalogue: Catalogue, *, under: str = "", weights: Weights = WEIGHTS) -> Ranking:
    """What to read for this question, best first. `under` keeps to one folder. An empty ranking means that no word of
    the question occurs in the repository."""
    asked = understand(question)
    passages = max(1, catalogue.passage_count())
    rarities = {word.text: rarity(catalogue.frequency(word.text), passages) for word in asked.words}
    terms = [word.text for word in rarest(asked.words, rarities, SEARCH_TERMS_MAX)]
    candidates = _gather(asked, catalogue, terms, rarities, under, weights)
    _finish(candidates, asked, catalogue, weights)
    ordered = sorted(candidates.values(), key=lambda c: (-c.total, c.piece.path, c.piece.span.start_line))
    return Ranking(question, tuple(_scored(c) for c in ordered), _files(ordered), tuple(terms))


def _gather(
    asked: Asked, catalogue: Catalogue, terms: list[str], rarities: dict[str, float], under: str, weights: Weights
) -> dict[Key, Candidate]:
    hits = list(catalogue.search(terms, SOURCE_HITS_MAX, under, _SOURCE))
    hits += catalogue.search(terms, OTHER_HITS_MAX, under, _OTHER_ROLES)
    pieces = [_piece_of_hit(hit) for hit in hits]
    known = {(piece.path, piece.span.start_line) for piece in pieces}
    for name in asked.names[:NAMES_MAX]:
        for definition in catalogue.definitions(name, 8):
            piece = piece_of_definition(definition, catalogue)
            if piece and (piece.path, piece.span.start_line) not in known and piece.path.startswith(under):
                known.add((piece.path, piece.span.start_line))
                pieces.append(piece)
    return {(piece.path, piece.span.start_line): score(piece, asked, rarities, weights) for piece in pieces}


def _piece_of_hit(hit: PassageHit) -> Piece:
    return Piece(hit.path, hit.blob, hit.role, hit.span, hit.title, hit.text, hit.definition, 0.0)


def piece_of_definition(definition: Definition, catalogue: Catalogue) -> Piece | None:
    """The head of a symbol, at most 60 lines; None when its file cannot be read now."""
    lines = catalogue.text(definition.path)
    if lines is None:
        return None
    start = definition.symbol.span.start_line
    end = min(definition.symbol.span.end_line, start + PIECE_LINES_MAX - 1, len(lines))
    text = "\n".join(lines[start - 1 : end])
    title = definition.symbol.qualname
    return Piece(definition.path, definition.blob, definition.role, Span(start, end), title, text, definition, 0.0)


def _finish(candidates: dict[Key, Candidate], asked: Asked, catalogue: Catalogue, weights: Weights) -> None:
    names = set(asked.names)
    owners = set(asked.owners)
    for candidate in candidates.values():
        candidate.total = candidate.lexical
        definition = candidate.piece.definition
        if definition:
            parts = definition.symbol.qualname.split(".")
            if definition.symbol.name in names:
                candidate.total += weights.exact if not owners or owners & set(parts) else weights.exact / 2
            elif names & set(parts):
                candidate.total += weights.mentioned
        candidate.total *= role_factor(candidate.piece.role, weights)
    best: dict[str, list[float]] = {}
    for candidate in candidates.values():
        best.setdefault(candidate.piece.path, []).append(candidate.total)
    for candidate in candidates.values():
        top = sorted(best[candidate.piece.path], reverse=True)[:3]
        candidate.spread += weights.file_share * sum(top) / 3
    for candidate in candidates.values():
        candidate.total += candidate.spread


def _scored(candidate: Candidate) -> Piece:
    piece = candidate.piece
    return Piece(
        piece.path, piece.blob, piece.role, piece.span, piece.title, piece.text, piece.definition, candidate.total
    )


def _files(ordered: Iterable[Candidate]) -> tuple[tuple[str, float], ...]:
    scores: dict[str, float] = {}
    for candidate in ordered:
        scores.setdefault(candidate.piece.path, candidate.total)
    return tuple(scores.items())
