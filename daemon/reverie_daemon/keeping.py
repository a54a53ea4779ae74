"""The thread that keeps one worktree's part of the store equal to its disk.

It takes requests in turn (what `listening.py` hears, changes a question found, a whole reconciliation, learning) and
serves small ones in the midst of long ones. It answers nothing itself: `repository.py` shows what it keeps.
"""

from __future__ import annotations

import logging
import os
import queue
import threading
import time
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime

from .core.nouns import ChangeSet
from .core.roles import role_of
from .embedding import Embeddings
from .embedding_pace import EmbeddingPace
from .errors import UserError
from .indexing import Cancelled, Indexing
from .listening import Listening
from .parsing import ParserPool
from .reading_history import learn_history
from .store.mapping import FileRow
from .store.repository import RepositoryStore
from .work import Progress, Request, Trigger, leaving
from .worktree import Head, Sweep, Worktree, compare
from .worktree.history import COMMITS_MAX
from .worktree.sweeping import FILES_SWEPT_MAX

QUIET_S = 30.0
"""The store is tidied, and what failed is tried again, when nothing happened for so long."""
HISTORY_BATCH = 500
STOP_WAIT_S = 1.5

_READING_ORDER = {"source": 0, "config": 1, "docs": 2, "test": 3, "data": 4, "generated": 5, "vendored": 6}

log = logging.getLogger(__name__)


class Keeper:
    """Keeps one worktree from `start` to `stop`. Public methods may be called from any thread; what is shown (`head`,
    `progress`, `trigger`, `problem`) is of the latest step. `poke` is called when that changes, `when_begun` once, when
    questions can be answered from all there is; `may_learn` tells whether the machine is free for more than that.

    A step that fails is shown as `problem`; what it left undone is found by a reconciliation, at the next request or
    when it is quiet.
    """

    def __init__(
        self,
        worktree: Worktree,
        store: RepositoryStore,
        pool: ParserPool,
        embeddings: Embeddings,
        *,
        poke: Callable[[], None],
        when_begun: Callable[[], None],
        may_learn: Callable[[], bool],
    ) -> None:
        self.progress: Progress | None = None
        self.trigger: Trigger | None = None
        self.head: Head = worktree.head()
        self._location = worktree.location
        self._worktree = worktree
        self._store = store
        self._pool = pool
        self._poke = poke
        self._when_begun = when_begun
        self._indexing = Indexing(store, worktree, pool, time.time)
        self._embedding = EmbeddingPace(embeddings, lambda: store.clock(self.worktree_id), may_learn)
        self._requests: queue.SimpleQueue[Request | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name=f"keep {self._location.name}", daemon=True)
        self._listening = Listening(worktree, wake=lambda: self._requests.put(None), edited=pool.warm)
        self._sweeping = threading.Lock()
        self._busy_at_s = time.monotonic()
        self._ready = threading.Event()
        self._left = threading.Event()
        self._untidy = False
        self._failure: UserError | None = None

    @property
    def worktree_id(self) -> int:
        return self._indexing.worktree_id

    @property
    def watching(self) -> bool:
        """Whether changes are looked for by itself."""
        return self._listening.on

    @property
    def table(self) -> dict[bytes, FileRow]:
        """What the store maps, by path."""
        return self._indexing.table

    @property
    def pending(self) -> int:
        """Files that are being indexed and not in the store yet."""
        return self._indexing.pending

    @property
    def unembedded(self) -> int:
        """Passages whose meaning is to be learned yet."""
        return self._embedding.left

    @property
    def problem(self) -> UserError | None:
        """Why the store is not kept as it should be: the last step failed, or not everything can be watched."""
        return self._gone() or self._failure or self._listening.problem

    def _gone(self) -> UserError | None:
        root = self._location.root
        if root.is_dir():
            return None
        return UserError(f"{root} is gone.", next_step=f"reverie remove {root}", code="root_gone")

    @property
    def begun(self) -> bool:
        """Whether anything of it is indexed; a question before that has nothing to stand on."""
        return self._ready.is_set() or bool(self._indexing.table)

    def wait_until_ready(self, wait_s: float) -> None:
        """Until the first reconciliation is done, at most so long."""
        self._ready.wait(wait_s)

    def raise_if_leaving(self) -> None:
        """Raises DaemonUnreachable once it was told to leave: what is waited for may not be served any more."""
        if self._indexing.cancelled.is_set():
            raise leaving()

    def start(self) -> None:
        self._thread.start()

    def cancel(self) -> None:
        """Asks the thread to leave at its next step."""
        self._indexing.cancelled.set()
        self._requests.put(None)

    def stop(self) -> None:
        """Waits until the thread has left; call `cancel` first."""
        self._listening.stop()
        self._thread.join(timeout=STOP_WAIT_S)
        self._worktree.close(STOP_WAIT_S)

    def give_way(self) -> None:
        """A question came: whoever asks may ask again soon."""
        self._embedding.give_way()

    def ask_for(self, request: Request) -> None:
        """Puts the request in line; its `done` tells when it was served, or given up because the daemon leaves."""
        self._requests.put(request)
        if self._left.is_set():
            self._give_up_what_waits()

    def sweep(self) -> Request | None:
        """What a sweep finds, or a failure left undone, asked for; None when the store is up to date."""
        with self._sweeping:
            sweep = self._worktree.sweep(dict(self._indexing.table))
        if sweep.complete and not sweep.changes and not sweep.relist and self._failure is None:
            return None
        return self._asked(sweep)

    def look_at(self, paths: Iterable[str]) -> Request | None:
        """What of these indexed files was written to without a sweep seeing it, asked for; None when nothing was.

        Up to as many files as a sweep looks at all of, none can be.
        """
        table = self._indexing.table
        if not self._listening.on or len(table) <= FILES_SWEPT_MAX:
            return None
        rows = {name: table[name] for name in map(os.fsencode, paths) if name in table}
        with self._sweeping:
            found = self._worktree.examine(map(os.fsdecode, rows), rows)
        return self._asked(found) if found.changes else None

    def _asked(self, sweep: Sweep) -> Request:
        again = sweep.relist or not sweep.complete
        request = Request("sweep", "question", changes=sweep.changes, reconcile=again)
        self.ask_for(request)
        return request

    def _run(self) -> None:
        try:
            self._listening.start()  # before the listing, so that nothing falls between the two
            self._serve(Request("start", "start", reconcile=True))
            self._ready.set()
            self._when_begun()
            self._serve_all(self._listening.inbox())
            # Behind what was asked for meanwhile: history takes seconds, and can wait.
            self._requests.put(Request("start", "start", learn=True))
            while True:
                self._step()
        except Cancelled:
            self._left.set()
            self._give_up_what_waits()

    def _give_up_what_waits(self) -> None:
        """Whoever waits for a request would do so for ever, and keep the daemon from leaving."""
        while not self._requests.empty():
            with suppress(queue.Empty):
                if (request := self._requests.get_nowait()) is not None:
                    request.failed = leaving()
                    request.done.set()

    def _step(self) -> None:
        settled, wait_s = self._listening.settled()
        if settled is not None:
            self._serve(settled)
        wait_s = min(QUIET_S, wait_s, self._listening.pace_s)
        embed_in_s = self._embedding.due_in_s()
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
            self._serve_all(self._listening.heard())
        else:
            self._serve(request)

    def _serve_all(self, requests: Iterable[Request]) -> None:
        for request in requests:
            self._serve(request)

    def _look_for_what_was_missed(self) -> None:
        now_s = time.monotonic()
        quiet = now_s - self._busy_at_s >= QUIET_S
        if (self._failure is not None and quiet) or (self._failure is None and self._gone()):
            self._serve(Request("sweep", "again", reconcile=True))
        elif self._untidy and quiet:
            self._tidy()
        self._serve_all(self._listening.missed(now_s))

    def _tidy(self) -> None:
        self._untidy = False
        with self._failures_shown():
            self._store.evict(time.time(), self._worktree.committed, self._indexing.cancelled.is_set)

    def _between(self) -> Collection[bytes]:
        """Serves the small requests that came during a long one; the paths they were about."""
        served: list[bytes] = []
        later: list[Request] = []
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

    def _serve(self, request: Request) -> None:
        """Does what a request asks; its failure is told to whoever waits, and shown in the status."""
        try:
            with self._failures_shown(request):
                self._do(request)
        finally:
            self.progress = None
            self._busy_at_s = time.monotonic()
            request.done.set()
            self._poke()
        with self._failures_shown():
            self._store.settle()

    @contextmanager
    def _failures_shown(self, request: Request | None = None) -> Iterator[None]:
        """The thread's border: nothing that fails ends it."""
        try:
            yield
        except Cancelled:
            if request is not None:
                request.failed = leaving()
            raise
        except UserError as error:
            log.warning("%s: %s", self._location.root, error.message)
            self._failure = error
        except Exception:
            log.exception("%s", self._location.root)
            self._failure = UserError(
                f"Keeping {self._location.root} up to date failed; the daemon's log says why.",
                next_step="reverie logs",
                code="keeping_failed",
            )
        else:
            return
        if request is not None:
            request.failed = self._failure

    def _do(self, request: Request) -> None:
        if gone := self._gone():
            raise gone
        if self._failure is not None and self._failure.code == "root_gone":
            self._listening.start_again()  # what was listened to may have been another folder of the same name
        clock, head = self._store.clock(self.worktree_id), self.head
        self.head = self._worktree.head()
        changes, reconcile = self._found(request)
        if reconcile:
            with self._sweeping:
                listing = self._worktree.listing()
            changes = compare(listing.files, self._indexing.table)
        if changes:
            self._index(changes)
        elif reconcile:
            self._indexing.pending = 0  # what a failure left waiting has gone meanwhile
        if self.head != head or self._store.clock(self.worktree_id) != clock or request.source == "hook":
            at = datetime.now(UTC).isoformat(timespec="seconds")
            self.trigger = Trigger(request.source, request.event, at)
        if self.head != head or request.learn or self._failure is not None:
            self._learn()
        if request.learn:
            self._read_again()
        if request.thorough:
            self._embed_all()
        self._failure = None

    def _found(self, request: Request) -> tuple[ChangeSet | None, bool]:
        """The changes to apply, and whether only a new listing tells them all, as it does after a failure."""
        if self._failure is not None:
            return None, True
        if request.heard is None:
            return request.changes, request.reconcile
        with self._sweeping:
            paths = (*request.heard.changed, *request.heard.deleted)
            found = self._worktree.examine(paths, dict(self._indexing.table))
        return found.changes, found.relist

    def _index(self, changes: ChangeSet) -> None:
        changed = [os.fsencode(path) for path in sorted(changes.changed, key=_reading_order)]
        deleted = [os.fsencode(path) for path in changes.deleted]
        self._untidy = True
        self._indexing.apply(changed, deleted, progress=self._show("indexing"), between=self._between)

    def _show(self, phase: str) -> Callable[[int, int], None]:
        def show(done: int, total: int) -> None:
            self.progress = Progress(phase, done, total)
            self._poke()

        return show

    def _learn(self) -> None:
        """Takes in the commits that are new, then lets go of facts that nothing needs any more."""

        def each(commits: int) -> None:
            if self._indexing.cancelled.is_set():
                raise Cancelled
            if commits % HISTORY_BATCH == 0:
                self._between()
                self._show("reading history")(commits, COMMITS_MAX)

        learn_history(self._store, self._worktree, self.worktree_id, self.head.oid, each)
        self._worktree.quicken_history(self._store.history_length(self.worktree_id), self._indexing.cancelled.is_set)
        self._tidy()

    def _read_again(self) -> None:
        """Has this version's indexers read what older ones did, last of all: what those found is no less true."""
        outdated = sorted(self._indexing.outdated(), key=lambda path: _reading_order(os.fsdecode(path)))
        if outdated:
            self._untidy = True
            self._indexing.apply(outdated, (), progress=self._show("reading again"), between=self._between, again=True)

    def _embed_a_little(self) -> None:
        with self._failures_shown():
            self._embedding.embed_a_little()
        self._serve_all(self._listening.unheard())

    def _embed_all(self) -> None:
        """Embeds whatever has no vector yet; serves what comes meanwhile."""
        show = self._show("embedding")

        def each(done: int, total: int) -> None:
            show(done, total)
            self._between()
            if self._indexing.cancelled.is_set():
                raise Cancelled

        self._embedding.embed_all(each)


def _reading_order(path: str) -> tuple[int, str]:
    """Sources first, so that early answers rest on them."""
    return _READING_ORDER[role_of(path)], path
