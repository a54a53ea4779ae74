"""What is embedded, in which order, and that nothing is embedded twice."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import pytest
from reverie_daemon.core.nouns import FileRole
from reverie_daemon.embedding import Embeddings
from reverie_daemon.parsing import ParserPool
from reverie_daemon.store.packing import FACTS_VERSION, pack
from reverie_daemon.store.repository import FileRow, RepositoryStore
from reverie_indexers import index
from support.live import live_repository
from support.shell import repository

BOIL = "def boil():\n    return heatTheWater()\n"
ROLES: Mapping[bytes, FileRole] = {b"t": "test", b"d": "docs", b"g": "generated"}


class Spelling:
    """Stands in for the model, which costs time: a vector says which text it is of."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.usable = True

    def embed(self, texts: Sequence[str]) -> list[bytes]:
        if not self.usable:
            return []
        self.texts += texts
        return [text.encode()[:384].ljust(384, b" ") for text in texts]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[RepositoryStore]:
    with RepositoryStore.open(tmp_path / "store.db") as opened:
        yield opened


@pytest.fixture
def model() -> Spelling:
    return Spelling()


@pytest.fixture
def embeddings(store: RepositoryStore, model: Spelling) -> Embeddings:
    return Embeddings(store.vectors, model)


def save(store: RepositoryStore, files: Mapping[bytes, str], deleted: Sequence[bytes] = (), now: float = 0.0) -> int:
    """One change; the first letter of a path says what the file is for. Returns the clock."""
    rows, facts = {}, []
    for path, text in files.items():
        blob = text.encode().ljust(20)[-20:]
        rows[path] = FileRow(blob, 1, len(text), 1, ROLES.get(path[:1], "source"), "python")
        if not store.known([(blob, "python", FACTS_VERSION)]):
            facts.append(pack(blob, len(text), text, index(text, "python")))
    return store.apply(store.worktree(b"/tree"), facts=facts, changed=rows, deleted=deleted, now=now)


def learn(embeddings: Embeddings, clock: int) -> None:
    while embeddings.pending(clock):
        embeddings.embed_some()


def test_source_is_embedded_before_documents_and_tests(
    store: RepositoryStore, embeddings: Embeddings, model: Spelling
) -> None:
    """Questions are mostly about the source; what is generated is not worth the time."""
    files = {
        b"tests.py": "def t(): 1\n",
        b"docs.py": "def d(): 1\n",
        b"gen.py": "def g(): 1\n",
        b"app.py": "def a(): 1\n",
    }
    clock = save(store, files)
    assert embeddings.pending(clock) == 3
    embeddings.embed_some(3)
    order = [text.split("def ")[1][0] for text in model.texts]
    assert sorted(order) == ["a", "d", "t"] and store.vectors.count() == 3
    late = save(store, {b"tests.py": "def t(): 2\n", b"new.py": "def n(): 1\n"})
    assert embeddings.pending(late) == 2
    assert [one.path for one in store.vectors.without(("source", "test"))] == ["tests.py", "new.py"]


def test_identifiers_are_embedded_as_words(store: RepositoryStore, embeddings: Embeddings, model: Spelling) -> None:
    """The model knows English, and no camel case."""
    learn(embeddings, save(store, {b"app.py": BOIL}))
    assert "heat The Water" in model.texts[0]


def test_a_renamed_or_copied_file_is_not_embedded_again(
    store: RepositoryStore, embeddings: Embeddings, model: Spelling
) -> None:
    """Content has a meaning, a path has none; a branch switch costs nothing."""
    learn(embeddings, save(store, {b"app.py": BOIL}))
    learn(embeddings, save(store, {b"copy.py": BOIL, b"app.py": BOIL + "\n\ndef other():\n    return 3\n"}))
    learn(embeddings, save(store, {b"moved.py": BOIL}, deleted=[b"copy.py", b"app.py"]))
    assert sum("boil" in text for text in model.texts) == 1


def test_vectors_go_with_the_facts_they_stand_for(store: RepositoryStore, embeddings: Embeddings) -> None:
    """Five hundred saves must not leave five hundred vectors."""
    learn(embeddings, save(store, {b"app.py": BOIL}))
    learn(embeddings, save(store, {b"app.py": "def cool():\n    return 1\n"}, now=1.0))
    assert store.vectors.count() == 2
    store.evict(10_000.0)
    assert store.vectors.count() == 1


def test_each_writing_is_a_new_revision(store: RepositoryStore, embeddings: Embeddings) -> None:
    """The same clock and revision promise the same context, so what learning changes must show."""
    clock = save(store, {b"app.py": BOIL})
    before = store.notes_revision()
    learn(embeddings, clock)
    learned = store.notes_revision()
    assert learned > before
    store.vectors.answer_by_meaning(True)
    assert store.notes_revision() > learned
    again = store.notes_revision()
    store.vectors.answer_by_meaning(True)
    assert store.notes_revision() == again


def test_a_limit_leaves_the_rest_to_words(store: RepositoryStore, model: Spelling) -> None:
    """A repository of millions of functions must not fill disk and memory."""
    few = Embeddings(store.vectors, model, vectors_max=2)
    clock = save(store, {f"m{n}.py".encode(): f"def f{n}():\n    return {n}\n" for n in range(5)})
    learn(few, clock)
    assert store.vectors.count() == 2 and few.pending(clock + 1) == 0
    assert Embeddings(store.vectors, model, vectors_max=0).pending(clock) == 0


def test_what_failed_is_tried_again_later(store: RepositoryStore, embeddings: Embeddings, model: Spelling) -> None:
    """A child that was killed for memory must not leave a hole for ever."""
    clock = save(store, {b"app.py": BOIL})
    assert embeddings.pending(clock) == 1
    model.usable = False
    embeddings.embed_some()
    assert embeddings.pending(clock) == 0, "nothing can be done about it now"
    model.usable = True
    assert embeddings.pending(clock) == 1
    learn(embeddings, clock)
    assert store.vectors.count() == 1


def test_meanings_are_learned_by_themselves_once_the_machine_is_free(tmp_path: Path) -> None:
    """Whoever never runs `learn` gets them all the same, and never while somebody works."""
    root = repository(tmp_path / "kettle", {f"m{n}.py": f"def made_{n}():\n    return {n}\n" for n in range(5)})
    pool, model, free = ParserPool(1), Spelling(), threading.Event()
    with RepositoryStore.open(tmp_path / "store.db") as store:
        live = live_repository(root, store, pool, embedder=model, may_learn=free.is_set)
        live.start()
        for _ in live.index():
            pass
        until(lambda: live.unembedded > 0)
        assert store.vectors.count() == 0
        free.set()
        until(lambda: store.vectors.count() == 5)
        live.cancel()
        pool.close()
        live.stop()


def until(done: Callable[[], bool]) -> None:
    for _ in range(1_200):
        if done():
            return
        time.sleep(0.05)
    raise AssertionError("it never came to that")
