"""Which page is on show, and what pages have under way with the daemon. Pure.

A page is brought up to date when it is shown, when the daemon comes back and when a part of the status that concerns
it changes; a wish that is under way already is made once more after it, never twice at once. Pages that nobody looks at
ask for nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, cast

from reverie_tui.calls import Call, PageName, Wish
from reverie_tui.events import PageChosen, PageEvent, Replied, Within
from reverie_tui.pages import PageModule, activity, ask, learned, saved, settings
from reverie_tui.reading import Problem
from reverie_tui.signs import signs_wanted
from reverie_tui.state import Notice, State

CALLS_MAX = 64
AWAY = "The daemon is away; nothing was done."

_MODULES: Mapping[PageName, PageModule] = {
    "ask": cast(PageModule, ask),
    "learned": cast(PageModule, learned),
    "saved": cast(PageModule, saved),
    "activity": cast(PageModule, activity),
    "settings": cast(PageModule, settings),
}


def reduce(state: State, event: PageEvent) -> State:
    """The state after an event of a page."""
    match event:
        case PageChosen(page):
            return shown(replace(state, page=page)) if page != state.page else state
        case Within(page, inner):
            return _stepped(state, page, _MODULES[page].reduce(getattr(state, page), inner, state.root))
        case Replied():
            return _replied(state, event)


def greeted(state: State) -> State:
    """With what is needed of a daemon that is there now, whichever page is on show: how the user wants things to look,
    and whether this is somebody new."""
    return _wished(shown(state), "settings", (settings.CONFIG,))


def shown(state: State) -> State:
    """With what the page on show needs under way."""
    return changed(state, frozenset())


def changed(state: State, parts: frozenset[str]) -> State:
    """With what the page on show needs after these parts of the status changed; all of it, where none is named."""
    if state.link.state != "up":
        return state
    pages = [state.page]
    if state.settings.first_run.stage == "due" and state.page != "settings":
        pages.append("settings")  # its first steps lie over the page on show
    for page in pages:
        if module := _MODULES.get(page):
            wishes = module.wanted(getattr(state, page), state.root, parts)
            state = _wished(state, page, wishes, unhurried=bool(parts))
    return state


def _stepped(state: State, page: PageName, step: tuple[Any, tuple[Wish, ...]]) -> State:
    after, wishes = step
    state = state if after == getattr(state, page) else replace(state, **{page: after})
    if page == "settings":
        state = replace(state, signs=signs_wanted(state.settings.look.ascii, state.terminal_signs))
    return _wished(state, page, wishes)


def _wished(state: State, page: PageName, wishes: Iterable[Wish], *, unhurried: bool = False) -> State:
    for wish in wishes:
        state = _called(state, page, wish, unhurried)
    return state


def _called(state: State, page: PageName, wish: Wish, unhurried: bool) -> State:
    if state.link.state != "up":
        return _noticed(state, AWAY, failed=True) if wish.told else state
    for i, call in enumerate(state.calls):
        if call.page == page and call.wish == wish:
            return replace(state, calls=(*state.calls[:i], replace(call, again=True), *state.calls[i + 1 :]))
    if len(state.calls) >= CALLS_MAX:
        return state
    number = state.called + 1
    return replace(state, calls=(*state.calls, Call(number, page, wish, unhurried=unhurried)), called=number)


def _replied(state: State, reply: Replied) -> State:
    call = next((call for call in state.calls if call.number == reply.number), None)
    if call is None:
        return state
    state = replace(state, calls=tuple(other for other in state.calls if other is not call))
    state = _failed(state, call, reply.problem) if reply.problem else _succeeded(state, call, reply)
    return _called(state, call.page, call.wish, call.unhurried) if call.again else state


def _failed(state: State, call: Call, problem: Problem) -> State:
    if call.page == "settings" and (taken := settings.failed(state.settings, call.wish, problem)):
        return _stepped(state, call.page, taken)
    if call.wish.unasked:
        return state
    if call.wish.told:
        return _noticed(state, " ".join(part for part in (problem.message, problem.next_step) if part), failed=True)
    return replace(state, troubles={**state.troubles, (call.page, call.wish.name): problem})


def _succeeded(state: State, call: Call, reply: Replied) -> State:
    troubles = {key: why for key, why in state.troubles.items() if key != (call.page, call.wish.name)}
    state = replace(state, as_of={**state.as_of, call.page: reply.at}, troubles=troubles)
    if call.wish.told:
        state = _noticed(state, call.wish.told)
    module = _MODULES[call.page]
    return _stepped(state, call.page, module.replied(getattr(state, call.page), call.wish, reply.payload, state.root))


def _noticed(state: State, text: str, *, failed: bool = False) -> State:
    return replace(state, notice=Notice(state.notice.number + 1, text, failed))
