"""Answers of a repository watched for long are what a fresh index would answer, remembered or not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reverie_daemon.parsing import ParserPool
from reverie_daemon.store.ledger import Ledger
from reverie_daemon.store.repository import RepositoryStore
from reverie_daemon.tokens import TokenCounter
from support.edits import EDITS, NAMES, body, do
from support.live import composing, live_repository
from support.shell import git, repository

QUESTIONS = ["who calls shared?", "where is alpha?", "what does beta do?", "how is the limit checked?"]
TRIES_MAX = 100
"""On a busy machine a save may not be applied within the time that a question waits; the answer then says so."""


class Watched:
    """A repository with a store of its own, and what answers about it."""

    def __init__(self, root: Path, folder: Path, pool: ParserPool, counter: TokenCounter) -> None:
        self._root = root
        self._ledger = Ledger.open(folder / "ledger.db")
        self._store = RepositoryStore.open(folder / "store.db")
        self.answering = composing(self._ledger, counter)
        self.live = live_repository(root, self._store, pool)
        self.live.start()
        list(self.live.learn())

    def ask(self, question: str) -> dict[str, Any]:
        """The answer, once it is one that trails nothing."""
        for _ in range(TRIES_MAX):
            *_, answer = self.answering.ask(self.live, question, under="", conversation="", counted=True)
            if answer["fresh"]:
                return answer
        pytest.fail(f"never up to date: {answer['pending']}")

    def holds(self, answer: dict[str, Any]) -> bool:
        """Whether every citation names lines that are there, of the file as it is."""
        return all(
            one["verified"] and one["blob"] == git(self._root, "hash-object", "--no-filters", one["path"])
            for one in answer["evidence"]
            if "path" in one
        )

    def close(self) -> None:
        self.live.cancel()
        self.live.stop()
        self._store.close()
        self._ledger.close()


@pytest.fixture(scope="module")
def watch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[Path], Watched]]:
    pool, counter = ParserPool(1), TokenCounter()
    opened: list[Watched] = []

    def watching(root: Path) -> Watched:
        opened.append(Watched(root, tmp_path_factory.mktemp("state"), pool, counter))
        return opened[-1]

    yield watching
    for one in opened:
        one.close()
    pool.close()
    counter.close()


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Path]:
    return lambda: tmp_path_factory.mktemp("edited") / "repo"


@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(edits=st.lists(EDITS, min_size=2, max_size=6))
def test_no_answer_survives_a_change_of_what_it_read(
    edits: list[tuple[str, str, int]], watch: Callable[[Path], Watched], fresh: Callable[[], Path]
) -> None:
    """Remembered answers are quick; one that is no longer true would be worse than none."""
    root = repository(fresh(), {name: body(number) for number, name in enumerate(NAMES)})
    git(root, "branch", "other")
    old = watch(root)
    for edit in edits:
        do(root, edit)
        given = {question: old.ask(question) for question in QUESTIONS}
        assert all(old.holds(answer) for answer in given.values())
    new = watch(root)
    for question in QUESTIONS:
        assert old.ask(question)["answer"] == new.ask(question)["answer"]


def test_a_new_caller_in_a_new_file_outdates_a_remembered_answer(
    watch: Callable[[Path], Watched], fresh: Callable[[], Path]
) -> None:
    """What an answer did not find is part of what it read."""
    root = repository(fresh(), {"a.py": "def shared():\n    pass\n", "b.py": "from a import shared\n\nshared()\n"})
    watched = watch(root)
    watched.ask("who calls shared?")
    assert watched.ask("who calls shared?")["route"] == "remembered"
    (root / "new.py").write_text("from a import shared\n\n\ndef fresh_caller():\n    shared()\n")
    answer = watched.ask("who calls shared?")
    assert answer["route"] == "composed" and "fresh_caller" in answer["answer"]
    (root / "new.py").unlink()
    assert "fresh_caller" not in watched.ask("who calls shared?")["answer"]


def test_an_answer_from_history_says_when_that_is_still_being_read(
    watch: Callable[[Path], Watched], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A large repository's commits take seconds after its first index; “no commit yet” would be a lie until then."""
    root = repository(tmp_path / "young", {"a.py": "def alpha():\n    pass\n"})
    watched = watch(root)
    question = "who last changed a.py?"
    told = watched.ask(question)
    assert told["confidence"] > 0.5 and "Still to be read: commits" not in told["answer"]
    git(root, "commit", "-q", "--allow-empty", "-m", "Later")
    list(watched.live.learn())
    monkeypatch.setattr(type(watched.live), "knows_history", property(lambda live: False))
    *_, answer = watched.answering.ask(watched.live, question, under="", conversation="", counted=True)
    assert (answer["fresh"], answer["pending"]["history"], answer["confidence"]) == (False, True, 0.3)
    assert "Still to be read: commits" in answer["answer"]
    *_, other = watched.answering.ask(watched.live, "where is alpha?", under="", conversation="", counted=True)
    assert other["fresh"], "what does not rest on history does not wait for it"
    monkeypatch.undo()
    assert "Still to be read: commits" not in watched.ask(question)["answer"], "nothing of it was remembered"
