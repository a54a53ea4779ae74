"""Keystroke scripts: what a user does, and what is then on the screen. The daemon is in memory, all else is real."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from reverie_daemon.errors import DaemonUnreachable, NoRepository, UserError
from reverie_tui import app as tui
from reverie_tui.state import EXAMPLES
from reverie_tui.widgets.answer import AnswerView
from reverie_tui.widgets.evidence import EvidenceList
from reverie_tui.widgets.question_box import QuestionBox


async def test_the_screen_is_there_before_the_daemon(stage, daemon):
    """Starting a daemon takes a moment; a blank terminal meanwhile looks broken."""
    daemon.running.clear()
    daemon.connect_held.clear()
    async with stage.run():
        await stage.sees("reaching the daemon", EXAMPLES[0])
        daemon.connect_held.set()
        await stage.sees("flask · main", "learning: on mains, idle for 4 min")
        assert daemon.started == [True]


async def test_a_question_that_was_expected_is_offered_with_its_answer_ready(stage, daemon):
    """The promise of the whole thing: you open it, and see the question you were about to ask."""
    daemon.expected = [{"question": "who calls `run`?", "answered": True, "fresh": True}]
    async with stage.run(80, 24):
        await stage.sees("who calls `run`?  answered already", EXAMPLES[0])
        await stage.press("tab", "enter")
        await stage.sees("looking…")
        assert daemon.asked == [("who calls `run`?", "")]


async def test_an_answer_streams_and_brings_its_evidence_and_source(stage, daemon, wire):
    """This is the product: ask, read while it comes, look where it is from."""
    async with stage.run(200, 60):
        await stage.ask("How does it start?")
        await stage.sees("How does it start?", "looking…")
        daemon.answers.put(wire.claim("First claim."))
        await stage.sees("First claim.", "answering…")
        daemon.answers.put(wire.claim("Second claim."))
        await stage.sees("First claim.", "Second claim.")
        daemon.answers.put(wire.answer("First claim.\n\nSecond claim."))
        await stage.sees("composed · fresh · 11 ms · 12,431 tokens an agent would have read")
        await stage.sees("1  src/flask/app.py:546-549  Flask.run", "2  src/flask/cli.py:891-895  run_command")
        await stage.sees("▌546  def run(self, host=None, port=None):", " 550 ")
        assert daemon.asked == [("How does it start?", "")]


async def test_the_evidence_under_the_cursor_is_previewed(stage, daemon, wire):
    """Checking a citation must cost one key."""
    async with stage.run(200, 60):
        await stage.ask("Where?")
        daemon.answers.put(wire.answer())
        await stage.sees("▌546")
        await stage.press("tab", "down")
        await stage.sees("▌891", "▌895")
        await stage.misses("▌546")


async def test_a_narrow_screen_switches_between_answer_and_source(stage, daemon, wire):
    """At 80 columns two panes would show half a line each."""
    async with stage.run(80, 24):
        await stage.ask("Where?")
        daemon.answers.put(wire.answer())
        await stage.sees("starts the server", "1  src/flask/app.py:546-549")
        await stage.misses("▌546")
        await stage.press("tab", "enter")
        await stage.sees("▌546  def run(self", "1  src/flask/app.py:546-549")
        await stage.misses("starts the server")
        await stage.press("escape")
        await stage.sees("starts the server")
        await stage.misses("▌546")


async def test_a_resize_moves_the_source_beside_the_answer(stage, daemon, wire):
    """Terminals are split and maximised all day."""
    async with stage.run(80, 24):
        await stage.ask("Where?")
        daemon.answers.put(wire.answer())
        await stage.sees("1  src/flask/app.py:546-549")
        await stage.press("tab", "enter")
        await stage.sees("▌546")
        await stage.pilot.resize_terminal(160, 40)
        await stage.sees("starts the server", "▌546")
        await stage.pilot.resize_terminal(80, 24)
        await stage.sees("starts the server")
        await stage.misses("▌546")


async def test_a_source_deep_in_its_file_is_scrolled_into_view(stage, daemon, wire):
    """The cited lines are what one wants to see, not the file's licence."""
    lines = [f"line_{number} = {number}" for number in range(1, 901)]
    daemon.sources["big.py"] = wire.source("big.py", 1, lines=lines, total_lines=900)
    async with stage.run(80, 24):
        await stage.ask("Where?")
        daemon.answers.put(wire.answer(evidence=[wire.evidence("big.py", 700, 702)]))
        await stage.sees("big.py:700-702")
        await stage.press("tab", "enter")
        await stage.sees("▌700  line_700", "▌702", " 703  line_703")


async def test_a_source_that_comes_into_view_by_a_resize_shows_the_citation(stage, daemon, wire):
    """A pane that was hidden when it was filled could not scroll; it must when it appears."""
    lines = [f"line_{number} = {number}" for number in range(1, 901)]
    daemon.sources["big.py"] = wire.source("big.py", 1, lines=lines, total_lines=900)
    async with stage.run(80, 24):
        await stage.ask("Where?")
        daemon.answers.put(wire.answer(evidence=[wire.evidence("big.py", 700, 702)]))
        await stage.sees("big.py:700-702")
        await stage.pilot.resize_terminal(160, 40)
        await stage.sees("▌700  line_700", "▌702")


async def test_a_citation_in_the_text_leads_to_its_source(stage, daemon, wire):
    """What looks like a reference should behave like one."""
    async with stage.run(160, 40):
        await stage.ask("Where?")
        daemon.answers.put(wire.answer("See `src/flask/cli.py:891`."))
        await stage.sees("See src/flask/cli.py:891", "▌546")
        row = next(y for y, line in enumerate(stage.shown().splitlines()) if "See src/flask" in line)
        await stage.pilot.click(offset=(8, row))
        await stage.sees("▌891")
        assert stage.app.state.selected == 1


async def test_a_failed_question_says_what_happened_and_what_to_do(stage, daemon):
    """An error without a next step is a dead end."""
    async with stage.run():
        await stage.ask("Why?")
        daemon.answers.put(UserError("The store is from a newer version.", next_step="reverie restart"))
        await stage.sees("The store is from a newer version.", "reverie restart")


async def test_an_answer_that_breaks_off_says_so(stage, daemon, wire):
    """Half an answer must not pass for a whole one."""
    async with stage.run():
        await stage.ask("Why?")
        daemon.answers.put(wire.claim("Half of it."))
        daemon.answers.end()
        await stage.sees("Half of it.", "stopped answering before the end")


async def test_a_daemon_that_dies_is_shown_and_a_question_brings_it_back(stage, daemon, wire):
    """Daemons are upgraded and killed; the terminal UI stays open for days."""
    async with stage.run():
        await stage.sees("learning: on mains")
        daemon.die()
        await stage.sees("daemon away: ", "a question starts it at once")
        assert True not in daemon.started[1:]
        daemon.news.put(wire.snapshot())
        await stage.press(*"Where?", "enter")
        await stage.sees("learning: on mains")
        daemon.answers.put(wire.answer())
        await stage.sees("starts the server")
        assert daemon.asked == [("Where?", "")]


async def test_a_daemon_that_is_started_elsewhere_is_found_again(stage, daemon, wire):
    """`reverie restart` in another terminal must not need anything here."""
    async with stage.run():
        await stage.sees("learning: on mains")
        daemon.die()
        await stage.sees("daemon away: ")
        daemon.news.put(wire.snapshot(sleep={"state": "paused", "reason": "by you"}))
        daemon.running.set()
        await stage.sees("paused: by you")
        assert True not in daemon.started[1:]


async def test_a_daemon_that_cannot_be_started_fails_the_question_with_the_next_step(stage, daemon):
    """Waiting forever for what cannot come is the worst answer."""
    async with stage.run():
        await stage.sees("learning: on mains")
        daemon.start_problem = DaemonUnreachable("The daemon did not start.", next_step="reverie logs")
        daemon.die()
        await stage.sees("daemon away: ")
        await stage.press(*"Why?", "enter")
        await stage.until(lambda: stage.app.state.exchange.phase == "failed")
        await stage.sees("The daemon did not start.", "reverie logs")


async def test_escape_stops_an_answer_and_then_clears_it(stage, daemon, wire):
    """A wrong question should cost no waiting."""
    async with stage.run():
        await stage.ask("Why?")
        daemon.answers.put(wire.claim("It began."))
        await stage.sees("It began.")
        await stage.press("escape")
        await stage.sees("stopped", "It began.")
        daemon.answers.put(wire.claim("Too late."))
        await stage.press("escape")
        await stage.sees(EXAMPLES[0])
        await stage.misses("It began.", "Too late.")


async def test_up_and_down_recall_earlier_questions(stage, daemon, wire):
    """Follow-ups are mostly earlier questions with one word changed."""
    daemon.past = [{"question": "Second?"}, {"question": "First?"}]
    async with stage.run():
        await stage.sees("Second?")
        box = stage.app.screen.query_one(QuestionBox)
        await stage.press("n", "e", "w", "up")
        await stage.until(lambda: box.value == "Second?")
        await stage.press("up")
        await stage.until(lambda: box.value == "First?")
        await stage.press("down", "down")
        await stage.until(lambda: box.value == "new")


async def test_a_past_question_is_found_and_asked_again(stage, daemon, wire):
    """The list grows long: it has to be searched, not scrolled."""
    daemon.past = [
        {"question": "What does url_for do?", "asked_at": "2025-11-19T09:00:00", "route": "composed"},
        {"question": "Where is the cookie signed?", "asked_at": "2025-11-18T10:00:00", "route": "composed"},
    ]
    async with stage.run():
        await stage.sees("What does url_for do?")
        await stage.press("ctrl+r")
        await stage.sees("2025-11-19 09:00", "2025-11-18 10:00")
        await stage.press(*"cookie")
        await stage.misses("2025-11-19 09:00")
        await stage.press("enter")
        await stage.until(lambda: daemon.asked == [("Where is the cookie signed?", "")])


async def test_an_example_can_be_chosen_and_asked(stage, daemon):
    """Someone new does not know yet what can be asked."""
    async with stage.run():
        await stage.until(lambda: stage.app.state.link.state == "up")
        await stage.press("tab", "down", "enter")
        await stage.until(lambda: daemon.asked == [(EXAMPLES[1], "")])


async def test_a_reading_of_an_ambiguous_question_can_be_chosen(stage, daemon, wire):
    """When a name has two meanings, choosing beats retyping."""
    async with stage.run():
        await stage.ask("What is run?")
        daemon.answers.put(wire.answer(readings=["What is Flask.run?", "What is cli.run?"]))
        await stage.sees("Did you mean: What is cli.run?")
        await stage.press("tab", "tab", "down", "enter")
        await stage.until(lambda: len(daemon.asked) == 2)
        assert daemon.asked[1][0] == "What is cli.run?"


async def test_a_follow_up_continues_the_conversation(stage, daemon, wire):
    """Files an agent would have read once count once a conversation."""
    async with stage.run():
        await stage.ask("One?")
        daemon.answers.put(wire.answer(conversation="c7"))
        await stage.sees("starts the server")
        await stage.ask("Two?")
        await stage.until(lambda: daemon.asked == [("One?", ""), ("Two?", "c7")])


async def test_markup_and_html_in_an_answer_are_text(stage, daemon, wire):
    """Code is full of brackets; an answer that swallows them is wrong."""
    text = "It is [bold red]not red[/] and List<String> and $primary."
    evidence = [wire.evidence("a[b]/[red]x[/red].py", 1, 2, symbol="[link=evil]S[/link]")]
    async with stage.run(160, 40):
        await stage.ask("[bold]Why[/bold]?")
        daemon.answers.put(wire.claim(text), wire.answer(text, evidence=evidence))
        await stage.sees("[bold]Why[/bold]?", text, "a[b]/[red]x[/red].py:1-2", "[link=evil]S[/link]")
        await stage.sees("There is no file a[b]/[red]x[/red].py.")


async def test_control_characters_never_reach_the_terminal(stage, daemon, wire):
    """A repository must not be able to move the cursor, set the title or hide code."""
    evil = "a\x1b]0;owned\x07b\x9b31mc\u202ed\udcffe"
    daemon.sources["evil\x1b[2J.py"] = wire.source("evil\x1b[2J.py", 1, lines=[evil, "x = '\x1b[2J'"])
    sleep = {"state": "learning\x1b[1m", "reason": evil}
    daemon.news.put(wire.snapshot(sleep=sleep, repositories=[wire.repository(name=evil, branch=evil)]))
    async with stage.run(200, 40):
        await stage.ask("Why?")
        piece = wire.evidence("evil\x1b[2J.py", 1, 2, symbol=evil)
        daemon.answers.put(wire.claim(evil), wire.answer(evil, evidence=[piece]))
        await stage.sees("evil␛[2J.py:1-2", "▌1  a␛]0;owned␇b", "▌2  x = '␛[2J'")
        bad = [char for char in stage.shown() if char != "\n" and not char.isprintable()]
        assert bad == []


async def test_wide_characters_keep_the_columns_aligned(stage, daemon, wire):
    """Names in other scripts are names like any others."""
    pieces = [wire.evidence("文档/设计.md", 1, 2, symbol="设计"), wire.evidence("app.py", 3, 4, symbol="run")]
    async with stage.run(80, 24):
        await stage.ask("什么?")
        daemon.answers.put(wire.answer("设计在 `文档/设计.md:1`。", evidence=pieces))
        await stage.sees("1  文档/设计.md:1-2  设计", "2  app.py:3-4" + " " * 8 + "run")


async def test_progress_is_counted_while_indexing_goes_on(stage, daemon, wire):
    """The first minutes decide whether someone stays: show that it works."""
    daemon.news.put(
        wire.delta(repositories=[wire.repository(progress={"phase": "indexing", "done": 118, "total": 236})])
    )
    async with stage.run():
        await stage.sees("━━━━━───── indexing 118 of 236")
        daemon.news.put(wire.delta(repositories=[wire.repository()]))
        await stage.sees("236 files · 4,812 symbols")
        await stage.misses("indexing")


async def test_a_repository_that_vanished_is_reported_where_it_stands(stage, daemon, wire):
    """An unplugged disk is not a reason to show old facts as if nothing happened."""
    problem = {"code": "no_repository", "message": "The folder is gone.", "next_step": "reverie remove"}
    daemon.news.put(wire.delta(repositories=[wire.repository(problem=problem)]))
    async with stage.run():
        await stage.sees("! The folder is gone. reverie remove")


async def test_without_colours_nothing_is_coloured_and_the_cursor_is_still_marked(colourless_stage, daemon, wire):
    """NO_COLOR is a promise to people who cannot or will not see colours."""
    stage = colourless_stage
    async with stage.run():
        await stage.ask("Where?")
        daemon.answers.put(wire.answer())
        await stage.sees("1  src/flask/app.py:546-549")
        await stage.press("tab")
        await stage.until(lambda: isinstance(stage.app.focused, EvidenceList))
        segments = [segment for strip in stage.app.screen._compositor.render_strips() for segment in strip]
        colours = {
            colour.name
            for segment in segments
            if segment.style
            for colour in (segment.style.color, segment.style.bgcolor)
            if colour
        }
        assert colours == {"default"}
        cited = next(segment for segment in segments if "src/flask/app.py:546-549" in segment.text)
        assert cited.style is not None and cited.style.underline


async def test_the_question_mark_asks_for_help_only_where_it_cannot_be_typed(stage, daemon):
    """Questions end with one; they never begin with it."""
    async with stage.run():
        await stage.press("?")
        await stage.sees("these keys")
        await stage.press("escape")
        await stage.press("w", "?")
        await stage.until(lambda: stage.app.screen.query_one(QuestionBox).value == "w?")


async def test_the_answer_and_a_citation_can_be_copied(stage, daemon, wire):
    """Answers end up in pull requests and messages."""
    async with stage.run():
        await stage.ask("Where?")
        daemon.answers.put(wire.answer("Here it *is*."))
        await stage.sees("Here it is.")
        await stage.press("ctrl+y")
        await stage.until(lambda: stage.app.clipboard == "Here it *is*.")
        await stage.press("tab", "y")
        await stage.until(lambda: stage.app.clipboard == "src/flask/app.py:546-549")


async def test_a_citation_opens_in_the_editor_at_its_line(stage, daemon, wire, monkeypatch, suspendable):
    """From the answer to the code in one key."""
    monkeypatch.setenv("VISUAL", "vim -n")
    commands: list[Sequence[str]] = []
    stage.app._run_editor = lambda command: commands.append(command) or 0
    async with stage.run():
        await stage.ask("Where?")
        daemon.answers.put(wire.answer())
        await stage.sees("1  src/flask/app.py:546-549")
        await stage.press("ctrl+o")
        await stage.until(lambda: bool(commands))
    assert commands == [["vim", "-n", "+546", f"{daemon.root}/src/flask/app.py"]]


async def test_control_c_copies_selected_text_instead_of_quitting(stage, daemon):
    """Everywhere else it copies; losing the session to a habit hurts."""
    async with stage.run():
        await stage.press(*"word", "shift+home", "ctrl+c")
        await stage.until(lambda: stage.app.clipboard == "word")
        assert not stage.app._exit


async def test_a_folder_that_the_daemon_refuses_ends_the_program_with_its_error(stage, daemon):
    """A bare repository looks right from outside; the message has to reach the shell."""
    daemon.refusal = NoRepository("This repository is bare.", next_step="git clone it")
    async with stage.run():
        await stage.until(lambda: stage.app.return_value is daemon.refusal)


async def test_control_c_quits_while_an_answer_runs(stage, daemon, wire):
    """Quitting waits for nobody."""
    async with stage.run():
        await stage.ask("Why?")
        await stage.press("ctrl+c")
        await stage.until(lambda: not stage.app.is_running or stage.app._exit)
    assert stage.app.return_code == 0


def test_a_folder_outside_any_repository_is_refused_before_the_screen(tmp_path: Path):
    """A full-screen program that flashes and dies leaves nothing to read."""
    with pytest.raises(NoRepository) as refused:
        tui.main(root=tmp_path)
    assert str(tmp_path) in refused.value.message
    assert refused.value.next_step


def test_a_worktree_and_a_subfolder_pass_for_a_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """In a linked worktree .git is a file, and people start from anywhere."""
    (tmp_path / ".git").write_text("gitdir: elsewhere")
    (tmp_path / "deep" / "down").mkdir(parents=True)
    opened: list[Any] = []
    monkeypatch.setattr(tui.ReverieApp, "run", lambda self: opened.append(self.state.folder))
    assert tui.main([str(tmp_path / "deep" / "down")]) == 0
    assert opened == [str(tmp_path / "deep" / "down")]


async def test_one_key_leads_from_page_to_page_and_back(stage, daemon, wire):
    """The answer stays where it was."""
    daemon.answers.put(wire.answer())
    async with stage.run():
        await stage.ask("How does the server start?")
        await stage.sees("composed · fresh")
        for key, page in (
            ("f3", "Learned"),
            ("f4", "Saved"),
            ("f5", "Activity"),
            ("f6", "Settings"),
            ("alt+3", "Saved"),
        ):
            await stage.press(key)
            await stage.sees(f"[{page}]")
        await stage.press("f2")
        await stage.sees("[Ask]", "composed · fresh")


async def test_an_answer_of_ten_thousand_lines_is_there_to_its_end_and_keys_still_work(stage, daemon, wire):
    """Nothing that a repository or a model says may freeze the program."""
    daemon.answers.put(wire.answer("\n\n".join(f"Line {i} (`src/flask/app.py:{i}`)." for i in range(1, 5_001))))
    async with stage.run():
        await stage.ask("Everything?")
        await stage.sees("Line 1 (", "composed · fresh")
        await stage.press(*"next")
        await stage.until(lambda: stage.app.screen.query_one(QuestionBox).value == "next")
        answer = stage.app.screen.query_one(AnswerView)
        await stage.until(lambda: answer.max_scroll_y > 5_000)
        answer.scroll_end(animate=False)
        await stage.sees("Line 5000")


async def test_a_resize_amid_an_answer_keeps_it_whole(stage, daemon, wire):
    """Windows are dragged while text streams."""
    async with stage.run(160, 40):
        await stage.ask("How?")
        daemon.answers.put({"event": "understood", "kind": "flow"}, wire.claim("First it starts."))
        await stage.sees("First it starts.")
        await stage.pilot.resize_terminal(60, 20)
        daemon.answers.put(wire.claim("Then it runs."))
        await stage.sees("First it starts.", "Then it runs.")
        await stage.pilot.resize_terminal(200, 60)
        daemon.answers.put(wire.answer("First it starts.\n\nThen it runs."))
        await stage.sees("First it starts.", "Then it runs.", "composed · fresh")


async def test_a_daemon_upgraded_underneath_is_found_again_and_answers(stage, daemon, wire):
    """The new one knows nothing of our streams; the answer on show stays."""
    daemon.answers.put(wire.answer())
    async with stage.run():
        await stage.ask("Where?")
        await stage.sees("composed · fresh")
        daemon.news.end()
        daemon.news.put(wire.snapshot(saved={"tokens": 7, "today": 7}))
        await stage.sees("7 tokens an agent would have read", "Flask.run starts the server")
        daemon.answers.put(wire.answer("Anew."))
        await stage.ask("And now?")
        await stage.sees("Anew.")
