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
from .analyses.embeddings import Embeddings
from .config import Settings
from .core.changes import FileEvent, Rescan, Wait, settle
from .core.nouns import ChangeSet, Commit
from .core.roles import role_of
from .disk import Disk
from .errors import UserError
from .indexing import Cancelled, Indexing
from .meaning import Embedder, Meaning
from .parsing import ParserPool
from .store.catalogue import StoreCatalogue
from .store.repository import RepositoryStore
from .worktree import RepositoryLocation, Worktree, compare
from .worktree.history import COMMITS_MAX

SWEEP_EVERY_S = 300.0
"""Events can be lost; a reconciliation finds what they missed."""
INBOX_EVERY_S = 1.0
TIDY_AFTER_S = 30.0
"""The store is tidied when nothing happened for so long."""
HISTORY_BATCH = 500
QUIET_S = 2.0
"""So long after a question nothing is embedded."""
PROGRESS_PACE_S = 0.02
STOP_WAIT_S = 1.5

_READING_ORDER = {"source": 0, "config": 1, "docs": 2, "test": 3, "data": 4, "generated": 5, "vendored": 6}

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Pending:
    """Files that changed and are not indexed yet, and the share of the repository that they are (1.0 when nothing is
    indexed yet, and how many there are is not known)."""

    files: int = 0
    share: float = 0.0

    def __bool__(self) -> bool:
        return bool(self.files or self.share)

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
    """Work for the thread: changes to apply, paths heard of to look at, a reconciliation, and learning afterwards, of
    all there is when it is to be `thorough`.

    `done` is set when it was served, or given up with `failed`.
    """

    source: str
    event: str
    changes: ChangeSet | None = None
    heard: ChangeSet | None = None
    reconcile: bool = False
    learn: bool = False
    thorough: bool = False
    done: threading.Event = field(default_factory=threading.Event)
    failed: UserError | None = None


class LiveRepository:
    """A repository that is watched. Public methods may be called from any thread."""

    def __init__(
        self,
        location: RepositoryLocation,
        store: RepositoryStore,
        pool: ParserPool,
        embedder: Embedder,
        meaning: Meaning,
        chosen: Settings,
        *,
        poke: Callable[[], None],
    ) -> None:
        self.location = location
        self.root = str(location.root)
        self.store = store
        self._worktree = Worktree(location, size_max=chosen.source_bytes_max)
        self._disk = Disk(self._worktree)
        self._pool = pool
        self._poke = poke
        self._meaning = meaning
        self._embeddings = Embeddings(store.vectors, embedder, chosen.vectors_max)
        self._asked_s = time.monotonic()
        self._indexing = Indexing(store, self._worktree, pool, time.time)
        self._requests: queue.SimpleQueue[_Request | None] = queue.SimpleQueue()
        self._events: list[FileEvent] = []
        self._thread = threading.Thread(target=self._run, name=f"keep {location.name}", daemon=True)
        self._watching = os.environ.get("REVERIE_WATCH") != "off"
        self._watcher = self._worktree.watcher(lambda: self._requests.put(None))
        self._sweeping = threading.Lock()
        self._sweep_due_s = time.monotonic() + SWEEP_EVERY_S
        self._progress: tuple[str, int, int] | None = None
        self._trigger: Trigger | None = None
        self._problem: UserError | None = None
        self._ready = threading.Event()
        self._untidy = False
        self._head = self._worktree.head()

    @property
    def worktree_id(self) -> int:
        return self._indexing.worktree_id

    def start(self) -> None:
        self._thread.start()

    def cancel(self) -> None:
        """Asks the thread to leave at its next step."""
        self._indexing.cancelled.set()
        self._requests.put(None)

    def stop(self) -> None:
        """Waits until the thread has left; call `cancel` first."""
        self._watcher.stop()
        self._thread.join(timeout=STOP_WAIT_S)

    # What questions need

    def expect(self, question: str) -> None:
        """A question is about to be answered: what can be done meanwhile is begun."""
        self._asked_s = time.monotonic()
        self.store.vectors.answer_by_meaning(self._meaning.ready)
        self._meaning.expect(self.store.name, question)

    def catch_up(self, wait_s: float) -> Pending:
        """Applies every save that came before this call, for at most `wait_s`; what is still missing afterwards."""
        deadline_s = time.monotonic() + wait_s
        if not self._indexing.table:
            self._ready.wait(wait_s)
        request = self._swept() if self._watching else None
        if request is None:
            return self._pending()
        request.done.wait(max(0.0, deadline_s - time.monotonic()))
        changes = request.changes or ChangeSet()
        unserved = 0 if request.done.is_set() else max(1, len(changes.changed) + len(changes.deleted))
        return self._pending(unserved)

    def _swept(self) -> _Request | None:
        """What a sweep finds, asked for; None when the store is up to date."""
        with self._sweeping:
            sweep = self._worktree.sweep(dict(self._indexing.table))
        if sweep.complete and not sweep.changes and not sweep.relist:
            return None
        again = sweep.relist or not sweep.complete
        request = _Request("sweep", "question", changes=sweep.changes, reconcile=again)
        self._requests.put(request)
        return request

    @property
    def begun(self) -> bool:
        """Whether anything of it is indexed; a question before that has nothing to stand on."""
        return self._ready.is_set() or bool(self._indexing.table)

    def _pending(self, unserved: int = 0) -> Pending:
        if not self.begun:
            return Pending(0, 1.0)
        files = max(unserved, self._indexing.pending)
        return Pending(files, files / max(files + len(self._indexing.table), 1))

    def reading(self) -> AbstractContextManager[StoreCatalogue]:
        """The repository as it is now, for one question."""
        return self.store.reading(self.worktree_id, self._disk, self._meaning.nearest)

    @property
    def moment(self) -> str:
        """HEAD, and up to where history is known: with the clock, all that an answer can rest on."""
        return f"{self._head.oid} {self.store.history_head()}"

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

    # What commands ask for

    def index(self) -> Iterator[dict[str, Any]]:
        """Brings the index up to date: `progress` events, then `done`."""
        return self._follow(_Request("request", "index", reconcile=True))

    def learn(self) -> Iterator[dict[str, Any]]:
        """Indexes, then learns all else there is to learn now."""
        return self._follow(_Request("request", "learn", reconcile=True, learn=True, thorough=True))

    def _follow(self, request: _Request) -> Iterator[dict[str, Any]]:
        began_s = time.monotonic()
        self._requests.put(request)
        while not request.done.wait(PROGRESS_PACE_S):
            if self._progress is not None:
                phase, done, total = self._progress
                yield {"event": "progress", "phase": phase, "done": done, "total": total}
        if request.failed is not None:
            raise request.failed
        stats = self.store.stats(self.worktree_id)
        seconds = round(time.monotonic() - began_s, 3)
        yield {
            "event": "done",
            "files": stats.files,
            "symbols": stats.symbols,
            "clock": self.store.clock(self.worktree_id),
            "seconds": seconds,
        }

    def status(self) -> dict[str, Any]:
        """This repository's part of the daemon's status."""
        stats = self.store.stats(self.worktree_id)
        progress = self._progress
        return {
            "root": self.root,
            "name": self.location.name,
            "head": self._head.oid or None,
            "branch": self._head.branch or None,
            "clock": self.store.clock(self.worktree_id),
            "files": stats.files,
            "symbols": stats.symbols,
            "notes_fresh": 0,
            "notes_stale": 0,
            "jobs": 1 if progress else 0,
            "pending": self._pending().to_wire(),
            "store_bytes": stats.store_bytes,
            "last_trigger": self._trigger.to_wire() if self._trigger else None,
            "progress": dict(zip(("phase", "done", "total"), progress, strict=True)) if progress else None,
            "problem": self._problem.to_wire() if self._problem else None,
        }

    # The thread

    def _run(self) -> None:
        try:
            if self._watching:
                self._watcher.start()  # before the listing, so that nothing falls between the two
            self._serve(_Request("start", "start", reconcile=True))
            self._ready.set()
            self._read_inbox()
            # Behind what was asked for meanwhile: history takes seconds, and can wait.
            self._requests.put(_Request("start", "start", learn=True))
            while True:
                self._step()
        except Cancelled:
            return

    def _step(self) -> None:
        # Without file events the inbox is looked at now and then: hooks work all the same.
        wait_s = self._settle() if self._watching else INBOX_EVERY_S
        embed_in_s = self._embed_in_s()
        try:
            request = self._requests.get(timeout=min(wait_s, embed_in_s))
        except queue.Empty:
            if embed_in_s <= wait_s:
                self._embed_a_little()
            else:
                self._look_for_what_was_missed()
            return
        if self._indexing.cancelled.is_set():
            raise Cancelled
        if request is None:
            self._hear()
        else:
            self._serve(request)

    def _hear(self) -> None:
        heard = self._watcher.drain()
        if heard.events:
            self._events += heard.events
            self._pool.warm()
        if "root gone" in heard.signals:
            gone = UserError(f"{self.root} is gone.", next_step=f"reverie remove {self.root}", code="root_gone")
            self._problem = gone
        if "overflow" in heard.signals:
            self._serve(_Request("watch", "overflow", reconcile=True))
        if "inbox" in heard.signals:
            self._read_inbox()
        elif "head" in heard.signals:
            self._serve(_Request("watch", "head", reconcile=True, learn=True))

    def _read_inbox(self) -> None:
        """Does what git hooks asked for, also while no daemon ran."""
        for trigger in hooks.read_inbox(self.location.common_dir):
            self._serve(_Request("hook", trigger.event, reconcile=True, learn=True))

    def _settle(self) -> float:
        """Acts on file events once they have settled; the seconds until there may be more to do."""
        if not self._events:
            return TIDY_AFTER_S
        outcome = settle(self._events, time.monotonic() * 1000)
        if isinstance(outcome, Wait):
            return outcome.ms / 1000
        self._events = []
        if isinstance(outcome, Rescan):
            self._serve(_Request("watch", outcome.reason, reconcile=True))
        else:
            self._serve(_Request("watch", "changed", heard=outcome))
        return TIDY_AFTER_S

    def _look_for_what_was_missed(self) -> None:
        if self._untidy:
            self.store.evict(time.time())
            self._untidy = False
        if not self._watching:
            self._read_inbox()
        elif time.monotonic() >= self._sweep_due_s:
            self._sweep_due_s = time.monotonic() + SWEEP_EVERY_S
            self._serve(_Request("sweep", "periodic", reconcile=True))

    def _between(self) -> Collection[bytes]:
        """Serves the small requests that came during a long one; the paths they were about."""
        served: list[bytes] = []
        later: list[_Request] = []
        while not self._requests.empty():
            request = self._requests.get()
            if request is None or request.reconcile or request.changes is None:
                later += [request] if request is not None else []
                continue
            paths = [*request.changes.changed, *request.changes.deleted]
            served += map(os.fsencode, paths)
            self._serve(request)
        for request in later:
            self._requests.put(request)
        self._requests.put(None)
        return served

    def _serve(self, request: _Request) -> None:
        """Does what a request asks; its failure is told to whoever waits, and shown in the status."""
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
        clock, head = self.store.clock(self.worktree_id), self._head
        self._head = self._worktree.head()
        changes = request.changes
        reconcile = request.reconcile
        if request.heard is not None:
            with self._sweeping:
                paths = (*request.heard.changed, *request.heard.deleted)
                found = self._worktree.examine(paths, dict(self._indexing.table))
            changes, reconcile = found.changes, found.relist
        if reconcile:
            with self._sweeping:
                listing = self._worktree.listing()
            changes = compare(listing.files, self._indexing.table)
        if changes:
            self._index(changes)
        if self._head != head or self.store.clock(self.worktree_id) != clock or request.source == "hook":
            at = datetime.now(UTC).isoformat(timespec="seconds")
            self._trigger = Trigger(request.source, request.event, at)
        if self._head != head or request.learn:
            self._learn()
        if request.thorough:
            self._embed_all()

    def _index(self, changes: ChangeSet) -> None:
        changed = [os.fsencode(path) for path in sorted(changes.changed, key=_reading_order)]
        deleted = [os.fsencode(path) for path in changes.deleted]
        self._untidy = True
        self._indexing.apply(changed, deleted, progress=self._show("indexing"), between=self._between)

    def _show(self, phase: str) -> Callable[[int, int], None]:
        def show(done: int, total: int) -> None:
            self._progress = (phase, done, total)
            self._poke()

        return show

    def _learn(self) -> None:
        """Takes in the commits that are new, then lets go of facts that nothing needs any more."""
        known = self.store.history_head()
        if self._head.oid and known != self._head.oid:
            if known is not None and self._worktree.is_ancestor(known, self._head.oid):
                self.store.add_commits(self._commits_since(known))
            else:
                self.store.replace_history(self._commits_since(""))
        self.store.evict(time.time())
        self._untidy = False

    def _embed_in_s(self) -> float:
        """When to embed a few passages, unless something else comes: at once, once nobody asked for a while."""
        if self._embeddings.pending(self.store.clock(self.worktree_id)) == 0:
            return float("inf")
        return max(0.0, self._asked_s + QUIET_S - time.monotonic())

    def _embed_a_little(self) -> None:
        if time.monotonic() >= self._asked_s + QUIET_S:
            self._embeddings.embed_some()
        if not self._watching:
            self._read_inbox()

    def _embed_all(self) -> None:
        """Embeds whatever has no vector yet; serves what comes meanwhile."""
        show, done = self._show("embedding"), 0
        while pending := self._embeddings.pending(self.store.clock(self.worktree_id)):
            if self._indexing.cancelled.is_set():
                raise Cancelled
            done += self._embeddings.embed_some()
            show(done, done + pending)
            self._between()

    def _commits_since(self, known: str) -> list[Commit]:
        """The commits that are new, newest first; serves what comes meanwhile."""
        show = self._show("reading history")
        commits: list[Commit] = []
        for commit in self._worktree.history(known):
            if self._indexing.cancelled.is_set():
                raise Cancelled
            commits.append(commit)
            if len(commits) % HISTORY_BATCH == 0:
                self._between()
                show(len(commits), COMMITS_MAX)
        return commits


def _reading_order(path: str) -> tuple[int, str]:
    """Sources first, so that early answers rest on them."""
    return _READING_ORDER[role_of(path)], path
