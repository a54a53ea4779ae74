"""What pages want of the daemon, as values: a wish names a method of its client, a call is a wish on its way.

Pure data; `link.py` makes the calls, `model.py` decides which are under way.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

PageName = Literal["ask", "learned", "saved", "activity", "settings"]
PAGES: tuple[PageName, ...] = ("ask", "learned", "saved", "activity", "settings")


@dataclass(frozen=True, slots=True)
class Wish:
    """A method of `reverie_daemon.client.Client` to call, with its arguments by name. `told` is shown to the user once
    it was done; it is empty for what only fetches. `unasked`: nobody waits for it, so nobody is told that it failed."""

    name: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    told: str = ""
    unasked: bool = False


@dataclass(frozen=True, slots=True)
class Call:
    """A wish of a page that is under way. `again`: it was wished again meanwhile, so it is made once more after.
    `unhurried`: nobody pressed a key for it, so it is made a moment later, and all that happens until then costs one
    call."""

    number: int
    page: PageName
    wish: Wish
    again: bool = False
    unhurried: bool = False
