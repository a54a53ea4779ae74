"""A model's replies that learning waits for: each call on a thread of its own, so that several can be under way while
one thread studies.

How many at once, and what becomes of a reply, is decided in `working.py`; budgets, retries and the journal are those of
`models.py`. A call that is paid for is never given up here.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass

from .core.notes import Completed, Declined
from .repository import LiveRepository
from .store.jobs import Leased

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A study that waits for a reply: its number in the child, and the job it is for."""

    study: int
    repository: LiveRepository
    leased: Leased


@dataclass(frozen=True, slots=True)
class Arrived:
    """A reply, or why there is none, with the study that waited for it."""

    waiting: Waiting
    said: Completed | Declined


class Calls:
    """Used by one thread, save for `of`."""

    def __init__(self) -> None:
        self._under_way: dict[int, Waiting] = {}
        self._arrivals: queue.SimpleQueue[Arrived] = queue.SimpleQueue()

    def __len__(self) -> int:
        """How many are waited for, those included whose reply is here and was not taken yet."""
        return len(self._under_way)

    def begin(self, waiting: Waiting, call: Callable[[], Completed | Declined]) -> None:
        """Makes the call; its end arrives. A daemon thread: whoever stops the program waits for no server."""
        self._under_way[waiting.study] = waiting

        def run() -> None:
            try:
                said = call()
            except Exception as error:
                log.exception("a call for learning failed")
                said = Declined(f"{type(error).__name__}: {error}", "reverie logs")
            self._arrivals.put(Arrived(waiting, said))

        threading.Thread(target=run, name="call", daemon=True).start()

    def arrived(self, wait_s: float = 0.0) -> Arrived | None:
        """The next reply; None when none comes within `wait_s`, or none is waited for."""
        if not self._under_way:
            return None
        try:
            arrived = self._arrivals.get(timeout=wait_s) if wait_s else self._arrivals.get_nowait()
        except queue.Empty:
            return None
        del self._under_way[arrived.waiting.study]
        return arrived

    def level(self, repository: LiveRepository) -> int | None:
        """The lowest level of a repository's jobs that wait for a reply; None where none does."""
        return min((leased.job.level for leased in self.of(repository)), default=None)

    def has(self, repository: LiveRepository, leased: Leased) -> bool:
        """Whether this very job waits for a reply."""
        return any(one.id == leased.id for one in self.of(repository))

    def of(self, repository: LiveRepository) -> list[Leased]:
        """The jobs in a repository's store that wait for a reply. May be called from any thread."""
        return [one.leased for one in list(self._under_way.values()) if one.repository.store is repository.store]
