"""Keeps the two full-text indexes holding exactly what some worktree maps now.

`words` finds passages by their words, `mention` finds files by the names they use and the modules they import. Both
are contentless, so taking something out means telling the index again what was put in. A passage that a new version
of a file has in common with the one it replaces stays in the index and only changes hands: a save or a checkout costs
what changed. Searching is elsewhere.
"""

from __future__ import annotations

import sqlite3
from bisect import bisect_right
from collections.abc import Callable, Collection, Iterator, Mapping
from itertools import groupby

from .packing import digests_of, pack_places, records_of, unpack_mentions, unpack_places, words_of

AUTOMERGE = 4
PAGES_MERGED = 500
MERGES_MAX = 20
FACTS_SHIFT = 24
"""A symbol, passage or stretch is numbered `facts id << FACTS_SHIFT | ordinal`."""


def first_of(facts: int) -> int:
    return facts << FACTS_SHIFT


def after_last_of(facts: int) -> int:
    return (facts + 1) << FACTS_SHIFT


def exchange(connection: sqlite3.Connection, gone: Collection[int], come: Collection[int]) -> None:
    """Takes the facts `gone` out of both indexes and puts the facts `come` in; the two have none in common."""
    freed = _freed(connection, gone)
    (place,) = connection.execute("SELECT next_place FROM state").fetchone()
    for facts in come:
        places: list[int] = []
        moved: list[tuple[int, int]] = []
        fresh: dict[int, int] = {}
        for ordinal, digest in enumerate(_digests(connection, facts)):
            if free := freed.get(digest):
                places.append(free.pop()[0])
                moved.append((first_of(facts) + ordinal, places[-1]))
            else:
                places.append(place)
                fresh[ordinal] = place
                place += 1
        connection.executemany("UPDATE place SET passage = ? WHERE id = ?", moved)
        _add(connection, facts, fresh)
        connection.execute("UPDATE facts SET places = ? WHERE id = ?", (pack_places(places), facts))
    connection.execute("UPDATE state SET next_place = ?", (place,))
    _remove(connection, [left for lefts in freed.values() for left in lefts])
    _exchange_mentions(connection, gone, come)


def merge_as_written(connection: sqlite3.Connection, enabled: bool) -> None:
    """Whether each write also merges a little of the index: bounded work that a bulk of writes is better off without,
    `tidy` making up for it."""
    connection.execute("INSERT INTO words(words, rank) VALUES ('automerge', ?)", (AUTOMERGE if enabled else 0,))


def tidy(connection: sqlite3.Connection, hurried: Callable[[], bool] = lambda: False) -> None:
    """Merges what bulks and saves left in pieces, a bounded part of it; less once it is `hurried`."""
    for index in ("words", "mention"):
        for _ in range(MERGES_MAX):
            if hurried():
                return
            before = connection.total_changes
            connection.execute(f"INSERT INTO {index}({index}, rank) VALUES ('merge', {PAGES_MERGED})")
            # As SQLite documents it: fewer than two changes mean that there was nothing to merge.
            if connection.total_changes - before < 2:
                break


def _stored_words(connection: sqlite3.Connection, facts: int, ordinals: Collection[int]) -> Iterator[tuple[str, str]]:
    """(names, text) of the passages with these ascending ordinals."""
    starts = [
        number
        for (number,) in connection.execute(
            "SELECT id FROM stretch WHERE id >= ? AND id < ? ORDER BY id", (first_of(facts), after_last_of(facts))
        )
    ]
    within = groupby(ordinals, lambda ordinal: starts[bisect_right(starts, first_of(facts) + ordinal) - 1])
    for start, some in within:
        (stretch,) = connection.execute("SELECT passages FROM stretch WHERE id = ?", (start,)).fetchone()
        records = records_of(stretch)
        for ordinal in some:
            yield words_of(records[first_of(facts) + ordinal - start])


def _digests(connection: sqlite3.Connection, facts: int) -> list[bytes]:
    return digests_of(connection.execute("SELECT digests FROM facts WHERE id = ?", (facts,)).fetchone()[0])


def _freed(connection: sqlite3.Connection, gone: Collection[int]) -> dict[bytes, list[tuple[int, int]]]:
    """(place, passage) that the gone facts leave, by the digest of what is there."""
    freed: dict[bytes, list[tuple[int, int]]] = {}
    for facts in gone:
        digests, packed = connection.execute("SELECT digests, places FROM facts WHERE id = ?", (facts,)).fetchone()
        for passage, (digest, place) in enumerate(
            zip(digests_of(digests), unpack_places(packed), strict=True), start=first_of(facts)
        ):
            freed.setdefault(digest, []).append((place, passage))
    return freed


def _remove(connection: sqlite3.Connection, left: Collection[tuple[int, int]]) -> None:
    by_facts: dict[int, dict[int, int]] = {}
    for place, passage in left:
        facts = passage >> FACTS_SHIFT
        by_facts.setdefault(facts, {})[passage - first_of(facts)] = place
    for facts, places in by_facts.items():
        ordinals = sorted(places)
        words = _stored_words(connection, facts, ordinals)
        connection.executemany(
            "INSERT INTO words(words, rowid, names, text) VALUES ('delete', ?, ?, ?)",
            ((places[ordinal], *passage) for ordinal, passage in zip(ordinals, words, strict=True)),
        )
    connection.executemany("DELETE FROM place WHERE id = ?", ((place,) for place, _ in left))


def _add(connection: sqlite3.Connection, facts: int, places: Mapping[int, int]) -> None:
    """Puts the passages with these ascending ordinals at these places."""
    words = _stored_words(connection, facts, places)
    connection.executemany(
        "INSERT INTO words(rowid, names, text) VALUES (?, ?, ?)",
        ((place, *passage) for place, passage in zip(places.values(), words, strict=True)),
    )
    connection.executemany(
        "INSERT INTO place(id, passage) VALUES (?, ?)",
        ((place, first_of(facts) + ordinal) for ordinal, place in places.items()),
    )


def _exchange_mentions(connection: sqlite3.Connection, gone: Collection[int], come: Collection[int]) -> None:
    connection.executemany(
        "INSERT INTO mention(mention, rowid, used, imported) VALUES ('delete', ?, ?, ?)",
        ((facts, *_mentions(connection, facts)) for facts in gone),
    )
    connection.executemany(
        "INSERT INTO mention(rowid, used, imported) VALUES (?, ?, ?)",
        ((facts, *_mentions(connection, facts)) for facts in come),
    )


def _mentions(connection: sqlite3.Connection, facts: int) -> tuple[str, str]:
    return unpack_mentions(connection.execute("SELECT mentions FROM outward WHERE id = ?", (facts,)).fetchone()[0])
