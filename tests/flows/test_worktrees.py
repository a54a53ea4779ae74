"""Two checkouts of one repository, side by side: each is answered about itself."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
from support.shell import Shell, git, write


@pytest.fixture
def linked(kettle: Path, tmp_path: Path) -> Path:
    """A second worktree on a branch of its own, with a commit that the first does not have."""
    git(kettle, "worktree", "add", "-q", "-b", "side", str(tmp_path / "linked"))
    commit(tmp_path / "linked", "kettle/whistle.py", "Let the kettle whistle")
    return tmp_path / "linked"


def commit(root: Path, path: str, subject: str) -> None:
    write(root, {path: f"def {Path(path).stem}() -> None:\n    pass\n"})
    git(root, "add", "-A")
    git(root, "commit", "-qm", subject)


def recent(shell: Shell, root: Path) -> str:
    shell.ok("learn", cwd=root)
    answer: str = shell.json("ask", "what changed recently?", cwd=root)["answer"]
    return answer


def test_each_worktree_has_its_own_recent_changes(shell: Shell, kettle: Path, linked: Path) -> None:
    """Whoever was read last must not speak for the other branch."""
    commit(kettle, "kettle/alarm.py", "Add an alarm")
    for _ in range(2):
        there, here = recent(shell, linked), recent(shell, kettle)
        assert "whistle" in there and "alarm" not in there
        assert "alarm" in here and "whistle" not in here
    commit(linked, "kettle/lamp.py", "Light a lamp")
    assert "Light a lamp" in recent(shell, linked) and "Light a lamp" not in recent(shell, kettle)


def test_a_remembered_answer_is_not_lent_to_another_worktree(shell: Shell, kettle: Path, tmp_path: Path) -> None:
    """Both can stand on the same commit with different files on disk."""
    git(kettle, "worktree", "add", "-q", "--detach", str(tmp_path / "linked"))
    write(kettle, {"kettle/alarm.py": "from .boiler import Boiler\n\n\ndef ring(b: Boiler):\n    return b.done()\n"})
    shell.ok("learn", cwd=tmp_path / "linked")
    shell.ok("learn", cwd=kettle)
    assert "ring" in shell.json("ask", "who calls done?", cwd=kettle)["answer"]
    assert "ring" not in shell.json("ask", "who calls done?", cwd=tmp_path / "linked")["answer"]


def test_a_hook_wakes_the_worktree_it_ran_in(shell: Shell, kettle: Path, linked: Path) -> None:
    """Both share the inbox; a report taken by the wrong one would be lost."""
    shell.ok("hooks", "install", cwd=kettle)
    for root in (kettle, linked):
        shell.ok("learn", cwd=root)
    commit(linked, "kettle/lamp.py", "Light a lamp")
    deadline = time.monotonic() + 30
    while _row(shell, linked)["last_trigger"]["source"] != "hook" and time.monotonic() < deadline:
        time.sleep(0.05)
    assert _row(shell, linked)["last_trigger"] | {"at": ""} == {"source": "hook", "event": "post-commit", "at": ""}
    assert _row(shell, kettle)["last_trigger"]["source"] != "hook"


def _row(shell: Shell, root: Path) -> Any:
    rows = json.loads(shell.ok("status", "--json", cwd=root))["repositories"]
    return next(row for row in rows if row["root"] == str(root))
