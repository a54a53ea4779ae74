"""What the daemon sends, read into values. Pure and never raising: a part that is missing or malformed becomes its
empty value, so that a newer daemon cannot take the screen down.

Text that is shown is made literal here; paths stay as they came, since they are sent back, and are made literal where
they are drawn.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from reverie_tui import payload
from reverie_tui.literal import literal, literal_line

EVIDENCE_MAX = 200
ANSWER_CHARACTERS_MAX = 400_000
LINE_CHARACTERS_MAX = 1_000
CUT_NOTE = "\n\n*(The rest of this answer is too long to show here; `reverie ask` prints it whole.)*"


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that failed: what happened, and what to do next."""

    message: str
    next_step: str = ""
    exit_code: int = 1


@dataclass(frozen=True, slots=True)
class Evidence:
    """What an answer rests on: lines of a file, or a commit (then `commit` is its object id and `path` is empty)."""

    path: str = ""
    start_line: int = 0
    end_line: int = 0
    symbol: str = ""
    blob: str = ""
    verified: bool = True
    commit: str = ""
    subject: str = ""
    date: str = ""


@dataclass(frozen=True, slots=True)
class ModelWord:
    """What came of asking a model: which one, whether its answer is the one shown, and why not where it is not."""

    name: str
    used: bool
    reason: str
    first_paid: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """A finished answer. Tokens as `core/savings.py` defines them; `pending_files` were not indexed yet. `key` and
    `clock` name what it was derived from; `cost_usd` is None where no price is known, `model` where none was asked."""

    text: str
    route: str
    fresh: bool
    evidence: tuple[Evidence, ...]
    readings: tuple[str, ...]
    unverified_count: int
    conversation: str
    tokens_spent: int
    tokens_baseline: int
    latency_ms: float
    pending_files: int
    ledger_id: int = 0
    key: str = ""
    clock: int = 0
    confidence: float = 1.0
    cost_usd: float | None = 0.0
    model: ModelWord | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far indexing is: `done` of `total` files; `total` is 0 while it is not known."""

    phase: str
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Trigger:
    """What woke a repository last: `source` is watch, hook, start, sweep, config or request, `at` a local time."""

    source: str
    event: str
    at: str


@dataclass(frozen=True, slots=True)
class Repository:
    """One repository as the daemon sees it now."""

    root: str
    name: str
    branch: str
    head: str
    clock: int
    files: int
    symbols: int
    pending_files: int
    progress: Progress | None
    problem: Problem | None
    jobs: int = 0
    jobs_failed: int = 0
    notes_fresh: int = 0
    notes_stale: int = 0
    trigger: Trigger | None = None


@dataclass(frozen=True, slots=True)
class DaemonStatus:
    """What the daemon does, and why. `saved_tokens` is the total over all questions, `saved_today` today's part.
    `model` answers and `model_asleep` learns, each in words that say where text goes, "" for none."""

    sleep_state: str = ""
    sleep_reason: str = ""
    repositories: tuple[Repository, ...] = ()
    model: str = ""
    saved_tokens: int = 0
    saved_today: int = 0
    sleep_depth: str = ""
    model_asleep: str = ""
    model_problem: Problem | None = None


@dataclass(frozen=True, slots=True)
class PastQuestion:
    """A question asked before. `asked_at` is shown as it came."""

    question: str
    asked_at: str = ""
    route: str = ""
    saved: int = 0


@dataclass(frozen=True, slots=True)
class ExpectedQuestion:
    """A question that the daemon expects, answered already. `subject` is a path, or "path::symbol"."""

    question: str
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """Lines of a file as they are on disk now; the first of them is line `start_line`."""

    path: str
    language: str
    blob: str
    start_line: int
    total_lines: int
    lines: tuple[str, ...]


def read_answer(wire: Mapping[str, Any]) -> Answer:
    """The answer of DESIGN's `ask --json`."""
    tokens = payload.mapping(wire.get("tokens"))
    text = literal(payload.text(wire.get("answer")))
    if len(text) > ANSWER_CHARACTERS_MAX:
        text = text[:ANSWER_CHARACTERS_MAX] + CUT_NOTE
    return Answer(
        text=text,
        route=payload.line(wire.get("route")),
        fresh=wire.get("fresh") is not False,
        evidence=tuple(read_evidence(item) for item in payload.mappings(wire.get("evidence")))[:EVIDENCE_MAX],
        readings=tuple(payload.line(item) for item in payload.items(wire.get("readings"))),
        unverified_count=len(payload.items(wire.get("unverified"))),
        conversation=payload.text(wire.get("conversation")),
        tokens_spent=payload.count(tokens.get("prompt")) + payload.count(tokens.get("completion")),
        tokens_baseline=payload.count(tokens.get("baseline")),
        latency_ms=payload.number(wire.get("latency_ms")),
        pending_files=payload.count(payload.mapping(wire.get("pending")).get("files")),
        ledger_id=payload.count(wire.get("ledger_id")),
        key=payload.text(wire.get("key")),
        clock=payload.count(wire.get("clock")),
        confidence=payload.number(wire.get("confidence", 1.0)),
        cost_usd=None if wire.get("cost_usd", 0.0) is None else payload.number(wire.get("cost_usd")),
        model=_read_word(payload.mapping(wire.get("model"))),
    )


def read_evidence(wire: Mapping[str, Any]) -> Evidence:
    """One piece of evidence: a span of a file, or a commit."""
    start = payload.count(wire.get("start_line"))
    return Evidence(
        path=payload.text(wire.get("path")),
        start_line=start,
        end_line=max(start, payload.count(wire.get("end_line"))),
        symbol=payload.line(wire.get("symbol")),
        blob=payload.text(wire.get("blob")),
        verified=wire.get("verified") is not False,
        commit=payload.line(wire.get("commit")),
        subject=payload.line(wire.get("subject")),
        date=payload.line(wire.get("date")),
    )


def read_status(changes: Mapping[str, Any], before: DaemonStatus) -> DaemonStatus:
    """The status after a delta (or a snapshot): parts that are absent stay as they were before."""
    status = before
    if "sleep" in changes:
        sleep = payload.mapping(changes["sleep"])
        reason = payload.line(sleep.get("reason"))
        depth = payload.line(sleep.get("depth"))
        state = payload.line(sleep.get("state"))
        status = replace(status, sleep_state=state, sleep_reason=reason, sleep_depth=depth)
    if "repositories" in changes:
        found = tuple(_read_repository(item) for item in payload.mappings(changes["repositories"]))
        status = replace(status, repositories=found)
    if "saved" in changes:
        saved = payload.mapping(changes["saved"])
        status = replace(
            status, saved_tokens=payload.count(saved.get("tokens")), saved_today=payload.count(saved.get("today"))
        )
    if "model" in changes:
        model = payload.mapping(changes["model"])
        asleep, problem = payload.line(model.get("sleeping")), read_problem(payload.mapping(model.get("problem")))
        status = replace(status, model=_read_model(changes["model"]), model_asleep=asleep, model_problem=problem)
    return status


def read_past(wire: Iterable[Any]) -> tuple[PastQuestion, ...]:
    """Questions asked before, newest first; each question once."""
    found: dict[str, PastQuestion] = {}
    for item in wire:
        row = payload.mapping(item)
        question = payload.text(row.get("question"))
        if question.strip() and question not in found:
            asked_at = payload.line(row.get("asked_at"))
            route = payload.line(row.get("route"))
            found[question] = PastQuestion(question, asked_at, route, payload.count(row.get("saved")))
    return tuple(found.values())


def read_expected(wire: Iterable[Any]) -> tuple[ExpectedQuestion, ...]:
    """Of the questions that are expected, those whose answer is ready and holds, likeliest first; each once."""
    ready: dict[str, ExpectedQuestion] = {}
    for row in map(payload.mapping, wire):
        question = payload.text(row.get("question"))
        if row.get("answered") is True and row.get("fresh") is True and question.strip():
            ready.setdefault(question, ExpectedQuestion(question, payload.text(row.get("subject"))))
    return tuple(ready.values())


def read_source(wire: Mapping[str, Any]) -> Source:
    """Lines of a file, each made literal."""
    return Source(
        path=payload.text(wire.get("path")),
        language=payload.text(wire.get("language")),
        blob=payload.text(wire.get("blob")),
        start_line=max(1, payload.count(wire.get("start_line"))),
        total_lines=payload.count(wire.get("total_lines")),
        lines=tuple(_source_line(payload.text(line)) for line in payload.items(wire.get("lines"))),
    )


def _source_line(line: str) -> str:
    cut = line if len(line) <= LINE_CHARACTERS_MAX else line[:LINE_CHARACTERS_MAX] + "…"
    return literal_line(cut)


def _read_repository(wire: Mapping[str, Any]) -> Repository:
    return Repository(
        root=payload.text(wire.get("root")),
        name=payload.line(wire.get("name")),
        branch=payload.line(wire.get("branch")),
        head=payload.line(wire.get("head")),
        clock=payload.count(wire.get("clock")),
        files=payload.count(wire.get("files")),
        symbols=payload.count(wire.get("symbols")),
        pending_files=payload.count(payload.mapping(wire.get("pending")).get("files")),
        progress=_read_progress(payload.mapping(wire.get("progress"))),
        problem=read_problem(payload.mapping(wire.get("problem"))),
        jobs=payload.count(wire.get("jobs")),
        jobs_failed=payload.count(wire.get("jobs_failed")),
        notes_fresh=payload.count(wire.get("notes_fresh")),
        notes_stale=payload.count(wire.get("notes_stale")),
        trigger=_read_trigger(payload.mapping(wire.get("last_trigger"))),
    )


def _read_progress(wire: Mapping[str, Any]) -> Progress | None:
    if not wire:
        return None
    phase = payload.line(wire.get("phase")) or "indexing"
    return Progress(phase, payload.count(wire.get("done")), payload.count(wire.get("total")))


def _read_trigger(wire: Mapping[str, Any]) -> Trigger | None:
    if not wire:
        return None
    return Trigger(*(payload.line(wire.get(key)) for key in ("source", "event", "at")))


def read_problem(wire: Mapping[str, Any]) -> Problem | None:
    """What failed and what to do next; None where nothing did."""
    if not wire:
        return None
    return Problem(payload.line(wire.get("message")), payload.line(wire.get("next_step")))


def _read_word(wire: Mapping[str, Any]) -> ModelWord | None:
    if not wire:
        return None
    refused = payload.mapping(wire.get("refused"))
    reason = " ".join(filter(None, (payload.text(refused.get("message")), payload.text(refused.get("next_step")))))
    return ModelWord(
        name=payload.line(wire.get("name")),
        used=wire.get("used") is True,
        reason=literal_line(reason or payload.text(wire.get("reason"))),
        first_paid=wire.get("first_paid") is True,
    )


def _read_model(wire: Any) -> str:
    named = (
        wire if isinstance(wire, str) else payload.mapping(wire).get("answering") or payload.mapping(wire).get("name")
    )
    return payload.line(named)
