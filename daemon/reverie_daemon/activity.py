"""What learning is at and what came of it lately, kept in memory for whoever watches.

Nothing is decided here; jobs that wait or failed are the store's to tell, also after a restart.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from .core.notes import Topic
from .core.plan import Job

ENDED_MAX = 200

Outcome = Literal["done", "failed", "cancelled", "stopped", "outdated", "waits"]
"""`stopped` gave way to a question or the user, `outdated` found that what it read had changed meanwhile, and `waits`
lacks a model or a budget: these three are done again later. `failed` may be, too, until it is given up."""

JobKey = tuple[str, int]
"""Names a job under way: the root of its repository, and its number there."""


@dataclass(frozen=True, slots=True)
class Doing:
    """One analysis of one topic, under way since `since`, in seconds since the epoch. `tokens` and `microusd` (None
    where a price is unknown) are what models took for it until now."""

    root: str
    analysis: str
    topic: Topic
    since: float
    tokens: int = 0
    microusd: int | None = 0


@dataclass(frozen=True, slots=True)
class Ended:
    """What came of it, and when. `reason` says why it was not done, "" where it was."""

    doing: Doing
    at: float
    outcome: Outcome
    reason: str = ""


class Activity:
    """All that is under way, and the last ENDED_MAX jobs since this daemon began; older ones go. `now` is in seconds
    since the epoch. May be used from any thread."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._under_way: dict[JobKey, Doing] = {}
        self._ended: deque[Ended] = deque(maxlen=ENDED_MAX)

    def began(self, key: JobKey, job: Job) -> None:
        with self._lock:
            self._under_way[key] = Doing(key[0], job.analysis, job.topic, self._now())

    def charged(self, key: JobKey, tokens: int, microusd: int | None) -> None:
        """A model took so much for it."""
        with self._lock:
            before = self._under_way[key]
            unknown = microusd is None or before.microusd is None
            total = None if unknown else (before.microusd or 0) + (microusd or 0)
            self._under_way[key] = replace(before, tokens=before.tokens + tokens, microusd=total)

    def cost(self, key: JobKey) -> tuple[int, int | None]:
        """(tokens, micro-dollars) that models took for it until now."""
        with self._lock:
            doing = self._under_way[key]
            return doing.tokens, doing.microusd

    def ended(self, key: JobKey, outcome: Outcome, reason: str = "") -> None:
        """It came to an end; nothing where it had before."""
        with self._lock:
            doing = self._under_way.pop(key, None)
            if doing is not None:
                self._ended.append(Ended(doing, self._now(), outcome, reason))

    def is_under_way(self, key: JobKey) -> bool:
        with self._lock:
            return key in self._under_way

    @property
    def doing(self) -> Doing | None:
        """What was begun last of what is under way."""
        with self._lock:
            return list(self._under_way.values())[-1] if self._under_way else None

    def under_way(self) -> list[Doing]:
        """All of it, the oldest first: while one waits for a model others may go on."""
        with self._lock:
            return list(self._under_way.values())

    def latest(self, limit: int) -> list[Ended]:
        """What ended, newest first."""
        with self._lock:
            return list(self._ended)[::-1][:limit]
