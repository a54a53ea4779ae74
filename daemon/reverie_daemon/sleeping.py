"""Learning while nobody asks: the idle loop, and all of it at once when told to.

One thread looks at the machine and decides when to work; another does one job after the other in a child process, which
is ended the moment a question comes or the machine gets busy. What comes back is compared with the repository as it is
by then, and only what still holds is stored. What is worth learning is decided in `planning.py`.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, Protocol

from .analyses import discover
from .core.idle import Depth, Policy, Standing, decide
from .core.inputs import deserialise, unchanged
from .core.notes import Ask, Completed, Declined
from .desk import Desk
from .errors import UserError
from .planning import Plan
from .preferences import Learning
from .remembering import keep_answer
from .repository import LiveRepository
from .sensors import Sensors
from .store.jobs import Leased
from .studying import Begin, Broken, GoOn, MakePlan, Place, Reply, Studied, Unknown, Wanted

TICK_S = 0.5
"""While something is learned the machine is looked at so often: a busy one is left within a second."""
AWAKE_TICK_S = 2.0
NOTHING_TICK_S = 60.0
WAKE_PACE_S = 0.25
"""Indexing wakes it many times a second; once is enough."""
LEASE_S = 600.0
STUDY_WAIT_S = 120.0
PLAN_WAIT_S = 300.0
STILL_HERE_S = 5.0
"""A model can take minutes for one job; a client takes so long a silence for the daemon's end."""
ENDED = "it took too long, or its process ended"
EVERY_DEPTH: Sequence[Depth] = ("light", "remote", "deep")

BUDGET_RETRY_S = 60.0
"""A limit that stood in the way is looked at again so often: it renews by itself."""

log = logging.getLogger(__name__)


class Thinker(Protocol):
    """The model that learning may use."""

    @property
    def depth(self) -> Depth | None:
        """What has to be free for it: "deep" for one on this machine, "remote" for others; None where there is none."""
        ...

    def complete(self, root: str, ask: Ask, analysis: str, cancelled: Callable[[], bool]) -> Completed | Declined:
        """Its reply; `cancelled` is asked often from other threads. A reply that was paid for once is given again
        without cost."""
        ...


class NoThinker:
    """Learning without a model."""

    depth: Depth | None = None

    def complete(self, root: str, ask: Ask, analysis: str, cancelled: Callable[[], bool]) -> Completed | Declined:
        return Declined("No model is chosen for sleeping.", "reverie model")


_State = tuple[int, str, int, Depth | None]
"""All that a plan depends on: the clock, HEAD, how many questions wait to be learned from, and the model's depth."""


@dataclass(slots=True)
class _Plot:
    """What is known of one repository's learning. `planned` is the moment that its plan is for."""

    planned: _State | None = None
    again_at_s: float | None = None
    counted: tuple[tuple[int, str, int], tuple[int, int]] | None = None


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
        self._thinker = thinker or NoThinker()
        self._declined: tuple[Declined, float] | None = None
        self._standing = Standing()
        self._plots: dict[str, _Plot] = {}
        self._woken = threading.Event()
        self._closing = threading.Event()
        self._allowed = threading.Event()
        self._working = threading.Lock()
        self._paused = paused
        self._questions = 0
        self._told = 0
        self._counting = threading.Lock()
        self._doing = ""
        self._worked_s = 0.0
        self._idle_s = 0.0
        self._slept_s = 0.0
        self._looked_at_s = 0.0
        self._current: tuple[LiveRepository, int] | None = None
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
        """For how long something was learned since this was last called, in seconds."""
        slept_s, self._slept_s = self._worked_s - self._slept_s, self._worked_s
        return slept_s

    # What is shown

    def sleep(self) -> dict[str, str]:
        """`{"state", "depth", "reason"}`: learning, waiting (why) or paused."""
        standing = self._standing
        if self._told:
            return {"state": "learning", "depth": "light", "reason": f"as you asked: {self._doing or 'planning'}"}
        if self._paused:
            return {"state": "paused", "depth": "awake", "reason": "until you run: reverie resume"}
        if not self._something_to_do():
            return {"state": "waiting", "depth": "awake", "reason": "everything here is learned"}
        if self._declined is not None and not self._has_free_jobs():
            return {"state": "waiting", "depth": "awake", "reason": self._declined[0].message}
        if not standing.asleep:
            return {"state": "waiting", "depth": "awake", "reason": standing.reason}
        doing = f": {self._doing}" if self._doing else ""
        return {"state": "learning", "depth": standing.depth, "reason": f"{standing.reason}{doing}"}

    def notes(self, repository: LiveRepository) -> tuple[int, int]:
        """(fresh, stale): how many notes are known to hold now, and how many others there are."""
        counts = self.counts(repository)
        return counts["notes_fresh"], counts["notes_stale"]

    def counts(self, repository: LiveRepository) -> dict[str, Any]:
        """A repository's part of the status: notes known to hold or not, jobs that wait, jobs that failed."""
        plot = self._plot(repository)
        learned = repository.store.learned
        now = (repository.store.clock(repository.worktree_id), repository.moment, repository.store.notes_revision())
        if plot.counted is None or plot.counted[0] != now:
            plot.counted = (now, learned.count_notes(now[0], now[1]))
        fresh, stale = plot.counted[1]
        failed = len(learned.failed_jobs(repository.worktree_id, 1_000))
        return {
            "notes_fresh": fresh, "notes_stale": stale, "jobs": learned.count_open_jobs(repository.worktree_id),
            "jobs_failed": failed,
        }  # fmt: skip

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
            return self._until_planned(NOTHING_TICK_S)
        before = self._standing
        now = replace(self._sensors.read(), question_waiting=self._questions > 0, paused=self._paused)
        self._standing = decide(before, now, policy)
        if before.asleep and self._standing.asleep:
            self._idle_s += now.at_s - self._looked_at_s
        self._looked_at_s = now.at_s
        self._stop_what_is_outdated()
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

    def _stop_what_is_outdated(self) -> None:
        """The repository changed under a study: it would be of what was."""
        current = self._current
        if current is not None and current[0].store.clock(current[0].worktree_id) != current[1]:
            self._desk.stop()

    def _something_to_do(self) -> bool:
        return any(self._is_unplanned(one) or self._has_jobs(one) for one in self._ready())

    def _ready(self) -> Sequence[LiveRepository]:
        """The repositories whose index stands still."""
        return [one for one in self._repositories() if one.begun and not one.indexing]

    def _has_jobs(self, repository: LiveRepository) -> bool:
        return repository.store.learned.count_open_jobs(repository.worktree_id) > 0

    def _has_free_jobs(self) -> bool:
        """Whether there is anything to do that needs no model."""
        return any(
            job.depth != self._thinker.depth
            for one in self._ready()
            for job in one.store.learned.open_jobs(one.worktree_id, 1)
        )

    def _is_unplanned(self, repository: LiveRepository) -> bool:
        plot = self._plot(repository)
        due = plot.again_at_s is not None and time.monotonic() >= plot.again_at_s
        return due or plot.planned != self._state(repository)

    def _until_planned(self, seconds_max: float) -> float:
        """Until a file that is being edited will have been quiet for long enough."""
        due = [plot.again_at_s for plot in self._plots.values() if plot.again_at_s is not None]
        return max(TICK_S, min([seconds_max, *(at_s - time.monotonic() for at_s in due)]))

    # What

    def _work(self) -> None:
        while not self._closing.is_set():
            self._allowed.wait()
            if self._closing.is_set():
                return
            if not self._work_a_little():
                self._allowed.clear()
                self._show("")

    def _work_a_little(self) -> bool:
        """One plan or one job, of the first repository that has any; whether there was one."""
        with self._working:
            began_s = time.monotonic()
            for repository in self._ready():
                if not self._allowed.is_set():
                    return True
                if self._step(repository, self._depths()):
                    self._worked_s += time.monotonic() - began_s
                    return True
        return False

    def _depths(self) -> Sequence[str]:
        return [depth for depth in self._affordable() if self._standing.allows(depth)]

    def _affordable(self) -> Sequence[Depth]:
        """Every depth; without the model's while a limit of the budget stands in the way."""
        if self._declined is not None and time.monotonic() < self._declined[1]:
            return [depth for depth in EVERY_DEPTH if depth != self._thinker.depth]
        self._declined = None
        return EVERY_DEPTH

    def _step(self, repository: LiveRepository, depths: Sequence[str]) -> bool:
        """Makes the plan where there is none for this moment, else does the best job; False when there is neither."""
        try:
            if self._is_unplanned(repository):
                return self._plan(repository)
            now = time.time()
            leased = repository.store.learned.lease(repository.worktree_id, depths, now=now, until=now + LEASE_S)
            if leased is None:
                return False
            self._study(repository, leased)
        except UserError as error:
            log.warning("%s: %s", repository.root, error.message)
            return False
        return True

    def _plan(self, repository: LiveRepository) -> bool:
        plot, (clock, moment, asked, depth) = self._plot(repository), self._state(repository)
        self._show("looking for what to learn")
        plan = self._made_plan(repository)
        if plan is None:
            if not self._desk.stopped:
                plot.planned = clock, moment, asked, depth  # not again before something changes
            return False
        learned = repository.store.learned
        learned.notes_held(plan.held, plan.clock, plan.moment)
        if plan.questions:
            learned.learn_habits(plan.habits, plan.questions)
        learned.replan(repository.worktree_id, plan.jobs, plan.predictions)
        plot.planned = clock, moment, asked - len(plan.questions), depth
        plot.again_at_s = None if plan.again_in_s is None else time.monotonic() + plan.again_in_s
        return True

    def _made_plan(self, repository: LiveRepository) -> Plan | None:
        """What is worth learning now; None when it was stopped or failed."""
        chosen = self._settings()
        depth, quiet_s = self._thinker.depth, chosen.file_quiet_s
        wanted = MakePlan(_place(repository), time.time(), quiet_s, depth, chosen.rethink_passes)
        reply = self._desk.ask(wanted, PLAN_WAIT_S)
        if isinstance(reply, Plan):
            return reply
        if not self._desk.stopped:
            problem = reply.problem if isinstance(reply, Broken) else ENDED
            log.warning("%s: what to learn could not be worked out: %s", repository.root, problem)
        return None

    def _state(self, repository: LiveRepository) -> _State:
        asked = len(repository.store.learned.unlearned(repository.worktree_id))
        return repository.store.clock(repository.worktree_id), repository.moment, asked, self._thinker.depth

    def _study(self, repository: LiveRepository, leased: Leased) -> None:
        learned, job = repository.store.learned, leased.job
        self._show(f"{job.analysis}, {job.topic.name or repository.location.name}")
        self._current = (repository, repository.store.clock(repository.worktree_id))
        reply = self._studied(repository, leased)
        self._current = None
        if isinstance(reply, Studied):
            self._keep(repository, leased, reply)
        elif isinstance(reply, Declined):
            self._was_declined(repository, leased, reply)
        elif self._desk.stopped or isinstance(reply, Unknown):
            learned.job_given_back(leased)
        else:
            problem = reply.problem if isinstance(reply, Broken) else ENDED
            if learned.job_failed(leased, problem):
                log.warning("%s: %s of %s failed: %s", repository.root, job.analysis, job.topic.name, problem)
        self._show("")

    def _studied(self, repository: LiveRepository, leased: Leased) -> Reply | Declined | None:
        """A whole study, with as many replies of the model as it wants."""
        job = leased.job
        passes = self._settings().rethink_passes
        reply = self._desk.ask(Begin(_place(repository), leased.id, job.analysis, job.topic, passes), STUDY_WAIT_S)
        while isinstance(reply, Wanted):
            said = self._thinker.complete(repository.root, reply.ask, job.analysis, self._is_stopped)
            if isinstance(said, Declined):
                return said
            reply = self._desk.ask(GoOn(reply.study, said.text, said.model), STUDY_WAIT_S)
        return reply

    def _is_stopped(self) -> bool:
        return self._closing.is_set() or not (self._told or self._allowed.is_set())

    def _was_declined(self, repository: LiveRepository, leased: Leased, declined: Declined) -> None:
        """Stopped, or without budget, a job waits; what a model cannot do counts as an attempt."""
        learned = repository.store.learned
        if declined.over_budget:
            self._declined = declined, time.monotonic() + BUDGET_RETRY_S
        if declined.over_budget or self._is_stopped():
            learned.job_given_back(leased)
        else:
            learned.job_failed(leased, declined.message)

    def _keep(self, repository: LiveRepository, leased: Leased, studied: Studied) -> None:
        """Stores what was found, where what it read is still so."""
        learned = repository.store.learned
        note = replace(studied.note, made_at=time.time())
        with repository.reading() as catalogue:
            moved = (catalogue.clock, repository.moment) != (note.clock, note.moment)
            if moved and not unchanged(deserialise(note.inputs), catalogue):
                learned.job_given_back(leased)
                return
        if studied.answer is not None:
            keep_answer(repository, studied.answer, note)
            learned.prepared(repository.worktree_id, studied.answer.question, studied.answer.key)
        if note.model:
            learned.count_claims(note.model, len(note.claims), studied.dropped)
        different = learned.keep_note(note)
        learned.job_done(leased)
        if different and discover()[leased.job.analysis].steers:
            self._plot(repository).planned = None

    def _show(self, doing: str) -> None:
        self._doing = doing
        self._poke()

    def _plot(self, repository: LiveRepository) -> _Plot:
        return self._plots.setdefault(repository.root, _Plot())

    # All at once

    def learn(self, repository: LiveRepository) -> Iterator[dict[str, Any]]:
        """Does all that there is to learn about a repository, asleep or not: `progress` events, then `learned`."""
        with self._as_told():
            yield from self._learn_all(repository)

    def plan_only(self, repository: LiveRepository) -> Plan:
        """What would be learned now; nothing is stored. Raises UserError."""
        with self._as_told():
            plan = self._made_plan(repository)
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
                yield
        finally:
            with self._counting:
                self._told -= 1
            self._show("")

    def _learn_all(self, repository: LiveRepository) -> Iterator[dict[str, Any]]:
        done, total = 0, 0
        learned = repository.store.learned
        while not self._closing.is_set():
            yield {"event": "progress", "phase": "learning", "done": done, "total": max(total, done + 1)}
            planned = self._is_unplanned(repository)
            step = _Step(lambda: self._step(repository, self._affordable()))
            while not step.wait(STILL_HERE_S):
                yield {"event": "progress", "phase": "learning", "done": done, "total": max(total, done + 1)}
            if not step.result:
                break
            done += 0 if planned else 1
            total = done + learned.count_open_jobs(repository.worktree_id)
        failed = len(learned.failed_jobs(repository.worktree_id, 1_000))
        stopped = self._declined[0] if self._declined is not None else None
        yield {"event": "learned", "jobs": done, "failed": failed, "stopped": stopped}


class _Step:
    """Work on a thread of its own, so that whoever waits for it can be told that it goes on."""

    def __init__(self, work: Callable[[], bool]) -> None:
        self.result = False
        self._work = work
        self._thread = threading.Thread(target=self._run, name="step", daemon=True)
        self._thread.start()

    def wait(self, seconds: float) -> bool:
        """Whether it is done."""
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def _run(self) -> None:
        self.result = self._work()


def _place(repository: LiveRepository) -> Place:
    return Place(
        repository.store.path, repository.worktree_id, repository.location, repository.settings.source_bytes_max
    )
