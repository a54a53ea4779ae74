"""What the Saved page says: its headline, its charts, its sentences and its table. Pure; no colour, no layout.

Without a model nothing was saved, since nothing would have been spent: that figure is "tokens an agent would have
read", and it is never added to what a model's answers saved.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from reverie_tui.charts import gauge, short
from reverie_tui.counting import dollars
from reverie_tui.pages.figures import Budget, Figures, Ledger, Period, Score, Side, Slept, Spent, over_time
from reverie_tui.pages.saved import Saved
from reverie_tui.signs import Signs

Tone = Literal["not_read", "saved", "asleep", "awake"]

FIGURES = (
    (
        "Tokens an agent would have read",
        "The question and the whole text of the files that verified claims cite: five files at most, each once a "
        "conversation, 32,000 tokens at most. The figure of answers that no model wrote.",
    ),
    (
        "Tokens saved",
        "The same for an answer that a model wrote, less the tokens of that answer. Below zero it is a loss, and shown "
        "as one.",
    ),
    ("Spent asleep", "Tokens of the calls made while learning: prompts (cached parts too), replies and reasoning."),
    ("Spent awake", "Tokens of the calls made to answer questions, those for replies that were not used included."),
    (
        "Net",
        "Saved, less what learning cost, each token weighed by its price. Where no price is known, a token spent awake "
        "counts as ten spent asleep.",
    ),
    ("Paid for itself", "When what questions saved, at their average so far, makes up for what learning cost."),
    (
        "Hit rate",
        "Of the questions asked, the share that was expected and answered beforehand. Answers prepared and never asked "
        "for are told beside it.",
    ),
    (
        "Dollars saved",
        "Tokens saved at what a token of the questions here cost on average. Nothing is told where no price is known.",
    ),
    ("A day", "Your calendar day. Repeats of a question, batches, benches and tests count nowhere."),
)
"""Each figure and what it means."""

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True, slots=True)
class Strip:
    """One chart of a figure over time. `title` and `detail` stand beside it; a low one has room for one row,
    where they share a line."""

    tone: Tone
    title: str
    detail: tuple[str, ...]
    values: tuple[float, ...]
    tall: bool = False


@dataclass(frozen=True, slots=True)
class Charts:
    """Charts over the same time, the first and last of whose periods have these names."""

    strips: tuple[Strip, ...]
    first: str
    last: str


def headline(page: Saved, name: str) -> str:
    """Whose figures these are, over which time, in which unit."""
    where = "all repositories" if page.everywhere else name or "this repository"
    span = {"day": "14 days", "week": "12 weeks", "month": "12 months"}[page.period]
    return f"{where}, {span}, in {'dollars' if page.money else 'tokens'}"


def sum_line(ledger: Ledger) -> str:
    """The account in one line."""
    total = ledger.total
    parts = [f"{_questions(total.questions)} so far"]
    if total.modelled:
        parts.append(_signed(total.saved))
    if total.not_read or not total.modelled:
        parts.append(f"{total.not_read:,}{'' if total.modelled else ' tokens'} an agent would have read")
    return " · ".join(parts)


def _questions(number: int) -> str:
    return f"{number:,} question{'' if number == 1 else 's'}"


def _signed(saved: int) -> str:
    return f"{saved:,} tokens saved" if saved >= 0 else f"{-saved:,} tokens lost"


def charts(page: Saved) -> Charts:
    """What is drawn. Where no model was used, what it spent and saved is left out rather than drawn as nothing."""
    ledger = page.ledger or Ledger()
    periods = over_time(ledger.days, page.period, ledger.today)
    strips = tuple(_in_dollars(periods, ledger.total) if page.money else _in_tokens(periods))
    names = [_period_name(found.label, page.period) for found in periods]
    first, last = (names[0], names[-1]) if names else ("", "")
    current = {"day": "today", "week": "this week", "month": "this month"}[page.period]
    return Charts(strips, first, current if ledger.today and periods else last)


def _in_tokens(periods: Sequence[Figures]) -> Iterator[Strip]:
    whole = lambda value: f"{value:,.0f}"  # noqa: E731
    unmodelled, modelled = any(one.not_read for one in periods), any(one.modelled for one in periods)
    if unmodelled or not modelled:
        values = tuple(float(one.not_read) for one in periods)
        yield Strip("not_read", "an agent would have read", _detail(values, whole), values, tall=True)
    if modelled:
        values = tuple(float(one.saved) for one in periods)
        yield Strip("saved", "saved", _detail(values, whole), values, tall=True)
        yield _spent("asleep", [one.asleep.tokens for one in periods], whole)
        yield _spent("awake", [one.awake.tokens for one in periods], whole)


def _in_dollars(periods: Sequence[Figures], total: Figures) -> Iterator[Strip]:
    price = _price(total.awake)
    if price is not None:
        values = tuple(one.saved * price for one in periods)
        yield Strip("saved", "saved, about", _detail(values, dollars), values, tall=True)
    yield _spent("asleep", [one.asleep.usd for one in periods], dollars)
    yield _spent("awake", [one.awake.usd for one in periods], dollars)


def _price(awake: Spent) -> float | None:
    """Dollars that a token of a question cost here on average; None where that is not known."""
    return awake.usd / awake.tokens if awake.usd and awake.tokens else None


def _spent(tone: Tone, amounts: Sequence[float | None], shown: Callable[[float], str]) -> Strip:
    """Beside one row there is room for one line; an unknown price makes the sum a lower bound."""
    values = tuple(float(amount or 0) for amount in amounts)
    bound = "over " if None in amounts else ""
    return Strip(tone, f"spent {tone}", (f"{bound}{shown(sum(values))}",), values)


def _detail(values: Sequence[float], shown: Callable[[float], str]) -> tuple[str, ...]:
    lowest, highest = min([0.0, *values]), max([0.0, *values])
    found = [f"{shown(sum(values))} in all"]
    found += [f"at most {shown(highest)}"] if highest else []
    found += [f"at worst {shown(lowest)}"] if lowest else []
    return tuple(found)


def _period_name(label: str, period: Period) -> str:
    day = date.fromisoformat(label)
    month = _MONTHS[day.month - 1]
    return f"{month} {day.year}" if period == "month" else f"{day.day} {month}"


def money_note(page: Saved) -> str:
    """What has to be said about the dollars on show."""
    total = (page.ledger or Ledger()).total
    if not page.money:
        return ""
    if not total.modelled:
        return "No model was used, so no money was spent and none was saved."
    price = _price(total.awake)
    if price is None:
        return "What a token of a question costs is not known here, so no money is said to be saved."
    return f"Saved at {dollars(price * 1_000_000)} a million tokens, which questions cost here on average."


def sentences(ledger: Ledger) -> Iterator[str]:
    """What the figures come to."""
    yield _break_even(ledger)
    yield from _predictions(ledger.score)
    if ledger.idle_share is not None:
        yield f"{_share(ledger.idle_share)} of the time in which this machine was free to learn was used."
    if ledger.total.lost:
        yield f"{ledger.total.lost:,} tokens were lost on answers that cost more than reading would have."
    if ledger.total.wasted:
        yield f"{ledger.total.wasted:,} tokens went into replies that were not good enough to be shown."
    if ledger.wrong:
        yield f"Marked as wrong, and counted for nothing: {ledger.wrong:,} answer{'' if ledger.wrong == 1 else 's'}."


def _break_even(ledger: Ledger) -> str:
    net, more = ledger.total.net, ledger.payback.to_go
    match ledger.payback.state:
        case "paid":
            return f"Learning has paid for itself: {_net(net)}."
        case "not yet":
            return f"Learning pays for itself after {_questions(more)} more like those so far: {_net(net)}."
        case "never":
            return f"At this rate learning never pays for itself: {_net(net)}."
        case "not asked":
            return "Learning has not paid for itself yet, since nothing was asked."
        case _:
            return "Learning has cost no tokens, so there is nothing to pay back."


def _net(net: int) -> str:
    return f"{net:,} tokens net" if net >= 0 else f"{-net:,} tokens short"


def _predictions(score: Score) -> Iterator[str]:
    if not score.asked:
        yield "No question was asked yet since questions are predicted."
        return
    share = _share(score.hits / score.asked)
    were = "was" if score.asked == 1 else "were"
    yield f"{score.hits:,} of {_questions(score.asked)} ({share}) {were} expected and answered beforehand."
    slept = [f"{_slept(one)} {one.hits:,} of {one.asked:,}" for one in score.by_sleep if one.asked]
    if len(slept) > 1:
        yield f"By how long was learned before: {', '.join(slept)}."
    if score.unasked:
        cost = f" They took {score.wrong_tokens:,} tokens." if score.wrong_tokens else ""
        yield f"{score.unasked:,} prepared answers were not asked for so far.{cost}"
    if score.extra_tokens > 0:
        yield f"Questions that were not expected took {score.extra_tokens:,} tokens more than if they had been."


def _slept(one: Slept) -> str:
    if one.up_to_s is None:
        return "longer"
    if one.up_to_s <= 0:
        return "not at all"
    return f"up to {one.up_to_s:.0f} s" if one.up_to_s < 60 else f"up to {one.up_to_s / 60:.0f} min"


def _share(part: float) -> str:
    return f"{100 * part:.0f} %"


def best_title(page: Saved) -> str:
    """Above the questions that saved most; empty where there are none."""
    return f"Questions that {_most(page)}" if page.best else ""


def useful_title(page: Saved) -> str:
    """Above the prepared answers that saved most; empty where none was given yet."""
    return f"Prepared answers that {_most(page)}" if page.ledger and page.ledger.useful else ""


def _most(page: Saved) -> str:
    return "saved most" if page.ledger is not None and page.ledger.total.modelled else "spared most reading"


def gauges(budget: Budget, cells: int, signs: Signs) -> Iterator[tuple[str, str, str]]:
    """A line a side: its name, its gauge ("" where no limit is named) and its figures."""
    for name, side in (("learning", budget.learning), ("questions", budget.questions)):
        drawn = gauge(_used(side), 1.0, cells, signs) if _limited(side) else ""
        yield name, drawn, _account(side)


def _limited(side: Side) -> bool:
    return side.tokens_limit is not None or side.usd_limit is not None


def _used(side: Side) -> float:
    """The limit that is nearer tells how far the day is spent."""
    parts = [(side.tokens, side.tokens_limit), (side.usd, side.usd_limit)]
    return max((spent / limit if limit else 1.0 for spent, limit in parts if limit is not None), default=0.0)


def _account(side: Side) -> str:
    tokens = (
        f"{side.tokens:,} tokens" if side.tokens_limit is None else f"{side.tokens:,} of {side.tokens_limit:,} tokens"
    )
    money = dollars(side.usd) if side.usd_limit is None else f"{dollars(side.usd)} of {dollars(side.usd_limit)}"
    if not _limited(side):
        return f"{tokens}, {money}; no limit is named"
    return f"{tokens}, {money}" + ("; used up until midnight" if side.stopped else "")


def table(ledger: Ledger) -> Iterator[tuple[str, ...]]:
    """Rows a model and an analysis, each group with its heading; nothing where no model was used. An analysis saves
    nothing by itself."""
    if ledger.models:
        yield "model", "asleep", "awake", "cost", "saved", "net"
        yield from (_row(row) for row in ledger.models)
    if ledger.analyses:
        yield "analysis", "asleep", "", "cost", "", ""
        for row in ledger.analyses:
            label, asleep, _, cost, _, _ = _row(row)
            yield label, asleep, "", cost, "", ""


def _row(row: Figures) -> tuple[str, ...]:
    usd = (row.asleep + row.awake).usd
    cost = "unknown" if usd is None else dollars(usd)
    return row.label, short(row.asleep.tokens), short(row.awake.tokens), cost, short(row.saved), short(row.net)
