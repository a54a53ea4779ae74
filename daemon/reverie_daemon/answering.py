"""From a question to an answer: what is pending is applied first, then remembered or composed, checked and priced.

The thinking is the core's (`understand`, `rank`, `compose`, `pack`). This module hands it a catalogue that records what
was read, so that an answer can later be told fresh from stale, and keeps the accounts.
"""

from __future__ import annotations

import os
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from typing import Any

from . import wire
from .core import evidence, savings
from .core.compose import compose
from .core.inputs import Recorder, deserialise, serialise, unchanged
from .core.nouns import Claim, Composition, Evidence
from .core.packing import Form, Part, pack
from .core.questions import Question, key, understand
from .core.ranking import Ranking
from .core.redact import redact
from .core.retrieve import rank
from .repository import LiveRepository, Pending
from .store.catalogue import StoreCatalogue
from .store.ledger import Ledger
from .tokens import TokenCounter

ANSWERS_VERSION = 2
"""Raised whenever the same facts give another answer, so that none of an older program is remembered."""
CATCH_UP_S = 0.3
CONVERSATIONS_MAX = 200
HISTORY_FILES_MAX, HISTORY_COMMITS_MAX = 3, 3
TURNS_MAX = 20


@dataclass(frozen=True, slots=True)
class _Found:
    """An answer and how it came about. `inputs` is what a new one read; `repeated` says that it was given before at the
    same clock, and so counts in no total."""

    route: str
    composition: Composition
    inputs: tuple[tuple[str, str], ...] = ()
    repeated: bool = False


class Answering:
    """Answers questions about any repository, from any thread; keeps the conversations that go on."""

    def __init__(self, ledger: Ledger, counter: TokenCounter) -> None:
        self._ledger = ledger
        self._counter = counter
        self._turns: OrderedDict[str, tuple[Question, ...]] = OrderedDict()
        self._lock = threading.Lock()

    def ask(
        self, repository: LiveRepository, text: str, *, under: str, conversation: str, counted: bool
    ) -> Iterator[dict[str, Any]]:
        """`understood`, a `claim` for each statement, then `answer`."""
        began_s = time.perf_counter()
        conversation = conversation or f"c{secrets.token_hex(4)}"
        repository.expect(text)
        pending = repository.catch_up(CATCH_UP_S)
        with repository.reading() as catalogue:
            question = understand(text, catalogue, conversation=self._earlier(conversation))
            yield {"event": "understood", "kind": question.kind, "subjects": [s.mention for s in question.subjects]}
            identity = f"{ANSWERS_VERSION}|{under}|{key(question)}"
            found = _remembered(repository, catalogue, identity) or _composed(question, catalogue, under)
            for claim in found.composition.claims:
                yield {"event": "claim", "text": claim.text}
            account = savings.account(
                text,
                found.composition.claims,
                catalogue.text,
                self._counter.count_for_display,
                already_read=self._ledger.conversation_files(conversation),
            )
            clock, revision = catalogue.clock, catalogue.notes_revision
        self._continue(conversation, question)
        counts = savings.is_counted(repeated=found.repeated, measured=not counted)
        ledger_id = self._record(repository, text, found.route, account, conversation, counts) if counted else None
        if found.route != "remembered" and not pending:
            self._remember(repository, identity, text, found, clock)
        yield {
            "event": "answer",
            **_answer(text, found, pending),
            "conversation": conversation,
            "ledger_id": ledger_id,
            "clock": clock,
            "notes_revision": revision,
            "tokens": _tokens(account),
            "latency_ms": round((time.perf_counter() - began_s) * 1000, 1),
        }

    def context(
        self, repository: LiveRepository, text: str, *, tokens_max: int, under: str, form: Form, parts: Collection[Part]
    ) -> dict[str, Any]:
        """What a model or another agent should read for the question, of at most `tokens_max` tokens."""
        began_s = time.perf_counter()
        repository.expect(text)
        pending = repository.catch_up(CATCH_UP_S)
        with repository.reading() as catalogue:
            ranking = rank(text, catalogue, under=under)
            commits = _last_commits(ranking, catalogue) if "history" in parts else ()
            packed = pack(ranking, tokens_max, self._counter.count, form=form, parts=parts, commits=commits)
            clock, revision = catalogue.clock, catalogue.notes_revision
        return {
            "question": text,
            "context": packed.text,
            "tokens": packed.tokens,
            "evidence": [wire.piece_to_wire(piece) for piece in packed.evidence],
            "pending": pending.to_wire(),
            "clock": clock,
            "notes_revision": revision,
            "latency_ms": round((time.perf_counter() - began_s) * 1000, 1),
        }

    def _earlier(self, conversation: str) -> tuple[Question, ...]:
        with self._lock:
            return self._turns.get(conversation, ())

    def _continue(self, conversation: str, question: Question) -> None:
        with self._lock:
            self._turns[conversation] = (*self._turns.pop(conversation, ()), question)[-TURNS_MAX:]
            while len(self._turns) > CONVERSATIONS_MAX:
                self._turns.popitem(last=False)

    def _record(
        self,
        repository: LiveRepository,
        text: str,
        route: str,
        account: savings.Account,
        conversation: str,
        counts: bool,
    ) -> int:
        return self._ledger.record(
            at=time.time(),
            date=time.strftime("%Y-%m-%d"),
            repository=os.fsencode(repository.root),
            kind="awake",
            tokens=account.tokens,
            question=redact(text),
            route=route,
            counted=counts,
            conversation=conversation,
            files=account.files,
        )

    def _remember(self, repository: LiveRepository, identity: str, text: str, found: _Found, clock: int) -> None:
        composition = found.composition
        answer: dict[str, object] = {
            "kind": composition.kind,
            "claims": [wire.claim_to_store(claim) for claim in composition.claims],
            "evidence": [wire.evidence_to_store(one) for one in composition.evidence],
            "confidence": composition.confidence,
            "readings": composition.readings,
        }
        repository.store.remember(
            identity, redact(text), answer, found.inputs, clock=clock, head=repository.moment, now=time.time()
        )


def _remembered(repository: LiveRepository, catalogue: StoreCatalogue, identity: str) -> _Found | None:
    """An earlier answer to the same question, where all that it read is still the same and its citations hold."""
    kept = repository.store.recall(identity)
    if kept is None:
        return None
    untouched = (kept.clock, kept.head) == (catalogue.clock, repository.moment)
    if not untouched and not unchanged(deserialise(kept.inputs), catalogue):
        return None
    answer: Any = kept.answer
    composition = Composition(
        answer["kind"],
        tuple(wire.claim_from_store(claim) for claim in answer["claims"]),
        tuple(wire.evidence_from_store(one) for one in answer["evidence"]),
        answer["confidence"],
        tuple(answer["readings"]),
    )
    return _Found("remembered", _checked(composition, catalogue), repeated=kept.clock == catalogue.clock)


def _composed(question: Question, catalogue: StoreCatalogue, under: str) -> _Found:
    recorder = Recorder(catalogue)
    composition = compose(question, recorder, lambda: rank(question.text, recorder, under=under))
    return _Found("composed", _checked(composition, catalogue), serialise(recorder.inputs()))


def _checked(composition: Composition, catalogue: StoreCatalogue) -> Composition:
    """The composition with every citation marked by whether it holds on disk now."""
    claims = tuple(evidence.verify(claim, catalogue.text) for claim in composition.claims)
    held = {_place(one) for claim in claims for one in claim.evidence if one.verified}
    pieces = tuple(
        replace(one, verified=_place(one) in held or evidence.holds(one, catalogue.text(one.path)))
        for one in composition.evidence
    )
    return replace(composition, claims=claims, evidence=pieces)


def _place(one: Evidence) -> tuple[str, int, int, str]:
    return one.path, one.span.start_line, one.span.end_line, one.commit.oid if one.commit else ""


def _last_commits(ranking: Ranking, catalogue: StoreCatalogue) -> tuple[str, ...]:
    """A line on each of the last commits of the files that matter most, each commit once."""
    found: dict[str, str] = {}
    for path, _ in ranking.files[:HISTORY_FILES_MAX]:
        for commit in catalogue.commits(path, HISTORY_COMMITS_MAX):
            found.setdefault(commit.oid, f"commit {commit.oid[:10]} {commit.date[:10]} {path}: {commit.subject}")
    return tuple(found.values())


def _answer(text: str, found: _Found, pending: Pending) -> dict[str, Any]:
    composition = found.composition
    return {
        "question": text,
        "answer": composition.markdown,
        "route": found.route,
        "confidence": round(composition.confidence, 2),
        "fresh": not pending,
        "evidence": [wire.evidence_to_wire(one) for one in composition.evidence],
        "unverified": [claim.text for claim in composition.claims if _fails(claim)],
        "readings": list(composition.readings),
        "pending": pending.to_wire(),
        "cost_usd": 0.0,
    }


def _fails(claim: Claim) -> bool:
    return bool(claim.evidence) and not evidence.is_verified(claim)


def _tokens(account: savings.Account) -> dict[str, int]:
    counted = account.tokens
    return {
        "prompt": counted.prompt,
        "cached": counted.cached,
        "completion": counted.completion,
        "baseline": counted.baseline,
        "saved": counted.saved,
    }
