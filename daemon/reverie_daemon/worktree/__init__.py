"""All that touches the user's repository: finding it, listing, reading and sweeping its files, its history, its
events.

It never writes: no file, no ref, no lock of git's. `hooks.py` is the only writer in a repository.

What is offered here is imported when it is first used, because the command line needs `find` alone, and a parsing
process `snapshot` alone, and both count milliseconds.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reverie_daemon.worktree.checkout import Worktree
    from reverie_daemon.worktree.files import (
        SOURCE_BYTES_MAX,
        Absence,
        FileStat,
        Snapshot,
        StatLike,
        blob_of,
        decode,
        is_binary,
        snapshot,
    )
    from reverie_daemon.worktree.git import GitFailed, GitTimedOut, scrub_environment
    from reverie_daemon.worktree.heads import Head
    from reverie_daemon.worktree.listing import Listing, SkipReason
    from reverie_daemon.worktree.location import RepositoryLocation, find
    from reverie_daemon.worktree.sweeping import Sweep, compare
    from reverie_daemon.worktree.watching import Heard, Signal, Watcher

_OFFERED = {
    "checkout": ("Worktree",),
    "files": (
        "SOURCE_BYTES_MAX", "Absence", "FileStat", "Snapshot", "StatLike", "blob_of", "decode", "is_binary", "snapshot",
    ),
    "git": ("GitFailed", "GitTimedOut", "scrub_environment"),
    "heads": ("Head",),
    "listing": ("Listing", "SkipReason"),
    "location": ("RepositoryLocation", "find"),
    "sweeping": ("Sweep", "compare"),
    "watching": ("Heard", "Signal", "Watcher"),
}  # fmt: skip
_HOMES = {name: home for home, names in _OFFERED.items() for name in names}

__all__ = [
    "SOURCE_BYTES_MAX", "Absence", "FileStat", "GitFailed", "GitTimedOut", "Head", "Heard", "Listing",
    "RepositoryLocation", "Signal", "SkipReason", "Snapshot", "StatLike", "Sweep", "Watcher", "Worktree", "blob_of",
    "compare", "decode", "find", "is_binary", "scrub_environment", "snapshot",
]  # fmt: skip


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
