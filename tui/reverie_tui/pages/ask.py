"""What the Ask page has the daemon look up beside answers: names for the finder, and whether the answer on show still
holds. Pure. The answers themselves are `asking.py`'s.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from reverie_tui.calls import Wish
from reverie_tui.knowledge import Name, read_names

NAMES_MAX = 50


@dataclass(frozen=True, slots=True)
class Ask:
    """`letters` is what the finder is asked for, `names` what was found for `found_for`. `key` and `clock` name the
    answer on show; `holds` is whether it does, None until that was asked."""

    letters: str = ""
    found_for: str = ""
    names: tuple[Name, ...] = ()
    key: str = ""
    clock: int = 0
    holds: bool | None = None


@dataclass(frozen=True, slots=True)
class LettersTyped:
    """The user types in the finder."""

    letters: str


@dataclass(frozen=True, slots=True)
class MarkedWrong:
    """The user says that the answer with this number in the ledger is wrong."""

    ledger_id: int


@dataclass(frozen=True, slots=True)
class PauseWanted:
    """The user wants learning to wait until it is resumed; or to go on."""

    paused: bool


AskPageEvent = LettersTyped | MarkedWrong | PauseWanted


def wanted(page: Ask, root: str, changed: frozenset[str]) -> tuple[Wish, ...]:
    """Once the repository's clock moved, whether the answer on show still holds; the same after a time away."""
    if not page.key or page.holds is False or (changed and "clock" not in changed):
        return ()
    return (Wish("still_holds", {"root": root, "key": page.key, "clock": page.clock}),)


def reduce(page: Ask, event: AskPageEvent, root: str) -> tuple[Ask, tuple[Wish, ...]]:
    """The page and its wishes after an event of its own."""
    match event:
        case LettersTyped(letters):
            if not letters.strip():
                return replace(page, letters="", found_for="", names=()), ()
            wish = Wish("names", {"root": root, "letters": letters, "limit": NAMES_MAX})
            return replace(page, letters=letters), (wish,)
        case MarkedWrong(ledger_id):
            told = "Marked as wrong: it is not given again."
            return page, (Wish("wrong", {"root": root, "ledger_id": ledger_id}, told=told),)
        case PauseWanted(paused):
            told = "Learning waits until it is resumed." if paused else "Learning goes on in idle time."
            return page, (Wish("pause", {"paused": paused}, told=told),)


def replied(page: Ask, wish: Wish, payload: Any, root: str) -> tuple[Ask, tuple[Wish, ...]]:
    """The page after a reply; one about other letters or another answer changes nothing."""
    reply = payload if isinstance(payload, Mapping) else {}
    match wish.name:
        case "names" if wish.arguments["letters"] == page.letters:
            return replace(page, names=read_names(reply)[:NAMES_MAX], found_for=page.letters), ()
        case "still_holds" if (wish.arguments["key"], wish.arguments["clock"]) == (page.key, page.clock):
            holds = reply.get("holds")
            return replace(page, holds=holds if isinstance(holds, bool) else None), ()
        case _:
            return page, ()
