"""Keystroke scripts for the Activity page: what a user does, and what is then on the screen."""

from __future__ import annotations

import pytest


@pytest.fixture
def busy(daemon, wire):
    """A daemon that learns: two jobs wait, one runs, some have ended, one was given up."""
    daemon.queue = {
        "jobs": [
            wire.job("src/flask/app.py", "history", running=True, depth="light", tokens_cost=0, seconds_cost=0.05),
            wire.job("src/flask/cli.py"),
            wire.job("src/flask", why="many files refer to it", subject_kind="folder", value=1.02),
        ],
        "failed": [{**wire.job("docs/conf.py", "decisions"), "attempts": 3, "problem": "the reply was no JSON"}],
        "cancelled": [],
    }
    daemon.workings = wire.workings(
        ended=[wire.ended("src/flask/views.py"), wire.ended("src/flask/ctx.py", "stopped", reason="a question came")]
    )
    return daemon


async def test_it_says_what_goes_on_and_why_at_a_glance(stage, busy):
    """The first question of everyone whose fan spins, or whose daemon seems to do nothing."""
    async with stage.run(80, 24):
        await stage.press("f5")
        await stage.sees("● learning", "on mains, idle for 4 min", "history of src/flask/app.py, since 13:05:18")
        await stage.sees("none chosen: nothing leaves this machine", "idle for 4 min", "wanted: idle for 30 s")
        await stage.misses("no question waits")


async def test_the_queue_shows_value_savings_and_cost_with_the_reason(stage, busy):
    """Why this, and why now."""
    async with stage.run(80, 24):
        await stage.press("f5")
        await stage.sees("Queue 3", "value", "saves", "costs", "src/flask/cli.py", "4.5", "3.4k", "900")
        await stage.press("down", "down")
        await stage.sees("many files refer to it", "needs a model on this machine")


async def test_what_ended_shows_failures_first_with_their_reasons(stage, busy):
    """A failure that nobody sees happens again."""
    async with stage.run(80, 24):
        await stage.press("f5")
        await stage.sees("Queue 3")
        await stage.press("right")
        await stage.sees("✗ gave up", "docs/conf.py", "the reply was no JSON", "3 attempts")
        await stage.sees("✓ done", "src/flask/views.py", "~ stopped", "a question came")


async def test_arrows_lead_through_the_lists_and_back(stage, busy):
    """On a small screen one list is shown at a time."""
    async with stage.run(80, 24):
        await stage.press("f5")
        await stage.sees("[Queue 3]")
        await stage.press("right", "right")
        await stage.sees("[Log]", "13:05:00 INFO reverie_daemon.app: starting")
        await stage.press("right")
        await stage.sees("[Queue 3]")
        await stage.press("left")
        await stage.sees("[Log]")


async def test_a_click_on_a_lists_name_leads_to_it(stage, busy):
    """Some have a mouse."""
    async with stage.run(80, 24):
        await stage.press("f5")
        await stage.sees("[Queue 3]", "Log")
        y, line = next((y, line) for y, line in enumerate(stage.shown().splitlines()) if "[Queue 3]" in line)
        await stage.pilot.click(offset=(line.index("Log"), y))
        await stage.sees("[Log]", "13:05:00 INFO")


async def test_learning_is_paused_and_resumed_with_one_key(stage, busy, wire):
    """A meeting begins; the fan should stop."""
    async with stage.run(80, 24):
        await stage.press("f5")
        await stage.sees("Queue 3")
        await stage.press("p")
        await stage.until(lambda: busy.paused == [True])
        paused = {"name": "paused", "value": True, "unit": "", "text": "paused", "wanted": "not paused"}
        busy.workings = wire.workings(doing=None, readings=[paused])
        busy.news.put(
            wire.delta(sleep={"state": "paused", "depth": "awake", "reason": "until you run: reverie resume"})
        )
        await stage.sees("● paused", "or press p")
        await stage.until(lambda: stage.app.state.activity.workings.paused)
        await stage.press("p")
        await stage.until(lambda: busy.paused == [True, False])


async def test_the_job_under_the_cursor_is_cancelled(stage, busy):
    """And no other, whatever overtook it meanwhile."""
    async with stage.run(80, 24):
        await stage.press("f5")
        await stage.sees("src/flask/cli.py")
        await stage.press("down", "x")
        await stage.until(lambda: ("cancel_job", "purpose", "src/flask/cli.py", "file") in busy.called)
        await stage.misses("src/flask/cli.py")


async def test_cancelling_needs_a_job(stage, busy):
    """In the log there is nothing to cancel."""
    async with stage.run(80, 24):
        await stage.press("f5")
        await stage.sees("Queue 3")
        await stage.press("right", "x")
        await stage.pilot.pause()
        assert not any(call[0] == "cancel_job" for call in busy.called)


async def test_what_happens_meanwhile_appears_by_itself(stage, busy, wire):
    """Events bring it; nothing is asked for by the clock."""
    async with stage.run(80, 24):
        await stage.press("f5")
        await stage.sees("Queue 3")
        fetched = len(busy.called)
        await stage.pilot.pause()
        assert len(busy.called) == fetched
        busy.queue = {**busy.queue, "jobs": [wire.job("new.py")]}
        busy.news.put(wire.delta(sleep={"state": "waiting", "depth": "awake", "reason": "CPU busy (cargo)"}))
        await stage.sees("● waiting", "CPU busy (cargo)", "new.py")


async def test_two_hundred_repositories_are_listed_with_what_stands_out(stage, busy, wire):
    """The one with a problem must be found among them."""
    gone = {"message": "It is gone.", "next_step": "reverie remove /home/ada/repo150"}
    rows = [wire.repository(root=f"/home/ada/repo{i}", name=f"repo{i}", jobs=i) for i in range(199)]
    rows[150]["problem"] = gone
    async with stage.run(80, 24):
        await stage.press("f5")
        await stage.sees("Queue 3")
        busy.news.put(wire.delta(repositories=[wire.repository(notes_fresh=9), *rows]))
        await stage.sees("Repositories 200")
        await stage.press("right", "right")
        await stage.sees("✓ flask", "all learned", "repo2", "2 jobs waiting")
        await stage.press("end")
        await stage.sees("repo198", "198 jobs waiting")
        await stage.press(*["pageup"] * 3)
        await stage.until(lambda: stage.app.state.activity.at["repositories"] < 190)


async def test_a_repository_that_vanished_says_what_to_do(stage, busy, wire):
    """A path on a disk that is not mounted is no reason to fall over."""
    gone = {"message": "/home/ada/flask is gone.", "next_step": "reverie remove /home/ada/flask"}
    async with stage.run(160, 40):
        await stage.press("f5")
        await stage.sees("Queue 3")
        busy.news.put(wire.delta(repositories=[wire.repository(problem=gone)]))
        await stage.sees("✗ flask", "/home/ada/flask is gone.")


async def test_all_lists_are_on_a_wide_screen(stage, busy):
    """Like btop: nothing has to be gone to."""
    async with stage.run(200, 60):
        await stage.press("f5")
        await stage.sees("Queue 3", "Done 2, failed 1", "Log", "src/flask/cli.py", "docs/conf.py", "13:05:00 INFO")
        await stage.sees("changed in the last commit")
        await stage.press("tab")
        await stage.until(lambda: stage.app.state.activity.section == "ended")
        await stage.sees("the reply was no JSON · 3 attempts")


async def test_control_characters_in_the_log_stay_visible_signs(stage, busy, wire):
    """A file's name may be in it."""
    busy.workings = wire.workings(log=["2026-11-24 13:05:00,123 WARNING x: \x1b[2J [bold]no[/bold]"])
    async with stage.run(80, 24):
        await stage.press("f5", "left")
        await stage.sees("WARNING x: ␛[2J [bold]no[/bold]")


async def test_a_daemon_that_is_away_is_said_and_pausing_does_nothing(stage, busy):
    """What is on show is from before; no key may pretend otherwise."""
    async with stage.run(80, 24):
        await stage.press("f5")
        await stage.sees("Queue 3")
        busy.die()
        await stage.sees("○ daemon away: ", "not known while the daemon is away")
        await stage.press("p")
        await stage.until(lambda: stage.app.state.notice.failed)
        assert busy.paused == []


async def test_escape_leads_back_to_the_question(stage, busy):
    """Asking is what it is all for."""
    async with stage.run(80, 24):
        await stage.press("f5")
        await stage.sees("Queue 3")
        await stage.press("escape")
        await stage.sees("Ask anything about this repository")


def shown(stage, *pressed, sees):
    """What is done before the picture is taken."""

    async def run_before(pilot):
        stage.use(pilot)
        stage.app.animation_level = "none"
        stage.app._line._time_of_day = lambda: "14:03:22"
        await stage.sees("flask · main", "236 files")
        await stage.press("f5", *pressed)
        await stage.sees("Queue 3", "as of 14:03:22", *sees)
        await pilot.pause()

    return run_before


def test_a_picture_of_the_page_on_a_small_screen(snap_compare, stage, busy):
    """80×24 is what an editor's side pane leaves."""
    before = shown(stage, "down", sees=["▌  src/flask/cli.py"])
    assert snap_compare(stage.app, terminal_size=(80, 24), run_before=before)


def test_a_picture_of_everything_at_a_glance(snap_compare, stage, busy, wire):
    """What people leave open."""
    indexing = wire.repository(name="sympy", root="/s", progress={"phase": "indexing", "done": 812, "total": 1_523})
    snapshot = wire.snapshot(repositories=[wire.repository(jobs=3), indexing])
    busy.news.put(snapshot)
    before = shown(stage, sees=["sympy", "13:05:00 INFO", "docs/conf.py"])
    assert snap_compare(stage.app, terminal_size=(160, 40), run_before=before)
