"""The Learned page: placeholder of the skeleton."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from reverie_tui.calls import Wish


@dataclass(frozen=True, slots=True)
class Learned:
    """What the Learned page holds."""


def wanted(page: Learned, root: str, changed: frozenset[str]) -> tuple[Wish, ...]:
    """What to fetch."""
    return ()


def reduce(page: Learned, event: Any, root: str) -> tuple[Learned, tuple[Wish, ...]]:
    """After an event of this page."""
    return page, ()


def replied(page: Learned, wish: Wish, payload: Any, root: str) -> tuple[Learned, tuple[Wish, ...]]:
    """After a reply."""
    return page, ()
