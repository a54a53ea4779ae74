"""The plan that each repository's learning goes by: when another is due, having it made, and taking it up.

What is worth learning is worked out in a child process, by `planning.py`; the jobs of a plan are done by `working.py`.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

from .core.idle import Depth
from .desk import ENDED, Desk
from .planning import Plan
from .preferences import Learning
from .repository import LiveRepository
from .studying import Broken, MakePlan, Place

PLAN_WAIT_S = 300.0

log = logging.getLogger(__name__)

_State = tuple[int, str, int, Depth | None]
"""All that a plan depends on: the clock, HEAD, how many questions wait to be learned from, and the model's depth."""


@dataclass(slots=True)
class _Planned:
    """The moment that a repository's plan is for, and the monotonic time at which there may be more to plan."""

    state: _State | None = None
    again_at_s: float | None = None


class Agenda:
    """Plans are made by one thread at a time; whether one is due may be asked from any. `depth` tells for a root what
    has to be free for the model, None where there is none."""

    def __init__(self, settings: Callable[[], Learning], depth: Callable[[str], Depth | None], desk: Desk) -> None:
        self._settings = settings
        self._depth = depth
        self._desk = desk
        self._plans: dict[str, _Planned] = {}

    def is_due(self, repository: LiveRepository) -> bool:
        """Whether there is no plan for this moment."""
        planned = self._planned(repository)
        due = planned.again_at_s is not None and time.monotonic() >= planned.again_at_s
        return due or planned.state != self._state(repository)

    def until_due(self, seconds_max: float) -> float:
        """Until a file that is being edited will have been quiet for long enough."""
        due = [planned.again_at_s for planned in self._plans.values() if planned.again_at_s is not None]
        return max(0.0, min([seconds_max, *(at_s - time.monotonic() for at_s in due)]))

    def outdated(self, repository: LiveRepository) -> None:
        """What was learned since makes another plan due."""
        self._planned(repository).state = None

    def plan(self, repository: LiveRepository) -> bool:
        """Makes the plan for this moment; False when that failed, and is not tried again before something changes."""
        planned, (clock, moment, asked, depth) = self._planned(repository), self._state(repository)
        plan = self.made(repository)
        if plan is None:
            if self._desk.stopped:
                return True  # it is still to be made: whoever was told to learn goes on
            planned.state = clock, moment, asked, depth
            return False
        self._adopt(repository, plan)
        planned.state = clock, moment, asked - len(plan.questions), depth
        planned.again_at_s = None if plan.again_in_s is None else time.monotonic() + plan.again_in_s
        return True

    def plan_about(self, repository: LiveRepository, subject: str) -> Plan | None:
        """Makes the plan that holds a path or "path::qualname" to be what will be asked about; None as `made` has it.
        The next plan goes by what is likely again."""
        plan = self.made(repository, subject)
        if plan is not None:
            self._adopt(repository, plan)
            self.outdated(repository)
        return plan

    def made(self, repository: LiveRepository, subject: str = "") -> Plan | None:
        """What is worth learning now, not taken up; None when it was stopped or failed. Where the user names a subject,
        files that are being edited are not left alone."""
        chosen = self._settings()
        depth, quiet_s = self._depth(repository.root), 0.0 if subject else chosen.file_quiet_s
        wanted = MakePlan(place_of(repository), time.time(), quiet_s, depth, chosen.rethink_passes, subject)
        reply = self._desk.ask(wanted, PLAN_WAIT_S)
        if isinstance(reply, Plan):
            return reply
        if not self._desk.stopped:
            problem = reply.problem if isinstance(reply, Broken) else ENDED
            log.warning("%s: what to learn could not be worked out: %s", repository.root, problem)
        return None

    def _adopt(self, repository: LiveRepository, plan: Plan) -> None:
        learned = repository.store.learned
        learned.notes_held(plan.held, plan.clock, plan.moment)
        if plan.questions:
            learned.learn_habits(plan.habits, plan.questions)
        learned.replan(repository.worktree_id, plan.jobs, plan.predictions)

    def _state(self, repository: LiveRepository) -> _State:
        asked = len(repository.store.learned.unlearned(repository.worktree_id))
        clock = repository.store.clock(repository.worktree_id)
        return clock, repository.moment, asked, self._depth(repository.root)

    def _planned(self, repository: LiveRepository) -> _Planned:
        return self._plans.setdefault(repository.root, _Planned())


def place_of(repository: LiveRepository) -> Place:
    """Where a child process finds a repository and its store."""
    return Place(
        repository.store.path, repository.worktree_id, repository.location, repository.settings.source_bytes_max
    )
