"""Remembered answers: kept with the digests of what they read, recalled by the key of their question, and forgotten so
that their text is gone from the disk too. Whether an answer is still fresh is not decided here."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote

REMEMBERED_MAX = 5_000
_COLUMNS = "key, question, answer, inputs, clock, head, remembered_at"


@dataclass(frozen=True, slots=True)
class Remembered:
    """An answer as it went over the wire, and what it rests on: (query, digest of its result) pairs, the clock and
    HEAD it was given at, and when (seconds since the epoch)."""

    key: str
    question: str
    answer: dict[str, object]
    inputs: tuple[tuple[str, str], ...]
    clock: int
    head: str
    remembered_at: float


@dataclass(frozen=True, slots=True)
class Forgotten:
    """How many were deleted."""

    questions: int
    notes: int = 0


def remember(writer: sqlite3.Connection, remembered: Remembered) -> None:
    """Replaces what was kept under the same key; the oldest make room."""
    writer.execute(
        f"INSERT OR REPLACE INTO remembered({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            storable(remembered.key),
            storable(remembered.question),
            json.dumps(remembered.answer),
            json.dumps(remembered.inputs),
            remembered.clock,
            remembered.head,
            remembered.remembered_at,
        ),
    )
    writer.execute(
        "DELETE FROM remembered WHERE key IN"
        " (SELECT key FROM remembered ORDER BY remembered_at DESC, key LIMIT -1 OFFSET ?)",
        (REMEMBERED_MAX,),
    )


def bound(writer: sqlite3.Connection, bytes_max: int) -> int:
    """Lets the oldest answers go that do not fit, about; how many. The newest always stays."""
    gone = writer.execute(
        "DELETE FROM remembered WHERE key IN (SELECT key FROM (SELECT key, row_number() OVER newest AS nth,"
        " sum(length(question) + length(answer) + length(inputs)) OVER newest AS total FROM remembered"
        " WINDOW newest AS (ORDER BY remembered_at DESC, key)) WHERE nth > 1 AND total > ?)",
        (bytes_max,),
    )
    return gone.rowcount


def recall(reader: sqlite3.Connection, key: str) -> Remembered | None:
    row = reader.execute(f"SELECT {_COLUMNS} FROM remembered WHERE key = ?", (storable(key),)).fetchone()
    return _remembered(row) if row else None


def newest(reader: sqlite3.Connection, limit: int) -> list[Remembered]:
    rows = reader.execute(f"SELECT {_COLUMNS} FROM remembered ORDER BY remembered_at DESC, key LIMIT ?", (limit,))
    return [_remembered(row) for row in rows]


def every(reader: sqlite3.Connection) -> Iterator[Remembered]:
    """All of it, one by one as it is read."""
    for row in reader.execute(f"SELECT {_COLUMNS} FROM remembered"):
        yield _remembered(row)


def forget(writer: sqlite3.Connection, path: bytes | None) -> Forgotten:
    """Deletes the answers that cite or mention a path, or something under it; all of them where it is None."""
    if path is None:
        return Forgotten(writer.execute("DELETE FROM remembered").rowcount)
    mentioned = mention_of(path)
    keys = [
        key
        for key, *texts in writer.execute("SELECT key, question, answer, inputs FROM remembered")
        if any(mentioned.search(text) for text in _texts(texts))
    ]
    writer.executemany("DELETE FROM remembered WHERE key = ?", ((key,) for key in keys))
    return Forgotten(len(keys))


def scrub(writer: sqlite3.Connection) -> None:
    """Overwrites what was deleted: free pages, the log, and the room inside pages."""
    writer.execute("PRAGMA secure_delete = ON")
    writer.execute("VACUUM")
    writer.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    writer.execute("PRAGMA secure_delete = FAST")


def storable(text: str) -> str:
    """SQLite's text is UTF-8: half a surrogate pair, which JSON can carry, would raise."""
    return text.encode("utf-8", "replace").decode("utf-8")


def mention_of(path: bytes) -> re.Pattern[str]:
    """The path as a whole, in any of the ways it may be written: as it is, or percent-escaped for the wire."""
    bare = path.rstrip(b"/")
    spellings = {bare.decode("utf-8", "surrogateescape"), bare.decode("utf-8", "replace"), quote(bare)}
    escaped = "|".join(sorted(map(re.escape, spellings)))
    return re.compile(rf"(?<![\w./-])(?:\./)?(?:{escaped})(?![\w-]|\.\w)")


def _texts(stored: list[str]) -> Iterator[str]:
    question, *documents = stored
    yield question
    for document in documents:
        yield from _strings(json.loads(document))


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _strings(inner)


def _remembered(row: tuple[str, str, str, str, int, str, float]) -> Remembered:
    key, question, answer, inputs, clock, head, remembered_at = row
    pairs = tuple((name, digest) for name, digest in json.loads(inputs))
    return Remembered(key, question, json.loads(answer), pairs, clock, head, remembered_at)
