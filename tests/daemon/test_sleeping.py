"""The idle loop over a real repository, store and child process; only the machine's readings are made up."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from reverie_daemon.core.idle import Policy, Readings
from reverie_daemon.desk import Desk
from reverie_daemon.preferences import Learning
from reverie_daemon.repository import LiveRepository
from reverie_daemon.sleeping import Sleeper
from reverie_daemon.store.jobs import ATTEMPTS_MAX
from reverie_daemon.studying import Begin, Broken, MakePlan, Reply, Request
from support.shell import git, write

WAIT_S = 60
"""Generous: it only decides how long a failure takes."""


class Machine:
    """Sensors whose readings the test sets."""

    def __init__(self) -> None:
        self.busy = False
        self.began_s = time.monotonic()

    def read(self) -> Readings:
        return Readings(time.monotonic(), user_idle_s=600.0, processor_share=0.9 if self.busy else 0.0, busiest="cargo")


class SlowDesk(Desk):
    """A child whose studies take as long as the test wants: the request is held until `go` is set."""

    def __init__(self) -> None:
        super().__init__()
        self.at_work = threading.Event()
        self.go = threading.Event()
        self.halted = threading.Event()

    def ask(self, request: Request, wait_s: float) -> Reply | None:
        if isinstance(request, MakePlan):
            return super().ask(request, wait_s)
        self.stopped = False
        self.at_work.set()
        while not self.go.wait(0.01):
            if self.halted.is_set():
                self.halted.clear()
                self.stopped = True
                return None
        return super().ask(request, wait_s)

    def stop(self) -> None:
        if self.at_work.is_set() and not self.go.is_set():
            self.at_work.clear()
            self.halted.set()
        super().stop()


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + WAIT_S
    while not condition():
        assert time.monotonic() < deadline, "it never came to that"
        time.sleep(0.02)


def sleeper_of(live: LiveRepository, machine: Machine, desk: Desk | None = None, **policy: float) -> Sleeper:
    chosen = Policy(calm_s=0.0, **policy)  # type: ignore[arg-type]
    return Sleeper(
        lambda: [live], lambda: Learning(chosen, 60.0), lambda: None, desk=desk, sensors=machine  # type: ignore[arg-type]
    )  # fmt: skip


def open_jobs(live: LiveRepository) -> int:
    return live.store.learned.count_open_jobs(live.worktree_id)


def test_an_idle_machine_learns_all_there_is_and_then_rests(live: LiveRepository) -> None:
    """The loop by itself: a plan, one job after the other, then nothing."""
    sleeper = sleeper_of(live, Machine())
    sleeper.start()
    try:
        until(lambda: sleeper.sleep()["reason"] == "everything here is learned")
        counts = sleeper.counts(live)
        assert counts["notes_fresh"] > 20 and counts["jobs"] == counts["jobs_failed"] == counts["notes_stale"] == 0
        kept = live.store.recall("|callers|in|positive||kettle/boiler.py::Boiler.done")
        assert kept is not None and kept.answer["asked"] is False and kept.inputs
    finally:
        sleeper.close()


def test_a_busy_machine_learns_nothing_and_says_why(live: LiveRepository) -> None:
    """The reason is always on show."""
    machine = Machine()
    machine.busy = True
    sleeper = sleeper_of(live, machine)
    sleeper.start()
    try:
        until(lambda: sleeper.sleep()["reason"] == "CPU busy (cargo)")
        assert sleeper.sleep()["state"] == "waiting" and sleeper.counts(live)["notes_fresh"] == 0
    finally:
        sleeper.close()


@pytest.mark.parametrize("reason", ["a question", "a busy machine", "a pause"])
def test_what_runs_is_stopped_and_done_later(live: LiveRepository, reason: str) -> None:
    """Within a second: in the midst of a study, whose job waits again and counts no attempt."""
    machine, desk = Machine(), SlowDesk()
    sleeper = sleeper_of(live, machine, desk)
    sleeper.start()
    try:
        assert desk.at_work.wait(WAIT_S)
        before = open_jobs(live)
        began_s = time.monotonic()
        if reason == "a question":
            with sleeper.question():
                until(lambda: not desk.at_work.is_set())
        elif reason == "a busy machine":
            machine.busy = True
            until(lambda: not desk.at_work.is_set())
            machine.busy = False
        else:
            sleeper.pause(True)
            until(lambda: not desk.at_work.is_set())
            assert sleeper.sleep() == {"state": "paused", "depth": "awake", "reason": "until you run: reverie resume"}
            sleeper.pause(False)
        assert time.monotonic() - began_s < 10
        assert open_jobs(live) == before
        desk.go.set()
        until(lambda: open_jobs(live) == 0 and sleeper.sleep()["reason"] == "everything here is learned")
        assert live.store.learned.failed_jobs(live.worktree_id, 10) == []
    finally:
        sleeper.close()


def test_a_study_of_what_has_changed_is_stopped(live: LiveRepository) -> None:
    """It would be of what was; the plan is made anew for what is."""
    desk = SlowDesk()
    sleeper = sleeper_of(live, Machine(), desk)
    sleeper.start()
    try:
        assert desk.at_work.wait(WAIT_S)
        write(Path(live.root), {"kettle/alarm.py": "def ring() -> None:\n    pass\n"})
        for _ in live.index():
            pass
        sleeper.wake()
        until(lambda: not desk.at_work.is_set() or desk.halted.is_set())
        desk.go.set()
        until(lambda: sleeper.sleep()["reason"] == "everything here is learned")
        expected = {one.prediction.path for one in live.store.learned.expected(live.worktree_id, 500)}
        assert "kettle/sensor.py" in expected
    finally:
        sleeper.close()


class ForgetfulDesk(Desk):
    """A child that dies of every study."""

    def ask(self, request: Request, wait_s: float) -> Reply | None:
        if isinstance(request, Begin):
            self.stopped = False
            return Broken("ValueError: it broke")
        return super().ask(request, wait_s)


def test_failing_jobs_are_given_up_visibly(live: LiveRepository) -> None:
    """Bounded attempts, then a failed job that status counts; `learn` comes to its end."""
    live.store.learned.replan(live.worktree_id, [], [])
    sleeper = sleeper_of(live, Machine(), ForgetfulDesk())
    try:
        events = list(sleeper.learn(live))
        failed = live.store.learned.failed_jobs(live.worktree_id, 1_000)
        assert events[-1]["event"] == "learned" and events[-1]["failed"] == len(failed) > 20
        assert {(one.attempts, one.problem) for one in failed} == {(ATTEMPTS_MAX, "ValueError: it broke")}
        assert sleeper.counts(live)["jobs_failed"] == len(failed)
    finally:
        sleeper.close()


class LateDesk(Desk):
    """A child whose findings about callers arrive when the repository has moved on."""

    def __init__(self, live: LiveRepository) -> None:
        super().__init__()
        self.live = live
        self.late = 0

    def ask(self, request: Request, wait_s: float) -> Reply | None:
        reply = super().ask(request, wait_s)
        if isinstance(request, Begin) and request.topic.name == "who calls `Boiler.done`?" and not self.late:
            self.late += 1
            alarm = "from .boiler import Boiler\n\n\ndef ring(b: Boiler) -> bool:\n    return b.done()\n"
            write(Path(self.live.root), {"kettle/alarm.py": alarm})
            for _ in self.live.index():
                pass
        return reply


def test_findings_that_came_too_late_are_never_stored_as_fresh(live: LiveRepository) -> None:
    """The inputs are compared again when a result arrives."""
    desk = LateDesk(live)
    sleeper = sleeper_of(live, Machine(), desk)
    try:
        list(sleeper.learn(live))
        assert desk.late == 1
        kept = live.store.recall("|callers|in|positive||kettle/boiler.py::Boiler.done")
        assert kept is not None and "ring" in str(kept.answer), "it was studied again"
    finally:
        sleeper.close()


def test_a_commit_makes_its_questions_expected_and_answered(live: LiveRepository) -> None:
    """What did this change, and why? It is asked right after."""
    write(Path(live.root), {"kettle/alarm.py": "def ring() -> None:\n    pass\n"})
    git(Path(live.root), "add", "-A")
    git(Path(live.root), "commit", "-qm", "Add an alarm")
    for _ in live.learn():
        pass
    sleeper = sleeper_of(live, Machine())
    try:
        list(sleeper.learn(live))
        kept = live.store.recall("|commit||positive||")
        assert kept is not None and "Add an alarm" in str(kept.answer)
        questions = [one.prediction.question for one in live.store.learned.expected(live.worktree_id, 10)]
        assert "what did the last commit change, and why?" in questions
    finally:
        sleeper.close()


class InterruptedDesk(Desk):
    """A child whose first plan is ended by a look at the machine that came a moment too late."""

    def __init__(self) -> None:
        super().__init__()
        self.plans = 0

    def ask(self, request: Request, wait_s: float) -> Reply | None:
        self.plans += isinstance(request, MakePlan)
        if isinstance(request, MakePlan) and self.plans == 1:
            self.stopped = True
            return None
        return super().ask(request, wait_s)


def test_what_the_user_asked_for_goes_on_where_its_plan_was_interrupted(live: LiveRepository) -> None:
    """`reverie learn` once said that it was done, with nothing learned."""
    desk = InterruptedDesk()
    sleeper = sleeper_of(live, Machine(), desk)
    try:
        (*_, last) = sleeper.learn(live)
    finally:
        sleeper.close()
    assert last["jobs"] > 0
    assert desk.plans > 1
