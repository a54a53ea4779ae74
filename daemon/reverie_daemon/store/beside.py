"""A store read by another process than the one that writes it: nothing is written here."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

from . import reach
from .catalogue import Disk, StoreCatalogue
from .connection import open_reader, snapshot
from .learned import Learned
from .reading import Shelf


class StoreReader:
    """Used by one thread. `learned` reads only."""

    def __init__(self, path: Path) -> None:
        self._reader = open_reader(path)
        self._shelf = Shelf()
        self.learned = Learned(_refuse, self._reading)

    @contextmanager
    def reading(self, worktree: int, disk: Disk) -> Iterator[StoreCatalogue]:
        """One moment of a worktree."""
        with snapshot(self._reader):
            yield StoreCatalogue(self._reader, worktree, disk, self._shelf)

    def history_head(self, worktree: int) -> str:
        """The newest commit of the worktree's that is known, "" for none."""
        return reach.of(self._reader, worktree).head

    def close(self) -> None:
        self._reader.close()

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        if self._reader.in_transaction:
            yield self._reader
        else:
            with snapshot(self._reader):
                yield self._reader


def _refuse() -> NoReturn:
    raise AssertionError("only the daemon writes to a store")
