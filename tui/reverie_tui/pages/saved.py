"""The Saved page: what learning and answering cost, and what they saved, over time. Pure.

It holds what the daemon accounted for and how the user wants to see it; sentences and charts of it are
`saved_words.py`'s.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from reverie_tui.calls import Wish
from reverie_tui.pages.figures import PERIODS, Budget, Ledger, Period, Useful, read_budget, read_ledger
from reverie_tui.reading import read_past

QUESTIONS_LOOKED_AT = 500
BEST_SHOWN = 8


@dataclass(frozen=True, slots=True)
class Saved:
    """What the Saved page holds. `everywhere`: the figures of all repositories rather than of the one on show; `money`:
    in dollars rather than in tokens. `ledger` is None until it came. `best` are the questions of the repository on show
    that saved most, of the latest QUESTIONS_LOOKED_AT."""

    everywhere: bool = False
    period: Period = "day"
    money: bool = False
    ledger: Ledger | None = None
    budget: Budget = field(default_factory=Budget)
    best: tuple[Useful, ...] = ()


@dataclass(frozen=True, slots=True)
class PeriodTurned:
    """The user wants the next period: days, weeks, months."""


@dataclass(frozen=True, slots=True)
class UnitTurned:
    """The user wants dollars instead of tokens, or back."""


@dataclass(frozen=True, slots=True)
class ScopeTurned:
    """The user wants the figures of all repositories, or of the one on show again."""


SavedEvent = PeriodTurned | UnitTurned | ScopeTurned


def wanted(page: Saved, root: str, changed: frozenset[str]) -> tuple[Wish, ...]:
    """The accounts, again whenever something was asked or spent."""
    if changed and not changed & {"saved", "budget", "model"}:
        return ()
    questions = Wish("questions", {"root": root, "limit": QUESTIONS_LOOKED_AT})
    return _ledger(page, root), Wish("budget"), questions


def _ledger(page: Saved, root: str) -> Wish:
    return Wish("ledger", {"root": "" if page.everywhere else root})


def reduce(page: Saved, event: SavedEvent, root: str) -> tuple[Saved, tuple[Wish, ...]]:
    """After the user chose another way to see the figures."""
    match event:
        case PeriodTurned():
            following = PERIODS[(PERIODS.index(page.period) + 1) % len(PERIODS)]
            return replace(page, period=following), ()
        case UnitTurned():
            return replace(page, money=not page.money), ()
        case ScopeTurned():
            page = replace(page, everywhere=not page.everywhere, ledger=None)
            return page, (_ledger(page, root),)


def replied(page: Saved, wish: Wish, payload: Any, root: str) -> tuple[Saved, tuple[Wish, ...]]:
    """After a reply. A ledger of a scope that is wanted no more is dropped."""
    match wish.name:
        case "ledger" if wish == _ledger(page, root):
            return replace(page, ledger=read_ledger(payload)), ()
        case "budget":
            return replace(page, budget=read_budget(payload)), ()
        case "questions":
            return replace(page, best=_best(payload)), ()
        case _:
            return page, ()


def _best(payload: Any) -> tuple[Useful, ...]:
    found = (item for item in read_past(payload if isinstance(payload, list) else ()) if item.saved > 0)
    best = sorted(found, key=lambda item: -item.saved)[:BEST_SHOWN]
    return tuple(Useful(item.question, item.saved) for item in best)
