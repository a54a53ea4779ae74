"""Counting tokens in a child: exact, and never too few where it cannot be done."""

from __future__ import annotations

import os
import signal

from reverie_daemon.children import Child
from reverie_daemon.core.tokens import estimate
from reverie_daemon.tokens import TokenCounter


def test_tokens_are_counted_exactly() -> None:
    """A budget is a promise to whoever reads the context; figures are the product."""
    counter = TokenCounter()
    assert counter.count(["hello world", "", "naïve \udcff path"])[:2] == [2, 0]
    counter.close()


def test_without_a_counter_a_limit_still_holds() -> None:
    """Too few would overrun the window of a model; bytes are never fewer than tokens."""
    counter = TokenCounter()
    counter.count(["warm"])
    child = counter._child
    assert isinstance(child, Child)
    os.kill(child.pid, signal.SIGKILL)
    assert counter.count(["four words are here"]) == [len("four words are here")]
    assert counter.count(["hello world"]) == [2], "the next call starts a new child"
    counter.close()


def test_the_child_leaves_when_unused() -> None:
    """Sixty megabytes for a vocabulary that nobody uses are sixty too many."""
    now = [0.0]
    counter = TokenCounter(monotonic_s=lambda: now[0])
    counter.count(["hello"])
    now[0] = 299.0
    counter.rest()
    assert counter._child is not None
    now[0] = 301.0
    counter.rest()
    assert counter._child is None


def test_a_text_is_counted_once_for_display(monkeypatch) -> None:
    """The files that answers cite are the same ones again and again; sending them to the child costs more than all else
    of a remembered answer."""
    counter, asked = TokenCounter(), []

    def exact(texts):
        asked.append(list(texts))
        return [len(text) for text in texts]

    monkeypatch.setattr(counter, "_exact", exact)
    assert counter.count_for_display(["abc", "de", "abc"]) == [3, 2, 3]
    assert counter.count_for_display(["de", "f"]) == [2, 1]
    assert asked == [["abc", "de"], ["f"]]


def test_what_cannot_be_counted_is_estimated_and_not_kept(monkeypatch) -> None:
    """An estimate must not pass for a count later."""
    counter = TokenCounter()
    monkeypatch.setattr(counter, "_exact", lambda texts: [])
    assert counter.count_for_display(["abcdefg"]) == estimate(["abcdefg"])
    monkeypatch.setattr(counter, "_exact", lambda texts: [99 for _ in texts])
    assert counter.count_for_display(["abcdefg"]) == [99]
