"""An answer written by a model: what it reads is prepared, what it writes is checked, and it replaces what was composed
only where it is at least as good.

The composed answer is there before the model is asked, so a question is answered whatever the model, the network or the
budget does. The repository is read while it is prepared and never again: what was sent is what is checked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from .choices import Role
from .core import evidence, prompting
from .core.nouns import Claim, Composition, Evidence, Route
from .core.prompting import Reader
from .errors import UserError
from .models import Models
from .preferences import Answering
from .replies import Refused, Reply, Spent

REPLY_TOKENS_MAX = 500
if TYPE_CHECKING:
    from .core.briefing import Briefing

SETTLED = "the code itself settles it, so nothing was sent"
NOTHING_TO_READ = "nothing here bears on the question, so there is nothing for it to read"
BEFOREHAND = "the answer was composed before it was asked for"
UNVERIFIED = " *(unverified)*"
_ROLE: Role = "answering"


@dataclass(frozen=True, slots=True)
class Written:
    """What came of asking a model: `model` is its target, `name` its name. `composition` is its answer where that may
    stand, else None, with the `reason`; `refused` says why there was no reply at all. What was spent is spent either
    way. `raw` are the files that it read as they are."""

    model: str
    name: str
    spent: Spent
    composition: Composition | None = None
    reason: str = ""
    refused: Refused | None = None
    raw: tuple[str, ...] = ()
    standing: bool = False
    """What it wrote earlier is the answer that is remembered."""

    @property
    def route(self) -> Route:
        return "raw" if self.raw else "learned"

    def to_wire(self) -> dict[str, Any]:
        refused = self.refused
        return {
            "name": self.name,
            "used": self.standing or self.composition is not None,
            "reason": self.reason,
            "first_paid": self.spent.first_paid,
            "refused": None
            if refused is None
            else {"code": refused.code, "message": refused.message, "next_step": refused.next_step},
        }


class Writing:
    """May be used from any thread."""

    def __init__(self, models: Models, preferences: Callable[[], Answering] = Answering) -> None:
        """`preferences` gives what the user wants of a model now."""
        self._models = models
        self._preferences = preferences

    def preferences(self) -> Answering:
        """The usual ones where the configuration cannot be used, which whoever asks the model is told."""
        try:
            return self._preferences()
        except UserError:
            return Answering()

    def model(self) -> str:
        """What names the model that answers; "" where none is chosen. One that cannot be used is named all the same:
        whoever asks is told why."""
        try:
            chosen = self._models.chosen(_ROLE)
        except UserError:
            return "?"
        return chosen.target.label if chosen is not None else ""

    def name(self) -> str:
        """The model's name as it is shown; "" where none is chosen."""
        return _name(self.model())

    def write(self, root: str, question: str, briefing: Briefing, composed: Composition) -> Iterator[Claim | Written]:
        """The model's claims as they come, each checked; then what came of it."""
        if not briefing.passages:
            yield self.spared(NOTHING_TO_READ)
            return
        reader = Reader(briefing.passages, briefing.texts.get)
        claims: list[Claim] = []
        prompt = prompting.ask(question, briefing.passages, briefing.about)
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
        yield self._judged(outcome, claims, composed, briefing.raw)

    def spared(self, reason: str) -> Written:
        """What comes of not asking the model."""
        label = self.model()
        return Written(label, _name(label), Spent(), reason=reason)

    def _judged(
        self, outcome: Reply | Refused, claims: list[Claim], composed: Composition, raw: tuple[str, ...]
    ) -> Written:
        label = self.model()
        name = _name(label)
        if isinstance(outcome, Refused):
            return Written(label, name, outcome.spent, reason=outcome.message, refused=outcome)
        if not prompting.replaces(claims, composed, unsure=bool(raw)):
            return Written(label, name, outcome.spent, reason=_why_not(claims))
        return Written(label, name, outcome.spent, _composition(claims, composed, raw), raw=raw)


def earlier_word(label: str, reason: str, composed_by: str) -> Written:
    """What is known of a model's word on a question that is answered from memory: nothing is spent now."""
    why = reason or (BEFOREHAND if composed_by else "")
    return Written(label, _name(label), Spent(), reason=why, standing=not composed_by)


def _name(label: str) -> str:
    return label.rpartition("#")[2].rpartition("/")[2]


def _why_not(claims: Sequence[Claim]) -> str:
    """Why claims may not stand in place of what was composed."""
    held = sum(map(evidence.is_verified, claims))
    if not claims:
        return "it cites nothing, so nothing of it can be checked"
    if prompting.surviving_share(claims) >= prompting.SURVIVING_SHARE_MIN:
        return f"{held} of its {len(claims)} claims hold, but they leave out what answers the question"
    return f"only {held} of its {len(claims)} claims hold"


def marked(claim: Claim) -> Claim:
    """The claim as it is shown: one that does not hold says so."""
    return claim if evidence.is_verified(claim) else replace(claim, text=claim.text + UNVERIFIED)


def told(raw: Sequence[str]) -> Claim:
    """What an answer says that was read out of the source itself."""
    files = ", ".join(f"`{path}`" for path in raw)
    return Claim(f"*Nothing that was learned surely answers this, so {files} {_be(raw)} read.*")


def _be(paths: Sequence[str]) -> str:
    return "was" if len(paths) == 1 else "were"


def _composition(claims: Sequence[Claim], composed: Composition, raw: Sequence[str]) -> Composition:
    """The written answer in the form of a composed one. It is as sure as its claims hold."""
    shown = (*map(marked, claims), *([told(raw)] if raw else ()))
    pieces: dict[Evidence, None] = {one: None for claim in shown for one in claim.evidence if one.path or one.commit}
    share = prompting.surviving_share(claims)
    confidence = round(min(1.0, (composed.confidence + share) / 2), 2)
    return replace(composed, claims=shown, evidence=tuple(pieces), confidence=confidence)
