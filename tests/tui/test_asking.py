"""Asking, beyond the first answer: the finder, conversations, what comes next, what changed since, all commands."""

from __future__ import annotations

import pytest
from reverie_tui.actions import ACTIONS
from reverie_tui.signs import ASCII, UNICODE, signs_for
from reverie_tui.widgets.question_box import QuestionBox

QUESTION = "How does the server start?"
NAMES = [
    {"name": "run_simple", "kind": "function", "path": "src/flask/app.py", "line": 12},
    {"name": "src/flask/app.py", "kind": "file", "path": "src/flask/app.py", "line": 1},
]


async def answered(stage, daemon, wire, question=QUESTION, **changes):
    """An answer on show."""
    daemon.answers.put(wire.answer(**changes))
    await stage.ask(question)
    await stage.sees(question, "composed · fresh")


async def test_keys_act_in_the_order_in_which_they_were_pressed(stage, daemon):
    """A busy program is typed ahead of: no letter of this question or of the next may go to the one before."""
    async with stage.run():
        await stage.until(lambda: stage.app.state.link.state == "up")
        stage.press_at_once(*"nothing", "ctrl+u", *QUESTION, "enter", *"And then")
        await stage.until(lambda: stage.app.state.exchange is not None)
        assert stage.app.state.exchange.question == QUESTION
        await stage.until(lambda: stage.app.screen.query_one(QuestionBox).value == "And then")


async def test_at_finds_a_name_and_brings_it_into_the_question(stage, daemon):
    """Names are long and their spelling matters; letters in order are enough."""
    daemon.names_known = NAMES
    async with stage.run():
        await stage.until(lambda: stage.app.state.link.state == "up")
        await stage.press(*"who calls ", "@")
        await stage.sees("Type some letters")
        await stage.press(*"run")
        await stage.sees("run_simple  function  src/flask/app.py:12")
        await stage.press("enter")
        await stage.until(lambda: stage.app.screen.query_one(QuestionBox).value == "who calls run_simple ")


async def test_the_finder_goes_through_what_it_found_and_says_when_there_is_nothing(stage, daemon):
    """The cursor stays with the letters."""
    daemon.names_known = NAMES
    async with stage.run():
        await stage.until(lambda: stage.app.state.link.state == "up")
        await stage.press("@", *"s")
        await stage.sees("run_simple", "src/flask/app.py  file")
        await stage.press("down", "enter")
        await stage.until(lambda: stage.app.screen.query_one(QuestionBox).value == "src/flask/app.py ")
        await stage.press("@", *"zz")
        await stage.sees("No symbol or file has these letters.")
        await stage.press("escape")
        await stage.until(lambda: stage.app.screen.query_one(QuestionBox).value == "src/flask/app.py ")


async def test_an_at_within_a_word_is_just_typed(stage, daemon):
    """As in an address or a decorator."""
    async with stage.run():
        await stage.until(lambda: stage.app.state.link.state == "up")
        await stage.press(*"ada@b")
        await stage.until(lambda: stage.app.screen.query_one(QuestionBox).value == "ada@b")


async def test_the_question_to_ask_next_is_answered_already_and_one_key_away(stage, daemon, wire):
    """What is about the files just cited comes first, and nothing that was asked already."""
    daemon.expected = [
        {"question": "What changed recently?", "subject": "", "answered": True, "fresh": True},
        {"question": "Who calls run?", "subject": "src/flask/app.py::Flask.run", "answered": True, "fresh": True},
        {"question": "Not ready?", "subject": "src/flask/app.py", "answered": False, "fresh": True},
    ]
    async with stage.run(120, 30):
        await answered(stage, daemon, wire)
        await stage.sees("Ctrl+N  Who calls run? · What changed recently?")
        daemon.answers.put(wire.answer("Nobody does."))
        await stage.press("ctrl+n")
        await stage.sees("Nobody does.", "Ctrl+N  What changed recently?")
        assert [question for question, _ in daemon.asked] == [QUESTION, "Who calls run?"]
        await stage.misses("Not ready?")


async def test_the_answers_of_a_conversation_are_gone_through(stage, daemon, wire):
    """A follow-up does not take the answer away that it follows."""
    async with stage.run():
        await answered(stage, daemon, wire)
        daemon.answers.put(wire.answer("Two callers.", evidence=[]))
        await stage.ask("And who calls it?")
        await stage.sees("Two callers.", "(2 of 2, Alt+Up/Down)")
        await stage.press("alt+up")
        await stage.sees("starts the server", "(1 of 2", "1  src/flask/app.py:546-549")
        await stage.press("alt+up")
        await stage.sees("(1 of 2")
        await stage.press("alt+down")
        await stage.sees("Two callers.")
        assert daemon.asked == [(QUESTION, ""), ("And who calls it?", "c1")]


async def test_escape_begins_a_new_conversation(stage, daemon, wire):
    """Otherwise “it” would go on meaning the old subject."""
    async with stage.run():
        await answered(stage, daemon, wire)
        await stage.press("escape")
        await stage.sees("Ask anything about this repository.")
        await answered(stage, daemon, wire, "Where is it configured?")
        assert daemon.asked[-1] == ("Where is it configured?", "")
        await stage.misses("Alt+Up")


async def test_an_answer_whose_source_changed_says_so_and_is_redone_when_asked_to(stage, daemon, wire):
    """Never under the reader's eyes, and never silently stale."""
    async with stage.run():
        await answered(stage, daemon, wire)
        daemon.holds = False
        daemon.news.put(wire.delta(repositories=[wire.repository(clock=4)]))
        await stage.sees("has changed since. Ctrl+L answers anew.", "composed · changed since")
        assert daemon.holds_asked == [("run", 3)]
        daemon.answers.put(wire.answer("It starts anew.", clock=4))
        await stage.press("ctrl+l")
        await stage.sees("It starts anew.", "composed · fresh")
        assert [question for question, _ in daemon.asked] == [QUESTION, QUESTION]
        assert daemon.anew == [False, True], "what is remembered would be the same again"


async def test_a_change_elsewhere_leaves_the_answer_fresh(stage, daemon, wire):
    """And while nothing changes, nothing is asked."""
    async with stage.run():
        await answered(stage, daemon, wire)
        daemon.news.put(wire.delta(saved={"tokens": 5, "today": 5}))
        daemon.news.put(wire.delta(repositories=[wire.repository(clock=4)]))
        await stage.until(lambda: daemon.holds_asked == [("run", 3)])
        await stage.sees("composed · fresh")


async def test_a_wrong_answer_is_marked(stage, daemon, wire):
    """One key, and it is told that it was heard."""
    async with stage.run():
        await stage.press("f8")
        await stage.sees("There is no answer to mark.")
        await answered(stage, daemon, wire)
        await stage.press("f8")
        await stage.sees("Marked as wrong")
        assert daemon.marked == [7]


async def test_why_no_model_wrote_an_answer_is_said(stage, daemon, wire):
    """A budget that silently ends would look like a model that got worse."""
    refused = {"code": "over_budget", "message": "The budget is spent.", "next_step": "reverie budget set"}
    word = {"name": "gpt-5", "used": False, "reason": "", "refused": refused}
    async with stage.run(200, 30):
        await answered(stage, daemon, wire, model=word)
        await stage.sees("gpt-5 did not write this: The budget is spent. reverie budget set")


async def test_what_an_answer_cost_stands_beneath_it(stage, daemon, wire):
    """Tokens and money, and where the price is unknown, that."""
    tokens = {"prompt": 1000, "cached": 0, "completion": 200, "baseline": 9000}
    async with stage.run(200, 30):
        await answered(stage, daemon, wire, tokens=tokens, cost_usd=0.0123)
        await stage.sees("7,800 tokens saved (spent 1,200) · $0.0123")
        await answered(stage, daemon, wire, "Again?", tokens=tokens, cost_usd=None)
        await stage.sees("price unknown")


async def test_a_number_shows_that_evidence(stage, daemon, wire):
    """The evidence is numbered so that it can be named."""
    async with stage.run():
        await answered(stage, daemon, wire)
        await stage.press("tab", "2")
        await stage.sees("▌891")
        await stage.press("9")
        await stage.sees("▌891")


async def test_every_command_is_in_the_palette(stage, daemon, wire):
    """Who does not know the key knows the word."""
    commands = {command.title for command in stage.app.get_system_commands(stage.app._pages["ask"])}
    assert {action.title for action in ACTIONS} <= commands
    async with stage.run(120, 40):
        await stage.sees("236 files")
        await stage.press("ctrl+p", *"pause")
        await stage.sees("Pause learning")
        await stage.press("enter")
        await stage.until(lambda: daemon.paused == [True])
        await stage.sees("Learning waits until it is resumed.")


@pytest.mark.parametrize("action", [action.name for action in ACTIONS])
async def test_every_command_can_be_run_on_every_page(stage, daemon, action):
    """Also where it has nothing to do; then it says so or does nothing."""
    async with stage.run():
        await stage.until(lambda: stage.app.state.link.state == "up")
        await stage.press("f4")
        await stage.sees("[Saved]")
        await stage.app.run_action(action)
        await stage.pilot.pause()
        assert stage.app.is_running


@pytest.mark.parametrize(
    ("environment", "signs"),
    [
        ({}, UNICODE),
        ({"LANG": "de_DE.UTF-8"}, UNICODE),
        ({"LC_ALL": "C", "LANG": "de_DE.UTF-8"}, ASCII),
        ({"TERM": "linux"}, ASCII),
        ({"REVERIE_ASCII": "1", "LANG": "C.UTF-8"}, ASCII),
    ],
)
def test_signs_are_those_that_the_terminal_can_show(environment, signs):
    """A console without the glyphs shows question marks instead."""
    assert signs_for(environment) is signs


async def test_in_ascii_everything_that_is_drawn_is_ascii(ascii_stage, daemon, wire):
    """Boxes, bars and marks; a repository's own letters stay what they are."""
    stage = ascii_stage
    async with stage.run(120, 30):
        await stage.sees("* learning")
        daemon.news.put(
            wire.delta(repositories=[wire.repository(progress={"phase": "reading", "done": 5, "total": 9})])
        )
        daemon.answers.put(wire.answer())
        await stage.ask("Wo ist die Größe?")
        await stage.sees("reading 5 of 9", "1  src/flask/app.py:546-549")
        shown = stage.shown()
        assert "Größe" in shown
        assert not {char for char in shown if not char.isascii()} - set("öß")


async def test_pages_and_keys_can_be_clicked(stage, daemon, wire):
    """Where there is a mouse; nothing needs one."""
    async with stage.run():
        await stage.sees("236 files")
        await stage.click("Activity")
        await stage.sees("[Activity]")
        await stage.click(" Ask ")
        await stage.sees("[Ask]")
        await stage.click("Help")
        await stage.sees("find a symbol or file")
        await stage.press("escape")
        await stage.click("Past")
        await stage.sees("Nothing was asked yet.")


async def test_where_not_all_keys_fit_help_stays(stage, daemon, wire):
    """The one key that tells all others."""
    async with stage.run(40, 24):
        await stage.sees("? Help")
        await stage.misses("Quit")
