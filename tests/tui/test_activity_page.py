"""The Activity page without a screen: what each event and reply makes of its lists, and what it says in words."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reverie_tui import wording_activity as wording
from reverie_tui.calls import Wish
from reverie_tui.counting import compact
from reverie_tui.events import Connected, Lost, StatusArrived
from reverie_tui.model import reduce as reduce_all
from reverie_tui.pages.activity import (
    Activity,
    Cancelled,
    Entered,
    LookedAgain,
    Moved,
    Paused,
    Pointed,
    reduce,
    replied,
    wanted,
)
from reverie_tui.state import State
from reverie_tui.workings import GAVE_UP, JOBS_MAX, LOG_LINES_MAX, read_queue, read_workings
from support.json_values import payloads

ROOT = "/home/ada/flask"
FETCH = Wish("activity", {"log": LOG_LINES_MAX})
JOBS = Wish("jobs", {"root": ROOT, "limit": JOBS_MAX})


def got(page, wish, payload):
    return replied(page, wish, payload, ROOT)[0]


def went(page, *events):
    for event in events:
        page, _ = reduce(page, event, ROOT)
    return page


def queue(*jobs, failed=(), cancelled=()):
    return {"jobs": list(jobs), "failed": list(failed), "cancelled": list(cancelled)}


@pytest.fixture
def page(wire):
    """Three jobs wait, one has ended."""
    page = got(Activity(), JOBS, queue(*(wire.job(name) for name in ("a.py", "b.py", "c.py"))))
    return got(page, FETCH, wire.workings())


@pytest.fixture
def state(wire, page):
    """The same in its place, with a daemon that tells how it stands."""
    state = reduce_all(reduce_all(State(), Connected(ROOT)), StatusArrived(wire.snapshot()))
    return replace(state, activity=page)


def told(state, wire, **changes):
    return reduce_all(state, StatusArrived(wire.snapshot(**changes)))


def test_it_wants_what_goes_on_whenever_that_may_have_changed(page):
    """Events tell when to look; nothing is asked for by the clock."""
    assert wanted(page, ROOT, frozenset()) == (FETCH, JOBS)
    assert wanted(page, ROOT, frozenset({"sleep"})) == (FETCH, JOBS)
    assert wanted(page, ROOT, frozenset({"saved", "budget"})) == ()
    assert wanted(page, "", frozenset()) == ()


def test_the_cursor_moves_within_its_list(page):
    """Each list has its own."""
    page = went(page, Moved("queue", 1, 2), Moved("log", 5, 0))
    assert page.job.subject == "b.py"
    assert went(page, Moved("queue", 99, 2)).job.subject == "c.py"
    assert went(page, Moved("queue", -99, 2)).job.subject == "a.py"
    assert went(page, Pointed("queue", 2)).job.subject == "c.py"
    assert went(page, Entered("log")).section == "log"


def test_the_cursor_stays_on_its_job_when_others_overtake_it(page, wire):
    """Cancelling what happens to be there by now would be the wrong job."""
    page = went(page, Pointed("queue", 1))
    page = got(page, JOBS, queue(*(wire.job(name) for name in ("new.py", "c.py", "a.py", "b.py"))))
    assert page.job.subject == "b.py"
    assert got(page, JOBS, queue(wire.job("c.py"))).job.subject == "c.py"
    assert got(page, JOBS, queue()).job is None


def test_the_top_of_a_list_stays_the_top(page, wire):
    """Who looks at the first row wants to see what comes next."""
    assert got(page, JOBS, queue(wire.job("new.py"), wire.job("a.py"))).job.subject == "new.py"


def test_the_log_is_followed_unless_one_went_up_in_it(page, wire):
    """A line that one reads must not run away."""
    lines = [f"line {i}" for i in range(10)]
    page = got(page, FETCH, wire.workings(log=lines))
    assert page.at["log"] == 9
    assert got(page, FETCH, wire.workings(log=[*lines, "new"])).at["log"] == 10
    page = went(page, Moved("log", -4, 9))
    assert got(page, FETCH, wire.workings(log=[*lines[2:], "new", "newer"])).at["log"] == 3


def test_pausing_and_cancelling_name_what_is_meant(page, wire):
    """The daemon needs the kind, too: a file and a question may share a name."""
    assert reduce(page, Paused(True), ROOT)[1][0].arguments == {"paused": True}
    cancel = reduce(page, Cancelled(page.job), ROOT)[1][0]
    assert cancel.name == "cancel_job"
    assert cancel.arguments == {"root": ROOT, "analysis": "purpose", "subject": "a.py", "subject_kind": "file"}
    assert replied(page, cancel, {}, ROOT)[1] == (FETCH, JOBS)
    assert reduce(page, LookedAgain(), ROOT)[1] == (FETCH, JOBS)


def test_what_was_given_up_comes_before_what_ended(page, wire):
    """Failures are what one looks for."""
    failed = {**wire.job("bad.py"), "attempts": 3, "problem": "it took too long"}
    page = got(page, JOBS, queue(failed=[failed], cancelled=[wire.job("no.py")]))
    page = got(
        page, FETCH, wire.workings(ended=[wire.ended("no.py", "cancelled", analysis="purpose"), wire.ended("x")])
    )
    assert [(one.outcome, one.subject) for one in page.ended] == [
        (GAVE_UP, "bad.py"),
        ("cancelled", "no.py"),
        ("done", "x"),
    ]
    assert page.past is not None
    assert wording.ended_detail(page.past).startswith("it took too long · 3 attempts · tried again when")


def test_whether_learning_is_paused_is_read_from_the_readings(wire):
    """While the user has something learned, the daemon learns although it is paused."""
    assert read_workings(wire.workings()).paused is False
    paused = [{"name": "paused", "value": True, "text": "paused", "wanted": "not paused"}]
    assert read_workings(wire.workings(readings=paused)).paused is True
    assert read_workings({}).paused is None


# Wording


def test_a_job_says_why_it_is_where_it_is(page):
    """Value and cost, in units that one can check."""
    assert wording.job_detail(page.job) == (
        "changed in the last commit · asked about with 12.0% chance · would save 3,400 tokens"
        " · costs 900 tokens and 4 s · needs a model on this machine"
    )


@pytest.mark.parametrize(
    ("value", "words"),
    [(0, "0"), (0.123, "0.12"), (4.53, "4.5"), (345.6, "346"), (3400, "3.4k"), (2_500_000, "2.5M")],
)
def test_figures_are_as_short_as_they_can_be_read(value, words):
    """Three columns of them have to fit beside a path."""
    assert compact(value) == words


def test_the_daemons_standing_is_told_with_its_reason(state, wire):
    """Why nothing is learned is the first question of everyone."""
    assert wording.standing(state) == "learning"
    assert wording.reason(state) == "on mains, idle for 4 min · small work on the processor"
    waiting = told(state, wire, sleep={"state": "waiting", "depth": "awake", "reason": "CPU busy (cargo)"})
    assert (wording.standing(waiting), wording.reason(waiting)) == ("waiting", "CPU busy (cargo)")
    away = reduce_all(state, Lost("it stopped", 0.5))
    assert wording.standing(away) == "daemon away: it stopped"
    assert wording.standing(State()) == "reaching the daemon…"


def test_what_runs_is_told_with_where_and_since_when(state, wire, page):
    """This second."""
    assert wording.doing(state) == "history of src/flask/app.py, since 13:05:18"
    elsewhere = {"root": "/home/ada/sympy", "analysis": "centrality", "subject": "", "since": ""}
    page = got(page, FETCH, wire.workings(doing=elsewhere))
    assert wording.doing(replace(state, activity=page)) == "centrality of flask in sympy"
    both = [{**elsewhere, "analysis": "history"}, elsewhere]
    several = got(page, FETCH, wire.workings(doing=elsewhere, under_way=both))
    assert wording.doing(replace(state, activity=several)).startswith("2 jobs: centrality of flask in sympy · history")
    idle = replace(state, activity=got(page, FETCH, wire.workings(doing=None)))
    assert wording.doing(idle) == "nothing is being learned this moment"
    busy = told(idle, wire, repositories=[wire.repository(progress={"phase": "indexing", "done": 3, "total": 9})])
    assert wording.doing(busy) == "indexing flask: indexing 3 of 9"


def test_the_endpoint_that_text_goes_to_is_named(state, wire):
    """Trust needs to see where code goes."""
    assert wording.models(state) == "none chosen: nothing leaves this machine"
    one = "gpt-5 (api.openai.com)"
    assert wording.models(told(state, wire, model={"sleeping": one, "answering": one, "problem": None})) == one
    two = told(state, wire, model={"sleeping": "m (this machine)", "answering": one, "problem": None})
    assert wording.models(two) == f"learning: m (this machine) · answering: {one}"
    problem = {"message": "The key was refused.", "next_step": "reverie model key"}
    refused = told(state, wire, model={"sleeping": one, "answering": None, "problem": problem})
    assert wording.models(refused) == "The key was refused. reverie model key"


def test_a_repository_shows_what_stands_out_first(state, wire):
    """Of two hundred, the one with a problem is the one that matters."""
    gone = {"message": "It is gone.", "next_step": "reverie remove /x"}
    trigger = {"source": "hook", "event": "post-commit", "at": "2026-11-24T13:05:22+00:00"}
    rows = [
        wire.repository(problem=gone),
        wire.repository(progress={"phase": "indexing", "done": 3, "total": 9}),
        wire.repository(jobs=2, jobs_failed=1, last_trigger=trigger),
        wire.repository(notes_fresh=9),
        wire.repository(),
    ]
    found = told(state, wire, repositories=rows).status.repositories
    assert [wording.repository_state(one) for one in found] == [
        "It is gone.",
        "indexing 3 of 9",
        "2 jobs waiting",
        "all learned",
        "nothing learned yet",
    ]
    assert "reverie remove /x" in wording.repository_detail(found[0])
    assert wording.repository_detail(found[2]).endswith("1 job failed · woken by hook post-commit at 13:05:22")


def test_an_empty_list_says_what_comes_here(state):
    """A blank box looks broken."""
    for section in ("queue", "ended", "repositories", "log"):
        assert wording.empty(section, state)
        waiting = replace(state, activity=Activity())
        assert wording.empty(section, waiting) == "Fetching…"
        assert wording.empty(section, reduce_all(waiting, Lost("it stopped", 0.5))).startswith("Not known")


def test_lists_are_bounded(wire):
    """A queue of 2,000 is not read by anyone."""
    assert len(read_queue(queue(*[wire.job("a")] * (JOBS_MAX + 5))).jobs) == JOBS_MAX
    assert len(read_workings({"log": ["x"] * (LOG_LINES_MAX + 5)}).log) == LOG_LINES_MAX


KEYS = ["jobs", "failed", "cancelled", "analysis", "subject", "value", "doing", "readings", "ended", "log", "cost"]
KEYS += ["seconds", "at", "outcome", "reason", "attempts", "usd", "name", "probability", "since"]
EVENTS = [Moved("queue", 3, 2), Moved("ended", -1, 5), Pointed("log", 7), Entered("ended"), Paused(True)]


@given(st.lists(st.tuples(st.sampled_from([FETCH, JOBS]), payloads(KEYS)) | st.sampled_from(EVENTS), max_size=8))
def test_anything_that_is_sent_and_done_can_be_shown(steps):
    """A daemon of another version must not take the screen down, whatever one does meanwhile."""
    state = State(root=ROOT)
    for step in steps:
        page, _ = (
            replied(state.activity, *step, ROOT) if isinstance(step, tuple) else reduce(state.activity, step, ROOT)
        )
        state = replace(state, activity=page)
        for section in ("queue", "ended", "repositories", "log"):
            wording.detail(page, section, state)
            wording.section_title(section, state)
        wording.doing(state)
        for one in page.ended:
            wording.ended_detail(one)
