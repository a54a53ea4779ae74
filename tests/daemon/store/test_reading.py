"""What readers share: worked out once for a clock, dropped when it ticks, and bounded."""

from __future__ import annotations

from reverie_daemon.store import reading
from reverie_daemon.store.reading import Shelf


def test_a_value_is_worked_out_once_for_a_clock():
    """Questions ask for the same names again and again; a change may have altered any of them."""
    shelf, worked = Shelf(), []

    def at(clock: int) -> int:
        return shelf.lately(clock, "key", lambda: worked.append(clock) or clock)

    assert [at(1), at(1), at(2), at(2)] == [1, 1, 2, 2] and worked == [1, 2]


def test_an_older_moment_is_neither_served_nor_kept():
    """A reader that began before a change sees what was, and must not hand it to those that began after."""
    shelf = Shelf()
    assert shelf.lately(2, "key", lambda: "new") == "new"
    assert shelf.lately(1, "key", lambda: "old") == "old"
    assert shelf.lately(2, "key", lambda: "again") == "new"


def test_what_was_asked_for_longest_ago_goes_first(monkeypatch):
    """An idle daemon has a limit for its memory."""
    monkeypatch.setattr(reading, "LATELY_KEPT_MAX", 2)
    shelf = Shelf()
    for key in ("a", "b", "a", "c"):
        shelf.lately(1, key, lambda key=key: key)
    assert [shelf.lately(1, key, lambda: "anew") for key in ("a", "c", "b")] == ["a", "c", "anew"]
