"""Says where a worktree's HEAD is and what operation is under way, by reading git's small files.

`status` asks often, so no process is started where the files answer; git is asked where refs are not kept in files.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from reverie_daemon.worktree.git import Git, GitFailed
from reverie_daemon.worktree.location import RepositoryLocation

Operation = Literal["", "merge", "rebase", "cherry-pick", "revert", "bisect"]

_OID = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_OPERATION_FILES: tuple[tuple[str, Operation], ...] = (
    ("rebase-merge", "rebase"),
    ("rebase-apply", "rebase"),
    ("MERGE_HEAD", "merge"),
    ("CHERRY_PICK_HEAD", "cherry-pick"),
    ("REVERT_HEAD", "revert"),
    ("BISECT_LOG", "bisect"),
)


@dataclass(frozen=True, slots=True)
class Head:
    """What is checked out. `oid` is the commit, "" before the first one; `branch` is "" when `detached`; `operation` is
    what git is in the middle of, "" for nothing."""

    oid: str
    branch: str
    operation: Operation = ""

    @property
    def detached(self) -> bool:
        return not self.branch

    @property
    def unborn(self) -> bool:
        return not self.oid


def head_of(location: RepositoryLocation) -> Head:
    """The worktree's HEAD now. Raises `GitFailed` when it can be read neither from the files nor through git."""
    operation: Operation = next((name for file, name in _OPERATION_FILES if (location.git_dir / file).exists()), "")
    text = _read(location.git_dir / "HEAD")
    if _OID.fullmatch(text):
        return Head(text, "", operation)
    ref = text.removeprefix("ref:").strip()
    if not text.startswith("ref:") or ref == "refs/heads/.invalid":
        return _asked(location, operation)
    oid = _loose(location, ref) or _packed(location.common_dir / "packed-refs", ref)
    return Head(oid, ref.removeprefix("refs/heads/"), operation)


def _loose(location: RepositoryLocation, ref: str) -> str:
    folder = location.common_dir if ref.startswith("refs/heads/") else location.git_dir
    text = _read(folder / ref)
    return text if _OID.fullmatch(text) else ""


def _packed(packed_refs: Path, ref: str) -> str:
    for line in _read(packed_refs).splitlines():
        oid, _, name = line.partition(" ")
        if name == ref and _OID.fullmatch(oid):
            return oid
    return ""


def _asked(location: RepositoryLocation, operation: Operation) -> Head:
    # Refs in a reftable: HEAD's file is a stub.
    git = Git(location.root)

    def answer(*arguments: str) -> str:
        try:
            return os.fsdecode(git.run(*arguments)).strip()
        except GitFailed as error:
            if error.stderr.strip():
                raise
            return ""

    branch = answer("symbolic-ref", "--quiet", "HEAD").removeprefix("refs/heads/")
    return Head(answer("rev-parse", "--quiet", "--verify", "HEAD"), branch, operation)


def _read(path: Path) -> str:
    try:
        return os.fsdecode(path.read_bytes()).strip()
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError, PermissionError):
        return ""
