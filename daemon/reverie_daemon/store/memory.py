"""Remembered answers: kept with the digests of what they read, recalled by the key of their question, and forgotten so
that their text is gone from the disk too. Whether an answer is still fresh is not decided here."""

from __future__ import annotations

import json
import re
import sqlite3
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

REMEMBERED_MAX = 5_000
_EXPECTED = (
    "key IN (SELECT prediction.key FROM prediction WHERE prediction.key != '') AND key NOT IN (SELECT asked.key FROM"
    " asked)"
)
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
            _packed(remembered.answer),
            _packed(remembered.inputs),
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


def bound(writer: sqlite3.Connection, asked_bytes_max: int, expected_bytes_max: int) -> int:
    """Lets answers go that do not fit, about; how many. Of those that were asked for the oldest, but never the newest;
    of those that were prepared and are still expected to be asked for, those that are least likely to be."""
    gone = 0
    likeliest = (
        "max((SELECT max(probability) FROM prediction WHERE prediction.key = remembered.key), 0) DESC,"
        " remembered_at DESC, key"
    )
    for condition, order, stays, bytes_max in (
        (f"NOT ({_EXPECTED})", "remembered_at DESC, key", 1, asked_bytes_max),
        (_EXPECTED, likeliest, 0, expected_bytes_max),
    ):
        gone += writer.execute(
            "DELETE FROM remembered WHERE key IN (SELECT key FROM (SELECT key, row_number() OVER best AS nth,"
            " sum(length(question) + length(answer) + length(inputs)) OVER best AS total FROM remembered"
            f" WHERE {condition} WINDOW best AS (ORDER BY {order})) WHERE nth > ? AND total > ?)",
            (stays, bytes_max),
        ).rowcount
    return gone


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
        for key, question, *documents in writer.execute("SELECT key, question, answer, inputs FROM remembered")
        if any(mentioned.search(text) for text in (question, *_strings([_unpacked(one) for one in documents])))
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


def _packed(document: object) -> bytes:
    return zlib.compress(json.dumps(document).encode())


def _unpacked(document: bytes | str) -> Any:
    """Older versions kept text."""
    return json.loads(document if isinstance(document, str) else zlib.decompress(document))


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _strings(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _strings(inner)


def _remembered(row: tuple[str, str, bytes | str, bytes | str, int, str, float]) -> Remembered:
    key, question, answer, inputs, clock, head, remembered_at = row
    pairs = tuple((name, digest) for name, digest in _unpacked(inputs))
    return Remembered(key, question, _unpacked(answer), pairs, clock, head, remembered_at)
