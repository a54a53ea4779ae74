"""What a question reads, in a repository of more files than a sweep looks at."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from reverie_daemon import keeping
from reverie_daemon.parsing import ParserPool
from reverie_daemon.repository import LiveRepository, Pending
from reverie_daemon.store.catalogue import StoreCatalogue
from reverie_daemon.store.repository import RepositoryStore
from reverie_daemon.worktree import sweeping
from reverie_daemon.worktree.watching import Watcher
from support.live import live_repository
from support.shell import repository

FILES = 12


@pytest.fixture
def large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[LiveRepository]:
    """Indexed, with more files than a sweep looks at, and with file events that never come."""
    monkeypatch.setattr(keeping, "FILES_SWEPT_MAX", FILES - 1)
    monkeypatch.setattr(sweeping, "FILES_SWEPT_MAX", FILES - 1)
    monkeypatch.setattr(Watcher, "start", lambda watcher: None)
    root = repository(tmp_path / "large", {f"m{n}.py": f"def made_{n}():\n    return 'first'\n" for n in range(FILES)})
    pool = ParserPool(1)
    with RepositoryStore.open(root / ".git/reverie/store.db") as store:
        live = live_repository(root, store, pool)
        live.start()
        list(live.index())
        yield live
        live.cancel()
        pool.close()
        live.stop()


def overwrite(live: LiveRepository, name: str, text: str) -> None:
    """In place, as some editors save: neither the folder nor any list of recent files tells."""
    with (live.location.root / name).open("r+b") as file:
        file.write(text.encode())
        file.truncate()


def first_line_of(name: str) -> tuple[object, object]:
    """Work that reads one definition, and the files it rests on."""

    def work(catalogue: StoreCatalogue) -> list[tuple[str, str]]:
        return [(found.path, found.symbol.name) for found in catalogue.outline(name)]

    return work, lambda value: {path for path, _ in value}


def test_a_save_of_what_an_answer_rests_on_is_found_however_many_files_there_are(large: LiveRepository) -> None:
    """An answer that trails a save cites lines that are not there any more."""
    work, cited = first_line_of("m7.py")
    assert large.read(work, 5.0, cited)[0] == [("m7.py", "made_7")]
    overwrite(large, "m7.py", "def remade():\n    return 'second'\n")
    value, pending = large.read(work, 5.0, cited)
    assert value == [("m7.py", "remade")] and not pending


def test_a_save_that_cannot_be_applied_in_time_is_said(large: LiveRepository) -> None:
    """The reader may wait a moment and ask again, but must know."""
    work, cited = first_line_of("m3.py")
    overwrite(large, "m3.py", "def remade():\n    pass\n")
    _, pending = large.read(work, 0.0, cited)
    assert pending.files >= 1
    list(large.index())
    assert large.read(work, 5.0, cited) == ([("m3.py", "remade")], Pending())


def test_what_is_written_to_all_the_time_ends_in_an_answer(large: LiveRepository) -> None:
    """A log file that is tracked must not hold a question up for ever."""
    work, cited = first_line_of("m1.py")
    turns = iter(range(1_000))

    def writing(catalogue: StoreCatalogue) -> object:
        overwrite(large, "m1.py", f"def turn_{next(turns)}():\n    pass\n")
        return work(catalogue)

    _, pending = large.read(writing, 60.0, cited)
    assert pending and next(turns) < 10


def test_of_few_files_a_sweep_sees_each(large: LiveRepository, monkeypatch: pytest.MonkeyPatch) -> None:
    """Then what an answer rests on needs no second look, which would cost every question time."""
    monkeypatch.setattr(keeping, "FILES_SWEPT_MAX", FILES)
    monkeypatch.setattr(sweeping, "FILES_SWEPT_MAX", FILES)
    overwrite(large, "m5.py", "def remade():\n    pass\n")
    work, _ = first_line_of("m5.py")
    done = []
    value, pending = large.read(lambda catalogue: done.append(1) or work(catalogue), 5.0, lambda value: ["m5.py"])
    assert (value, pending, len(done)) == ([("m5.py", "remade")], Pending(), 1)
