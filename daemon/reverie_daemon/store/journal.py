"""Calls of models, in the user's ledger: reserved before they are made, settled after, and never paid for twice.

A call is `open` from its reservation until it is settled; then it is `received` (a reply came and is kept), `failed`
(nothing was generated, nothing is charged) or `lost` (no reply came; its worst case is charged). A call that a crash
left open is lost. Whether a call may be made is decided by `core/budget.py`, inside the transaction that reserves it,
so that calls made at the same time cannot overrun a limit together.
"""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ..core.budget import Amount, Calendar, Denied, Limits, Scope, Side, Usage, denied, turn
from .ledger import Ledger
from .memory import mention_of, scrub, storable

TEXT_KEPT_S = 30 * 86_400.0
"""How long what was sent and received is kept; the account stays for good."""

_COUNTED = "state IN ('open', 'received', 'lost')"


@dataclass(frozen=True, slots=True)
class Planned:
    """A call about to be made. `key` names its request: the same key is the same question to the same model. `sent` is
    what goes out, redacted; `worst` the most it can use. `at` is seconds since the epoch, `today` the user's date."""

    at: float
    today: str
    side: Side
    repository: bytes
    key: bytes
    analysis: str
    model: str
    sent: Sequence[tuple[str, str]]
    worst: Amount
    free: bool


@dataclass(frozen=True, slots=True)
class Kept:
    """A reply that was paid for before."""

    call: int
    text: str
    usage: Usage


@dataclass(frozen=True, slots=True)
class Bounds:
    """The limits that bind a call: the side's, and the repository's own for that side."""

    side: Limits
    repository: Limits


class Journal:
    """May be used from any thread. Opening it settles what a crash left open."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._paid_since: str | None = None
        self._recover()

    def reserve(self, planned: Planned, bounds: Bounds) -> int | Denied:
        """The call's id once its worst case is reserved; or why it may not be made."""
        with self._ledger.writing() as writer:
            day, repository, reason = _decided(writer, planned, bounds)
            if reason is not None:
                return reason
            cursor = writer.execute(
                "INSERT INTO call(at, date, day, side, repository, key, analysis, model, state, prompt, cached,"
                " completion, reasoning, tokens, cost_microusd, reason)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'open', 0, 0, 0, 0, ?, ?, '')",
                (
                    planned.at, planned.today, day, planned.side, repository, planned.key, planned.analysis,
                    planned.model, planned.worst.tokens, planned.worst.microusd,
                ),
            )  # fmt: skip
            number = cursor.lastrowid
            assert number is not None
            sent = _packed(json.dumps(list(planned.sent)))
            writer.execute("INSERT INTO call_text(id, at, sent) VALUES (?, ?, ?)", (number, planned.at, sent))
            return number

    def standing(self, planned: Planned, bounds: Bounds) -> Denied | None:
        """Why such a call may not be made now; None when it may. Nothing is reserved."""
        with self._ledger.writing() as writer:
            return _decided(writer, planned, bounds)[2]

    def received(self, call: int, usage: Usage, cost_microusd: int | None, text: str) -> None:
        """A reply came: it is kept and charged, before anybody uses it."""
        with self._ledger.writing() as writer:
            writer.execute(
                "UPDATE call SET state = 'received', prompt = ?, cached = ?, completion = ?, reasoning = ?, tokens = ?,"
                " cost_microusd = ? WHERE id = ?",
                (usage.prompt, usage.cached, usage.completion, usage.reasoning, usage.total, cost_microusd, call),
            )
            writer.execute("UPDATE call_text SET received = ? WHERE id = ?", (_packed(text), call))
            _enter(writer, call)

    def failed(self, call: int, reason: str) -> None:
        """The server refused: nothing was generated, so the reservation is given back."""
        with self._ledger.writing() as writer:
            writer.execute(
                "UPDATE call SET state = 'failed', tokens = 0, cost_microusd = 0, reason = ? WHERE id = ?",
                (storable(reason), call),
            )

    def lost(self, call: int, reason: str) -> None:
        """It went out and no whole reply came back: it counts as spent, at its worst."""
        with self._ledger.writing() as writer:
            _lose(writer, call, reason)

    def unusable(self, call: int, reason: str) -> None:
        """A reply that came and was charged, and is of no use: it is not given again."""
        with self._ledger.writing() as writer:
            writer.execute("UPDATE call SET reason = ? WHERE id = ?", (storable(reason), call))

    def kept(self, key: bytes) -> Kept | None:
        """The reply to the same request, where one came and its text is still kept."""
        with self._ledger.reading() as reader:
            row = reader.execute(
                "SELECT call.id, received, prompt, cached, completion, reasoning FROM call JOIN call_text USING (id)"
                " WHERE key = ? AND state = 'received' AND reason = '' AND received IS NOT NULL"
                " ORDER BY call.id DESC LIMIT 1",
                (key,),
            ).fetchone()
        return Kept(row[0], _unpacked(row[1]), Usage(*row[2:])) if row else None

    def times_lost(self, key: bytes) -> int:
        """How often this request went out and got no reply, ever."""
        with self._ledger.reading() as reader:
            query = "SELECT count(*) FROM call WHERE key = ? AND state = 'lost'"
            return int(reader.execute(query, (key,)).fetchone()[0])

    def paid_since(self) -> str | None:
        """The date of the first call that cost money; None while none did."""
        if self._paid_since is None:
            with self._ledger.reading() as reader:
                query = "SELECT min(date) FROM call WHERE cost_microusd > 0 AND state != 'open'"
                self._paid_since = reader.execute(query).fetchone()[0]
        return self._paid_since

    def spent(self, today: str, side: Side, repository: bytes | None = None) -> Amount:
        """What is spent or reserved on the day that is open, by everybody or by one repository."""
        with self._ledger.writing() as writer:
            day = _turned(writer, today)
            number = None if repository is None else _repository(writer, repository, 0.0)
            return _sum(writer, day, side, number)

    def entry(self, number: int) -> dict[str, Any] | None:
        """`{"id", "at", "kind", "question", "route", "model", "analysis", "wrong", "calls": [{"state", "reason",
        "prompt", "cached", "completion", "reasoning", "cost_microusd", "sent", "received"}]}`; None where there is no
        such entry. `sent` and `received` are null once their time is over."""
        with self._ledger.reading() as reader:
            row = reader.execute(
                "SELECT id, at, date, kind, question, route, model, analysis, wrong FROM entry WHERE id = ?", (number,)
            ).fetchone()
            if row is None:
                return None
            calls = reader.execute(
                "SELECT call.model, state, reason, prompt, cached, completion, reasoning, tokens, cost_microusd, sent,"
                " received FROM call LEFT JOIN call_text USING (id) WHERE entry = ? ORDER BY call.id",
                (number,),
            ).fetchall()
        names = ("id", "at", "date", "kind", "question", "route", "model", "analysis", "wrong")
        return {**dict(zip(names, (*row[:-1], bool(row[-1])), strict=True)), "calls": [_call(call) for call in calls]}

    def purge(self, now: float) -> int:
        """Deletes the texts whose time is over; how many."""
        with self._ledger.writing() as writer:
            return writer.execute("DELETE FROM call_text WHERE at < ?", (now - TEXT_KEPT_S,)).rowcount

    def forget(self, root: bytes, path: bytes = b"", analysis: str = "", *, learning_only: bool = False) -> int:
        """Deletes the texts of a repository's calls now, where they mention a path if one is given, of one analysis or
        of learning alone if so wanted; how many. What they cost stays in the account."""
        with self._ledger.writing() as writer:
            rows = writer.execute(
                "SELECT call.id, sent, received FROM call_text JOIN call USING (id) JOIN repository"
                " ON repository.id = call.repository WHERE root = ?1 AND (?2 = '' OR analysis = ?2)"
                " AND (NOT ?3 OR side = 'learning')",
                (root, analysis, learning_only),
            )
            gone = [(number,) for number, sent, received in rows if not path or _mention(sent, received, path)]
            writer.executemany("DELETE FROM call_text WHERE id = ?", gone)
        if gone:
            with self._ledger.reading() as connection:
                scrub(connection)
        return len(gone)

    def _recover(self) -> None:
        """Calls that a crash left open are lost; those of questions that were never answered get an entry."""
        with self._ledger.writing() as writer:
            for (call,) in writer.execute("SELECT id FROM call WHERE state = 'open'").fetchall():
                _lose(writer, call, "the daemon stopped before a reply came")
            orphans = "entry IS NULL AND side = 'questions' AND state IN ('received', 'lost')"
            for (call,) in writer.execute(f"SELECT id FROM call WHERE {orphans}").fetchall():
                _add_entry(writer, call, "awake")


def _decided(writer: sqlite3.Connection, planned: Planned, bounds: Bounds) -> tuple[str, int, Denied | None]:
    """The day and the repository that a call is charged to, and why it may not be made, if so."""
    day = _turned(writer, planned.today)
    repository = _repository(writer, planned.repository, planned.at)
    scopes = _scopes(writer, day, planned.side, repository, planned.repository, bounds)
    return day, repository, denied(planned.worst, scopes, free=planned.free, side=planned.side)


def _turned(writer: sqlite3.Connection, today: str) -> str:
    """The day whose account is open now."""
    row = writer.execute("SELECT seen, account FROM budget_clock").fetchone()
    before = Calendar(*row) if row else None
    opened = {day for (day,) in writer.execute("SELECT day FROM budget_day WHERE day = ?", (today,))}
    after = turn(before, today, opened)
    if after != before:
        writer.execute("INSERT OR REPLACE INTO budget_clock VALUES (1, ?, ?)", (after.seen, after.account))
        writer.execute("INSERT OR IGNORE INTO budget_day VALUES (?)", (after.account,))
    return after.account


def _repository(writer: sqlite3.Connection, root: bytes, at: float) -> int:
    writer.execute(
        "INSERT INTO repository(root, added_at, watched) VALUES (?, ?, 0) ON CONFLICT DO NOTHING", (root, at)
    )
    return int(writer.execute("SELECT id FROM repository WHERE root = ?", (root,)).fetchone()[0])


def _scopes(
    reader: sqlite3.Connection, day: str, side: Side, repository: int, root: bytes, bounds: Bounds
) -> tuple[Scope, ...]:
    everywhere = Scope(side, bounds.side, _sum(reader, day, side, None))
    if not bounds.repository.named:
        return (everywhere,)
    name = f"{side} in {root.decode('utf-8', 'replace')}"
    return everywhere, Scope(name, bounds.repository, _sum(reader, day, side, repository))


def _sum(reader: sqlite3.Connection, day: str, side: Side, repository: int | None) -> Amount:
    condition, values = ("", ()) if repository is None else (" AND repository = ?", (repository,))
    row = reader.execute(
        "SELECT coalesce(sum(tokens), 0), coalesce(sum(cost_microusd), 0) FROM call"
        f" WHERE day = ? AND side = ? AND {_COUNTED}{condition}",
        (day, side, *values),
    ).fetchone()
    return Amount(*row)


def _lose(writer: sqlite3.Connection, call: int, reason: str) -> None:
    writer.execute("UPDATE call SET state = 'lost', reason = ? WHERE id = ?", (storable(reason), call))
    # What was reserved was for the prompt first; how it would have been split is not known.
    writer.execute("UPDATE call SET prompt = tokens WHERE id = ?", (call,))
    _enter(writer, call)


def _enter(writer: sqlite3.Connection, call: int) -> None:
    """Learning's calls are entries of their own; a question's join the question's entry, when it is answered."""
    side = writer.execute("SELECT side FROM call WHERE id = ?", (call,)).fetchone()[0]
    if side == "learning":
        _add_entry(writer, call, "asleep")


def _add_entry(writer: sqlite3.Connection, call: int, kind: str) -> None:
    cursor = writer.execute(
        "INSERT INTO entry(at, date, repository, kind, question, route, prompt, cached, completion, reasoning,"
        " baseline, saved, cost_microusd, counted, conversation, model, analysis)"
        " SELECT at, date, repository, ?, '', state, prompt, cached, completion, reasoning, 0,"
        " CASE WHEN ? = 'awake' THEN -(prompt + completion + reasoning) ELSE 0 END,"
        " cost_microusd, 0, '', model, analysis FROM call WHERE id = ?",
        (kind, kind, call),
    )
    writer.execute("UPDATE call SET entry = ? WHERE id = ?", (cursor.lastrowid, call))


def _call(row: Sequence[Any]) -> dict[str, Any]:
    model, state, reason, prompt, cached, completion, reasoning, tokens, cost, sent, received = row
    return {
        "model": model,
        "state": state,
        "reason": reason,
        "prompt": prompt,
        "cached": cached,
        "completion": completion,
        "reasoning": reasoning,
        "tokens": tokens,
        "cost_microusd": cost,
        "sent": None if sent is None else [{"role": role, "text": text} for role, text in json.loads(_unpacked(sent))],
        "received": None if received is None else _unpacked(received),
    }


def _mention(sent: bytes | None, received: bytes | None, path: bytes) -> bool:
    """Whether what was sent or received names a file or folder."""
    texts = [] if sent is None else [text for _, text in json.loads(_unpacked(sent))]
    texts += [] if received is None else [_unpacked(received)]
    mentioned = mention_of(path)
    return any(mentioned.search(text) for text in texts)


def _packed(text: str) -> bytes:
    return zlib.compress(text.encode("utf-8", "replace"))


def _unpacked(packed: bytes) -> str:
    return zlib.decompress(packed).decode("utf-8")
