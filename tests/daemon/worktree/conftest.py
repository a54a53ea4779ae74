"""Real git repositories, made in the test, cut off from the configuration of whoever runs it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from reverie_daemon.worktree import FileStat, Snapshot, Worktree, find


class Repository:
    """A repository to be played with; `worktree` is what is tested."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._now = 1_700_000_000

    def git(self, *arguments: str, check: bool = True) -> str:
        # A minute between commands, so that commits have an order in time.
        self._now += 60
        date = f"{self._now} +0200"
        environment = {**os.environ, "GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date}
        done = subprocess.run(["git", *arguments], cwd=self.root, env=environment, capture_output=True, check=False)
        if check and done.returncode != 0:
            raise AssertionError(f"git {' '.join(arguments)}: {os.fsdecode(done.stderr)}")
        return os.fsdecode(done.stdout).strip()

    def write(self, path: str, content: str | bytes = "text\n") -> Path:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return file

    def commit(self, message: str = "a commit", **files: str) -> str:
        for name, content in files.items():
            self.write(name.replace("__", "."), content)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", message)
        return self.git("rev-parse", "HEAD")

    def clone(self, target: Path, *options: str) -> Repository:
        subprocess.run(["git", "clone", "--quiet", *options, self.root.as_uri(), str(target)], check=True)
        return Repository(target)

    @property
    def worktree(self) -> Worktree:
        return Worktree(find(self.root))


def table_of(worktree: Worktree) -> dict[bytes, FileStat]:
    """What the store would hold after indexing everything."""
    table = {}
    for path in worktree.listing().files:
        found = worktree.snapshot(os.fsdecode(path))
        if isinstance(found, Snapshot):
            table[path] = found.stat
    return table


def names(paths: object) -> list[str]:
    return [os.fsdecode(path) for path in paths]  # type: ignore[attr-defined]


@pytest.fixture(autouse=True)
def _own_git_configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    configuration = tmp_path / "gitconfig"
    configuration.write_text(
        "[user]\n name = Ada\n email = ada@example.org\n[init]\n defaultBranch = main\n"
        '[protocol "file"]\n allow = always\n[advice]\n detachedHead = false\n[uploadpack]\n allowFilter = true\n'
    )
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(configuration))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")


@pytest.fixture
def make(tmp_path: Path) -> Callable[..., Repository]:
    """Makes a repository in a folder of this name; further arguments go to `git init`."""

    def made(name: str = "repo", *options: str) -> Repository:
        root = tmp_path / name
        root.mkdir()
        repository = Repository(root.resolve())
        repository.git("init", "--quiet", *options)
        return repository

    return made


@pytest.fixture
def repo(make: Callable[..., Repository]) -> Repository:
    return make()


@pytest.fixture
def table() -> Callable[[Worktree], dict[bytes, FileStat]]:
    return table_of


@pytest.fixture
def decoded() -> Callable[[object], list[str]]:
    return names
