"""What the Ask page has the daemon look up beside answers: names, for the finder and for what is being typed, and
whether the answer on show still holds. Pure. The answers themselves are `asking.py`'s.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from reverie_tui.calls import Wish
from reverie_tui.completing import word_of
from reverie_tui.knowledge import Name, read_names

NAMES_MAX = 50


@dataclass(frozen=True, slots=True)
class Ask:
    """`letters` is what the finder is asked for, `names` what was found for `found_for`. `typed` is what stands in the
    question box before the cursor, "" where more follows it; `begun` are names found for its last word, or for that
    word when it was shorter. `key` and `clock` name the
    answer on show; `holds` is whether it does, None until that was asked."""

    letters: str = ""
    found_for: str = ""
    names: tuple[Name, ...] = ()
    typed: str = ""
    begun: tuple[Name, ...] = ()
    key: str = ""
    clock: int = 0
    holds: bool | None = None


@dataclass(frozen=True, slots=True)
class LettersTyped:
    """The user types in the finder."""

    letters: str


@dataclass(frozen=True, slots=True)
class Typed:
    """The question box holds this text, with the cursor at its end; "" where the cursor is elsewhere."""

    text: str


@dataclass(frozen=True, slots=True)
class MarkedWrong:
    """The user says that the answer with this number in the ledger is wrong."""

    ledger_id: int


@dataclass(frozen=True, slots=True)
class PauseWanted:
    """The user wants learning to wait until it is resumed; or to go on."""

    paused: bool


AskPageEvent = LettersTyped | Typed | MarkedWrong | PauseWanted


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
        case Typed(text):
            return _typed(page, text, root)
        case MarkedWrong(ledger_id):
            told = "Marked as wrong: it is not given again."
            return page, (Wish("wrong", {"root": root, "ledger_id": ledger_id}, told=told),)
        case PauseWanted(paused):
            told = "Learning waits until it is resumed." if paused else "Learning goes on in idle time."
            return page, (Wish("pause", {"paused": paused}, told=told),)


def _typed(page: Ask, text: str, root: str) -> tuple[Ask, tuple[Wish, ...]]:
    """With names looked up for its last word, where that is another. Those at hand stay until others come, so that what
    is proposed does not flicker while it is typed."""
    word, before = word_of(text), word_of(page.typed)
    page = replace(page, typed=text, begun=page.begun if word else ())
    if not word or word == before:
        return page, ()
    return page, (Wish("names", {"root": root, "letters": word, "limit": NAMES_MAX}, unasked=True),)


def replied(page: Ask, wish: Wish, payload: Any, root: str) -> tuple[Ask, tuple[Wish, ...]]:
    """The page after a reply; one about other letters or another answer changes nothing."""
    reply = payload if isinstance(payload, Mapping) else {}
    match wish.name:
        case "names":
            return _found(page, wish.arguments["letters"], read_names(reply)[:NAMES_MAX]), ()
        case "still_holds" if (wish.arguments["key"], wish.arguments["clock"]) == (page.key, page.clock):
            holds = reply.get("holds")
            return replace(page, holds=holds if isinstance(holds, bool) else None), ()
        case _:
            return page, ()


def _found(page: Ask, letters: str, names: tuple[Name, ...]) -> Ask:
    if letters == page.letters:
        page = replace(page, names=names, found_for=letters)
    return replace(page, begun=names) if letters == word_of(page.typed) else page
