"""The words and columns in which the command line shows what is learned. Pure: values in, a string out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

JOBS_SHOWN = 40
SUBJECT_COLUMNS = 60


def plan(plan: Mapping[str, Any]) -> str:
    """A row a job, best first, then what all of it comes to."""
    head = f"{'value':>9}{'asked':>9}{'saves':>9}{'costs':>8}{'cpu':>8}  what"
    jobs = plan["jobs"]
    rows = [_job(job) for job in jobs[:JOBS_SHOWN]]
    rest = [f"… and {len(jobs) - JOBS_SHOWN:,} more; --json lists them all"] if len(jobs) > JOBS_SHOWN else []
    every = plan["total"]
    total = (
        f"{every['jobs']:,} jobs: {every['tokens_saved']:,} tokens expected to be saved; to be spent:"
        f" {every['tokens_cost']:,} tokens, {every['seconds_cost']:.0f} s of processor time, $ {every['cost_usd']:.2f}"
    )
    return "\n".join([head, *rows, *rest, total]) if jobs else "There is nothing to learn now."


def _job(job: Mapping[str, Any]) -> str:
    figures = (
        f"{job['value']:>9.2f}{job['probability']:>9.2%}{job['tokens_saved']:>9,}{job['tokens_cost']:>8,}"
        f"{job['seconds_cost']:>6.2f} s"
    )
    return f"{figures}  {job['analysis']}: {_cut(job['subject']) or 'the repository'}"


def predictions(found: Mapping[str, Any]) -> str:
    """A row a question, then how guesses fared."""
    rows = [f"{one['probability']:>8.2%}  {_readiness(one):<10}{_cut(one['question'])}" for one in found["predictions"]]
    if not rows:
        return "Nothing is expected yet: predictions come with learning. At once: reverie learn"
    score = found["score"]
    fared = (
        f"Of {score['asked']:,} questions asked {score['hits']:,} were expected ({score['hit_rate']:.0%}); these saved"
        f" {score['saved']:,} tokens. {score['unasked']:,} prepared answers were not asked for."
    )
    return "\n".join([*rows, fared])


def _readiness(one: Mapping[str, Any]) -> str:
    return "ready" if one["fresh"] else "outdated" if one["answered"] else "open"


def notes(found: Sequence[Mapping[str, Any]]) -> str:
    """Each note with its claims."""
    if not found:
        return "Nothing is noted about that yet. Learn it at once: reverie learn"
    return "\n\n".join(_note(note) for note in found)


def _note(note: Mapping[str, Any]) -> str:
    state = "" if note["fresh"] else " (changed since)"
    claims = [f"  {line}" for claim in note["claims"] for line in claim["text"].splitlines()]
    return "\n".join([f"{note['subject'] or 'the repository'}: {note['analysis']}{state}", *claims])


def _cut(text: str) -> str:
    return text if len(text) <= SUBJECT_COLUMNS else f"{text[: SUBJECT_COLUMNS - 1]}…"
