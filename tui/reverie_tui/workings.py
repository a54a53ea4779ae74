"""What the daemon is at, as it tells it: the machine's readings, jobs that wait, what came of those that ran, its log.

Reading only, pure and never raising; text is made literal here. Subjects are also kept as they came, to be sent back.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from reverie_tui import payload
from reverie_tui.reading import LINE_CHARACTERS_MAX

JOBS_MAX = 200
ENDED_MAX = 200
LOG_LINES_MAX = 200
READINGS_MAX = 12
UNDER_WAY_MAX = 20
TEXT_CHARACTERS_MAX = 400

GAVE_UP = "gave up"


@dataclass(frozen=True, slots=True)
class Reading:
    """What a sensor tells, in words, and what learning asks for, "" for nothing."""

    name: str
    text: str
    wanted: str
    value: float | bool | None


@dataclass(frozen=True, slots=True)
class Job:
    """An analysis of a subject that waits or runs: what it should save and cost in tokens and seconds, and `why`."""

    analysis: str
    subject: str
    kind: str
    probability: float
    tokens_saved: int
    tokens_cost: int
    seconds_cost: float
    value: float
    depth: str
    why: str
    running: bool

    @property
    def key(self) -> tuple[str, ...]:
        """What tells it from other jobs, whatever its value is by now."""
        return self.analysis, self.kind, self.subject


@dataclass(frozen=True, slots=True)
class Doing:
    """What runs now, in which repository, since when (a local time, as it came)."""

    root: str
    analysis: str
    subject: str
    since: str


@dataclass(frozen=True, slots=True)
class Ended:
    """What came of a job. `outcome` is the daemon's word, GAVE_UP for one that is not tried again by itself, or
    "cancelled"; `attempts` counts for those only. `usd` is None where a price is unknown."""

    outcome: str
    analysis: str
    subject: str
    kind: str
    root: str = ""
    at: str = ""
    seconds: float = 0.0
    reason: str = ""
    tokens: int = 0
    usd: float | None = 0.0
    attempts: int = 0

    @property
    def key(self) -> tuple[str, ...]:
        """What tells it from others."""
        return self.outcome, self.analysis, self.kind, self.subject, self.at


@dataclass(frozen=True, slots=True)
class Workings:
    """`GET /v1/activity`: what is `under_way`, the last that was begun first, and the rest that its page shows."""

    under_way: tuple[Doing, ...] = ()
    readings: tuple[Reading, ...] = ()
    ended: tuple[Ended, ...] = ()
    log: tuple[str, ...] = ()

    @property
    def paused(self) -> bool | None:
        """Whether the user paused learning; None where nothing tells."""
        told = next((reading.value for reading in self.readings if reading.name == "paused"), None)
        return told if isinstance(told, bool) else None


@dataclass(frozen=True, slots=True)
class Queue:
    """`GET /v1/jobs`: what waits or runs, and what was given up or cancelled."""

    jobs: tuple[Job, ...] = ()
    given_up: tuple[Ended, ...] = ()


def read_workings(wire: Any) -> Workings:
    """`GET /v1/activity`."""
    found = payload.mapping(wire)
    doing = [payload.mapping(found.get("doing")), *payload.mappings(found.get("under_way"))]
    return Workings(
        under_way=tuple(dict.fromkeys(_read_doing(one) for one in doing if one))[:UNDER_WAY_MAX],
        readings=tuple(_read_reading(row) for row in payload.mappings(found.get("readings"))[:READINGS_MAX]),
        ended=tuple(_read_ended(row) for row in payload.mappings(found.get("ended"))[:ENDED_MAX]),
        log=tuple(payload.line(row)[:LINE_CHARACTERS_MAX] for row in payload.items(found.get("log"))[-LOG_LINES_MAX:]),
    )


def read_queue(wire: Any) -> Queue:
    """`GET /v1/jobs`."""
    found = payload.mapping(wire)
    jobs = tuple(_read_job(row) for row in payload.mappings(found.get("jobs"))[:JOBS_MAX])
    return Queue(jobs, tuple(_given_up(found))[:ENDED_MAX])


def _given_up(found: Mapping[str, Any]) -> Iterator[Ended]:
    for row in payload.mappings(found.get("failed")):
        reason, attempts = _short(row.get("problem")), payload.count(row.get("attempts"))
        yield Ended(GAVE_UP, *_named(row), reason=reason, attempts=attempts)
    for row in payload.mappings(found.get("cancelled")):
        yield Ended("cancelled", *_named(row), reason="you cancelled it")


def _read_doing(wire: Mapping[str, Any]) -> Doing:
    return Doing(
        payload.text(wire.get("root")),
        payload.line(wire.get("analysis")),
        payload.text(wire.get("subject")),
        payload.line(wire.get("since")),
    )


def _read_reading(wire: Mapping[str, Any]) -> Reading:
    value = wire.get("value")
    return Reading(
        payload.line(wire.get("name")),
        _short(wire.get("text")),
        _short(wire.get("wanted")),
        value if isinstance(value, bool) or value is None else payload.number(value),
    )


def _read_job(wire: Mapping[str, Any]) -> Job:
    return Job(
        *_named(wire),
        probability=payload.number(wire.get("probability")),
        tokens_saved=payload.count(wire.get("tokens_saved")),
        tokens_cost=payload.count(wire.get("tokens_cost")),
        seconds_cost=payload.number(wire.get("seconds_cost")),
        value=payload.number(wire.get("value")),
        depth=payload.line(wire.get("depth")),
        why=_short(wire.get("why")),
        running=wire.get("running") is True,
    )


def _read_ended(wire: Mapping[str, Any]) -> Ended:
    cost = payload.mapping(wire.get("cost"))
    usd = cost.get("usd", 0.0)
    return Ended(
        payload.line(wire.get("outcome")),
        *_named(wire),
        root=payload.text(wire.get("root")),
        at=payload.line(wire.get("at")),
        seconds=payload.number(wire.get("seconds")),
        reason=_short(wire.get("reason")),
        tokens=payload.count(cost.get("tokens")),
        usd=None if usd is None else payload.number(usd),
    )


def _named(wire: Mapping[str, Any]) -> tuple[str, str, str]:
    kind = payload.text(wire.get("subject_kind"))
    return payload.text(wire.get("analysis")), payload.text(wire.get("subject")), kind


def _short(value: Any) -> str:
    return payload.line(value)[:TEXT_CHARACTERS_MAX]
