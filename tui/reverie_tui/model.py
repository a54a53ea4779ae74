"""The one function that changes what the terminal UI holds: `reduce(state, event) -> state`.

Pure: no widget, no client, no clock. Widgets report events; `app.py` compares the state before and after, and performs
what follows from the difference (asking, fetching source, calling), so every effect can be read off the state. What
belongs to one page is reduced in that page's own module.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from reverie_tui import asking, paging
from reverie_tui.events import (
    Connected,
    Connecting,
    Event,
    Lost,
    PageChosen,
    Refused,
    Replied,
    Resized,
    StatusArrived,
    Stepped,
    Within,
)
from reverie_tui.reading import DaemonStatus, Problem, read_status
from reverie_tui.state import Link, State


def reduce(state: State, event: Event) -> State:
    """The state after an event. An event that no longer concerns what is on show leaves the state as it is."""
    match event:
        case Connecting() | Connected() | Lost() | Refused():
            return _linked(state, event)
        case StatusArrived(payload):
            return _told(state, payload)
        case Resized(wide):
            return replace(state, wide=wide, preview=replace(state.preview, open=state.preview.open and not wide))
        case PageChosen() | Within() | Replied():
            return paging.reduce(state, event)
        case Stepped():
            return paging.changed(_watching(asking.reduce(state, event)), frozenset({"clock"}))
        case _:
            return _watching(asking.reduce(state, event))


def _linked(state: State, event: Connecting | Connected | Lost | Refused) -> State:
    match event:
        case Connecting():
            return replace(state, link=replace(state.link, state="connecting"))
        case Connected(root):
            state = replace(state, root=root, link=Link("up"))
            if state.exchange and state.exchange.phase == "queued":
                state = replace(state, exchange=replace(state.exchange, phase="asking"))
            return paging.greeted(state)
        case Lost(reason, retry_s, next_step):
            state = replace(state, link=Link("lost", reason, retry_s, next_step), calls=())
            if state.exchange and state.exchange.phase == "queued" and next_step:
                failed = replace(state.exchange, phase="failed", problem=Problem(reason, next_step))
                return replace(state, exchange=failed)
            return state
        case Refused(error):
            return replace(state, refusal=error)


def _watching(state: State) -> State:
    """With the answer on show watched: whether it holds is asked whenever the clock moves."""
    answer = state.exchange.answer if state.exchange else None
    key, clock = (answer.key, answer.clock) if answer else ("", 0)
    if (key, clock) == (state.ask.key, state.ask.clock):
        return state
    return replace(state, ask=replace(state.ask, key=key, clock=clock, holds=None))


def _told(state: State, payload: Mapping[str, Any]) -> State:
    """A snapshot replaces what was known, since it may come from a new daemon; a delta changes parts of it."""
    if payload.get("event") == "snapshot":
        state = replace(state, status=read_status(payload.get("status") or {}, DaemonStatus()))
        return paging.shown(state)
    changes = payload.get("changes") or {}
    before = state.repository
    state = replace(state, status=read_status(changes, state.status or DaemonStatus()))
    ticked = before is not None and state.repository is not None and state.repository.clock != before.clock
    return paging.changed(state, frozenset((*changes, *(("clock",) if ticked else ()))))
