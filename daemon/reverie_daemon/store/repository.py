"""A repository's store: the facts of its blobs, what its worktrees map now, its history and its remembered answers.

One process opens it, writes through one connection behind a lock, and reads through others that cannot write. It speaks
in domain verbs; no SQL, cursor or row leaves it. It reads no source and knows no git: both are told to it.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from ..core.notes import Topic
from ..core.nouns import Commit
from ..errors import UserError
from . import blobs, foresight, fulltext, history, jobs, mapping, marks, memory, notes, opening, reach
from .catalogue import Disk, Near, StoreCatalogue, nothing_near
from .claiming import Claim
from .connection import LOCK_WAIT_S, failures_explained, open_reader, snapshot, transaction
from .learned import Learned
from .mapping import FileRow
from .marks import Marks
from .memory import Forgotten, Remembered
from .packing import PackedFacts
from .reading import Shelf
from .vectors import VectorStore

READERS_KEPT = 4
WAL_BYTES_MAX = 32 << 20
SPARE_SHARE = 16
"""Between changes the log, the free pages and what is remembered may each be this part of the source, or
SPARE_BYTES_MIN."""
SPARE_BYTES_MIN = 128 << 10
EXPECTED_BYTES_MIN = 512 << 10
"""Answers to questions that are expected may be so much, whatever the source: as many as are predicted fit. Learning
them for nothing would be a waste."""
REMEMBERED_UNBOUNDED_MAX = 50
LEARNED_UNBOUNDED_MAX = 32
"""Answers that may be remembered before they are bounded anew, should nothing change meanwhile."""
PAGES_VACUUMED_MAX = 4_000
BULK_FILES_MIN = 50
EXPIRED_AT_ONCE = 10_000


@dataclass(frozen=True, slots=True)
class Stats:
    """`store_bytes` counts the files on disk, the write-ahead log included; `source_bytes` each mapped blob once."""

    files: int
    symbols: int
    source_bytes: int
    store_bytes: int


class RepositoryStore:
    """See the module. `repaired` is where a damaged store was moved when this one was opened, else None; `name` tells
    stores apart; `claim` holds the lock on it, if there is one; `learned` is its face for what is learned while nobody
    asks, `marks` for answers that were marked as wrong."""

    def __init__(
        self, path: Path, writer: sqlite3.Connection, repaired: Path | None, claim: Claim | None = None
    ) -> None:
        self.repaired = repaired
        self.claim = claim
        self.path = path
        self._writer = writer
        self._lock = threading.RLock()
        self._readers: list[sqlite3.Connection] = []
        self._readers_lock = threading.Lock()
        self._shelf = Shelf()
        self._committed: set[int] = set()
        self.name = str(path)
        self.vectors = VectorStore(self._reading, self._writing, _tick_notes)
        self._remembered = REMEMBERED_UNBOUNDED_MAX
        self._learned = 0
        self._merging: bool | None = None
        self._closed = False
        self.learned = Learned(self._learning, self._reading)
        self.marks = Marks(self._writing, self._reading)

    @classmethod
    def open(cls, path: Path, *, now: float = 0.0, claim: Claim | None = None) -> RepositoryStore:
        """Opens the store at `path`, making it where there is none. One that is damaged is moved aside, and what was
        remembered is salvaged from it. Raises `UserError`: `store_newer`, `disk_full`, `store_readonly`, …"""
        writer, repaired = opening.open_repository(path)
        return cls(path, writer, repaired, claim)

    def close(self) -> None:
        """Puts everything into the one file; readers must be done. Closing twice is harmless."""
        with self._lock, self._readers_lock:
            if self._closed:
                return
            self._closed = True
            for reader in self._readers:
                reader.close()
            self._readers.clear()
            try:
                if self.path.exists():  # else the clone was deleted under us
                    # On a full disk the log stays beside the file, and is read at the next opening.
                    with suppress(UserError), failures_explained():
                        self._writer.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            finally:
                self._writer.close()
                if self.claim is not None:
                    self.claim.release()

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
            mapping.change(writer, row[0], {}, paths, now)
            writer.execute("DELETE FROM worktree WHERE id = ?", row)
            reach.drop(writer, row[0])
            history.drop_unreached(writer)

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

    def outdated(self, worktree: int, version_of: Callable[[str], int]) -> list[bytes]:
        """The paths whose facts are of a lower version than `version_of` their language."""
        with self._reading() as reader:
            return mapping.outdated(reader, worktree, version_of)

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
            mapping.change(writer, worktree, changed, deleted, now)
            clock = _clock(writer)
        self._merging = merging
        self._copy_log_beyond(WAL_BYTES_MAX)
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

    def evict(
        self, now: float, committed: blobs.Committed | None = None, hurried: Callable[[], bool] = lambda: False
    ) -> int:
        """Lets go of facts that nothing maps: those superseded an hour ago, except what `committed` says git has, and
        then whatever is beyond the store's share of disk. Also tidies up the files, unless it is `hurried`. Returns how
        many blobs went."""
        with self._reading() as reader:
            unasked = (pair for pair in blobs.expired(reader, now) if pair[0] not in self._committed)
            expired = dict(islice(unasked, EXPIRED_AT_ONCE))
        # Nobody waits for git: it is asked before anything is locked, and once about each blob.
        kept = frozenset(committed(list(expired.values())) if committed and expired else ())
        self._committed.update(number for number, blob in expired.items() if blob in kept)
        with self._lock:
            with self._writing() as writer:
                gone = blobs.drop_expired(writer, [number for number, blob in expired.items() if blob not in kept], now)
                fulltext.tidy(writer, hurried)
                gone += blobs.drop_beyond_cap(writer)
            self.vectors.drop_unheld()
            if not hurried():
                self.tidy(hurried)
        return gone

    def tidy(self, hurried: Callable[[], bool] = lambda: False) -> None:
        """Moves the log into the database, merges a bounded part of the full-text indexes and gives back free pages;
        for when nobody waits."""
        with self._lock, failures_explained():
            with transaction(self._writer):
                fulltext.tidy(self._writer, hurried)
            self._give_back()
            self._writer.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            self._writer.execute("PRAGMA shrink_memory")

    def settle(self) -> None:
        """Bounds the log, the free pages and what is remembered to their share of the disk. It waits for the disk, so
        it is for when those who asked for a change have been told."""
        if self._remembered:
            with self._writing() as writer:
                self._bound_memory(writer)
        with self._reading() as reader:
            bytes_max, free_bytes = _spare_bytes_max(reader), blobs.free_bytes(reader)
        if free_bytes > bytes_max:
            with self._lock, failures_explained():
                self._give_back()
        self._copy_log_beyond(min(WAL_BYTES_MAX, bytes_max))

    def _bound_memory(self, writer: sqlite3.Connection) -> None:
        bytes_max = _spare_bytes_max(writer)
        memory.bound(writer, bytes_max, max(EXPECTED_BYTES_MIN, bytes_max))
        self._remembered = 0

    def _give_back(self) -> None:
        # As a script: `execute` would step once, which gives back one page.
        self._writer.executescript(f"PRAGMA incremental_vacuum({PAGES_VACUUMED_MAX})")

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

    def history_head(self, worktree: int) -> str:
        """The newest commit of the worktree's that is known, "" for none."""
        with self._reading() as reader:
            return reach.of(reader, worktree).head

    def history_length(self, worktree: int) -> int:
        """How many of the worktree's commits are known, of the newest 10,000."""
        with self._reading() as reader:
            return len(reach.of(reader, worktree))

    def history_heads(self) -> list[str]:
        """The same of every worktree."""
        with self._reading() as reader:
            return [one.head for one in reach.every(reader) if one.head]

    def extend_history(self, worktree: int, commits: Sequence[Commit]) -> None:
        """The worktree's HEAD went on from where it was: the commits since, newest first as `git log` gives them."""
        with self._writing() as writer:
            if history.extend(writer, worktree, commits):
                _tick_notes(writer)

    def replace_history(self, worktree: int, oids: Sequence[str], fresh: Sequence[Commit]) -> bool:
        """HEAD went elsewhere: all that it reaches now, and those commits of them that may not be known, both newest
        first. False when there are others that are not known either: then all have to be told."""
        with self._writing() as writer:
            replaced = history.replace(writer, worktree, oids, fresh)
            _tick_notes(writer)
        return replaced

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
            self._remembered += 1
        if self._remembered > REMEMBERED_UNBOUNDED_MAX:
            self.settle()

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
                questions = memory.forget(writer, path).questions
                forgotten = Forgotten(questions, notes.forget(writer, path))
                jobs.forget(writer, path)
                foresight.forget(writer, path)
                marks.forget(writer, path)
                if forgotten.questions or forgotten.notes:
                    _tick_notes(writer)
            if forgotten.questions or forgotten.notes:
                memory.scrub(self._writer)
        return forgotten

    def forget_notes(self, topic: Topic, analysis: str = "") -> int:
        """Deletes the notes of just this topic, of one analysis where one is named, from the disk as well; how many."""
        with self._lock:
            with self._writing() as writer:
                gone = notes.forget_topic(writer, topic, analysis)
                if gone:
                    _tick_notes(writer)
            if gone:
                memory.scrub(self._writer)
        return gone

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._lock, transaction(self._writer) as writer:
            yield writer

    @contextmanager
    def _learning(self) -> Iterator[sqlite3.Connection]:
        """As `_writing`, for the many small transactions of learning: the log is kept short, by a look at it now and
        then, since looking costs as much as a transaction."""
        with self._writing() as writer:
            yield writer
            self._learned += 1
        if self._learned >= LEARNED_UNBOUNDED_MAX:
            self._learned = 0
            self.settle()

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        with self._readers_lock:
            reader = self._readers.pop() if self._readers else None
        if reader is None:
            with failures_explained():
                reader = open_reader(self.path)
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

    def _copy_log_beyond(self, bytes_max: int) -> None:
        """Copies a longer log into the database; readers are not waited for."""
        log = self.path.with_name(self.path.name + "-wal")
        with self._lock, failures_explained():
            if _size(log) > bytes_max:
                self._writer.execute("PRAGMA busy_timeout = 0")
                self._writer.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                self._writer.execute(f"PRAGMA busy_timeout = {round(LOCK_WAIT_S * 1_000)}")

    def _disk_bytes(self) -> int:
        return _size(self.path) + _size(self.path.with_name(self.path.name + "-wal"))


def _spare_bytes_max(connection: sqlite3.Connection) -> int:
    return max(SPARE_BYTES_MIN, blobs.mapped_bytes(connection) // SPARE_SHARE)


def _clock(connection: sqlite3.Connection) -> int:
    return int(connection.execute("SELECT clock FROM state").fetchone()[0])


def _tick_notes(writer: sqlite3.Connection) -> None:
    writer.execute("UPDATE state SET notes_revision = notes_revision + 1")


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
