"""Finds the repository around a folder by reading a few small files, without starting git.

It answers in well under a millisecond, because every command begins with it. It reads no object, no index and no user
configuration; git itself is asked only where the owner of the files is somebody else.
"""

from __future__ import annotations

import os
import shlex
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from reverie_daemon.errors import NoRepository

ObjectFormat = Literal["sha1", "sha256"]

_SMALL_FILE_BYTES_MAX = 1 << 20


@dataclass(frozen=True, slots=True)
class RepositoryLocation:
    """Where one worktree of a repository lies, all paths absolute and without links.

    `root` is the top of the working tree, `git_dir` what belongs to this worktree alone (HEAD, index), `common_dir`
    what all its worktrees share (objects, refs, hooks, Reverie's own folder). `name` is what people call the
    repository. `partial` is set in a clone that lacks objects on purpose, `linked` in a worktree made by `git
    worktree add`.
    """

    root: Path
    git_dir: Path
    common_dir: Path
    name: str
    object_format: ObjectFormat = "sha1"
    partial: bool = False
    linked: bool = False

    @property
    def shallow(self) -> bool:
        """Whether the history was cut off by `git clone --depth`."""
        return (self.common_dir / "shallow").exists()


def find(path: Path) -> RepositoryLocation:
    """The repository around `path`, a folder or a file.

    Raises `NoRepository` when there is none, or it is bare, somebody else's, broken, or unreadable, or git is missing.
    """
    if shutil.which("git") is None:
        raise NoRepository("git was not found.", next_step="Install git, and make sure that it is on your PATH.")
    start = path.resolve()
    try:
        if not start.exists():
            raise NoRepository(f"{start} does not exist.", next_step="Name a folder inside a git repository.")
        location = _nearest(start if start.is_dir() else start.parent)
    except PermissionError as error:
        raise NoRepository(
            f"{error.filename} cannot be read: permission denied.",
            next_step="Run this as the user who owns the repository, or change its permissions.",
        ) from error
    if location is None:
        raise NoRepository(
            f"{start} is not inside a git repository.",
            next_step="Go to a folder inside one, name one with --repo PATH, or make one with: git init",
        )
    _refuse_foreign_owner(location)
    return location


def _nearest(start: Path) -> RepositoryLocation | None:
    for folder in (start, *start.parents):
        dot_git = folder / ".git"
        if dot_git.is_file():
            return _located(folder, _gitdir_named_in(dot_git))
        if _is_git_dir(dot_git):
            return _located(folder, dot_git.resolve())
        if _is_git_dir(folder):
            raise _no_worktree_at(folder)
    return None


def _located(root: Path, git_dir: Path) -> RepositoryLocation:
    common_dir = _common_dir(git_dir)
    settings = read_settings(common_dir / "config")
    linked = common_dir != git_dir
    if settings.get("core.bare", "false").lower() in ("true", "yes", "on", "1", "") and not linked:
        raise _bare(git_dir)
    home = common_dir.parent if linked and common_dir.name == ".git" else root
    return RepositoryLocation(
        root=root,
        git_dir=git_dir,
        common_dir=common_dir,
        name=home.name or "repository",
        object_format="sha256" if settings.get("extensions.objectformat", "").lower() == "sha256" else "sha1",
        partial="extensions.partialclone" in settings or any(key.endswith(".promisor") for key in settings),
        linked=linked,
    )


def _gitdir_named_in(dot_git: Path) -> Path:
    text = os.fsdecode(_head_of(dot_git)).strip()
    target = (dot_git.parent / text.removeprefix("gitdir:").strip()).resolve()
    if not text.startswith("gitdir:") or not (target / "HEAD").is_file():
        raise NoRepository(
            f"{dot_git} does not lead to a repository.",
            next_step="Repair the link with: git worktree repair (or: git submodule update --init)",
        )
    return target


def _common_dir(git_dir: Path) -> Path:
    pointer = git_dir / "commondir"
    if not pointer.is_file():
        return git_dir
    return (git_dir / os.fsdecode(_head_of(pointer)).strip()).resolve()


def _is_git_dir(folder: Path) -> bool:
    # The same three signs that git looks for.
    return (folder / "HEAD").is_file() and (folder / "objects").is_dir() and (folder / "refs").is_dir()


def _no_worktree_at(git_dir: Path) -> NoRepository:
    if git_dir.name == ".git":
        return NoRepository(
            f"{git_dir} is git's own folder, not a working tree.",
            next_step=f"Go to the working tree: cd {shlex.quote(str(git_dir.parent))}",
        )
    return _bare(git_dir)


def _bare(git_dir: Path) -> NoRepository:
    return NoRepository(
        f"{git_dir} is a bare repository: it has no working tree to read.",
        next_step=f"Use a worktree of it, made with: git -C {shlex.quote(str(git_dir))} worktree add PATH",
    )


def _refuse_foreign_owner(location: RepositoryLocation) -> None:
    owner = getattr(os, "geteuid", None)
    if owner is None or all(place.stat().st_uid == owner() for place in (location.root, location.git_dir)):
        return
    from reverie_daemon.worktree.git import Git, GitFailed

    try:
        Git(location.root).run("rev-parse", "--git-dir")
    except GitFailed as error:
        if "dubious ownership" not in error.stderr:
            raise NoRepository(
                f"git cannot use {location.root}: {error.message}",
                next_step=f"git -C {shlex.quote(str(location.root))} status",
            ) from error
        raise NoRepository(
            f"{location.root} belongs to another user, so git does not trust it (dubious ownership).",
            next_step=f"If you trust it: git config --global --add safe.directory {shlex.quote(str(location.root))}",
        ) from error


def read_settings(config: Path) -> dict[str, str]:
    """The settings of one git configuration file by lower-case key ("core.bare", "remote.origin.url"), last one wins.

    Only what a plain file says: no includes and no quoting, which none of the settings read here use. A missing file
    has no settings.
    """
    settings: dict[str, str] = {}
    section = ""
    try:
        lines = os.fsdecode(_head_of(config)).splitlines()
    except (FileNotFoundError, NotADirectoryError):
        return settings
    for line in map(str.strip, lines):
        if line.startswith("[") and "]" in line:
            section = line[1 : line.index("]")].replace(' "', ".").rstrip('"').lower()
        elif line and line[0] not in "#;":
            key, _, value = line.partition("=")
            settings[f"{section}.{key.strip().lower()}"] = value.strip()
    return settings


def _head_of(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.read(_SMALL_FILE_BYTES_MAX)
