"""The store's face for what is learned while nobody asks: notes, jobs, predictions and how they fared."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import AbstractContextManager
from typing import Any

from ..core.notes import Note, Pairs, Topic
from ..core.plan import Job
from ..core.predict import Habits, Prediction
from ..core.scoring import Guesses, Score
from . import foresight, jobs, notes
from .foresight import Asked, Expected
from .jobs import FailedJob, Leased, Listed
from .notes import Kept

Opened = Callable[[], AbstractContextManager[sqlite3.Connection]]


def create_learning(database: Any) -> None:
    """The migration that makes its tables."""
    database["note"].create(
        {
            "id": int, "analysis": str, "kind": str, "name": str, "state": str, "version": int, "model": str,
            "content": bytes, "text": str, "made_at": float, "clock": int, "moment": str,
        },
        pk="id",
    )  # fmt: skip
    database["note"].create_index(["analysis", "kind", "name", "state"], unique=True)
    database["job"].create(
        {
            "id": int, "worktree": int, "analysis": str, "version": int, "kind": str, "name": str, "depth": str,
            "probability": float, "tokens_saved": int, "tokens_cost": int, "seconds_cost": float, "stamp": str,
            "why": str, "value": float, "state": str, "attempts": int, "lease_until": float, "problem": str,
        },
        pk="id",
        defaults={"state": "waiting", "attempts": 0, "lease_until": 0.0, "problem": ""},
        not_null={"state", "attempts", "lease_until", "problem"},
    )  # fmt: skip
    database["job"].create_index(["worktree", "analysis", "kind", "name"], unique=True)
    database["job"].create_index(["worktree", "state", "value"])
    database["prediction"].create(
        {
            "id": int, "worktree": int, "question": str, "kind": str, "topic_kind": str, "name": str, "path": str,
            "probability": float, "key": str,
        },
        pk="id",
    )  # fmt: skip
    database["prediction"].create_index(["worktree", "key"])
    database["asked"].create(
        {
            "id": int, "worktree": int, "key": str, "kind": str, "path": str, "at": float, "saved": int,
            "slept_s": float, "hit": int, "probability": float, "learned": int,
        },
        pk="id",
        defaults={"learned": 0},
        not_null={"learned"},
    )  # fmt: skip
    database["habits"].create({"id": int, "content": str}, pk="id")
    database["model_claims"].create({"model": str, "kept": int, "dropped": int}, pk="model")


def create_accounts_of_guesses(database: Any) -> None:
    """The migration after which it is known what answers cost that were prepared, and what questions cost."""
    database["preparation"].create(
        {"id": int, "key": str, "kept": int, "asked": int, "tokens": int, "cost_microusd": int}, pk="id"
    )
    database["preparation"].create_index(["key"])
    database["asked"].add_column("spent", int, not_null_default=0)


def create_levels(database: Any) -> None:
    """The migration that lets jobs rest on others. Those that wait are planned anew at every start."""
    database["job"].add_column("level", int, not_null_default=0)
    database["job"].create_index(["worktree", "state", "level", "value"])
    database.execute("DROP INDEX idx_job_worktree_state_value")


class Learned:
    """See the module. May be used from any thread, as the store it belongs to."""

    def __init__(self, writing: Opened, reading: Opened) -> None:
        self._writing = writing
        self._reading = reading

    def keep_note(self, note: Note) -> bool:
        """Keeps a note; whether its text is another than before."""
        with self._writing() as writer:
            different = notes.keep(writer, note)
            if different:
                writer.execute("UPDATE state SET notes_revision = notes_revision + 1")
            return different

    def count_claims(self, model: str, kept: int, dropped: int) -> None:
        """A model's claims that held, and those that were dropped because their citations did not."""
        with self._writing() as writer:
            writer.execute(
                "INSERT INTO model_claims(model, kept, dropped) VALUES (?, ?, ?) ON CONFLICT(model) DO UPDATE"
                " SET kept = kept + excluded.kept, dropped = dropped + excluded.dropped",
                (model, kept, dropped),
            )

    def claim_counts(self) -> dict[str, tuple[int, int]]:
        """(kept, dropped) by model."""
        with self._reading() as reader:
            rows = reader.execute("SELECT model, kept, dropped FROM model_claims ORDER BY model")
            return {model: (kept, dropped) for model, kept, dropped in rows}

    def notes_of(self, analysis: str, topic: Topic) -> list[Note]:
        """The newest first, one for each state of what it read."""
        with self._reading() as reader:
            return notes.of(reader, analysis, topic)

    def has_notes_of(self, analyses: Collection[str]) -> bool:
        """Whether any of these analyses noted anything, about whatever."""
        with self._reading() as reader:
            return notes.are_there(reader, analyses)

    def newest_notes(self, limit: int, name: str = "") -> list[Note]:
        with self._reading() as reader:
            return notes.newest(reader, limit, name)

    def kept_notes(self, name: str) -> list[Kept]:
        """The newest note of each topic that is `name` or lies in it, without what it says; "" for all."""
        with self._reading() as reader:
            return notes.kept(reader, name)

    def inputs_of(self, number: int) -> Pairs:
        """What a kept note read; nothing where it has gone meanwhile."""
        with self._reading() as reader:
            return notes.inputs_of(reader, number)

    def notes_held(self, held: Sequence[tuple[str, Topic]], clock: int, moment: str) -> None:
        """The newest notes of these topics were found fresh at this moment."""
        with self._writing() as writer:
            notes.held_at(writer, held, clock, moment)

    def count_notes(self, clock: int, moment: str) -> tuple[int, int]:
        """(fresh, stale): topics whose note is known to hold at this moment, and the others."""
        with self._reading() as reader:
            return notes.counted(reader, clock, moment)

    def replan(self, worktree: int, planned: Iterable[Job], predictions: Iterable[Prediction]) -> None:
        """A new plan and new predictions instead of the earlier ones."""
        with self._writing() as writer:
            jobs.replan(writer, worktree, planned)
            foresight.expect(writer, worktree, predictions)

    def lease(
        self, worktree: int, depths: Sequence[str], *, now: float, until: float, level_max: int = jobs.LEVEL_MAX
    ) -> Leased | None:
        """The job of the best value on the lowest level that may run at one of these depths; None when there is
        none."""
        with self._writing() as writer:
            return jobs.lease(writer, worktree, depths, now, until, level_max)

    def lease_this(self, worktree: int, analysis: str, topic: Topic, *, until: float) -> Leased | None:
        """That very job, since the user asks for it; None where there is none to take."""
        with self._writing() as writer:
            return jobs.lease_this(writer, worktree, analysis, topic, until)

    def cancel_job(self, worktree: int, analysis: str, topic: Topic) -> int | None:
        """The job's number, None where none waited or ran. What runs has to be stopped besides."""
        with self._writing() as writer:
            return jobs.cancel(writer, worktree, analysis, topic)

    def job_done(self, leased: Leased) -> None:
        with self._writing() as writer:
            jobs.done(writer, leased.id)

    def job_given_back(self, leased: Leased) -> None:
        """It was stopped; that attempt does not count."""
        with self._writing() as writer:
            jobs.give_back(writer, leased.id)

    def job_failed(self, leased: Leased, problem: str) -> bool:
        """Whether that was its last attempt."""
        with self._writing() as writer:
            return jobs.failed(writer, leased.id, problem)

    def give_all_back(self) -> None:
        """Takes back what a daemon before this one was at."""
        with self._writing() as writer:
            jobs.give_all_back(writer)

    def open_jobs(self, worktree: int, limit: int) -> list[Job]:
        with self._reading() as reader:
            return jobs.open_jobs(reader, worktree, limit)

    def listed_jobs(self, worktree: int, limit: int) -> list[Listed]:
        with self._reading() as reader:
            return jobs.listed(reader, worktree, limit)

    def cancelled_jobs(self, worktree: int, limit: int) -> list[Job]:
        with self._reading() as reader:
            return jobs.cancelled(reader, worktree, limit)

    def count_open_jobs(self, worktree: int) -> int:
        with self._reading() as reader:
            return jobs.count_open(reader, worktree)

    def failed_jobs(self, worktree: int, limit: int) -> list[FailedJob]:
        with self._reading() as reader:
            return jobs.failures(reader, worktree, limit)

    def prepared(self, worktree: int, question: str, key: str) -> None:
        """A predicted question has its answer, under this key."""
        with self._writing() as writer:
            foresight.prepared(writer, worktree, question, key)

    def paid(self, key: str, *, kept: bool, tokens: int, microusd: int | None) -> None:
        """A model was asked to prepare the answer under this key; `kept` tells whether that is of use."""
        with self._writing() as writer:
            foresight.paid(writer, key, kept, tokens, microusd)

    def guesses(self, *, kept: bool, asked: bool) -> Guesses:
        """What models took for prepared answers, of use or not, asked for or not (so far)."""
        with self._reading() as reader:
            return foresight.guesses(reader, kept=kept, asked=asked)

    def slept_before(self) -> list[tuple[float, bool]]:
        """(seconds learned since the question before, hit) of each question."""
        with self._reading() as reader:
            return foresight.slept_before(reader)

    def expected(self, worktree: int, limit: int) -> list[Expected]:
        """What is expected to be asked, likeliest first."""
        with self._reading() as reader:
            return foresight.expected(reader, worktree, limit)

    def asked(self, worktree: int, question: Asked) -> bool:
        """Scores a question that was asked; whether it was predicted, and answered beforehand."""
        with self._writing() as writer:
            return foresight.asked(writer, worktree, question)

    def unlearned(self, worktree: int) -> list[tuple[int, str, str]]:
        """(number, kind, path) of questions that the habits have not taken in yet, oldest first."""
        with self._reading() as reader:
            return foresight.unlearned(reader, worktree)

    def score(self) -> Score:
        with self._reading() as reader:
            return foresight.score(reader)

    def habits(self) -> Habits:
        with self._reading() as reader:
            return foresight.habits(reader)

    def learn_habits(self, learned: Habits, questions: Sequence[int]) -> None:
        """Keeps what was learned, from these questions among others."""
        with self._writing() as writer:
            foresight.learn_habits(writer, learned, questions)
