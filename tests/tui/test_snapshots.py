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


def timeless(run_before):
    """The same, with the time of day at which the data came left out of the picture."""

    async def run(pilot):
        await run_before(pilot)
        pilot.app.screen.query_one("#as-of").visible = False
        await pilot.pause()

    return run


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


def test_what_was_saved_on_a_small_screen(snap_compare, still, daemon, wire):
    """What answers spared, before any model is used."""
    read = [9_000, 0, 2_500, 12_431, 300, 7_000]
    days = [{**wire.figures(not_read=tokens), "date": f"2026-11-{14 + 2 * i}"} for i, tokens in enumerate(read)]
    daemon.ledgers["/home/ada/flask"] = wire.ledger(*days)
    before = steps(still, ask=False, keys=("f4",), sees="an agent would have read")
    assert snap_compare(still.app, terminal_size=(80, 24), run_before=timeless(before))


def test_what_was_saved_and_spent(snap_compare, still, daemon, wire):
    """Savings, a loss, both sides of spending, budgets, and what the figures come to."""
    spent = [(60_000, 900, 8_000), (20_000, 2_000, 15_000), (5_000, 4_000, -2_500), (0, 1_000, 4_000)]
    days = [{**wire.figures(*one, not_read=800), "date": f"2026-11-{18 + 2 * i}"} for i, one in enumerate(spent)]
    models = [{**wire.figures(85_000, 7_900, 24_500), "model": "gpt-5-mini"}]
    daemon.ledgers["/home/ada/flask"] = wire.ledger(
        *days, models=models, analyses=[{**wire.figures(85_000), "analysis": "purpose"}]
    )
    daemon.past = [{"question": "How does the server start?", "saved": 12_431}]
    side = {"tokens": {"spent": 85_000, "limit": 200_000}, "usd": {"spent": 0.08, "limit": 0.5}, "stopped": False}
    daemon.budgets = wire.budget(learning=side)
    before = steps(still, ask=False, keys=("f4",), sees="spent asleep")
    assert snap_compare(still.app, terminal_size=(160, 44), run_before=timeless(before))


def test_the_settings_on_a_small_screen(snap_compare, still, daemon, wire):
    """A value is changed in place, with its error below."""
    daemon.settings += [wire.setting("learning.idle_after_s", "number", 30)]
    keys = ("f6", *["down"] * 6, "enter", "x", "enter")
    before = steps(still, ask=False, keys=keys, sees="whole number of at least 0 is needed")
    assert snap_compare(still.app, terminal_size=(80, 24), run_before=timeless(before))


def test_the_first_steps(snap_compare, still, daemon, wire):
    """What somebody new sees first."""
    daemon.settings = [wire.setting("tui.welcomed", "switch", False)]
    daemon.ledgers[""] = wire.ledger()
    before = steps(still, ask=False, sees="python 83")
    assert snap_compare(still.app, terminal_size=(80, 24), run_before=before)
