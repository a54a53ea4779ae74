"""What asking changes: the question box, the answer as it comes, its evidence and the source beside it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from reverie_tui.events import (
    Asked,
    AskEnded,
    AskEvent,
    Cited,
    Escaped,
    ExpectedArrived,
    Mentioned,
    NextAsked,
    PastArrived,
    Place,
    Recalled,
    Redone,
    Selected,
    SourceArrived,
    Stepped,
    Streamed,
)
from reverie_tui.literal import literal, literal_line
from reverie_tui.reading import (
    ANSWER_CHARACTERS_MAX,
    PastQuestion,
    Problem,
    read_answer,
    read_expected,
    read_past,
    read_source,
)
from reverie_tui.state import PAST_MAX, QUESTION_CHARACTERS_MAX, THREAD_MAX, Draft, Exchange, Phase, Preview, State


def reduce(state: State, event: AskEvent) -> State:
    """The state after an event of the Ask page. One about an earlier question or place changes nothing."""
    match event:
        case PastArrived(payload):
            return replace(state, past=read_past(payload)[:PAST_MAX])
        case ExpectedArrived(payload):
            return replace(state, expected=read_expected(payload)[:PAST_MAX])
        case Asked(question, typed):
            return _asked(state, question, typed=typed)
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
        case Recalled(step, text):
            return replace(state, draft=_recalled(state, step, text))
        case Stepped(step):
            return _stepped(state, step)
        case Redone():
            shown = state.exchange
            return _asked(state, shown.question, again=True) if shown and not shown.running else state
        case NextAsked():
            return _asked(state, state.ready[0]) if state.ready else state
        case Mentioned(name, before, after):
            text = f"{before}{name}{after or ' '}"[:QUESTION_CHARACTERS_MAX]
            return replace(state, draft=Draft(text, state.draft.revision + 1))


def _asked(state: State, question: str, *, again: bool = False, typed: bool = False) -> State:
    question = question.strip()[:QUESTION_CHARACTERS_MAX]
    if not question:
        return state
    number = state.asked_count + 1
    thread = state.conversation
    conversation = next((one.answer.conversation for one in reversed(thread) if one.answer), "")
    phase: Phase = "asking" if state.link.state == "up" else "queued"
    exchange = Exchange(number, question, conversation, phase, again=again)
    past = (PastQuestion(question), *(item for item in state.past if item.question != question))
    return replace(
        state,
        exchange=exchange,
        thread=thread[-THREAD_MAX:],
        asked_count=number,
        selected=None,
        preview=Preview(),
        draft=Draft(revision=state.draft.revision + (not typed)),
        past=past[:PAST_MAX],
    )


def _streamed(state: State, number: int, payload: Mapping[str, Any]) -> State:
    exchange = state.exchange
    if exchange is None or exchange.number != number or not exchange.running:
        return state
    match payload.get("event"):
        case "understood":
            return replace(state, exchange=replace(exchange, kind=str(payload.get("kind") or "")))
        case "composed":
            text = _joined("", literal(str(payload.get("answer") or "")))
            writer = literal_line(str(payload.get("model") or "")) or "the model"
            return replace(state, exchange=replace(exchange, phase="streaming", text=text, writer=writer))
        case "claim":
            text = _joined("" if exchange.writer else exchange.text, literal(str(payload.get("text") or "")))
            return replace(state, exchange=replace(exchange, phase="streaming", text=text, writer=""))
        case "withdrawn":
            return replace(state, exchange=replace(exchange, phase="streaming", text="", writer=""))
        case "answer":
            answer = read_answer(payload)
            done = replace(exchange, phase="done", text=answer.text or exchange.text, writer="", answer=answer)
            return _shown(state, done)
    return state


def _shown(state: State, exchange: Exchange) -> State:
    """With this exchange on show, and its first piece of evidence selected."""
    state = replace(state, exchange=exchange)
    return _selected(state, 0, False) if state.evidence else state


def _stepped(state: State, step: int) -> State:
    """To another answer of the conversation; nothing happens at its ends, and while an answer comes."""
    conversation = state.conversation
    if state.exchange is None or state.exchange.running:
        return state
    wanted = conversation.index(state.exchange) + step
    if not 0 <= wanted < len(conversation):
        return state
    return _shown(replace(state, thread=conversation, selected=None, preview=Preview()), conversation[wanted])


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
    return replace(state, exchange=None, thread=(), selected=None, preview=Preview(), draft=draft)


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
