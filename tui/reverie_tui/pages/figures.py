"""The ledger and the budget as the daemon sends them, read into values. Pure and never raising.

What the figures mean is defined in the daemon's `core/savings.py`; `FIGURES` in `saved_words.py` tells users.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Literal

from reverie_tui import payload

DAYS_MAX = 4_000
ROWS_MAX = 50

Period = Literal["day", "week", "month"]
PERIODS: tuple[Period, ...] = ("day", "week", "month")
SPANS = {"day": 14, "week": 12, "month": 12}
"""How many of each the charts go back."""


@dataclass(frozen=True, slots=True)
class Spent:
    """Tokens, and dollars; None where a price is unknown."""

    tokens: int = 0
    usd: float | None = 0.0

    def __add__(self, other: Spent) -> Spent:
        usd = None if self.usd is None or other.usd is None else self.usd + other.usd
        return Spent(self.tokens + other.tokens, usd)


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of a day, a model, an analysis or all of them; `label` says which. `saved` is what a model's answers
    saved, losses included, `not_read` what an agent would have read for answers that needed none."""

    label: str = ""
    questions: int = 0
    asleep: Spent = Spent()
    awake: Spent = Spent()
    saved: int = 0
    lost: int = 0
    wasted: int = 0
    not_read: int = 0
    net: int = 0

    @property
    def modelled(self) -> bool:
        """Whether a model was used for any of it."""
        return bool(self.asleep.tokens or self.awake.tokens or self.saved)


@dataclass(frozen=True, slots=True)
class Useful:
    """A question and the tokens that its answers saved, or spared reading; `detail` says what had them ready, and how
    often they were given."""

    question: str
    saved: int
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Slept:
    """Questions before which was learned for up to so many seconds (None for any), and those of them expected."""

    up_to_s: float | None
    asked: int
    hits: int


@dataclass(frozen=True, slots=True)
class Score:
    """How predictions fared. `unasked` answers were prepared and not asked for so far; `wrong_tokens` is what models
    took for such answers, `extra_tokens` what they took for questions that were not expected beyond expected ones."""

    asked: int = 0
    hits: int = 0
    unasked: int = 0
    wrong_tokens: int = 0
    extra_tokens: int = 0
    by_sleep: tuple[Slept, ...] = ()


@dataclass(frozen=True, slots=True)
class Payback:
    """Whether learning has paid for itself, in the daemon's words, and in how many questions more it will have."""

    state: str = ""
    to_go: int = 0


@dataclass(frozen=True, slots=True)
class Ledger:
    """The account: by day, by model and by analysis. `today` is the user's day when it was made ("" where it is not
    told); `useful` are prepared answers, the most useful first; `idle_share` the part of the time free for learning
    that was used, None where there was none."""

    today: str = ""
    days: tuple[Figures, ...] = ()
    models: tuple[Figures, ...] = ()
    analyses: tuple[Figures, ...] = ()
    total: Figures = Figures()
    payback: Payback = Payback()
    wrong: int = 0
    idle_share: float | None = None
    entries: int = 0
    useful: tuple[Useful, ...] = ()
    score: Score = Score()


@dataclass(frozen=True, slots=True)
class Side:
    """One side of today's budget. A limit is None where none is named."""

    tokens: int = 0
    tokens_limit: int | None = None
    usd: float = 0.0
    usd_limit: float | None = None
    stopped: bool = False


@dataclass(frozen=True, slots=True)
class Budget:
    """What may be spent today and what is, for learning and for questions."""

    learning: Side = Side()
    questions: Side = Side()

    @property
    def named(self) -> bool:
        """Whether any limit is named."""
        limits = (self.learning.tokens_limit, self.learning.usd_limit)
        return any(limit is not None for limit in (*limits, self.questions.tokens_limit, self.questions.usd_limit))


def read_ledger(wire: Any) -> Ledger:
    """`GET /v1/ledger`."""
    wire = payload.mapping(wire)
    total = payload.mapping(wire.get("total"))
    payback, idle = payload.mapping(total.get("payback")), payload.mapping(wire.get("idle"))
    return Ledger(
        today=_day(wire.get("today")),
        days=tuple(_read_figures(row, "date") for row in payload.mappings(wire.get("days"))[-DAYS_MAX:]),
        models=_rows(wire.get("models"), "model"),
        analyses=_rows(wire.get("analyses"), "analysis"),
        total=_read_figures(total, ""),
        payback=Payback(payload.text(payback.get("state")), payload.count(payback.get("to_go"))),
        wrong=payload.count(total.get("wrong")),
        idle_share=payload.optional(idle.get("share")) if payload.number(idle.get("seconds")) else None,
        entries=payload.count(wire.get("entries")),
        useful=tuple(_read_useful(row) for row in payload.mappings(wire.get("useful"))[:ROWS_MAX]),
        score=_read_score(wire.get("predictions")),
    )


def _rows(wire: Any, label: str) -> tuple[Figures, ...]:
    return tuple(_read_figures(row, label) for row in payload.mappings(wire)[:ROWS_MAX])


def _read_figures(wire: Any, label: str) -> Figures:
    counts = {
        name: payload.count(wire.get(name)) for name in ("questions", "saved", "lost", "wasted", "not_read", "net")
    }
    asleep, awake = _read_spent(wire.get("asleep")), _read_spent(wire.get("awake"))
    return Figures(payload.line(wire.get(label)), asleep=asleep, awake=awake, **counts)


def _read_useful(wire: Mapping[str, Any]) -> Useful:
    analysis, times = payload.line(wire.get("analysis")), payload.count(wire.get("times"))
    told = f"{analysis}, {times:,} times" if times > 1 else analysis
    return Useful(payload.text(wire.get("question")), payload.count(wire.get("saved")), told)


def _read_spent(wire: Any) -> Spent:
    wire = payload.mapping(wire)
    return Spent(payload.count(wire.get("tokens")), payload.optional(wire.get("usd", 0.0)))


def _read_score(wire: Any) -> Score:
    wire = payload.mapping(wire)
    counts = {name: payload.count(wire.get(name)) for name in ("asked", "hits", "unasked")}
    wrong = payload.mapping(wire.get("wrong"))
    slept = tuple(
        Slept(payload.optional(row.get("slept_s_max")), payload.count(row.get("asked")), payload.count(row.get("hits")))
        for row in payload.mappings(wire.get("by_sleep"))[:ROWS_MAX]
    )
    tokens, extra = payload.count(wrong.get("tokens")), payload.count(wrong.get("extra_tokens"))
    return Score(**counts, wrong_tokens=tokens, extra_tokens=extra, by_sleep=slept)


def read_budget(wire: Any) -> Budget:
    """`GET /v1/budget`, or that part of the status."""
    wire = payload.mapping(wire)
    return Budget(_read_side(wire.get("learning")), _read_side(wire.get("questions")))


def _read_side(wire: Any) -> Side:
    wire = payload.mapping(wire)
    tokens, usd = payload.mapping(wire.get("tokens")), payload.mapping(wire.get("usd"))
    limit = payload.optional(tokens.get("limit"))
    return Side(
        payload.count(tokens.get("spent")), None if limit is None else int(limit), payload.number(usd.get("spent")),
        payload.optional(usd.get("limit")), wire.get("stopped") is True,
    )  # fmt: skip


def over_time(days: Iterable[Figures], period: Period, today: str) -> tuple[Figures, ...]:
    """The days as the latest `SPANS[period]` periods up to today (or the last day there is), those without anything
    included. A label is the period's first day; days whose date cannot be read are left out."""
    dated = [(day, found) for found in days if (day := _date(found.label)) is not None]
    end = _date(today) or max((day for day, _ in dated), default=None)
    if end is None:
        return ()
    starts = _starts(period, max(end, *(day for day, _ in dated)) if dated else end)
    sums = {start: Figures(start.isoformat()) for start in starts}
    begin = _BEGIN[period]
    for day, found in dated:
        if (start := begin(day)) in sums:
            sums[start] = added(sums[start], found)
    return tuple(sums.values())


def added(one: Figures, other: Figures) -> Figures:
    """Both together, under the first one's label."""
    return replace(
        one, questions=one.questions + other.questions, asleep=one.asleep + other.asleep,
        awake=one.awake + other.awake, saved=one.saved + other.saved, lost=one.lost + other.lost,
        wasted=one.wasted + other.wasted, not_read=one.not_read + other.not_read, net=one.net + other.net,
    )  # fmt: skip


def _day(wire: Any) -> str:
    found = _date(payload.text(wire))
    return found.isoformat() if found else ""


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


_BEGIN: dict[Period, Callable[[date], date]] = {
    "day": lambda day: day,
    "week": lambda day: date.fromordinal(max(1, day.toordinal() - day.weekday())),
    "month": lambda day: day.replace(day=1),
}


def _starts(period: Period, end: date) -> list[date]:
    """The first days of the periods up to the one that `end` lies in, earliest first; none before the calendar's."""
    begin = _BEGIN[period]
    found = [begin(end)]
    while len(found) < SPANS[period] and found[-1].toordinal() > 1:
        found.append(begin(found[-1] - timedelta(days=1)))
    return found[::-1]
