"""Embeddings of passages, kept by the digest of what was embedded: a branch switch or a rename needs none again.

A vector goes when no facts hold its passage any more. What to embed and in which order is for `embedding.py`
to say, and what is near a question for `vectors.py`; here they are kept, counted and handed over.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

from ..core.nouns import FileRole
from ..meaning import Moment
from .fulltext import FACTS_SHIFT, first_of
from .packing import StoredPassage, digests_of, records_of, unpack_passage

Connected = Callable[[], AbstractContextManager[sqlite3.Connection]]


@dataclass(frozen=True, slots=True)
class Unlearned:
    """A passage that stands somewhere now and has no vector. Higher numbers came in later."""

    digest: bytes
    number: int
    path: str
    role: FileRole


def without(reader: sqlite3.Connection, roles: Collection[FileRole]) -> list[Unlearned]:
    """The passages of files with these roles that have no vector, each content once."""
    known = {digest for (digest,) in reader.execute("SELECT digest FROM vector")}
    found: list[Unlearned] = []
    for facts, path, role, digests in reader.execute(
        "SELECT facts.id, min(version.path), version.role, facts.digests FROM version"
        " CROSS JOIN facts ON facts.id = version.facts GROUP BY facts.id ORDER BY facts.id"
    ):
        if role not in roles:
            continue
        for number, digest in enumerate(digests_of(digests), start=first_of(facts)):
            if digest not in known:
                known.add(digest)
                found.append(Unlearned(digest, number, os.fsdecode(path), role))
    return found


def texts(reader: sqlite3.Connection, numbers: Sequence[int]) -> list[StoredPassage | None]:
    """The passages with these numbers, in this order; None for one whose facts are gone."""
    found: list[StoredPassage | None] = []
    for number in numbers:
        row = reader.execute(
            "SELECT id, passages FROM stretch WHERE id <= ? AND id >= ? ORDER BY id DESC LIMIT 1",
            (number, first_of(number >> FACTS_SHIFT)),
        ).fetchone()
        records = records_of(row[1]) if row else []
        found.append(unpack_passage(records[number - row[0]]) if row and number - row[0] < len(records) else None)
    return found


def unheld(reader: sqlite3.Connection) -> list[bytes]:
    """The digests of vectors that stand for nothing in any facts."""
    held: set[bytes] = set()
    for (digests,) in reader.execute("SELECT digests FROM facts"):
        held.update(digests_of(digests))
    return [digest for (digest,) in reader.execute("SELECT digest FROM vector") if digest not in held]


def count(reader: sqlite3.Connection) -> int:
    return int(reader.execute("SELECT count(*) FROM vector").fetchone()[0])


def newest_and_count(reader: sqlite3.Connection) -> tuple[int, int]:
    """The number of the newest vector, and how many there are."""
    (newest,) = reader.execute("SELECT coalesce(max(id), 0) FROM vector").fetchone()
    return newest, count(reader)


class VectorStore:
    """What `RepositoryStore` offers of vectors, by its own connections and behind its own lock."""

    def __init__(
        self, reading: Connected, writing: Connected, tick_notes: Callable[[sqlite3.Connection], None]
    ) -> None:
        self._reading = reading
        self._writing = writing
        self._tick_notes = tick_notes

    def without(self, roles: Collection[FileRole]) -> list[Unlearned]:
        """The passages of files with these roles that have no vector, each content once."""
        with self._reading() as reader:
            return without(reader, roles)

    def texts(self, numbers: Sequence[int]) -> list[StoredPassage | None]:
        """The passages with these numbers, in this order; None for one whose facts are gone."""
        with self._reading() as reader:
            return texts(reader, numbers)

    def add(self, vectors: Mapping[bytes, bytes]) -> None:
        """Keeps vectors by the digest of their passage; answers may rest on them from the next revision on."""
        with self._writing() as writer:
            writer.executemany("INSERT OR IGNORE INTO vector(digest, embedding) VALUES (?, ?)", vectors.items())
            self._tick_notes(writer)

    def count(self) -> int:
        with self._reading() as reader:
            return count(reader)

    def drop_unheld(self) -> int:
        """Drops the vectors of passages that no facts hold any more; how many."""
        with self._reading() as reader:
            gone = unheld(reader)
        if gone:
            with self._writing() as writer:
                writer.executemany("DELETE FROM vector WHERE digest = ?", ((digest,) for digest in gone))
                self._tick_notes(writer)
        return len(gone)

    def answer_by_meaning(self, possible: bool) -> None:
        """Says whether the next answers can use vectors. A change is a new revision of the notes: at one revision the
        same question has the same context, whether the child that embeds questions happens to run or not."""
        with self._reading() as reader:
            (before,) = reader.execute("SELECT by_meaning FROM state").fetchone()
            same = bool(before) == possible or count(reader) == 0
        if not same:
            with self._writing() as writer:
                writer.execute("UPDATE state SET by_meaning = ?", (int(possible),))
                self._tick_notes(writer)


class StoredVectors:
    """The vectors as of a reader's snapshot: `meaning.Holdings`."""

    def __init__(self, reader: sqlite3.Connection, store: str, moment: Moment) -> None:
        self._reader = reader
        self.store = store
        self.moment = moment

    def after(self, number: int) -> tuple[bytes, bytes]:
        rows = self._reader.execute(
            "SELECT digest, embedding FROM vector WHERE id > ? ORDER BY id", (number,)
        ).fetchall()
        return b"".join(digest for digest, _ in rows), b"".join(embedding for _, embedding in rows)

    def standing(self) -> tuple[bytes, bytes]:
        """Places and digests are kept as arrays in the same order, so that joining them is all there is to do."""
        rows = self._reader.execute(
            "SELECT places, digests FROM facts WHERE unmapped_at IS NULL ORDER BY id"
        ).fetchall()
        return b"".join(places for places, _ in rows), b"".join(digests for _, digests in rows)
