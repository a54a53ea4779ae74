"""Opens a repository's store: a damaged one is moved aside, never deleted, and what can still be read of its remembered
answers, which may have cost money, is carried over. The facts are not salvaged: the repository gives them again."""

from __future__ import annotations

import itertools
import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from ..errors import UserError
from . import memory
from .connection import failures_explained, is_broken, open_writer, transaction
from .memory import Remembered
from .schema import REPOSITORY, migrate

WHAT = "This repository's store"
LOG_SUFFIXES = ("-wal", "-shm")
SALVAGED_MAX = 100_000


def open_or_rebuild(path: Path, now: float) -> tuple[sqlite3.Connection, Path | None]:
    """The writer's connection to an up-to-date store, and where a damaged one was moved, if there was one."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return _opened(path), None
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
        writer = _opened(path)
    with transaction(writer):
        for remembered in _salvage(aside):
            memory.remember(writer, remembered)
    return writer, aside


def _opened(path: Path) -> sqlite3.Connection:
    writer = open_writer(path)
    try:
        found = writer.execute("PRAGMA quick_check(1)").fetchone()[0]
        if found != "ok":
            error = sqlite3.DatabaseError(found)
            error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
            raise error
        migrate(writer, REPOSITORY, WHAT)
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


def _salvage(aside: Path) -> Iterator[Remembered]:
    """Row by row, newest first, until the damage is met."""
    try:
        connection = sqlite3.connect(f"{aside.absolute().as_uri()}?mode=ro", uri=True)
        try:
            yield from memory.newest(connection, SALVAGED_MAX)
        finally:
            connection.close()
    except (sqlite3.DatabaseError, json.JSONDecodeError):
        return
