"""The commits of a repository, newest 10,000 of them, packed so that a long history does not outweigh its source.

A commit's texts lie compressed in stretches of 64; which paths it touched, and which commits touched a path, are arrays
of numbers. Commits are numbered oldest first. Walking git's objects is not done here.
"""

from __future__ import annotations

import itertools
import json
import os
import sqlite3
import zlib
from array import array
from collections import Counter
from collections.abc import Iterable, Sequence

from ..core.nouns import Commit

COMMITS_MAX = 10_000
PATHS_MAX = 200
BODY_CHARACTERS_MAX = 4_000
OID_DIGITS_MIN = 4
TOGETHER_COMMITS_MAX = 500
TOGETHER_PATHS_MAX = 50
"""A commit of more paths than this (a reformatting, an import) says nothing about what belongs together."""
_STRETCH_SHIFT = 6
_NUMBERS = "I"

Texts = list[str]
"""author, date, subject, body"""


def head(reader: sqlite3.Connection) -> str | None:
    row = reader.execute("SELECT oid FROM revision ORDER BY id DESC LIMIT 1").fetchone()
    return row[0].hex() if row else None


def clear(writer: sqlite3.Connection) -> None:
    for table in ("revision", "revision_text", "touched_path"):
        writer.execute(f"DELETE FROM {table}")


def add(writer: sqlite3.Connection, commits: Sequence[Commit]) -> int:
    """Takes in commits, newest first, all newer than those known; returns how many were new."""
    fresh = [commit for commit in reversed(commits[:COMMITS_MAX]) if not _is_known(writer, commit.oid)]
    if not fresh:
        return 0
    (first,) = writer.execute("SELECT coalesce(max(id) + 1, 0) FROM revision").fetchone()
    touched: dict[bytes, list[int]] = {}
    for number, commit in enumerate(fresh, start=first):
        for _, path in commit.paths[:PATHS_MAX]:
            touched.setdefault(os.fsencode(path), []).append(number)
    numbers = _touch(writer, touched)
    writer.executemany(
        "INSERT INTO revision(id, oid, touched) VALUES (?, ?, ?)",
        (
            (number, bytes.fromhex(commit.oid), _pack_touched(commit, numbers))
            for number, commit in enumerate(fresh, start=first)
        ),
    )
    _add_texts(writer, first, fresh)
    _bound(writer, first + len(fresh) - COMMITS_MAX)
    return len(fresh)


def commits(reader: sqlite3.Connection, path: str, limit: int) -> list[Commit]:
    """The newest, of those that touched the path where one is given."""
    if path:
        return _load(reader, _revisions(reader, path)[:limit])
    rows = reader.execute("SELECT id FROM revision ORDER BY id DESC LIMIT ?", (limit,))
    return _load(reader, [number for (number,) in rows])


def commit(reader: sqlite3.Connection, abbreviated: str) -> Commit | None:
    """The one commit whose object id begins so, with four digits at least; None where there is none, or several."""
    if len(abbreviated) < OID_DIGITS_MIN:
        return None
    low = abbreviated.lower().ljust(40, "0")
    high = abbreviated.lower().ljust(64, "f")
    try:
        ends = (bytes.fromhex(low), bytes.fromhex(high))
    except ValueError:
        return None
    rows = reader.execute("SELECT id FROM revision WHERE oid >= ? AND oid <= ? LIMIT 2", ends).fetchall()
    return _load(reader, [rows[0][0]])[0] if len(rows) == 1 else None


def together(reader: sqlite3.Connection, path: str, limit: int) -> list[tuple[str, int]]:
    """Paths that commits touched together with this one, most often first."""
    own = os.fsencode(path)
    counts: Counter[int] = Counter()
    for number in _revisions(reader, path)[:TOGETHER_COMMITS_MAX]:
        (packed,) = reader.execute("SELECT touched FROM revision WHERE id = ?", (number,)).fetchone()
        _, paths = _unpack_touched(packed)
        if len(paths) <= TOGETHER_PATHS_MAX:
            counts.update(paths)
    named = {number: _path_of(reader, number) for number in counts}
    others = [(name, counts[number]) for number, name in named.items() if not _is_under(name, own)]
    others.sort(key=lambda other: (-other[1], other[0]))
    return [(os.fsdecode(name), count) for name, count in others[:limit]]


def _is_known(reader: sqlite3.Connection, oid: str) -> bool:
    return reader.execute("SELECT 1 FROM revision WHERE oid = ?", (bytes.fromhex(oid),)).fetchone() is not None


def _touch(writer: sqlite3.Connection, touched: dict[bytes, list[int]]) -> dict[bytes, int]:
    """Adds revisions to the paths that they touched; the paths' numbers."""
    numbers: dict[bytes, int] = {}
    for path, added in touched.items():
        row = writer.execute("SELECT id, revisions FROM touched_path WHERE path = ?", (path,)).fetchone()
        known, before = row or (None, b"")
        cursor = writer.execute(
            "INSERT OR REPLACE INTO touched_path(id, path, revisions) VALUES (?, ?, ?)",
            (known, path, before + array(_NUMBERS, added).tobytes()),
        )
        assert cursor.lastrowid is not None
        numbers[path] = cursor.lastrowid
    return numbers


def _add_texts(writer: sqlite3.Connection, first: int, fresh: Iterable[Commit]) -> None:
    texts = ([one.author, one.date, one.subject, one.body[:BODY_CHARACTERS_MAX]] for one in fresh)
    for stretch, group in itertools.groupby(enumerate(texts, start=first), lambda item: item[0] >> _STRETCH_SHIFT):
        whole = _stretch(writer, stretch) + [text for _, text in group]
        packed = zlib.compress(json.dumps(whole, ensure_ascii=True).encode())
        writer.execute("INSERT OR REPLACE INTO revision_text(id, texts) VALUES (?, ?)", (stretch, packed))


def _bound(writer: sqlite3.Connection, oldest: int) -> None:
    """Drops what lies before the oldest that may stay; a path's array keeps the dropped numbers, which `_revisions`
    leaves out."""
    if oldest > 0:
        writer.execute("DELETE FROM revision WHERE id < ?", (oldest,))
        writer.execute("DELETE FROM revision_text WHERE id < ?", (oldest >> _STRETCH_SHIFT,))


def _stretch(reader: sqlite3.Connection, number: int) -> list[Texts]:
    row = reader.execute("SELECT texts FROM revision_text WHERE id = ?", (number,)).fetchone()
    texts: list[Texts] = json.loads(zlib.decompress(row[0])) if row else []
    return texts


def _revisions(reader: sqlite3.Connection, path: str) -> list[int]:
    """The numbers of the commits that touched a file, or anything in a folder, newest first."""
    own = os.fsencode(path.rstrip("/"))
    rows = reader.execute(
        "SELECT revisions FROM touched_path WHERE path = ? OR (path > ? AND path < ?)", (own, own + b"/", own + b"0")
    )
    numbers: set[int] = set()
    for (packed,) in rows:
        numbers.update(_numbers(packed))
    (oldest,) = reader.execute("SELECT coalesce(min(id), 0) FROM revision").fetchone()
    return sorted((number for number in numbers if number >= oldest), reverse=True)


def _load(reader: sqlite3.Connection, numbers: Sequence[int]) -> list[Commit]:
    stretches: dict[int, list[Texts]] = {}
    loaded = []
    for number in numbers:
        stretch = number >> _STRETCH_SHIFT
        if stretch not in stretches:
            stretches[stretch] = _stretch(reader, stretch)
        author, date, subject, body = stretches[stretch][number & ((1 << _STRETCH_SHIFT) - 1)]
        oid, packed = reader.execute("SELECT oid, touched FROM revision WHERE id = ?", (number,)).fetchone()
        statuses, paths = _unpack_touched(packed)
        touched = tuple(
            (status, os.fsdecode(_path_of(reader, path))) for status, path in zip(statuses, paths, strict=True)
        )
        loaded.append(Commit(oid.hex(), author, date, subject, body, touched))
    return loaded


def _path_of(reader: sqlite3.Connection, number: int) -> bytes:
    path: bytes = reader.execute("SELECT path FROM touched_path WHERE id = ?", (number,)).fetchone()[0]
    return path


def _pack_touched(commit: Commit, numbers: dict[bytes, int]) -> bytes:
    touched = commit.paths[:PATHS_MAX]
    statuses = "".join(status[:1] or "M" for status, _ in touched).encode("ascii", "replace")
    return statuses + array(_NUMBERS, (numbers[os.fsencode(path)] for _, path in touched)).tobytes()


def _unpack_touched(packed: bytes) -> tuple[str, list[int]]:
    count = len(packed) // (1 + array(_NUMBERS).itemsize)
    return packed[:count].decode("ascii"), _numbers(packed[count:])


def _numbers(packed: bytes) -> list[int]:
    numbers = array(_NUMBERS)
    numbers.frombytes(packed)
    return numbers.tolist()


def _is_under(path: bytes, under: bytes) -> bool:
    return path == under or path.startswith(under.rstrip(b"/") + b"/")
