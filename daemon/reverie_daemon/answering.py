"""From a question to an answer: what is pending is applied first, then remembered or composed, checked and priced.

The thinking is the core's (`understand`, `rank`, `compose`, `pack`). This module hands it a catalogue that records what
was read, so that an answer can later be told fresh from stale, and keeps the accounts.
"""

from __future__ import annotations

import logging
import os
import secrets
import threading
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from . import wire
from .conversations import Conversations
from .core import evidence, following, savings
from .core.briefing import Briefing, brief, settled, topics
from .core.budget import MICRO
from .core.compose import compose
from .core.doubt import doubted, said_by
from .core.inputs import Recorder, deserialise, serialise, unchanged
from .core.nouns import Claim, Composition, Evidence, Tokens
from .core.phrasings import phrasings
from .core.questions import Question, key, understand
from .core.ranking import Piece
from .core.redact import redact
from .core.retrieve import rank
from .core.trailing import trailing
from .errors import UserError
from .meaning import Meaning
from .recalling import fresh_notes
from .remembering import answer_from_store, answer_to_store, check, core_digest, still_held, was_asked
from .repository import CATCH_UP_S, LiveRepository, Pending
from .store.catalogue import StoreCatalogue
from .store.foresight import Asked
from .store.ledger import Ledger
from .tokens import TokenCounter
from .writing import SETTLED, Writing, Written, earlier_word

HISTORICAL = frozenset({"history", "recent", "commit"})
"""Kinds of question that only git's history answers."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Found:
    """An answer and how it came about. `inputs` is what it read; `repeated` says that it was given before at the same
    clock, and so counts in no total; `known` that it is remembered as asked already. `prepared` is what a model would
    read for it; `written` what came of asking one, now or earlier; `tried` names the model whose word on the question
    is known, `written_by` the one whose word a remembered answer is, and `prepared_by` the analysis that had it ready.
    `said` tells what it says; `marked` that this was marked as wrong before."""

    route: str
    composition: Composition
    inputs: tuple[tuple[str, str], ...] = ()
    repeated: bool = False
    known: bool = False
    composed_by: str = ""
    prepared: Briefing | None = None
    written: Written | None = None
    tried: str = ""
    written_by: str = ""
    prepared_by: str = ""
    said: str = ""
    marked: bool = False


@dataclass(frozen=True, slots=True)
class _Given:
    """An answer as of one moment of the repository, with the key under which it may be remembered. HEAD may have moved
    on from `moment` by the time a model has written. `taken_up` is the question as later ones refer to it; `marks` are
    the answers to it that were marked as wrong."""

    question: Question
    taken_up: Question
    identity: str
    found: _Found
    account: savings.Account
    clock: int
    moment: str
    notes_revision: int
    marks: Mapping[str, float]
    without_history: bool


class Answering:
    """Answers questions about any repository, from any thread."""

    def __init__(
        self,
        ledger: Ledger,
        counter: TokenCounter,
        meaning: Meaning,
        writing: Writing,
        asked: Callable[[LiveRepository, Asked], None] = lambda repository, question: None,
    ) -> None:
        """`asked` is told each question that counts, so that predictions can be scored."""
        self._ledger = ledger
        self._counter = counter
        self._meaning = meaning
        self._writing = writing
        self._asked = asked
        self._conversations = Conversations()

    def warm(self) -> None:
        """Makes ready, meanwhile, what a first question would wait for."""
        threading.Thread(target=phrasings, name="phrasings", daemon=True).start()
        self._counter.warm()
        self._meaning.warm()

    def ask(
        self,
        repository: LiveRepository,
        text: str,
        *,
        under: str,
        conversation: str,
        counted: bool,
        again: bool = False,
    ) -> Iterator[dict[str, Any]]:
        """`understood`, `composed` where a model is asked meanwhile, a `claim` for each statement, then `answer`.
        With `again` nothing is taken from memory, and a model is asked even where facts alone settle it."""
        began_s = time.perf_counter()
        # A secret pasted into a question is no part of it: it is neither looked for, nor kept, nor sent.
        asked, text = text, redact(text)
        conversation = conversation or f"c{secrets.token_hex(4)}"
        repository.expect(text)
        given, pending = repository.read(
            lambda catalogue: self._given(repository, catalogue, text, under, conversation, again),
            CATCH_UP_S,
            lambda given: _paths(given.found.composition.evidence),
        )
        pending = replace(pending, history=given.without_history)
        question, found, account = given.question, given.found, given.account
        yield {"event": "understood", "kind": question.kind, "subjects": [s.mention for s in question.subjects]}
        if found.prepared is not None:
            stands = _trailing(found, pending).composition.markdown
            yield {"event": "composed", "answer": stands, "model": self._writing.name()}
            found = yield from self._written(repository, text, found, found.prepared)
            account = self._repriced(text, found, account, conversation)
        found = _trailing(_compared(found, given.marks), pending)
        # What a model wrote was told as it came, but for what is said about it.
        written = found.written is not None and found.route == found.written.route
        for claim in found.composition.claims:
            if not written or not claim.evidence:
                yield {"event": "claim", "text": claim.text, "verified": not _fails(claim)}
        self._conversations.go_on(conversation, given.taken_up)
        counts = savings.is_counted(repeated=found.repeated, measured=not counted)
        called = found.written is not None and found.written.spent.calls
        ledger_id = (
            self._record(repository, text, given.identity, found, account, conversation, counts)
            if counted or called
            else None
        )
        if counts:
            with _failure_logged():
                self._asked(repository, _asked(question, given.identity, account.tokens))
        if not (found.known or found.marked or pending):
            self._remember(repository, given, text, found)
        yield {
            "event": "answer",
            **_answer(asked, found, pending),
            "conversation": conversation,
            "ledger_id": ledger_id,
            "key": given.identity,
            "clock": given.clock,
            "notes_revision": given.notes_revision,
            "tokens": wire.tokens_to_wire(account.tokens),
            "latency_ms": round((time.perf_counter() - began_s) * 1000, 1),
        }

    def _given(
        self,
        repository: LiveRepository,
        catalogue: StoreCatalogue,
        text: str,
        under: str,
        conversation: str,
        again: bool,
    ) -> _Given:
        """The answer as of the catalogue's moment, checked and priced; nothing is kept of it yet."""
        earlier = self._conversations.earlier(conversation)
        question = understand(text, catalogue, conversation=earlier)
        identity = f"{under}|{key(question)}"
        model = self._writing.model()
        marks = repository.store.marks.of(identity)
        without_history = question.kind in HISTORICAL and not repository.knows_history
        kept = _remembered(repository, catalogue, identity, model, marks)
        if kept is None or again:
            found = self._composed(repository, question, catalogue, under, earlier if model else None, again)
            found = replace(found, repeated=kept is not None and kept.repeated)
        else:
            found = kept
        account = self._priced(text, found, catalogue.text, conversation)
        return _Given(
            question,
            following.taken_up(question, found.composition, catalogue),
            identity,
            found,
            account,
            catalogue.clock,
            repository.moment,
            catalogue.notes_revision,
            marks,
            without_history,
        )

    def _composed(
        self,
        repository: LiveRepository,
        question: Question,
        catalogue: StoreCatalogue,
        under: str,
        earlier: Sequence[Question] | None,
        again: bool,
    ) -> _Found:
        """The composed answer; with what a model would read for it, where there is one: `earlier` is then the
        conversation so far."""
        recorder = Recorder(catalogue)
        composition = compose(question, recorder, lambda: rank(question.text, recorder, under=under))
        checked = check(composition, catalogue)
        found = _Found("composed", checked, serialise(recorder.inputs()), composed_by=core_digest())
        if earlier is None:
            return found
        wanted = self._writing.preferences()
        if wanted.facts_alone and not again and settled(question, checked):
            spared = self._writing.spared(SETTLED)
            return replace(found, written=spared, tried=spared.model)
        ranking = rank(question.text, recorder, under=under)
        notes = fresh_notes(repository, catalogue, topics(question, checked, ranking))
        prepared = brief(question, checked, ranking, notes, recorder, self._counter.count, wanted.budgets, earlier)
        inputs = dict((*prepared.inputs, *serialise(recorder.inputs())))
        return replace(found, inputs=tuple(inputs.items()), prepared=prepared)

    def _written(
        self, repository: LiveRepository, text: str, found: _Found, prepared: Briefing
    ) -> Generator[dict[str, Any], None, _Found]:
        """The answer with a model's word on it: its claims as events, and what it wrote in place of what was composed,
        where that may stand."""
        shown = 0
        for event in self._writing.write(repository.root, text, prepared, found.composition):
            if isinstance(event, Claim):
                shown += 1
                yield {"event": "claim", "text": event.text, "verified": not _fails(event)}
                continue
            tried = "" if event.refused is not None else event.model
            if event.composition is not None:
                return replace(
                    found, route=event.route, composition=event.composition, composed_by="", written=event, tried=tried,
                    written_by=event.name,
                )  # fmt: skip
            if shown:
                yield {"event": "withdrawn", "reason": event.reason}
            found = replace(found, written=event, tried=tried)
        return found

    def _priced(self, text: str, found: _Found, text_of: evidence.TextOf, conversation: str) -> savings.Account:
        return savings.account(
            text,
            found.composition.claims,
            text_of,
            self._counter.count_for_display,
            already_read=self._ledger.conversation_files(conversation),
        )

    def _repriced(self, text: str, found: _Found, account: savings.Account, conversation: str) -> savings.Account:
        """The account after a model was asked: other files may be cited, and what was spent counts, used or not."""
        if found.written is None or found.prepared is None:
            return account
        if found.route == found.written.route:
            account = self._priced(text, found, found.prepared.texts.get, conversation)
        used = found.written.spent.usage
        tokens = Tokens(used.prompt, used.cached, used.completion + used.reasoning, account.tokens.baseline)
        return replace(account, tokens=tokens)

    def _record(
        self,
        repository: LiveRepository,
        text: str,
        identity: str,
        found: _Found,
        account: savings.Account,
        conversation: str,
        counts: bool,
    ) -> int | None:
        """The entry's number, None where it cannot be written: an answer is worth more than its being counted."""
        written = found.written
        with _failure_logged():
            return self._ledger.record(
                at=time.time(),
                date=time.strftime("%Y-%m-%d"),
                repository=os.fsencode(repository.root),
                kind="awake",
                tokens=account.tokens,
                question=text,
                route=found.route,
                cost_microusd=written.spent.microusd if written else 0,
                counted=counts,
                conversation=conversation,
                files=account.files,
                model=written.name if written and written.spent.calls else found.written_by,
                analysis=found.prepared_by if found.route == "remembered" else "",
                calls=written.spent.calls if written else (),
                key=identity,
                said=found.said,
            )
        return None

    def _remember(self, repository: LiveRepository, given: _Given, text: str, found: _Found) -> None:
        answer = answer_to_store(
            found.composition,
            asked=True,
            tried=found.tried,
            composed_by=found.composed_by,
            written_by=found.written_by,
            prepared_by=found.prepared_by,
            reason=found.written.reason if found.written else "",
        )
        with _failure_logged():
            repository.store.remember(
                given.identity, text, answer, found.inputs, clock=given.clock, head=given.moment, now=time.time()
            )


@contextmanager
def _failure_logged() -> Iterator[None]:
    try:
        yield
    except UserError as error:
        log.warning("%s", error.message)


def _remembered(
    repository: LiveRepository, catalogue: StoreCatalogue, identity: str, model: str, marks: Mapping[str, float]
) -> _Found | None:
    """An earlier answer to the same question, where all that it read is still the same and its citations hold. One that
    was asked for when there was no such model as now is given anew, since the model may do better; so is one that was
    marked as wrong."""
    kept = repository.store.recall(identity)
    if kept is None or (model and kept.answer.get("asked", True) and kept.answer.get("tried", "") != model):
        return None
    composed_by = str(kept.answer.get("composed_by", ""))
    if composed_by not in ("", core_digest()):
        return None
    untouched = (kept.clock, kept.head) == (catalogue.clock, repository.moment)
    if not untouched and not unchanged(deserialise(kept.inputs), catalogue):
        return None
    composition, known = answer_from_store(kept.answer), was_asked(kept.answer)
    if said_by(composition) in marks:
        return None
    repeated = known and kept.clock == catalogue.clock
    checked = still_held(kept.answer, composition, repository) or check(composition, catalogue)
    # One that was prepared, and is given now although there is a model, stays the answer: asking again costs nothing.
    tried = str(kept.answer.get("tried", "")) if known else model
    written_by, prepared_by = (str(kept.answer.get(name, "")) for name in ("written_by", "prepared_by"))
    word = earlier_word(written_by or tried, str(kept.answer.get("reason", "")), composed_by) if model else None
    return _Found(
        "remembered", checked, kept.inputs, repeated, known, composed_by,
        written=word, tried=tried, written_by=written_by, prepared_by=prepared_by,
    )  # fmt: skip


def _compared(found: _Found, marks: Mapping[str, float]) -> _Found:
    """The answer, with what tells it; with a notice and less sure where it is one that was marked as wrong."""
    said = said_by(found.composition)
    if said not in marks:
        return replace(found, said=said)
    marked_on = time.strftime("%Y-%m-%d", time.localtime(marks[said]))
    composition = doubted(found.composition, marked_on)
    return replace(found, composition=composition, said=said, marked=True, repeated=True)


def _trailing(found: _Found, pending: Pending) -> _Found:
    """The answer, with what it cannot know yet."""
    told = trailing(found.composition, files=pending.files, share=pending.share, history=pending.history)
    return replace(found, composition=told)


def _asked(question: Question, identity: str, tokens: Tokens) -> Asked:
    """A question for the score: what it was about is a file, where it was about one."""
    subject = question.subject
    path = "" if subject is None else subject.definition.path if subject.definition else subject.path
    about = "" if path.endswith("/") else path
    return Asked(identity, question.kind, about, time.time(), tokens.saved, spent=tokens.spent)


def _paths(cited: Iterable[Evidence | Piece]) -> set[str]:
    return {one.path for one in cited if one.path}


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
        "marked_wrong": found.marked,
        "pending": pending.to_wire(),
        "cost_usd": _usd(found.written),
        "model": found.written.to_wire() if found.written else None,
    }


def _fails(claim: Claim) -> bool:
    return bool(claim.evidence) and not evidence.is_verified(claim)


def _usd(written: Written | None) -> float | None:
    """What this answer cost; null where the price is unknown."""
    microusd = written.spent.microusd if written else 0
    return None if microusd is None else microusd / MICRO
