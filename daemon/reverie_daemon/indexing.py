"""From a ChangeSet to facts in the store: reads what changed, parses what is not known, maps paths to blobs.

One `Indexing` serves one worktree and is used by one thread. It decides neither when to index nor what changed.
"""

from __future__ import annotations

import hashlib
import itertools
import os
import threading
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

from reverie_indexers import indexer_version, language_of

from .core.roles import role_of
from .parsing import ParserPool, Source
from .store.packing import PackedFacts
from .store.repository import FileRow, RepositoryStore
from .worktree import Worktree

ONE_CHANGE_FILES_MAX = 1_000
"""Up to so many changed files are applied together, as the one ChangeSet they are; more are applied as they come."""
READ_FILES = 64
SNIFF_BYTES = 8 << 10

Progress = Callable[[int, int], None]
"""Called with the files done and the files there are."""


class Cancelled(Exception):
    """The daemon is stopping; what was applied so far stays."""


class Indexing:
    """Brings the store's picture of one worktree up to date. `table` is that picture: path → FileRow."""

    def __init__(self, store: RepositoryStore, worktree: Worktree, pool: ParserPool, now: Callable[[], float]) -> None:
        self._store = store
        self._worktree = worktree
        self._pool = pool
        self._now = now
        self.worktree_id = store.worktree(bytes(worktree.root_bytes))
        self.table = store.file_table(self.worktree_id)
        self.pending = 0
        self.cancelled = threading.Event()

    def apply(
        self,
        changed: Collection[bytes],
        deleted: Collection[bytes],
        *,
        progress: Progress = lambda done, total: None,
        between: Callable[[], Collection[bytes]] = lambda: (),
    ) -> int:
        """Indexes the changed paths and forgets the deleted ones; the clock afterwards.

        With many changes `between` is called after each part, and gives paths that it has itself brought up to date
        meanwhile, so that what was read of them earlier is not applied over it. Raises Cancelled.
        """
        gone = set(deleted)
        total = done = len(gone)
        total += len(changed)
        self.pending = total
        batches = self._read_and_parse(list(changed), gone)
        if len(changed) <= ONE_CHANGE_FILES_MAX:
            batches = iter([_together(batches)])
        overtaken: set[bytes] = set()
        clock = self._store.clock(self.worktree_id)
        for facts, rows in batches:
            if self.cancelled.is_set():
                raise Cancelled
            for path in overtaken.intersection(rows):
                del rows[path]
            clock = self._commit(facts, rows, gone - overtaken)
            done += len(rows)
            gone.clear()
            self.pending = max(0, total - done)
            progress(done, total)
            overtaken.update(between())
        self.pending = 0
        return clock

    def _commit(self, facts: Sequence[PackedFacts], rows: dict[bytes, FileRow], gone: Collection[bytes]) -> int:
        gone = [path for path in gone if path in self.table]
        clock = self._store.apply(self.worktree_id, facts=facts, changed=rows, deleted=gone, now=self._now())
        self.table.update(rows)
        for path in gone:
            self.table.pop(path, None)
        return clock

    def _read_and_parse(
        self, paths: Sequence[bytes], gone: set[bytes]
    ) -> Iterator[tuple[list[PackedFacts], dict[bytes, FileRow]]]:
        """Facts with the rows that need them. Paths that turn out to be gone are added to `gone`."""
        waiting: dict[bytes, dict[bytes, FileRow]] = defaultdict(dict)
        ready: dict[bytes, FileRow] = {}

        def unknown() -> Iterator[Source]:
            for chunk in _chunks(paths, READ_FILES):
                read = [entry for path in chunk if (entry := self._read(path, gone, ready)) is not None]
                known = self._store.known([(source.blob, *_version(source)) for source, _, _ in read])
                for source, path, row in read:
                    if source.blob in known:
                        ready[path] = row
                        continue
                    first = source.blob not in waiting
                    waiting[source.blob][path] = row
                    if first:
                        yield source

        for facts in self._pool.parse(unknown()):
            rows = {path: row for fact in facts for path, row in waiting.pop(fact.blob, {}).items()}
            rows.update(ready)
            ready.clear()
            yield facts, rows
        yield [], {**ready, **{path: row for rows in waiting.values() for path, row in rows.items()}}

    def _read(
        self, path: bytes, gone: set[bytes], ready: dict[bytes, FileRow]
    ) -> tuple[Source, bytes, FileRow] | None:
        """The bytes of a file and its row; None when it is gone or what the store has of it still holds."""
        entry = self._worktree.read(path)
        if entry is None:
            gone.add(path)
            return None
        blob = hashlib.sha1(b"blob %d\0" % len(entry.content) + entry.content, usedforsecurity=False).digest()
        row = FileRow(blob, entry.mtime_ns, entry.size, entry.inode, role_of(path, entry.content[:SNIFF_BYTES]))
        known = self.table.get(path)
        if known is not None and known.blob == blob:
            ready[path] = row
            return None
        return Source(blob, os.fsdecode(path), entry.content), path, row


def _version(source: Source) -> tuple[str, int]:
    language = language_of(source.path, source.content[:SNIFF_BYTES]) or "binary"
    return language, indexer_version(language)


def _together(
    batches: Iterable[tuple[list[PackedFacts], dict[bytes, FileRow]]],
) -> tuple[list[PackedFacts], dict[bytes, FileRow]]:
    facts: list[PackedFacts] = []
    rows: dict[bytes, FileRow] = {}
    for some_facts, some_rows in batches:
        facts += some_facts
        rows.update(some_rows)
    return facts, rows


def _chunks(paths: Sequence[bytes], size: int) -> Iterator[Sequence[bytes]]:
    iterator = iter(paths)
    while chunk := list(itertools.islice(iterator, size)):
        yield chunk
