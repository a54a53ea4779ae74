"""What learning is at and what came of it lately, kept in memory for whoever watches.

Nothing is decided here; jobs that wait or failed are the store's to tell, also after a restart.
"""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass
from typing import Literal

from .core.notes import Topic

ENDED_MAX = 200

Outcome = Literal["done", "failed", "cancelled", "stopped", "outdated", "waits"]
"""`stopped` gave way to a question or the user, `outdated` found that what it read had changed meanwhile, and `waits`
lacks a model or a budget: these three are done again later. `failed` may be, too, until it is given up."""


@dataclass(frozen=True, slots=True)
class Doing:
    """One analysis of one topic, under way since `since`, in seconds since the epoch."""

    root: str
    analysis: str
    topic: Topic
    since: float


@dataclass(frozen=True, slots=True)
class Ended:
    """What came of it, and when. `reason` says why it was not done, "" where it was; `tokens` and `microusd` (None
    where a price is unknown) are what models took."""

    doing: Doing
    at: float
    outcome: Outcome
    reason: str = ""
    tokens: int = 0
    microusd: int | None = 0


class Activity:
    """The last ENDED_MAX jobs since this daemon began, older ones go. May be used from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._doing: Doing | None = None
        self._ended: deque[Ended] = deque(maxlen=ENDED_MAX)

    def began(self, doing: Doing) -> None:
        with self._lock:
            self._doing = doing

    def ended(self, ended: Ended) -> None:
        with self._lock:
            self._doing = None
            self._ended.append(ended)

    @property
    def doing(self) -> Doing | None:
        with self._lock:
            return self._doing

    def latest(self, limit: int) -> list[Ended]:
        """Newest first."""
        with self._lock:
            return list(self._ended)[::-1][:limit]
