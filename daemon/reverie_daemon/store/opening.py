"""Opens a repository's store and the user's ledger.

A damaged one is moved aside, never deleted, and what can still be read of a store's remembered answers and notes, which
may have cost money, is carried over. The facts are not salvaged: the repository gives them again.
"""

from __future__ import annotations

import itertools
import sqlite3
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from ..core.notes import Note
from ..errors import UserError
from . import memory, notes
from .connection import configure_writer, failures_explained, is_broken, open_writer, transaction
from .memory import Remembered
from .schema import LEDGER, REPOSITORY, Migration, migrate, refuse_newer

LOG_SUFFIXES = ("-wal", "-shm")


def open_repository(path: Path) -> tuple[sqlite3.Connection, Path | None]:
    """The writer's connection to an up-to-date store, and where a damaged one was moved, if there was one. Raises
    `UserError`."""
    writer, aside = _open_or_rebuild(path, REPOSITORY, "This repository's store", "repository")
    if aside is not None:
        with transaction(writer):
            for kept in _salvage(aside):
                if isinstance(kept, Remembered):
                    memory.remember(writer, kept)
                else:
                    notes.keep(writer, kept)
    return writer, aside


def open_ledger(path: Path) -> tuple[sqlite3.Connection, Path | None]:
    """The same for the user's ledger, of which nothing is salvaged."""
    return _open_or_rebuild(path, LEDGER, "The ledger of tokens and repositories", "ledger")


def _open_or_rebuild(
    path: Path, migrations: Sequence[Migration], what: str, whole: str
) -> tuple[sqlite3.Connection, Path | None]:
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return _opened(path, migrations, what, whole), None
    except sqlite3.DatabaseError as error:
        if not is_broken(error):
            with failures_explained():
                raise
    except OSError as error:
        raise UserError(
            f"What is learned cannot be stored in {path.parent}: {error.strerror}.",
            next_step="Make that folder writable, or set REVERIE_HOME to a folder that is.",
            code="store_readonly",
        ) from error
    aside = _move_aside(path)
    with failures_explained():
        return _opened(path, migrations, what, whole), aside


def _opened(path: Path, migrations: Sequence[Migration], what: str, whole: str) -> sqlite3.Connection:
    writer = open_writer(path)
    try:
        refuse_newer(writer, migrations, what)
        configure_writer(writer)
        found = writer.execute("PRAGMA quick_check(1)").fetchone()[0]
        if found != "ok":
            error = sqlite3.DatabaseError(found)
            error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
            raise error
        migrate(writer, migrations, whole)
    except (sqlite3.Error, UserError):
        writer.close()
        raise
    return writer


def _move_aside(path: Path) -> Path:
    for number in itertools.count(1):
        aside = path.with_name(f"{path.name}.broken-{number}")
        if not aside.exists():
            break
    path.rename(aside)
    for suffix in LOG_SUFFIXES:
        log = path.with_name(path.name + suffix)
        if log.exists():
            log.rename(aside.with_name(aside.name + suffix))
    return aside


def _salvage(aside: Path) -> Iterator[Remembered | Note]:
    """One by one, of each table until the damage is met."""
    for every in (memory.every, notes.every):
        try:
            connection = sqlite3.connect(f"{aside.absolute().as_uri()}?mode=ro", uri=True)
            try:
                yield from every(connection)
            finally:
                connection.close()
        except (sqlite3.DatabaseError, ValueError, zlib.error):  # ValueError: JSON that is damaged
            continue
