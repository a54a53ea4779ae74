"""Jobs: what is planned, what runs under a lease, what failed, and what the user cancelled. A daemon that dies leaves
leases behind; they run out, or are given back when the next one starts, so that nothing is lost and nothing runs twice
at once."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from ..core.notes import Topic
from ..core.plan import Job
from .memory import mention_of, storable

ATTEMPTS_MAX = 3
LEVEL_MAX = 1_000
"""More than any plan has."""
PROBLEM_CHARACTERS_MAX = 400
_GIVEN_UP = "('failed', 'cancelled')"
_COLUMNS = (
    "analysis, version, kind, name, depth, probability, tokens_saved, tokens_cost, seconds_cost, stamp, why, level,"
    " value"
)


@dataclass(frozen=True, slots=True)
class Leased:
    """A job that this daemon works on. `attempt` counts from 1."""

    id: int
    job: Job
    attempt: int


@dataclass(frozen=True, slots=True)
class FailedJob:
    """A job that was given up; it is tried again when what it studies changes."""

    job: Job
    attempts: int
    problem: str


@dataclass(frozen=True, slots=True)
class Listed:
    """A job that is not given up, and whether it runs just now."""

    job: Job
    running: bool


def replan(writer: sqlite3.Connection, worktree: int, jobs: Iterable[Job]) -> None:
    """These jobs instead of those that waited. One that runs goes on; one that failed or was cancelled stays so while
    its stamp is the same, and begins anew when it is not."""
    writer.execute("DELETE FROM job WHERE worktree = ? AND state = 'waiting' AND attempts = 0", (worktree,))
    writer.executemany(
        f"INSERT INTO job(worktree, {_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT(worktree, analysis, kind, name) DO UPDATE SET version = excluded.version,"
        " depth = excluded.depth, probability = excluded.probability, tokens_saved = excluded.tokens_saved,"
        " tokens_cost = excluded.tokens_cost, seconds_cost = excluded.seconds_cost, why = excluded.why,"
        " level = excluded.level, value = excluded.value,"
        f" state = CASE WHEN state IN {_GIVEN_UP} AND stamp != excluded.stamp THEN 'waiting' ELSE state END,"
        " attempts = CASE WHEN stamp != excluded.stamp THEN 0 ELSE attempts END, stamp = excluded.stamp",
        ((worktree, *_row(job)) for job in jobs),
    )


def lease(
    writer: sqlite3.Connection, worktree: int, depths: Sequence[str], now: float, until: float, level_max: int
) -> Leased | None:
    """The job of the best value on the lowest level, of at most `level_max`, that may run at one of these depths,
    leased until then (seconds since the epoch); one whose lease ran out may be taken again."""
    row = writer.execute(
        f"SELECT id, attempts, {_COLUMNS} FROM job WHERE worktree = ?"
        f" AND depth IN ({','.join('?' * len(depths))}) AND attempts < ? AND level <= ?"
        " AND (state = 'waiting' OR (state = 'leased' AND lease_until <= ?)) ORDER BY level, value DESC, id LIMIT 1",
        (worktree, *depths, ATTEMPTS_MAX, level_max, now),
    ).fetchone()
    if row is None:
        return None
    number, attempts, *job = row
    return _lease(writer, Leased(number, _job(job), attempts + 1), until)


def lease_this(writer: sqlite3.Connection, worktree: int, analysis: str, topic: Topic, until: float) -> Leased | None:
    """That very job, since the user asks for it: one that was given up or cancelled begins anew. None where there is no
    such job, or somebody is at it."""
    row = writer.execute(
        f"SELECT id, attempts, state, {_COLUMNS} FROM job WHERE worktree = ? AND analysis = ? AND kind = ? AND name = ?"
        " AND state != 'leased'",
        (worktree, analysis, topic.kind, storable(topic.name)),
    ).fetchone()
    if row is None:
        return None
    number, attempts, state, *job = row
    return _lease(writer, Leased(number, _job(job), 1 if state != "waiting" else attempts + 1), until)


def _lease(writer: sqlite3.Connection, leased: Leased, until: float) -> Leased:
    writer.execute(
        "UPDATE job SET state = 'leased', lease_until = ?, attempts = ? WHERE id = ?",
        (until, leased.attempt, leased.id),
    )
    return leased


def cancel(writer: sqlite3.Connection, worktree: int, analysis: str, topic: Topic) -> int | None:
    """It is done no more, until what it studies changes or the user asks for it; its number, None where none waited or
    ran."""
    row = writer.execute(
        "SELECT id FROM job WHERE worktree = ? AND analysis = ? AND kind = ? AND name = ?"
        f" AND state NOT IN {_GIVEN_UP}",
        (worktree, analysis, topic.kind, storable(topic.name)),
    ).fetchone()
    if row is None:
        return None
    writer.execute("UPDATE job SET state = 'cancelled' WHERE id = ?", row)
    return int(row[0])


def done(writer: sqlite3.Connection, number: int) -> None:
    writer.execute("DELETE FROM job WHERE id = ? AND state = 'leased'", (number,))


def give_back(writer: sqlite3.Connection, number: int) -> None:
    """It was stopped, which is not its fault: the attempt does not count."""
    writer.execute(
        "UPDATE job SET state = 'waiting', attempts = max(attempts - 1, 0) WHERE id = ? AND state = 'leased'", (number,)
    )


def failed(writer: sqlite3.Connection, number: int, problem: str) -> bool:
    """It gave no result; whether that was its last attempt."""
    writer.execute(
        "UPDATE job SET problem = ?, state = CASE WHEN attempts >= ? THEN 'failed' ELSE 'waiting' END"
        " WHERE id = ? AND state = 'leased'",
        (storable(problem[:PROBLEM_CHARACTERS_MAX]), ATTEMPTS_MAX, number),
    )
    row = writer.execute("SELECT state FROM job WHERE id = ?", (number,)).fetchone()
    return row is not None and row[0] == "failed"


def give_all_back(writer: sqlite3.Connection) -> None:
    """Nobody works on anything: this daemon has just begun. An attempt that a killed daemon began counts, in case the
    job is what killed it."""
    writer.execute(
        "UPDATE job SET state = CASE WHEN attempts >= ? THEN 'failed' ELSE 'waiting' END,"
        " problem = CASE WHEN attempts >= ? THEN 'The daemon ended each time while this ran.' ELSE problem END"
        " WHERE state = 'leased'",
        (ATTEMPTS_MAX, ATTEMPTS_MAX),
    )


def open_jobs(reader: sqlite3.Connection, worktree: int, limit: int) -> list[Job]:
    """What waits or runs, in the order it is done."""
    return [one.job for one in listed(reader, worktree, limit)]


def listed(reader: sqlite3.Connection, worktree: int, limit: int) -> list[Listed]:
    """The same, with which of them runs."""
    rows = reader.execute(
        f"SELECT state, {_COLUMNS} FROM job WHERE worktree = ? AND state NOT IN {_GIVEN_UP}"
        " ORDER BY level, value DESC, id LIMIT ?",
        (worktree, limit),
    )
    return [Listed(_job(row), state == "leased") for state, *row in rows]


def cancelled(reader: sqlite3.Connection, worktree: int, limit: int) -> list[Job]:
    """What the user cancelled, in the order it was planned."""
    rows = reader.execute(
        f"SELECT {_COLUMNS} FROM job WHERE worktree = ? AND state = 'cancelled' ORDER BY id LIMIT ?", (worktree, limit)
    )
    return [_job(row) for row in rows]


def count_open(reader: sqlite3.Connection, worktree: int) -> int:
    row = reader.execute(
        f"SELECT count(*) FROM job WHERE worktree = ? AND state NOT IN {_GIVEN_UP}", (worktree,)
    ).fetchone()
    return int(row[0])


def failures(reader: sqlite3.Connection, worktree: int, limit: int) -> list[FailedJob]:
    rows = reader.execute(
        f"SELECT attempts, problem, {_COLUMNS} FROM job WHERE worktree = ? AND state = 'failed' ORDER BY id LIMIT ?",
        (worktree, limit),
    )
    return [FailedJob(_job(job), attempts, problem) for attempts, problem, *job in rows]


def forget(writer: sqlite3.Connection, path: bytes | None) -> None:
    """Deletes the jobs that are about a path."""
    if path is None:
        writer.execute("DELETE FROM job")
        return
    mentioned = mention_of(path)
    found = [
        (number,)
        for number, name, why in writer.execute("SELECT id, name, why FROM job")
        if mentioned.search(name) or mentioned.search(why)
    ]
    writer.executemany("DELETE FROM job WHERE id = ?", found)


def _row(job: Job) -> tuple[object, ...]:
    return (
        job.analysis, job.version, job.topic.kind, storable(job.topic.name), job.depth, job.probability,
        job.tokens_saved, job.tokens_cost, job.seconds_cost, job.stamp, storable(job.why), job.level, job.value,
    )  # fmt: skip


def _job(row: Sequence[Any]) -> Job:
    analysis, version, kind, name, depth, probability, saved, cost, seconds, stamp, why, level, _ = row
    return Job(analysis, version, Topic(kind, name), depth, probability, saved, cost, seconds, stamp, why, level)
