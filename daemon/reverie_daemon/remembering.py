"""The form in which answers are remembered: written by whoever answers, read by whoever is asked again.

One form for what was asked and for what was prepared beforehand, so that a later equal question finds either. Whether a
remembered answer may be given again is decided where it is read; here is told whether one that is on show still holds.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from . import core, wire
from .core import evidence
from .core.doubt import said_by
from .core.inputs import deserialise, unchanged
from .core.notes import Answered, Note
from .core.nouns import Composition, Evidence
from .core.redact import redact
from .repository import LiveRepository
from .store.catalogue import StoreCatalogue


@cache
def core_digest() -> str:
    """Another one for other code of the core. What older code composed is not given again: anew it costs nothing, and
    a mistake that was mended must not live on."""
    digest = hashlib.blake2b(digest_size=8)
    for file in sorted(Path(core.__path__[0]).rglob("*.py")):
        digest.update(file.read_bytes())
    return digest.hexdigest()


def answer_to_store(
    composition: Composition,
    *,
    asked: bool,
    tried: str = "",
    composed_by: str = "",
    written_by: str = "",
    prepared_by: str = "",
    reason: str = "",
) -> dict[str, object]:
    """`asked` tells whether a user has seen it: then its citations were checked, while what was only prepared counts as
    new the first time. `tried` names the model whose word on the question is known, `composed_by` the core that
    composed it, "" for what a model wrote; `written_by` is that model, by the name that the ledger has it under, and
    `prepared_by` the analysis that had it ready before anybody asked. `reason` says why a model's word is not shown."""
    return {
        "kind": composition.kind,
        "claims": [wire.claim_to_store(claim) for claim in composition.claims],
        "evidence": [wire.evidence_to_store(one) for one in composition.evidence],
        "confidence": composition.confidence,
        "readings": composition.readings,
        "asked": asked,
        "tried": tried,
        "composed_by": composed_by,
        "written_by": written_by,
        "prepared_by": prepared_by,
        "reason": reason,
        "held": asked and all(one.verified for one in _cited(composition)),
    }


def answer_from_store(answer: Mapping[str, Any]) -> Composition:
    return Composition(
        answer["kind"],
        tuple(wire.claim_from_store(claim) for claim in answer["claims"]),
        tuple(wire.evidence_from_store(one) for one in answer["evidence"]),
        answer["confidence"],
        tuple(answer["readings"]),
    )


def check(composition: Composition, catalogue: StoreCatalogue) -> Composition:
    """The composition with every citation marked by whether it holds on disk now."""
    claims = tuple(evidence.verify(claim, catalogue.text) for claim in composition.claims)
    held = {_place(one) for claim in claims for one in claim.evidence if one.verified}
    pieces = tuple(
        replace(one, verified=_place(one) in held or evidence.holds(one, catalogue.text(one.path)))
        for one in composition.evidence
    )
    return replace(composition, claims=claims, evidence=pieces)


def still_held(answer: Mapping[str, Any], composition: Composition, repository: LiveRepository) -> Composition | None:
    """A kept answer whose every citation held when it was checked and whose files are the same on disk now: they need
    not be read again. None for any other."""
    cited = {(one.path, one.blob) for one in _cited(composition) if one.path}
    if not answer.get("held") or not all(repository.stands(*one) for one in cited):
        return None
    claims = tuple(replace(claim, evidence=_holding(claim.evidence)) for claim in composition.claims)
    return replace(composition, claims=claims, evidence=_holding(composition.evidence))


def _cited(composition: Composition) -> Iterator[Evidence]:
    for claim in composition.claims:
        yield from claim.evidence
    yield from composition.evidence


def _holding(pieces: Iterable[Evidence]) -> tuple[Evidence, ...]:
    return tuple(replace(one, verified=True) for one in pieces)


def _place(one: Evidence) -> tuple[str, int, int, str]:
    return one.path, one.span.start_line, one.span.end_line, one.commit.oid if one.commit else ""


def was_asked(answer: Mapping[str, Any]) -> bool:
    """What an older version kept was always asked."""
    return bool(answer.get("asked", True))


def keep_answer(repository: LiveRepository, answered: Answered, note: Note) -> None:
    """Keeps a prepared answer, unless the same was asked meanwhile and is kept already, or it is one that was marked as
    wrong."""
    if said_by(answered.composition) in repository.store.marks.of(answered.key):
        return
    kept = repository.store.recall(answered.key)
    if kept is not None and was_asked(kept.answer) and kept.inputs == note.inputs:
        return
    composed_by = "" if note.model else core_digest()
    answer = answer_to_store(
        answered.composition, asked=False, composed_by=composed_by, written_by=note.model, prepared_by=note.analysis
    )
    repository.store.remember(
        answered.key, redact(answered.question), answer, note.inputs,
        clock=note.clock, head=note.moment, now=time.time(),
    )  # fmt: skip


def still_holds(repository: LiveRepository, key: str, clock: int) -> bool | None:
    """Whether all that an answer read is as it was at its clock; None where the answer is not kept, so that nobody
    knows. One that was given anew since, for something it read had changed, holds no more."""
    kept = repository.store.recall(key)
    if kept is None:
        return None
    with repository.reading() as catalogue:
        if (kept.clock, kept.head) == (catalogue.clock, repository.moment):
            return kept.clock <= clock
        return kept.clock <= clock and unchanged(deserialise(kept.inputs), catalogue)
