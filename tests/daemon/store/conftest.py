"""Helpers for tests of the store: files of a small worktree, told to a real store as an indexer would tell them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from reverie_daemon.core.nouns import Commit
from reverie_daemon.store.catalogue import Near, StoreCatalogue, nothing_near
from reverie_daemon.store.mapping import FileRow
from reverie_daemon.store.packing import FACTS_VERSION, PackedFacts, pack
from reverie_daemon.store.repository import RepositoryStore
from reverie_indexers import index, language_of
from reverie_indexers.facts import Span


class QuietDisk:
    """A disk on which there is nothing to see."""

    name = "example"

    def text(self, path: str) -> Sequence[str] | None:
        return None

    def commit(self, revision: str) -> Commit | None:
        return None

    def line_history(self, path: str, span: Span, limit: int = 5) -> Sequence[Commit]:
        return ()

    def uncommitted(self) -> Sequence[str]:
        return ()


class Tree:
    """One worktree in a store: `save` says what its files hold, as the indexer does after looking at the disk."""

    def __init__(self, store: RepositoryStore, root: bytes = b"/tree") -> None:
        self.store = store
        self.number = store.worktree(root)
        self.parsed: list[bytes] = []

    def save(
        self, files: Mapping[bytes, str] | None = None, deleted: Collection[bytes] = (), now: float = 1_000.0
    ) -> int:
        """Applies one change and returns the clock. Only blobs that the store does not know are parsed."""
        rows, facts = {}, []
        for path, text in (files or {}).items():
            rows[path], packed = row_of(path, text)
            if not self.store.known([(packed.blob, packed.language, FACTS_VERSION)]):
                self.parsed.append(path)
                facts.append(packed)
        return self.store.apply(self.number, facts=facts, changed=rows, deleted=deleted, now=now)

    @contextmanager
    def reading(self, near: Near = nothing_near) -> Iterator[StoreCatalogue]:
        with self.store.reading(self.number, QuietDisk(), near) as catalogue:
            yield catalogue

    def found(self, *terms: str) -> list[tuple[str, int]]:
        """(path, first line) of the passages that contain any of the terms."""
        with self.reading() as catalogue:
            return sorted((hit.path, hit.span.start_line) for hit in catalogue.search(terms, 50))


def row_of(path: bytes, text: str) -> tuple[FileRow, PackedFacts]:
    content = text.encode()
    name = path.decode("utf-8", "surrogateescape")
    language = language_of(name, content) or "text"
    packed = pack(hashlib.sha1(content).digest(), len(content), text, index(text, language))
    role = "test" if b"test" in path else "source"
    return FileRow(packed.blob, 1, len(content), 1, role, language), packed


@pytest.fixture
def store(tmp_path: Path) -> Iterator[RepositoryStore]:
    with RepositoryStore.open(tmp_path / "reverie" / "store.db", now=0.0) as opened:
        yield opened


@pytest.fixture
def tree(store: RepositoryStore) -> Tree:
    return Tree(store)


@pytest.fixture
def tree_at() -> type[Tree]:
    """`tree_at(store, root)`: another worktree of the same repository."""
    return Tree


@pytest.fixture(scope="session")
def tree_at_new() -> Callable[[Path], Tree]:
    """`tree_at_new(folder)`: a worktree in a store of its own, which the test closes."""
    return lambda folder: Tree(RepositoryStore.open(folder / "store.db", now=0.0))
