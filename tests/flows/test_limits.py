"""A machine at its limits: a full disk, no more file watches. Said clearly, survived, and over by itself."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
from support.machine import fill, small_disk, with_few_watches
from support.shell import COMMAND, Shell, git, repository, write


def module(number: int) -> str:
    lines = "\n".join(f"    value_{line} = helper_{line}({number}, 'some text {number * line}')" for line in range(80))
    return f"def function_{number}():\n{lines}\n    return value_1\n"


def test_a_disk_that_fills_up_while_learning_loses_nothing(shell: Shell, tmp_path: Path) -> None:
    """Disks fill up; whoever works then needs to be told, to keep what there was, and to do nothing afterwards."""
    with small_disk(tmp_path / "disk", 12) as disk:
        root = repository(disk / "repo", {"one.py": "def begun():\n    pass\n"})
        shell.ok("index", cwd=root)
        write(root, {f"pkg/mod{number}.py": module(number) for number in range(300)})
        ballast = fill(disk, leave_kib=300)
        done = shell.run("index", cwd=root)
        assert done.returncode == 1 and "The disk is full" in done.stderr and "space" in done.stderr
        answer = shell.json("ask", "where is begun?", cwd=root)
        assert answer["evidence"][0]["path"] == "one.py"
        assert not answer["fresh"] and answer["pending"]["files"]
        assert _row(shell, root)["problem"]["code"] == "disk_full"
        ballast.unlink()
        # Nobody asks for anything but this question: it finds what was left undone.
        _until(lambda: shell.json("ask", "where is function_299?", cwd=root)["fresh"])
        assert shell.json("ask", "where is function_299?", cwd=root)["evidence"][0]["path"] == "pkg/mod299.py"
        row = _row(shell, root)
        assert row["problem"] is None and row["files"] == 301
        shell.ok("stop", cwd=root)


def test_a_disk_that_is_full_from_the_start_is_said_and_waited_for(shell: Shell, tmp_path: Path) -> None:
    """The first command that a user tries must say what is wrong, and work once it is mended."""
    with small_disk(tmp_path / "disk", 6) as disk:
        root = repository(disk / "repo")
        ballast = fill(disk, leave_kib=0)
        done = shell.run("ask", "where is Boiler?", cwd=root)
        assert done.returncode == 1 and "The disk is full" in done.stderr
        ballast.unlink()
        assert shell.json("ask", "where is Boiler?", cwd=root)["evidence"]
        shell.ok("stop", cwd=root)


def test_a_full_state_folder_still_answers(shell: Shell, kettle: Path, tmp_path: Path) -> None:
    """The ledger lies on another disk than the repository; an answer must not depend on being counted."""
    with small_disk(tmp_path / "disk", 6) as disk:
        full = shell.with_home(disk / "home")
        full.ok("index", cwd=kettle)
        ballast = fill(disk, leave_kib=0)
        for _ in range(60):  # the log that SQLite keeps beside the ledger has some room left
            answer = full.json("ask", "where is Boiler?", cwd=kettle)
            assert answer["evidence"]
            if answer["ledger_id"] is None:
                break
        assert answer["ledger_id"] is None
        second = repository(tmp_path / "second")
        assert full.json("ask", "where is Boiler?", cwd=second)["evidence"]
        ballast.unlink()
        assert full.json("ask", "where is Boiler?", cwd=second)["ledger_id"]
        full.ok("restart", cwd=kettle)
        _until(lambda: len(full.json("status", cwd=kettle)["repositories"]) == 2)
        full.ok("stop", cwd=kettle)


def test_too_few_file_watches_are_said_and_made_up_for(shell: Shell, kettle: Path) -> None:
    """Many machines allow few; saves and commits must be found all the same."""
    for number in range(40):
        write(kettle, {f"many/folder{number}/one.py": f"def begun_{number}():\n    pass\n"})
    shell.ok("hooks", "install", cwd=kettle)
    started = subprocess.run(
        with_few_watches([*COMMAND, "start"], 20), cwd=kettle, env=shell.environ, capture_output=True, text=True
    )
    assert started.returncode == 0, started.stderr + shell.log()
    shell.ok("index", cwd=kettle)
    problem = _row(shell, kettle)["problem"]
    assert problem["code"] == "watch_limit" and "max_user_watches" in problem["next_step"]
    assert "limit on file watches" in shell.ok("status", cwd=kettle)
    write(kettle, {"many/folder39/two.py": "def saved():\n    pass\n"})
    assert shell.json("ask", "where is saved?", cwd=kettle)["evidence"][0]["path"] == "many/folder39/two.py"
    git(kettle, "add", "-A")
    git(kettle, "commit", "-qm", "Save")
    _until(lambda: _row(shell, kettle)["head"] == git(kettle, "rev-parse", "HEAD"))
    assert _row(shell, kettle)["last_trigger"]["source"] == "hook"


def _row(shell: Shell, root: Path) -> Any:
    return shell.json("status", cwd=root)["repositories"][0]


def _until(holds: Any) -> None:
    deadline = time.monotonic() + 60
    while not holds():
        if time.monotonic() > deadline:
            pytest.fail("it did not come to that within a minute")
        time.sleep(0.2)
