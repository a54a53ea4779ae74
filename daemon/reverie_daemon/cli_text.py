"""The words and columns that `cli.py` prints for people.

Pure but for the progress bar, which writes to the stream it is given. What is printed for programs is JSON and needs
nothing from here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TextIO

from . import models_text

Show = Callable[[str, int, int], None]
READINGS_SHOWN = 3


def answer_footer(answer: Mapping[str, Any]) -> str:
    """One line under an answer: how it came about, and what it saved."""
    tokens = answer["tokens"]
    parts = [answer["route"], f"confidence {answer['confidence']:.2f}"]
    if not answer["fresh"]:
        parts.append("not fresh")
    if answer["pending"]["files"]:
        parts.append(f"{answer['pending']['files']:,} files not indexed yet")
    if tokens["prompt"] + tokens["completion"]:
        parts.append(f"{tokens['saved']:,} tokens saved of {tokens['baseline']:,}")
    else:
        parts.append(f"{tokens['baseline']:,} tokens an agent would have read")
    parts.append(f"{answer['latency_ms']:.0f} ms")
    return "\n— " + " · ".join(parts) + _other_readings(answer["readings"]) + _about_model(answer["model"])


def _other_readings(readings: Sequence[str]) -> str:
    """What an ambiguous question could have meant instead, the likeliest few."""
    return "".join(f"\n  or did you mean: {reading}" for reading in readings[:READINGS_SHOWN])


def _about_model(model: Mapping[str, Any] | None) -> str:
    """Why a model's word is not the answer, where one was asked or could not be."""
    if model is None:
        return ""
    if model["first_paid"]:
        return f"\n  this is the first time that {model['name']} cost money: see reverie ledger and reverie budget"
    if model["used"]:
        return ""
    if model["refused"]:
        return f"\n  not written by a model: {model['refused']['message']} Next: {model['refused']['next_step']}"
    return f"\n  what {model['name']} wrote is not shown: {model['reason']}"


def indexed(done: Mapping[str, Any]) -> str:
    found = f"{done['files']:,} files and {done['symbols']:,} symbols"
    lines = [f"{found} indexed in {done['seconds']:.1f} s (clock {done['clock']})."]
    if "jobs" in done:
        lines.append(f"{done['jobs']:,} jobs done, {done['notes']:,} notes kept. What is expected: reverie predictions")
    if done.get("jobs_failed"):
        lines.append(f"{done['jobs_failed']:,} jobs failed; reverie logs says why.")
    return "\n".join(lines)


def status(status: Mapping[str, Any], readings: Sequence[Mapping[str, Any]] = ()) -> str:
    """The daemon in a line, with what its sensors read, then each repository in two."""
    sleep = status["sleep"]
    lines = [
        f"daemon   process {status['pid']}, version {status['version']}, up {_duration(status['uptime_s'])}",
        f"state    {sleep['state']}: {sleep['reason']}",
        *([f"machine  {'; '.join(one['text'] for one in readings if one['unit'])}"] if readings else []),
        *_models(status["model"]),
        *_budget(status["budget"]),
        f"saved    {status['saved']['tokens']:,} tokens ({status['saved']['today']:,} today)",
    ]
    return "\n".join(lines + [line for repository in status["repositories"] for line in _repository(repository)])


def _models(model: Mapping[str, Any] | None) -> Iterator[str]:
    """Which models are used and where text goes; what stands in their way."""
    if model is None:
        yield "model    none: answers are composed from the index"
        return
    yield "model    " + ", ".join(f"{role}: {model[role] or 'none'}" for role in ("sleeping", "answering"))
    if model["problem"]:
        yield f"         {model['problem']['message']} Next: {model['problem']['next_step']}"


def _budget(budget: Mapping[str, Any] | None) -> Iterator[str]:
    if budget is None:
        return
    for side in ("learning", "questions"):
        yield f"budget   {models_text.budget_line(side, budget[side])}"
    if budget["paid_since"]:
        yield f"         money was spent since {budget['paid_since']}: reverie ledger"


def _repository(repository: Mapping[str, Any]) -> list[str]:
    where = f"{repository['branch'] or 'detached'} at {(repository['head'] or 'no commit')[:12]}"
    held = f"{repository['files']:,} files, {repository['symbols']:,} symbols, {repository['store_bytes'] / 1e6:.1f} MB"
    lines = ["", repository["root"], f"  {where}, clock {repository['clock']}: {held}"]
    if repository["store_elsewhere"]:
        lines.append(f"  stored in {repository['store']}, since {repository['store_elsewhere']}")
    if repository["problem"]:
        lines.append(f"  {repository['problem']['message']} Next: {repository['problem']['next_step']}")
    if repository["notes_fresh"] or repository["notes_stale"] or repository["jobs"]:
        notes = f"{repository['notes_fresh']:,} notes hold, {repository['notes_stale']:,} are not known to"
        lines.append(f"  {notes}, {repository['jobs']:,} jobs wait")
    if repository["jobs_failed"]:
        lines.append(f"  {repository['jobs_failed']:,} jobs failed; reverie logs says why")
    if repository["progress"]:
        progress = repository["progress"]
        lines.append(f"  {progress['phase']}: {progress['done']:,} of {progress['total']:,}")
    trigger = repository["last_trigger"]
    if trigger:
        lines.append(f"  last woken by {trigger['source']} ({trigger['event']}) at {trigger['at']}")
    return lines


def repositories(rows: Sequence[Mapping[str, Any]]) -> str:
    if not rows:
        return "No repository is watched. Add one: reverie add PATH"
    return "\n".join(f"{row['root']}  {row['files']:,} files, clock {row['clock']}" for row in rows)


def hooks(said: Mapping[str, Any]) -> str:
    """A line a hook, and why commits are learned of in another way where that is so."""
    lines = [f"{name:<16}{state}" for name, state in said["hooks"].items()]
    if said["reason"]:
        lines.append(f"Commits are noticed through HEAD's log: {said['reason']}")
    return "\n".join([f"in {said['folder']}", *lines])


def forgotten(gone: Mapping[str, int]) -> str:
    return f"Forgot {gone['questions']:,} questions and {gone['notes']:,} notes."


def _duration(seconds: float) -> str:
    minutes, hours = int(seconds) // 60, int(seconds) // 3600
    return f"{int(seconds)} s" if minutes == 0 else f"{minutes} min" if hours == 0 else f"{hours} h {minutes % 60} min"


@contextmanager
def progress_bar(stream: TextIO) -> Iterator[Show]:
    """Shows a phase's progress: a bar in a terminal; elsewhere nothing, since logs want results only."""
    if not stream.isatty():
        yield lambda phase, done, total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(file=stream), transient=True) as progress:
        tasks: dict[str, Any] = {}

        def show(phase: str, done: int, total: int) -> None:
            if phase not in tasks:
                tasks[phase] = progress.add_task(phase, total=total)
            progress.update(tasks[phase], completed=done, total=total)

        yield show
