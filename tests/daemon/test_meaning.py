"""The children that embed: started when needed, gone when not, and never waited for by a question."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable

import pytest
from reverie_daemon.meaning import Embedder, Meaning, Moment


class Held:
    """Two passages, at places 10 and 20, as a store would hand them over."""

    store = "somewhere/store.db"

    def __init__(self, vectors: list[bytes], moment: Moment) -> None:
        self._vectors = vectors
        self.moment = moment

    def after(self, number: int) -> tuple[bytes, bytes]:
        numbers = range(number, len(self._vectors))
        return b"".join(one.to_bytes(8, "little") for one in numbers), b"".join(self._vectors[number:])

    def standing(self) -> tuple[bytes, bytes]:
        numbers = range(len(self._vectors))
        places = b"".join((10 * (one + 1)).to_bytes(8, "little") for one in numbers)
        return places, b"".join(one.to_bytes(8, "little") for one in numbers)


@pytest.fixture(scope="module")
def vectors() -> list[bytes]:
    embedder = Embedder()
    try:
        return embedder.embed(["the water boils in the kettle", "a parser builds a syntax tree", "rain and snow today"])
    finally:
        embedder.close()


def eventually(condition: Callable[[], bool]) -> None:
    for _ in range(600):
        if condition():
            return
        time.sleep(0.1)
    raise AssertionError("nothing came of it in a minute")


def test_a_passage_becomes_384_bytes(vectors: list[bytes]) -> None:
    """That much room a passage takes in the store."""
    assert [len(one) for one in vectors] == [384] * 3


def test_a_question_never_waits_for_the_child_to_start(vectors: list[bytes]) -> None:
    """Half a second for a model would be the slowest part of the first answer."""
    meaning = Meaning()
    held = Held(vectors[:2], Moment(1, 2, 2))
    try:
        assert meaning.nearest(held, "hot drinks", 5) == [] and not meaning.ready
        eventually(lambda: meaning.ready)
        assert [place for place, _ in meaning.nearest(held, "hot drinks", 5)] == [10, 20]
        assert [place for place, _ in meaning.nearest(held, "compilers", 5, among=[20])] == [20]
        meaning.expect(held.store, "bad weather")
        more = Held(vectors, Moment(1, 3, 3))
        assert meaning.nearest(more, "bad weather", 1)[0][0] == 30, "what was learned since is found"
        fewer = Held(vectors[:1], Moment(2, 1, 1))
        assert [place for place, _ in meaning.nearest(fewer, "bad weather", 5)] == [10], "what was dropped is not"
        assert meaning._child is not None
        os.kill(meaning._child.pid, signal.SIGKILL)
        assert meaning.nearest(held, "hot drinks", 5) == [], "the question is answered without it"
        eventually(lambda: bool(meaning.nearest(held, "hot drinks", 5)))
    finally:
        meaning.close()


def test_the_children_leave_when_unused(vectors: list[bytes]) -> None:
    """Two hundred megabytes for a model that nobody asks are too many."""
    now = [0.0]
    embedder, meaning = Embedder(lambda: now[0]), Meaning(monotonic_s=lambda: now[0])
    try:
        assert embedder.embed(["a text"])
        meaning.warm()
        eventually(lambda: meaning.ready)
        now[0] = 31.0
        embedder.rest()
        meaning.rest()
        assert embedder._child is None and meaning.ready
        now[0] = 301.0
        meaning.rest()
        assert not meaning.ready
    finally:
        embedder.close()
        meaning.close()


def test_a_model_that_cannot_be_loaded_is_left_alone_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is no model, trying at each question would cost a process each time."""
    monkeypatch.setattr("reverie_daemon.meaning.MODULE", "reverie_daemon.no_such_module")
    now = [1_000.0]
    embedder = Embedder(lambda: now[0])
    assert embedder.embed(["a text"]) == [] and not embedder.usable
    now[0] += 601.0
    assert embedder.usable
    embedder.close()


def test_without_vectors_no_child_is_started() -> None:
    """Whoever switches embeddings off wants no process of theirs."""
    meaning = Meaning(enabled=False)
    meaning.warm()
    assert meaning.nearest(Held([], Moment(1, 0, 0)), "anything", 5) == []
    assert not meaning.ready and not meaning._starting
