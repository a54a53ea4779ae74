"""Keeps git's commit-graph of a long history beside the store, so that blame need not unpack every commit it passes.

The file is git's own format, written by git, in an object folder of ours that borrows every object from the
repository's: nothing is written among those. Blame says the same with it, for a half to a tenth of the work. A short
history does without, since there the file would weigh more than it saves.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable
from pathlib import Path

from reverie_daemon.worktree.git import Git, GitFailed
from reverie_daemon.worktree.location import RepositoryLocation

COMMITS_MIN = 10_000
REFRESH_AFTER_S = 7 * 24 * 3600
"""Commits newer than the file are looked up as if there were none; a week of them is few."""
WRITE_TIMEOUT_S = 120.0
_WRITE = ("commit-graph", "write", "--reachable", "--progress")

log = logging.getLogger(__name__)

_lock = threading.Lock()
_writing: set[Path] = set()
"""Where some thread writes now: the worktrees of one repository share the place."""


class CommitGraph:
    """The graph of one repository's commits. May be used from any thread."""

    def __init__(self, location: RepositoryLocation) -> None:
        self._root = location.root
        self._objects = location.common_dir / "reverie" / "graph"
        self._borrowed = location.common_dir / "objects"
        self._file = self._objects / "info" / "commit-graph"
        self._writer: threading.Thread | None = None

    @property
    def environment(self) -> dict[str, str]:
        """What leads git to the graph; empty where there is none."""
        return {"GIT_OBJECT_DIRECTORY": str(self._objects)} if self._file.exists() else {}

    def keep(self, commits: int, now: float, cancelled: Callable[[], bool]) -> None:
        """Has the graph written on a thread of its own when the history has that many `commits` and there is none, or
        an old one; at the lowest priority, and stopped when `cancelled`."""
        if commits < COMMITS_MIN or now - self._written_at() < REFRESH_AFTER_S:
            return
        if self._writer is None or not self._writer.is_alive():
            self._writer = threading.Thread(target=self.write, args=(cancelled,), name="commit graph", daemon=True)
            self._writer.start()

    def finish(self, wait_s: float) -> None:
        """Waits for a writing that was cancelled to end."""
        if self._writer is not None:
            self._writer.join(wait_s)

    def write(self, cancelled: Callable[[], bool]) -> None:
        """Writes it anew: within a second without what tells which commits touched a path, which is half the gain, and
        then with that, in the time there is. Where that cannot be, all goes on without."""
        with _lock:
            if self._objects in _writing:
                return
            _writing.add(self._objects)
        try:
            self._borrow()
            if not self._file.exists():
                self._run(*_WRITE, cancelled=cancelled)
                if self._file.exists():
                    os.utime(self._file, (0, 0))  # so that it counts as old, should the other half be interrupted
            if not cancelled():
                self._run(*_WRITE, "--changed-paths", cancelled=cancelled)
        except (GitFailed, OSError) as error:
            log.info("no commit-graph for %s: %s", self._root, error)
        finally:
            _writing.discard(self._objects)

    def _run(self, *command: str, cancelled: Callable[[], bool]) -> None:
        environment = {"GIT_OBJECT_DIRECTORY": str(self._objects)}
        Git(self._root).labour(*command, environment=environment, timeout_s=WRITE_TIMEOUT_S, cancelled=cancelled)

    def _borrow(self) -> None:
        folder = self._objects / "info"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Relative, so that it holds when the clone is moved.
        alternates = os.path.relpath(self._borrowed, self._objects)
        (folder / "alternates").write_bytes(os.fsencode(alternates) + b"\n")
        # One daemon writes here: a lock that is there was left by a git that was killed.
        self._file.with_name("commit-graph.lock").unlink(missing_ok=True)

    def _written_at(self) -> float:
        try:
            return self._file.stat().st_mtime
        except OSError:
            return 0.0
