"""Repositories and files as they are found in the wild: a clear message where there is nothing to answer, and else an
answer in which nothing is missing."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support.shell import Shell, git, repository, write


def refused(shell: Shell, cwd: Path, says: str, next_step: str) -> None:
    """Asking ends with exit 3, for people and for programs, and names what to do."""
    for_people = shell.run("ask", "where is Boiler?", cwd=cwd)
    assert for_people.returncode == 3 and for_people.stdout == ""
    assert says in for_people.stderr and next_step in for_people.stderr
    for_programs = shell.run("ask", "--json", "where is Boiler?", cwd=cwd)
    error = json.loads(for_programs.stdout)["error"]
    assert for_programs.returncode == 3 and error["code"] == "no_repository"
    assert says in error["message"] and next_step in error["next_step"]


def test_a_folder_that_is_no_repository(shell: Shell, tmp_path: Path) -> None:
    """The most common mistake."""
    (tmp_path / "plain").mkdir()
    refused(shell, tmp_path / "plain", "is not inside a git repository", "git init")


def test_a_bare_repository(shell: Shell, kettle: Path, tmp_path: Path) -> None:
    """It has no files to cite."""
    git(tmp_path, "clone", "-q", "--bare", str(kettle), "bare.git")
    refused(shell, tmp_path / "bare.git", "is a bare repository", "worktree add")


def test_gits_own_folder(shell: Shell, kettle: Path) -> None:
    """A shell can well be there."""
    refused(shell, kettle / ".git", "is git's own folder", "cd ")


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give a repository away")
def test_somebody_elses_repository(shell: Shell, kettle: Path) -> None:
    """git refuses it; running its hooks and configuration could be a trap."""
    for path in (kettle, *kettle.rglob("*")):
        os.chown(path, 65534, 65534)
    refused(shell, kettle, "dubious ownership", "safe.directory")


def test_a_machine_without_git(shell: Shell, kettle: Path, tmp_path: Path) -> None:
    """Nothing works without it, and a traceback would not say so."""
    (tmp_path / "bin").mkdir()
    shell.environ["PATH"] = str(tmp_path / "bin")
    refused(shell, kettle, "git was not found", "Install git")


def test_a_linked_worktree_whose_repository_is_gone(shell: Shell, kettle: Path, tmp_path: Path) -> None:
    """People delete the clone and forget the worktree."""
    git(kettle, "worktree", "add", "-q", str(tmp_path / "linked"))
    shutil.rmtree(kettle)
    refused(shell, tmp_path / "linked", "does not lead to a repository", "git worktree repair")


def shallow(kettle: Path, target: Path) -> None:
    git(kettle, "commit", "-q", "--allow-empty", "-m", "Second")
    git(kettle, "clone", "-q", "--depth=1", kettle.as_uri(), str(target))


def sparse(kettle: Path, target: Path) -> None:
    git(kettle, "clone", "-q", "--sparse", str(kettle), str(target))
    git(target, "sparse-checkout", "set", "kettle")
    assert not (target / "tests").exists()


def partial(kettle: Path, target: Path) -> None:
    git(kettle, "config", "uploadpack.allowFilter", "true")
    git(kettle, "rm", "-q", "README.md")
    git(kettle, "commit", "-qm", "Drop the readme")
    git(kettle, "clone", "-q", "--filter=blob:none", kettle.as_uri(), str(target))


def rebasing(kettle: Path, target: Path) -> None:
    _diverged(kettle, target)
    with pytest.raises(subprocess.CalledProcessError):
        git(target, "rebase", "other")
    assert (target / ".git/rebase-merge").exists()


def merging(kettle: Path, target: Path) -> None:
    _diverged(kettle, target)
    with pytest.raises(subprocess.CalledProcessError):
        git(target, "merge", "other")
    assert (target / ".git/MERGE_HEAD").exists()


def detached(kettle: Path, target: Path) -> None:
    git(kettle, "clone", "-q", str(kettle), str(target))
    git(target, "checkout", "-q", "--detach")


def _diverged(kettle: Path, target: Path) -> None:
    git(kettle, "clone", "-q", str(kettle), str(target))
    git(target, "checkout", "-qb", "other")
    for branch, text in (("other", "one"), ("main", "two")):
        git(target, "checkout", "-q", branch)
        write(target, {"conflict.txt": text})
        git(target, "add", "-A")
        git(target, "commit", "-qm", f"On {branch}")


@pytest.mark.parametrize(
    "made", [shallow, sparse, partial, rebasing, merging, detached], ids=lambda made: made.__name__
)
def test_a_repository_in_an_unusual_state_is_answered(
    shell: Shell, kettle: Path, tmp_path: Path, made: Callable[[Path, Path], None]
) -> None:
    """People ask in the middle of things, and of clones that lack most of their history."""
    target = tmp_path / "unusual"
    made(kettle, target)
    objects = sorted((target / ".git/objects").rglob("*"))
    shell.ok("learn", cwd=target)
    for question in ("where is Boiler?", "who calls done?", "how does Boiler.boil work?"):
        answer = shell.json("ask", question, cwd=target)
        assert answer["evidence"] and all(one["verified"] for one in answer["evidence"]), question
    for question in ("what changed recently?", "why is Boiler like this?", "what did this commit change?"):
        assert shell.ok("ask", question, cwd=target).strip(), question
    row = shell.json("status", cwd=target)["repositories"][0]
    assert row["problem"] is None and row["head"] == git(target, "rev-parse", "HEAD")
    assert sorted((target / ".git/objects").rglob("*")) == objects  # nothing fetched, nothing written


def test_files_whose_bytes_differ_from_gits(shell: Shell, kettle: Path) -> None:
    """Line ends that git converts, pointers to large files: what is on disk is what is cited."""
    write(kettle, {".gitattributes": "*.py text eol=crlf\n*.dat filter=lfs -text\n"})
    (kettle / "crlf.py").write_bytes(b"def windows():\r\n    return 'line ends'\r\n")
    pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 123456\n"
    write(kettle, {"big.dat": pointer})
    git(kettle, "-c", "filter.lfs.clean=cat", "add", "-A")
    git(kettle, "-c", "filter.lfs.clean=cat", "commit", "-qm", "Line ends")
    answer = shell.json("ask", "where is windows?", cwd=kettle)
    assert [(one["path"], one["verified"]) for one in answer["evidence"]][:1] == [("crlf.py", True)]
    assert "\r" not in answer["answer"]
    assert shell.json("status", cwd=kettle)["repositories"][0]["problem"] is None


def test_lines_of_any_length(shell: Shell, kettle: Path) -> None:
    """Bundles and data are one line; neither memory nor an answer may explode."""
    (kettle / "bundle.js").write_text("function packed(){return 1};" + "var a=[1,2,3];" * 350_000)
    (kettle / "within.js").write_text("function bundled(){return 1};" + "var a=[1,2,3];" * 20_000)
    assert (kettle / "bundle.js").stat().st_size > 4_900_000
    assert shell.json("ask", "where is Boiler?", cwd=kettle)["evidence"]
    found = shell.json("ask", "where is bundled?", cwd=kettle)
    assert found["evidence"][0]["path"] == "within.js" and len(found["answer"]) < 20_000
    context = shell.json("context", "--tokens", "500", "where is bundled?", cwd=kettle)
    assert context["tokens"] <= 500 and len(context["context"]) < 20_000
    for question in ("how does bundled work?", "what is in within.js?", "a=[1,2,3]", "who calls bundled?"):
        assert len(shell.json("ask", question, cwd=kettle)["answer"]) < 20_000, question


def test_files_that_come_and_go_while_they_are_read(shell: Shell, kettle: Path) -> None:
    """Builds write and delete all the time; what stays must be there, and what went must not."""
    done = threading.Event()

    def churn() -> None:
        number = 0
        while not done.wait(0.002):  # without a pause it would only keep the daemon from the processor
            number += 1
            path = kettle / f"churn{number % 50}.py"
            if path.exists():
                path.unlink()
            else:
                path.write_text(f"def churned_{number % 50}():\n    pass\n")

    churning = threading.Thread(target=churn)
    churning.start()
    try:
        for _ in range(5):
            shell.ok("index", cwd=kettle)
            assert shell.json("ask", "where is Boiler?", cwd=kettle)["evidence"]
    finally:
        done.set()
        churning.join()
    shell.ok("index", cwd=kettle)
    for number in range(0, 50, 7):
        found = shell.json("ask", f"where is churned_{number}?", cwd=kettle)["evidence"]
        there = {one["path"] for one in found if one["path"] == f"churn{number}.py"}
        assert bool(there) == (kettle / f"churn{number}.py").exists(), number


def test_a_repository_that_vanishes_is_said_and_comes_back(shell: Shell, kettle: Path, tmp_path: Path) -> None:
    """A disk that is unmounted, a clone that is moved: the others go on, and nothing is taken for deleted."""
    other = repository(tmp_path / "other")
    for root in (kettle, other):
        shell.ok("index", cwd=root)
    clock = _row(shell, kettle, other)["clock"]
    away = kettle.rename(tmp_path / "away")
    refused(shell, tmp_path, "is not inside a git repository", "git init")
    assert shell.json("ask", "where is Boiler?", cwd=other)["evidence"]
    deadline = time.monotonic() + 60
    while (_row(shell, kettle, other)["problem"] or {}).get("code") != "root_gone" and time.monotonic() < deadline:
        time.sleep(0.1)
    assert "is gone" in shell.ok("status", cwd=other) and f"reverie remove {kettle}" in shell.ok("status", cwd=other)
    away.rename(kettle)
    assert shell.json("ask", "where is Boiler?", cwd=kettle)["evidence"]
    assert _row(shell, kettle, other)["clock"] == clock and _row(shell, kettle, other)["problem"] is None


def _row(shell: Shell, root: Path, cwd: Path) -> dict[str, Any]:
    rows: list[dict[str, Any]] = shell.json("status", cwd=cwd)["repositories"]
    return next(row for row in rows if row["root"] == str(root))
