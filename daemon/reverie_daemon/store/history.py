"""The commits of a repository, packed so that a long history does not outweigh its source.

A commit's texts lie compressed in stretches of 128; which paths it touched, and which commits touched a path, are
arrays of numbers. Commits are numbered as they come, oldest first; which of them a worktree sees, and in which order,
is said by its Reach. Of those that no worktree reaches any more some are kept, since people come back to branches.
Walking git's objects is not done here.
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
from . import reach
from .reach import Reach

COMMITS_MAX = 10_000
"""Of what one worktree reaches."""
UNREACHED_MAX = 2_000
PATHS_MAX = 200
BODY_CHARACTERS_MAX = 4_000
OID_DIGITS_MIN = 4
TOGETHER_COMMITS_MAX = 500
TOGETHER_PATHS_MAX = 50
"""A commit of more paths than this (a reformatting, an import) says nothing about what belongs together."""
_STRETCH_SHIFT = 7
_NUMBERS = "I"

Texts = list[str]
"""author, date, subject, body"""


def extend(writer: sqlite3.Connection, worktree: int, commits: Sequence[Commit]) -> bool:
    """The worktree reaches these commits now, newest first, and then what it reached before. Whether that is news."""
    if not commits:
        return False
    before = reach.of(writer, worktree)
    if before.head == commits[0].oid:
        return False
    _add(writer, commits)
    numbers = [number for one in commits if (number := _number_of(writer, one.oid)) is not None]
    _reached(writer, worktree, commits[0].oid, list(dict.fromkeys([*numbers, *before.newest(COMMITS_MAX)])))
    return True


def replace(writer: sqlite3.Connection, worktree: int, oids: Sequence[str], fresh: Sequence[Commit]) -> bool:
    """The worktree reaches these commits now, newest first, of which the `fresh` ones may be unknown. False, and
    nothing but `fresh` is taken in, where others are unknown as well."""
    _add(writer, fresh)
    known = {oid.hex(): number for oid, number in writer.execute("SELECT oid, id FROM revision")}
    numbers = [known.get(oid) for oid in oids[:COMMITS_MAX]]
    if None in numbers:
        return False
    _reached(writer, worktree, oids[0] if oids else "", [number for number in numbers if number is not None])
    return True


def commits(reader: sqlite3.Connection, worktree: int, path: str, limit: int) -> list[Commit]:
    """The newest that the worktree reaches, of those that touched the path where one is given."""
    reached = reach.of(reader, worktree)
    return _load(reader, (_revisions(reader, reached, path)[:limit] if path else reached.newest(limit)))


def commit(reader: sqlite3.Connection, abbreviated: str) -> Commit | None:
    """The one commit whose object id begins so, with four digits at least, whoever reaches it; None where there is
    none, or several."""
    if len(abbreviated) < OID_DIGITS_MIN:
        return None
    low = abbreviated.lower().ljust(40, "0")
    high = abbreviated.lower().ljust(64, "f")
    try:
        ends = (bytes.fromhex(low), bytes.fromhex(high))
    except ValueError:
        return None
    rows = reader.execute(
        "SELECT id FROM revision WHERE substr(oid, 1, 4) >= substr(?1, 1, 4) AND substr(oid, 1, 4) <= substr(?2, 1, 4)"
        " AND oid >= ?1 AND oid <= ?2 LIMIT 2",
        ends,
    ).fetchall()
    return _load(reader, [rows[0][0]])[0] if len(rows) == 1 else None


def together(reader: sqlite3.Connection, worktree: int, path: str, limit: int) -> list[tuple[str, int]]:
    """Paths that commits touched together with this one, most often first."""
    own = os.fsencode(path)
    counts: Counter[int] = Counter()
    for number in _revisions(reader, reach.of(reader, worktree), path)[:TOGETHER_COMMITS_MAX]:
        (packed,) = reader.execute("SELECT touched FROM revision WHERE id = ?", (number,)).fetchone()
        _, paths = _unpack_touched(packed)
        if len(paths) <= TOGETHER_PATHS_MAX:
            counts.update(paths)
    named = {number: _path_of(reader, number) for number in counts}
    others = [(name, counts[number]) for number, name in named.items() if not _is_under(name, own)]
    others.sort(key=lambda other: (-other[1], other[0]))
    return [(os.fsdecode(name), count) for name, count in others[:limit]]


def _add(writer: sqlite3.Connection, commits: Sequence[Commit]) -> None:
    """Takes in those that are not known yet, given newest first."""
    fresh = [commit for commit in reversed(commits[:COMMITS_MAX]) if _number_of(writer, commit.oid) is None]
    if not fresh:
        return
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


def _number_of(reader: sqlite3.Connection, oid: str) -> int | None:
    row = reader.execute(
        "SELECT id FROM revision WHERE substr(oid, 1, 4) = substr(?1, 1, 4) AND oid = ?1", (bytes.fromhex(oid),)
    ).fetchone()
    return row[0] if row else None


def _reached(writer: sqlite3.Connection, worktree: int, head: str, numbers: Sequence[int]) -> None:
    reach.put(writer, worktree, head, numbers[:COMMITS_MAX])
    drop_unreached(writer)


def drop_unreached(writer: sqlite3.Connection) -> None:
    """Lets go of the oldest stretches of which no worktree reaches anything, beyond those that are kept. The newest
    stretch always stays: a number is never given twice, since a path's array goes on holding it."""
    reached: set[int] = set()
    for one in reach.every(writer):
        for newest, oldest in one.runs:
            reached.update(range(oldest >> _STRETCH_SHIFT, (newest >> _STRETCH_SHIFT) + 1))
    rows = writer.execute(
        "SELECT id >> ?1 AS stretch, count(*) FROM revision GROUP BY stretch ORDER BY stretch DESC", (_STRETCH_SHIFT,)
    ).fetchall()
    unreached = 0
    for stretch, count in rows[1:]:
        unreached += 0 if stretch in reached else count
        if stretch not in reached and unreached > UNREACHED_MAX:
            first = stretch << _STRETCH_SHIFT
            writer.execute("DELETE FROM revision WHERE id >= ? AND id < ?", (first, first + (1 << _STRETCH_SHIFT)))
            writer.execute("DELETE FROM revision_text WHERE id = ?", (stretch,))


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


def _stretch(reader: sqlite3.Connection, number: int) -> list[Texts]:
    row = reader.execute("SELECT texts FROM revision_text WHERE id = ?", (number,)).fetchone()
    texts: list[Texts] = json.loads(zlib.decompress(row[0])) if row else []
    return texts


def _revisions(reader: sqlite3.Connection, reached: Reach, path: str) -> list[int]:
    """The numbers of the reached commits that touched a file, or anything in a folder, newest first."""
    own = os.fsencode(path.rstrip("/"))
    rows = reader.execute(
        "SELECT revisions FROM touched_path WHERE path = ? OR (path > ? AND path < ?)", (own, own + b"/", own + b"0")
    )
    numbers: set[int] = set()
    for (packed,) in rows:
        numbers.update(_numbers(packed))
    return reached.among(numbers)


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
