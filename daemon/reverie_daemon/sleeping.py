"""Learning while nobody asks: the idle loop, and all of it at once when told to.

One thread looks at the machine and decides when to work; another does one job after the other (`working.py`) in a child
process, which is ended the moment a question comes or the machine gets busy.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import Any

from .core.idle import Policy, Readings, Standing, decide
from .core.notes import Topic
from .desk import Desk
from .errors import UserError
from .planning import Plan
from .preferences import Learning
from .repository import LiveRepository
from .sensors import Sensors
from .still_here import shown
from .working import FAILED_COUNTED_MAX, REPLY_WAIT_S, NoThinker, Thinker, Worker

TICK_S = 0.5
"""While something is learned the machine is looked at so often: a busy one is left within a second."""
AWAKE_TICK_S = 2.0
NOTHING_TICK_S = 60.0
WAKE_PACE_S = 0.25
"""Indexing wakes it many times a second; once is enough."""
PROGRESS_PACE_S = 0.5
"""Whoever waits for all to be learned is told so often how far it is."""
REPLY_PACE_S = 0.5
"""While nothing may be begun, replies are looked for so often."""
READINGS_KEPT_S = 3.0
ROUNDS_MAX = 6
"""What is learned of a file makes more to learn of its folder, and so on upwards."""

log = logging.getLogger(__name__)


class Sleeper:
    """Learns about the repositories that `repositories` gives, when the machine allows. Its public methods may be
    called from any thread."""

    def __init__(
        self,
        repositories: Callable[[], Sequence[LiveRepository]],
        settings: Callable[[], Learning],
        poke: Callable[[], None],
        paused: bool = False,
        desk: Desk | None = None,
        sensors: Sensors | None = None,
        thinker: Thinker | None = None,
    ) -> None:
        self._repositories = repositories
        self._settings = settings
        self._poke = poke
        self._sensors = sensors or Sensors()
        self._desk = desk or Desk()
        self._worker = Worker(settings, poke, self._is_stopped, self._desk, thinker or NoThinker())
        self.notes = self._worker.notes
        self.counts = self._worker.counts
        self.cancel = self._worker.cancel
        self.activity = self._worker.activity
        self._standing = Standing()
        self._woken = threading.Event()
        self._closing = threading.Event()
        self._allowed = threading.Event()
        self._working = threading.Lock()
        self._paused = paused
        self._questions = 0
        self._told = 0
        self._counting = threading.Lock()
        self._worked_s = 0.0
        self._told_s = 0.0
        self._idle_s = 0.0
        self._slept_s = 0.0
        self._settled = (0.0, 0.0)
        self._looked_at_s = 0.0
        self._reading = threading.Lock()
        self._readings: Readings | None = None
        self._threads = [
            threading.Thread(target=self._look, name="look", daemon=True),
            threading.Thread(target=self._work, name="learn", daemon=True),
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        """Stops learning at once."""
        self._closing.set()
        self._woken.set()
        self._allowed.set()
        self._desk.close()

    def wake(self) -> None:
        """Something changed: there may be something to learn."""
        self._woken.set()

    def pause(self, paused: bool) -> None:
        """Nothing is learned until it is taken back, but for what `learn` is told."""
        self._paused = paused
        if paused:
            self._stop()
        self._woken.set()

    def may_learn(self) -> bool:
        """Whether the machine is free for small work, as embedding passages is."""
        return self._standing.asleep and not self._questions

    @property
    def idle_share_used(self) -> float:
        """Of the time in which the machine allowed learning, the share in which something was learned."""
        return min(1.0, self._worked_s / self._idle_s) if self._idle_s else 0.0

    @contextmanager
    def question(self) -> Iterator[None]:
        """While a question is answered nothing is learned; what is under way stops now."""
        with self._counting:
            self._questions += 1
        self._stop()
        try:
            yield
        finally:
            with self._counting:
                self._questions -= 1
            self._woken.set()

    def slept_since_asked(self) -> float:
        """For how long something was learned since this was last called, in seconds, by itself or as it was told."""
        learned_s = self._worked_s + self._told_s
        slept_s, self._slept_s = learned_s - self._slept_s, learned_s
        return slept_s

    def idle_since_settled(self) -> tuple[float, float]:
        """For how long the machine allowed learning since this was last called, and for how much of that something was
        learned, in seconds."""
        now = self._idle_s, min(self._worked_s, self._idle_s)
        before, self._settled = self._settled, now
        return max(0.0, now[0] - before[0]), max(0.0, now[1] - before[1])

    # What is shown

    def sleep(self) -> dict[str, str]:
        """`{"state", "depth", "reason"}`: learning, waiting (why) or paused."""
        standing = self._standing
        if self._told:
            return {
                "state": "learning",
                "depth": "light",
                "reason": f"as you asked: {self._worker.doing or 'planning'}",
            }
        if self._paused:
            return {"state": "paused", "depth": "awake", "reason": "until you run: reverie resume"}
        if not self._something_to_do():
            return {"state": "waiting", "depth": "awake", "reason": "everything here is learned"}
        declined = self._worker.declined
        if declined is not None and not any(map(self._worker.has_free_jobs, self._ready())):
            return {"state": "waiting", "depth": "awake", "reason": declined.message}
        if not standing.asleep:
            return {"state": "waiting", "depth": "awake", "reason": standing.reason}
        left = sum(one.unembedded for one in self._ready())
        doing = self._worker.doing or (f"what {left:,} more passages mean" if left else "")
        doing = f": {doing}" if doing else ""
        return {"state": "learning", "depth": standing.depth, "reason": f"{standing.reason}{doing}"}

    def readings(self) -> Readings:
        """The machine as it was looked at last, at most READINGS_KEPT_S ago, with whether it is paused by now."""
        last = self._readings
        if last is None or time.monotonic() - last.at_s > READINGS_KEPT_S:
            return self._read()
        return replace(last, question_waiting=self._questions > 0, paused=self._paused)

    def _read(self) -> Readings:
        with self._reading:
            now = replace(self._sensors.read(), question_waiting=self._questions > 0, paused=self._paused)
            self._readings = now
        return now

    # When

    def _look(self) -> None:
        """Watches the machine for as long as there is something to learn."""
        settings, problem = None, ""
        while not self._closing.is_set():
            try:
                settings, problem = self._settings(), ""
            except UserError as error:
                if error.message != problem:
                    log.warning("%s", error.message)
                problem = error.message
            tick_s = self._tick((settings or Learning(Policy(), 60.0)).policy)
            if self._woken.wait(tick_s):
                self._closing.wait(WAKE_PACE_S)
            self._woken.clear()

    def _tick(self, policy: Policy) -> float:
        """One look; the seconds until the next."""
        if not self._something_to_do():
            self._allowed.clear()
            self._standing = Standing()
            self._desk.rest()
            return max(TICK_S, self._worker.agenda.until_due(NOTHING_TICK_S))
        before = self._standing
        now = self._read()
        self._standing = decide(before, now, policy)
        if before.asleep and self._standing.asleep:
            self._idle_s += now.at_s - self._looked_at_s
        self._looked_at_s = now.at_s
        self._worker.stop_what_is_outdated()
        if self._standing.asleep:
            self._allowed.set()
        else:
            self._stop()
            self._desk.rest()
        if self._standing.reason != before.reason:
            self._poke()
        return TICK_S if self._standing.asleep else AWAKE_TICK_S

    def _stop(self) -> None:
        """Ends what runs by itself; what the user asked for goes on."""
        self._allowed.clear()
        if not self._told:
            self._desk.stop()

    def _is_stopped(self) -> bool:
        return self._closing.is_set() or not (self._told or self._allowed.is_set())

    def _something_to_do(self) -> bool:
        return any(
            self._worker.agenda.is_due(one) or self._worker.has_jobs(one) or one.unembedded for one in self._ready()
        )

    def _ready(self) -> Sequence[LiveRepository]:
        """The repositories whose index stands still."""
        return [one for one in self._repositories() if one.begun and not one.indexing]

    # What

    def _work(self) -> None:
        while not self._closing.is_set():
            # Replies that were paid for are taken in whatever the machine is doing.
            self._allowed.wait(REPLY_PACE_S if self._worker.waits_for_replies else None)
            if self._closing.is_set():
                return
            if not self._worked_a_little():
                self._allowed.clear()
                self._worker.show("")

    def _worked_a_little(self) -> bool:
        try:
            return self._work_a_little()
        except Exception:
            # A bug of ours is logged, and the thread goes on later: without it nothing would be learned any more.
            log.exception("learning failed")
            self._closing.wait(NOTHING_TICK_S)
            return False

    def _work_a_little(self) -> bool:
        """A reply taken in, or else one plan or one job, of the first repository that has any; whether there was
        anything."""
        with self._working:
            began_s = time.monotonic()
            did = self._worker.go_on() or (self._allowed.is_set() and self._began_or_waited())
            if did:
                self._worked_s += time.monotonic() - began_s
        return did or not self._allowed.is_set()

    def _began_or_waited(self) -> bool:
        for repository in self._ready():
            if not self._allowed.is_set():
                return True
            if self._worker.step(repository, self._depths(repository)):
                return True
        return self._worker.go_on(REPLY_WAIT_S)

    def _depths(self, repository: LiveRepository) -> Sequence[str]:
        return [depth for depth in self._worker.affordable(repository) if self._standing.allows(depth)]

    # All at once

    def learn(self, repository: LiveRepository) -> Iterator[dict[str, Any]]:
        """Does all that there is to learn about a repository, asleep or not: `progress` events, then `learned`."""
        with self._as_told():
            yield from self._learn_all(repository)

    def learn_about(self, repository: LiveRepository, subject: str) -> Iterator[dict[str, Any]]:
        """Does what there is to learn about a path or "path::qualname", also what was given up or cancelled: `progress`
        events, then `learned`."""
        with self._as_told():
            yield from self._learn_about(repository, subject)

    def plan_only(self, repository: LiveRepository) -> Plan:
        """What would be learned now; nothing is stored. Raises UserError."""
        with self._as_told():
            plan = self._worker.agenda.made(repository)
        if plan is None:
            raise UserError(
                f"What to learn about {repository.root} could not be worked out.",
                next_step="reverie logs",
                code="no_plan",
            )
        return plan

    @contextmanager
    def _as_told(self) -> Iterator[None]:
        """What the user asked for comes before what is done by itself."""
        with self._counting:
            self._told += 1
        self._desk.stop()
        try:
            with self._working:
                began_s = time.monotonic()
                yield
                self._told_s += time.monotonic() - began_s
        finally:
            with self._counting:
                self._told -= 1
            self._worker.show("")

    def _learn_all(self, repository: LiveRepository) -> Iterator[dict[str, Any]]:
        done, total, before = 0, 0, self._worker.done(repository)
        learned = repository.store.learned
        while not self._closing.is_set():
            total = max(total, done + 1)
            going_on = yield from shown(partial(self._learned_for_a_while, repository), done, total)
            done = self._worker.done(repository) - before
            total = done + learned.count_open_jobs(repository.worktree_id)
            if not going_on:
                break
        failed = len(learned.failed_jobs(repository.worktree_id, FAILED_COUNTED_MAX))
        yield {"event": "learned", "jobs": done, "failed": failed, "stopped": self._worker.declined}

    def _learned_for_a_while(self, repository: LiveRepository) -> bool:
        """Until there is progress to tell again; False when nothing is left to do."""
        worker, until_s = self._worker, time.monotonic() + PROGRESS_PACE_S
        while time.monotonic() < until_s and not self._closing.is_set():
            began = worker.go_on() or worker.step(repository, worker.affordable(repository))
            if not began and not worker.go_on(REPLY_WAIT_S):
                return False
        return True

    def _learn_about(self, repository: LiveRepository, subject: str) -> Iterator[dict[str, Any]]:
        tried: set[tuple[str, Topic]] = set()
        for _ in range(ROUNDS_MAX):
            found = yield from shown(partial(self._worker.jobs_about, repository, subject), len(tried), len(tried) + 1)
            depths = self._worker.affordable(repository)
            jobs = [job for job in found if (job.analysis, job.topic) not in tried and job.depth in depths]
            for number, job in enumerate(jobs):
                if self._closing.is_set():
                    break
                if job.depth in self._worker.affordable(repository):
                    yield from shown(
                        partial(self._worker.do, repository, job), len(tried), len(tried) + len(jobs) - number
                    )
                    tried.add((job.analysis, job.topic))
            if not jobs:
                break
        failed = repository.store.learned.failed_jobs(repository.worktree_id, FAILED_COUNTED_MAX)
        ours = sum((one.job.analysis, one.job.topic) in tried for one in failed)
        yield {"event": "learned", "jobs": len(tried), "failed": ours, "stopped": self._worker.declined}
