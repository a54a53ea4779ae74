"""Which page is on show and what it has under way: every rule of `paging.py`, on pages that stand for any."""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import SimpleNamespace

import pytest
from reverie_tui import paging
from reverie_tui.calls import Call, Wish
from reverie_tui.events import Connected, Lost, PageChosen, Replied, StatusArrived, Within
from reverie_tui.model import reduce
from reverie_tui.reading import Problem
from reverie_tui.state import Link, State

FETCH = Wish("notes", {"root": "/r"})
DROP = Wish("forget", {"root": "/r"}, told="It was forgotten.")
UP = State(root="/r", link=Link("up"))


@dataclass(frozen=True)
class Held:
    """What the page that stands for any holds."""

    got: tuple = ()


@pytest.fixture(autouse=True)
def module(monkeypatch):
    """A page that fetches when it is shown or when repositories changed, and wishes what an event names."""
    page = SimpleNamespace(
        wanted=lambda held, root, changed: (FETCH,) if not changed or "repositories" in changed else (),
        reduce=lambda held, event, root: (held, (event,)),
        replied=lambda held, wish, payload, root: (Held((*held.got, payload)), ()),
    )
    monkeypatch.setattr(paging, "_MODULES", {"saved": page})


def shown(state: State = UP) -> State:
    """The page on show."""
    return reduce(replace(state, saved=Held()), PageChosen("saved"))


def test_a_page_fetches_when_it_is_shown():
    """Nothing is fetched for pages that nobody looks at."""
    assert shown().calls == (Call(1, "saved", FETCH),)
    assert reduce(UP, PageChosen("ask")).calls == ()


def test_a_page_shown_before_the_daemon_is_there_fetches_once_it_is():
    """The daemon may start more slowly than a finger."""
    waiting = shown(replace(UP, link=Link("connecting")))
    assert waiting.calls == ()
    assert [call.wish for call in reduce(waiting, Connected("/r")).calls if call.page == "saved"] == [FETCH]


def test_how_things_are_to_look_is_asked_of_every_daemon_that_comes():
    """A theme that waits for somebody to open the settings is no theme."""
    assert [call.wish for call in reduce(UP, Connected("/r")).calls] == [Wish("config", {"root": ""})]


def test_a_reply_is_handed_to_its_page_with_the_time():
    """A screen shows when its data is from."""
    state = reduce(shown(), Replied(1, "14:03:22", payload=["note"]))
    assert state.saved == Held((["note"],))
    assert state.calls == ()
    assert state.as_of == {"saved": "14:03:22"}


def test_only_the_parts_of_the_status_that_matter_fetch_again():
    """The daemon sends deltas often; a page asks for what concerns it."""
    state = reduce(shown(), Replied(1, "14:03:22", payload=[]))
    assert reduce(state, StatusArrived({"event": "delta", "changes": {"sleep": {}}})).calls == ()
    again = reduce(state, StatusArrived({"event": "delta", "changes": {"repositories": []}}))
    assert [call.wish for call in again.calls] == [FETCH]


def test_only_what_nobody_pressed_a_key_for_is_unhurried():
    """A daemon that learns changes many times a second; a page that is turned to should come at once."""
    assert [call.unhurried for call in shown().calls] == [False]
    state = reduce(shown(), Replied(1, "14:03:22", payload=[]))
    state = reduce(state, StatusArrived({"event": "delta", "changes": {"repositories": []}}))
    assert [call.unhurried for call in state.calls] == [True]
    assert [call.unhurried for call in reduce(state, Within("saved", DROP)).calls] == [True, False]


def test_a_wish_under_way_is_made_once_more_after_and_never_twice_at_once():
    """A hundred deltas in a second cost two calls, and the last state is seen."""
    state = shown()
    for _ in range(100):
        state = reduce(state, StatusArrived({"event": "delta", "changes": {"repositories": []}}))
    assert [(call.number, call.again) for call in state.calls] == [(1, True)]
    state = reduce(state, Replied(1, "14:03:22", payload=[]))
    assert [(call.number, call.again) for call in state.calls] == [(2, False)]
    assert reduce(state, Replied(2, "14:03:23", payload=[])).calls == ()


def test_a_failed_fetch_keeps_what_is_known_and_says_so():
    """Old data with its time beats an empty screen."""
    state = reduce(shown(), Replied(1, "14:03:22", payload=["note"]))
    state = paging.shown(state)
    failed = reduce(state, Replied(2, "14:03:30", problem=Problem("It failed.", "reverie logs")))
    assert failed.saved == Held((["note"],))
    assert failed.as_of == {"saved": "14:03:22"}
    assert failed.trouble() == Problem("It failed.", "reverie logs")
    mended = reduce(paging.shown(failed), Replied(3, "14:03:40", payload=["new"]))
    assert mended.trouble() is None


def test_what_the_user_did_is_told_when_it_is_done_and_when_it_failed():
    """A key press without an effect that is seen is pressed again."""
    state = reduce(reduce(shown(), Replied(1, "t", payload=[])), Within("saved", DROP))
    done = reduce(state, Replied(2, "t", payload={}))
    assert (done.notice.text, done.notice.failed) == ("It was forgotten.", False)
    failed = reduce(state, Replied(2, "t", problem=Problem("It is kept.", "Stop learning first.")))
    assert (failed.notice.text, failed.notice.failed) == ("It is kept. Stop learning first.", True)


def test_nothing_is_done_while_the_daemon_is_away_and_that_is_said():
    """A wish is never kept for later: who presses a key means now."""
    state = reduce(shown(), Lost("it stopped", 1.0))
    assert state.calls == ()
    state = reduce(state, Within("saved", DROP))
    assert state.calls == ()
    assert state.notice.failed


def test_a_reply_to_a_call_that_was_dropped_changes_nothing():
    """It comes from a daemon that is gone."""
    state = reduce(shown(), Lost("it stopped", 1.0))
    assert reduce(state, Replied(1, "t", payload=["late"])) == state


def test_calls_under_way_are_bounded():
    """A stuck daemon must not collect threads."""
    state = shown()
    for number in range(200):
        state = reduce(state, Within("saved", Wish("source", {"start": number})))
    assert len(state.calls) == paging.CALLS_MAX
