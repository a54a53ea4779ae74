"""What to do when a model did not answer: again after a while, with a shorter prompt, or no more.

Pure policy. Time and chance are arguments; who waits, sends and counts the cost is `models.py`'s business.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

FailureKind = Literal[
    "busy", "broken", "lost", "unreachable", "overflow", "refused", "rejected", "missing", "unusable", "cancelled"
]
"""Why a call gave no usable reply:

busy         the server asked to come back later (429)
broken       the server failed and says so (5xx); nothing was generated
lost         the request went out, and no whole reply came: a timeout, a reset, a stream cut short or garbled
unreachable  the request never went out
overflow     the prompt is longer than the model takes
refused      the key or the account was refused
rejected     the server does not take such a request
missing      there is no such model
unusable     a whole reply came, and it is empty or not of the form asked for
cancelled    we stopped it
"""

ATTEMPTS_MAX = 4
"""Calls made for one reply, the first included."""
ARRIVALS_LOST_MAX = 2
"""A call whose reply never arrived may have been paid for; it is made once more, never a third time."""
BACKOFF_S = 0.5
BACKOFF_S_MAX = 20.0
RETRY_AFTER_S_MAX = 60.0
"""Asked to wait longer, we give up this call; the breaker keeps the endpoint alone for as long."""
SHRINKS_MAX = 3
UNUSABLE_MAX = 2

BREAKER_FAILURES = 5
BREAKER_WAIT_S = 30.0
BREAKER_WAIT_S_MAX = 900.0


@dataclass(frozen=True, slots=True)
class Again:
    """Make the call again after so many seconds, with a shorter prompt where `shorter`."""

    after_s: float
    shorter: bool = False


@dataclass(frozen=True, slots=True)
class Stop:
    """Make it no more."""


def next_step(failures: Sequence[FailureKind], retry_after_s: float | None, chance: float) -> Again | Stop:
    """What follows the last of `failures`, all of one call. `retry_after_s` is what the server asked for, `chance` a
    random number in [0, 1) that spreads callers who failed together (full jitter)."""
    kind = failures[-1]
    if len(failures) >= ATTEMPTS_MAX or kind in ("refused", "rejected", "missing", "cancelled"):
        return Stop()
    if kind == "overflow":
        return Again(0.0, shorter=True) if failures.count("overflow") <= SHRINKS_MAX else Stop()
    if failures.count("lost") >= ARRIVALS_LOST_MAX or failures.count("unusable") >= UNUSABLE_MAX:
        return Stop()
    if retry_after_s is not None:
        return Again(retry_after_s * (1 + 0.1 * chance)) if retry_after_s <= RETRY_AFTER_S_MAX else Stop()
    longest_s = min(BACKOFF_S * 2 ** len(failures), BACKOFF_S_MAX)
    return Again(longest_s * (0.5 + 0.5 * chance))


@dataclass(frozen=True, slots=True)
class Breaker:
    """Keeps an endpoint that fails again and again alone for a while, then lets one call try.

    `failures` in a row so far; nothing is let through before `open_until_s` (a monotonic clock's seconds); `wait_s` is
    how long it stays so after the next failure.
    """

    failures: int = 0
    open_until_s: float = 0.0
    wait_s: float = BREAKER_WAIT_S

    def left_s(self, now_s: float) -> float:
        """Seconds until a call may be tried; 0 when it may be now."""
        return max(0.0, self.open_until_s - now_s)

    def admitted(self, now_s: float) -> Breaker:
        """After a call was let through: while it tries, the others wait."""
        if self.failures < BREAKER_FAILURES:
            return self
        return Breaker(self.failures, now_s + self.wait_s, self.wait_s)

    def failed(self, now_s: float, retry_after_s: float | None = None) -> Breaker:
        """After a failure of the endpoint. One that said when to come back is believed at once."""
        failures = self.failures + 1
        if retry_after_s is not None and retry_after_s > RETRY_AFTER_S_MAX:
            return Breaker(failures, now_s + min(retry_after_s, BREAKER_WAIT_S_MAX), self.wait_s)
        if failures < BREAKER_FAILURES:
            return Breaker(failures, self.open_until_s, self.wait_s)
        return Breaker(failures, now_s + self.wait_s, min(self.wait_s * 2, BREAKER_WAIT_S_MAX))

    def succeeded(self) -> Breaker:
        return Breaker()


def endpoint_failed(kind: FailureKind) -> bool:
    """Whether a failure speaks against the endpoint rather than against this one request."""
    return kind in ("busy", "broken", "lost", "unreachable")
