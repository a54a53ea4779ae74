"""The whole state of the terminal UI, and the one function that changes it: `reduce(state, event) -> state`.

Pure: no widget, no client, no clock. Widgets report events; `app.py` compares the state before and after, and performs
what follows from the difference (asking, fetching source), so every effect can be read off the state.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from reverie_daemon.errors import UserError

from reverie_tui.events import (
    Asked,
    AskEnded,
    Cited,
    Connected,
    Connecting,
    Escaped,
    Event,
    ExpectedArrived,
    Lost,
    PastArrived,
    Place,
    Recalled,
    Refused,
    Resized,
    Selected,
    SourceArrived,
    StatusArrived,
    Streamed,
)
from reverie_tui.literal import literal
from reverie_tui.reading import (
    ANSWER_CHARACTERS_MAX,
    Answer,
    DaemonStatus,
    Evidence,
    PastQuestion,
    Problem,
    Repository,
    Source,
    read_answer,
    read_expected,
    read_past,
    read_source,
    read_status,
)

PAST_MAX = 200
QUESTION_CHARACTERS_MAX = 4_000

EXAMPLES = (
    "What is this repository about?",
    "How do I run the tests?",
    "How do I build and run it?",
    "What changed recently?",
    "What did the last commit change?",
)
"""Questions that any repository can answer, for someone who has not asked anything yet."""
EXPECTED_SHOWN = 3

Phase = Literal["queued", "asking", "streaming", "done", "failed", "stopped"]
"""`queued` waits for the daemon; `asking` was sent; `streaming` shows claims; the others are ends."""

LinkState = Literal["connecting", "up", "lost"]


@dataclass(frozen=True, slots=True)
class Link:
    """How we stand with the daemon; the rest belongs to `lost`, as `events.Lost` has it."""

    state: LinkState = "connecting"
    reason: str = ""
    retry_s: float = 0.0
    next_step: str = ""


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question and what came of it. `number` tells its events from those of earlier questions."""

    number: int
    question: str
    conversation: str
    phase: Phase
    kind: str = ""
    text: str = ""
    answer: Answer | None = None
    problem: Problem | None = None

    @property
    def running(self) -> bool:
        """Whether an answer may still come."""
        return self.phase in ("queued", "asking", "streaming")


@dataclass(frozen=True, slots=True)
class Preview:
    """The source pane: the place wanted, and its source once it came. `open` matters on a narrow screen only, where
    the pane takes the place of the answer."""

    place: Place | None = None
    source: Source | None = None
    problem: Problem | None = None
    open: bool = False


@dataclass(frozen=True, slots=True)
class Draft:
    """What the question box is to hold; `revision` grows whenever we, not the typist, change it. `depth` counts how
    many questions back a recall went, 0 is none; `own` is the text that was typed before it."""

    text: str = ""
    revision: int = 0
    depth: int = 0
    own: str = ""


@dataclass(frozen=True, slots=True)
class State:
    """Everything that is on show. `root` is empty until the daemon took the repository; `wide` says that the source
    pane has room beside the answer; `refusal` ends the program."""

    folder: str = ""
    root: str = ""
    link: Link = Link()
    status: DaemonStatus | None = None
    exchange: Exchange | None = None
    asked_count: int = 0
    selected: int | None = None
    preview: Preview = Preview()
    draft: Draft = Draft()
    past: tuple[PastQuestion, ...] = ()
    expected: tuple[str, ...] = ()
    wide: bool = True
    refusal: UserError | None = None

    @property
    def repository(self) -> Repository | None:
        """The repository on show, once the daemon told of it."""
        found = self.status.repositories if self.status else ()
        return next((repository for repository in found if repository.root == self.root), None)

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """The evidence of the answer on show."""
        return self.exchange.answer.evidence if self.exchange and self.exchange.answer else ()

    @property
    def selected_evidence(self) -> Evidence | None:
        """The piece of evidence that is selected."""
        return self.evidence[self.selected] if self.selected is not None else None

    @property
    def examples(self) -> tuple[str, ...]:
        """Questions to offer while nothing is asked, beside those that are expected."""
        return tuple(question for question in EXAMPLES if question not in self.expected)

    @property
    def ready(self) -> tuple[str, ...]:
        """Questions that are expected and answered already."""
        return self.expected[:EXPECTED_SHOWN]


def reduce(state: State, event: Event) -> State:
    """The state after an event. An event that no longer concerns what is on show leaves the state as it is."""
    match event:
        case Connecting() | Connected() | Lost() | Refused():
            return _linked(state, event)
        case StatusArrived(payload):
            return _told(state, payload)
        case PastArrived(payload):
            return replace(state, past=read_past(payload)[:PAST_MAX])
        case ExpectedArrived(payload):
            return replace(state, expected=read_expected(payload)[:PAST_MAX])
        case Asked(question):
            return _asked(state, question)
        case Streamed(number, payload):
            return _streamed(state, number, payload)
        case AskEnded(number, problem):
            return _ended(state, number, problem)
        case Escaped():
            return _escaped(state)
        case Selected(index, opened):
            return _selected(state, index, opened)
        case Cited(place):
            return _cited(state, place)
        case SourceArrived():
            return _sourced(state, event)
        case Resized(wide):
            return replace(state, wide=wide, preview=replace(state.preview, open=state.preview.open and not wide))
        case Recalled(step, text):
            return replace(state, draft=_recalled(state, step, text))


def _linked(state: State, event: Connecting | Connected | Lost | Refused) -> State:
    match event:
        case Connecting():
            return replace(state, link=replace(state.link, state="connecting"))
        case Connected(root):
            state = replace(state, root=root, link=Link("up"))
            if state.exchange and state.exchange.phase == "queued":
                return replace(state, exchange=replace(state.exchange, phase="asking"))
            return state
        case Lost(reason, retry_s, next_step):
            state = replace(state, link=Link("lost", reason, retry_s, next_step))
            if state.exchange and state.exchange.phase == "queued" and next_step:
                failed = replace(state.exchange, phase="failed", problem=Problem(reason, next_step))
                return replace(state, exchange=failed)
            return state
        case Refused(error):
            return replace(state, refusal=error)


def _told(state: State, payload: Mapping[str, Any]) -> State:
    """A snapshot replaces what was known, since it may come from a new daemon; a delta changes parts of it."""
    if payload.get("event") == "snapshot":
        return replace(state, status=read_status(payload.get("status") or {}, DaemonStatus()))
    return replace(state, status=read_status(payload.get("changes") or {}, state.status or DaemonStatus()))


def _asked(state: State, question: str) -> State:
    question = question.strip()[:QUESTION_CHARACTERS_MAX]
    if not question:
        return state
    number = state.asked_count + 1
    before = state.exchange
    conversation = before.answer.conversation if before and before.answer else ""
    exchange = Exchange(number, question, conversation, "asking" if state.link.state == "up" else "queued")
    past = (PastQuestion(question), *(item for item in state.past if item.question != question))
    return replace(
        state,
        exchange=exchange,
        asked_count=number,
        selected=None,
        preview=Preview(),
        draft=Draft(revision=state.draft.revision + 1),
        past=past[:PAST_MAX],
    )


def _streamed(state: State, number: int, payload: Mapping[str, Any]) -> State:
    exchange = state.exchange
    if exchange is None or exchange.number != number or not exchange.running:
        return state
    match payload.get("event"):
        case "understood":
            return replace(state, exchange=replace(exchange, kind=str(payload.get("kind") or "")))
        case "claim":
            text = _joined(exchange.text, literal(str(payload.get("text") or "")))
            return replace(state, exchange=replace(exchange, phase="streaming", text=text))
        case "withdrawn":
            return replace(state, exchange=replace(exchange, phase="streaming", text=""))
        case "answer":
            answer = read_answer(payload)
            done = replace(exchange, phase="done", text=answer.text or exchange.text, answer=answer)
            return (
                _selected(replace(state, exchange=done), 0, False) if answer.evidence else replace(state, exchange=done)
            )
    return state


def _joined(text: str, claim: str) -> str:
    """Claims are paragraphs. What passes the bound is not kept: the finished answer says so."""
    return f"{text}\n\n{claim}"[:ANSWER_CHARACTERS_MAX] if text else claim[:ANSWER_CHARACTERS_MAX]


def _ended(state: State, number: int, problem: Problem | None) -> State:
    exchange = state.exchange
    if exchange is None or exchange.number != number or not exchange.running:
        return state
    missing = Problem("The daemon stopped answering before the end.", "Ask again: press Up, then Enter.")
    return replace(state, exchange=replace(exchange, phase="failed", problem=problem or missing))


def _escaped(state: State) -> State:
    if state.preview.open:
        return replace(state, preview=replace(state.preview, open=False))
    if state.exchange and state.exchange.running:
        return replace(state, exchange=replace(state.exchange, phase="stopped"))
    draft = Draft(revision=state.draft.revision + 1)
    return replace(state, exchange=None, selected=None, preview=Preview(), draft=draft)


def _selected(state: State, index: int, opened: bool) -> State:
    if not 0 <= index < len(state.evidence):
        return state
    chosen = state.evidence[index]
    place = Place(chosen.path, chosen.start_line, chosen.end_line) if chosen.path else None
    return replace(state, selected=index, preview=_moved(state.preview, place, opened and not state.wide))


def _cited(state: State, place: Place) -> State:
    """A citation of a known piece of evidence selects it; any other is shown by itself."""
    cited = (place.path, place.start_line)
    known = (i for i, piece in enumerate(state.evidence) if (piece.path, piece.start_line) == cited)
    index = next(known, None)
    if index is not None:
        return _selected(state, index, True)
    return replace(state, selected=None, preview=_moved(state.preview, place, not state.wide))


def _moved(preview: Preview, place: Place | None, opened: bool) -> Preview:
    if place == preview.place and place is not None:
        return replace(preview, open=preview.open or opened)
    return Preview(place, open=preview.open or opened)


def _sourced(state: State, event: SourceArrived) -> State:
    if event.place != state.preview.place:
        return state
    source = read_source(event.payload) if event.payload is not None else None
    return replace(state, preview=replace(state.preview, source=source, problem=event.problem))


def _recalled(state: State, step: int, text: str) -> Draft:
    draft = state.draft
    depth = min(max(draft.depth + step, 0), len(state.past))
    if depth == draft.depth:
        return draft
    own = text if draft.depth == 0 else draft.own
    recalled = state.past[depth - 1].question if depth else own
    return Draft(recalled, draft.revision + 1, depth, own)
