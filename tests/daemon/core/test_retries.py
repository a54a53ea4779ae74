"""Patience with bounds: what is tried again, after how long, and when no more."""

from __future__ import annotations

import itertools
from typing import get_args

from hypothesis import example, given
from hypothesis import strategies as st
from reverie_daemon.core.retries import (
    ATTEMPTS_MAX,
    BACKOFF_S_MAX,
    BREAKER_FAILURES,
    BREAKER_WAIT_S,
    BREAKER_WAIT_S_MAX,
    Again,
    Breaker,
    FailureKind,
    Stop,
    next_step,
)

KINDS = st.sampled_from(get_args(FailureKind))


def test_backoff_grows_and_is_spread():
    """Callers that failed together must not come back together."""
    waits = [next_step(["busy"] * count, None, 0.5) for count in (1, 2, 3)]
    assert all(isinstance(wait, Again) for wait in waits)
    seconds = [wait.after_s for wait in waits if isinstance(wait, Again)]
    assert seconds == sorted(seconds) and seconds[0] < seconds[-1] <= BACKOFF_S_MAX
    assert next_step(["busy"], None, 0.0) != next_step(["busy"], None, 0.9)


def test_what_the_server_asks_for_is_honoured():
    """Coming back earlier only prolongs the ban."""
    asked = next_step(["busy"], 7.0, 0.0)
    assert isinstance(asked, Again) and asked.after_s >= 7.0
    assert next_step(["busy"], 3_600.0, 0.0) == Stop()


def test_what_cannot_change_is_not_tried_again():
    """A refused key stays refused, however often it is sent."""
    for kind in ("refused", "rejected", "missing", "cancelled"):
        assert next_step([kind], None, 0.5) == Stop()


def test_a_reply_lost_twice_is_not_asked_for_a_third_time():
    """Each may have been paid for."""
    assert isinstance(next_step(["lost"], None, 0.5), Again)
    assert next_step(["lost", "busy", "lost"], None, 0.5) == Stop()


def test_a_prompt_too_long_is_shortened_at_once():
    """Waiting would not make it shorter."""
    assert next_step(["overflow"], None, 0.5) == Again(0.0, shorter=True)
    assert next_step(["overflow"] * 4, None, 0.5) == Stop()


@given(st.lists(KINDS, min_size=9, max_size=20), st.floats(0, 0.999))
@example(["busy", "busy", "busy", "overflow", *["busy"] * 5], 0.0)
def test_every_sequence_of_failures_ends(kinds, chance):
    """Never again and again."""
    steps = [next_step(kinds[:count], None, chance) for count in range(1, len(kinds) + 1)]
    assert any(isinstance(step, Stop) for step in steps)
    assert all(step.after_s <= BACKOFF_S_MAX for step in steps if isinstance(step, Again))
    first = next(number for number, step in enumerate(steps, start=1) if isinstance(step, Stop))
    assert first <= ATTEMPTS_MAX


def broken(times=BREAKER_FAILURES, now_s=0.0):
    breaker = Breaker()
    for _ in range(times):
        breaker = breaker.failed(now_s)
    return breaker


def test_an_endpoint_that_keeps_failing_is_left_alone_and_tried_again_by_itself():
    """A server that is down must not cost a timeout a job; nor must anybody have to switch it on again."""
    assert broken(BREAKER_FAILURES - 1).left_s(0.0) == 0
    assert broken().left_s(0.0) == BREAKER_WAIT_S
    assert broken().left_s(BREAKER_WAIT_S) == 0


def test_one_call_tries_while_the_others_wait():
    """A thousand jobs must not all find out."""
    trying = broken().admitted(BREAKER_WAIT_S)
    assert trying.left_s(BREAKER_WAIT_S) > 0
    assert trying.succeeded() == Breaker()


def test_each_failure_more_makes_it_wait_longer_up_to_a_bound():
    """A server that is gone for a day is asked a hundred times, not ten thousand."""
    breaker, waits = broken(), []
    for now_s in itertools.accumulate([BREAKER_WAIT_S_MAX * 2] * 8):
        breaker = breaker.failed(now_s)
        waits.append(breaker.left_s(now_s))
    assert waits == sorted(waits) and waits[-1] == BREAKER_WAIT_S_MAX


def test_a_server_that_names_a_long_wait_is_believed_at_once():
    """It said so."""
    assert Breaker().failed(0.0, retry_after_s=600.0).left_s(0.0) == 600.0
