"""An answer written by a model: what it reads is prepared, what it writes is checked, and it replaces what was composed
only where it is at least as good.

The composed answer is there before the model is asked, so a question is answered whatever the model, the network or the
budget does. The repository is read while it is prepared and never again: what was sent is what is checked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from reverie_indexers.facts import Span

from .choices import Role
from .core import evidence, prompting
from .core.evidence import SPAN_LINES_MAX
from .core.nouns import Catalogue, Claim, Composition, Evidence
from .core.prompting import Passage, Reader
from .core.ranking import Ranking
from .errors import UserError
from .models import Models
from .replies import Refused, Reply, Spent

CONTEXT_CHARACTERS_MAX = 8_000
"""About 2,300 tokens: a small context is what makes an answer cheap."""
PASSAGES_MAX = 12
PASSAGE_LINES_MAX = 40
REPLY_TOKENS_MAX = 500
UNVERIFIED = " *(unverified)*"
_ROLE: Role = "answering"


@dataclass(frozen=True, slots=True)
class Prepared:
    """What a model will read for a question: passages, and the lines of their files as they were then."""

    passages: tuple[Passage, ...]
    texts: Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Written:
    """What came of asking a model: `model` is its target, `name` its name. `composition` is its answer where that may
    stand, else None, with the `reason`; `refused` says why there was no reply at all. What was spent is spent either
    way."""

    model: str
    name: str
    spent: Spent
    composition: Composition | None = None
    reason: str = ""
    refused: Refused | None = None

    def to_wire(self) -> dict[str, Any]:
        refused = self.refused
        return {
            "name": self.name,
            "used": self.composition is not None,
            "reason": self.reason,
            "first_paid": self.spent.first_paid,
            "refused": None
            if refused is None
            else {"code": refused.code, "message": refused.message, "next_step": refused.next_step},
        }


class Writing:
    """May be used from any thread."""

    def __init__(self, models: Models) -> None:
        self._models = models

    def model(self) -> str:
        """What names the model that answers; "" where none is chosen. One that cannot be used is named all the same:
        whoever asks is told why."""
        try:
            chosen = self._models.chosen(_ROLE)
        except UserError:
            return "?"
        return chosen.target.label if chosen is not None else ""

    def write(self, root: str, question: str, prepared: Prepared, composed: Composition) -> Iterator[Claim | Written]:
        """The model's claims as they come, each checked; then what came of it."""
        reader = Reader(prepared.passages, prepared.texts.get)
        claims: list[Claim] = []
        prompt = prompting.ask(question, prepared.passages)
        outcome: Reply | Refused | None = None
        for piece in self._models.stream(root, "questions", prompt, tokens_max=REPLY_TOKENS_MAX):
            if not isinstance(piece, str):
                outcome = piece
                continue
            for claim in reader.feed(piece):
                claims.append(claim)
                yield marked(claim)
        if isinstance(outcome, Reply):
            for claim in reader.end():
                claims.append(claim)
                yield marked(claim)
        assert outcome is not None, "a stream ends in a reply or a refusal"
        yield self._judged(outcome, claims, composed)

    def _judged(self, outcome: Reply | Refused, claims: list[Claim], composed: Composition) -> Written:
        label = self.model()
        name = label.rpartition("#")[2].rpartition("/")[2]
        if isinstance(outcome, Refused):
            return Written(label, name, outcome.spent, reason=outcome.message, refused=outcome)
        if not prompting.replaces(claims, composed):
            return Written(label, name, outcome.spent, reason=_why_not(claims))
        return Written(label, name, outcome.spent, _composition(claims, composed))


def _why_not(claims: Sequence[Claim]) -> str:
    """Why claims may not stand in place of what was composed."""
    held = sum(map(evidence.is_verified, claims))
    if not claims:
        return "it cites nothing, so nothing of it can be checked"
    if prompting.surviving_share(claims) >= prompting.SURVIVING_SHARE_MIN:
        return f"{held} of its {len(claims)} claims hold, but they leave out what answers the question"
    return f"only {held} of its {len(claims)} claims hold"


def prepare(catalogue: Catalogue, composed: Composition, ranking: Ranking) -> Prepared:
    """The passages for a question: what the composed answer rests on first, then what ranks best, each once."""
    places = [(one.path, one.blob, one.span, one.symbol) for one in composed.evidence if one.verified and one.path]
    places += [(piece.path, piece.blob, piece.span, piece.title) for piece in ranking.pieces[: 2 * PASSAGES_MAX]]
    passages: list[Passage] = []
    texts: dict[str, Sequence[str]] = {}
    room = CONTEXT_CHARACTERS_MAX
    for path, blob, span, symbol in places:
        if len(passages) == PASSAGES_MAX or any(_overlap(path, span, one) for one in passages):
            continue
        lines = texts.get(path) or catalogue.text(path)
        passage = _passage(path, blob, span, symbol, lines or ())
        if passage is None or len(passage.text) > room:
            continue
        room -= len(passage.text)
        passages.append(passage)
        texts[path] = lines or ()
    return Prepared(tuple(passages), texts)


def _passage(path: str, blob: str, span: Span, symbol: str, lines: Sequence[str]) -> Passage | None:
    end = min(span.end_line, span.start_line + min(PASSAGE_LINES_MAX, SPAN_LINES_MAX) - 1, len(lines))
    if not 1 <= span.start_line <= end:
        return None
    return Passage(path, blob, Span(span.start_line, end), symbol, "\n".join(lines[span.start_line - 1 : end]))


def _overlap(path: str, span: Span, other: Passage) -> bool:
    return path == other.path and span.start_line <= other.span.end_line and other.span.start_line <= span.end_line


def marked(claim: Claim) -> Claim:
    """The claim as it is shown: one that does not hold says so."""
    return claim if evidence.is_verified(claim) else replace(claim, text=claim.text + UNVERIFIED)


def _composition(claims: Sequence[Claim], composed: Composition) -> Composition:
    """The written answer in the form of a composed one. It is as sure as its claims hold."""
    shown = tuple(map(marked, claims))
    pieces: dict[Evidence, None] = {one: None for claim in shown for one in claim.evidence if one.path or one.commit}
    share = prompting.surviving_share(claims)
    confidence = round(min(1.0, (composed.confidence + share) / 2), 2)
    return replace(composed, claims=shown, evidence=tuple(pieces), confidence=confidence)
