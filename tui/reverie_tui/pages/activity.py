"""The Activity page: placeholder of the skeleton."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from reverie_tui.calls import Wish


@dataclass(frozen=True, slots=True)
class Activity:
    """What the Activity page holds."""


def wanted(page: Activity, root: str, changed: frozenset[str]) -> tuple[Wish, ...]:
    """What to fetch."""
    return ()


def reduce(page: Activity, event: Any, root: str) -> tuple[Activity, tuple[Wish, ...]]:
    """After an event of this page."""
    return page, ()


def replied(page: Activity, wish: Wish, payload: Any, root: str) -> tuple[Activity, tuple[Wish, ...]]:
    """After a reply."""
    return page, ()
