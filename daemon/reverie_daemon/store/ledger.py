"""The user's ledger: which repositories are watched, and an append-only account of tokens, money and questions asked.

It belongs to the user rather than to a repository, since keys and budgets do. What a figure means is defined in
`core/savings.py`; prices are known elsewhere. Days are the user's calendar days, as the caller names them.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from ..core.nouns import Tokens
from . import accounts, opening
from .connection import failures_explained, transaction
from .marks import spaced
from .memory import mention_of, scrub, storable


@dataclass(frozen=True, slots=True)
class Given:
    """An answer that was given: its entry, its question with the key, and what tells what it said ("" where an older
    version gave it)."""

    number: int
    question: str
    key: str
    said: str


class Ledger:
    """May be used from any thread. `repaired` is where a damaged ledger was moved when this one was opened."""

    def __init__(self, connection: sqlite3.Connection, repaired: Path | None) -> None:
        self.repaired = repaired
        self._connection = connection
        self._lock = threading.RLock()

    @classmethod
    def open(cls, path: Path) -> Ledger:
        """Opens the ledger, making it where there is none. Raises `UserError` as `RepositoryStore.open` does."""
        return cls(*opening.open_ledger(path))

    def close(self) -> None:
        with self._lock:
            with failures_explained():
                self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            self._connection.close()

    def __enter__(self) -> Ledger:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def add_repository(self, root: bytes, *, now: float) -> None:
        """Watches a repository; one that was watched before keeps its account."""
        with self.writing() as writer:
            writer.execute(
                "INSERT INTO repository(root, added_at, watched) VALUES (?, ?, 1)"
                " ON CONFLICT(root) DO UPDATE SET watched = 1",
                (root, now),
            )

    def remove_repository(self, root: bytes) -> None:
        """Watches it no longer; its account stays."""
        with self.writing() as writer:
            writer.execute("UPDATE repository SET watched = 0 WHERE root = ?", (root,))

    def repositories(self) -> list[bytes]:
        """The roots that are watched, in the order they were added."""
        with self.reading() as reader:
            rows = reader.execute("SELECT root FROM repository WHERE watched ORDER BY added_at, id")
            return [root for (root,) in rows]

    def record(
        self,
        *,
        at: float,
        date: str,
        repository: bytes,
        kind: Literal["asleep", "awake"],
        tokens: Tokens,
        question: str = "",
        route: str = "",
        reasoning: int = 0,
        cost_microusd: int | None = 0,
        counted: bool = True,
        conversation: str = "",
        files: Sequence[str] = (),
        model: str = "",
        analysis: str = "",
        calls: Sequence[int] = (),
        key: str = "",
        said: str = "",
    ) -> int:
        """Adds an entry and returns its id. `at` is seconds since the epoch and `date` the user's day then
        ("2025-11-19"); the cost is None when the price is unknown. An entry that does not count is in no figure of
        what was saved; learning saves nothing by itself. `files` are those whose text its baseline counted, `calls` the
        journal's calls that were made for it; `model` is whose they are, or who wrote the answer beforehand, and
        `analysis` what had that ready. `key` is the question's, `said` tells what the answer said, so that it can be
        marked."""
        saved = tokens.saved if kind == "awake" else 0
        with self.writing() as writer:
            writer.execute(
                "INSERT INTO repository(root, added_at, watched) VALUES (?, ?, 0) ON CONFLICT DO NOTHING",
                (repository, at),
            )
            cursor = writer.execute(
                "INSERT INTO entry(at, date, repository, kind, question, route, prompt, cached, completion, reasoning,"
                " baseline, saved, cost_microusd, counted, conversation, model, analysis, key, said)"
                " VALUES (?, ?, (SELECT id FROM repository WHERE root = ?), ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,"
                " ?, ?)",
                (
                    at, date, repository, kind, storable(question), route, tokens.prompt, tokens.cached,
                    tokens.completion, reasoning, tokens.baseline, saved, cost_microusd, counted,
                    storable(conversation), model, analysis, storable(key), said,
                ),
            )  # fmt: skip
            number = cursor.lastrowid
            assert number is not None
            writer.executemany(
                "INSERT OR IGNORE INTO entry_file(entry, path) VALUES (?, ?)",
                ((number, os.fsencode(path)) for path in files),
            )
            writer.executemany("UPDATE call SET entry = ? WHERE id = ?", ((number, call) for call in calls))
            return number

    def answer(self, root: bytes, number: int | None) -> Given | None:
        """The answer of that entry, or the repository's last; None where there is none."""
        with self.reading() as reader:
            row = reader.execute(
                "SELECT entry.id, question, key, said FROM entry JOIN repository ON repository.id = entry.repository"
                " WHERE root = ?1 AND kind = 'awake' AND question != '' AND (?2 IS NULL OR entry.id = ?2)"
                " ORDER BY entry.id DESC LIMIT 1",
                (root, number),
            ).fetchone()
            return Given(*row) if row else None

    def mark_wrong(self, number: int) -> bool:
        """An answer was wrong: it saved nothing, and the replies of a model to that question are not used again. False
        where it was marked before."""
        with self.writing() as writer:
            marked = writer.execute(
                "UPDATE entry SET wrong = 1, baseline = 0, saved = -(prompt + completion) WHERE id = ? AND NOT wrong",
                (number,),
            ).rowcount
            writer.execute(
                "UPDATE call SET reason = 'its answer was marked as wrong' WHERE state = 'received' AND reason = ''"
                " AND entry IN (SELECT other.id FROM entry JOIN entry AS other USING (repository, key)"
                " WHERE entry.id = ?)",
                (number,),
            )
            return marked > 0

    def count_wrong(self, root: bytes) -> int:
        """How many answers about a repository were marked as wrong."""
        with self.reading() as reader:
            query = "SELECT count(*) FROM entry JOIN repository ON repository.id = entry.repository"
            return int(reader.execute(f"{query} WHERE root = ? AND wrong", (root,)).fetchone()[0])

    def conversation_files(self, conversation: str) -> frozenset[str]:
        """The files that a conversation's entries have counted: an agent would remember them."""
        with self.reading() as reader:
            rows = reader.execute(
                "SELECT DISTINCT path FROM entry JOIN entry_file ON entry_file.entry = entry.id WHERE conversation = ?",
                (storable(conversation),),
            )
            return frozenset(os.fsdecode(path) for (path,) in rows)

    def questions(self, root: bytes, limit: int) -> list[dict[str, Any]]:
        """Questions asked, newest first, as `GET /v1/questions` gives them."""
        with self.reading() as reader:
            rows = reader.execute(
                "SELECT question, at, route, saved, entry.id, conversation, wrong FROM entry JOIN repository"
                " ON repository.id = entry.repository WHERE root = ? AND kind = 'awake' AND question != ''"
                " ORDER BY at DESC, entry.id DESC LIMIT ?",
                (root, limit),
            )
            return [
                {
                    "question": question,
                    "asked_at": datetime.fromtimestamp(at).astimezone().isoformat(timespec="seconds"),
                    "route": route,
                    "saved": saved,
                    "ledger_id": number,
                    "conversation": conversation,
                    "wrong": bool(wrong),
                }
                for question, at, route, saved, number, conversation, wrong in rows
            ]

    def saved(self, today: str) -> dict[str, int]:
        """`{"tokens", "today"}`: what every counted answer saved or spared an agent reading, ever and on this day."""
        with self.reading() as reader:
            tokens, on_day = reader.execute(
                "SELECT coalesce(sum(saved), 0), coalesce(sum(CASE WHEN date = ? THEN saved END), 0)"
                " FROM entry WHERE counted",
                (today,),
            ).fetchone()
            return {"tokens": tokens, "today": on_day}

    def add_idle(self, date: str, idle_s: float, used_s: float) -> None:
        """So long the machine allowed learning on this day, and for so much of that something was learned."""
        with self.writing() as writer:
            writer.execute(
                "INSERT INTO idle_day(date, idle_s, used_s) VALUES (?, ?, ?) ON CONFLICT(date) DO UPDATE"
                " SET idle_s = idle_s + excluded.idle_s, used_s = used_s + excluded.used_s",
                (date, idle_s, used_s),
            )

    def report(self, root: bytes | None = None) -> dict[str, Any]:
        """`{"days", "models", "analyses", "total", "entries", "recent", "idle"}` as `reverie ledger --json` prints
        them, of one repository or of all.

        A day is `{"date", "questions", "asleep": {"tokens", "usd"}, "awake": {"tokens", "usd"}, "cached_share",
        "saved", "lost", "not_read", "wrong", "net"}`; so is a model, with `model`, and an analysis. `saved` is what
        answers saved that a model wrote, when they were asked for or beforehand, less what was lost; `not_read` what an
        agent would have read for composed answers; `lost` the losses alone, as a positive number: what answers cost
        beyond what they saved; `wrong` how many answers were marked so, which saved nothing; `wasted` the awake tokens
        of replies that were not used; `cached_share` the part of the prompts that servers had cached. `usd` is null
        where a price is unknown. The total also has `per_question` `{"tokens", "usd"}`, and `payback` `{"state",
        "after", "asked", "to_go"}`, see `savings.Payback`, with `pays_after`, the same as `after`. `recent` are the
        latest entries that a model was called for. `idle` is the machine's, whatever the repository: `{"seconds",
        "used_seconds", "share", "days": [{"date", …}]}`.
        """
        with self.reading() as reader:
            return accounts.report(reader, root)

    def forget(self, root: bytes, path: bytes = b"") -> int:
        """Deletes the questions that name a file or folder or whose answers counted its text; b"" for all of the
        repository's. What they cost stays in the account. Returns how many."""
        with self.writing() as writer:
            numbers = [(number,) for number in _questions_of(writer, root, path)]
            writer.executemany("DELETE FROM entry_file WHERE entry = ?", numbers)
            writer.executemany("UPDATE entry SET question = '', key = '', said = '' WHERE id = ?", numbers)
        if numbers:
            with self._lock, failures_explained():
                scrub(self._connection)
        return len(numbers)

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """For the modules of this package: one transaction, all or nothing."""
        with self._lock, transaction(self._connection) as writer:
            yield writer

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """For the modules of this package: one reader at a time."""
        with self._lock, failures_explained():
            yield self._connection


def _questions_of(reader: sqlite3.Connection, root: bytes, path: bytes) -> list[int]:
    rows = reader.execute(
        "SELECT id, question || ' ' || key FROM entry WHERE question != ''"
        " AND repository = (SELECT id FROM repository WHERE root = ?)",
        (root,),
    ).fetchall()
    bare = path.rstrip(b"/")
    if not bare:
        return [number for number, _ in rows]
    counted = {
        number
        for (number,) in reader.execute(
            "SELECT entry FROM entry_file WHERE path = ? OR (path > ? AND path < ?)", (bare, bare + b"/", bare + b"0")
        )
    }
    mentioned = mention_of(bare)
    return [number for number, question in rows if number in counted or mentioned.search(spaced(question))]
