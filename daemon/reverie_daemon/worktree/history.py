"""Reads a repository's history: commits with the paths they touched, blame, diffs, what is not committed yet.

Everything is streamed, bounded and timed, and works in shallow and blobless clones without fetching: nothing here
needs a blob, except blame and diffs, which are left out where one is absent.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

from reverie_indexers.facts import Span

from reverie_daemon.core.nouns import Commit
from reverie_daemon.worktree.git import Git, GitFailed, GitTimedOut

COMMITS_MAX = 10_000
PATHS_MAX = 200
BODY_CHARACTERS_MAX = 4_000
DIFF_BYTES_MAX = 200_000
LOG_TIMEOUT_S = 60.0
BLAME_TIMEOUT_S = 2.0

MAIN_BRANCHES = ("refs/remotes/origin/HEAD", "refs/heads/main", "refs/heads/master")

_REVISION = re.compile(r"HEAD|[0-9a-f]{4,64}")
_HUNK = re.compile(r"@@ -\d+(?:,(?P<before>\d+))? \+(?P<start>\d+)(?:,(?P<count>\d+))? @@")
# Starts with a byte that no status letter is, so that a header cannot be taken for a changed path, or the reverse.
_FORMAT = "--format=tformat:%x01%H%x1f%aI%x1f%aN%x1f%s%x1f%b"
_LOG = ("log", "-z", "--no-renames", "--name-status", "--no-ext-diff", "--encoding=UTF-8", _FORMAT)


def history(
    root: Path, since: Sequence[str] = (), limit: int = COMMITS_MAX, timeout_s: float = LOG_TIMEOUT_S
) -> Iterator[Commit]:
    """The commits that HEAD reaches and none of `since`, object ids, does; newest first, at most `limit`.

    An unknown one excludes nothing, and a repository without commits has no history. Each carries at most PATHS_MAX
    paths and BODY_CHARACTERS_MAX of body; merges carry no paths. Raises `GitFailed`, or `GitTimedOut` after those
    commits that came in time.
    """
    if not _has_commits(root):
        return
    excluded = [f"^{oid}" for oid in since if _REVISION.fullmatch(oid)]
    command = (*_LOG, "--ignore-missing", f"--max-count={limit}", "HEAD", *excluded, "--")
    with closing(Git(root).stream(*command, timeout_s=timeout_s)) as chunks:
        yield from _commits(_tokens(chunks))


def reached(root: Path, limit: int = COMMITS_MAX) -> tuple[str, ...]:
    """The object ids of the commits that HEAD reaches, newest first, at most `limit`. Raises `GitFailed`."""
    if not _has_commits(root):
        return ()
    return tuple(Git(root).run("rev-list", f"--max-count={limit}", "HEAD", "--").decode().split())


def commit(root: Path, revision: str) -> Commit | None:
    """One commit by its (abbreviated) object id or "HEAD", None when there is no such commit."""
    if not _REVISION.fullmatch(revision):
        return None
    try:
        output = Git(root).run(*_LOG, "--max-count=1", revision, "--")
    except GitFailed:
        return None
    return next(_commits(iter(output.split(b"\0"))), None)


def is_ancestor(root: Path, older: str, newer: str = "HEAD") -> bool:
    """Whether `newer` reaches `older`; False when either is unknown."""
    if not _REVISION.fullmatch(older) or not _REVISION.fullmatch(newer):
        return False
    try:
        Git(root).run("merge-base", "--is-ancestor", older, newer)
    except GitFailed:
        return False
    return True


def blame(
    root: Path,
    path: str,
    span: Span,
    limit: int = 5,
    timeout_s: float = BLAME_TIMEOUT_S,
    environment: Mapping[str, str] | None = None,
) -> tuple[Commit, ...]:
    """The commits that last touched these lines as they are on disk, newest first, without bodies and paths.

    Lines not committed yet count for nothing. Empty when the file is not tracked, the span lies beyond its end, a blob
    is absent, or it takes longer than `timeout_s`. `environment` may lead git to a commit-graph; where git fails with
    it, it is asked without.
    """
    command = ("blame", "--porcelain", "--encoding=UTF-8", f"-L{span.start_line},{span.end_line}", "--", path)
    try:
        output = Git(root).run(*command, timeout_s=timeout_s, environment=environment)
    except GitTimedOut:
        return ()
    except GitFailed:
        return blame(root, path, span, limit, timeout_s) if environment else ()
    dated = _blamed(output.decode("utf-8", "replace").splitlines())
    return tuple(found for _, found in sorted(dated, key=lambda pair: pair[0], reverse=True)[:limit])


def diff_of(root: Path, revision: str, bytes_max: int = DIFF_BYTES_MAX, timeout_s: float = BLAME_TIMEOUT_S) -> str:
    """What a commit changed against its first parent, as a unified diff cut off at `bytes_max`; "" when unknown. In a
    blobless clone it ends where the first absent blob is needed."""
    if not _REVISION.fullmatch(revision):
        return ""
    options = ("--format=", "--no-renames", "--no-ext-diff", "--no-textconv", "--diff-merges=first-parent")
    return _beginning(root, ("show", *options, revision, "--"), bytes_max, timeout_s).decode("utf-8", "replace")


def _beginning(root: Path, command: Sequence[str], bytes_max: int, timeout_s: float) -> bytes:
    """The first bytes of what a command writes; where it fails, what came by then, which is still true."""
    gathered = bytearray()
    with closing(Git(root).stream(*command, timeout_s=timeout_s)) as chunks, suppress(GitFailed):
        for chunk in chunks:
            gathered += chunk
            if len(gathered) >= bytes_max:
                break
    return bytes(gathered[:bytes_max])


def uncommitted(root: Path) -> tuple[str, ...]:
    """Paths that differ from HEAD, untracked ones that are not ignored included, in order. Raises `GitFailed`."""
    output = Git(root).run(
        "status", "--porcelain=v2", "-z", "--no-renames", "--untracked-files=all", "--ignore-submodules=dirty"
    )
    fields_before_path = {b"1": 8, b"2": 9, b"u": 10, b"?": 1}
    paths = set()
    for entry in output.split(b"\0"):
        count = fields_before_path.get(entry[:1])
        if count is not None:
            paths.add(os.fsdecode(entry.split(b" ", count)[count]))
    return tuple(sorted(paths))


def edited_lines(
    root: Path, paths: Sequence[str], bytes_max: int = DIFF_BYTES_MAX, timeout_s: float = BLAME_TIMEOUT_S
) -> Mapping[str, Sequence[Span]]:
    """Where files differ from HEAD, by path: the lines as they are now, and for what was only deleted the line before
    it. An untracked file is none of git's, and so is missing here; so is what a large diff has behind `bytes_max`."""
    if not paths:
        return {}
    options = ("--unified=0", "--no-renames", "--no-ext-diff", "--no-textconv", "--src-prefix=a/", "--dst-prefix=b/")
    diff = _beginning(root, ("diff", *options, "HEAD", "--", *paths), bytes_max, timeout_s)
    return _edited(os.fsdecode(diff).split("\n"))


def _edited(diff: Sequence[str]) -> Mapping[str, Sequence[Span]]:
    found: dict[str, list[Span]] = {}
    path, left = "", 0
    for line in diff:
        if left:
            left -= not line.startswith("\\")
        elif line.startswith("+++ "):
            path = line[6:].rstrip("\t")
        elif hunk := _HUNK.match(line):
            start, count = int(hunk["start"]), int(hunk["count"] or 1)
            left = int(hunk["before"] or 1) + count
            found.setdefault(path, []).append(Span(max(1, start), max(1, start, start + count - 1)))
    return found


def changed_on_branch(root: Path, paths_max: int = PATHS_MAX) -> tuple[str, ...]:
    """What the branch changed since it left the main one, by path; empty on the main branch itself, and where there is
    none (origin's HEAD, main or master). Raises `GitFailed`."""
    git = Git(root)
    for main in MAIN_BRANCHES:
        try:
            git.run("rev-parse", "--quiet", "--verify", f"{main}^{{commit}}")
        except GitFailed:
            continue
        output = git.run("diff", "--name-only", "-z", "--no-renames", "--no-ext-diff", f"{main}...HEAD", "--")
        return tuple(os.fsdecode(path) for path in output.split(b"\0") if path)[:paths_max]
    return ()


def _has_commits(root: Path) -> bool:
    try:
        Git(root).run("rev-parse", "--quiet", "--verify", "HEAD^{commit}")
    except GitFailed as error:
        if error.stderr.strip():
            raise
        return False
    return True


def _tokens(chunks: Iterator[bytes]) -> Iterator[bytes]:
    rest = b""
    for chunk in chunks:
        *whole, rest = (rest + chunk).split(b"\0")
        yield from whole
    if rest:
        yield rest


@dataclass(slots=True)
class _Gathering:
    """A commit while its paths are still coming."""

    header: bytes
    paths: list[tuple[str, str]]

    def commit(self) -> Commit:
        oid, date, author, subject, body = self.header.decode("utf-8", "replace")[1:].split("\x1f", 4)
        return Commit(oid, author, date, subject, body.strip()[:BODY_CHARACTERS_MAX], tuple(self.paths))


def _commits(tokens: Iterator[bytes]) -> Iterator[Commit]:
    """Commits out of the stream that `_LOG` writes: a header, then pairs of a status and a path."""
    gathering: _Gathering | None = None
    for token in tokens:
        if token.startswith(b"\x01"):
            if gathering is not None:
                yield gathering.commit()
            gathering = _Gathering(token, [])
        elif (status := token.strip()) and gathering is not None:
            path = next(tokens, b"")
            if len(gathering.paths) < PATHS_MAX:
                gathering.paths.append((status.decode("ascii", "replace"), os.fsdecode(path)))
    if gathering is not None:
        yield gathering.commit()


def _blamed(lines: list[str]) -> Iterator[tuple[int, Commit]]:
    """Each commit of a porcelain blame once, with its time in seconds."""
    details: dict[str, str] = {}
    oid = ""
    for line in lines:
        word, _, value = line.partition(" ")
        if line.startswith("\t"):
            if "author-time" in details and oid.strip("0"):
                yield _blamed_commit(oid, details)
            details = {}
        elif re.fullmatch(r"[0-9a-f]{40,64}", word):
            oid = word
        else:
            details[word] = value


def _blamed_commit(oid: str, details: dict[str, str]) -> tuple[int, Commit]:
    seconds, offset = int(details["author-time"]), details.get("author-tz", "+0000")
    minutes = int(offset[1:3]) * 60 + int(offset[3:5])
    zone = timezone(timedelta(minutes=-minutes if offset[0] == "-" else minutes)) if minutes else UTC
    date = datetime.fromtimestamp(seconds, zone).isoformat()
    return seconds, Commit(oid, details.get("author", ""), date, details.get("summary", ""), "")
