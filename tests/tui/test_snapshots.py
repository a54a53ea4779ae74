"""Whole screens as pictures. After a wanted change run them with `--snapshot-update`, and look at what came out."""

from __future__ import annotations

import pytest

TEXT = """`Flask.run` starts the development server (`src/flask/app.py:546-549`). It happens in this order:

1. `load_dotenv` reads the environment files
2. `run_simple` serves the application

From the command line the same is done by `run_command` (`src/flask/cli.py:891`)."""


@pytest.fixture
def still(stage):
    """Nothing moves in a picture."""
    stage.app.animation_level = "none"
    return stage


def steps(stage, *, ask: bool, keys: tuple[str, ...] = (), sees: str = ""):
    """What is done before the picture is taken."""

    async def run_before(pilot):
        stage.use(pilot)
        await stage.sees("flask · main", "236 files")
        if ask:
            await stage.ask("How does the server start?")
            await stage.sees("2  src/flask/cli.py:891-895", "composed · fresh")
        if keys:
            await stage.press(*keys)
        if sees:
            await stage.sees(sees)
        await pilot.pause()

    return run_before


def test_the_welcome(snap_compare, still, daemon):
    """The first thing that anyone sees."""
    daemon.past = [{"question": "Where is the session cookie signed?"}]
    assert snap_compare(still.app, terminal_size=(80, 24), run_before=steps(still, ask=False, sees="cookie signed"))


def test_an_answer_on_a_small_screen(snap_compare, still, daemon, wire):
    """80×24 is what an editor's side pane leaves."""
    daemon.answers.put(wire.answer(TEXT))
    assert snap_compare(still.app, terminal_size=(80, 24), run_before=steps(still, ask=True))


def test_the_source_on_a_small_screen(snap_compare, still, daemon, wire):
    """The source takes the place of the answer; the evidence stays where it is."""
    daemon.answers.put(wire.answer(TEXT))
    before = steps(still, ask=True, keys=("tab", "enter"), sees="▌546")
    assert snap_compare(still.app, terminal_size=(80, 24), run_before=before)


def test_an_answer_beside_its_source(snap_compare, still, daemon, wire):
    """With room, reading and checking happen side by side."""
    daemon.answers.put(wire.answer(TEXT))
    assert snap_compare(still.app, terminal_size=(160, 40), run_before=steps(still, ask=True, sees="▌546"))
