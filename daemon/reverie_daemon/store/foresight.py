"""Predicted questions, those that were asked, and what was learned from them, so that predictions can be scored."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from ..core.attention import SIGNALS, Attention
from ..core.notes import Topic
from ..core.predict import Habits, Prediction
from ..core.scoring import Guesses, Score
from .marks import spaced
from .memory import mention_of, storable

ASKED_KEPT = 5_000
PREPARATIONS_KEPT = 20_000


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that the user asked. `key` as it is remembered by; `path` what it was about, "" for no file; `saved`
    what its answer saved and `spent` what models took for it, in tokens; `slept_s` for how long was learned since the
    question before."""

    key: str
    kind: str
    path: str
    at: float
    saved: int = 0
    slept_s: float = 0.0
    spent: int = 0


@dataclass(frozen=True, slots=True)
class Expected:
    """A prediction as it is kept; `key` is that of its answer, "" where there is none (yet)."""

    prediction: Prediction
    key: str


def expect(writer: sqlite3.Connection, worktree: int, predictions: Iterable[Prediction]) -> None:
    """These predictions instead of the earlier ones. Answers that were prepared stay known."""
    keys = dict(writer.execute("SELECT question, key FROM prediction WHERE worktree = ?", (worktree,)))
    writer.execute("DELETE FROM prediction WHERE worktree = ?", (worktree,))
    writer.executemany(
        "INSERT INTO prediction(worktree, question, kind, topic_kind, name, path, probability, key)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            (
                worktree, storable(one.question), one.kind, one.topic.kind, storable(one.topic.name),
                storable(one.path), one.probability, keys.get(storable(one.question), ""),
            )
            for one in predictions
        ),
    )  # fmt: skip


def prepared(writer: sqlite3.Connection, worktree: int, question: str, key: str) -> None:
    """A predicted question has its answer, under this key."""
    writer.execute(
        "UPDATE prediction SET key = ? WHERE worktree = ? AND question = ?",
        (storable(key), worktree, storable(question)),
    )


def expected(reader: sqlite3.Connection, worktree: int, limit: int) -> list[Expected]:
    """What is expected, likeliest first."""
    rows = reader.execute(
        "SELECT question, topic_kind, name, kind, probability, path, key FROM prediction WHERE worktree = ?"
        " ORDER BY probability DESC, question LIMIT ?",
        (worktree, limit),
    )
    return [
        Expected(Prediction(question, Topic(topic_kind, name), kind, probability, path), key)
        for question, topic_kind, name, kind, probability, path, key in rows
    ]


def asked(writer: sqlite3.Connection, worktree: int, question: Asked) -> bool:
    """Scores a question against what was predicted; whether it is a hit."""
    row = writer.execute(
        "SELECT probability FROM prediction WHERE worktree = ? AND key = ? ORDER BY probability DESC LIMIT 1",
        (worktree, storable(question.key)),
    ).fetchone()
    writer.execute(
        "INSERT INTO asked(worktree, key, kind, path, at, saved, slept_s, hit, probability, spent)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            worktree, storable(question.key), question.kind, storable(question.path), question.at, question.saved,
            question.slept_s, row is not None, row[0] if row else 0.0, question.spent,
        ),
    )  # fmt: skip
    writer.execute("UPDATE preparation SET asked = 1 WHERE key = ?", (storable(question.key),))
    writer.execute(
        "DELETE FROM asked WHERE id IN (SELECT id FROM asked ORDER BY id DESC LIMIT -1 OFFSET ?)", (ASKED_KEPT,)
    )
    return row is not None


def unlearned(reader: sqlite3.Connection, worktree: int) -> list[tuple[int, str, str]]:
    """(number, kind, path) of the questions that the habits have not taken in, oldest first."""
    rows = reader.execute(
        "SELECT id, kind, path FROM asked WHERE worktree = ? AND NOT learned ORDER BY id", (worktree,)
    )
    return list(rows)


def score(reader: sqlite3.Connection) -> Score:
    row = reader.execute(
        "SELECT count(*), coalesce(sum(hit), 0), coalesce(sum(CASE WHEN hit THEN saved END), 0),"
        " coalesce(sum(CASE WHEN hit THEN spent END), 0), coalesce(sum(CASE WHEN NOT hit THEN spent END), 0) FROM asked"
    ).fetchone()
    count, hits, saved, spent_on_hits, spent_on_misses = row
    (unasked,) = reader.execute(
        "SELECT count(*) FROM prediction WHERE key != '' AND key NOT IN (SELECT key FROM asked)"
    ).fetchone()
    return Score(count, hits, saved, unasked, spent_on_hits, spent_on_misses)


def slept_before(reader: sqlite3.Connection) -> list[tuple[float, bool]]:
    """(seconds learned since the question before, hit) of each question."""
    return [(slept_s, bool(hit)) for slept_s, hit in reader.execute("SELECT slept_s, hit FROM asked")]


def paid(writer: sqlite3.Connection, key: str, kept: bool, tokens: int, microusd: int | None) -> None:
    """A model was asked to prepare the answer under this key; `kept` tells whether that is of use."""
    writer.execute(
        "INSERT INTO preparation(key, kept, asked, tokens, cost_microusd) VALUES (?, ?, 0, ?, ?)",
        (storable(key), kept, tokens, microusd),
    )
    writer.execute(
        "DELETE FROM preparation WHERE id IN (SELECT id FROM preparation ORDER BY id DESC LIMIT -1 OFFSET ?)",
        (PREPARATIONS_KEPT,),
    )


def guesses(reader: sqlite3.Connection, *, kept: bool, asked: bool) -> Guesses:
    """What models took for prepared answers that were of use or not, and asked for or not (so far)."""
    answers, tokens, microusd, unknown = reader.execute(
        "SELECT count(*), coalesce(sum(tokens), 0), coalesce(sum(cost_microusd), 0),"
        " count(CASE WHEN cost_microusd IS NULL THEN 1 END) FROM preparation WHERE kept = ? AND asked = ?",
        (kept, asked),
    ).fetchone()
    return Guesses(answers, tokens, None if unknown else microusd)


def habits(reader: sqlite3.Connection) -> Habits:
    """What was learned from questions so far; the beginning where that is nothing, or was learned by other signals."""
    row = reader.execute("SELECT content FROM habits WHERE id = 1").fetchone()
    kept: dict[str, Any] = json.loads(row[0]) if row else {}
    if kept.get("signals") != list(SIGNALS):
        return Habits(kept.get("kinds", {}), kept.get("asked", {}))
    return Habits(kept["kinds"], kept["asked"], Attention(tuple(kept["weights"]), kept["learned"]))


def learn_habits(writer: sqlite3.Connection, learned: Habits, questions: Sequence[int]) -> None:
    """Keeps what was learned, from these questions among others."""
    content = {
        "kinds": dict(learned.kinds), "asked": dict(learned.asked), "signals": SIGNALS,
        "weights": learned.attention.weights, "learned": learned.attention.learned,
    }  # fmt: skip
    writer.execute("INSERT OR REPLACE INTO habits(id, content) VALUES (1, ?)", (json.dumps(content),))
    writer.executemany("UPDATE asked SET learned = 1 WHERE id = ?", ((number,) for number in questions))


def forget(writer: sqlite3.Connection, path: bytes | None) -> None:
    """Deletes what was predicted, asked and learned about a path, or everything."""
    if path is None:
        for table in ("prediction", "asked", "habits"):
            writer.execute(f"DELETE FROM {table}")
        writer.execute("UPDATE preparation SET key = ''")  # what it cost was spent
        return
    mentioned = mention_of(path)
    for table, columns in (("prediction", "question || ' ' || name || ' ' || path"), ("asked", "key || ' ' || path")):
        found = [
            (number,)
            for number, text in writer.execute(f"SELECT rowid, {columns} FROM {table}")
            if mentioned.search(spaced(text))
        ]
        writer.executemany(f"DELETE FROM {table} WHERE rowid = ?", found)
    for number, key in writer.execute("SELECT id, key FROM preparation WHERE key != ''").fetchall():
        if mentioned.search(spaced(key)):
            writer.execute("UPDATE preparation SET key = '' WHERE id = ?", (number,))
    learned = habits(writer)
    kept = {name: weight for name, weight in learned.asked.items() if not mentioned.search(name)}
    if len(kept) < len(learned.asked):
        learn_habits(writer, Habits(learned.kinds, kept, learned.attention), ())
