"""What comes of asking a model: a reply, or why there is none, and what was spent either way. Values only."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from .core.budget import Denied, Usage
from .core.retries import FailureKind
from .provider import ModelFailure


@dataclass(frozen=True, slots=True)
class Spent:
    """What all calls of one request used; the money is None where a price is unknown. `calls` are the journal's ids."""

    calls: tuple[int, ...] = ()
    usage: Usage = field(default_factory=Usage)
    microusd: int | None = 0
    first_paid: bool = False
    """Never before did a call cost money: the user is told."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What a model wrote. `value` is the JSON value where a schema was given. `replayed` says that it was paid for
    before, so nothing was spent now."""

    text: str
    model: str
    spent: Spent
    value: Any = None
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class Refused:
    """Why there is no reply: `code` for programs, a sentence for people, and what they can do. `until_renewal` says
    that only the day's limit stands in the way; `spent` is what was spent in vain."""

    code: str
    message: str
    next_step: str
    spent: Spent = Spent()
    until_renewal: bool = False


def plus(one: Spent, other: Spent) -> Spent:
    """What both used together; an unknown price makes the sum unknown."""
    usage = Usage(
        one.usage.prompt + other.usage.prompt,
        one.usage.cached + other.usage.cached,
        one.usage.completion + other.usage.completion,
        one.usage.reasoning + other.usage.reasoning,
    )
    unknown = one.microusd is None or other.microusd is None
    microusd = None if unknown else (one.microusd or 0) + (other.microusd or 0)
    return Spent((*one.calls, *other.calls), usage, microusd, one.first_paid or other.first_paid)


def denied(reason: Denied, spent: Spent) -> Refused:
    """No reply, since the budget does not allow the call."""
    return Refused(reason.code, reason.message, reason.next_step, spent, reason.until_renewal)


_NEXT_STEP: dict[FailureKind, str] = {
    "busy": "nothing: it is tried again later",
    "broken": "nothing: it is tried again later",
    "lost": "look at what it cost: reverie ledger",
    "unreachable": "start the server, or: reverie model",
    "overflow": "choose a model that takes longer prompts: reverie model",
    "refused": "give another key: reverie model key",
    "rejected": "choose another model: reverie model",
    "missing": "choose another model: reverie model",
    "unusable": "choose a stronger model: reverie model",
    "cancelled": "nothing",
}


def failed(model: str, failure: ModelFailure, spent: Spent) -> Refused:
    """No reply, since the model or its server failed."""
    return Refused(failure.kind, f"{model}: {failure.message}", _NEXT_STEP[failure.kind], spent)
