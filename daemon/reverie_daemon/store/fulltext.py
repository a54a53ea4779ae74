"""Keeps the two full-text indexes holding exactly what some worktree maps now.

`words` finds passages by their words, `mention` finds files by the names they use and the modules they import. Both
are contentless, so taking something out means telling the index again what was put in. A passage that a new version
of a file has in common with the one it replaces stays in the index and only changes hands: a save or a checkout costs
what changed. Searching is elsewhere.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterator, Mapping, Sequence

from .packing import PackedFacts, digests_of, mentions_of, records_of, words_of

AUTOMERGE = 4
PAGES_MERGED = 500
MERGES_MAX = 20
FACTS_SHIFT = 24
"""A symbol, passage or stretch is numbered `facts id << FACTS_SHIFT | ordinal`."""


def first_of(facts: int) -> int:
    return facts << FACTS_SHIFT


def after_last_of(facts: int) -> int:
    return (facts + 1) << FACTS_SHIFT


def exchange(
    connection: sqlite3.Connection, gone: Collection[int], come: Collection[int], learned: Mapping[int, PackedFacts]
) -> None:
    """Takes the facts `gone` out of both indexes and puts the facts `come` in; the two have none in common. `learned`
    are those at hand because they were just taken in."""
    freed = _places_by_digest(connection, gone)
    moved: list[tuple[int, int]] = []
    fresh: dict[int, list[int]] = {}
    for facts in come:
        for ordinal, digest in enumerate(_digests(connection, facts)):
            if places := freed.get(digest):
                moved.append((first_of(facts) + ordinal, places.pop()[0]))
            else:
                fresh.setdefault(facts, []).append(ordinal)
    _remove(connection, [place for places in freed.values() for place in places])
    connection.executemany("UPDATE place SET passage = ? WHERE id = ?", moved)
    _add(connection, fresh)
    _exchange_mentions(connection, gone, come, learned)


def merge_as_written(connection: sqlite3.Connection, enabled: bool) -> None:
    """Whether each write also merges a little of the index: bounded work that a bulk of writes is better off without,
    `tidy` making up for it."""
    connection.execute("INSERT INTO words(words, rank) VALUES ('automerge', ?)", (AUTOMERGE if enabled else 0,))


def tidy(connection: sqlite3.Connection) -> None:
    """Merges what bulks and saves left in pieces, a bounded part of it."""
    for index in ("words", "mention"):
        for _ in range(MERGES_MAX):
            before = connection.total_changes
            connection.execute(f"INSERT INTO {index}({index}, rank) VALUES ('merge', {PAGES_MERGED})")
            # As SQLite documents it: fewer than two changes mean that there was nothing to merge.
            if connection.total_changes - before < 2:
                break


def _stored_words(connection: sqlite3.Connection, facts: int, ordinals: Collection[int]) -> Iterator[tuple[str, str]]:
    """(names, text) of the passages with these ordinals, in order."""
    wanted = set(ordinals)
    for first, stretch in connection.execute(
        "SELECT id, passages FROM stretch WHERE id >= ? AND id < ? ORDER BY id", (first_of(facts), after_last_of(facts))
    ):
        for ordinal, record in enumerate(records_of(stretch), start=first - first_of(facts)):
            if ordinal in wanted:
                yield words_of(record)


def _digests(connection: sqlite3.Connection, facts: int) -> list[bytes]:
    return digests_of(connection.execute("SELECT digests FROM facts WHERE id = ?", (facts,)).fetchone()[0])


def _places_by_digest(connection: sqlite3.Connection, gone: Collection[int]) -> dict[bytes, list[tuple[int, int]]]:
    """(place, passage) by the digest of what was put there."""
    places: dict[bytes, list[tuple[int, int]]] = {}
    for facts in gone:
        digests = _digests(connection, facts)
        for place, passage in connection.execute(
            "SELECT id, passage FROM place WHERE passage >= ? AND passage < ? ORDER BY passage DESC",
            (first_of(facts), after_last_of(facts)),
        ):
            places.setdefault(digests[passage - first_of(facts)], []).append((place, passage))
    return places


def _remove(connection: sqlite3.Connection, places: Collection[tuple[int, int]]) -> None:
    by_facts: dict[int, dict[int, int]] = {}
    for place, passage in places:
        facts = passage >> FACTS_SHIFT
        by_facts.setdefault(facts, {})[passage - first_of(facts)] = place
    for facts, ordinals in by_facts.items():
        in_order = sorted(ordinals)
        connection.executemany(
            "INSERT INTO words(words, rowid, names, text) VALUES ('delete', ?, ?, ?)",
            (
                (ordinals[ordinal], *words)
                for ordinal, words in zip(in_order, _stored_words(connection, facts, in_order), strict=True)
            ),
        )
    connection.executemany("DELETE FROM place WHERE id = ?", ((place,) for place, _ in places))


def _add(connection: sqlite3.Connection, fresh: Mapping[int, Sequence[int]]) -> None:
    (place,) = connection.execute("SELECT next_place FROM state").fetchone()
    for facts, ordinals in fresh.items():
        words = _stored_words(connection, facts, ordinals)
        connection.executemany(
            "INSERT INTO words(rowid, names, text) VALUES (?, ?, ?)",
            ((number, names, text) for number, (names, text) in enumerate(words, start=place)),
        )
        connection.executemany(
            "INSERT INTO place(id, passage) VALUES (?, ?)",
            ((number, first_of(facts) + ordinal) for number, ordinal in enumerate(ordinals, start=place)),
        )
        place += len(ordinals)
    connection.execute("UPDATE state SET next_place = ?", (place,))


def _exchange_mentions(
    connection: sqlite3.Connection, gone: Collection[int], come: Collection[int], learned: Mapping[int, PackedFacts]
) -> None:
    connection.executemany(
        "INSERT INTO mention(mention, rowid, used, imported) VALUES ('delete', ?, ?, ?)",
        ((facts, *_mentions(connection, facts)) for facts in gone),
    )
    connection.executemany(
        "INSERT INTO mention(rowid, used, imported) VALUES (?, ?, ?)",
        ((facts, *(learned[facts].mentions if facts in learned else _mentions(connection, facts))) for facts in come),
    )


def _mentions(connection: sqlite3.Connection, facts: int) -> tuple[str, str]:
    return mentions_of(*connection.execute("SELECT uses, imports FROM facts WHERE id = ?", (facts,)).fetchone())
