"""Several calls of a remote model under way while learning: over a real repository and child, with replies that the
test holds back."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from reverie_daemon.core.idle import Depth, Policy, Readings
from reverie_daemon.core.notes import Ask, Completed, Declined, Topic
from reverie_daemon.preferences import Learning
from reverie_daemon.repository import LiveRepository
from reverie_daemon.sleeping import Sleeper

WAIT_S = 60.0
BOILER = Topic("file", "kettle/boiler.py")


class Held:
    """A model that answers when it is let go; it knows how many wait for it, and what they asked."""

    def __init__(self, depth: Depth = "remote") -> None:
        self._depth = depth
        self._lock = threading.Lock()
        self.go = threading.Event()
        self.now = self.most = 0
        self.asked: list[str] = []
        self.say: Callable[[int, str], Completed | Declined] = lambda at_once, prompt: Completed(_true(prompt), "held")

    def depth(self, root: str) -> Depth | None:
        return self._depth

    def complete(self, root: str, ask: Ask, analysis: str, cancelled: Callable[[], bool]) -> Completed | Declined:
        with self._lock:
            self.now += 1
            at_once, self.most = self.now, max(self.most, self.now)
            self.asked.append(f"{analysis}: {ask.prompt.ask.splitlines()[0]}")
        try:
            assert self.go.wait(WAIT_S), "nobody let it go"
            return self.say(at_once, "\n".join(ask.prompt.passages))
        finally:
            with self._lock:
                self.now -= 1


def _true(prompt: str) -> str:
    return f"It says so. [{number}]\n" if (number := max(re.findall(r'number="(\d+)"', prompt), default="")) else ""


class Still:
    """A machine that is always free, unless the test says that it is busy."""

    busy = False

    def read(self) -> Readings:
        share = 0.9 if self.busy else 0.0
        return Readings(time.monotonic(), user_idle_s=600.0, processor_share=share, busiest="cargo")


@contextmanager
def sleeping(live: LiveRepository, model: Held, calls: int, machine: Still | None = None) -> Iterator[Sleeper]:
    sleeper = Sleeper(
        lambda: [live], lambda: Learning(Policy(calm_s=0.0), 0.0, 1, calls), lambda: None,
        sensors=machine or Still(), thinker=model,  # type: ignore[arg-type]
    )  # fmt: skip
    try:
        yield sleeper
    finally:
        model.go.set()
        sleeper.close()


def learning(sleeper: Sleeper, live: LiveRepository) -> tuple[threading.Thread, list[dict[str, object]]]:
    events: list[dict[str, object]] = []
    thread = threading.Thread(target=lambda: events.extend(sleeper.learn(live)))
    thread.start()
    return thread, events


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + WAIT_S
    while not condition():
        assert time.monotonic() < deadline, "it never came to that"
        time.sleep(0.02)


def open_jobs(live: LiveRepository) -> int:
    return live.store.learned.count_open_jobs(live.worktree_id)


def test_as_many_calls_as_configured_are_under_way_and_no_more(live: LiveRepository) -> None:
    """A remote model is waited for most of the time; one call after the other would take nights."""
    model = Held()
    with sleeping(live, model, calls=3) as sleeper:
        thread, events = learning(sleeper, live)
        until(lambda: model.now == 3)
        assert "more under way" in sleeper.sleep()["reason"]
        model.go.set()
        thread.join(WAIT_S)
    assert model.most == 3 and len(model.asked) > 6
    assert events[-1]["event"] == "learned" and events[-1]["failed"] == 0 and events[-1]["stopped"] is None
    assert open_jobs(live) == 0 and live.store.learned.notes_of("purpose", BOILER)[0].claims


def test_a_model_on_this_machine_is_asked_one_thing_at_a_time(live: LiveRepository) -> None:
    """It has the processor for itself, however many calls a remote one may have."""
    model = Held("deep")
    with sleeping(live, model, calls=8) as sleeper:
        thread, _ = learning(sleeper, live)
        until(lambda: model.now == 1)
        waiting = open_jobs(live)
        model.go.set()
        thread.join(WAIT_S)
    assert model.most == 1 and waiting > 1 and open_jobs(live) == 0


def test_folders_wait_for_the_files_that_are_under_way(live: LiveRepository) -> None:
    """From the bottom up, also when everything could be asked at once: nothing is paid for twice."""
    model = Held()
    model.go.set()
    with sleeping(live, model, calls=32) as sleeper:
        thread, _ = learning(sleeper, live)
        thread.join(WAIT_S)
    purposes = [re.sub(r"\W+for, and.*", "", asked) for asked in model.asked if asked.startswith("purpose")]
    assert purposes[-2:] == ["purpose: What is the folder kettle", "purpose: What is this repository"]
    assert len(purposes) == len(set(purposes)) == 4
    folder, *_ = live.store.learned.notes_of("purpose", Topic("folder", "kettle"))
    assert folder.claims, "it was read from what is noted of its files"


def test_what_others_have_reserved_is_no_limit_that_is_reached(live: LiveRepository) -> None:
    """Each call reserves its worst case: with room for two at a time, learning goes on two at a time."""
    model = Held()
    model.go.set()
    full = Declined("Today's limit is used up.", "reverie budget", over_budget=True)
    model.say = lambda at_once, prompt: full if at_once > 2 else Completed(_true(prompt), "held")
    with sleeping(live, model, calls=8) as sleeper:
        thread, events = learning(sleeper, live)
        thread.join(WAIT_S)
    assert events[-1]["stopped"] is None and events[-1]["failed"] == 0 and open_jobs(live) == 0


def test_a_limit_that_is_reached_stops_every_call_and_is_said(live: LiveRepository) -> None:
    """Once nothing is under way any more, there is nothing left that could make room."""
    model = Held()
    model.go.set()
    model.say = lambda at_once, prompt: Declined("Today's limit is used up.", "reverie budget", over_budget=True)
    with sleeping(live, model, calls=4) as sleeper:
        thread, events = learning(sleeper, live)
        thread.join(WAIT_S)
    stopped = events[-1]["stopped"]
    assert isinstance(stopped, Declined) and stopped.over_budget
    assert events[-1]["failed"] == 0 and open_jobs(live) > 0 and len(model.asked) <= 8


@pytest.mark.parametrize("reason", ["a pause", "a busy machine"])
def test_replies_that_arrive_when_learning_has_stopped_are_kept_and_none_is_asked_for(
    live: LiveRepository, reason: str
) -> None:
    """They are paid for; what is not sent yet is not sent."""
    model, machine = Held(), Still()
    with sleeping(live, model, calls=2, machine=machine) as sleeper:
        sleeper.start()
        until(lambda: model.now == 2)
        if reason == "a pause":
            sleeper.pause(True)
        else:
            machine.busy = True
            until(lambda: sleeper.sleep()["state"] == "waiting")
        before = open_jobs(live)
        model.go.set()
        until(lambda: open_jobs(live) <= before - 2)  # what needed no model may have ended, too
        assert len(model.asked) == 2
        machine.busy = False
        sleeper.pause(False)
        until(lambda: sleeper.sleep()["reason"] == "everything here is learned")
    assert len(model.asked) == len(set(model.asked)), "nothing was asked twice"
    assert live.store.learned.failed_jobs(live.worktree_id, 10) == []


def test_a_call_that_ends_in_a_bug_of_ours_fails_its_job_only(live: LiveRepository) -> None:
    """The thread that learns must not wait for ever for a reply that will never come."""
    model = Held()
    model.go.set()

    def say(at_once: int, prompt: str) -> Completed:
        raise ValueError("a bug")

    model.say = say
    with sleeping(live, model, calls=4) as sleeper:
        thread, events = learning(sleeper, live)
        thread.join(WAIT_S)
    failed = live.store.learned.failed_jobs(live.worktree_id, 100)
    assert events[-1]["event"] == "learned" and {one.problem for one in failed} == {"ValueError: a bug"}
    assert live.store.learned.notes_of("history", BOILER), "what needs no model was learned all the same"
