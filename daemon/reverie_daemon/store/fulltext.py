"""Keeps the two full-text indexes holding exactly what some worktree maps now.

`words` finds passages by their words, `mention` finds files by the names they use and the modules they import. Both
are contentless, so taking something out means telling the index again what was put in. A passage that a new version
of a file has in common with the one it replaces stays in the index and only changes hands: a save or a checkout costs
what changed. Searching is elsewhere.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterator

from .packing import StoredPassage, digests_of, last_part, unpack_imports, unpack_stretch, used_names

FACTS_SHIFT = 24
"""A symbol, passage or stretch is numbered `facts id << FACTS_SHIFT | ordinal`."""

# Names are one token each whatever they contain: what the ascii tokenizer would fold or split on becomes a character
# of a private-use area, which it leaves alone.
_TOKEN = {code: chr(0xE000 + code) for code in range(128) if not (chr(code).islower() or chr(code).isdigit())}


def token_of(name: str) -> str:
    """A name as `mention` holds it."""
    return name.translate(_TOKEN)


def first_of(facts: int) -> int:
    return facts << FACTS_SHIFT


def after_last_of(facts: int) -> int:
    return (facts + 1) << FACTS_SHIFT


def exchange(connection: sqlite3.Connection, gone: Collection[int], come: Collection[int]) -> None:
    """Takes the facts `gone` out of both indexes and puts the facts `come` in; the two have none in common."""
    freed = _places_by_digest(connection, gone)
    moved: list[tuple[int, int]] = []
    fresh: dict[int, list[int]] = {}
    for facts in come:
        for ordinal, digest in enumerate(_digests(connection, facts)):
            if places := freed.get(digest):
                moved.append((first_of(facts) + ordinal, places.pop()[0]))
            else:
                fresh.setdefault(facts, []).append(ordinal)
    left = sorted(place for places in freed.values() for place in places)
    _remove(connection, left)
    connection.executemany("UPDATE place SET passage = ? WHERE id = ?", moved)
    _add(connection, fresh)
    _exchange_mentions(connection, gone, come)


def stored_passages(connection: sqlite3.Connection, facts: int, ordinals: Collection[int]) -> Iterator[StoredPassage]:
    """The passages of one blob with these ascending ordinals."""
    wanted = set(ordinals)
    for first, stretch in connection.execute(
        "SELECT id, passages FROM stretch WHERE id >= ? AND id < ? ORDER BY id", (first_of(facts), after_last_of(facts))
    ):
        for ordinal, passage in enumerate(unpack_stretch(stretch), start=first - first_of(facts)):
            if ordinal in wanted:
                yield passage


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
                (ordinals[ordinal], passage.names, passage.text)
                for ordinal, passage in zip(in_order, stored_passages(connection, facts, in_order), strict=True)
            ),
        )
    connection.executemany("DELETE FROM place WHERE id = ?", ((place,) for place, _ in places))


def _add(connection: sqlite3.Connection, fresh: dict[int, list[int]]) -> None:
    (place,) = connection.execute("SELECT next_place FROM state").fetchone()
    for facts, ordinals in fresh.items():
        passages = stored_passages(connection, facts, ordinals)
        connection.executemany(
            "INSERT INTO words(rowid, names, text) VALUES (?, ?, ?)",
            ((number, passage.names, passage.text) for number, passage in enumerate(passages, start=place)),
        )
        connection.executemany(
            "INSERT INTO place(id, passage) VALUES (?, ?)",
            ((number, first_of(facts) + ordinal) for number, ordinal in enumerate(ordinals, start=place)),
        )
        place += len(ordinals)
    connection.execute("UPDATE state SET next_place = ?", (place,))


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
    """The tokens of the names a blob uses, and of the last parts of the modules it imports."""
    uses, imports = connection.execute("SELECT uses, imports FROM facts WHERE id = ?", (facts,)).fetchone()
    modules = dict.fromkeys(last_part(imported.module) for imported in unpack_imports(imports))
    return " ".join(map(token_of, used_names(uses))), " ".join(map(token_of, modules))
