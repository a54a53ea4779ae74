"""One job after the other, in a child process: what is planned, leased, studied, compared and stored.

While studies wait for a remote model's replies, others go on. What comes back is compared with the repository as it is
by then, and only what still holds is kept. When to work is decided in `sleeping.py`, when to plan in `agenda.py`.
"""

from __future__ import annotations

import itertools
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Protocol

from .activity import Activity, JobKey
from .agenda import Agenda, place_of
from .analyses import discover
from .calling import Arrived, Calls, Waiting
from .core.idle import Depth
from .core.inputs import deserialise, read_notes, unchanged
from .core.notes import Ask, Completed, Declined, Topic
from .core.plan import Job, concerns
from .desk import ENDED, Desk
from .errors import UserError
from .preferences import Learning
from .remembering import keep_answer
from .repository import LiveRepository
from .store.jobs import LEVEL_MAX, Leased
from .studying import Begin, Broken, GoOn, Reply, Studied, Unknown, Wanted

LEASE_S = 600.0
STUDY_WAIT_S = 120.0
BUDGET_RETRY_S = 60.0
"""A limit that stood in the way is looked at again so often: it renews by itself."""
FAILED_COUNTED_MAX = 1_000
REPLY_WAIT_S = 0.5
"""With nothing else to do, a reply is waited for so long at a time."""
EVERY_DEPTH: Sequence[Depth] = ("light", "remote", "deep")

log = logging.getLogger(__name__)


class Thinker(Protocol):
    """The model that learning may use."""

    def depth(self, root: str) -> Depth | None:
        """What has to be free for it: "deep" for one on this machine, "remote" for others; None where there is none
        that may read the repository at `root`."""
        ...

    def complete(self, root: str, ask: Ask, analysis: str, cancelled: Callable[[], bool]) -> Completed | Declined:
        """Its reply; `cancelled` is asked often from other threads. A reply that was paid for once is given again
        without cost."""
        ...


class NoThinker:
    """Learning without a model."""

    def depth(self, root: str) -> Depth | None:
        return None

    def complete(self, root: str, ask: Ask, analysis: str, cancelled: Callable[[], bool]) -> Completed | Declined:
        return Declined("No model is chosen for sleeping.", "reverie model")


@dataclass(slots=True)
class _Tally:
    """Of one repository: how many jobs came to an end, and its notes as they were counted at a moment."""

    done: int = 0
    counted: tuple[tuple[int, str, int], tuple[int, int]] | None = None


@dataclass(frozen=True, slots=True)
class _Current:
    """What is studied now, and the clock that it began at."""

    repository: LiveRepository
    clock: int
    leased: Leased


class Worker:
    """Plans and does jobs, for one thread at a time; what is asked of it besides may come from any thread. `stopped`
    tells whether what runs now is to end."""

    def __init__(
        self,
        settings: Callable[[], Learning],
        poke: Callable[[], None],
        stopped: Callable[[], bool],
        desk: Desk,
        thinker: Thinker,
    ) -> None:
        self._settings = settings
        self._poke = poke
        self._stopped = stopped
        self._desk = desk
        self._thinker = thinker
        self.agenda = Agenda(settings, thinker.depth, desk)
        self._tallies: dict[str, _Tally] = {}
        self._current: _Current | None = None
        self._cancelled: set[JobKey] = set()
        self.activity = Activity(time.time)
        self._declined: tuple[Declined, float] | None = None
        self._calls = Calls()
        self._crowded = False
        self._studies = itertools.count(1)
        self.doing = ""
        """What it is at, for a reader; "" for nothing."""

    @property
    def declined(self) -> Declined | None:
        """Why the model's jobs wait, None where nothing stands in their way."""
        return self._declined[0] if self._declined is not None else None

    def notes(self, repository: LiveRepository) -> tuple[int, int]:
        """(fresh, stale): how many notes are known to hold now, and how many others there are."""
        counts = self.counts(repository)
        return counts["notes_fresh"], counts["notes_stale"]

    def counts(self, repository: LiveRepository) -> dict[str, Any]:
        """A repository's part of the status: notes known to hold or not, jobs that wait, jobs that failed."""
        tally = self._tally(repository)
        learned = repository.store.learned
        now = (repository.store.clock(repository.worktree_id), repository.moment, repository.store.notes_revision())
        if tally.counted is None or tally.counted[0] != now:
            tally.counted = (now, learned.count_notes(now[0], now[1]))
        fresh, stale = tally.counted[1]
        failed = len(learned.failed_jobs(repository.worktree_id, FAILED_COUNTED_MAX))
        return {
            "notes_fresh": fresh, "notes_stale": stale, "jobs": learned.count_open_jobs(repository.worktree_id),
            "jobs_failed": failed,
        }  # fmt: skip

    def done(self, repository: LiveRepository) -> int:
        """How many of its jobs came to an end since this began."""
        return self._tally(repository).done

    @property
    def waits_for_replies(self) -> bool:
        return len(self._calls) > 0

    def has_jobs(self, repository: LiveRepository) -> bool:
        return repository.store.learned.count_open_jobs(repository.worktree_id) > 0

    def has_free_jobs(self, repository: LiveRepository) -> bool:
        """Whether there is anything to do that needs no model."""
        waiting = repository.store.learned.open_jobs(repository.worktree_id, FAILED_COUNTED_MAX)
        return any(job.depth != self._thinker.depth(repository.root) for job in waiting)

    def stop_what_is_outdated(self) -> None:
        """The repository changed under a study: it would be of what was."""
        current = self._current
        if current is None:
            return
        if current.repository.store.clock(current.repository.worktree_id) != current.clock:
            self._desk.stop()

    def cancel(self, repository: LiveRepository, analysis: str, topic: Topic) -> bool:
        """Drops a job, or ends it where it runs; whether there was one. It is not taken up again until what it studies
        changes, or the user asks for it."""
        number = repository.store.learned.cancel_job(repository.worktree_id, analysis, topic)
        if number is None:
            return False
        key, current = (repository.root, number), self._current
        if self.activity.is_under_way(key):
            self._cancelled.add(key)
            if current is not None and _key(current.repository, current.leased) == key:
                self._desk.stop()
        return True

    def jobs_about(self, repository: LiveRepository, subject: str) -> list[Job]:
        """What there is to learn about a path or "path::qualname", best first, with the rest of a plan that holds it to
        be what will be asked about; nothing when planning was stopped or failed."""
        plan = self.agenda.plan_about(repository, subject)
        if plan is None:
            return []
        asked_about = {one.question: one.topic.name for one in plan.predictions}
        return [job for job in plan.jobs if concerns(job.topic, subject, asked_about)]

    def do(self, repository: LiveRepository, job: Job) -> bool:
        """Does just this job, also one that was given up or cancelled; whether it could be taken up."""
        until = time.time() + LEASE_S
        leased = repository.store.learned.lease_this(repository.worktree_id, job.analysis, job.topic, until=until)
        if leased is not None:
            self._cancelled.discard(_key(repository, leased))
            self._study(repository, leased)
            while self._calls.has(repository, leased):
                self.go_on(REPLY_WAIT_S)
        return leased is not None

    def affordable(self, repository: LiveRepository) -> Sequence[Depth]:
        """Every depth; without the model's while something stands in the way of each call."""
        if self._declined is not None and time.monotonic() < self._declined[1]:
            return [depth for depth in EVERY_DEPTH if depth != self._thinker.depth(repository.root)]
        self._declined = None
        return EVERY_DEPTH

    def step(self, repository: LiveRepository, depths: Sequence[str]) -> bool:
        """Makes the plan where there is none for this moment, else begins the best job, and ends it unless a model's
        reply is waited for meanwhile; False when there is neither."""
        try:
            if self.agenda.is_due(repository):
                self.show("looking for what to learn")
                return self.agenda.plan(repository)
            leased = self._next(repository, depths)
            if leased is None:
                return False
            self._study(repository, leased)
        except UserError as error:
            log.warning("%s: %s", repository.root, error.message)
            return False
        return True

    def go_on(self, wait_s: float = 0.0) -> bool:
        """Goes on with a study whose reply arrives within `wait_s`; whether any reply is or was waited for. Also when
        it is told to stop: what was paid for is kept."""
        if not len(self._calls):
            return False
        arrived = self._calls.arrived(wait_s)
        if arrived is not None:
            self._take(arrived)
        return wait_s > 0 or arrived is not None

    def _take(self, arrived: Arrived) -> None:
        waiting, said = arrived.waiting, arrived.said
        self._crowded = self._crowded and len(self._calls) > 0 and isinstance(said, Declined)
        try:
            key = _key(waiting.repository, waiting.leased)
            if isinstance(said, Completed):
                self.activity.charged(key, said.tokens, said.microusd)
            if isinstance(said, Declined) or key in self._cancelled:
                self._conclude(waiting.repository, waiting.leased, said if isinstance(said, Declined) else None)
            else:
                self._ask_desk(waiting, GoOn(waiting.study, said.text, said.model))
        except UserError as error:
            log.warning("%s: %s", waiting.repository.root, error.message)

    def _next(self, repository: LiveRepository, depths: Sequence[str]) -> Leased | None:
        """The best job that may begin beside the calls that are under way. A model on this machine has it for itself;
        what rests on other jobs waits for them."""
        model_depth = self._thinker.depth(repository.root)
        if len(self._calls) and model_depth == "deep":
            return None
        if self._crowded or len(self._calls) >= self._settings().remote_calls:
            depths = [depth for depth in depths if depth != model_depth]
        level = self._calls.level(repository)
        now = time.time()
        leased = repository.store.learned.lease(
            repository.worktree_id, depths, now=now, until=now + LEASE_S,
            level_max=LEVEL_MAX if level is None else level,
        )  # fmt: skip
        return None if leased is None or self._calls.has(repository, leased) else leased

    def _study(self, repository: LiveRepository, leased: Leased) -> None:
        waiting = Waiting(next(self._studies), repository, leased)
        self.activity.began(_key(repository, leased), leased.job)
        passes = self._settings().rethink_passes
        self._ask_desk(
            waiting, Begin(place_of(repository), waiting.study, leased.job.analysis, leased.job.topic, passes)
        )

    def _ask_desk(self, waiting: Waiting, request: Begin | GoOn) -> None:
        """One step of a study: until it is done, or wants a reply, which is then asked for."""
        repository, leased = waiting.repository, waiting.leased
        job, key = leased.job, _key(repository, leased)
        others = f" ({len(self._calls)} more under way)" if len(self._calls) else ""
        self.show(f"{job.analysis}, {job.topic.name or repository.location.name}{others}")
        try:
            self._current = _Current(repository, repository.store.clock(repository.worktree_id), leased)
            reply = self._desk.ask(request, STUDY_WAIT_S)
            self._current = None
            if isinstance(reply, Wanted) and key not in self._cancelled:
                self._calls.begin(waiting, partial(self._complete, repository, leased, reply.ask))
                return
            self._conclude(repository, leased, reply)
        finally:
            self._current = None
            if not self._calls.has(repository, leased):
                self._cancelled.discard(key)
                self.activity.ended(key, "stopped", "it could not be stored; the log says why")
                self.show("")

    def _complete(self, repository: LiveRepository, leased: Leased, ask: Ask) -> Completed | Declined:
        key = _key(repository, leased)
        return self._thinker.complete(
            repository.root, ask, leased.job.analysis, lambda: self._stopped() or key in self._cancelled
        )

    def _conclude(self, repository: LiveRepository, leased: Leased, reply: Reply | Declined | None) -> None:
        """Acts on what came of a study."""
        key = _key(repository, leased)
        if key in self._cancelled:
            self._cancelled.discard(key)
            self.activity.ended(key, "cancelled", "you cancelled it")
        elif isinstance(reply, Studied):
            self._keep(repository, leased, reply)
        elif isinstance(reply, Declined):
            self._was_declined(repository, leased, reply)
        elif self._desk.stopped or isinstance(reply, Unknown):
            repository.store.learned.job_given_back(leased)
            self.activity.ended(_key(repository, leased), "stopped", "something else came first")
        else:
            self._failed(repository, leased, reply.problem if isinstance(reply, Broken) else ENDED)

    def _failed(self, repository: LiveRepository, leased: Leased, problem: str) -> None:
        self.activity.ended(_key(repository, leased), "failed", problem)
        if repository.store.learned.job_failed(leased, problem):
            self._tally(repository).done += 1
            log.warning("%s: %s of %s failed: %s", repository.root, leased.job.analysis, leased.job.topic.name, problem)

    def _was_declined(self, repository: LiveRepository, leased: Leased, declined: Declined) -> None:
        """Stopped, or without budget, a job waits; what a model cannot do counts as an attempt. What calls under way
        have reserved may be more than they spend: only with none of them is a limit known to be reached."""
        waits = declined.over_budget or declined.waits
        if declined.over_budget and len(self._calls):
            self._crowded = True
        elif waits:
            self._declined = declined, time.monotonic() + BUDGET_RETRY_S
        if waits or self._stopped():
            self.activity.ended(_key(repository, leased), "waits" if waits else "stopped", declined.message)
            repository.store.learned.job_given_back(leased)
        else:
            self._failed(repository, leased, declined.message)

    def _keep(self, repository: LiveRepository, leased: Leased, studied: Studied) -> None:
        """Stores what was found, where what it read is still so."""
        learned, key = repository.store.learned, _key(repository, leased)
        tokens, microusd = self.activity.cost(key)
        note = replace(studied.note, made_at=time.time(), tokens=tokens, microusd=microusd)
        with repository.reading() as catalogue:
            moved = (catalogue.clock, repository.moment) != (note.clock, note.moment) or read_notes(note.inputs)
            if moved and not unchanged(deserialise(note.inputs), catalogue):
                learned.job_given_back(leased)
                self.activity.ended(key, "outdated", "what it read has changed meanwhile")
                return
        if studied.answer is not None:
            keep_answer(repository, studied.answer, note)
            learned.prepared(repository.worktree_id, studied.answer.question, studied.answer.key)
        if note.model and note.topic.kind == "question":
            identity, kept = str(note.figures.get("key", "")), studied.answer is not None
            learned.paid(identity, kept=kept, tokens=tokens, microusd=microusd)
        if note.model:
            learned.count_claims(note.model, len(note.claims), studied.dropped)
        different = learned.keep_note(note)
        learned.job_done(leased)
        self._tally(repository).done += 1
        self.activity.ended(key, "done")
        if different and discover()[leased.job.analysis].steers:
            self.agenda.outdated(repository)

    def show(self, doing: str) -> None:
        self.doing = doing
        self._poke()

    def _tally(self, repository: LiveRepository) -> _Tally:
        return self._tallies.setdefault(repository.root, _Tally())


def _key(repository: LiveRepository, leased: Leased) -> JobKey:
    return repository.root, leased.id
