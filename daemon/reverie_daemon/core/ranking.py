"""Scores how well a stretch of source answers a question, by arithmetic a reader can follow.

Pure numbers over text: it fetches nothing. `candidates` finds what to score, `neighbours` lets pieces speak for each
other.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from reverie_indexers.facts import Span

from reverie_daemon.core.nouns import BlobId, Definition, FileRole
from reverie_daemon.core.terms import Asked, Word

COSINE_MIN = 0.2
"""A text that is no nearer to a question than this has nothing to do with it."""
USUAL_CHARACTERS = 1_200
"""A passage of usual length; longer ones need more occurrences to count as much."""


@dataclass(frozen=True, slots=True)
class Weights:
    """What a score is made of. Chosen on questions about some repositories, kept where it helped on others."""

    name: float = 4.0
    """How many occurrences in the body one in the name is worth."""
    around: float = 2.0
    """The same for the enclosing name, the doc's first sentence and the path."""
    saturation: float = 3.0
    """With so many occurrences a word has half of its full weight."""
    length: float = 0.7
    """How far a long text is discounted: 0 not at all, 1 in proportion."""
    exact: float = 10.0
    """For being what the question names, as code or as a path."""
    hinted: float = 2.5
    """For being what the question seems to name ("the Skip class", "the links method")."""
    meaning: float = 8.0
    """For each unit of cosine with the question's meaning above `COSINE_MIN`."""
    described: float = 1.5
    """How much more a word tells that describes the thing asked about than one that says what is asked of it."""
    class_share: float = 0.3
    """What a class gives of its score to its members."""
    callee_share: float = 0.4
    """What a piece gives of its score to what it calls or names."""
    around_named: float = 5.0
    """For using what the question names, or being what a test that it names is about."""
    file_share: float = 0.05
    """What a file gives of the sum of its best pieces' scores to each of its pieces."""
    test: float = 0.5
    """Factors for roles: what stands there counts that much less than the same text in a source file."""
    docs: float = 0.5
    config: float = 0.5
    beside: float = 0.5
    last: float = 0.2
    source_unasked: float = 0.5
    """For source, when the question asks for tests, documents or configuration."""


WEIGHTS = Weights()


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a file worth reading for a question: at most 60 lines.

    `text` is its lines as stored; of a piece that was reached by name rather than found, only signature and doc.
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
    complete: bool = True

    @property
    def key(self) -> tuple[str, int]:
        """What tells pieces of one worktree apart."""
        return self.path, self.span.start_line


@dataclass(frozen=True, slots=True)
class Ranking:
    """`pieces` best first; `files` best first with their scores; `terms` the question's words that were looked for,
    with `stems` as they can be found in lower-case text."""

    question: str
    pieces: tuple[Piece, ...] = ()
    files: tuple[tuple[str, float], ...] = ()
    terms: tuple[str, ...] = ()
    stems: tuple[str, ...] = ()


def rarity(frequency: int, passages: int) -> float:
    """Inverse document frequency as BM25 has it, never negative."""
    return math.log(1 + (passages - frequency + 0.5) / (frequency + 0.5))


def lexical_score(piece: Piece, words: Iterable[Word], rarities: Mapping[str, float], weights: Weights) -> float:
    """BM25 over fields: a word in the name, the owner's name, the doc's first sentence or the path counts as several
    in the body; the more often it occurs, the less each adds."""
    body = piece.text.lower()
    symbol = piece.definition.symbol if piece.definition else None
    name = (symbol.name if symbol else piece.title).lower()
    owner = symbol.qualname[: -len(symbol.name)].lower() if symbol else ""
    doc = first_sentence(symbol.doc).lower() if symbol else ""
    path = piece.path.lower()
    norm = 1 - weights.length + weights.length * len(body) / USUAL_CHARACTERS
    total = 0.0
    for word in words:
        stem = word.stem
        around = (stem in owner) + (stem in doc) + (stem in path)
        hits = body.count(stem) / norm + weights.name * (stem in name) + weights.around * around
        total += rarities[word.text] * hits / (hits + weights.saturation)
    return total


def meaning_score(cosine: float, weights: Weights) -> float:
    """What nearness in meaning adds to a score, so that a passage in other words than the question's is found too."""
    return weights.meaning * max(0.0, cosine - COSINE_MIN)


def first_sentence(doc: str) -> str:
    """A doc comment's first sentence, in one line; "" when there is none."""
    paragraph = " ".join(doc.split("\n\n", 1)[0].split())
    end = paragraph.find(". ")
    return paragraph if end < 0 else paragraph[: end + 1]


def rarest(words: Sequence[Word], rarities: Mapping[str, float], limit: int) -> list[Word]:
    """The words that tell most, at most `limit` of them, in the question's order."""
    kept = sorted(words, key=lambda word: -rarities[word.text])[:limit]
    return [word for word in words if word in kept]


_ASKS_FOR: dict[FileRole, re.Pattern[str]] = {
    "test": re.compile(
        r"\b(which|what|any|where (is|are) (the|an?)|is there an?) (\w+ )?tests?\b"
        r"|(?<!being )\b(un)?tested\b|\btests? (for|cover|exercis)",
        re.I,
    ),
    "docs": re.compile(
        r"\b(in|by|of) the (docs|documentation)\b|\b(documented|readme|changelog|release notes|tutorial)\b", re.I
    ),
    "config": re.compile(r"\b(config(uration)? files?|settings file|pyproject|workflow|ci|package\.json)\b", re.I),
}


HOW_TO = re.compile(r"^\W*how (?:(?:do|can|could|should|would) (?:i|we|you|one)|to)\b", re.I)


def role_factors(asked: Asked, weights: Weights) -> dict[FileRole, float]:
    """How much a piece counts for the role of its file: less outside source, unless the question asks for that role."""
    factors: dict[FileRole, float] = {
        "source": 1.0, "test": weights.test, "docs": weights.docs, "config": weights.config, "data": weights.last,
        "generated": weights.last, "vendored": weights.last,
    }  # fmt: skip
    if HOW_TO.search(asked.question):
        factors["docs"] = 1.0  # written for whoever asks so
    wanted = asks_for(asked.question)
    if wanted:
        factors["source"] = weights.source_unasked
        factors.update(dict.fromkeys(wanted, 1.0))
    return factors


def asks_for(question: str) -> set[FileRole]:
    """The roles of files, other than source, that a question asks for."""
    return {role for role, pattern in _ASKS_FOR.items() if pattern.search(question)}
