"""The Saved page: placeholder of the skeleton."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from reverie_tui.calls import Wish


@dataclass(frozen=True, slots=True)
class Saved:
    """What the Saved page holds."""


def wanted(page: Saved, root: str, changed: frozenset[str]) -> tuple[Wish, ...]:
    """What to fetch."""
    return ()


def reduce(page: Saved, event: Any, root: str) -> tuple[Saved, tuple[Wish, ...]]:
    """After an event of this page."""
    return page, ()


def replied(page: Saved, wish: Wish, payload: Any, root: str) -> tuple[Saved, tuple[Wish, ...]]:
    """After a reply."""
    return page, ()
