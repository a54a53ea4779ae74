"""Settles raw file events into a ChangeSet: decides when a burst is over and which paths it was about.

Pure: time is an argument. It does not look at the disk, so a path it calls changed may turn out to be the same,
ignored, or gone; whoever acts on the ChangeSet looks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from reverie_daemon.core.nouns import ChangeSet

EVENTS_MAX = 5_000
QUIET_MS = 40
WAIT_MS_MAX = 160

EventKind = Literal["changed", "deleted", "moved"]


@dataclass(frozen=True, slots=True)
class FileEvent:
    """Something happened to a file or folder at `at_ms`, on any clock that `settle` is given too.

    `path` is relative to the worktree's root; `moved_to` is where a move led, "" when that is outside.
    """

    kind: EventKind
    path: str
    at_ms: float
    moved_to: str = ""


@dataclass(frozen=True, slots=True)
class Wait:
    """Too early: ask again after `ms` milliseconds, or when more events have come."""

    ms: float


@dataclass(frozen=True, slots=True)
class Rescan:
    """The events no longer say what changed: list the worktree again."""

    reason: str


def settle(
    events: Sequence[FileEvent],
    now_ms: float,
    *,
    quiet_ms: float = QUIET_MS,
    wait_ms_max: float = WAIT_MS_MAX,
    events_max: int = EVENTS_MAX,
) -> ChangeSet | Wait | Rescan:
    """What the events, oldest first, amount to.

    A burst is over when nothing happened for `quiet_ms`, and is cut off `wait_ms_max` after its first event, so that a
    file written to all the time cannot hold back the others. With `events_max` or more it is a Rescan.
    """
    if len(events) >= events_max:
        return Rescan(f"a burst of {len(events)} file events")
    if not events:
        return ChangeSet()
    due_ms = min(events[-1].at_ms + quiet_ms, events[0].at_ms + wait_ms_max)
    if now_ms < due_ms:
        return Wait(due_ms - now_ms)
    return _outcome(events)


def _outcome(events: Sequence[FileEvent]) -> ChangeSet:
    """The last word on each path: an atomic save (created, then moved over) is a change, so is vim's (moved away,
    created, deleted the copy)."""
    present: dict[str, bool] = {}
    for event in events:
        if event.kind == "moved":
            present[event.path] = False
            if event.moved_to:
                present[event.moved_to] = True
        else:
            present[event.path] = event.kind == "changed"
    return ChangeSet(
        changed=tuple(sorted(path for path, there in present.items() if there)),
        deleted=tuple(sorted(path for path, there in present.items() if not there)),
    )
