"""A repository's store: the facts of its blobs, what its worktrees map now, its history and its remembered answers.

One process opens it, writes through one connection behind a lock, and reads through others that cannot write. It speaks
in domain verbs; no SQL, cursor or row leaves it. It reads no source and knows no git: both are told to it.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from ..core.nouns import Commit, FileRole
from . import blobs, fulltext, history, memory, opening
from .catalogue import Disk, Near, StoreCatalogue, nothing_near
from .connection import LOCK_WAIT_S, failures_explained, open_reader, snapshot, transaction
from .memory import Forgotten, Remembered
from .packing import PackedFacts
from .reading import Shelf
from .vectors import VectorStore

READERS_KEPT = 4
WAL_BYTES_MIN, WAL_BYTES_MAX = 1 << 20, 32 << 20
PAGES_VACUUMED_MAX = 4_000
BULK_FILES_MIN = 50


@dataclass(frozen=True, slots=True)
class FileRow:
    """A file as it was last seen: its blob (raw object id), its stat, and what it is for. `language` chooses among the
    facts of a blob that has facts in several; "" takes whatever there is."""

    blob: bytes
    mtime_ns: int
    size: int
    inode: int
    role: FileRole
    language: str = ""


@dataclass(frozen=True, slots=True)
class Stats:
    """`store_bytes` counts the files on disk, the write-ahead log included; `source_bytes` each mapped blob once."""

    files: int
    symbols: int
    source_bytes: int
    store_bytes: int


class RepositoryStore:
    """See the module. `repaired` is where a damaged store was moved when this one was opened, else None; `name` tells
    stores apart."""

    def __init__(self, path: Path, writer: sqlite3.Connection, repaired: Path | None) -> None:
        self.repaired = repaired
        self._path = path
        self._writer = writer
        self._lock = threading.RLock()
        self._readers: list[sqlite3.Connection] = []
        self._readers_lock = threading.Lock()
        self._shelf = Shelf()
        self.name = str(path)
        self.vectors = VectorStore(self._reading, self._writing, _tick_notes)
        self._merging: bool | None = None
        self._closed = False

    @classmethod
    def open(cls, path: Path, *, now: float = 0.0) -> RepositoryStore:
        """Opens the store at `path`, making it where there is none. One that is damaged is moved aside, and what was
        remembered is salvaged from it. Raises `UserError`: `store_newer`, `disk_full`, `store_readonly`, …"""
        writer, repaired = opening.open_repository(path)
        return cls(path, writer, repaired)

    def close(self) -> None:
        """Puts everything into the one file; readers must be done. Closing twice is harmless."""
        with self._lock, self._readers_lock:
            if self._closed:
                return
            self._closed = True
            for reader in self._readers:
                reader.close()
            self._readers.clear()
            if not self._path.exists():  # the clone was deleted under us
                self._writer.close()
                return
            with failures_explained():
                self._writer.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            self._writer.close()

    def __enter__(self) -> RepositoryStore:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def worktree(self, root: bytes) -> int:
        """The number of the worktree at this folder, given at its first mention."""
        with self._writing() as writer:
            writer.execute("INSERT INTO worktree(root) VALUES (?) ON CONFLICT DO NOTHING", (root,))
            return int(writer.execute("SELECT id FROM worktree WHERE root = ?", (root,)).fetchone()[0])

    def worktrees(self) -> dict[bytes, int]:
        """Every worktree's root and number."""
        with self._reading() as reader:
            return dict(reader.execute("SELECT root, id FROM worktree ORDER BY root"))

    def forget_worktree(self, root: bytes, *, now: float) -> None:
        """A worktree is gone: what only it mapped is found no more."""
        with self._writing() as writer:
            row = writer.execute("SELECT id FROM worktree WHERE root = ?", (root,)).fetchone()
            if row is None:
                return
            paths = [path for (path,) in writer.execute("SELECT path FROM version WHERE worktree = ?", row)]
            self._change(writer, row[0], {}, paths, now)
            writer.execute("DELETE FROM worktree WHERE id = ?", row)

    def file_table(self, worktree: int) -> dict[bytes, FileRow]:
        """Every file of the worktree as it was last seen, by path."""
        with self._reading() as reader:
            rows = reader.execute(
                "SELECT path, blob, mtime_ns, size, inode, role, language FROM version WHERE worktree = ?", (worktree,)
            )
            return {path: FileRow(*row) for path, *row in rows}

    def restat(self, worktree: int, rows: Mapping[bytes, FileRow]) -> None:
        """Files whose stat changed while their blob did not: no clock ticks."""
        with self._writing() as writer:
            writer.executemany(
                "UPDATE version SET mtime_ns = ?, size = ?, inode = ? WHERE worktree = ? AND path = ? AND blob = ?",
                ((row.mtime_ns, row.size, row.inode, worktree, path, row.blob) for path, row in rows.items()),
            )

    def known(self, wanted: Collection[tuple[bytes, str, int]]) -> set[bytes]:
        """Of (blob, language, facts version), the blobs whose facts are held and need no parsing."""
        with self._reading() as reader:
            return blobs.known(reader, wanted)

    def apply(
        self,
        worktree: int,
        *,
        facts: Sequence[PackedFacts],
        changed: Mapping[bytes, FileRow],
        deleted: Collection[bytes],
        now: float,
    ) -> int:
        """Takes in facts and what the worktree maps now, in one transaction, and returns the clock: ticked once when
        anything differs from before. Raises `UserError` (`disk_full`, …), and then nothing has changed."""
        merging = len(facts) < BULK_FILES_MIN
        with self._writing() as writer:
            if self._merging is not merging:
                fulltext.merge_as_written(writer, merging)
            blobs.add(writer, facts, now)
            self._change(writer, worktree, changed, deleted, now)
            clock = _clock(writer)
        self._merging = merging
        self._bound_wal()
        return clock

    def clock(self, worktree: int) -> int:
        """Ticks once for each effective `apply`. All worktrees of a repository share it, since they share what a
        search ranks by: at the same clock the same question has the same answer."""
        with self._reading() as reader:
            return _clock(reader)

    def notes_revision(self) -> int:
        """Ticks once whenever what is remembered, or the history, changes."""
        with self._reading() as reader:
            return int(reader.execute("SELECT notes_revision FROM state").fetchone()[0])

    def stats(self, worktree: int) -> Stats:
        with self._reading() as reader:
            files, symbols = reader.execute(
                "SELECT count(*), coalesce(sum(facts.symbols), 0) FROM version JOIN facts ON facts.id = version.facts"
                " WHERE worktree = ?",
                (worktree,),
            ).fetchone()
            return Stats(files, symbols, blobs.mapped_bytes(reader), self._disk_bytes())

    def evict(self, now: float, committed: blobs.Committed | None = None) -> int:
        """Lets go of facts that nothing maps: those superseded an hour ago, except what `committed` says git has, and
        then whatever is beyond the store's share of disk. Also tidies up the files. Returns how many blobs went."""
        with self._lock:
            with self._reading() as reader:
                expired = blobs.expired(reader, now)
            kept = frozenset(committed([blob for _, blob in expired])) if committed and expired else frozenset()
            with self._writing() as writer:
                blobs.drop(writer, [number for number, blob in expired if blob not in kept])
                fulltext.tidy(writer)
                beyond = blobs.drop_beyond_cap(writer)
            self.vectors.drop_unheld()
            self.tidy()
        return sum(blob not in kept for _, blob in expired) + beyond

    def tidy(self) -> None:
        """Moves the log into the database, merges a bounded part of the full-text indexes and gives back free pages;
        for when nobody waits."""
        with self._lock, failures_explained():
            with transaction(self._writer):
                fulltext.tidy(self._writer)
            # As a script: `execute` would step once, which gives back one page.
            self._writer.executescript(f"PRAGMA incremental_vacuum({PAGES_VACUUMED_MAX})")
            self._writer.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            self._writer.execute("PRAGMA shrink_memory")

    def integrity(self) -> str:
        """ "ok", or what is wrong with the file."""
        with self._lock:
            try:
                for index in ("words", "mention"):
                    self._writer.execute(f"INSERT INTO {index}({index}) VALUES ('integrity-check')")
                return "; ".join(found for (found,) in self._writer.execute("PRAGMA integrity_check(10)"))
            except sqlite3.DatabaseError as error:
                return str(error)

    @contextmanager
    def reading(self, worktree: int, disk: Disk, near: Near = nothing_near) -> Iterator[StoreCatalogue]:
        """One moment of a worktree, for one question; `near` finds what is close to it in meaning."""
        with self._reading() as reader:
            yield StoreCatalogue(reader, worktree, disk, self._shelf, near, self.name)

    def history_head(self) -> str | None:
        """The newest commit that is known."""
        with self._reading() as reader:
            return history.head(reader)

    def add_commits(self, commits: Sequence[Commit]) -> None:
        """Takes in commits newer than all that are known, newest first as `git log` gives them."""
        with self._writing() as writer:
            if history.add(writer, commits):
                _tick_notes(writer)

    def replace_history(self, commits: Sequence[Commit]) -> None:
        """The history was rewritten, or is read for the first time: only these commits count, newest first."""
        with self._writing() as writer:
            history.clear(writer)
            history.add(writer, commits)
            _tick_notes(writer)

    def remember(
        self,
        key: str,
        question: str,
        answer: dict[str, object],
        inputs: Sequence[tuple[str, str]],
        *,
        clock: int,
        head: str,
        now: float,
    ) -> None:
        """Keeps an answer under the key of its question, with the digests of what it read."""
        with self._writing() as writer:
            memory.remember(writer, Remembered(key, question, answer, tuple(inputs), clock, head, now))
            _tick_notes(writer)

    def recall(self, key: str) -> Remembered | None:
        """The answer kept under this key; whether it is fresh is for the caller to see."""
        with self._reading() as reader:
            return memory.recall(reader, key)

    def questions(self, limit: int) -> list[Remembered]:
        """What is remembered, newest first."""
        with self._reading() as reader:
            return memory.newest(reader, limit)

    def forget(self, path: bytes | None) -> Forgotten:
        """Deletes what is remembered of a path (a file or folder), or everything, so that the text is gone from the
        disk as well. Cannot be undone."""
        with self._lock:
            with self._writing() as writer:
                forgotten = memory.forget(writer, path)
                if forgotten.questions:
                    _tick_notes(writer)
            if forgotten.questions:
                memory.scrub(self._writer)
        return forgotten

    def _change(
        self,
        writer: sqlite3.Connection,
        worktree: int,
        changed: Mapping[bytes, FileRow],
        deleted: Collection[bytes],
        now: float,
    ) -> None:
        """Maps paths to their new facts, and lets the full text follow."""
        superseded: dict[int, bytes] = {}
        mapped: set[int] = set()
        effective = False
        for path, row in changed.items():
            facts = blobs.facts_of(writer, row.blob, row.language)
            before = _mapped_before(writer, worktree, path)
            effective |= before != (row.blob, row.role, facts)
            writer.execute(
                "INSERT OR REPLACE INTO version(worktree, path, blob, mtime_ns, size, inode, role, language, facts)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (worktree, path, row.blob, row.mtime_ns, row.size, row.inode, row.role, row.language, facts),
            )
            if facts is not None:
                mapped.add(facts)
            if before is not None and before[2] is not None and before[2] != facts:
                superseded[before[2]] = path
        for path in deleted:
            before = _mapped_before(writer, worktree, path)
            effective |= before is not None
            writer.execute("DELETE FROM version WHERE worktree = ? AND path = ?", (worktree, path))
            if before is not None and before[2] is not None:
                superseded[before[2]] = path
        self._show(writer, mapped, superseded, now)
        if effective:
            writer.execute("UPDATE state SET clock = clock + 1")

    def _show(
        self,
        writer: sqlite3.Connection,
        mapped: Collection[int],
        superseded: Mapping[int, bytes],
        now: float,
    ) -> None:
        gone = {facts: path for facts, path in superseded.items() if not _is_mapped(writer, facts)}
        come = [facts for facts in sorted(mapped) if not _is_found(writer, facts)]
        fulltext.exchange(writer, gone, come)
        blobs.mark_mapped(writer, come)
        blobs.mark_superseded(writer, gone, now)
        if gone:
            blobs.drop_beyond_cap(writer)

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._lock, transaction(self._writer) as writer:
            yield writer

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        with self._readers_lock:
            reader = self._readers.pop() if self._readers else None
        if reader is None:
            with failures_explained():
                reader = open_reader(self._path)
        try:
            with snapshot(reader):
                yield reader
        finally:
            with self._readers_lock:
                if len(self._readers) < READERS_KEPT:
                    self._readers.append(reader)
                    reader = None
            if reader is not None:
                reader.close()

    def _bound_wal(self) -> None:
        """Copies the log into the database once it is long; readers are not waited for."""
        log = self._path.with_name(self._path.name + "-wal")
        with self._lock, failures_explained():
            bytes_max = min(WAL_BYTES_MAX, max(WAL_BYTES_MIN, blobs.mapped_bytes(self._writer) // 4))
            if _size(log) > bytes_max:
                self._writer.execute("PRAGMA busy_timeout = 0")
                self._writer.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                self._writer.execute(f"PRAGMA busy_timeout = {round(LOCK_WAIT_S * 1_000)}")

    def _disk_bytes(self) -> int:
        return _size(self._path) + _size(self._path.with_name(self._path.name + "-wal"))


def _clock(connection: sqlite3.Connection) -> int:
    return int(connection.execute("SELECT clock FROM state").fetchone()[0])


def _tick_notes(writer: sqlite3.Connection) -> None:
    writer.execute("UPDATE state SET notes_revision = notes_revision + 1")


def _mapped_before(writer: sqlite3.Connection, worktree: int, path: bytes) -> tuple[bytes, FileRole, int | None] | None:
    row = writer.execute(
        "SELECT blob, role, facts FROM version WHERE worktree = ? AND path = ?", (worktree, path)
    ).fetchone()
    return cast("tuple[bytes, FileRole, int | None] | None", row)


def _is_mapped(writer: sqlite3.Connection, facts: int) -> bool:
    return writer.execute("SELECT 1 FROM version WHERE facts = ? LIMIT 1", (facts,)).fetchone() is not None


def _is_found(writer: sqlite3.Connection, facts: int) -> bool:
    return bool(writer.execute("SELECT unmapped_at IS NULL FROM facts WHERE id = ?", (facts,)).fetchone()[0])


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
