"""Listeners hear what changed, once, and nobody computes anything for nobody."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from reverie_daemon.events import EventHub


class Watched:
    """A status that a test changes, and that counts how often it was looked at."""

    def __init__(self) -> None:
        self.value: dict[str, Any] = {"uptime_s": 0, "sleep": "waiting", "repositories": []}
        self.looks = 0

    def __call__(self) -> dict[str, Any]:
        self.looks += 1
        self.value["uptime_s"] += 1
        return dict(self.value)


@pytest.fixture
def watched() -> Watched:
    return Watched()


@pytest.fixture
def hub(watched: Watched) -> Iterator[EventHub]:
    hub = EventHub(watched)
    yield hub
    hub.close()


def test_a_listener_gets_a_snapshot_and_then_only_what_changed(hub: EventHub, watched: Watched) -> None:
    """A screen draws from the snapshot and updates from deltas; repeating everything would cost both sides."""
    events = hub.listen()
    assert next(events) == {"event": "snapshot", "seq": 0, "status": watched.value | {"uptime_s": 1}}
    watched.value["sleep"] = "learning"
    hub.poke()
    assert next(events) == {"event": "delta", "seq": 1, "changes": {"sleep": "learning"}}


def test_time_passing_is_no_change(hub: EventHub, watched: Watched) -> None:
    """Otherwise an open screen would never be idle."""
    events = hub.listen()
    next(events)
    hub.poke()
    watched.value["sleep"] = "learning"
    hub.poke()
    delta = next(events)
    assert delta is not None and delta["changes"] == {"sleep": "learning"}


def test_without_listeners_nothing_is_computed(hub: EventHub, watched: Watched) -> None:
    """The daemon's idle budget is half a percent of a core."""
    hub.poke()
    hub.close()
    assert watched.looks == 0


def test_closing_ends_every_stream(hub: EventHub) -> None:
    """A stream left open would hold up the daemon's leaving."""
    events = hub.listen()
    next(events)
    ended = threading.Event()

    def drain() -> None:
        for _ in events:
            continue
        ended.set()

    threading.Thread(target=drain, daemon=True).start()
    hub.close()
    assert ended.wait(10)


def test_a_dropped_stream_may_be_closed_amid_anything(watched: Watched) -> None:
    """The garbage collector closes it in whichever thread it runs, also in one that is just beginning a stream: that
    once stopped every window's news."""
    dropped: list[Iterator[Any]] = []

    def status() -> dict[str, Any]:
        while dropped:
            dropped.pop().close()  # type: ignore[attr-defined]
        return watched()

    hub, came = EventHub(status), threading.Event()
    first = hub.listen()
    next(first)
    dropped.append(first)

    def listen() -> None:
        next(hub.listen())
        came.set()

    threading.Thread(target=listen, daemon=True).start()
    assert came.wait(30)
    hub.close()
