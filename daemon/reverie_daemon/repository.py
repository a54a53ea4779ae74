"""One repository at work: what questions and commands need of it.

The thread that keeps its store equal to its disk is `keeping.py`'s. Nothing is answered here; `answering.py` reads what
is offered.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, TypeVar

from . import wire
from .config import Settings
from .core.nouns import ChangeSet
from .disk import Disk
from .embedding import Embeddings
from .errors import UserError
from .keeping import Keeper
from .meaning import Embedder, Meaning
from .parsing import ParserPool
from .store.catalogue import StoreCatalogue
from .store.repository import RepositoryStore
from .work import Progress, Request
from .worktree import RepositoryLocation, Worktree

CATCH_UP_S = 0.3
"""So long a question waits for saves that came before it."""
PROGRESS_PACE_S = 0.1
READINGS_MAX = 3
"""Of one question, while what it rests on is written to all the time; the answer then says that it may trail."""

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Pending:
    """Files that changed and are not indexed yet, and the share of the repository that they are (1.0 when nothing is
    indexed yet, and how many there are is not known)."""

    files: int = 0
    share: float = 0.0
    history: bool = False
    """Whether commits that HEAD reaches are not read yet, for an answer that is about history."""

    def __bool__(self) -> bool:
        return bool(self.files or self.share or self.history)

    def to_wire(self) -> dict[str, Any]:
        history = {"history": True} if self.history else {}
        return {"files": self.files, "share": round(self.share, 4), **history}


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
        when_begun: Callable[[], None],
        may_learn: Callable[[], bool],
        ignore: Callable[[], Sequence[str]] = tuple,
    ) -> None:
        """`ignore` gives the patterns that the user's configuration ignores here."""
        self.location = location
        self.root = str(location.root)
        self.store = store
        self.settings = chosen
        worktree = Worktree(location, size_max=chosen.source_bytes_max, ignore=ignore)
        self._disk = Disk(worktree)
        self._meaning = meaning
        embeddings = Embeddings(store.vectors, embedder, chosen.vectors_max)
        self._keeper = Keeper(worktree, store, pool, embeddings, poke=poke, when_begun=when_begun, may_learn=may_learn)

    @property
    def worktree_id(self) -> int:
        return self._keeper.worktree_id

    def start(self) -> None:
        self._keeper.start()

    def cancel(self) -> None:
        """Asks the thread to leave at its next step."""
        self._keeper.cancel()

    def stop(self) -> None:
        """Waits until the thread has left; call `cancel` first."""
        self._keeper.stop()

    # What questions need

    def expect(self, question: str) -> None:
        """A question is about to be answered: what can be done meanwhile is begun."""
        self._keeper.give_way()
        self.store.vectors.answer_by_meaning(self._meaning.ready)
        self._meaning.expect(self.store.name, question)

    def catch_up(self, wait_s: float) -> Pending:
        """Applies every save that came before this call, for at most `wait_s`; what is still missing afterwards."""
        deadline_s = time.monotonic() + wait_s
        if not self._keeper.table:
            self._keeper.wait_until_ready(wait_s)
        request = self._keeper.sweep() if self._keeper.watching else None
        return self._pending() if request is None else self._served(request, deadline_s)

    def read(
        self, work: Callable[[StoreCatalogue], Value], wait_s: float, cited: Callable[[Value], Collection[str]]
    ) -> tuple[Value, Pending]:
        """What `work` makes of the repository with every save that came before this call applied, for at most `wait_s`;
        and what is still missing.

        In a repository of very many files a sweep does not look at each. Those that the value is said to rest on
        (`cited`) are then looked at once it is there, and `work`, which must have no effects, is done again where one
        was written to.
        """
        deadline_s = time.monotonic() + wait_s
        pending = self.catch_up(wait_s)
        for _ in range(READINGS_MAX):
            with self.reading() as catalogue:
                value, clock = work(catalogue), catalogue.clock
            request = None if pending else self._keeper.look_at(cited(value))
            if request is None:
                return value, pending
            pending = self._served(request, deadline_s)
            # A file that was saved just now is looked at until its stat tells whether it was saved once more.
            if not pending and self.store.clock(self.worktree_id) == clock:
                return value, pending
        return value, self._pending(unserved=1)

    def _served(self, request: Request, deadline_s: float) -> Pending:
        """Waits for it until the deadline; what is still missing then."""
        request.done.wait(max(0.0, deadline_s - time.monotonic()))
        changes = request.changes or ChangeSet()
        served = request.done.is_set() and request.failed is None
        return self._pending(0 if served else max(1, len(changes.changed) + len(changes.deleted)))

    @property
    def begun(self) -> bool:
        """Whether anything of it is indexed; a question before that has nothing to stand on."""
        return self._keeper.begun

    @property
    def indexing(self) -> bool:
        """Whether its index is being brought up to date just now."""
        return self._keeper.progress is not None

    @property
    def unembedded(self) -> int:
        """Passages whose meaning is to be learned yet."""
        return self._keeper.unembedded

    def _pending(self, unserved: int = 0) -> Pending:
        if not self.begun:
            return Pending(0, 1.0)
        files = max(unserved, self._keeper.pending)
        return Pending(files, files / max(files + len(self._keeper.table), 1))

    def reading(self) -> AbstractContextManager[StoreCatalogue]:
        """The repository as it is now, for one question."""
        return self.store.reading(self.worktree_id, self._disk, self._meaning.nearest)

    @property
    def moment(self) -> str:
        """The worktree, its HEAD, and up to where its history is known: with the clock, all that an answer can rest
        on."""
        return f"{self.worktree_id} {self._keeper.head.oid} {self.store.history_head(self.worktree_id)}"

    @property
    def knows_history(self) -> bool:
        """Whether all commits that HEAD reaches are read."""
        return self.store.history_head(self.worktree_id) == self._keeper.head.oid

    def stands(self, path: str, blob: str) -> bool:
        """Whether an indexed file holds this blob, on disk as well: told by its stat, without reading it."""
        row = self._keeper.table.get(os.fsencode(path))
        return row is not None and row.blob.hex() == blob and self._disk.is_still(path, row)

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

    def look_again(self, event: str) -> None:
        """Has the files listed anew, since what is to be read may be another choice now; waits for nothing."""
        self._keeper.ask_for(Request("request", event, reconcile=True))

    def index(self) -> Iterator[dict[str, Any]]:
        """Brings the index up to date: `progress` events, then `done`."""
        return self._follow(Request("request", "index", reconcile=True))

    def learn(self) -> Iterator[dict[str, Any]]:
        """Indexes, then learns all else there is to learn now."""
        return self._follow(Request("request", "learn", reconcile=True, learn=True, thorough=True))

    def _follow(self, request: Request) -> Iterator[dict[str, Any]]:
        began_s = time.monotonic()
        told: Progress | None = None
        self._keeper.ask_for(request)
        while not request.done.wait(PROGRESS_PACE_S):
            self._keeper.raise_if_leaving()
            progress = self._keeper.progress
            if progress is not None and progress != told:
                told = progress
                yield {"event": "progress", **progress.to_wire()}
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
        keeper = self._keeper
        progress, trigger, problem = keeper.progress, keeper.trigger, keeper.problem
        return {
            "root": self.root,
            "name": self.location.name,
            "head": keeper.head.oid or None,
            "branch": keeper.head.branch or None,
            "clock": self.store.clock(self.worktree_id),
            "files": stats.files,
            "symbols": stats.symbols,
            "pending": self._pending().to_wire(),
            "store": str(self.store.path),
            "store_bytes": stats.store_bytes,
            "store_elsewhere": (self.store.claim.elsewhere if self.store.claim else "") or None,
            "last_trigger": trigger.to_wire() if trigger else None,
            "progress": progress.to_wire() if progress else None,
            "problem": problem.to_wire() if problem else None,
        }
