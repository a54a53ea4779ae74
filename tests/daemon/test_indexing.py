"""Whatever happens to a worktree, the store holds what a fresh index would, and answers cite what is there."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reverie_daemon.core import evidence
from reverie_daemon.core.compose import compose
from reverie_daemon.core.questions import understand
from reverie_daemon.core.retrieve import rank
from reverie_daemon.disk import Disk
from reverie_daemon.indexing import Indexing
from reverie_daemon.parser import parse
from reverie_daemon.parsing import ParserPool
from reverie_daemon.store.repository import RepositoryStore
from reverie_daemon.worktree import Worktree, compare, find
from support.edits import EDITS, NAMES, body, do
from support.shell import git, repository

QUESTIONS = ["who calls shared?", "where is shared?", "what does alpha do?", "how is the limit checked?"]


class Kept:
    """A store kept up to date by sweeps alone, as before each question."""

    def __init__(self, root: Path, store: Path, pool: ParserPool) -> None:
        self.worktree = Worktree(find(root))
        self.store = RepositoryStore.open(store, now=0.0)
        self.indexing = Indexing(self.store, self.worktree, pool, lambda: 0.0)

    def reconcile(self) -> None:
        self._apply(compare(self.worktree.listing().files, self.indexing.table))

    def sweep(self) -> None:
        found = self.worktree.sweep(dict(self.indexing.table), budget_ms=60_000)
        self.reconcile() if found.relist else self._apply(found.changes)

    def _apply(self, changes: object) -> None:
        changed = [os.fsencode(path) for path in changes.changed]  # type: ignore[attr-defined]
        self.indexing.apply(changed, [os.fsencode(path) for path in changes.deleted])  # type: ignore[attr-defined]

    def picture(self) -> object:
        """All that can be asked of the store, as values that compare."""
        with self.store.reading(self.indexing.worktree_id, Disk(self.worktree)) as catalogue:
            files = catalogue.files()
            outlines = {file.path: catalogue.outline(file.path) for file in files}
            uses = {name: catalogue.references(name) for name in ("shared", "alpha", "beta")}
            hits = {(hit.path, hit.span, hit.text) for hit in catalogue.search(["limit", "checks"], 50)}
            return files, outlines, uses, hits, catalogue.passage_count()

    def unheld(self) -> list[str]:
        """Citations of answers that do not quote the disk."""
        with self.store.reading(self.indexing.worktree_id, Disk(self.worktree)) as catalogue:
            found = []
            for text in QUESTIONS:
                question = understand(text, catalogue)
                answer = compose(question, catalogue, lambda text=text: rank(text, catalogue))  # type: ignore[misc]
                found += [
                    f"{text}: {one}" for one in answer.evidence if not evidence.holds(one, catalogue.text(one.path))
                ]
            return found


@pytest.fixture(scope="module")
def pool() -> Iterator[ParserPool]:
    pool = ParserPool(1)
    yield pool
    pool.close()


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Path]:
    return lambda: tmp_path_factory.mktemp("equal")


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(edits=st.lists(EDITS, min_size=3, max_size=10))
def test_after_any_edits_the_store_equals_a_fresh_index(
    edits: list[tuple[str, str, int]], pool: ParserPool, fresh: Callable[[], Path]
) -> None:
    """Freshness is the promise; an answer that trails the disk by one edit breaks it."""
    folder = fresh()
    root = repository(folder / "repo", {name: body(number) for number, name in enumerate(NAMES)})
    git(root, "branch", "other")
    kept = Kept(root, folder / "kept.db", pool)
    kept.reconcile()
    for edit in edits:
        do(root, edit)
        kept.sweep()
        assert kept.unheld() == []
    anew = Kept(root, folder / "anew.db", pool)
    anew.reconcile()
    assert kept.picture() == anew.picture()
    kept.store.close()
    anew.store.close()
    shutil.rmtree(folder)


def test_a_newer_indexer_reads_again_what_an_older_one_read(
    pool: ParserPool, fresh: Callable[[], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """After an upgrade nobody wants to touch each file before it is understood as well as the others."""
    folder = fresh()
    root = repository(folder / "repo", {name: body(number) for number, name in enumerate(NAMES)})
    kept = Kept(root, folder / "kept.db", pool)
    with monkeypatch.context() as older:
        older.setattr("reverie_daemon.parser.FACTS_VERSION", 0)
        older.setattr(ParserPool, "parse", lambda self, sources: [[parse(source) for source in sources]])
        kept.reconcile()
    before = kept.picture()
    assert {os.fsdecode(path) for path in kept.indexing.outdated()} == set(NAMES)
    kept.indexing.apply(kept.indexing.outdated(), (), again=True)
    assert kept.indexing.outdated() == []
    assert kept.picture() == before
    assert kept.store.integrity() == "ok"
    kept.store.close()
