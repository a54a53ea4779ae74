"""A repository at work without a daemon around it, for tests of what the daemon joins together."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from reverie_daemon.answering import Answering
from reverie_daemon.config import Settings
from reverie_daemon.meaning import Embedder, Meaning
from reverie_daemon.parsing import ParserPool
from reverie_daemon.repository import LiveRepository
from reverie_daemon.store.ledger import Ledger
from reverie_daemon.store.repository import RepositoryStore
from reverie_daemon.tokens import TokenCounter
from reverie_daemon.worktree import find
from reverie_daemon.writing import Writing


def live_repository(
    root: Path,
    store: RepositoryStore,
    pool: ParserPool,
    *,
    embedder: Any = None,
    may_learn: Callable[[], bool] = lambda: False,
) -> LiveRepository:
    """Not started yet. Without an embedder nothing is embedded."""
    chosen = Settings() if embedder is not None else Settings(vectors_max=0)
    return LiveRepository(
        find(root),
        store,
        pool,
        embedder or Embedder(),
        Meaning(enabled=False),
        chosen,
        poke=lambda: None,
        when_begun=lambda: None,
        may_learn=may_learn,
    )


class _NoModels:
    def chosen(self, role: str) -> None:
        return None


def composing(ledger: Ledger, counter: TokenCounter) -> Answering:
    """Answers without a model, of words or of meaning."""
    models: Any = _NoModels()
    return Answering(ledger, counter, Meaning(enabled=False), Writing(models))
