"""How predictions fared: what was asked and expected, what wrong guesses cost, and whether longer sleep helps.

Sums only; what is a hit is decided where questions are asked, and what tokens are worth in `core/savings.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

SLEPT_BOUNDS_S: Sequence[float] = (0.0, 10.0, 60.0, 600.0, 3600.0)
"""Questions are told apart by how long was learned before them: not at all, up to each bound, and longer."""


@dataclass(frozen=True, slots=True)
class Score:
    """Questions asked, those that were predicted and answered beforehand (hits), the tokens that hits saved, and the
    answers prepared that nobody asked for so far. `spent_on_hits` and `spent_on_misses` are what models took while the
    questions were answered."""

    asked: int = 0
    hits: int = 0
    saved: int = 0
    unasked: int = 0
    spent_on_hits: int = 0
    spent_on_misses: int = 0

    @property
    def rate(self) -> float:
        return self.hits / self.asked if self.asked else 0.0

    @property
    def extra_tokens(self) -> int:
        """What questions cost because they were not expected: what models took for misses, beyond what as many hits
        took on average (nothing, where there were none)."""
        each = self.spent_on_hits / self.hits if self.hits else 0.0
        return max(0, round(self.spent_on_misses - each * (self.asked - self.hits)))


@dataclass(frozen=True, slots=True)
class Guesses:
    """What models took for answers prepared beforehand, in tokens and micro-dollars (None where a price is unknown):
    `answers` of them."""

    answers: int = 0
    tokens: int = 0
    microusd: int | None = 0


@dataclass(frozen=True, slots=True)
class AfterSleep:
    """Questions asked after more than `slept_s_min` seconds of learning, and at most `slept_s_max` (None for any)."""

    slept_s_min: float
    slept_s_max: float | None
    asked: int
    hits: int

    @property
    def rate(self) -> float:
        return self.hits / self.asked if self.asked else 0.0


def by_sleep(questions: Iterable[tuple[float, bool]]) -> list[AfterSleep]:
    """(seconds learned since the question before, hit) of each question, counted by how long that was."""
    uppers = (*SLEPT_BOUNDS_S, None)
    lowers = (0.0, *SLEPT_BOUNDS_S)
    counts = [[0, 0] for _ in uppers]
    for slept_s, hit in questions:
        at = next(number for number, upper in enumerate(uppers) if upper is None or slept_s <= upper)
        counts[at][0] += 1
        counts[at][1] += hit
    return [AfterSleep(lower, upper, *count) for lower, upper, count in zip(lowers, uppers, counts, strict=True)]


def added(scores: Iterable[Score]) -> Score:
    """All of them together."""
    every = list(scores)
    return Score(*(sum(getattr(one, name) for one in every) for name in Score.__dataclass_fields__))


def added_guesses(guesses: Iterable[Guesses]) -> Guesses:
    """All of them together; an unknown price makes the sum unknown."""
    every = list(guesses)
    unknown = any(one.microusd is None for one in every)
    microusd = None if unknown else sum(one.microusd or 0 for one in every)
    return Guesses(sum(one.answers for one in every), sum(one.tokens for one in every), microusd)
