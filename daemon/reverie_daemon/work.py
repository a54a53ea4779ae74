"""What the keeping thread is asked to do, how far it is, and what woke it: nouns it shares with those who wait for it.

Nothing is done here; `keeping.py` does it.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from .core.nouns import ChangeSet
from .errors import DaemonUnreachable, UserError


@dataclass(frozen=True, slots=True)
class Trigger:
    """What woke the repository last. `source` is watch, hook, start, sweep or request."""

    source: str
    event: str
    at: str

    def to_wire(self) -> dict[str, str]:
        return {"source": self.source, "event": self.event, "at": self.at}


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a long piece of work is, in whatever its phase counts."""

    phase: str
    done: int
    total: int

    def to_wire(self) -> dict[str, str | int]:
        return {"phase": self.phase, "done": self.done, "total": self.total}


@dataclass(slots=True)
class Request:
    """Work for the thread: changes to apply, paths heard of to look at, a reconciliation, and learning afterwards, of
    all there is when it is to be `thorough`.

    `done` is set when it was served, or given up with `failed`.
    """

    source: str
    event: str
    changes: ChangeSet | None = None
    heard: ChangeSet | None = None
    reconcile: bool = False
    learn: bool = False
    thorough: bool = False
    done: threading.Event = field(default_factory=threading.Event)
    failed: UserError | None = None


def leaving() -> UserError:
    """Why a request is given up when the daemon stops."""
    return DaemonUnreachable(
        "The daemon was told to leave; what was learned so far is kept.", next_step="reverie start"
    )
