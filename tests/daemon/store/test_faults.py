"""Full disks, damage, newer versions, sudden death: nothing stored is lost, and the user is told what to do."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from reverie_daemon.errors import UserError
from reverie_daemon.store.repository import RepositoryStore

GREET = "def greet(name):\n    return 'hello ' + name\n"


def remember(store: RepositoryStore, question: str) -> None:
    store.remember(question, question, {"answer": "yes"}, [("text a.py", "d1")], clock=1, head="abc", now=5.0)


def test_a_store_of_a_newer_version_is_refused_and_left_alone(tmp_path, tree):
    """An older program would misread it, and damage what a newer one learned."""
    tree.store._writer.execute("PRAGMA user_version = 99")
    tree.store.close()
    path = tmp_path / "reverie" / "store.db"
    before = path.read_bytes()
    with pytest.raises(UserError) as caught:
        RepositoryStore.open(path, now=1.0)
    assert caught.value.code == "store_newer" and caught.value.next_step
    assert path.read_bytes() == before


@pytest.mark.parametrize("damage", ["no database at all", "torn"])
def test_a_damaged_store_is_moved_aside_and_made_anew(tmp_path, tree, damage):
    """A corrupt file must not end the service, and may still be wanted: it is never deleted."""
    tree.save({b"a.py": GREET})
    tree.store.close()
    path = tmp_path / "reverie" / "store.db"
    whole = path.read_bytes()
    path.write_bytes(b"x" * 9_000 if damage == "no database at all" else whole[:6_000])
    with RepositoryStore.open(path, now=1.0) as store:
        assert store.repaired == path.with_name("store.db.broken-1")
        assert store.repaired.exists()
        assert store.integrity() == "ok"
        assert store.file_table(store.worktree(b"/tree")) == {}


def test_what_was_remembered_is_salvaged_from_a_damaged_store(tmp_path, tree):
    """Answers may have cost money; facts are read again from the repository."""
    tree.save({b"a.py": GREET})
    for number in range(3):
        remember(tree.store, f"question {number}")
    page = tree.store._writer.execute("SELECT rootpage FROM sqlite_master WHERE name = 'symbol'").fetchone()[0]
    tree.store.close()
    path = tmp_path / "reverie" / "store.db"
    with path.open("r+b") as file:
        file.seek((page - 1) * 4096)
        file.write(b"\xff" * 4096)
    with RepositoryStore.open(path, now=1.0) as store:
        assert store.repaired is not None
        assert {one.question for one in store.questions(10)} == {"question 0", "question 1", "question 2"}


def test_a_second_damaged_store_does_not_overwrite_the_first(tmp_path, tree):
    """Both may hold something."""
    tree.store.close()
    path = tmp_path / "reverie" / "store.db"
    for number in (1, 2):
        path.write_bytes(b"x" * 9_000)
        with RepositoryStore.open(path, now=1.0) as store:
            assert store.repaired == path.with_name(f"store.db.broken-{number}")


def test_a_full_disk_loses_nothing_and_says_what_to_do(tree):
    """Disks fill up while indexing, most often."""
    clock = tree.save({b"a.py": GREET})
    writer = tree.store._writer
    pages = writer.execute("PRAGMA page_count").fetchone()[0]
    writer.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(UserError) as caught:
        tree.save({b"%d.py" % number: GREET.replace("greet", f"greet_{number}") * 200 for number in range(20)})
    assert caught.value.code == "disk_full" and "space" in caught.value.next_step
    writer.execute("PRAGMA max_page_count = 1000000")
    assert tree.store.clock(tree.number) == clock
    assert tree.found("hello") == [("a.py", 1)]
    assert tree.store.integrity() == "ok"
    tree.save({b"b.py": GREET + "\n"})
    assert len(tree.found("hello")) == 2


def test_a_folder_that_cannot_be_made_is_an_error_to_act_on(tmp_path):
    """A `.git` on a read-only disk, or a file where the folder should be."""
    (tmp_path / "reverie").write_text("in the way")
    with pytest.raises(UserError) as caught:
        RepositoryStore.open(tmp_path / "reverie" / "store.db", now=1.0)
    assert caught.value.code == "store_readonly" and caught.value.next_step


def test_the_store_is_private_to_its_owner(tmp_path, tree):
    """It holds the repository's text."""
    assert (tmp_path / "reverie").stat().st_mode & 0o077 == 0
    assert (tmp_path / "reverie" / "store.db").stat().st_mode & 0o077 == 0


def test_readers_see_one_moment_while_a_change_is_applied(tree):
    """An answer whose parts come from before and after a save would cite lines that never stood together."""
    tree.save({b"a.py": GREET})
    with tree.reading() as catalogue:
        tree.save({b"a.py": "def part():\n    return 'goodbye'\n"})
        assert catalogue.clock == 1
        assert [hit.path for hit in catalogue.search(["hello"], 5)] == ["a.py"]
        assert catalogue.definitions("part") == []
    assert tree.found("hello") == []


WRITER = """
import sys
sys.path.insert(0, sys.argv[2])
from pathlib import Path
from conftest import Tree
from reverie_daemon.store.repository import RepositoryStore
tree = Tree(RepositoryStore.open(Path(sys.argv[1]), now=0.0))
for number in range(100_000):
    tree.save({b"%d.py" % file: f"def edition_{number}_{file}():\\n    return 'hello'\\n" * 30 for file in range(5)})
    print(number, flush=True)
"""


def test_a_writer_killed_at_any_moment_leaves_a_whole_store(tmp_path):
    """Laptops lose power and daemons are killed; what was applied before must be there, all of it."""
    path = tmp_path / "store.db"
    for lines in (2, 5, 9):
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(path), str(Path(__file__).parent)], stdout=subprocess.PIPE, text=True
        )
        assert writer.stdout is not None
        for _ in range(lines):
            last = int(writer.stdout.readline())
        writer.send_signal(signal.SIGKILL)
        writer.wait()
        writer.stdout.close()
        with RepositoryStore.open(path, now=1.0) as store:
            assert store.repaired is None
            assert store.integrity() == "ok"
            found = store._writer.execute(
                "SELECT DISTINCT name FROM symbol JOIN facts ON facts.id = symbol.id >> 24 WHERE unmapped_at IS NULL"
            ).fetchall()
            editions = {name.split("_")[1] for (name,) in found}
            assert len(editions) == 1 and int(editions.pop()) >= last


def test_an_unreadable_file_is_no_reason_to_rebuild(tmp_path, tree, monkeypatch):
    """Only damage is: a busy or forbidden file may be fine tomorrow."""
    tree.store.close()
    busy = sqlite3.OperationalError("database is locked")
    busy.sqlite_errorcode = sqlite3.SQLITE_BUSY

    def refuse(path: Path) -> sqlite3.Connection:
        raise busy

    monkeypatch.setattr("reverie_daemon.store.opening.open_writer", refuse)
    with pytest.raises(UserError) as caught:
        RepositoryStore.open(tmp_path / "reverie" / "store.db", now=1.0)
    assert caught.value.code == "store_busy"
    assert not list(tmp_path.glob("reverie/*.broken*"))
