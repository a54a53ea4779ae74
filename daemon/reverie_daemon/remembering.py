"""The form in which answers are remembered: written by whoever answers, read by whoever is asked again.

One form for what was asked and for what was prepared beforehand, so that a later equal question finds either. Whether a
remembered answer still holds is decided where it is read.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from . import core, wire
from .core.doubt import said_by
from .core.notes import Answered, Note
from .core.nouns import Composition
from .core.redact import redact
from .repository import LiveRepository


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
    """`asked` tells whether a user has seen it: what was only prepared counts as new the first time. `tried` names the
    model whose word on the question is known, `composed_by` the core that composed it, "" for what a model wrote;
    `written_by` is that model, by the name that the ledger has it under, and `prepared_by` the analysis that had it
    ready before anybody asked. `reason` says why a model's word is not shown."""
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
    }


def answer_from_store(answer: Mapping[str, Any]) -> Composition:
    return Composition(
        answer["kind"],
        tuple(wire.claim_from_store(claim) for claim in answer["claims"]),
        tuple(wire.evidence_from_store(one) for one in answer["evidence"]),
        answer["confidence"],
        tuple(answer["readings"]),
    )


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
