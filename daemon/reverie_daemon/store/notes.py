"""Notes: what was learned about a topic, kept with the digests of what it read. Whether one is fresh is not decided
here; several of one topic are kept, one for each state of what it read, so that switching back learns nothing again."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import zlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ..core.notes import Note, Pairs, Topic
from ..wire import claim_from_store, claim_to_store
from .memory import mention_of, storable

STATES_KEPT = 3
NOTES_MAX = 20_000
_COLUMNS = "analysis, kind, name, version, model, content, made_at, clock, moment"


@dataclass(frozen=True, slots=True)
class Kept:
    """That there is a note, without what it says. (`clock`, `moment`) is when it was last known to hold."""

    id: int
    topic: Topic
    clock: int
    moment: str


def keep(writer: sqlite3.Connection, note: Note) -> bool:
    """Keeps a note beside those of other states of its topic, the oldest of which make room. Whether its text differs
    from what was kept last: where it does not, nothing that read it has to be learned again."""
    before = writer.execute(
        "SELECT text FROM note WHERE analysis = ? AND kind = ? AND name = ? ORDER BY made_at DESC, id DESC LIMIT 1",
        _place(note.analysis, note.topic),
    ).fetchone()
    text = _digest([claim.text for claim in note.claims], dict(note.figures))
    writer.execute(
        f"INSERT OR REPLACE INTO note({_COLUMNS}, state, text) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            *_place(note.analysis, note.topic), note.version, note.model, _packed(note), note.made_at, note.clock,
            note.moment, _digest(note.inputs), text,
        ),
    )  # fmt: skip
    writer.execute(
        "DELETE FROM note WHERE analysis = ?1 AND kind = ?2 AND name = ?3 AND id NOT IN (SELECT id FROM note"
        " WHERE analysis = ?1 AND kind = ?2 AND name = ?3 ORDER BY made_at DESC, id DESC LIMIT ?4)",
        (*_place(note.analysis, note.topic), STATES_KEPT),
    )
    if writer.execute("SELECT count(*) FROM note").fetchone()[0] > NOTES_MAX:
        writer.execute(
            "DELETE FROM note WHERE id IN (SELECT id FROM note ORDER BY made_at DESC, id DESC LIMIT -1 OFFSET ?)",
            (NOTES_MAX,),
        )
    return before is None or before[0] != text


def of(reader: sqlite3.Connection, analysis: str, topic: Topic) -> list[Note]:
    """What was found about a topic, the newest first, one for each state."""
    rows = reader.execute(
        f"SELECT {_COLUMNS} FROM note WHERE analysis = ? AND kind = ? AND name = ? ORDER BY made_at DESC, id DESC",
        _place(analysis, topic),
    )
    return [_note(row) for row in rows]


def are_there(reader: sqlite3.Connection, analyses: Collection[str]) -> bool:
    """Whether any of these analyses noted anything."""
    marks = ", ".join("?" * len(analyses))
    query = f"SELECT EXISTS (SELECT 1 FROM note WHERE analysis IN ({marks}))"
    return bool(reader.execute(query, tuple(analyses)).fetchone()[0])


def newest(reader: sqlite3.Connection, limit: int, name: str = "") -> list[Note]:
    """The newest note of each topic, those about `name` or something in it where one is given."""
    rows = reader.execute(
        f"SELECT {_COLUMNS} FROM note WHERE id IN (SELECT max(id) FROM note GROUP BY analysis, kind, name)"
        " AND (?1 = '' OR name = ?1 OR name LIKE ?2 ESCAPE '\\' OR name LIKE ?3 ESCAPE '\\')"
        " ORDER BY name, analysis LIMIT ?4",
        (storable(name), _like(name, "::"), _like(name, "/"), limit),
    )
    return [_note(row) for row in rows]


def kept(reader: sqlite3.Connection, name: str) -> list[Kept]:
    """That there is a note, of each topic that is `name` or lies in it; "" for all. Of several states the newest."""
    rows = reader.execute(
        "SELECT id, kind, name, clock, moment FROM note WHERE id IN"
        " (SELECT max(id) FROM note GROUP BY analysis, kind, name)"
        " AND (?1 = '' OR name = ?1 OR name LIKE ?2 ESCAPE '\\' OR name LIKE ?3 ESCAPE '\\') ORDER BY id",
        (storable(name), _like(name, "::"), _like(name, "/")),
    )
    return [Kept(number, Topic(kind, topic), clock, moment) for number, kind, topic, clock, moment in rows]


def inputs_of(reader: sqlite3.Connection, number: int) -> Pairs:
    row = reader.execute("SELECT content FROM note WHERE id = ?", (number,)).fetchone()
    return tuple((query, digest) for query, digest in _unpacked(row[0])["inputs"]) if row else ()


def held_at(writer: sqlite3.Connection, held: Sequence[tuple[str, Topic]], clock: int, moment: str) -> None:
    """The newest notes of these topics were found fresh at this moment."""
    writer.executemany(
        "UPDATE note SET clock = ?, moment = ? WHERE id = (SELECT id FROM note WHERE analysis = ? AND kind = ?"
        " AND name = ? ORDER BY made_at DESC, id DESC LIMIT 1)",
        ((clock, moment, *_place(analysis, topic)) for analysis, topic in held),
    )


def counted(reader: sqlite3.Connection, clock: int, moment: str) -> tuple[int, int]:
    """How many topics have a note that is known to hold now, and how many one that is not."""
    fresh, topics = reader.execute(
        "SELECT count(DISTINCT CASE WHEN clock = ? AND moment = ? THEN analysis || kind || name END),"
        " count(DISTINCT analysis || kind || name) FROM note",
        (clock, moment),
    ).fetchone()
    return fresh, topics - fresh


def every(reader: sqlite3.Connection) -> Iterator[Note]:
    """All of them, one by one as they are read."""
    for row in reader.execute(f"SELECT {_COLUMNS} FROM note"):
        yield _note(row)


def forget(writer: sqlite3.Connection, path: bytes | None) -> int:
    """Deletes the notes that are about a path or mention it, all of them where it is None; how many."""
    if path is None:
        return writer.execute("DELETE FROM note").rowcount
    mentioned = mention_of(path)
    found = [
        (number,)
        for number, name, content in writer.execute("SELECT id, name, content FROM note")
        if mentioned.search(name) or any(mentioned.search(text) for text in _strings(_unpacked(content)))
    ]
    writer.executemany("DELETE FROM note WHERE id = ?", found)
    return len(found)


def forget_topic(writer: sqlite3.Connection, topic: Topic, analysis: str) -> int:
    """Deletes the notes of just this topic, those of one analysis where one is named; how many."""
    cursor = writer.execute(
        "DELETE FROM note WHERE kind = ?1 AND name = ?2 AND (?3 = '' OR analysis = ?3)",
        (topic.kind, storable(topic.name), analysis),
    )
    return cursor.rowcount


def _place(analysis: str, topic: Topic) -> tuple[str, str, str]:
    return analysis, topic.kind, storable(topic.name)


def _packed(note: Note) -> bytes:
    content = {
        "claims": [claim_to_store(claim) for claim in note.claims],
        "figures": dict(note.figures),
        "inputs": note.inputs,
        "cost": [note.tokens, note.microusd],
    }
    return zlib.compress(json.dumps(content).encode())


def _unpacked(content: bytes) -> Any:
    return json.loads(zlib.decompress(content))


def _note(row: Sequence[Any]) -> Note:
    analysis, kind, name, version, model, packed, made_at, clock, moment = row
    content = _unpacked(packed)
    claims = tuple(claim_from_store(claim) for claim in content["claims"])
    inputs = tuple((query, digest) for query, digest in content["inputs"])
    tokens, microusd = content.get("cost", (0, 0))  # older notes were kept without
    return Note(
        Topic(kind, name), analysis, version, claims, content["figures"], inputs, model, made_at, clock, moment,
        tokens, microusd,
    )  # fmt: skip


def _digest(*values: object) -> str:
    return hashlib.blake2b(json.dumps(values, sort_keys=True).encode(), digest_size=12).hexdigest()


def _like(name: str, separator: str) -> str:
    escaped = storable(name.rstrip("/")).replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"{escaped}{separator}%"


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from (key, *_strings(inner))
    elif isinstance(value, list):
        for inner in value:
            yield from _strings(inner)
