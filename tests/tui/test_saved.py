"""The Saved page: what it holds, what it says, and how it answers keys."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reverie_tui.calls import Wish
from reverie_tui.charts import columns
from reverie_tui.pages import saved, saved_words
from reverie_tui.pages.figures import SPANS, Figures, Ledger, Spent, Useful, over_time, read_budget, read_ledger
from reverie_tui.pages.saved import PeriodTurned, Saved, ScopeTurned, UnitTurned
from reverie_tui.signs import ASCII, UNICODE
from support.json_values import JSON

ROOT = "/home/ada/flask"
DAYS = [(20, 12_431), (22, 3_000), (24, 800)]


@pytest.fixture
def unmodelled(wire):
    """A ledger of answers that no model wrote."""
    return wire.ledger(*({**wire.figures(not_read=read), "date": f"2026-11-{day}"} for day, read in DAYS))


@pytest.fixture
def modelled(wire):
    """A ledger of a model's answers: one good day, one loss."""
    gained = {**wire.figures(50_000, 2_000, 9_000), "date": "2026-11-22"}
    lost = {**wire.figures(1_000, 3_000, -2_000), "date": "2026-11-24"}
    models = [{**wire.figures(51_000, 5_000, 7_000), "model": "gpt-5-mini"}]
    analyses = [{**wire.figures(51_000), "analysis": "purpose"}]
    return wire.ledger(gained, lost, models=models, analyses=analyses)


def side(spent: int = 0, limit: int | None = None, usd: float = 0.0, usd_limit: float | None = None, **changes):
    """One side of a budget, as sent."""
    money = {"spent": usd, "limit": usd_limit}
    return {"tokens": {"spent": spent, "limit": limit}, "usd": money, "stopped": False, **changes}


def page_of(ledger: dict) -> Saved:
    """The page once this ledger came."""
    page, wishes = saved.replied(Saved(), Wish("ledger", {"root": ROOT}), ledger, ROOT)
    assert wishes == ()
    return page


@given(JSON, st.sampled_from(["ledger", "budget", "questions"]))
def test_whatever_the_daemon_sends_can_be_shown(payload, name):
    """A newer daemon must not take the page down."""
    wish = Wish(name, {"root": ROOT} if name == "ledger" else {})
    page, _ = saved.replied(Saved(), wish, payload, ROOT)
    said(page)


@given(st.dictionaries(st.sampled_from(["days", "models", "analyses", "total", "predictions", "today"]), JSON))
def test_whatever_a_ledger_holds_can_be_shown(payload):
    """As above, for what lies deeper."""
    said(page_of({**payload, "entries": 1}))
    rows = [{"date": "2026-11-24", **payload}]
    said(page_of({"days": rows, "models": rows, "analyses": rows, "total": payload, "predictions": payload}))


def said(page: Saved) -> None:
    """Everything that is made of a page."""
    ledger = page.ledger or Ledger()
    for money in (False, True):
        charts = saved_words.charts(replace(page, money=money))
        assert all(columns(strip.values, 3, UNICODE) for strip in charts.strips)
        saved_words.money_note(replace(page, money=money))
    list(saved_words.sentences(ledger))
    list(saved_words.table(ledger))
    list(saved_words.gauges(page.budget, 10, ASCII))
    saved_words.sum_line(ledger)


def test_the_page_asks_again_only_for_what_was_asked_or_spent():
    """Sensors change every second; the ledger does not."""
    assert [wish.name for wish in saved.wanted(Saved(), ROOT, frozenset())] == ["ledger", "budget", "questions"]
    assert saved.wanted(Saved(), ROOT, frozenset({"sleep", "repositories"})) == ()
    assert saved.wanted(Saved(), ROOT, frozenset({"saved"}))


def test_a_ledger_of_the_scope_left_behind_is_dropped(unmodelled):
    """Two keys in a second must not show one repository's figures as those of all."""
    page, wishes = saved.reduce(page_of(unmodelled), ScopeTurned(), ROOT)
    assert (page.ledger, wishes) == (None, (Wish("ledger", {"root": ""}),))
    late, _ = saved.replied(page, Wish("ledger", {"root": ROOT}), unmodelled, ROOT)
    assert late.ledger is None


def test_periods_go_from_days_to_weeks_to_months_and_back():
    """One key is enough for three."""
    page = Saved()
    seen = []
    for _ in range(4):
        seen.append(page.period)
        page, _ = saved.reduce(page, PeriodTurned(), ROOT)
    assert seen == ["day", "week", "month", "day"]


@pytest.mark.parametrize("period", ["day", "week", "month"])
def test_a_chart_reaches_to_today_and_counts_every_day_once(period):
    """Days without questions have their place, or a week away looks like a day."""
    days = [Figures("2026-10-31", saved=1), Figures("2026-11-01", saved=2), Figures("2026-11-16", saved=4)]
    found = over_time(days, period, "2026-11-24")
    assert len(found) == SPANS[period]
    assert sum(one.saved for one in found) == (4 if period == "day" else 7)
    assert found[-1].label == {"day": "2026-11-24", "week": "2026-11-23", "month": "2026-11-01"}[period]


def test_an_unknown_price_makes_a_sum_unknown():
    """Nothing plus something unknown is not nothing."""
    assert Spent(1, 0.5) + Spent(1, None) == Spent(2, None)


def test_without_a_model_no_figure_is_called_saved(unmodelled):
    """Claiming savings that are not there is what users complain about."""
    page = page_of(unmodelled)
    charts = saved_words.charts(page)
    assert [strip.title for strip in charts.strips] == ["an agent would have read"]
    page = replace(page, best=(Useful("Why?", 9),))
    said = [saved_words.sum_line(page.ledger), saved_words.best_title(page), *saved_words.sentences(page.ledger)]
    assert said[0] == "3 questions so far · 16,231 tokens an agent would have read"
    assert not any("saved" in sentence for sentence in said)


def test_with_a_model_savings_losses_and_both_sides_of_spending_stand_apart(modelled):
    """A loss that is hidden makes every saving unbelievable."""
    strips = {strip.title: strip for strip in saved_words.charts(page_of(modelled)).strips}
    assert list(strips) == ["saved", "spent asleep", "spent awake"]
    assert strips["saved"].values[-3:] == (9_000, 0, -2_000)
    assert strips["saved"].detail == ("7,000 in all", "at most 9,000", "at worst -2,000")
    assert strips["spent asleep"].detail == ("51,000",)


def test_dollars_are_those_that_questions_cost_here(modelled):
    """An invented price would make the whole page unbelievable."""
    page, _ = saved.reduce(page_of(modelled), UnitTurned(), ROOT)
    strips = {strip.title: strip for strip in saved_words.charts(page).strips}
    assert strips["saved, about"].values[-1] == pytest.approx(-0.02)
    assert strips["spent awake"].detail == ("$0.0500",)
    assert saved_words.money_note(page).startswith("Saved at $10.00 a million tokens")


def test_money_is_not_said_to_be_saved_where_no_price_is_known(modelled):
    """A model of one's own has no price."""
    for figures in (*modelled["days"], modelled["total"]):
        figures["awake"]["usd"] = None
    page, _ = saved.reduce(page_of(modelled), UnitTurned(), ROOT)
    assert [strip.title for strip in saved_words.charts(page).strips] == ["spent asleep", "spent awake"]
    assert saved_words.charts(page).strips[1].detail == ("over $0.00",)
    assert "not known" in saved_words.money_note(page)


@pytest.mark.parametrize(
    ("net", "state", "words"),
    [
        (1_900, "paid", "Learning has paid for itself: 1,900 tokens net."),
        (-500, "not yet", "Learning pays for itself after 3 questions more like those so far: 500 tokens short."),
        (-500, "never", "At this rate learning never pays for itself: 500 tokens short."),
        (-500, "not asked", "Learning has not paid for itself yet, since nothing was asked."),
        (0, "nothing spent", "Learning has cost no tokens, so there is nothing to pay back."),
    ],
)
def test_the_break_even_is_a_sentence(modelled, net, state, words):
    """A figure that has to be interpreted is not read."""
    modelled["total"] |= {"net": net, "payback": {"state": state, "to_go": 3}}
    assert next(saved_words.sentences(read_ledger(modelled))) == words


def test_what_wrong_guesses_cost_is_told(modelled):
    """A page that tells of savings alone is advertising."""
    modelled["predictions"]["wrong"] |= {"tokens": 7_000, "extra_tokens": 300}
    modelled["total"] |= {"wrong": 2, "wasted": 90}
    told = list(saved_words.sentences(read_ledger(modelled)))
    assert "40 prepared answers were not asked for so far. They took 7,000 tokens." in told
    assert "Questions that were not expected took 300 tokens more than if they had been." in told
    assert "90 tokens went into replies that were not good enough to be shown." in told
    assert "Marked as wrong, and counted for nothing: 2 answers." in told


def test_predictions_are_told_with_what_they_are_a_share_of(modelled):
    """A hit rate of 100 % of one question is nothing to be proud of."""
    told = list(saved_words.sentences(read_ledger(modelled)))
    assert "3 of 8 questions (38 %) were expected and answered beforehand." in told
    assert "40 prepared answers were not asked for so far." in told
    assert "By how long was learned before: not at all 1 of 5, up to 10 min 2 of 3." in told
    assert "25 % of the time in which this machine was free to learn was used." in told
    assert "2,000 tokens were lost on answers that cost more than reading would have." in told


def test_a_gauge_shows_the_limit_that_is_nearer_and_none_where_none_is_named():
    """Tokens left do not help when the dollars are spent."""
    wire = {"learning": side(100, 1_000, 0.9, 1.0), "questions": side(7)}
    learning, questions = saved_words.gauges(read_budget(wire), 10, ASCII)
    assert learning == ("learning", "=========-", "100 of 1,000 tokens, $0.90 of $1.00")
    assert questions == ("questions", "", "7 tokens, $0.00; no limit is named")


def test_every_figure_that_is_shown_has_its_definition():
    """A number that nobody explains is advertising."""
    defined = " ".join(name.lower() for name, _ in saved_words.FIGURES)
    for figure in ("an agent would have read", "saved", "asleep", "awake", "net", "hit rate", "paid for itself"):
        assert figure in defined


async def test_the_page_shows_what_an_agent_would_have_read(stage, daemon, unmodelled):
    """The figures of somebody without a model."""
    daemon.ledgers[ROOT] = unmodelled
    async with stage.run():
        await stage.press("f4")
        await stage.sees("flask, 14 days, in tokens", "16,231 tokens an agent would have read", "11 Nov", "today")
        await stage.sees("3 of 8 questions (38 %) were expected")
        await stage.misses("spent asleep")


async def test_an_account_without_entries_says_what_will_be_here(stage):
    """An empty page that says nothing looks broken."""
    async with stage.run():
        await stage.press("f4")
        await stage.sees("Nothing was asked here yet.", "F2 leads to the question box", "Today's budget")


async def test_one_key_turns_the_period_and_another_the_unit(stage, daemon, modelled):
    """Charts are compared by flipping between them."""
    daemon.ledgers[ROOT] = modelled
    async with stage.run():
        await stage.press("f4")
        await stage.sees("at worst -2,000")
        await stage.press("p")
        await stage.sees("flask, 12 weeks, in tokens", "this week")
        await stage.press("u")
        await stage.sees("in dollars", "saved, about")


async def test_all_repositories_are_one_key_away(stage, daemon, wire, unmodelled):
    """Budgets and keys are the user's, not a repository's."""
    daemon.ledgers = {ROOT: unmodelled, "": wire.ledger({**wire.figures(not_read=7), "date": "2026-11-24"})}
    async with stage.run():
        await stage.press("f4")
        await stage.sees("16,231 tokens an agent would have read")
        await stage.press("a")
        await stage.sees("all repositories", "1 question so far · 7 tokens an agent would have read")
        await stage.press("a")
        await stage.sees("16,231 tokens an agent would have read")


async def test_the_meaning_of_the_figures_is_one_key_away(stage):
    """Definitions that have to be looked up elsewhere are not looked up."""
    async with stage.run():
        await stage.press("f4", "m")
        await stage.sees("Tokens an agent would have read.", "Hit rate.")
        await stage.press("escape")
        await stage.misses("Hit rate.")


async def test_a_question_that_saved_much_can_be_asked_again(stage, daemon, unmodelled):
    """What was useful once is what one comes back for."""
    daemon.ledgers[ROOT] = unmodelled
    daemon.past = [{"question": "Why [b]?", "saved": 900}, {"question": "How?", "saved": 12_431}, {"question": "Not"}]
    async with stage.run(130, 40):
        await stage.press("f4")
        await stage.sees("Questions that spared most reading", "12,431  How?", "900  Why [b]?")
        await stage.misses("Not")
        await stage.press("tab", "enter")
        await stage.until(lambda: daemon.asked == [("How?", "")])
        await stage.sees("[Ask]")


async def test_what_was_prepared_and_asked_for_is_listed_by_what_it_saved(stage, daemon, unmodelled):
    """Whether learning was worth it is seen in what came of it."""
    found = {"analysis": "foreseen", "model": ""}
    useful = [{"question": "Who calls run?", "times": 3, "saved": 4_200, **found}]
    daemon.ledgers[ROOT] = {**unmodelled, "useful": [*useful, {"question": "Why?", "times": 1, "saved": 90, **found}]}
    daemon.past = [{"question": "How?", "saved": 12_431}]
    async with stage.run(130, 40):
        await stage.press("f4")
        await stage.sees("Prepared answers that spared most reading", "4,200  Who calls run?  foreseen, 3 times")
        await stage.sees("   90  Why?  foreseen", "Questions that spared most reading")
        await stage.press("tab", "enter")
        await stage.until(lambda: daemon.asked == [("Who calls run?", "")])


async def test_a_budget_that_is_used_up_says_until_when(stage, daemon, wire, modelled):
    """Work that stopped without a word looks like a bug."""
    daemon.ledgers[ROOT] = modelled
    daemon.budgets = wire.budget(learning=side(1_000, 1_000, stopped=True))
    async with stage.run(100, 40):
        await stage.press("f4")
        await stage.sees("━" * 16, "1,000 of 1,000 tokens", "used up until midnight", "gpt-5-mini", "purpose")


async def test_the_page_is_brought_up_to_date_when_a_question_was_asked(stage, daemon, wire, unmodelled):
    """Somebody asks in another window while this page is open."""
    daemon.ledgers[ROOT] = unmodelled
    async with stage.run():
        await stage.press("f4")
        await stage.sees("16,231 tokens")
        daemon.ledgers[ROOT] = wire.ledger({**wire.figures(not_read=20_000), "date": "2026-11-24"})
        daemon.news.put(wire.delta(saved={"tokens": 20_000, "today": 20_000}))
        await stage.sees("20,000 tokens an agent would have read")


async def test_the_charts_can_be_drawn_in_ascii(stage, daemon, wire, modelled, monkeypatch):
    """A Linux console has no blocks."""
    daemon.ledgers[ROOT] = modelled
    daemon.settings = [wire.setting("tui.ascii", "choice", "on", set="everywhere", choices=["auto", "on", "off"])]
    async with stage.run(80, 40):
        await stage.press("f4")
        await stage.sees("@@", "spent asleep 51,000")
        await stage.misses("█")
