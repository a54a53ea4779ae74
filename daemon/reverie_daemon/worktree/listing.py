"""Lists the files of a worktree that may be read: tracked or not ignored, regular, not too large, no secrets.

It reads no file and hashes none. Checked-out submodules are listed as part of the worktree around them, because that is
how people see them; an untracked repository inside another one is somebody else's, and left out.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeVar

from reverie_daemon.core.roles import looks_secret
from reverie_daemon.errors import UserError
from reverie_daemon.worktree.files import SOURCE_BYTES_MAX, FileStat, absence_of, beyond_link, stat_of
from reverie_daemon.worktree.git import Git, GitFailed

FILES_MAX = 500_000
IGNORE_FILE = ".reverieignore"
_SUBMODULE_DEPTH_MAX = 8
_PATHSPECS_MAX = 200

SkipReason = Literal[
    "secret", "too large", "link", "special", "unreadable", "nested repository", "submodule not checked out"
]  # fmt: skip
T = TypeVar("T")
IgnoreTest = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Listing:
    """The files to index, by path, with their stats; beside them what was left out and why.

    What is ignored or absent is in neither. `problems` are sentences about the listing as a whole.
    """

    files: Mapping[bytes, FileStat] = field(default_factory=dict)
    skipped: Mapping[bytes, SkipReason] = field(default_factory=dict)
    problems: tuple[str, ...] = ()


def ignore_test(root: Path, patterns: Sequence[str] = ()) -> IgnoreTest:
    """Whether `.reverieignore` at the root, written like a `.gitignore`, or one of the patterns besides, which come
    after it, excludes a path. Raises `UserError` for a pattern it cannot read, since guessing could show what the user
    wanted kept out."""
    try:
        text = (root / IGNORE_FILE).read_text("utf-8", "surrogateescape")
    except (FileNotFoundError, IsADirectoryError, PermissionError):
        text = ""
    if not text and not patterns:
        return lambda path: False
    from pathspec import GitIgnoreSpec

    try:
        spec = GitIgnoreSpec.from_lines([*text.splitlines(), *patterns])
    except ValueError as error:
        raise UserError(
            f"{root / IGNORE_FILE} cannot be understood: {error}",
            next_step="Correct it; .gitignore's rules hold.",
        ) from error
    return spec.match_file


def top_folders(root: Path, listed: Iterable[bytes] = (), patterns: Sequence[str] = ()) -> list[str]:
    """The folders at the root that may hold files to index: not ignored, or around one of the `listed` files. In order.
    Raises `GitFailed`."""
    around_listed = {os.fsdecode(path.partition(b"/")[0]) for path in listed if b"/" in path}
    names = [entry.name for entry in os.scandir(root) if entry.name != ".git" and entry.is_dir(follow_symlinks=False)]
    ignored = ignored_among(root, [os.fsencode(f"{name}/") for name in names if name not in around_listed], patterns)
    return sorted(name for name in names if os.fsencode(f"{name}/") not in ignored)


def ignored_among(root: Path, paths: Sequence[bytes], patterns: Sequence[str] = ()) -> set[bytes]:
    """Those of the paths, folders with a "/" at their end, that the ignore rules exclude, whether they are there or
    not. Not told of are paths in a submodule and names that git would quote. Raises `GitFailed`."""
    ours = ignore_test(root, patterns)
    ignored = {path for path in paths if ours(os.fsdecode(path))}
    asked = {b"./" + path: path for path in paths if path not in ignored}
    if not asked:
        return ignored
    try:
        output = Git(root).run("check-ignore", "--", *map(os.fsdecode, asked))
    except GitFailed as error:
        # Status 1 without a word: none of them is ignored.
        if error.stderr.strip() and "in submodule" not in error.stderr:
            raise
        return ignored
    return ignored | {asked[line] for line in output.split(b"\n") if line in asked}


def list_files(
    root: Path,
    paths: Sequence[bytes] | None = None,
    *,
    size_max: int = SOURCE_BYTES_MAX,
    files_max: int = FILES_MAX,
    patterns: Sequence[str] = (),
) -> Listing:
    """All files to index under `root`, or those of them that are one of `paths` or lie under one. `patterns` are
    ignored besides what the repository's own rules say. At most `files_max`; beyond that the rest is left out and a
    problem says so. Raises `GitFailed`."""
    if paths is not None and len(paths) > _PATHSPECS_MAX:
        everything = list_files(root, size_max=size_max, files_max=files_max, patterns=patterns)
        return Listing(_within(everything.files, paths), _within(everything.skipped, paths), everything.problems)
    building = _Building(os.fsencode(root), ignore_test(root, patterns), size_max, files_max)
    building.add_repository(root, b"", paths, depth=0)
    problems = (
        (f"Only the first {files_max:,} files are indexed; exclude folders in {IGNORE_FILE}.",) if building.full else ()
    )
    return Listing(dict(sorted(building.files.items())), building.skipped, problems)


def _within(listed: Mapping[bytes, T], paths: Sequence[bytes]) -> dict[bytes, T]:
    wanted = set(paths)
    return {path: value for path, value in listed.items() if path in wanted or not wanted.isdisjoint(folders_of(path))}


def folders_of(path: bytes) -> Iterator[bytes]:
    """The folders around a path, innermost first, without the root."""
    while path := path.rpartition(b"/")[0]:
        yield path


def _split_by_repository(root: bytes, paths: Sequence[bytes]) -> tuple[list[bytes], dict[bytes, list[bytes]]]:
    """The paths to ask the repository at `root` about, and, for those that lie in a repository nested in it, that one's
    folder with the paths inside: git refuses to look across the border."""
    wanted: dict[bytes, None] = {}
    within: dict[bytes, list[bytes]] = {}
    for path in paths:
        nested = [folder for folder in folders_of(path) if os.path.lexists(root + b"/" + folder + b"/.git")]
        wanted[nested[-1] if nested else path] = None
        if nested:
            within.setdefault(nested[-1], []).append(path[len(nested[-1]) + 1 :])
    return list(wanted), {folder: inside for folder, inside in within.items() if folder not in paths}


class _Building:
    """A listing while it grows, across the worktree and its submodules."""

    def __init__(self, root: bytes, ignored: IgnoreTest, size_max: int, files_max: int) -> None:
        self.files: dict[bytes, FileStat] = {}
        self.skipped: dict[bytes, SkipReason] = {}
        self.full = False
        self._root = root
        self._ignored = ignored
        self._size_max = size_max
        self._files_max = files_max
        self._links: dict[bytes, bool] = {}

    def add_repository(self, folder: Path, prefix: bytes, paths: Sequence[bytes] | None, depth: int) -> None:
        arguments: list[str] = []
        within: Mapping[bytes, Sequence[bytes]] = {}
        if paths is not None:
            wanted, within = _split_by_repository(os.fsencode(folder), paths)
            arguments = ["--", *map(os.fsdecode, wanted)]
        output = Git(folder).run("ls-files", "-z", "--cached", "--others", "--exclude-standard", *arguments)
        # A conflict lists a path once for each side.
        for entry in dict.fromkeys(output.split(b"\0")):
            if entry:
                self._add(prefix, entry, within.get(entry), depth)

    def _add(self, prefix: bytes, entry: bytes, within: Sequence[bytes] | None, depth: int) -> None:
        path = prefix + entry
        if self.full or self._ignored(os.fsdecode(path)):
            return
        if path.endswith(b"/"):
            self.skipped[path] = "nested repository"
            return
        try:
            result = os.lstat(self._root + b"/" + path)
        except (FileNotFoundError, NotADirectoryError):
            return
        except OSError:
            self.skipped[path] = "unreadable"
            return
        if beyond_link(self._root, path.rpartition(b"/")[0], self._links):
            self.skipped[path] = "link"
        elif (absence := absence_of(result, self._size_max)) is None:
            self._add_regular(path, stat_of(result))
        elif absence == "special" and os.path.isdir(self._root + b"/" + path):  # noqa: PTH112 - paths are bytes here
            self._add_submodule(path, within, depth)
        elif absence != "gone":
            self.skipped[path] = absence

    def _add_regular(self, path: bytes, found: FileStat) -> None:
        if looks_secret(os.fsdecode(path)):
            self.skipped[path] = "secret"
        elif len(self.files) >= self._files_max:
            self.full = True
        else:
            self.files[path] = found

    def _add_submodule(self, path: bytes, within: Sequence[bytes] | None, depth: int) -> None:
        folder = Path(os.fsdecode(self._root + b"/" + path))
        if depth >= _SUBMODULE_DEPTH_MAX or not (folder / ".git").exists():
            self.skipped[path] = "submodule not checked out"
        else:
            self.add_repository(folder, path + b"/", within, depth + 1)
