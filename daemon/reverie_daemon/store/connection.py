"""How connections to SQLite are opened, and how its failures become errors that a user can act on.

Transactions are always explicit: the sqlite3 module's own would begin deferred, and fail with "database is locked" when
two writers meet. sqlite-utils is not imported here, since it costs 160 ms; only a schema that has to change needs it.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..errors import UserError

LOCK_WAIT_S = 10.0
WRITER_CACHE_KIB = 16_000
READER_CACHE_KIB = 4_000
WAL_KEPT_BYTES = 4 << 20
STATEMENTS_MAX = 200


def open_writer(path: Path) -> sqlite3.Connection:
    """The one connection that writes; the file is made, private to its owner, when there is none. Nothing in it is
    changed before `configure_writer`."""
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    return sqlite3.connect(
        path, timeout=LOCK_WAIT_S, isolation_level=None, check_same_thread=False, cached_statements=STATEMENTS_MAX
    )


def configure_writer(connection: sqlite3.Connection) -> None:
    if connection.execute("PRAGMA page_count").fetchone() == (0,):
        connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA wal_autocheckpoint = 0")
    connection.execute(f"PRAGMA journal_size_limit = {WAL_KEPT_BYTES}")
    connection.execute(f"PRAGMA cache_size = -{WRITER_CACHE_KIB}")
    connection.execute("PRAGMA secure_delete = FAST")
    connection.execute("PRAGMA temp_store = MEMORY")


def open_reader(path: Path) -> sqlite3.Connection:
    """A connection that cannot write."""
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=ro",
        uri=True,
        timeout=LOCK_WAIT_S,
        isolation_level=None,
        check_same_thread=False,
        cached_statements=STATEMENTS_MAX,
    )
    connection.execute(f"PRAGMA cache_size = -{READER_CACHE_KIB}")
    connection.execute("PRAGMA query_only = ON")
    return connection


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """All or nothing, the write lock taken at once; SQLite's failures come out as `UserError`."""
    with failures_explained():
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield connection
            connection.execute("COMMIT")
        finally:
            if connection.in_transaction:
                connection.execute("ROLLBACK")


@contextmanager
def snapshot(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """Everything read inside is of one moment, whatever is written meanwhile."""
    with failures_explained():
        connection.execute("BEGIN")
        try:
            yield connection
        finally:
            if connection.in_transaction:
                connection.execute("COMMIT")


@contextmanager
def failures_explained() -> Iterator[None]:
    try:
        yield
    except sqlite3.DatabaseError as error:
        explained = _explained(error)
        if explained is None:
            raise
        raise explained from error


def is_broken(error: sqlite3.DatabaseError) -> bool:
    """Whether the file itself is damaged or no database at all."""
    return _code(error) in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def _explained(error: sqlite3.DatabaseError) -> UserError | None:
    if is_broken(error):
        return UserError("What was learned is damaged on disk.", next_step="reverie restart", code="store_broken")
    return {
        sqlite3.SQLITE_FULL: UserError(
            "The disk is full; nothing that was learned before is lost.",
            next_step="Free some disk space; indexing then goes on by itself.",
            code="disk_full",
        ),
        sqlite3.SQLITE_IOERR: UserError(
            f"The disk failed while something was stored: {error}.",
            next_step="Check the disk, then run: reverie restart",
            code="disk_failed",
        ),
        sqlite3.SQLITE_READONLY: UserError(
            "What is learned cannot be stored: its folder is read-only.",
            next_step="Make the repository's .git folder writable, or set REVERIE_HOME to a folder that is.",
            code="store_readonly",
        ),
        sqlite3.SQLITE_CANTOPEN: UserError(
            "What was learned cannot be opened.",
            next_step="Check the permissions of the repository's .git/reverie folder, then run: reverie restart",
            code="store_unreadable",
        ),
        sqlite3.SQLITE_BUSY: UserError(
            "Another program is writing to what was learned.",
            next_step="Stop the other daemon, then run: reverie restart",
            code="store_busy",
        ),
    }.get(_code(error))


def _code(error: sqlite3.DatabaseError) -> int:
    # The low byte is the primary result code; extended codes such as SQLITE_IOERR_WRITE share it.
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF
