"""Where a store lives: in git's folder, unless that cannot be written or somebody else keeps a store there."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from reverie_daemon.errors import UserError
from reverie_daemon.store.claiming import claim
from reverie_daemon.store.repository import RepositoryStore


def test_a_store_lies_in_gits_folder_private_to_its_owner(tmp_path):
    """Gone with the clone, shared by its worktrees, and nobody else's business."""
    ours = claim(tmp_path / "reverie", tmp_path / "state")
    assert (ours.path, ours.elsewhere) == (tmp_path / "reverie" / "store.db", "")
    assert (tmp_path / "reverie").stat().st_mode & 0o077 == 0
    assert not (tmp_path / "state").exists()
    ours.release()


def test_a_store_that_another_daemon_keeps_is_left_alone(tmp_path):
    """Two writers with two caches would tear each other's work apart."""
    theirs = claim(tmp_path / "reverie", tmp_path / "theirs")
    theirs.path.write_bytes(b"theirs")
    ours = claim(tmp_path / "reverie", tmp_path / "ours")
    assert ours.path == tmp_path / "ours" / "store.db"
    assert "another daemon" in ours.elsewhere
    assert theirs.path.read_bytes() == b"theirs"
    theirs.release()
    again = claim(tmp_path / "reverie", tmp_path / "ours")
    assert again.path == theirs.path
    again.release()
    ours.release()


def test_where_both_are_kept_by_others_the_error_says_what_to_do(tmp_path):
    """A home shared between containers."""
    held = [claim(tmp_path / "reverie", tmp_path / "state") for _ in range(2)]
    with pytest.raises(UserError) as caught:
        claim(tmp_path / "reverie", tmp_path / "state")
    assert caught.value.code == "store_busy" and caught.value.next_step
    for one in held:
        one.release()


def test_closing_a_store_gives_its_lock_back(tmp_path):
    """A daemon that is restarted finds its own store again."""
    for _ in range(2):
        ours = claim(tmp_path / "reverie", tmp_path / "state")
        assert ours.elsewhere == ""
        RepositoryStore.open(ours.path, claim=ours).close()


AS_SOMEBODY = """
import os, sys
import sqlite_utils  # imported late otherwise, by when this is somebody who may not read where it is
from pathlib import Path
from reverie_daemon.store.claiming import claim
from reverie_daemon.store.repository import RepositoryStore
if os.getuid() == 0:
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
ours = claim(Path(sys.argv[1]) / "reverie", Path(sys.argv[2]))
with RepositoryStore.open(ours.path, claim=ours) as store:
    print(ours.path, store.integrity(), ours.elsewhere, sep="|")
"""


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder that others can reach, too."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.mark.parametrize(
    ("kept", "mode"), [("a read-only folder", 0o555), ("another's folder", 0o000), ("a read-only store", 0o755)]
)
def test_what_cannot_be_written_is_stored_in_the_users_own_folder(place, kept, mode):
    """A shared checkout, a mounted archive: people ask about those, too."""
    folder, state = place / "git" / "reverie", place / "state"
    folder.mkdir(parents=True)
    state.mkdir()
    if kept == "a read-only store":
        (folder / "store.db").touch(0o444)
    if os.getuid() == 0:
        os.chown(state, 65534, 65534)
        if kept == "a read-only store":
            os.chown(folder, 65534, 65534)
    folder.chmod(mode)
    done = subprocess.run(
        [sys.executable, "-c", AS_SOMEBODY, str(folder.parent), str(state)], capture_output=True, text=True, timeout=60
    )
    folder.chmod(0o700)
    assert done.stdout.startswith(f"{state / 'store.db'}|ok|"), done.stderr
    assert "cannot be written" in done.stdout
