"""One repository at work: a thread that keeps its store equal to its disk, and what questions need of it.

The thread takes requests in turn (changes heard, changes a question found, hooks, a whole reconciliation, learning) and
serves small ones in the midst of long ones. It answers nothing itself; `answering.py` reads what it keeps.
"""

from __future__ import annotations

import logging
import os
import queue
import threading
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from . import hooks, wire
from .config import Settings
from .core.changes import ChangeSet, RawEvent, Rescan, Wait, settle
from .core.nouns import Catalogue
from .core.redact import redact
from .errors import UserError
from .indexing import Cancelled, Indexing
from .parsing import ParserPool, decode
from .store.repository import RepositoryStore
from .worktree import RepositoryLocation, Watcher, Worktree

REST_AFTER_S = 60.0
"""Parser processes leave when nothing changed for so long."""
SWEEP_EVERY_S = 300.0
"""Events can be lost; a sweep finds what they missed."""
HISTORY_BATCH = 500
PROGRESS_PACE_S = 0.05

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Pending:
    """Files that changed and are not indexed yet, and the share of the repository that they are."""

    files: int = 0
    share: float = 0.0

    def to_wire(self) -> dict[str, Any]:
        return {"files": self.files, "share": round(self.share, 4)}


@dataclass(frozen=True, slots=True)
class Trigger:
    """What woke the repository last. `source` is watch, hook, start, sweep or request."""

    source: str
    event: str
    at: str

    def to_wire(self) -> dict[str, str]:
        return {"source": self.source, "event": self.event, "at": self.at}


@dataclass(slots=True)
class _Request:
    """Work for the thread. `done` is set when it was served, or given up with `failed`."""

    changes: ChangeSet | None = None
    reconcile: bool = False
    learn: bool = False
    stop: bool = False
    source: str = ""
    event: str = ""
    done: threading.Event = field(default_factory=threading.Event)
    failed: UserError | None = None


class LiveRepository:
    """A repository that is watched. Public methods may be called from any thread."""

    def __init__(
        self,
        location: RepositoryLocation,
        store: RepositoryStore,
        pool: ParserPool,
        chosen: Settings,
        *,
        poke: Callable[[], None],
    ) -> None:
        self.location = location
        self.root = str(location.root)
        self.store = store
        self.worktree = Worktree(location, source_bytes_max=chosen.source_bytes_max)
        self._pool = pool
        self._poke = poke
        self._indexing = Indexing(store, self.worktree, pool, time.time)
        self._requests: queue.SimpleQueue[_Request | list[RawEvent]] = queue.SimpleQueue()
        self._raw: list[RawEvent] = []
        self._thread = threading.Thread(target=self._run, name=f"keep {location.name}", daemon=True)
        self._watching = os.environ.get("REVERIE_WATCH") != "off"
        self._watcher = Watcher(self.worktree, self._requests.put, files=self._watching)
        self._progress: tuple[str, int, int] | None = None
        self._trigger: Trigger | None = None
        self._problem: UserError | None = None
        self._ready = threading.Event()
        self._head = self.worktree.head()

    def start(self) -> None:
        self._thread.start()

    def cancel(self) -> None:
        """Asks the thread to leave at its next step."""
        self._indexing.cancelled.set()
        self._requests.put(_Request(stop=True))

    def stop(self) -> None:
        """Waits until the thread has left; call `cancel` first."""
        self._watcher.stop()
        self._thread.join(timeout=5)

    # What questions need

    def catch_up(self, wait_s: float) -> Pending:
        """Applies every save that came before this call, for at most `wait_s`; what is still missing afterwards."""
        if self._watching:
            changes = self.worktree.sweep(dict(self._indexing.table))
            if changes:
                request = _Request(changes=changes, source="sweep", event="question")
                self._requests.put(request)
                request.done.wait(wait_s)
                missing = 0 if request.done.is_set() else len(changes.changed) + len(changes.deleted)
                return self._pending(max(missing, self._indexing.pending))
        if not self._ready.is_set():
            self._ready.wait(wait_s)
        return self._pending(self._indexing.pending)

    def _pending(self, files: int) -> Pending:
        known = len(self._indexing.table)
        if not self._ready.is_set() and not files:
            return Pending(0, 1.0 if not known else 0.0)
        return Pending(files, files / max(files + known, 1))

    def reading(self) -> AbstractContextManager[Catalogue]:
        """The repository as it is now, for one question."""
        return self.store.reading(self._indexing.worktree_id, self.worktree)

    @property
    def head(self) -> str:
        return self._head.oid or ""

    def source(self, path: str, start: int, end: int) -> dict[str, Any]:
        """Lines of an indexed file as on disk now. Raises UserError when there is no such file."""
        with self.reading() as catalogue:
            versions = {version.path: version for version in catalogue.files()}
            name = wire.unescape_path(path, versions)
            lines = catalogue.text(name) if name in versions else None
        if lines is None:
            raise UserError(f"{path} is not an indexed file of {self.root}.", next_step="reverie index", code="no_file")
        start = max(start, 1)
        return {
            "path": path,
            "language": versions[name].language,
            "blob": versions[name].blob,
            "start_line": start,
            "total_lines": len(lines),
            "lines": list(lines[start - 1 : end or None]),
        }

    def forget(self, path: str) -> dict[str, int]:
        """Deletes what was learned and asked about a path, or all of it; how many of each."""
        gone = self.store.forget(os.fsencode(path) if path else None)
        return {"questions": gone.questions, "notes": gone.notes}

    # What commands ask for

    def index(self) -> Iterator[dict[str, Any]]:
        """Brings the index up to date: `progress` events, then `done`."""
        yield from self._follow(_Request(reconcile=True, source="request", event="index"))

    def learn(self) -> Iterator[dict[str, Any]]:
        """Indexes, then learns all else there is to learn now."""
        yield from self._follow(_Request(reconcile=True, learn=True, source="request", event="learn"))

    def _follow(self, request: _Request) -> Iterator[dict[str, Any]]:
        began = time.monotonic()
        self._requests.put(request)
        while not request.done.wait(PROGRESS_PACE_S):
            if self._progress is not None:
                phase, done, total = self._progress
                yield {"event": "progress", "phase": phase, "done": done, "total": total}
        if request.failed is not None:
            raise request.failed
        stats = self.store.stats(self._indexing.worktree_id)
        yield {
            "event": "done",
            "files": stats.files,
            "symbols": stats.symbols,
            "clock": self.store.clock(self._indexing.worktree_id),
            "seconds": round(time.monotonic() - began, 3),
        }

    def status(self) -> dict[str, Any]:
        stats = self.store.stats(self._indexing.worktree_id)
        progress = self._progress
        return {
            "root": self.root,
            "name": self.location.name,
            "head": self._head.oid,
            "branch": self._head.branch,
            "clock": self.store.clock(self._indexing.worktree_id),
            "files": stats.files,
            "symbols": stats.symbols,
            "notes_fresh": 0,
            "notes_stale": 0,
            "jobs": 1 if progress else 0,
            "pending": self._pending(self._indexing.pending).to_wire(),
            "store_bytes": stats.store_bytes,
            "last_trigger": self._trigger.to_wire() if self._trigger else None,
            "progress": dict(zip(("phase", "done", "total"), progress, strict=True)) if progress else None,
            "problem": self._problem.to_wire() if self._problem else None,
        }

    # The thread

    def _run(self) -> None:
        try:
            self._watcher.start()
            self._serve(_Request(reconcile=True, learn=True, source="start", event="start"))
            self._ready.set()
            while True:
                self._step()
        except Cancelled:
            return

    def _step(self) -> None:
        wait_s = self._settle_raw()
        try:
            request = self._requests.get(timeout=wait_s)
        except queue.Empty:
            self._rest_or_sweep(wait_s)
            return
        if isinstance(request, list):
            self._raw += request
            self._pool.warm()
        else:
            self._serve(request)

    def _settle_raw(self) -> float:
        """Acts on raw events once they have settled; the seconds until there may be more to do."""
        if not self._raw:
            return REST_AFTER_S
        outcome = settle(self._raw, int(time.time() * 1000))
        if isinstance(outcome, Wait):
            return outcome.ms / 1000
        self._raw = []
        if isinstance(outcome, Rescan):
            self._serve(_Request(reconcile=True, source="watch", event=outcome.reason))
        elif outcome:
            self._serve(_Request(changes=outcome, source="watch", event="changed"))
        return 0.0

    def _rest_or_sweep(self, waited_s: float) -> None:
        """Quiet for a while: lets go of the parsers, and looks for what events missed."""
        if waited_s < REST_AFTER_S:
            return
        self._pool.rest()
        if self._watching and time.monotonic() >= self._sweep_due:
            self._sweep_due = time.monotonic() + SWEEP_EVERY_S
            self._serve(_Request(reconcile=True, source="sweep", event="periodic"))

    def _serve(self, request: _Request) -> None:
        """Does what a request asks; its failure is told to whoever waits, and shown in the status."""
        if request.stop:
            raise Cancelled
        try:
            self._do(request)
            self._problem = None
        except UserError as error:
            log.warning("%s: %s", self.root, error.message)
            request.failed = self._problem = error
        finally:
            self._progress = None
            request.done.set()
            self._poke()

    def _do(self, request: _Request) -> None:
        before = self.store.clock(self._indexing.worktree_id)
        head = self._head
        self._head = self.worktree.head()
        if request.reconcile:
            self._reconcile()
        elif request.changes is not None:
            self._apply(request.changes)
        if self._head != head or self.store.clock(self._indexing.worktree_id) != before or request.source == "hook":
            now = datetime.now(UTC).isoformat(timespec="seconds")
            self._trigger = Trigger(request.source, request.event, now)
        if self._head != head or request.learn:
            self._learn()

    def _reconcile(self) -> None:
        """Finds all that differs from the store, whoever changed it and whenever."""
        listing = self.worktree.listing()
        table = self._indexing.table
        changed = [path for path, found in listing.files.items() if path not in table or not same(table[path], found)]
        deleted = [path for path in table if path not in listing.files]
        self._index(changed, deleted)

    def _apply(self, changes: ChangeSet) -> None:
        """Indexes what is named, as far as it is to be indexed at all."""
        paths = [os.fsencode(path) for path in (*changes.changed, *changes.deleted)]
        listing = self.worktree.listing(paths)
        deleted = [path for path in self._indexing.table if path not in listing.files and _within(path, paths)]
        self._index(list(listing.files), deleted)

    def _index(self, changed: Collection[bytes], deleted: Collection[bytes]) -> None:
        if changed or deleted:
            self._indexing.apply(
                sorted(changed, key=_reading_order), deleted, progress=self._show("indexing"), between=self._between
            )

    def _learn(self) -> None:
        """Takes in the commits that are new, then lets go of facts that nothing needs any more."""
        if self._head.oid is not None:
            self._take_in_history(self._head.oid)
        self.store.evict(time.time())

    def _take_in_history(self, head: str) -> None: ...
