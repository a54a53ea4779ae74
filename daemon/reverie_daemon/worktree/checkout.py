"""One checkout of a repository, as the rest of the daemon sees it.

It binds the parts of this package to one place and remembers what they need between calls; what each part does, and
what it leaves out, is said there.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from reverie_indexers.facts import Span

from reverie_daemon.core.nouns import Commit
from reverie_daemon.worktree import heads, objects
from reverie_daemon.worktree import history as past
from reverie_daemon.worktree.files import SOURCE_BYTES_MAX, Absence, FileStat, Snapshot, StatLike, snapshot
from reverie_daemon.worktree.git import GitFailed
from reverie_daemon.worktree.graph import CommitGraph
from reverie_daemon.worktree.heads import Head
from reverie_daemon.worktree.listing import Listing, ignored_among, list_files, top_folders
from reverie_daemon.worktree.location import RepositoryLocation
from reverie_daemon.worktree.sweeping import BUDGET_MS, Sweep, Sweeper
from reverie_daemon.worktree.watching import Watcher


class Worktree:
    """One checkout of a repository. Paths go in and come out as `str` (`os.fsdecode`), tables are keyed by bytes.
    `ignore` gives the patterns of what the user wants left out besides what the repository's own rules ignore.

    Reading, history and HEAD may be used from several threads; listing, sweeping and examining from one at a time.
    """

    def __init__(
        self,
        location: RepositoryLocation,
        *,
        size_max: int = SOURCE_BYTES_MAX,
        ignore: Callable[[], Sequence[str]] = tuple,
    ) -> None:
        self.location = location
        self._size_max = size_max
        self._ignore = ignore
        self._patterns: Sequence[str] = ()
        self._root = os.fsencode(location.root)
        self._graph = CommitGraph(location)
        self._listed: Mapping[bytes, FileStat] = {}
        self._sweeper = Sweeper(self._root, self._select, self._ignored_among, size_max)

    def listing(self) -> Listing:
        """All files to index, as they are now. Raises `GitFailed`, and `UserError` where the ignore rules cannot be
        read."""
        listed_at_ns = time.time_ns()
        self._patterns = self._ignore()
        listing = list_files(self.location.root, size_max=self._size_max, patterns=self._patterns)
        self._sweeper.remember(listing, listed_at_ns)
        self._listed = listing.files
        return listing

    def sweep(self, table: Mapping[bytes, StatLike], extra: Iterable[str] = (), budget_ms: float = BUDGET_MS) -> Sweep:
        """What differs from the stored `table` of all files by now; `extra` paths are looked at first, then as much as
        `budget_ms` allows. Above 8,000 files only folders, recently changed files and `extra`. Other patterns than at
        the last listing want another one."""
        sweep = self._sweeper.sweep(table, map(os.fsencode, extra), budget_ms)
        return sweep if tuple(self._ignore()) == tuple(self._patterns) else replace(sweep, relist=True)

    def examine(self, paths: Iterable[str], table: Mapping[bytes, StatLike]) -> Sweep:
        """What of these paths (files or folders, there or not, ignored or not) differs from the stored `table`."""
        return self._sweeper.examine(map(os.fsencode, paths), table)

    def snapshot(self, path: str) -> Snapshot | Absence:
        """A file's bytes, blob id and stat, or why it is not read. What matters is the path: whether it is ignored or
        looks secret is for the listing to say."""
        return snapshot(
            self._root, os.fsencode(path), object_format=self.location.object_format, size_max=self._size_max
        )

    def read(self, path: str) -> bytes | None:
        """A file's bytes as on disk now, None when it cannot be had (gone, a link, no regular file, too large)."""
        found = self.snapshot(path)
        return found.content if isinstance(found, Snapshot) else None

    def head(self) -> Head:
        """What is checked out, and what git is in the middle of."""
        return heads.head_of(self.location)

    def history(self, since: Sequence[str] = (), limit: int = past.COMMITS_MAX) -> Iterator[Commit]:
        """The commits HEAD reaches and none of `since` does, newest first; see `history.history`."""
        return past.history(self.location.root, since, limit)

    def reached(self, limit: int = past.COMMITS_MAX) -> tuple[str, ...]:
        """The object ids of the commits HEAD reaches, newest first."""
        return past.reached(self.location.root, limit)

    def commit(self, revision: str) -> Commit | None:
        """One commit by its (abbreviated) object id or "HEAD"."""
        return past.commit(self.location.root, revision)

    def changed_on_branch(self) -> tuple[str, ...]:
        """Paths that the branch changed since it left the main one; see `history.changed_on_branch`."""
        return past.changed_on_branch(self.location.root)

    def is_ancestor(self, older: str, newer: str = "HEAD") -> bool:
        """Whether `newer` reaches `older`; False when either is unknown."""
        return past.is_ancestor(self.location.root, older, newer)

    def committed(self, blobs: Collection[bytes]) -> Collection[bytes]:
        """Those of the blobs (raw object ids) that git has; all of them where it cannot say, since nothing may be let
        go of for that."""
        try:
            return objects.present(self.location, blobs)
        except GitFailed:
            return blobs

    def blame(
        self, path: str, span: Span, limit: int = 5, timeout_s: float = past.BLAME_TIMEOUT_S
    ) -> tuple[Commit, ...]:
        """The commits that last touched these lines, newest first; empty when that cannot be said in time."""
        return past.blame(self.location.root, path, span, limit, timeout_s, self._graph.environment)

    def quicken_history(self, commits: int, cancelled: Callable[[], bool]) -> None:
        """Has git prepare, in the background, for being asked about a history of that many `commits`, where that pays
        and is due."""
        self._graph.keep(commits, time.time(), cancelled)

    def close(self, wait_s: float) -> None:
        """Waits until nothing goes on in the background any more; cancel it first."""
        self._graph.finish(wait_s)

    def diff_of(self, revision: str, bytes_max: int = past.DIFF_BYTES_MAX) -> str:
        """What a commit changed, as a unified diff of at most `bytes_max` bytes."""
        return past.diff_of(self.location.root, revision, bytes_max)

    def uncommitted(self) -> tuple[str, ...]:
        """Paths that differ from HEAD, untracked ones included."""
        return past.uncommitted(self.location.root)

    def edited_lines(self, paths: Sequence[str]) -> Mapping[str, Sequence[Span]]:
        """Where these files differ from HEAD, as they are now; see `history.edited_lines`."""
        return past.edited_lines(self.location.root, paths)

    def watcher(self, wake: Callable[[], None]) -> Watcher:
        """A watcher of this worktree, not started yet; `wake` is called on its thread when there is something to
        drain."""
        return Watcher(self.location, self._top_folders, wake)

    def _select(self, paths: Sequence[bytes]) -> Listing:
        return list_files(self.location.root, paths, size_max=self._size_max, patterns=self._patterns)

    def _ignored_among(self, paths: Sequence[bytes]) -> set[bytes]:
        return ignored_among(self.location.root, paths, self._patterns)

    def _top_folders(self) -> list[str]:
        return top_folders(self.location.root, self._listed, self._patterns)
