"""The Activity page: what the daemon does now and why, what waits, what came of what ran, and its log. Pure.

How the daemon stands, and its repositories, are parts of its status, which arrives by itself; the rest is fetched when
the page is shown and when a part of the status says that something went on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from reverie_tui.calls import Wish
from reverie_tui.literal import literal_line
from reverie_tui.workings import (
    JOBS_MAX,
    LOG_LINES_MAX,
    Ended,
    Job,
    Queue,
    Workings,
    read_queue,
    read_workings,
)

Section = Literal["queue", "ended", "repositories", "log"]
SECTIONS: tuple[Section, ...] = ("queue", "ended", "repositories", "log")

_CONCERNED = frozenset({"sleep", "repositories", "model"})


@dataclass(frozen=True, slots=True)
class Activity:
    """What the page holds. `at` is the row under each list's cursor; `section` is the list that the reader is in, on a
    narrow screen the only one on show. `came` says whether anything was told yet."""

    workings: Workings = field(default_factory=Workings)
    queue: Queue = field(default_factory=Queue)
    section: Section = "queue"
    at: Mapping[Section, int] = field(default_factory=dict)
    came: bool = False

    @property
    def job(self) -> Job | None:
        """The job under the cursor."""
        at, jobs = self.at.get("queue", 0), self.queue.jobs
        return jobs[at] if at < len(jobs) else None

    @property
    def ended(self) -> tuple[Ended, ...]:
        """What was given up, then what ended, the latest first."""
        given_up = {(one.analysis, one.kind, one.subject) for one in self.queue.given_up}
        cancelled = (
            one
            for one in self.workings.ended
            if one.outcome != "cancelled" or (one.analysis, one.kind, one.subject) not in given_up
        )
        return (*self.queue.given_up, *cancelled)

    @property
    def past(self) -> Ended | None:
        """What ended under the cursor."""
        at, ended = self.at.get("ended", 0), self.ended
        return ended[at] if at < len(ended) else None


@dataclass(frozen=True, slots=True)
class Moved:
    """The cursor of a list goes so many rows down, up where negative; `last` is the list's last row."""

    section: Section
    step: int
    last: int


@dataclass(frozen=True, slots=True)
class Pointed:
    """The cursor of a list goes to a row."""

    section: Section
    index: int


@dataclass(frozen=True, slots=True)
class Entered:
    """The reader went to a list."""

    section: Section


@dataclass(frozen=True, slots=True)
class Paused:
    """Learning is to be paused, or to go on."""

    paused: bool


@dataclass(frozen=True, slots=True)
class Cancelled:
    """A job is to be dropped, or ended where it runs."""

    job: Job


@dataclass(frozen=True, slots=True)
class LookedAgain:
    """The user wants the readings as they are now."""


ActivityEvent = Moved | Pointed | Entered | Paused | Cancelled | LookedAgain

Step = tuple[Activity, tuple[Wish, ...]]


def wanted(page: Activity, root: str, changed: frozenset[str]) -> tuple[Wish, ...]:
    """What the daemon is at, and the queue of the repository on show."""
    if not root or (changed and not changed & _CONCERNED):
        return ()
    return Wish("activity", {"log": LOG_LINES_MAX}), Wish("jobs", {"root": root, "limit": JOBS_MAX})


def reduce(page: Activity, event: ActivityEvent, root: str) -> Step:
    """After an event of this page."""
    match event:
        case Moved(section, step, last):
            return replace(page, section=section, at={**page.at, section: _moved(page, section, step, last)}), ()
        case Pointed(section, index):
            return replace(page, section=section, at={**page.at, section: max(0, index)}), ()
        case Entered(section):
            return replace(page, section=section), ()
        case Paused(paused):
            told = "Learning is paused until you resume it." if paused else "Learning goes on when the machine is idle."
            return page, (Wish("pause", {"paused": paused}, told=told),)
        case Cancelled(job):
            return page, (_cancel(root, job),)
        case LookedAgain():
            return page, wanted(page, root, frozenset())


def replied(page: Activity, wish: Wish, payload: Any, root: str) -> Step:
    """After a reply. Cursors stay on what they were on, wherever that is by now."""
    match wish.name:
        case "activity":
            workings = read_workings(payload)
            at = {**page.at, "log": _followed(page.workings.log, workings.log, page.at.get("log"))}
            return _kept(page, replace(page, workings=workings, at=at, came=True)), ()
        case "jobs":
            return _kept(page, replace(page, queue=read_queue(payload))), ()
        case "pause" | "cancel_job":
            return page, wanted(page, root, frozenset())
    return page, ()


def _moved(page: Activity, section: Section, step: int, last: int) -> int:
    return min(max(page.at.get(section, 0) + step, 0), max(0, last))


def _kept(before: Activity, page: Activity) -> Activity:
    jobs = _found(before.queue.jobs, page.queue.jobs, page.at.get("queue", 0))
    ended = _found(before.ended, page.ended, page.at.get("ended", 0))
    return replace(page, at={**page.at, "queue": jobs, "ended": ended})


def _found(before: Sequence[Job | Ended], rows: Sequence[Job | Ended], index: int) -> int:
    """Where the row at `index` is now; where it has gone, what took its place. The first row stays the first: who looks
    at the top wants to see what comes."""
    if 0 < index < len(before):
        key = before[index].key
        index = next((i for i, row in enumerate(rows) if row.key == key), index)
    return min(index, max(0, len(rows) - 1))


def _followed(before: Sequence[str], lines: Sequence[str], index: int | None) -> int:
    """The log's end is followed, unless the reader went up in it: then the line stays."""
    last = max(0, len(lines) - 1)
    if index is None or index >= len(before) - 1:
        return last
    line = before[index]
    return next((i for i in range(last, -1, -1) if lines and lines[i] == line), min(index, last))


def _cancel(root: str, job: Job) -> Wish:
    what = {"analysis": job.analysis, "subject": job.subject, "subject_kind": job.kind}
    told = f"Cancelled: {literal_line(job.analysis)} of {literal_line(job.subject) or 'the repository'}."
    return Wish("cancel_job", {"root": root, **what}, told=told)
