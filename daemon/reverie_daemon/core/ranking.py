"""Scores how well a stretch of source answers a question, by arithmetic a reader can follow.

Pure numbers over text: it fetches nothing. `retrieve` finds the candidates and spreads scores between neighbours.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from reverie_indexers.facts import Span

from reverie_daemon.core.nouns import BlobId, Definition, FileRole
from reverie_daemon.core.terms import Asked, Word


@dataclass(frozen=True, slots=True)
class Weights:
    """What the score is made of. Fitted on questions about some repositories and kept where it helped on others."""

    name: float = 4.0
    owner: float = 1.5
    doc: float = 1.5
    path: float = 1.0
    saturation: float = 2.0
    length: float = 0.4
    exact: float = 8.0
    mentioned: float = 3.0
    file_share: float = 0.3
    class_share: float = 0.2
    callee_share: float = 0.15
    caller_share: float = 0.05
    test: float = 0.45
    docs: float = 0.5
    config: float = 0.5
    last: float = 0.2


WEIGHTS = Weights()


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a file worth reading for a question: at most 60 lines, with its text as stored.

    `title` names it (the symbol's qualname, or the heading); `definition` is the symbol it belongs to, None outside
    symbols. Scores compare within one ranking only; higher is better."""

    path: str
    blob: BlobId
    role: FileRole
    span: Span
    title: str
    text: str
    definition: Definition | None
    score: float


@dataclass(frozen=True, slots=True)
class Ranking:
    """`pieces` best first; `files` best first with their scores; `terms` the question's words, rarest first."""

    question: str
    pieces: tuple[Piece, ...] = ()
    files: tuple[tuple[str, float], ...] = ()
    terms: tuple[str, ...] = ()


@dataclass(slots=True)
class Candidate:
    """A piece while its score is being made. `text` is what `matches` looks into, in lower case."""

    piece: Piece
    lexical: float
    lowered: str
    total: float = 0.0
    spread: float = 0.0
    matched: dict[str, float] = field(default_factory=dict)


def rarity(frequency: int, passages: int) -> float:
    """Inverse document frequency as BM25 has it, never negative."""
    return math.log(1 + (passages - frequency + 0.5) / (frequency + 0.5))


def score(piece: Piece, asked: Asked, rarities: Mapping[str, float], weights: Weights) -> Candidate:
    """BM25 over fields: a word in the name, the owner's name, the doc's first sentence or the path counts as several
    in the body; the more often, the less each adds."""
    lowered = piece.text.lower()
    symbol = piece.definition.symbol if piece.definition else None
    name = (symbol.name if symbol else piece.title).lower()
    owner = symbol.qualname[: -len(symbol.name)].lower() if symbol else ""
    doc = first_sentence(symbol.doc).lower() if symbol else ""
    path = piece.path.lower()
    size = 1 - weights.length + weights.length * len(lowered) / 1200
    matched: dict[str, float] = {}
    for word in asked.words:
        weight = rarities.get(word.text, 0.0)
        if not weight:
            continue
        stem = word.stem
        hits = lowered.count(stem) / size
        hits += weights.name * (stem in name) + weights.owner * (stem in owner)
        hits += weights.doc * (stem in doc) + weights.path * (stem in path)
        if hits:
            matched[word.text] = weight * hits / (hits + weights.saturation)
    return Candidate(piece, sum(matched.values()), lowered, matched=matched)


def first_sentence(doc: str) -> str:
    """A doc comment's first sentence, in one line; "" when there is none."""
    paragraph = " ".join(doc.split("\n\n", 1)[0].split())
    end = paragraph.find(". ")
    return paragraph if end < 0 else paragraph[: end + 1]


def role_factor(role: FileRole, weights: Weights) -> float:
    """How much less a piece counts for standing in a test, a document, a configuration or a generated file."""
    factors: dict[FileRole, float] = {
        "source": 1.0, "test": weights.test, "docs": weights.docs, "config": weights.config, "data": weights.last,
        "generated": weights.last, "vendored": weights.last,
    }  # fmt: skip
    return factors[role]


def rarest(words: Sequence[Word], rarities: Mapping[str, float], limit: int) -> list[Word]:
    """The words that tell most, at most `limit` of them, in the question's order."""
    kept = sorted(words, key=lambda word: -rarities[word.text])[:limit]
    return [word for word in words if word in kept]
