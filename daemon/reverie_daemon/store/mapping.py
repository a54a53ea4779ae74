"""What each worktree maps: paths to blobs, changed together with the full text and the clock.

Everything here happens inside the caller's transaction. What a worktree's files hold is told, never read.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import cast

from ..core.nouns import FileRole
from . import blobs, fulltext


@dataclass(frozen=True, slots=True)
class FileRow:
    """A file as it was last seen: its blob (raw object id), its stat, and what it is for. `language` chooses among the
    facts of a blob that has facts in several; "" takes whatever there is."""

    blob: bytes
    mtime_ns: int
    size: int
    inode: int
    role: FileRole
    language: str = ""


def change(
    writer: sqlite3.Connection,
    worktree: int,
    changed: Mapping[bytes, FileRow],
    deleted: Collection[bytes],
    now: float,
) -> None:
    """Maps paths to their new facts, and lets the full text follow."""
    superseded: dict[int, bytes] = {}
    mapped: set[int] = set()
    effective = False
    for path, row in changed.items():
        facts = blobs.facts_of(writer, row.blob, row.language)
        before = _mapped_before(writer, worktree, path)
        effective |= before != (row.blob, row.role, facts)
        writer.execute(
            "INSERT OR REPLACE INTO version(worktree, path, blob, mtime_ns, size, inode, role, language, facts)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (worktree, path, row.blob, row.mtime_ns, row.size, row.inode, row.role, row.language, facts),
        )
        if facts is not None:
            mapped.add(facts)
        if before is not None and before[2] is not None and before[2] != facts:
            superseded[before[2]] = path
    for path in deleted:
        before = _mapped_before(writer, worktree, path)
        effective |= before is not None
        writer.execute("DELETE FROM version WHERE worktree = ? AND path = ?", (worktree, path))
        if before is not None and before[2] is not None:
            superseded[before[2]] = path
    _show(writer, mapped, superseded, now)
    if effective:
        writer.execute("UPDATE state SET clock = clock + 1")


def outdated(reader: sqlite3.Connection, worktree: int, version_of: Callable[[str], int]) -> list[bytes]:
    """The paths whose facts are of a lower version than `version_of` their language."""
    rows = reader.execute(
        "SELECT path, facts.language, facts.version FROM version JOIN facts ON facts.id = version.facts"
        " WHERE worktree = ?",
        (worktree,),
    )
    return [path for path, language, version in rows if version < version_of(language)]


def _show(
    writer: sqlite3.Connection,
    mapped: Collection[int],
    superseded: Mapping[int, bytes],
    now: float,
) -> None:
    gone = {facts: path for facts, path in superseded.items() if not _is_mapped(writer, facts)}
    come = [facts for facts in sorted(mapped) if not _is_found(writer, facts)]
    fulltext.exchange(writer, gone, come)
    blobs.mark_mapped(writer, come)
    blobs.mark_superseded(writer, gone, now)
    if gone:
        blobs.drop_beyond_cap(writer)


def _mapped_before(writer: sqlite3.Connection, worktree: int, path: bytes) -> tuple[bytes, FileRole, int | None] | None:
    row = writer.execute(
        "SELECT blob, role, facts FROM version WHERE worktree = ? AND path = ?", (worktree, path)
    ).fetchone()
    return cast("tuple[bytes, FileRole, int | None] | None", row)


def _is_mapped(writer: sqlite3.Connection, facts: int) -> bool:
    return writer.execute("SELECT 1 FROM version WHERE facts = ? LIMIT 1", (facts,)).fetchone() is not None


def _is_found(writer: sqlite3.Connection, facts: int) -> bool:
    return bool(writer.execute("SELECT unmapped_at IS NULL FROM facts WHERE id = ?", (facts,)).fetchone()[0])
