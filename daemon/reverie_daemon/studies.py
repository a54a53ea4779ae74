"""Learning as the daemon's API shows it: what is expected, planned, noted and how it fares, in JSON's forms.

The work itself is `sleeping.py`'s; this module joins it to the settings, to what the user paused and to the store.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, replace
from typing import Any

from . import known, preferences, wire
from .config import Locations
from .core.idle import Policy
from .core.inputs import deserialise, unchanged
from .core.notes import Declined, Note
from .core.plan import Job, total
from .core.readings import in_words
from .core.scoring import Guesses, added, added_guesses, by_sleep
from .errors import OverBudget, UserError, WrongUsage
from .repository import LiveRepository
from .rereading import Reread
from .sleeping import Sleeper
from .store.catalogue import StoreCatalogue
from .store.foresight import Asked
from .working import Thinker

PREDICTIONS_MAX = 500
JOBS_SHOWN_MAX = 2_000
NOTES_MAX = 1_000


class Studies:
    """What the daemon learns. Its methods may be called from any thread."""

    def __init__(
        self,
        where: Locations,
        repositories: Callable[[], Sequence[LiveRepository]],
        poke: Callable[[], None],
        thinker: Thinker | None = None,
    ) -> None:
        self._paused_file = where.state / "paused"
        self._settings = Reread(where.config_file, preferences.learning)
        paused = self._paused_file.exists()
        self._sleeper = Sleeper(repositories, self._settings.value, poke, paused=paused, thinker=thinker)
        self._poke = poke
        self.start = self._sleeper.start
        self.close = self._sleeper.close
        self.wake = self._sleeper.wake
        self.sleep = self._sleeper.sleep
        self.counts = self._sleeper.counts
        self.may_learn = self._sleeper.may_learn
        self.activity = self._sleeper.activity
        self.idle_since_settled = self._sleeper.idle_since_settled

    def question(self) -> AbstractContextManager[None]:
        """While a question is answered, learning stands aside."""
        return self._sleeper.question()

    def pause(self, paused: bool) -> dict[str, bool]:
        """Kept beyond the daemon's end, until it is taken back."""
        if paused:
            self._paused_file.touch(mode=0o600)
        else:
            self._paused_file.unlink(missing_ok=True)
        self._sleeper.pause(paused)
        self._poke()
        return {"paused": paused}

    def learn(self, repository: LiveRepository) -> Iterator[dict[str, Any]]:
        """Indexes, then learns all there is to learn now: `progress` events, then `done`."""
        done: dict[str, Any] = {}
        stopped: Declined | None = None
        for event in repository.learn():
            if event["event"] == "done":
                done = event
            else:
                yield event
        for event in self._sleeper.learn(repository):
            if event["event"] == "progress":
                yield event
            else:
                done |= {"jobs": event["jobs"], "jobs_failed": event["failed"]}
                stopped = event["stopped"]
        _raise_if_stopped(stopped)
        yield done | {"notes": sum(self._sleeper.notes(repository))}

    def learn_about(self, repository: LiveRepository, subject: str) -> Iterator[dict[str, Any]]:
        """Brings the index up to date, then learns all there is to learn about a file, folder or symbol, what was given
        up or cancelled included: `progress` events, then `done`."""
        done: dict[str, Any] = {}
        for event in repository.index():
            if event["event"] == "done":
                done = event
            else:
                yield event
        name = known.require(repository, subject)
        for event in self._sleeper.learn_about(repository, name):
            if event["event"] == "progress":
                yield event
            else:
                _raise_if_stopped(event["stopped"])
                done |= {"jobs": event["jobs"], "jobs_failed": event["failed"]}
        yield done | {"notes": len(repository.store.learned.kept_notes(name))}

    def cancel(self, repository: LiveRepository, analysis: str, subject: str, kind: str) -> dict[str, Any]:
        """`{"analysis", "subject", "was"}`, where it was "waiting" or "running". Raises WrongUsage where there is no
        such job."""
        for one in repository.store.learned.listed_jobs(repository.worktree_id, JOBS_SHOWN_MAX):
            topic = one.job.topic
            same = one.job.analysis == analysis and wire.escape_path(topic.name) == subject
            if same and kind in ("", topic.kind) and self._sleeper.cancel(repository, analysis, topic):
                self._poke()
                return {"analysis": analysis, "subject": subject, "was": "running" if one.running else "waiting"}
        raise WrongUsage(f"There is no job {analysis} of “{subject}”.", next_step="see GET /v1/jobs in docs/API.md")

    def readings(self) -> list[dict[str, Any]]:
        """The sensors' readings in words, with what learning asks of each."""
        try:
            policy = self._settings.value().policy
        except UserError:  # status shows why
            policy = Policy()
        return [asdict(one) for one in in_words(self._sleeper.readings(), policy)]

    def dry_run(self, repository: LiveRepository) -> dict[str, Any]:
        """`{"jobs", "total"}`: what `learn` would do, best first, after bringing the index up to date."""
        for _ in repository.index():
            continue
        plan = self._sleeper.plan_only(repository)
        found = total(plan.jobs)
        return {
            "jobs": [_job(job) for job in plan.jobs],
            "total": {
                "jobs": found.jobs, "tokens_saved": round(found.tokens_saved), "tokens_cost": found.tokens_cost,
                "seconds_cost": round(found.seconds_cost, 1), "cost_usd": 0.0,
            },
        }  # fmt: skip

    def jobs(self, repository: LiveRepository, limit: int) -> dict[str, Any]:
        """`{"jobs", "failed", "cancelled"}`: what waits or runs, best first, what was given up, with why, and what the
        user cancelled; at most `limit` of each, and never more than JOBS_SHOWN_MAX."""
        learned, limit = repository.store.learned, min(max(limit, 0), JOBS_SHOWN_MAX)
        failed = learned.failed_jobs(repository.worktree_id, limit)
        listed = learned.listed_jobs(repository.worktree_id, limit)
        cancelled = learned.cancelled_jobs(repository.worktree_id, limit)
        return {
            "jobs": [_job(one.job) | {"running": one.running} for one in listed],
            "cancelled": [_job(job) for job in cancelled],
            "failed": [_job(one.job) | {"attempts": one.attempts, "problem": one.problem} for one in failed],
        }

    def predictions(self, repository: LiveRepository, limit: int) -> dict[str, Any]:
        """`{"predictions", "score"}`: what is expected, likeliest first, and how expectations fared so far."""
        learned = repository.store.learned
        expected = learned.expected(repository.worktree_id, min(limit, PREDICTIONS_MAX))
        rows = []
        with repository.reading() as catalogue:
            digests: dict[str, str] = {}
            for one in expected:
                prediction = one.prediction
                kept = repository.store.recall(one.key) if one.key else None
                fresh = kept is not None and (
                    (kept.clock, kept.head) == (catalogue.clock, repository.moment)
                    or unchanged(deserialise(kept.inputs), catalogue, digests)
                )
                rows.append(
                    {
                        "question": prediction.question, "subject": wire.escape_path(prediction.topic.name),
                        "kind": prediction.kind, "probability": round(prediction.probability, 6),
                        "answered": kept is not None, "fresh": fresh,
                    }
                )  # fmt: skip
        return {"predictions": rows, "score": self.score([repository])}

    def notes(self, repository: LiveRepository, about: str, limit: int) -> dict[str, Any]:
        """`{"notes"}`: what was learned about a path, or about everything, with whether it still holds."""
        with repository.reading() as catalogue:
            digests: dict[str, str] = {}
            found = [note for note in repository.store.learned.newest_notes(NOTES_MAX, about) if note.claims]
            return {"notes": [_note(note, repository, catalogue, digests) for note in found[:limit]]}

    def asked(self, repository: LiveRepository, question: Asked) -> None:
        """Scores a question that was asked, and learns from it."""
        slept_s = self._sleeper.slept_since_asked()
        repository.store.learned.asked(repository.worktree_id, replace(question, slept_s=slept_s))
        self._sleeper.wake()

    def claims(self, repositories: Sequence[LiveRepository]) -> list[dict[str, Any]]:
        """Of each model: the claims in notes that were kept, those dropped because their citations did not hold."""
        counts: dict[str, list[int]] = {}
        for learned in {id(one.store): one.store.learned for one in repositories}.values():
            for model, (kept, dropped) in learned.claim_counts().items():
                before = counts.setdefault(model, [0, 0])
                before[0] += kept
                before[1] += dropped
        return [
            {
                "model": model,
                "kept": kept,
                "dropped": dropped,
                "dropped_share": round(dropped / (kept + dropped or 1), 3),
            }
            for model, (kept, dropped) in sorted(counts.items())
        ]

    def score(self, repositories: Sequence[LiveRepository]) -> dict[str, Any]:
        """How predictions fared, as docs/API.md has a score."""
        every = list({id(one.store): one.store.learned for one in repositories}.values())
        score = added(one.score() for one in every)
        wrong = added_guesses(one.guesses(kept=True, asked=False) for one in every)
        useless = added_guesses(one.guesses(kept=False, asked=asked) for one in every for asked in (False, True))
        slept = by_sleep(question for one in every for question in one.slept_before())
        return {
            "asked": score.asked, "hits": score.hits, "hit_rate": round(score.rate, 3), "saved": score.saved,
            "unasked": score.unasked, "idle_share_used": round(self._sleeper.idle_share_used, 3),
            "wrong": {**_guesses(wrong), "extra_tokens": score.extra_tokens},
            "useless": _guesses(useless),
            "by_sleep": [asdict(one) | {"hit_rate": round(one.rate, 3)} for one in slept],
        }  # fmt: skip


def _guesses(guesses: Guesses) -> dict[str, Any]:
    return {"answers": guesses.answers, "tokens": guesses.tokens, "usd": wire.usd(guesses.microusd)}


def _raise_if_stopped(stopped: Declined | None) -> None:
    """What stood in the way of the model's jobs is told once all else is done."""
    if stopped is not None and stopped.over_budget:
        raise OverBudget(stopped.message, next_step=stopped.next_step)
    if stopped is not None:
        raise UserError(stopped.message, next_step=stopped.next_step, code="model_unavailable")


def _job(job: Job) -> dict[str, Any]:
    return {
        "analysis": job.analysis, "subject": wire.escape_path(job.topic.name), "subject_kind": job.topic.kind,
        "probability": round(job.probability, 6), "tokens_saved": job.tokens_saved, "tokens_cost": job.tokens_cost,
        "seconds_cost": job.seconds_cost, "value": round(job.value, 3), "depth": job.depth, "why": job.why,
    }  # fmt: skip


def _note(note: Note, repository: LiveRepository, catalogue: StoreCatalogue, digests: dict[str, str]) -> dict[str, Any]:
    holds = (note.clock, note.moment) == (catalogue.clock, repository.moment)
    return {
        "subject": wire.escape_path(note.topic.name), "subject_kind": note.topic.kind, "analysis": note.analysis,
        "model": note.model or None, "made_at": wire.moment(note.made_at),
        "cost": {"tokens": note.tokens, "usd": wire.usd(note.microusd)},
        "fresh": holds or unchanged(deserialise(note.inputs), catalogue, digests),
        "claims": [
            {"text": claim.text, "evidence": [wire.evidence_to_wire(one) for one in claim.evidence]}
            for claim in note.claims
        ],
    }  # fmt: skip
