"""The repositories that the daemon watches: taken up, opened, shown with their problem where they cannot be, let go.

Which they are stands in the user's ledger. Repositories with several worktrees share a store. What a repository does
is its own; this module answers nothing about it.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .config import Locations
from .errors import NoRepository, UserError
from .repository import LiveRepository
from .store.claiming import claim
from .store.ledger import Ledger
from .store.repository import RepositoryStore
from .worktree import RepositoryLocation, find

log = logging.getLogger(__name__)


class Watched:
    """May be used from any thread. `make` builds a repository on its opened store, not started yet; `added` is called
    after each that was added, with whether anything of it is indexed yet."""

    def __init__(
        self,
        where: Locations,
        ledger: Ledger,
        make: Callable[[RepositoryLocation, RepositoryStore], LiveRepository],
        added: Callable[[bool], None],
    ) -> None:
        self._where = where
        self._ledger = ledger
        self._make = make
        self._added = added
        self._repositories: dict[str, LiveRepository] = {}
        self._stores: dict[Path, RepositoryStore] = {}
        self._unrecorded: set[str] = set()
        self._problems: dict[str, UserError] = {}
        self._lock = threading.Lock()

    def every(self) -> list[LiveRepository]:
        """Those that can be used, in the order they were added."""
        return list(self._repositories.values())

    def unusable(self) -> list[dict[str, Any]]:
        """The status of those that the ledger knows and that cannot be used, with the reason."""
        return [_vanished(root, error) for root, error in self._problems.items()]

    def at(self, root: str) -> LiveRepository:
        """The repository at this root. Raises NoRepository when it is not watched."""
        repository = self._repositories.get(root)
        if repository is None:
            raise NoRepository(f"{root} is not watched.", next_step=f"reverie add {root}")
        return repository

    def resume(self) -> None:
        """Takes up the repositories that the ledger knows; one that cannot be used is shown with its problem."""
        for root in self._ledger.repositories():
            try:
                self.add(Path(os.fsdecode(root)))
            except UserError as error:
                log.warning("%s: %s", os.fsdecode(root), error.message)
                self._problems[os.fsdecode(root)] = error

    def add(self, path: Path) -> tuple[str, bool]:
        """Watches the repository around `path`; its root, and whether anything of it is indexed yet. Raises UserError
        where there is none, or where it cannot be used."""
        location = find(path)
        root = str(location.root)
        with self._lock:
            if root not in self._repositories:
                self._repositories[root] = self._open(location)
                self._unrecorded.add(root)
                self._problems.pop(root, None)
        begun = self._repositories[root].begun
        self._record(root)
        self._added(begun)
        return root, begun

    def remove(self, path: Path) -> str:
        """Watches the repository around `path` no longer; its root. Raises UserError where there is none."""
        root = str(path) if str(path) in self._problems else str(find(path).root)
        with self._lock:
            repository = self._repositories.pop(root, None)
            self._problems.pop(root, None)
            self._ledger.remove_repository(os.fsencode(root))
        if repository is not None:
            repository.cancel()
            repository.stop()
        return root

    def cancel(self) -> None:
        """Asks every repository's thread to leave at its next step."""
        for repository in self.every():
            repository.cancel()

    def stop(self) -> None:
        """Waits until they have left, and closes the stores; call `cancel` first."""
        for repository in self.every():
            repository.stop()
        for store in self._stores.values():
            store.close()

    def _open(self, location: RepositoryLocation) -> LiveRepository:
        store = self._stores.get(location.common_dir)
        if store is None:
            store = self._stores[location.common_dir] = self._open_store(location)
            store.learned.give_all_back()
        repository = self._make(location, store)
        repository.start()
        return repository

    def _open_store(self, location: RepositoryLocation) -> RepositoryStore:
        fallback = self._where.store_elsewhere(location.common_dir)
        claimed = claim(location.common_dir / "reverie", fallback)
        if claimed.elsewhere:
            log.warning("%s: stored in %s, since %s", location.root, claimed.path, claimed.elsewhere)
        try:
            return RepositoryStore.open(claimed.path, now=time.time(), claim=claimed)
        except UserError:
            claimed.release()
            raise

    def _record(self, root: str) -> None:
        """Writes down that the repository is watched; where that fails, again at the next command."""
        if root in self._unrecorded:
            try:
                self._ledger.add_repository(os.fsencode(root), now=time.time())
                self._unrecorded.discard(root)
            except UserError as error:
                log.warning("%s will be watched until the daemon leaves only: %s", root, error.message)


def _vanished(root: str, error: UserError) -> dict[str, Any]:
    counts = ("clock", "files", "symbols", "notes_fresh", "notes_stale", "jobs", "jobs_failed", "store_bytes")
    nothing = dict.fromkeys(counts, 0)
    unknown = dict.fromkeys(("head", "branch", "last_trigger", "progress", "store", "store_elsewhere"))
    pending = {"files": 0, "share": 0.0}
    return {"root": root, "name": Path(root).name, **nothing, **unknown, "pending": pending, "problem": error.to_wire()}
