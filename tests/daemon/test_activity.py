"""What learning is at and what came of it: a bounded record for whoever watches."""

from __future__ import annotations

from itertools import count

from reverie_daemon.activity import ENDED_MAX, Activity
from reverie_daemon.core.notes import Topic
from reverie_daemon.core.plan import Job

JOB = Job("purpose", 1, Topic("file", "tea.py"), "deep", 0.1, 1_000)


def activity() -> Activity:
    """One whose clock goes on by a second at each look."""
    seconds = count(100)
    return Activity(lambda: float(next(seconds)))


def test_several_jobs_are_under_way_at_once_and_end_in_any_order() -> None:
    """While one waits for a model, another goes on; each has its own cost."""
    seen = activity()
    seen.began(("/tea", 1), JOB)
    seen.began(("/pot", 1), JOB)
    seen.charged(("/tea", 1), 50, 7)
    seen.charged(("/tea", 1), 10, 1)
    seen.charged(("/pot", 1), 5, 1)
    seen.charged(("/pot", 1), 5, None)
    assert [one.root for one in seen.under_way()] == ["/tea", "/pot"]
    assert seen.doing is not None and seen.doing.root == "/pot"
    assert seen.cost(("/tea", 1)) == (60, 8) and seen.cost(("/pot", 1)) == (10, None), "an unknown price stays unknown"
    seen.ended(("/tea", 1), "done")
    seen.ended(("/pot", 1), "failed", "it broke")
    newest, oldest = seen.latest(9)
    assert (newest.doing.root, newest.outcome, newest.reason) == ("/pot", "failed", "it broke")
    assert (oldest.doing.since, oldest.at, oldest.doing.tokens) == (100.0, 102.0, 60)
    assert seen.doing is None and seen.under_way() == []


def test_what_ended_ends_once() -> None:
    """The first word on how it ended is the true one; the last resort of whoever ran it must not hide it."""
    seen = activity()
    seen.began(("/tea", 1), JOB)
    seen.ended(("/tea", 1), "done")
    seen.ended(("/tea", 1), "stopped", "too late")
    assert [one.outcome for one in seen.latest(9)] == ["done"]


def test_old_ends_make_room() -> None:
    """A daemon lives for months."""
    seen = activity()
    for number in range(ENDED_MAX + 5):
        seen.began(("/tea", number), JOB)
        seen.ended(("/tea", number), "done", str(number))
    assert len(seen.latest(10_000)) == ENDED_MAX and seen.latest(1)[0].reason == str(ENDED_MAX + 4)
