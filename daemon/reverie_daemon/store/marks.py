"""Which answers were marked as wrong, by the key of their question and what they said, so that none of them is given
from memory again. Whether an answer is one of them is for the caller to compare."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import Any

from .memory import mention_of, storable

MARKS_MAX = 2_000
Opened = Callable[[], AbstractContextManager[sqlite3.Connection]]


def create_marks(database: Any) -> None:
    """The migration that makes the table."""
    database["wrong"].create({"key": str, "said": str, "at": float}, pk=("key", "said"))
    database["wrong"].create_index(["at"])


class Marks:
    """May be used from any thread, as the store it belongs to."""

    def __init__(self, writing: Opened, reading: Opened) -> None:
        self._writing = writing
        self._reading = reading

    def mark(self, key: str, said: str, *, now: float) -> bool:
        """Marks an answer, and drops what is remembered under its key, prepared or asked; whether anything was. The
        oldest marks make room."""
        with self._writing() as writer:
            writer.execute("INSERT OR IGNORE INTO wrong(key, said, at) VALUES (?, ?, ?)", (storable(key), said, now))
            writer.execute(
                "DELETE FROM wrong WHERE rowid IN (SELECT rowid FROM wrong ORDER BY at DESC LIMIT -1 OFFSET ?)",
                (MARKS_MAX,),
            )
            gone = writer.execute("DELETE FROM remembered WHERE key = ?", (storable(key),)).rowcount
            writer.execute("UPDATE state SET notes_revision = notes_revision + 1")
            return gone > 0

    def of(self, key: str) -> Mapping[str, float]:
        """What answers to this question said that were marked, and when each was (seconds since the epoch)."""
        with self._reading() as reader:
            return dict(reader.execute("SELECT said, at FROM wrong WHERE key = ?", (storable(key),)))


def forget(writer: sqlite3.Connection, path: bytes | None) -> None:
    """Deletes the marks of questions about a path, or all of them."""
    if path is None:
        writer.execute("DELETE FROM wrong")
        return
    mentioned = mention_of(path)
    keys = [(key,) for (key,) in writer.execute("SELECT DISTINCT key FROM wrong") if mentioned.search(spaced(key))]
    writer.executemany("DELETE FROM wrong WHERE key = ?", keys)


def spaced(key: str) -> str:
    """A question's key with what joins its parts left out, so that a path in it stands alone."""
    return key.replace("::", " ").replace("|", " ")
