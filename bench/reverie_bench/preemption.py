"""How soon a local model's generation stops when a question comes or the machine gets busy.

The idle loop, the study process, the budget's journal and the model are the real ones, in this process; only the
machine's readings are made up, so that it can get busy when the measurement wants it to.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from reverie_daemon.choices import Choice, Choices
from reverie_daemon.config import Settings
from reverie_daemon.core.idle import Depth, Policy, Readings
from reverie_daemon.core.notes import Ask, Completed, Declined
from reverie_daemon.endpoints import Endpoints
from reverie_daemon.keys import Keys
from reverie_daemon.meaning import Embedder, Meaning
from reverie_daemon.models import Models
from reverie_daemon.parsing import ParserPool
from reverie_daemon.preferences import Learning
from reverie_daemon.repository import LiveRepository
from reverie_daemon.sleeping import Sleeper
from reverie_daemon.store.journal import Journal
from reverie_daemon.store.ledger import Ledger
from reverie_daemon.store.repository import RepositoryStore
from reverie_daemon.thinking import ModelThinker
from reverie_daemon.worktree import find

BEGIN_WAIT_S = 120.0
GENERATING_S = (0.3, 2.0)
"""A reply is let run for a time between these, so that reading and writing are both interrupted."""


class _Machine:
    """Sensors of a machine that is free, or busy when told."""

    busy = False

    def read(self) -> Readings:
        share = 0.9 if self.busy else 0.0
        return Readings(time.monotonic(), user_idle_s=600.0, processor_share=share, busiest="cargo")


class _Watched:
    """The real model; tells whether a call of it is under way."""

    def __init__(self, thinker: ModelThinker) -> None:
        self._thinker = thinker
        self.working = threading.Event()
        self.done = threading.Event()

    def depth(self, root: str) -> Depth | None:
        return self._thinker.depth(root)

    def complete(self, root: str, ask: Ask, analysis: str, cancelled: Callable[[], bool]) -> Completed | Declined:
        self.done.clear()
        self.working.set()
        try:
            return self._thinker.complete(root, ask, analysis, cancelled)
        finally:
            self.working.clear()
            self.done.set()


def measure(folder: Path, repository: Path, gguf: Path, times: int) -> dict[str, list[float]]:
    """Seconds until generation had stopped, for "a question" and for "a busy machine", so many times each."""
    machine, found = _Machine(), {"a question": [], "a busy machine": []}  # type: ignore[var-annotated]
    chance = random.Random(1)
    with _sleeping(folder, repository, gguf, machine) as (sleeper, watched):
        for number in range(2 * times):
            if not watched.working.wait(BEGIN_WAIT_S):
                raise RuntimeError(f"no model is asked anything: {sleeper.sleep()}")
            time.sleep(chance.uniform(*GENERATING_S))
            if not watched.working.is_set():
                continue  # it had ended by itself
            began_s = time.perf_counter()
            if number % 2:
                with sleeper.question():
                    watched.done.wait()
                    found["a question"].append(time.perf_counter() - began_s)
            else:
                machine.busy = True
                watched.done.wait()
                found["a busy machine"].append(time.perf_counter() - began_s)
                machine.busy = False
    return found


@contextmanager
def _sleeping(folder: Path, repository: Path, gguf: Path, machine: _Machine) -> Iterator[tuple[Sleeper, _Watched]]:
    with Ledger.open(folder / "ledger.db") as ledger, RepositoryStore.open(folder / "store.db") as store:
        endpoints = Endpoints(Keys(folder / "keys.toml"), time.monotonic)
        choices = Choices({"sleeping": Choice(str(gguf))})
        watched = _Watched(ModelThinker(Models(Journal(ledger), endpoints, lambda: choices, chance=random.random)))
        pool = ParserPool(1)
        live = _live(repository, store, pool)
        live.start()
        for _ in live.learn():
            continue
        policy = Policy(calm_s=0.0)
        sleeper = Sleeper(
            lambda: [live],
            lambda: Learning(policy, 0.0),
            lambda: None,
            sensors=machine,
            thinker=watched,  # type: ignore[arg-type]
        )
        sleeper.start()
        try:
            yield sleeper, watched
        finally:
            sleeper.close()
            watched.done.wait(5)
            endpoints.close()
            live.cancel()
            pool.close()
            live.stop()


def _live(root: Path, store: RepositoryStore, pool: ParserPool) -> LiveRepository:
    return LiveRepository(
        find(root), store, pool, Embedder(), Meaning(enabled=False), Settings(vectors_max=0),
        poke=lambda: None, when_begun=lambda: None, may_learn=lambda: False,
    )  # fmt: skip
