"""Keystroke scripts for the Learned page: what a user does, and what is then on the screen."""

from __future__ import annotations

import pytest

APP = "src/flask/app.py"


@pytest.fixture
def known(daemon, wire):
    """A repository of which something is known: a note with two citations about one file."""
    daemon.trees = {
        "": {
            "children": [
                wire.node("docs", "folder", notes=4, files=12),
                wire.node("src", "folder", notes=6, stale=2, files=24, answers=2),
                wire.node("README.md"),
            ]
        },
        "src": {"children": [wire.node("src/flask", "folder", notes=6, stale=2, files=24)]},
        "src/flask": {
            "children": [
                wire.node(APP, notes=3, stale=1, answers=2),
                wire.node("src/flask/cli.py", notes=3, stale=1),
            ]
        },
        APP: {
            "children": [
                wire.node(f"{APP}::Flask", "symbol", notes=1, line=109),
                wire.node(f"{APP}::Flask.run", "symbol", line=546),
            ]
        },
    }
    claims = [
        {"text": "`Flask` is the application.", "evidence": [wire.evidence()]},
        {
            "text": "It starts a server.",
            "evidence": [wire.evidence("src/flask/cli.py", 891, 895, symbol="run_command")],
        },
    ]
    paid = {"model": "small-model", "cost": {"tokens": 2310, "usd": 0.0042}}
    daemon.noted = [
        wire.note(APP, claims=claims, **paid),
        wire.note(APP, "history", claims=[{"text": "It was split in 2011.", "evidence": []}], fresh=False),
        wire.note("src", "purpose", claims=[{"text": "The package.", "evidence": []}]),
    ]
    daemon.names_known = [
        {"name": "run", "kind": "method", "path": APP, "line": 546},
        {"name": "run_command", "kind": "function", "path": "src/flask/cli.py", "line": 891},
        {"name": "src/flask/cli.py", "kind": "file", "path": "src/flask/cli.py", "line": 1},
    ]
    return daemon


async def to_app(stage):
    """Go to the page and down to the file that has notes."""
    await stage.press("f3")
    await stage.sees("README.md")
    await stage.press("down", "down", "right", "right", "right", "right")
    await stage.until(lambda: stage.app.state.learned.node.path == APP)


async def test_the_tree_shows_what_is_known_by_mark_and_by_word(stage, known):
    """Not by colour alone: fresh, stale, or not yet learned."""
    async with stage.run(80, 24):
        await stage.press("f3")
        await stage.sees("▾ flask", "▸ docs/", "✓ fresh", "~ 2 of 6 stale", "· not yet learned")


async def test_opening_a_folder_fetches_just_that_folder(stage, known):
    """A repository of ten thousand files opens as fast as one of ten."""
    async with stage.run(80, 24):
        await stage.sees("236 files")
        await stage.press("f3")
        await stage.sees("▸ src/")
        assert [path for name, path in known.called if name == "tree"] == [""]
        await stage.press("down", "down", "right")
        await stage.sees("▾ src/", "▸ flask/")
        await stage.press("left")
        await stage.misses("▸ flask/")
        assert [path for name, path in known.called if name == "tree"] == ["", "src"]


async def test_a_file_shows_its_notes_with_their_makers_and_costs(stage, known):
    """What is claimed, on what grounds, by whom, when, and for how much."""
    async with stage.run(160, 40):
        await to_app(stage)
        await stage.sees(APP, "file · 3 notes · 2 fresh · 1 stale · 2 answers ready")
        await stage.sees("purpose  ✓ fresh", "by small-model · 2026-11-24 13:05 · 2,310 tokens, $0.0042")
        await stage.sees("`Flask` is the application.", "src/flask/app.py:546-549  Flask.run")
        await stage.sees("history  ~ stale", "without a model", "It was split in 2011.")


async def test_enter_on_a_citation_shows_its_source_and_escape_leads_back_step_by_step(stage, known):
    """On a small screen one pane follows the other; nothing is more than one key away."""
    async with stage.run(80, 24):
        await to_app(stage)
        await stage.press("enter")
        await stage.sees("purpose  ✓ fresh")
        await stage.misses("README.md")
        await stage.press("down", "enter")
        await stage.sees("▌546", "src/flask/app.py:546-549")
        await stage.press("escape")
        await stage.misses("▌546")
        await stage.sees("purpose  ✓ fresh")
        await stage.press("escape")
        await stage.sees("README.md")
        await stage.press("escape")
        await stage.sees("Ask anything about this repository")


async def test_beside_each_other_the_source_follows_the_citation_under_the_cursor(stage, known):
    """With room for it, all three are read together."""
    async with stage.run(160, 40):
        await to_app(stage)
        await stage.press("enter", "down", "enter")
        await stage.sees("▾ flask", "purpose  ✓ fresh", "▌546")
        await stage.press("down")
        await stage.sees("▌891")
        await stage.misses("▌546")


async def test_a_resize_moves_the_notes_beside_the_tree(stage, known):
    """Terminals are split and maximised all day."""
    async with stage.run(80, 24):
        await to_app(stage)
        await stage.misses("purpose  ✓ fresh")
        await stage.pilot.resize_terminal(160, 40)
        await stage.sees("README.md", "purpose  ✓ fresh")
        await stage.pilot.resize_terminal(80, 24)
        await stage.sees("README.md")
        await stage.misses("purpose  ✓ fresh")


async def test_the_citation_under_the_cursor_opens_in_the_editor(stage, known, suspendable, monkeypatch):
    """From a claim to the code to change in one key."""
    started = []
    monkeypatch.setenv("VISUAL", "vim")
    stage.app._run_editor = lambda command: started.append(list(command)) or 0
    async with stage.run(80, 24):
        await to_app(stage)
        await stage.press("e")
        await stage.press("enter", "down", "down", "e")
        await stage.until(lambda: len(started) == 2)
    assert [command[1] for command in started] == ["+1", "+891"]
    assert started[1][2].endswith("src/flask/cli.py")


async def test_letters_find_a_symbol_and_enter_goes_to_it_in_the_tree(stage, known):
    """Nobody opens five folders to reach a name that they know."""
    async with stage.run(80, 24):
        await stage.press("f3")
        await stage.sees("README.md")
        await stage.press("slash", "r", "u", "n")
        await stage.sees("run  method  src/flask/app.py:546", "run_command  function  src/flask/cli.py:891")
        await stage.misses("README.md")
        await stage.press("enter")
        await stage.until(lambda: stage.app.state.learned.node.path == f"{APP}::Flask.run")
        await stage.sees("▾ app.py", "run ", "README.md")


async def test_a_search_without_a_match_says_so_and_escape_brings_the_tree_back(stage, known):
    """Nothing was lost by searching."""
    async with stage.run(80, 24):
        await stage.press("f3")
        await stage.sees("README.md")
        await stage.press("slash")
        await stage.sees("Type some letters")
        await stage.press("z", "z")
        await stage.sees("No file or symbol here has these letters")
        await stage.press("escape")
        await stage.sees("README.md")
        await stage.press("slash")
        await stage.sees("Type some letters")


async def test_learning_now_is_shown_while_it_goes_on_and_told_when_it_is_done(stage, known):
    """It can take minutes: nobody should wonder whether the key did anything."""
    async with stage.run(160, 40):
        await to_app(stage)
        await stage.press("l")
        await stage.sees("● learning", "is being learned now")
        known.lessons.put({"event": "progress"}, {"event": "done", "jobs": 5, "jobs_failed": 0})
        known.lessons.end()
        await stage.sees("learned: 5 jobs done")
        assert stage.app.state.notice.text == f"{APP} is learned."
        assert ("learn", APP) in known.called


async def test_forgetting_is_asked_first_and_enter_alone_keeps(stage, known):
    """What was paid for must not go by a slip of the finger."""
    async with stage.run(80, 24):
        await to_app(stage)
        await stage.press("f")
        await stage.sees("Forget src/flask/app.py?", "3 notes", "cannot be undone")
        await stage.press("enter")
        await stage.misses("cannot be undone")
        await stage.press("f")
        await stage.sees("cannot be undone")
        await stage.press("escape")
        await stage.misses("cannot be undone")
        assert not any(call[0] == "forget" for call in known.called)
        await stage.press("f", "right", "left", "enter")
        await stage.misses("cannot be undone")
        assert not any(call[0] == "forget" for call in known.called)
        await stage.press("f", "y")
        await stage.until(lambda: ("forget", APP) in known.called)
        await stage.until(lambda: stage.app.state.learned.said == "forgotten: 3 notes, 1 question")


async def test_one_note_can_be_forgotten_by_itself(stage, known):
    """The claim that is wrong goes; the others were paid for, too."""
    async with stage.run(80, 24):
        await to_app(stage)
        await stage.press("enter", "f")
        await stage.sees("Forget this note about src/flask/app.py?", "1 note (purpose, 2 claims) goes.")
        await stage.press("y")
        await stage.until(lambda: ("forget_notes", APP, "file", "purpose") in known.called)


async def test_what_the_daemon_learns_meanwhile_appears_without_moving_the_cursor(stage, known, wire):
    """The page stays open while the daemon works."""
    async with stage.run(80, 24):
        await to_app(stage)
        known.trees["src/flask"]["children"].insert(0, wire.node("src/flask/__init__.py", notes=1))
        known.news.put(wire.delta(repositories=[wire.repository(notes_fresh=1)]))
        await stage.sees("__init__.py")
        assert stage.app.state.learned.node.path == APP


async def test_names_of_files_are_text_and_never_markup(stage, known, wire):
    """A file may be called anything."""
    known.trees[""]["children"] += [wire.node("[bold]x.py"), wire.node("esc\x1b[2J.py"), wire.node("设计.py")]
    async with stage.run(80, 24):
        await stage.press("f3")
        await stage.sees("[bold]x.py", "esc␛[2J.py", "设计.py")


async def test_a_level_of_thousands_is_walked_through_at_once(stage, known, wire):
    """Only what is in view is drawn."""
    known.trees["docs"] = {"children": [wire.node(f"docs/page{i:04}.md") for i in range(1_000)], "left_out": 2_000}
    async with stage.run(80, 24):
        await stage.press("f3")
        await stage.sees("▸ docs/")
        await stage.press("down", "right")
        await stage.sees("page0000.md")
        await stage.press("end")
        await stage.sees("README.md", "2,000 more not listed", "page0999.md")
        await stage.press("home")
        await stage.sees("▾ flask", "page0000.md")


async def test_without_colours_the_cursor_is_still_seen(colourless_stage, known):
    """NO_COLOR asks for no colours, not for no cursor."""
    async with colourless_stage.run(80, 24):
        await colourless_stage.press("f3")
        await colourless_stage.sees("README.md", "▌▾ flask")
        await colourless_stage.press("down")
        await colourless_stage.sees("▌  ▸ docs/")


async def test_a_click_selects_a_row(stage, known):
    """Some have a mouse."""
    async with stage.run(80, 24):
        await stage.press("f3")
        await stage.sees("README.md")
        row = next(y for y, line in enumerate(stage.shown().splitlines()) if "README.md" in line)
        await stage.pilot.click(offset=(8, row))
        await stage.until(lambda: stage.app.state.learned.node.path == "README.md")


async def test_a_daemon_that_dies_leaves_what_is_known_on_show_with_its_time(stage, known):
    """Old data with its time beats an empty screen; and no key may pretend to do anything."""
    async with stage.run(80, 24):
        await to_app(stage)
        known.die()
        await stage.sees("daemon away: ", "▸ app.py", "as of ")
        await stage.press("l")
        await stage.until(lambda: stage.app.state.notice.failed)
        assert not any(call[0] == "learn" for call in known.called)


async def test_without_a_daemon_the_page_says_that_it_waits_for_it(stage, known):
    """“Fetching” would be a lie."""
    known.running.clear()
    known.connect_held.clear()
    async with stage.run(80, 24):
        await stage.press("f3")
        await stage.sees("What is known comes with the daemon", "not known yet")
        known.connect_held.set()
        await stage.sees("▸ docs/", "as of ")


async def test_a_failure_is_said_with_what_was_known_before(stage, known, wire):
    """The daemon may refuse; what is on show is then from before."""
    async with stage.run(80, 24):
        await stage.sees("236 files")
        await stage.press("f3")
        await stage.sees("README.md")
        known.trees = {}
        known.news.put(wire.delta(repositories=[wire.repository(notes_fresh=9)]))
        await stage.sees("is indexed in /home/ada/flask. reverie index", "still of ", "README.md")


def keys(stage, *pressed, sees):
    """What is done before the picture is taken."""

    async def run_before(pilot):
        stage.use(pilot)
        stage.app.animation_level = "none"
        stage.app._line._time_of_day = lambda: "14:03:22"
        await stage.sees("flask · main", "236 files")
        await to_app(stage)
        await stage.press(*pressed)
        await stage.sees(*sees)
        await pilot.pause()

    return run_before


def test_a_picture_of_the_tree_on_a_small_screen(snap_compare, stage, known):
    """80×24 is what an editor's side pane leaves."""
    assert snap_compare(stage.app, terminal_size=(80, 24), run_before=keys(stage, sees=["▸ app.py", "as of 14:03:22"]))


def test_a_picture_of_all_three_panes(snap_compare, stage, known):
    """What is known, on what grounds, and the grounds themselves."""
    before = keys(stage, "enter", "down", "enter", sees=["▌546", "as of 14:03:22"])
    assert snap_compare(stage.app, terminal_size=(160, 40), run_before=before)
