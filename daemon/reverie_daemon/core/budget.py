"""May this call be made? What is reserved, spent and left, by side, day and repository.

Pure: limits, sums and the calendar day come as arguments, decisions go out. Tokens are prompt (cached included) +
completion + reasoning, and bind every model; money is whole micro-dollars, and binds the priced ones. What was spent is
kept in `store/journal.py`; what a token costs is `prices.py`'s.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

Side = Literal["learning", "questions"]
SIDES: tuple[Side, ...] = ("learning", "questions")
MICRO = 1_000_000

Denial = Literal["no_budget", "price_unknown", "spent", "too_large"]


@dataclass(frozen=True, slots=True)
class Usage:
    """What a call used, in tokens. `cached` is part of `prompt`; `reasoning` is not part of `completion`."""

    prompt: int = 0
    cached: int = 0
    completion: int = 0
    reasoning: int = 0

    @property
    def total(self) -> int:
        return self.prompt + self.completion + self.reasoning


@dataclass(frozen=True, slots=True)
class Limits:
    """The most that may be spent a day; None where the user named nothing."""

    tokens: int | None = None
    microusd: int | None = None

    @property
    def named(self) -> bool:
        return self.tokens is not None or self.microusd is not None


@dataclass(frozen=True, slots=True)
class Amount:
    """Tokens and micro-dollars; the money is None where the price is unknown."""

    tokens: int
    microusd: int | None = 0


@dataclass(frozen=True, slots=True)
class Scope:
    """One account that a call is charged to: `name` as a user reads it, its limits, and what is spent or reserved there
    today. Money of calls whose price is unknown is in no sum."""

    name: str
    limits: Limits
    spent: Amount


@dataclass(frozen=True, slots=True)
class Denied:
    """Why a call may not be made now; `message` is a sentence, `next_step` what the user can do. `until_renewal` tells
    that it may be made once the day is over."""

    code: Denial
    message: str
    next_step: str
    until_renewal: bool = False


def denied(worst: Amount, scopes: Sequence[Scope], *, free: bool, side: Side) -> Denied | None:
    """None where a call that uses `worst` at most may be made. A call that costs money needs a limit that binds it: one
    in tokens, or one in money where its price is known."""
    if not free and (lacking := _unbound(worst, scopes, side)):
        return lacking
    for scope in scopes:
        for unit, needed, limit, spent in _bounds(worst, scope):
            if needed > limit:
                return Denied("too_large", _too_large(scope.name, unit, needed, limit), f"raise it: {_set(side, unit)}")
            if spent + needed > limit:
                return Denied("spent", _used_up(scope.name, unit, spent, limit), _set(side, unit), until_renewal=True)
    return None


def _unbound(worst: Amount, scopes: Sequence[Scope], side: Side) -> Denied | None:
    if not any(scope.limits.named for scope in scopes):
        return Denied(
            "no_budget", f"No budget for {side} is named, and this model may cost money.", _set(side, "tokens")
        )
    if worst.microusd is None and all(scope.limits.tokens is None for scope in scopes):
        return Denied(
            "price_unknown",
            "The price of this model is unknown, so a budget in dollars cannot bind it.",
            f"name one in tokens: {_set(side, 'tokens')}",
        )
    return None


def _bounds(worst: Amount, scope: Scope) -> list[tuple[str, int, int, int]]:
    """(unit, needed, limit, spent) for each limit that binds."""
    found = []
    if scope.limits.tokens is not None:
        found.append(("tokens", worst.tokens, scope.limits.tokens, scope.spent.tokens))
    if scope.limits.microusd is not None and worst.microusd:
        found.append(("dollars", worst.microusd, scope.limits.microusd, scope.spent.microusd or 0))
    return found


def _too_large(name: str, unit: str, needed: int, limit: int) -> str:
    return (
        f"A call may need {_shown(unit, needed)}, more than the whole day's limit for {name} ({_shown(unit, limit)})."
    )


def _used_up(name: str, unit: str, spent: int, limit: int) -> str:
    return (
        f"Today's limit for {name} is used up ({_shown(unit, spent)} of {_shown(unit, limit)}); it renews at midnight."
    )


def _shown(unit: str, amount: int) -> str:
    return f"{amount:,} tokens" if unit == "tokens" else f"${amount / MICRO:.4f}"


def _set(side: Side, unit: str) -> str:
    option = "--tokens-per-day N" if unit == "tokens" else "--usd-per-day X"
    return f"reverie budget set {option} --for {side}"


@dataclass(frozen=True, slots=True)
class Calendar:
    """Which day's account is open. `seen` is the date that the clock showed last, `account` the day that is charged.

    Dates are ISO ("2025-11-19"), so they compare as text.
    """

    seen: str
    account: str


def turn(calendar: Calendar | None, today: str, opened: Collection[str]) -> Calendar:
    """The calendar after the clock shows `today`; `opened` are the days that had an account so far.

    Each day has one account however often the clock comes back to it, and only a step forward opens one: a clock set
    back into a day without an account goes on with the account it has. A clock that was wrong by a year is forgiven at
    the next midnight.
    """
    if calendar is None:
        return Calendar(today, today)
    if today == calendar.seen:
        return calendar
    if today in opened or today > calendar.seen:
        return Calendar(today, today)
    return Calendar(today, calendar.account)
