"""`reduce`, event by event: what each one changes, and which ones come too late to change anything."""

from __future__ import annotations

from dataclasses import replace
from functools import reduce as fold

import pytest
from reverie_daemon.errors import NoRepository
from reverie_tui import wording
from reverie_tui.events import (
    Asked,
    AskEnded,
    Cited,
    Connected,
    Connecting,
    Escaped,
    ExpectedArrived,
    Lost,
    PastArrived,
    Place,
    Recalled,
    Refused,
    Resized,
    Selected,
    SourceArrived,
    StatusArrived,
    Streamed,
)
from reverie_tui.model import reduce
from reverie_tui.reading import ANSWER_CHARACTERS_MAX, Problem
from reverie_tui.state import PAST_MAX, QUESTION_CHARACTERS_MAX, Exchange, State

ROOT = "/home/ada/flask"
UP = reduce(State(folder=ROOT), Connected(ROOT))


def after(state: State, *events) -> State:
    return fold(reduce, events, state)


def exchange(state: State) -> Exchange:
    assert state.exchange is not None
    return state.exchange


@pytest.fixture
def answered(wire) -> State:
    """A question asked and answered, with two pieces of evidence."""
    return after(UP, Asked("Where?"), Streamed(1, wire.answer()))


def test_the_daemon_comes_and_goes():
    """The line at the top is read off this and nothing else."""
    state = reduce(State(folder=ROOT), Connecting())
    assert state.link.state == "connecting"
    state = reduce(state, Connected(ROOT))
    assert (state.link.state, state.root) == ("up", ROOT)
    state = reduce(state, Lost("it stopped", 2.0))
    assert (state.link.state, state.link.reason, state.link.retry_s) == ("lost", "it stopped", 2.0)


def test_what_was_known_stays_on_show_while_the_daemon_is_away(answered, wire):
    """An answer does not become wrong because the daemon restarts."""
    state = after(answered, StatusArrived(wire.snapshot()), Lost("it stopped", 1.0), Connecting())
    assert state.exchange == answered.exchange
    assert state.repository is not None


def test_a_refusal_is_kept_for_the_caller():
    """The command line prints it; the screen cannot."""
    error = NoRepository("bare", next_step="clone it")
    assert reduce(UP, Refused(error)).refusal is error


def test_a_snapshot_replaces_the_status_and_a_delta_changes_parts_of_it(wire):
    """A snapshot may come from a new daemon that knows less; a delta names only what changed."""
    state = after(UP, StatusArrived(wire.snapshot()), StatusArrived(wire.delta(saved={"tokens": 5, "today": 1})))
    assert state.status is not None and state.repository is not None
    assert (state.status.saved_tokens, state.status.sleep_state) == (5, "learning")
    state = reduce(state, StatusArrived({"event": "snapshot", "status": {}}))
    assert state.status is not None
    assert (state.status.saved_tokens, state.status.sleep_state, state.repository) == (0, "", None)


def test_a_question_without_a_daemon_waits_for_it():
    """Typing fast right after the start must not lose the question."""
    state = after(State(folder=ROOT), Asked("  Where?  "))
    assert (exchange(state).phase, exchange(state).question) == ("queued", "Where?")
    state = reduce(state, Connected(ROOT))
    assert exchange(state).phase == "asking"


def test_a_question_in_progress_is_not_asked_again_when_the_daemon_returns():
    """Asking twice costs twice; only what never went out is sent."""
    state = after(UP, Asked("Where?"), Lost("it stopped", 1.0), Connected(ROOT))
    assert exchange(state).phase == "asking"
    assert exchange(state).number == 1


def test_a_question_that_waits_fails_when_the_daemon_cannot_be_started():
    """A try that started nothing leaves it waiting; one that could not start anything ends it."""
    state = after(State(folder=ROOT), Asked("Where?"), Lost("It is not running.", 1.0))
    assert exchange(state).phase == "queued"
    state = reduce(state, Lost("It did not start.", 1.0, "reverie logs"))
    assert (exchange(state).phase, exchange(state).problem) == ("failed", Problem("It did not start.", "reverie logs"))


def test_an_empty_question_is_none():
    """Enter in an empty box happens all the time."""
    assert reduce(UP, Asked(" \n ")) == UP


def test_a_question_is_bounded():
    """A pasted log file is not a question."""
    assert len(exchange(reduce(UP, Asked("x" * 10_000))).question) == QUESTION_CHARACTERS_MAX


def test_asking_makes_room_and_is_remembered(answered):
    """The earlier evidence belongs to the earlier answer."""
    state = reduce(answered, Asked("And why?"))
    assert (state.selected, state.preview.place, state.evidence) == (None, None, ())
    assert [item.question for item in state.past] == ["And why?", "Where?"]
    assert exchange(state).conversation == "c1"


def test_asking_again_moves_a_question_to_the_front():
    """The history would fill up with one question."""
    state = after(UP, Asked("One?"), Asked("Two?"), Asked("One?"))
    assert [item.question for item in state.past] == ["One?", "Two?"]


def test_the_history_is_bounded():
    """The daemon may know thousands."""
    state = reduce(UP, PastArrived([{"question": f"{number}?"} for number in range(PAST_MAX + 50)]))
    assert len(reduce(state, Asked("new?")).past) == PAST_MAX


def test_claims_are_paragraphs_of_the_answer(wire):
    """They arrive one by one and have to read as one text."""
    state = after(UP, Asked("Where?"), Streamed(1, {"event": "understood", "kind": "where"}))
    assert (exchange(state).kind, exchange(state).phase) == ("where", "asking")
    state = after(state, Streamed(1, wire.claim("One.")), Streamed(1, wire.claim("Two.")))
    assert (exchange(state).text, exchange(state).phase) == ("One.\n\nTwo.", "streaming")


def test_a_stream_without_end_is_cut(wire):
    """A broken daemon must not eat the memory of a terminal left open."""
    state = after(UP, Asked("?"), *[Streamed(1, wire.claim("x" * ANSWER_CHARACTERS_MAX))] * 3)
    assert len(exchange(state).text) == ANSWER_CHARACTERS_MAX


def test_the_answer_ends_the_stream_and_selects_its_first_evidence(answered):
    """The first citation is the one most likely looked at."""
    assert exchange(answered).phase == "done"
    assert answered.selected == 0
    assert answered.preview.place == Place("src/flask/app.py", 546, 549)
    assert not answered.preview.open


def test_an_answer_without_evidence_selects_nothing(wire):
    """Nothing to select must not be the first thing."""
    state = after(UP, Asked("Where?"), Streamed(1, wire.answer(evidence=[])))
    assert (state.selected, state.preview.place) == (None, None)


def test_events_of_an_earlier_question_change_nothing(wire):
    """A slow answer must not overwrite the question asked meanwhile."""
    state = after(UP, Asked("One?"), Asked("Two?"))
    for event in (Streamed(1, wire.claim("old")), Streamed(1, wire.answer()), AskEnded(1, Problem("old"))):
        assert reduce(state, event) == state


def test_a_stopped_question_takes_no_more_claims(wire):
    """Text that moves after Esc is text that one tried to stop."""
    state = after(UP, Asked("One?"), Streamed(1, wire.claim("a")), Escaped())
    assert exchange(state).phase == "stopped"
    assert reduce(state, Streamed(1, wire.claim("b"))) == state
    assert reduce(state, AskEnded(1)) == state


def test_a_stream_that_ends_without_an_answer_has_failed(wire):
    """Half an answer must not pass for a whole one."""
    state = after(UP, Asked("One?"), Streamed(1, wire.claim("a")), AskEnded(1))
    assert exchange(state).phase == "failed"
    assert exchange(state).problem is not None
    assert exchange(state).text == "a"


def test_the_end_after_an_answer_changes_nothing(answered):
    """Every stream ends; only some fail."""
    assert reduce(answered, AskEnded(1)) == answered


def test_escape_backs_out_one_step_at_a_time(answered):
    """The same key must never take away more than one sees go."""
    state = after(answered, Resized(False), Selected(1, open=True))
    assert state.preview.open
    state = reduce(state, Escaped())
    assert not state.preview.open
    assert state.exchange == answered.exchange
    state = reduce(state, Escaped())
    assert (state.exchange, state.selected, state.preview.place) == (None, None, None)
    assert state.draft.revision > answered.draft.revision


def test_after_clearing_a_question_begins_a_new_conversation(answered):
    """Clearing is how one changes the subject."""
    assert exchange(after(answered, Escaped(), Asked("New?"))).conversation == ""


def test_only_evidence_that_exists_is_selected(answered):
    """A click can arrive after the list changed."""
    for index in (-1, 2, 99):
        assert reduce(answered, Selected(index)) == answered
    assert reduce(UP, Selected(0)) == UP


def test_selecting_wants_its_source_and_the_same_source_only_once(answered, wire):
    """Moving back and forth should not fetch or flicker."""
    state = reduce(answered, SourceArrived(Place("src/flask/app.py", 546, 549), wire.source()))
    assert state.preview.source is not None
    assert reduce(state, Selected(0)) == state
    state = reduce(state, Selected(1))
    assert (state.preview.place, state.preview.source) == (Place("src/flask/cli.py", 891, 895), None)


def test_source_that_is_no_longer_wanted_is_dropped(answered, wire):
    """Replies can overtake each other."""
    state = reduce(answered, Selected(1))
    assert reduce(state, SourceArrived(Place("src/flask/app.py", 546, 549), wire.source())) == state


def test_source_that_cannot_be_had_says_why(answered):
    """The file may be gone since."""
    place = Place("src/flask/app.py", 546, 549)
    state = reduce(answered, SourceArrived(place, problem=Problem("gone", "look elsewhere")))
    assert state.preview.problem == Problem("gone", "look elsewhere")


def test_a_commit_has_no_source(wire):
    """Evidence may be a commit; there is no file to fetch then."""
    commit = {"commit": "c12a5d874c", "subject": "Merge", "date": "2025-03-30"}
    state = after(UP, Asked("Why?"), Streamed(1, wire.answer(evidence=[commit])))
    assert (state.selected, state.preview.place) == (0, None)
    assert state.selected_evidence is not None and state.selected_evidence.commit == "c12a5d874c"


def test_a_wide_screen_has_nothing_to_open(answered):
    """Esc would otherwise first close what nobody saw opening."""
    assert not reduce(answered, Selected(1, open=True)).preview.open
    narrow = after(answered, Resized(False), Selected(1, open=True))
    assert not reduce(narrow, Resized(True)).preview.open


def test_a_citation_selects_its_evidence_or_else_stands_alone(answered):
    """Text may cite more than the list holds."""
    narrow = reduce(answered, Resized(False))
    known = reduce(narrow, Cited(Place("src/flask/cli.py", 891, 891)))
    assert (known.selected, known.preview.open) == (1, True)
    other = reduce(narrow, Cited(Place("setup.py", 3, 4)))
    assert (other.selected, other.preview.place, other.preview.open) == (None, Place("setup.py", 3, 4), True)


def test_recall_walks_through_the_past_and_back_to_what_was_typed():
    """Losing a half-typed question to a stray Up is infuriating."""
    state = reduce(UP, PastArrived([{"question": "Two?"}, {"question": "One?"}]))
    texts = []
    for step in (1, 1, 1, -1, -1, -1):
        state = reduce(state, Recalled(step, state.draft.text or "typed"))
        texts.append(state.draft.text)
    assert texts == ["Two?", "One?", "One?", "Two?", "typed", "typed"]


def test_a_recall_that_leads_nowhere_leaves_the_box_alone():
    """The revision makes the box take over our text: it must not grow for nothing."""
    assert reduce(UP, Recalled(1, "typed")) == UP
    assert reduce(UP, Recalled(-1, "typed")) == UP


def test_a_malformed_event_changes_no_more_than_its_part(answered):
    """A newer daemon sends what we do not know; that is no reason to fall over."""
    for payload in ({}, {"event": "claim"}, {"event": "answer", "evidence": 7, "tokens": []}, {"event": "new"}):
        reduce(after(UP, Asked("?")), Streamed(1, payload))
    for payload in ({}, {"event": "snapshot"}, {"event": "delta", "changes": {"sleep": 3, "repositories": {}}}):
        reduce(answered, StatusArrived(payload))


def test_reducing_leaves_the_state_before_as_it_was(answered, wire):
    """Effects are found by comparing before and after."""
    before = replace(answered)
    after(answered, Asked("x"), Escaped(), StatusArrived(wire.snapshot()))
    assert answered == before


def expected(question, answered=True, fresh=True):
    return {"question": question, "answered": answered, "fresh": fresh}


def test_what_is_expected_is_offered_once_its_answer_is_ready_and_holds():
    """A question offered as answered that is not, or whose answer is outdated, would be a lie."""
    rows = [
        expected("who calls `f`?"), expected("why is `f` so?", answered=False), expected("where is `f`?", fresh=False),
        expected("who calls `f`?"), {"question": 7}, "noise",
    ]  # fmt: skip
    assert reduce(UP, ExpectedArrived(rows)).ready == ("who calls `f`?",)


def test_a_usual_example_that_is_expected_is_not_offered_twice():
    """Two lines with the same question look like a mistake, and are one."""
    predicted = ("what is this repository about?", "what did the last commit change, and why?")
    state = reduce(UP, ExpectedArrived([expected(question) for question in predicted]))
    assert state.ready == predicted
    assert state.examples == ("How do I run the tests?", "How do I build and run it?", "What changed recently?")


def test_what_stands_without_a_model_is_shown_until_the_model_says_more():
    """Nobody waits for a slow model to read what is known already."""
    composed = Streamed(1, {"event": "composed", "answer": "It boils.", "model": "tiny"})
    state = after(UP, Asked("What?"), composed)
    assert (exchange(state).text, exchange(state).writer) == ("It boils.", "tiny")
    assert "tiny is asked" in wording.answer_line(state)
    state = reduce(state, Streamed(1, {"event": "claim", "text": "It boils water."}))
    assert (exchange(state).text, exchange(state).writer) == ("It boils water.", "")


def test_what_a_model_wrote_and_took_back_leaves_the_screen():
    """The composed answer follows; both together would contradict each other."""
    state = after(UP, Asked("Where?"), Streamed(1, {"event": "claim", "text": "Wrong."}))
    state = reduce(state, Streamed(1, {"event": "withdrawn", "reason": "nothing of it held"}))
    assert (exchange(state).text, exchange(state).phase) == ("", "streaming")
    assert exchange(reduce(state, Streamed(1, {"event": "claim", "text": "Right."}))).text == "Right."
