"""Calls of models: within budget, journalled, retried with patience, redacted. The one way from here to any model.

`complete` is for learning, `stream` for answering. Neither raises for what a model or a budget does: they end in a
`Reply` or in a `Refused` that says why. What to ask, and whether an answer is any good, is decided elsewhere.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from . import prices
from .choices import ROLE_OF, Choices, Role
from .core.budget import Amount, Denied, Side, Usage
from .core.prompting import Prompt
from .core.redact import redact
from .core.retries import ARRIVALS_LOST_MAX, Again, FailureKind, Stop, next_step
from .core.shapes import parsed
from .core.tokens import estimate
from .endpoints import Chosen, Endpoints, resolve
from .errors import UserError
from .provider import Cancelled, ChatRequest, ModelFailure
from .replies import Refused, Reply, Spent, denied, failed, plus
from .store.journal import Bounds, Journal, Planned

PROMPT_BYTES_MAX = 48_000
"""No prompt is longer; at its worst a byte is a token."""
REPLY_TOKENS_MAX = 4_000
TEMPLATE_TOKENS = 64
"""What a server may add around our messages."""
LEARNING_WAIT_S = 300.0
QUESTION_WAIT_S = 90.0
QUESTION_PATIENCE_S = 3.0
"""A person waits: no longer than this before a question's call is tried again."""
SLEEP_STEP_S = 0.2

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Asked:
    """One request, as it goes through its attempts."""

    root: str
    side: Side
    analysis: str
    chosen: Chosen
    prompt: Prompt
    tokens_max: int
    schema: Mapping[str, Any] | None
    key: bytes
    cancelled: Cancelled
    lost_before: int
    """How often this request went out in earlier lives of the daemon, or of the job, and got no reply."""

    def request(self) -> ChatRequest:
        learning = self.side == "learning"
        wait_s = LEARNING_WAIT_S if learning else QUESTION_WAIT_S
        return ChatRequest(self.prompt.messages(), self.tokens_max, self.schema, wait_s, followed=not learning)


@dataclass(slots=True)
class _Attempt:
    """One call under way: its id, and what has come of it."""

    call: int
    request: ChatRequest
    worst: Amount
    text: str = ""
    usage: Usage | None = None
    pieces: int = 0


class Models:
    """May be used from any thread. `choices` gives what the user has chosen now; the clock, the pause between attempts
    and chance are arguments, so that tests need not wait."""

    def __init__(
        self,
        journal: Journal,
        endpoints: Endpoints,
        choices: Callable[[], Choices],
        *,
        now: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
        chance: Callable[[], float],
    ) -> None:
        self._journal = journal
        self._endpoints = endpoints
        self._choices = choices
        self._now = now
        self._sleep = sleep
        self._chance = chance

    def chosen(self, role: Role) -> Chosen | None:
        """The model for a role, None where none is chosen. Raises UserError where the chosen one cannot be used."""
        choice = self._choices().models.get(role)
        return None if choice is None else resolve(role, choice)

    def standing(self, root: str, side: Side) -> Refused | None:
        """Why no call can be made now, whatever it asks; None when one can. For whoever plans work, and asks nobody."""
        asked = self._begun(root, side, Prompt("", (), ""), 1, None, "", lambda: False)
        if isinstance(asked, Refused):
            return asked
        planned = self._planned(asked, Spent())
        if isinstance(planned, Refused):
            return planned
        reason = self._journal.standing(*planned)
        return None if reason is None else denied(reason, Spent())

    def may_read(self, root: str, role: Role) -> Chosen | None:
        """The model for a role, where the text of the repository at `root` may go to it. Raises UserError."""
        chosen = self.chosen(role)
        barred = chosen is not None and not chosen.local and root in self._choices().local_only
        return None if barred else chosen

    def complete(
        self,
        root: str,
        side: Side,
        prompt: Prompt,
        *,
        tokens_max: int,
        schema: Mapping[str, Any] | None = None,
        analysis: str = "",
        cancelled: Cancelled = lambda: False,
    ) -> Reply | Refused:
        """A whole reply about the repository at `root`. A request of learning that was answered before is not paid for
        again: the reply that was kept is given. `cancelled` is asked often, from other threads; a local model stops
        within a second, a remote call finishes."""
        begun = self._begun(root, side, prompt, tokens_max, schema, analysis, cancelled)
        if isinstance(begun, Refused):
            return begun
        if side == "learning" and (kept := self._journal.kept(begun.key)):
            return Reply(kept.text, begun.chosen.name, Spent(), parsed(kept.text, schema) if schema else None, True)
        for event in self._attempts(begun, streaming=False):
            if not isinstance(event, str):
                return event
        raise AssertionError("attempts end in a reply or a refusal")

    def stream(
        self, root: str, side: Side, prompt: Prompt, *, tokens_max: int, cancelled: Cancelled = lambda: False
    ) -> Iterator[str | Reply | Refused]:
        """The reply piece by piece, then as a whole; or why there is none. Once pieces came, nothing is tried again."""
        begun = self._begun(root, side, prompt, tokens_max, None, "", cancelled)
        if isinstance(begun, Refused):
            yield begun
        else:
            yield from self._attempts(begun, streaming=True)

    def _begun(
        self,
        root: str,
        side: Side,
        prompt: Prompt,
        tokens_max: int,
        schema: Mapping[str, Any] | None,
        analysis: str,
        cancelled: Cancelled,
    ) -> _Asked | Refused:
        """The request, ready to be sent: redacted, bounded, allowed to go where it would go."""
        try:
            chosen = self.chosen(ROLE_OF[side])
            choices = self._choices()
        except UserError as error:
            return Refused("model_unusable", error.message, error.next_step)
        if chosen is None:
            return Refused("no_model", f"No model is chosen for {ROLE_OF[side]}.", "reverie model")
        if root in choices.local_only and not chosen.local:
            return Refused(
                "local_only",
                f"{root} is local-only, and {chosen.name} does not run on this machine.",
                "reverie model use FILE.gguf, or: reverie model local-only off",
            )
        fitted = _redacted(prompt).fitted(PROMPT_BYTES_MAX)
        if fitted is None:
            return Refused("too_long", "The question alone is longer than a prompt may be.", "ask something shorter")
        tokens_max = min(tokens_max, REPLY_TOKENS_MAX)
        key = _key(chosen, root, side, fitted, tokens_max, schema)
        lost = self._journal.times_lost(key) if side == "learning" and not chosen.free else 0
        if lost >= ARRIVALS_LOST_MAX:
            return Refused("lost_twice", "This call was paid for twice and no reply came.", "reverie ledger")
        return _Asked(root, side, analysis, chosen, fitted, tokens_max, schema, key, cancelled, lost)

    def _attempts(self, asked: _Asked, *, streaming: bool) -> Iterator[str | Reply | Refused]:
        failures: list[FailureKind] = ["lost"] * asked.lost_before
        spent = Spent()
        while True:
            attempt = self._reserved(asked, spent)
            if isinstance(attempt, Refused):
                yield attempt
                return
            try:
                for piece in self._pieces(asked, attempt):
                    if streaming:
                        yield piece
                reply = self._settled(asked, attempt)
            except ModelFailure as failure:
                spent = plus(spent, self._given_up(asked, attempt, failure))
                failures.append(failure.kind)
                again = self._again(asked, failures, failure, shown=streaming and attempt.pieces > 0)
                if again is None:
                    yield failed(asked.chosen.name, failure, spent)
                    return
                asked = again
            except GeneratorExit:
                self._given_up(asked, attempt, ModelFailure("cancelled", "nobody listened to the end"))
                raise
            else:
                yield replace(reply, spent=plus(spent, reply.spent))
                return

    def _reserved(self, asked: _Asked, spent: Spent) -> _Attempt | Refused:
        """A call whose worst case is reserved; or why it may not be made now."""
        planned = self._planned(asked, spent)
        if isinstance(planned, Refused):
            return planned
        call = self._journal.reserve(*planned)
        return denied(call, spent) if isinstance(call, Denied) else _Attempt(call, asked.request(), planned[0].worst)

    def _planned(self, asked: _Asked, spent: Spent) -> tuple[Planned, Bounds] | Refused:
        """The call as the journal takes it; or why the endpoint is not called now."""
        if held := self._endpoints.held(asked.chosen):
            return Refused(held.code, held.message, held.next_step, spent)
        request = asked.request()
        most = Usage(prompt=request.prompt_bytes + TEMPLATE_TOKENS, completion=asked.tokens_max)
        worst = Amount(most.total, self._cost(asked.chosen, most))
        now = self._now()
        try:
            bounds = Bounds(*self._choices().limits_of(asked.side, asked.root))
        except UserError as error:
            return Refused("model_unusable", error.message, error.next_step, spent)
        planned = Planned(
            now, today(now), asked.side, os.fsencode(asked.root), asked.key, asked.analysis, asked.chosen.name,
            request.messages, worst, asked.chosen.free,
        )  # fmt: skip
        return planned, bounds

    def _pieces(self, asked: _Asked, attempt: _Attempt) -> Iterator[str]:
        self._endpoints.admitted(asked.chosen)
        try:
            connection = self._endpoints.connection(asked.chosen)
        except UserError as error:
            raise ModelFailure("rejected", error.message) from error
        for piece in connection.stream(attempt.request, asked.cancelled):
            if isinstance(piece, Usage):
                attempt.usage = piece
            else:
                attempt.text += piece
                attempt.pieces += 1
                yield piece

    def _settled(self, asked: _Asked, attempt: _Attempt) -> Reply:
        """Journals the reply that came, then looks whether it is of use. Raises ModelFailure where it is not."""
        usage = attempt.usage or _assumed(attempt, asked.tokens_max)
        cost = self._cost(asked.chosen, usage)
        text = redact(attempt.text)
        first = bool(cost) and self._journal.paid_since() is None
        if first:
            log.warning("money is spent for the first time, on %s at %s", asked.chosen.name, asked.chosen.host)
        self._journal.received(attempt.call, usage, cost, text)
        self._endpoints.succeeded(asked.chosen)
        value = parsed(text, asked.schema) if asked.schema else None
        if not text.strip() or (asked.schema and value is None):
            reason = "the reply was empty" if not text.strip() else "the reply was not of the form asked for"
            self._journal.unusable(attempt.call, reason)
            attempt.usage = usage
            raise ModelFailure("unusable", reason)
        return Reply(text, asked.chosen.name, Spent((attempt.call,), usage, cost, first), value)

    def _given_up(self, asked: _Asked, attempt: _Attempt, failure: ModelFailure) -> Spent:
        """Settles a call without a usable reply; what it counts as having spent."""
        self._endpoints.failed(asked.chosen, failure)
        if failure.kind == "unusable":
            usage = attempt.usage or Usage()
        elif failure.kind == "lost":
            self._journal.lost(attempt.call, failure.message)
            return Spent((attempt.call,), Usage(prompt=attempt.worst.tokens), attempt.worst.microusd)
        elif failure.kind == "cancelled" and attempt.pieces:
            usage = _used_so_far(asked, attempt)
            self._journal.received(attempt.call, usage, self._cost(asked.chosen, usage), redact(attempt.text))
            self._journal.unusable(attempt.call, failure.message)
        else:
            self._journal.failed(attempt.call, failure.message)
            return Spent((attempt.call,))
        return Spent((attempt.call,), usage, self._cost(asked.chosen, usage))

    def _again(
        self, asked: _Asked, failures: list[FailureKind], failure: ModelFailure, *, shown: bool
    ) -> _Asked | None:
        """The request to make again, after waiting; None where it is made no more."""
        log.info("%s: %s (%s)", asked.chosen.name, failure.message, failure.kind)
        step = next_step(failures, failure.retry_after_s, self._chance())
        if isinstance(step, Stop) or shown or _too_slow(asked, failure, step):
            return None
        if not self._waited(step, asked.cancelled):
            return None
        shorter = asked.prompt.shorter() if step.shorter else asked.prompt
        return None if shorter is None else replace(asked, prompt=shorter)

    def _waited(self, step: Again, cancelled: Cancelled) -> bool:
        left_s = step.after_s
        while left_s > 0:
            if cancelled():
                return False
            self._sleep(min(left_s, SLEEP_STEP_S))
            left_s -= SLEEP_STEP_S
        return not cancelled()

    def _cost(self, chosen: Chosen, usage: Usage) -> int | None:
        return prices.cost_microusd(chosen.target, usage, free=chosen.free)


def _too_slow(asked: _Asked, failure: ModelFailure, step: Again) -> bool:
    """Whether trying again would take longer than a person waits: the composed answer is there."""
    return asked.side == "questions" and (failure.kind == "lost" or step.after_s > QUESTION_PATIENCE_S)


def today(now: float) -> str:
    """The user's calendar day at a moment, in seconds since the epoch."""
    return time.strftime("%Y-%m-%d", time.localtime(now))


def _redacted(prompt: Prompt) -> Prompt:
    """The last gate before a prompt leaves: what it holds was redacted when it was read, save the user's own words."""
    return replace(
        prompt,
        before=_sendable(prompt.before),
        passages=tuple(map(_sendable, prompt.passages)),
        ask=_sendable(prompt.ask),
    )


def _sendable(text: str) -> str:
    """Without secrets, and without the surrogates that stand for bytes of odd file names."""
    return redact(text).encode("utf-8", "replace").decode("utf-8")


def _key(
    chosen: Chosen, root: str, side: Side, prompt: Prompt, tokens_max: int, schema: Mapping[str, Any] | None
) -> bytes:
    """Names a request: the same model, asked the same."""
    parts = [chosen.target.label, side, root if side == "questions" else "", prompt.messages(), tokens_max, schema]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode("utf-8", "surrogatepass")).digest()


def _assumed(attempt: _Attempt, tokens_max: int) -> Usage:
    """The worst a reply can have used, where the server does not tell."""
    return Usage(prompt=attempt.worst.tokens - tokens_max, completion=tokens_max)


def _used_so_far(asked: _Asked, attempt: _Attempt) -> Usage:
    """What a reply that was stopped has used: estimated where it is free, else at its worst."""
    request = attempt.request
    prompt = estimate([text for _, text in request.messages]) if asked.chosen.free else [request.prompt_bytes]
    return Usage(prompt=sum(prompt), completion=attempt.pieces)
