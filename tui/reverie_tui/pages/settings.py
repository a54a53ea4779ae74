"""The Settings page: placeholder of the skeleton."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from reverie_tui.calls import Wish


@dataclass(frozen=True, slots=True)
class Settings:
    """What the Settings page holds."""


def wanted(page: Settings, root: str, changed: frozenset[str]) -> tuple[Wish, ...]:
    """What to fetch."""
    return ()


def reduce(page: Settings, event: Any, root: str) -> tuple[Settings, tuple[Wish, ...]]:
    """After an event of this page."""
    return page, ()


def replied(page: Settings, wish: Wish, payload: Any, root: str) -> tuple[Settings, tuple[Wish, ...]]:
    """After a reply."""
    return page, ()
