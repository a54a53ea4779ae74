"""Finds what changed in a worktree since it was last looked at, by `lstat` alone, within a bound of time.

File events can be half a second late, so every question is preceded by a sweep. It reads no file: a path it reports may
turn out to hold the same bytes. A first file in a folder that held nothing but ignored files at the last full listing
is found by events, not by a sweep.
"""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from reverie_daemon.core.nouns import ChangeSet
from reverie_daemon.worktree.files import SOURCE_BYTES_MAX, UNSETTLED_NS, StatLike, absence_of, same, settled, stat_of
from reverie_daemon.worktree.listing import IGNORE_FILE, Listing, folders_of

FILES_SWEPT_MAX = 8_000
"""Above so many files only folders, recently changed files and the paths asked for are looked at."""

BUDGET_MS = 100.0
_RECENT_MAX = 500
_SUSPECTS_MAX = 500
_IGNORED_MAX = 10_000
_FOLDERS_MAX = 200_000
_DEADLINE_EVERY = 256
_NEVER = float("inf")
_RULES = frozenset({b".gitignore", b".gitmodules", os.fsencode(IGNORE_FILE)})


@dataclass(frozen=True, slots=True)
class Sweep:
    """What a sweep found. `relist` says that what changed decides which files belong (`.gitignore`, say) or was too
    much to look through, so a new listing is due; `complete` is False when the time ran out before all was looked
    at."""

    changes: ChangeSet = field(default_factory=ChangeSet)
    relist: bool = False
    complete: bool = True


def compare(files: Mapping[bytes, StatLike], table: Mapping[bytes, StatLike]) -> ChangeSet:
    """What turns the stored `table` into the listed `files`: new or with another stat, and gone."""
    changed = [path for path, found in files.items() if (row := table.get(path)) is None or not same(found, row)]
    deleted = [path for path in table if path not in files]
    return change_set(changed, deleted)


def change_set(changed: Iterable[bytes], deleted: Iterable[bytes]) -> ChangeSet:
    """A ChangeSet of these paths, in order."""
    return ChangeSet(tuple(map(os.fsdecode, sorted(changed))), tuple(map(os.fsdecode, sorted(deleted))))


@dataclass(slots=True)
class _Findings:
    changed: set[bytes] = field(default_factory=set)
    deleted: set[bytes] = field(default_factory=set)
    suspects: set[bytes] = field(default_factory=set)
    complete: bool = True


class _Entry(NamedTuple):
    """What stood in a folder; another thing of the same name is another entry."""

    name: bytes
    inode: int
    is_folder: bool
    is_link: bool


@dataclass(frozen=True, slots=True)
class _Seen:
    """A folder when it was last looked into, with the entries that were judged then."""

    mtime_ns: int
    entries: frozenset[_Entry] = frozenset()


class Sweeper:
    """Sweeps one worktree. It remembers folders, ignored paths and recent changes between sweeps; `select` lists the
    given paths, `ignored_among` tells which are ignored, and `monotonic_ms` is the clock that bounds a sweep. Not for
    use by two threads at once."""

    def __init__(
        self,
        root: bytes,
        select: Callable[[Sequence[bytes]], Listing],
        ignored_among: Callable[[Sequence[bytes]], Collection[bytes]],
        size_max: int = SOURCE_BYTES_MAX,
        monotonic_ms: Callable[[], float] = lambda: time.monotonic() * 1000,
    ) -> None:
        self._root = root
        self._select = select
        self._ignored_among = ignored_among
        self._ignored: set[bytes] = set()
        self._size_max = size_max
        self._monotonic_ms = monotonic_ms
        self._folders: dict[bytes, _Seen] = {}
        self._recent: dict[bytes, None] = {}

    def remember(self, listing: Listing, listed_at_ns: int) -> None:
        """Takes a full listing, begun at `listed_at_ns` (wall clock), as what the folders held."""
        self._folders, self._ignored = {}, set()
        for folder in {b"", *all_folders(listing.files)}:
            mtime_ns = self._mtime_of(folder)
            if mtime_ns is not None:
                changed_since = mtime_ns >= listed_at_ns
                self._folders[folder] = _Seen(UNSETTLED_NS if changed_since else settled(mtime_ns, listed_at_ns))

    def sweep(
        self, table: Mapping[bytes, StatLike], extra: Iterable[bytes] = (), budget_ms: float = BUDGET_MS
    ) -> Sweep:
        """What differs from `table`, `extra` paths first, then the rest until `budget_ms` have passed."""
        deadline_ms = self._monotonic_ms() + budget_ms
        first = dict.fromkeys([*extra, *reversed(self._recent)])
        findings = _Findings()
        self._compare(first, table, findings, deadline_ms)
        if len(table) <= FILES_SWEPT_MAX:
            suspicious = list(self._differing(table, findings, deadline_ms))
            self._compare((path for path in suspicious if path not in first), table, findings, deadline_ms)
        self._look_into_folders(table, findings, deadline_ms)
        return self._concluded(findings, table)

    def examine(self, paths: Iterable[bytes], table: Mapping[bytes, StatLike]) -> Sweep:
        """What of these paths, of files or folders, present or not, differs from `table`."""
        findings = _Findings()
        wanted = dict.fromkeys(paths)
        self._compare(wanted, table, findings, _NEVER)
        # An unknown path that is no file may be a folder that came, went or was replaced.
        folders = tuple(path + b"/" for path in wanted if path not in table and not self._is_file(path))
        if folders:
            self._compare([path for path in table if path.startswith(folders)], table, findings, _NEVER)
        return self._concluded(findings, table)

    def _differing(self, table: Mapping[bytes, StatLike], findings: _Findings, deadline_ms: float) -> Iterator[bytes]:
        """Paths of the table whose stat is not the stored one. Every question waits for this loop over all files, so it
        does for the many that are unchanged what `stat_of` and `same` do, without calling them."""
        prefix, lstat = self._root + b"/", os.lstat
        for count, (path, row) in enumerate(table.items()):
            if count % _DEADLINE_EVERY == 0 and self._monotonic_ms() > deadline_ms:
                findings.complete = False
                return
            try:
                found = lstat(prefix + path)
            except OSError:
                yield path
                continue
            modified_ns, changed_ns = found.st_mtime_ns, found.st_ctime_ns
            if (
                row.mtime_ns != (modified_ns if modified_ns > changed_ns else changed_ns)
                or row.size != found.st_size
                or row.inode != found.st_ino
            ):
                yield path

    def _compare(
        self, paths: Iterable[bytes], table: Mapping[bytes, StatLike], findings: _Findings, deadline_ms: float
    ) -> None:
        for path in self._until(deadline_ms, paths, findings):
            row = table.get(path)
            try:
                found = os.lstat(self._root + b"/" + path)
            except OSError:
                if row is not None:
                    findings.deleted.add(path)
                continue
            if row is None:
                findings.suspects.add(path)
            elif absence_of(found, self._size_max) is not None:
                findings.deleted.add(path)
                if stat.S_ISDIR(found.st_mode):
                    findings.suspects.add(path)
            elif not same(stat_of(found), row):
                findings.changed.add(path)

    def _look_into_folders(self, table: Mapping[bytes, StatLike], findings: _Findings, deadline_ms: float) -> None:
        folders = {b"", *self._folders, *all_folders(table)}
        for folder in self._until(deadline_ms, folders, findings):
            mtime_ns = self._mtime_of(folder)
            seen = self._folders.get(folder)
            if mtime_ns is None:
                self._folders.pop(folder, None)
            elif seen is None or seen.mtime_ns != mtime_ns:
                self._look_into(folder, mtime_ns, table, findings)

    def _look_into(self, folder: bytes, mtime_ns: int, table: Mapping[bytes, StatLike], findings: _Findings) -> None:
        now_ns = time.time_ns()
        entries = self._entries(folder)
        if entries is None:
            return
        seen = self._folders.get(folder)
        prefix = folder + b"/" if folder else b""
        paths = {prefix + entry.name for entry in (entries - seen.entries if seen else entries)}
        findings.suspects |= {path for path in paths if path not in table}
        if len(table) > FILES_SWEPT_MAX:
            known = [path for entry in entries if (path := prefix + entry.name) in table]
            self._compare(known, table, findings, _NEVER)
        self._folders[folder] = _Seen(settled(mtime_ns, now_ns), entries)

    def _entries(self, folder: bytes) -> frozenset[_Entry] | None:
        try:
            with os.scandir(self._root + b"/" + folder) as found:
                return frozenset(
                    _Entry(entry.name, entry.inode(), entry.is_dir(follow_symlinks=False), entry.is_symlink())
                    for entry in found
                    if entry.name != b".git"
                )
        except OSError:
            return None

    def _concluded(self, findings: _Findings, table: Mapping[bytes, StatLike]) -> Sweep:
        if findings.deleted and self._mtime_of(b"") is None:
            # The worktree itself is gone, unmounted say: not every file was deleted, and listing tells what happened.
            return Sweep(relist=True, complete=False)
        if len(findings.suspects) > _SUSPECTS_MAX:
            return Sweep(change_set(findings.changed, findings.deleted), relist=True, complete=findings.complete)
        findings.changed |= self._new_among(sorted(findings.suspects - self._ignored), table)
        self._note_recent(findings.changed)
        relist = any(path.rpartition(b"/")[2] in _RULES for path in findings.changed | findings.deleted)
        if relist:
            self._ignored.clear()
        return Sweep(change_set(findings.changed, findings.deleted), relist, findings.complete)

    def _new_among(self, suspects: Sequence[bytes], table: Mapping[bytes, StatLike]) -> set[bytes]:
        if not suspects:
            return set()
        found = self._select(suspects)
        # A log file that is written to all the time must not cost a listing each time.
        unlisted = [path for path in suspects if path not in found.files and path not in found.skipped]
        if len(self._ignored) + len(unlisted) > _IGNORED_MAX:
            self._ignored.clear()
        self._ignored.update(self._ignored_among(unlisted))
        self._track_folders(path for path in unlisted if path not in self._ignored)
        return {path for path in found.files if path not in table}

    def _track_folders(self, paths: Iterable[bytes]) -> None:
        """Folders without a listed file yet: looked into from the next sweep on, since one may come."""
        for path in paths:
            if len(self._folders) < _FOLDERS_MAX and self._mtime_of(path) is not None:
                self._folders.setdefault(path, _Seen(UNSETTLED_NS))

    def _until(self, deadline_ms: float, paths: Iterable[bytes], findings: _Findings) -> Iterator[bytes]:
        for count, path in enumerate(paths):
            if count % _DEADLINE_EVERY == 0 and self._monotonic_ms() > deadline_ms:
                findings.complete = False
                return
            yield path

    def _note_recent(self, paths: Iterable[bytes]) -> None:
        for path in paths:
            self._recent.pop(path, None)
            self._recent[path] = None
        for path in list(self._recent)[: max(0, len(self._recent) - _RECENT_MAX)]:
            del self._recent[path]

    def _mtime_of(self, folder: bytes) -> int | None:
        try:
            found = os.lstat(self._root + b"/" + folder)
        except OSError:
            return None
        return found.st_mtime_ns if stat.S_ISDIR(found.st_mode) else None

    def _is_file(self, path: bytes) -> bool:
        try:
            return stat.S_ISREG(os.lstat(self._root + b"/" + path).st_mode)
        except OSError:
            return False


def all_folders(paths: Iterable[bytes]) -> set[bytes]:
    """Every folder that is around one of the paths, without the root."""
    innermost = {path.rpartition(b"/")[0] for path in paths} - {b""}
    return innermost.union(*map(folders_of, innermost))
