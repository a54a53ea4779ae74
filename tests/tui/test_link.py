"""Our end of the line: the threads that talk to the daemon, without a screen."""

from __future__ import annotations

import queue
from pathlib import Path
from typing import Any

import pytest
from reverie_daemon.errors import UserError
from reverie_tui.calls import Call, Wish
from reverie_tui.events import (
    CONTEXT_LINES,
    WHOLE_LINES_MAX,
    AskEnded,
    Connected,
    Connecting,
    Lost,
    PastArrived,
    Place,
    Replied,
    SourceArrived,
    Streamed,
)
from reverie_tui.link import Line

WAIT_S = 20.0


class Reports:
    """What the line reported, in order; waiting for a report ends when it comes."""

    def __init__(self) -> None:
        self._queue: queue.Queue[Any] = queue.Queue()

    def __call__(self, event: Any) -> None:
        self._queue.put(event)

    def next(self, kind: type) -> Any:
        while not isinstance(event := self._queue.get(timeout=WAIT_S), kind):
            pass
        return event

    def empty(self) -> bool:
        return self._queue.empty()


@pytest.fixture
def reports() -> Reports:
    return Reports()


@pytest.fixture
def line(daemon, reports):
    line = Line(daemon.connect, Path(daemon.root), reports, (0.01,))
    yield line
    line.close()


def test_connecting_reports_the_root_and_the_questions_asked_before(line, daemon, reports):
    """The history is wanted at once: Up is the first key of many."""
    daemon.past = [{"question": "A?"}]
    line.open()
    reports.next(Connecting)
    assert reports.next(Connected).root == daemon.root
    assert reports.next(PastArrived).payload == daemon.past


def test_a_failed_history_does_not_cost_the_connection(line, daemon, reports):
    """The past is a comfort; asking is the product."""
    daemon.past_problem = UserError("The ledger is locked.", next_step="wait")
    line.open()
    reports.next(Connected)
    line.fetch_past()
    line.ask(1, "A?", "")
    daemon.answers.end()
    assert reports.next(AskEnded) == AskEnded(1)


def test_a_stopped_question_reports_nothing_more(line, daemon, reports, wire):
    """The model drops late events; the line should not even read on."""
    line.open()
    reports.next(Connected)
    line.ask(1, "A?", "")
    daemon.answers.put(wire.claim("a"))
    assert reports.next(Streamed).number == 1
    line.stop()
    daemon.answers.put(wire.claim("b"))
    line.ask(2, "B?", "")
    daemon.answers.put(wire.claim("c"))
    assert reports.next(Streamed).number == 2


def test_a_daemon_that_went_away_is_looked_for_but_not_started(line, daemon, reports):
    """Who runs `reverie stop` means it."""
    line.open()
    reports.next(Connected)
    daemon.die()
    for _ in range(3):
        reports.next(Lost)
    assert daemon.started == [True] + [False] * (len(daemon.started) - 1)
    line.wake()
    reports.next(Connected)
    assert daemon.started[-1] is True


def test_a_question_without_a_daemon_fails_in_words(line, reports):
    """The screen may believe in a daemon that has just gone."""
    line.ask(4, "A?", "")
    ended = reports.next(AskEnded)
    assert ended.number == 4
    assert ended.problem.next_step
    line.fetch_source(Place("a.py", 1, 2))
    assert reports.next(SourceArrived).problem is not None


@pytest.mark.parametrize(
    ("start", "first"), [(700, 1), (WHOLE_LINES_MAX + 1_000, WHOLE_LINES_MAX + 1_000 - CONTEXT_LINES)]
)
def test_source_is_fetched_from_the_beginning_unless_that_is_far_away(line, daemon, reports, wire, start, first):
    """Highlighting from the middle of a docstring shows prose as code."""
    daemon.sources["a.py"] = wire.source("a.py")
    line.open()
    reports.next(Connected)
    line.fetch_source(Place("a.py", start, start + 5))
    assert reports.next(SourceArrived).payload == daemon.sources["a.py"]
    assert daemon.sources_asked == [("a.py", first, start + 5 + CONTEXT_LINES)]


def test_a_reply_that_comes_bit_by_bit_ends_with_its_last_bit(line, daemon, reports):
    """Learning streams its progress; what counts is what came of it."""
    line.open()
    reports.next(Connected)
    daemon.lessons.put({"event": "progress", "done": 1}, {"event": "done", "jobs": 3})
    daemon.lessons.end()
    line.call(Call(7, "learned", Wish("learn_about", {"subject": "a.py", "root": daemon.root})))
    replied = reports.next(Replied)
    assert (replied.number, replied.payload) == (7, {"event": "done", "jobs": 3})


def test_what_nobody_waits_for_is_made_after_a_moment_or_at_once_when_the_program_ends(daemon, reports):
    """A daemon that learns changes many times a second; the screen needs to know twice a second."""
    patient = Line(daemon.connect, Path(daemon.root), reports, (0.01,), pace_s=600.0)
    patient.open()
    reports.next(Connected)
    patient.call(Call(1, "activity", Wish("jobs", {"root": daemon.root}), unhurried=True))
    patient.call(Call(2, "activity", Wish("jobs", {"root": daemon.root})))
    assert reports.next(Replied).number == 2
    patient.close()
