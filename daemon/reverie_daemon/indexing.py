"""From a ChangeSet to facts in the store: reads what changed, parses what is not known, maps paths to blobs.

One `Indexing` serves one worktree and is used by one thread. It decides neither when to index nor what changed.
"""

from __future__ import annotations

import itertools
import os
import threading
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

from reverie_indexers import language_of

from .core.roles import role_of
from .parser import BINARY, Source, version_of
from .parsing import ParserPool, PoolClosed
from .store.mapping import FileRow
from .store.packing import PackedFacts
from .store.repository import RepositoryStore
from .worktree import Snapshot, Worktree, decode, is_binary

ONE_CHANGE_FILES_MAX = 1_000
"""Up to so many changed files are applied together, as the one ChangeSet they are; more are applied as they come, and
so is a first index, which nobody has seen another state of."""
READ_FILES = 64
SNIFF_BYTES = 4 << 10

Progress = Callable[[int, int], None]
"""Called with the files done and the files there are."""
Rows = dict[bytes, FileRow]


class Cancelled(Exception):
    """The daemon is stopping; what was applied so far stays."""


class Indexing:
    """Brings the store's picture of one worktree up to date. `table` is that picture: path → FileRow."""

    def __init__(self, store: RepositoryStore, worktree: Worktree, pool: ParserPool, now: Callable[[], float]) -> None:
        self._store = store
        self._worktree = worktree
        self._pool = pool
        self._now = now
        self.worktree_id = store.worktree(os.fsencode(worktree.location.root))
        self.table: Rows = store.file_table(self.worktree_id)
        self.pending = 0
        self.cancelled = threading.Event()

    def apply(
        self,
        changed: Collection[bytes],
        deleted: Collection[bytes],
        *,
        progress: Progress = lambda done, total: None,
        between: Callable[[], Collection[bytes]] = lambda: (),
        again: bool = False,
    ) -> None:
        """Indexes the changed paths, in their order, and forgets the deleted ones; `again` also those whose blob is
        mapped already, which answers meanwhile go on resting on.

        With many changes `between` is called after each part, and gives paths that it has itself brought up to date
        meanwhile, so that what was read of them earlier is not applied over it. Raises Cancelled.
        """
        total = len(changed) + len(deleted)
        self.pending = 0 if again else total
        gone = set(deleted)
        parts = self._read_and_parse(list(changed), gone, again)
        if self.table and len(changed) <= ONE_CHANGE_FILES_MAX:
            parts = iter([_together(parts)])
        overtaken: set[bytes] = set()
        done = 0
        for facts, rows in parts:
            if self.cancelled.is_set():
                raise Cancelled
            done += len(rows) + len(gone)
            self._commit(facts, {path: row for path, row in rows.items() if path not in overtaken}, gone - overtaken)
            gone.clear()
            self.pending = 0 if again else total - done
            progress(done, total)
            overtaken.update(between())
        self.pending = 0

    def outdated(self) -> list[bytes]:
        """The paths whose facts an older indexer read."""
        return self._store.outdated(self.worktree_id, version_of)

    def _commit(self, facts: Sequence[PackedFacts], rows: Rows, gone: Collection[bytes]) -> None:
        gone = [path for path in gone if path in self.table]
        self._store.apply(self.worktree_id, facts=facts, changed=rows, deleted=gone, now=self._now())
        self.table.update(rows)
        for path in gone:
            del self.table[path]

    def _read_and_parse(
        self, paths: Sequence[bytes], gone: set[bytes], again: bool
    ) -> Iterator[tuple[list[PackedFacts], Rows]]:
        """Facts with the rows that need them. Paths that turn out to be gone are added to `gone`."""
        waiting: dict[tuple[bytes, str], Rows] = defaultdict(dict)
        ready: Rows = {}

        def unknown() -> Iterator[Source]:
            for chunk in _chunks(paths, READ_FILES):
                read = [entry for path in chunk if (entry := self._read(path, gone, ready, again)) is not None]
                known = self._store.known([(s.blob, s.language, version_of(s.language)) for s, _, _ in read])
                for source, path, row in read:
                    if source.blob in known:
                        ready[path] = row
                        continue
                    sharing = waiting[source.blob, source.language]
                    sharing[path] = row
                    if len(sharing) == 1:
                        yield source

        for facts in self._parsed(unknown()):
            rows = {path: row for fact in facts for path, row in waiting.pop((fact.blob, fact.language), {}).items()}
            yield facts, rows | ready
            ready.clear()
        yield [], ready

    def _parsed(self, sources: Iterable[Source]) -> Iterator[list[PackedFacts]]:
        try:
            yield from self._pool.parse(sources)
        except PoolClosed:
            raise Cancelled from None

    def _read(self, path: bytes, gone: set[bytes], ready: Rows, again: bool) -> tuple[Source, bytes, FileRow] | None:
        """The text of a file and its row; None when it is gone, or, unless it is to be read `again`, the blob is the
        one the store maps already."""
        name = os.fsdecode(path)
        found = self._worktree.snapshot(name)
        if not isinstance(found, Snapshot):
            gone.add(path)
            return None
        head = found.content[:SNIFF_BYTES]
        blob, size = bytes.fromhex(found.blob), len(found.content)
        language = BINARY if is_binary(found.content) else language_of(name, head) or BINARY
        text = "" if language == BINARY else decode(found.content)
        role = role_of(name, text[:SNIFF_BYTES])
        row = FileRow(blob, found.stat.mtime_ns, size, found.stat.inode, role, language)
        known = None if again else self.table.get(path)
        if known is not None and (known.blob, known.language) == (blob, language):
            ready[path] = row
            return None
        return Source(blob, size, language, text), path, row


def _together(parts: Iterable[tuple[list[PackedFacts], Rows]]) -> tuple[list[PackedFacts], Rows]:
    facts: list[PackedFacts] = []
    rows: Rows = {}
    for some_facts, some_rows in parts:
        facts += some_facts
        rows.update(some_rows)
    return facts, rows


def _chunks(paths: Sequence[bytes], size: int) -> Iterator[Sequence[bytes]]:
    iterator = iter(paths)
    while chunk := list(itertools.islice(iterator, size)):
        yield chunk
