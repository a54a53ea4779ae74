"""Facts of blobs: taken in, found again, and let go when nothing needs them.

Facts that no worktree maps are kept for a while, so that switching back re-learns nothing. They never count as found:
the full-text indexes know only what is mapped.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Sequence

from .fulltext import after_last_of, first_of
from .packing import PackedFacts

VERSIONS_PER_PATH_MAX = 8
SAVES_PER_PATH_MAX = 3
"""Of the versions superseded within the hour: most of them were only saved on the way to the next."""
UNCOMMITTED_KEPT_S = 3600.0
BYTES_PER_SOURCE_BYTE_MAX = 2.6
UNMAPPED_ALWAYS_KEPT_BYTES = 128 << 10
"""Of source: a small repository's branches are kept although its history alone may fill its share of disk."""
DROPPED_AT_ONCE = 16

Committed = Callable[[Collection[bytes]], Collection[bytes]]
"""Of these blobs, those that git's object store has."""


def known(connection: sqlite3.Connection, wanted: Collection[tuple[bytes, str, int]]) -> set[bytes]:
    """The blobs all of whose (language, version) facts are held."""
    found: set[bytes] = set()
    missing: set[bytes] = set()
    for blob, language, version in wanted:
        held = connection.execute(
            "SELECT 1 FROM facts WHERE blob = ? AND language = ? AND version = ?", (blob, language, version)
        ).fetchone()
        (found if held else missing).add(blob)
    return found - missing


def facts_of(connection: sqlite3.Connection, blob: bytes, language: str) -> int | None:
    """The facts to show for a blob: in this language where there are some, of the newest indexer."""
    row = connection.execute(
        "SELECT id FROM facts WHERE blob = ? ORDER BY language = ? DESC, version DESC, id DESC LIMIT 1",
        (blob, language),
    ).fetchone()
    return row[0] if row else None


def add(connection: sqlite3.Connection, packed: Sequence[PackedFacts], now: float) -> None:
    """Takes in facts that are not held yet, mapped by nothing so far."""
    (number,) = connection.execute("SELECT next_facts FROM state").fetchone()
    for facts in packed:
        if known(connection, [(facts.blob, facts.language, facts.version)]):
            continue
        _insert(connection, number, facts, now)
        number += 1
    # Numbers are never given twice: what readers remember of one stays true.
    connection.execute("UPDATE state SET next_facts = ?", (number,))


def _insert(connection: sqlite3.Connection, number: int, facts: PackedFacts, now: float) -> None:
    connection.execute(
        "INSERT INTO facts(id, blob, language, version, size, lines, symbols, passages, problems, digests, unmapped_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            number, facts.blob, facts.language, facts.version, facts.size, facts.lines, len(facts.symbols),
            sum(count for count, _ in facts.stretches), facts.problems, facts.digests, now,
        ),
    )  # fmt: skip
    connection.execute(
        "INSERT INTO outward(id, uses, imports, mentions) VALUES (?, ?, ?, ?)",
        (number, facts.references, facts.imports, facts.mentions),
    )
    first = first_of(number)
    connection.executemany(
        "INSERT INTO symbol(id, kind, name, qualname, start_line, end_line, parent, signature, doc)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        ((first + ordinal, *symbol) for ordinal, symbol in enumerate(facts.symbols)),
    )
    stretches = []
    for count, stretch in facts.stretches:
        stretches.append((first, stretch))
        first += count
    connection.executemany("INSERT INTO stretch(id, passages) VALUES (?, ?)", stretches)


def mark_mapped(connection: sqlite3.Connection, numbers: Collection[int]) -> None:
    connection.executemany(
        "UPDATE facts SET unmapped_at = NULL, last_path = NULL WHERE id = ?", ((number,) for number in numbers)
    )


def mark_superseded(connection: sqlite3.Connection, paths: dict[int, bytes], now: float) -> None:
    """`paths` says where each was mapped last. The oldest versions of a path beyond the limits are dropped."""
    connection.executemany(
        "UPDATE facts SET unmapped_at = ?, last_path = ?, places = NULL WHERE id = ?",
        ((now, path, number) for number, path in paths.items()),
    )
    drop(connection, [number for path in set(paths.values()) for number in _surplus(connection, path, now)])


def _surplus(connection: sqlite3.Connection, path: bytes, now: float) -> list[int]:
    """The versions of a path that are too many. Those that outlived their hour are committed: recent saves do not push
    them out."""
    versions = connection.execute(
        "SELECT id, unmapped_at > ? FROM facts WHERE last_path = ? ORDER BY unmapped_at DESC, id DESC",
        (now - UNCOMMITTED_KEPT_S, path),
    ).fetchall()
    recent = [number for number, is_recent in versions if is_recent]
    older = [number for number, is_recent in versions if not is_recent]
    return recent[SAVES_PER_PATH_MAX:] + older[VERSIONS_PER_PATH_MAX - SAVES_PER_PATH_MAX :]


def drop(connection: sqlite3.Connection, numbers: Collection[int]) -> None:
    """Deletes facts that nothing maps."""
    for number in numbers:
        ends = (first_of(number), after_last_of(number))
        connection.execute("DELETE FROM symbol WHERE id >= ? AND id < ?", ends)
        connection.execute("DELETE FROM stretch WHERE id >= ? AND id < ?", ends)
        connection.execute("DELETE FROM outward WHERE id = ?", (number,))
        connection.execute("DELETE FROM facts WHERE id = ?", (number,))


def expired(connection: sqlite3.Connection, now: float) -> list[tuple[int, bytes]]:
    """Facts superseded so long ago that only a commit is a reason to keep them."""
    return connection.execute(
        "SELECT id, blob FROM facts WHERE unmapped_at <= ? ORDER BY id", (now - UNCOMMITTED_KEPT_S,)
    ).fetchall()


def drop_expired(connection: sqlite3.Connection, numbers: Collection[int], now: float) -> int:
    """Drops those of the facts that are still expired; how many."""
    still = {number for number, _ in expired(connection, now)}.intersection(numbers)
    drop(connection, still)
    return len(still)


def drop_beyond_cap(connection: sqlite3.Connection) -> int:
    """Drops unmapped facts, the longest unmapped first, until the store fits its share of the mapped source."""
    dropped = 0
    bytes_max = BYTES_PER_SOURCE_BYTE_MAX * mapped_bytes(connection)
    while used_bytes(connection) > bytes_max and _unmapped_bytes(connection) > UNMAPPED_ALWAYS_KEPT_BYTES:
        oldest = connection.execute(
            "SELECT id FROM facts WHERE unmapped_at IS NOT NULL ORDER BY unmapped_at, id LIMIT ?", (DROPPED_AT_ONCE,)
        ).fetchall()
        drop(connection, [number for (number,) in oldest])
        dropped += len(oldest)
    return dropped


def mapped_bytes(connection: sqlite3.Connection) -> int:
    """The source that is covered, in bytes; a blob at two paths counts once, and what has no lines is no source."""
    row = connection.execute(
        "SELECT coalesce(sum(size), 0) FROM facts WHERE unmapped_at IS NULL AND lines > 0"
    ).fetchone()
    return int(row[0])


def _unmapped_bytes(connection: sqlite3.Connection) -> int:
    row = connection.execute(
        "SELECT coalesce(sum(size), 0) FROM facts WHERE unmapped_at IS NOT NULL AND lines > 0"
    ).fetchone()
    return int(row[0])


def used_bytes(connection: sqlite3.Connection) -> int:
    """The database's pages in use, in bytes."""
    return _pragma(connection, "page_count") * _pragma(connection, "page_size") - free_bytes(connection)


def free_bytes(connection: sqlite3.Connection) -> int:
    """The database's pages that wait for a use, in bytes."""
    return _pragma(connection, "freelist_count") * _pragma(connection, "page_size")


def _pragma(connection: sqlite3.Connection, name: str) -> int:
    return int(connection.execute(f"PRAGMA {name}").fetchone()[0])
