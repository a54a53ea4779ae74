"""The first steps: when they are due, what they settle, and that nobody meets them twice."""

from __future__ import annotations

from dataclasses import replace

import pytest
from reverie_daemon.errors import UserError
from reverie_tui.calls import Wish
from reverie_tui.pages import first_run, settings
from reverie_tui.pages.first_run import WELCOMED, FirstRun, Postponed, Skipped, StepTaken, WentBack
from reverie_tui.pages.settings import Settings

ROOT = "/home/ada/flask"
LANGUAGES = Wish("languages", {"root": ROOT})


@pytest.fixture
def daemon(daemon, wire):
    """A daemon that was never asked anything, where nothing is settled."""
    daemon.settings = [wire.setting("tui.welcomed", "switch", False)]
    daemon.ledgers[""] = wire.ledger()
    return daemon


def met(daemon, **changes) -> Settings:
    """The page once the daemon told everything; `changes` replace a reply."""
    page, wishes = settings.replied(Settings(), settings.CONFIG, changes.get("config", daemon.config()), ROOT)
    replies = {
        "ledger": daemon.ledgers[""],
        "models": daemon.models(),
        "budget": daemon.budget(),
        "hooks": daemon.hooks(root=ROOT),
        "languages": daemon.languages(root=ROOT),
        **changes,
    }
    for wish in wishes:
        page, _ = settings.replied(page, wish, replies[wish.name], ROOT)
    return page


def taken(page: Settings, *indices: int) -> tuple[Settings, tuple[Wish, ...]]:
    """After these choices, with what the last one asked of the daemon."""
    wishes: tuple[Wish, ...] = ()
    for index in indices:
        page, wishes = settings.reduce(page, StepTaken(index), ROOT)
    return page, wishes


def test_the_steps_are_due_where_nothing_was_asked_and_nothing_is_settled(daemon):
    """Somebody new is somebody of whom nothing is known."""
    assert met(daemon).first_run.stage == "due"


@pytest.mark.parametrize("name", ["config", "ledger", "models", "budget"])
def test_whoever_asked_or_settled_anything_is_not_greeted(daemon, wire, name):
    """An old hand who sees a tour again is annoyed."""
    side = {"tokens": {"spent": 0, "limit": 5}, "usd": {"spent": 0, "limit": None}}
    known = {
        "config": wire.config(wire.setting("learning.when_idle", "switch", False, set="everywhere")),
        "ledger": wire.ledger({**wire.figures(not_read=1), "date": "2026-11-24"}),
        "models": wire.models(chosen={"sleeping": wire.chosen(), "answering": None}),
        "budget": wire.budget(learning=side),
    }
    assert met(daemon, **{name: known[name]}).first_run.stage == "over"


def test_nothing_is_asked_of_the_daemon_for_whoever_was_greeted_before(daemon, wire):
    """Each start would pay for it."""
    seen = wire.config(wire.setting("tui.welcomed", "switch", True, set="everywhere"))
    page, wishes = settings.replied(Settings(), settings.CONFIG, seen, ROOT)
    assert (page.first_run.stage, wishes) == ("over", ())


def test_skipping_settles_nothing_but_that_the_steps_were_seen(daemon):
    """Esc is a promise."""
    page, _ = taken(met(daemon), 0, 1)
    page, wishes = settings.reduce(page, Skipped(), ROOT)
    assert (page.first_run.stage, wishes) == ("over", (WELCOMED,))


def test_a_model_that_may_cost_money_asks_for_a_budget(daemon):
    """Nothing that costs money runs before one is named."""
    page, wishes = taken(met(daemon), 0, 1)
    assert (page.first_run.step, wishes) == ("budget", ())
    page, wishes = taken(page, 2, 0)
    assert [wish.name for wish in wishes] == ["use_model", "set_budget", "set_hooks", "set_config"]
    assert wishes[0].arguments["target"] == "http://127.0.0.1:11434/v1#tiny"
    assert wishes[1].arguments == {"limits": {"tokens_per_day": 500_000, "usd_per_day": 1.0}, "side": ""}
    assert wishes[-1] == WELCOMED


def test_a_free_model_asks_for_none(daemon, wire):
    """A question without a consequence is noise."""
    free = {"name": "tiny", "target": "/m/tiny.gguf", "price": "free", "goes_to": "stays on this machine"}
    page, _ = taken(met(daemon, models=wire.models(found=[free])), 0, 1)
    assert page.first_run.step == "hooks"


def test_without_a_model_and_hooks_nothing_is_settled(daemon):
    """The defaults are for those who press Enter, too."""
    page, wishes = taken(met(daemon), 0, 0, 1)
    assert (page.first_run.stage, wishes) == ("over", (WELCOMED,))


def test_hooks_that_are_there_are_not_offered(daemon):
    """What is done need not be asked."""
    daemon.hooked = True
    page, wishes = taken(met(daemon), 0, 0)
    assert (page.first_run.stage, wishes) == ("over", (WELCOMED,))


def test_a_step_back_leads_to_the_one_before(daemon):
    """A choice made too fast is a choice to be made again."""
    page, _ = taken(met(daemon), 0, 1)
    page, _ = settings.reduce(page, WentBack(), ROOT)
    assert page.first_run.step == "model"
    for _ in range(3):
        page, _ = settings.reduce(page, WentBack(), ROOT)
    assert page.first_run.step == "found"


def test_the_languages_grow_while_the_repository_is_read(daemon):
    """The first thing that is shown must not stay empty."""
    page = met(daemon)
    assert LANGUAGES in settings.wanted(page, ROOT, frozenset({"repositories"}))
    over = replace(page, first_run=FirstRun(stage="over"))
    assert settings.wanted(over, ROOT, frozenset({"repositories"})) == ()


def test_every_step_can_be_shown_before_anything_is_known_of_the_repository(daemon):
    """A repository may take a while to be opened."""
    page = met(daemon)
    for step in ("found", "model", "budget", "hooks"):
        steps = replace(page.first_run, step=step, model=page.models.found[0])
        shown = first_run.card(steps, page, None)
        assert shown.choices and shown.lines


def test_who_asks_already_is_not_interrupted(daemon):
    """The steps come another time, since they were not seen."""
    page, wishes = settings.reduce(met(daemon), Postponed(), ROOT)
    assert (page.first_run.stage, wishes) == ("over", ())


async def test_the_steps_are_shown_once_and_settle_what_was_chosen(stage, daemon):
    """Three or four times Enter, well under a minute."""
    async with stage.run():
        await stage.sees("Welcome to Reverie (1 of 3)", "236 files", "python 83", "ollama:tiny")
        await stage.press("enter")
        await stage.sees("A model?", "Also found: openai")
        await stage.press("down", "enter")
        await stage.sees("What may it spend? (3 of 4)", "500,000 tokens and $1.00 a day")
        await stage.press("down", "enter")
        await stage.sees("Git hooks?")
        await stage.press("enter")
        await stage.misses("Git hooks?")
        await stage.until(lambda: len(daemon.called) == 5)
    names = [name for name, *_ in daemon.called]
    assert sorted(names) == ["ledger", "set_budget", "set_config", "set_hooks", "use_model"]
    assert ("set_config", "tui.welcomed", True, "") in daemon.called


async def test_escape_skips_them_all(stage, daemon):
    """And the question box has the cursor."""
    async with stage.run():
        await stage.sees("Welcome to Reverie")
        await stage.press("enter", "escape")
        await stage.misses("A model?")
        await stage.until(lambda: ("set_config", "tui.welcomed", True, "") in daemon.called)
        await stage.press("W")
        await stage.until(lambda: stage.app.focused is not None and stage.app.focused.value == "W")
    assert [name for name, *_ in daemon.called] == ["ledger", "set_config"]


async def test_who_types_already_is_not_interrupted(stage, daemon):
    """Keys meant for a question must not choose a model."""
    daemon.connect_held.clear()
    async with stage.run():
        await stage.press("W", "h", "y")
        daemon.connect_held.set()
        await stage.until(lambda: stage.app.state.settings.first_run.stage == "over")
        await stage.misses("Welcome to Reverie")
    assert not any(name == "set_config" for name, *_ in daemon.called)


async def test_what_could_not_be_settled_is_told(stage, daemon):
    """A model that was refused must not look chosen."""
    daemon.refused["use_model"] = UserError("The model is gone.", next_step="reverie model")
    async with stage.run(100, 30):
        await stage.sees("Welcome to Reverie")
        await stage.press("enter")
        await stage.sees("A model?")
        await stage.press("down", "enter")
        await stage.sees("What may it spend?")
        await stage.press("enter")
        await stage.sees("Git hooks?")
        await stage.press("enter")
        await stage.sees("The model is gone. reverie model")
