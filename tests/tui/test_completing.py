"""How a question goes on while it is typed: what is proposed, how it looks, and how it is taken."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reverie_daemon.errors import UserError
from reverie_tui.completing import completion, word_of
from reverie_tui.events import Connected, PastArrived, Replied, Within
from reverie_tui.knowledge import Name
from reverie_tui.model import reduce
from reverie_tui.pages.ask import Typed
from reverie_tui.state import EXAMPLES, State
from reverie_tui.widgets.question_box import QuestionBox

RUN = Name("run_simple", "function", "src/flask/app.py", 12)
APP = Name("src/flask/app.py", "file", "src/flask/app.py", 1)
WIRE_RUN = {"name": "run_simple", "kind": "function", "path": "src/flask/app.py", "line": 12}
WIRE_APP = {"name": "src/flask/app.py", "kind": "file", "path": "src/flask/app.py", "line": 1}


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("who calls run", "run"),
        ("what is in src/flask/ap", "src/flask/ap"),
        ("does Flask.ru", "Flask.ru"),
        ("who calls ru", ""),
        ("who calls run ", ""),
        ("who calls run?", ""),
        ("", ""),
    ],
)
def test_the_word_that_is_begun(text, word):
    """Two letters begin half of all names, and after a blank nothing is begun."""
    assert word_of(text) == word


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("who calls run", "who calls run_simple"),
        ("who calls RUN_s", "who calls run_simple"),
        ("does Flask.run", "does Flask.run_simple"),
        ("read src/fl", "read src/flask/"),
        ("read app", "read app.py"),
        ("what ch", "What changed recently?"),
        ("who calls run_simple", ""),
        ("who calls xyz", ""),
        ("w", ""),
        ("   ", ""),
    ],
)
def test_what_is_proposed(text, whole):
    """Names are spelt as the repository spells them, whatever capitals were typed."""
    assert completion(text, EXAMPLES, (RUN, APP)) == whole


def test_a_question_asked_before_comes_first_and_the_latest_of_them():
    """Asking again is what people do most, and what costs least."""
    questions = ("who calls run_simple now?", "who calls run_simple?")
    assert completion("who calls run", questions, (RUN,)) == "who calls run_simple now?"


def test_of_paths_the_folder_comes_first_that_they_share():
    """Which of forty files is meant cannot be guessed; that all of them lie in one folder can be told."""
    paths = ("src/v4/classic/iso.ts", "src/v4/classic/index.ts")
    files = [Name(path, "file", path, 1) for path in paths]
    assert completion("what is src/v4/cla", (), files) == "what is src/v4/classic/"
    assert completion("what is src/v4/classic/", (), files) == "what is src/v4/classic/iso.ts"
    assert completion("what is src/v4/cla", (), files[:1]) == "what is src/v4/classic/"


def test_a_heading_is_no_name():
    """Documents have sections by the hundred, and "Flask.Dispatch by Path" names nothing."""
    heading = Name("Dispatch by Path", "section", "docs/patterns.rst", 3)
    method = Name("dispatch_request", "method", "src/flask/app.py", 5)
    assert completion("how does Flask.disp", (), (heading, method)) == "how does Flask.dispatch_request"


def test_a_question_of_several_lines_is_not_proposed():
    """The box has one line."""
    assert completion("who calls", ("who calls\nthis?",), ()) == ""


@given(st.text(max_size=50), st.lists(st.text(max_size=60), max_size=5), st.lists(st.text(max_size=60), max_size=5))
def test_what_is_proposed_goes_on_from_what_was_typed(text, questions, names):
    """The field draws what follows the typed text, so what is proposed must be longer and begin so."""
    whole = completion(text, questions, [Name(name, "function", "a.py", 1) for name in names])
    assert whole == "" or (len(whole) > len(text) and whole[: len(text)].lower() == text.lower())


def typed(state: State, text: str) -> State:
    return reduce(state, Within("ask", Typed(text)))


def up() -> State:
    return replace(reduce(State(), Connected("/r")), calls=())


def test_a_late_reply_about_another_word_is_dropped():
    """Typing is faster than any lookup on a large repository."""
    state = typed(typed(up(), "who calls run"), "who calls send")
    late, current = state.calls
    assert (late.wish.arguments["letters"], current.wish.arguments["letters"]) == ("run", "send")
    state = reduce(state, Replied(late.number, "12:00:00", {"names": [WIRE_RUN]}))
    assert state.completion == ""
    send = {**WIRE_RUN, "name": "send_file"}
    state = reduce(state, Replied(current.number, "12:00:00", {"names": [send]}))
    assert state.completion == "who calls send_file"


def test_what_was_found_for_less_letters_stays_while_more_are_typed():
    """What is proposed does not flicker from key to key."""
    state = typed(up(), "who calls run")
    state = reduce(state, Replied(state.calls[-1].number, "12:00:00", {"names": [WIRE_RUN]}))
    assert typed(state, "who calls run_s").completion == "who calls run_simple"
    assert typed(state, "who calls run_x").completion == ""


def test_nothing_is_looked_up_for_the_same_word_or_for_none():
    """A key that leaves the word alone costs the daemon nothing."""
    state = typed(up(), "who calls run")
    assert typed(state, "who called run").calls == state.calls
    assert typed(state, "who calls run ").calls == state.calls


def test_without_the_daemon_earlier_questions_are_proposed_still():
    """They are known here; a daemon that is away is no reason to stop."""
    state = reduce(State(), PastArrived([{"question": "Who calls run?"}]))
    state = typed(state, "who")
    assert state.completion == "Who calls run?"
    assert state.calls == ()
    assert state.notice == State().notice


def box(stage) -> QuestionBox:
    return stage.app.screen.query_one(QuestionBox)


async def connected(stage) -> None:
    await stage.until(lambda: stage.app.state.link.state == "up")


async def test_tab_takes_a_name_and_then_moves_on(stage, daemon):
    """Tab completes where there is something to complete, as in a shell; else it is the key that it always was."""
    daemon.names_known = [WIRE_RUN]
    async with stage.run():
        await connected(stage)
        await stage.press(*"who calls RUN")
        await stage.sees("who calls RUN_simple", "tab Complete")
        assert box(stage).value == "who calls RUN"
        await stage.press("tab")
        await stage.until(lambda: box(stage).value == "who calls run_simple")
        await stage.misses("tab Complete")
        assert stage.app.focused is box(stage)
        await stage.press("tab")
        assert stage.app.focused is not box(stage)


async def test_right_takes_an_earlier_question_only_at_the_end_of_the_text(stage, daemon):
    """Within the text Right moves the cursor."""
    daemon.past = [{"question": "Where is the session cookie signed?"}]
    async with stage.run():
        await connected(stage)
        await stage.until(lambda: bool(stage.app.state.past))
        await stage.press(*"where")
        await stage.sees("where is the session cookie signed?")
        await stage.press("left", "right")
        assert box(stage).value == "where"
        await stage.press("right")
        await stage.until(lambda: box(stage).value == "Where is the session cookie signed?")


async def test_enter_asks_what_was_typed_not_what_is_proposed(stage, daemon):
    """A proposal is nothing that was said."""
    async with stage.run():
        await connected(stage)
        await stage.press(*"what ch")
        await stage.sees("what changed recently?")
        await stage.press("enter")
        await stage.until(lambda: bool(daemon.asked))
        assert daemon.asked == [("what ch", "")]


async def test_typing_goes_on_while_a_lookup_takes_its_time(stage, daemon, monkeypatch):
    """No key waits for the daemon."""
    held = daemon.connect_held
    monkeypatch.setattr(daemon, "names", lambda **_: {"names": [WIRE_RUN]} if held.wait() else {})
    async with stage.run():
        await connected(stage)
        held.clear()
        await stage.press(*"who calls run")
        assert box(stage).value == "who calls run"
        await stage.press(*"_s")
        assert box(stage).value == "who calls run_s"
        held.set()
        await stage.sees("who calls run_simple")


async def test_a_refused_lookup_is_not_worth_an_alarm(stage, daemon, monkeypatch):
    """Nobody asked for a proposal; that there is none says enough."""

    def names(**_):
        daemon.letters_asked.append("")
        raise UserError("The index is being rebuilt.", next_step="reverie status")

    monkeypatch.setattr(daemon, "names", names)
    async with stage.run():
        await connected(stage)
        await stage.press(*"who calls run")
        await stage.until(lambda: bool(daemon.letters_asked) and not stage.app.state.calls)
        await stage.misses("rebuilt")


async def test_without_colours_a_proposal_is_told_from_what_is_typed(colourless_stage):
    """Grey is a colour; a line below is not."""
    stage = colourless_stage
    async with stage.run():
        await connected(stage)
        await stage.press(*"what ch")
        await stage.sees("what changed recently?")
        strips = stage.app.screen._compositor.render_strips()
        segments = [segment for strip in strips for segment in strip if segment.style]
        assert any(segment.text == "what ch" and not segment.style.underline for segment in segments)
        assert any(segment.text.startswith("nged rec") and segment.style.underline for segment in segments)
