"""Installs, removes and reads git hooks that tell the daemon about commits, checkouts, merges and rebases.

The only writer in a user's repository, and it writes below git's directory alone. A hook is a few lines of POSIX sh
that drop one small file into an inbox; it starts nothing, says nothing and never changes a hook's exit status. Hooks
that cannot take such lines (another language, a link, not executable, kept outside git's directory) are left as they
are: the daemon then learns of commits from HEAD's log.
"""

from __future__ import annotations

import os
import re
import stat
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from reverie_daemon.errors import UserError
from reverie_daemon.worktree.git import Git, GitFailed
from reverie_daemon.worktree.location import RepositoryLocation

EVENTS = ("post-commit", "post-checkout", "post-merge", "post-rewrite")
TRIGGERS_MAX = 1_000
TRIGGER_BYTES_MAX = 64 << 10
_UNFINISHED_S_MAX = 60

HookState = Literal["installed", "absent", "not executable", "not a shell script", "a link", "unreadable"]

_BLOCK = re.compile(rb"# >>> reverie(?P<notes>[ \w]*)>>>\n.*?# <<< reverie <<<\n", re.S)
_SHELL_LINE = re.compile(
    rb"#!\s*(?:\S*/)?(?:env\s+(?:-S\s+)?)?(?:\S*/)?(?:sh|bash|dash|ash|ksh|zsh|busybox sh)(?:[ \t][^\r\n]*)?(?:\n|\Z)"
)
# A second line that is shell, but opens a string in the language that the rest is written in.
_POLYGLOT = re.compile(rb"\A[^\n]*\n\s*(?:\'\'\'|\"\"\"|[\"\']exec[\"\']|[\"\']:)")
# `notes` remember what has to be undone beyond removing the lines: the file, its folder or a line end was ours.
_BLOCK_TEXT = """\
# >>> reverie{notes}>>>
# Tells Reverie that something happened. `reverie hooks uninstall` removes these lines.
{{
  reverie_inbox="${{0%/*}}/{inbox}"
  if [ -d "$reverie_inbox" ]; then
    reverie_git="${{GIT_DIR:-.git}}"
    printf '%s\n' {event} "$*" "$PWD" >"$reverie_inbox/.$$" &&
      mv -f "$reverie_inbox/.$$" "$reverie_inbox/{event}.${{reverie_git##*/}}"
  fi
}} </dev/null >/dev/null 2>&1 || :
# <<< reverie <<<
"""


@dataclass(frozen=True, slots=True)
class HooksStatus:
    """How Reverie hears of commits here.

    `hooks` gives the state of each hook; `folder` is where git looks for them. `watched_because` is "" when all hooks
    are installed, or else a sentence that says why HEAD's log is watched instead.
    """

    folder: Path
    hooks: dict[str, HookState]
    watched_because: str

    @property
    def installed(self) -> bool:
        return not self.watched_because

    def to_wire(self) -> dict[str, Any]:
        """As `reverie hooks --json` prints it."""
        return {
            "folder": str(self.folder), "installed": self.installed, "hooks": self.hooks,
            "reason": self.watched_because,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Trigger:
    """What a hook reported: its event, the arguments git gave it, the worktree it ran in, and when (seconds since
    1970)."""

    event: str
    arguments: tuple[str, ...]
    worktree: str
    at: float


def inbox_of(common_dir: Path) -> Path:
    """Where hooks leave their files."""
    return common_dir / "reverie" / "inbox"


def status(location: RepositoryLocation) -> HooksStatus:
    """What is installed, without changing anything."""
    folder, refusal = _hooks_folder(location)
    states: dict[str, HookState] = {event: _state(folder / event) for event in EVENTS}
    if not refusal:
        refusal = _refusal(folder, states, inbox_of(location.common_dir))
    return HooksStatus(folder, states, refusal)


def install(location: RepositoryLocation) -> HooksStatus:
    """Installs what can be installed, and says in the returned status what could not. Repeating it changes nothing.

    Raises `UserError` when git's directory cannot be written.
    """
    folder, refusal = _hooks_folder(location)
    if refusal:
        return status(location)
    try:
        inbox = inbox_of(location.common_dir)
        inbox.parent.mkdir(mode=0o700, exist_ok=True)
        inbox.mkdir(mode=0o700, exist_ok=True)
        new_folder = not folder.exists()
        folder.mkdir(exist_ok=True)
        for event in EVENTS:
            _install_hook(folder / event, _relative_inbox(folder, location.common_dir), new_folder)
    except OSError as error:
        raise UserError(
            f"The hooks could not be installed: {error.filename} {_reason(error)}.",
            next_step="Commits are noticed through HEAD's log too. For hooks, make the folder writable and try again.",
        ) from error
    return status(location)


def uninstall(location: RepositoryLocation) -> HooksStatus:
    """Removes our lines, our files and the inbox, and leaves every other byte and mode as it was.

    Raises `UserError` when git's directory cannot be written.
    """
    folder, _ = _hooks_folder(location)
    try:
        for event in EVENTS:
            _uninstall_hook(folder / event)
        _remove_inbox(inbox_of(location.common_dir))
    except OSError as error:
        raise UserError(
            f"The hooks could not be removed: {error.filename} {_reason(error)}.",
            next_step="Make the folder writable, then: reverie hooks uninstall",
        ) from error
    return status(location)


def read_inbox(location: RepositoryLocation) -> list[Trigger]:
    """What hooks of this worktree reported since the last time, oldest first, at most TRIGGERS_MAX; what was read is
    removed.

    The files that were left behind by a hook that was killed are removed too. No inbox is an empty one. The reports of
    other worktrees wait for whoever keeps those; one of a worktree that is gone is the main one's.
    """
    triggers: list[Trigger] = []
    inbox = inbox_of(location.common_dir)
    for name in _reports(inbox):
        if not _is_of(location, name):
            continue
        taken = inbox / f".taken-{location.git_dir.name}-{os.getpid()}"
        with suppress(OSError):
            # Taken under another name first: the hook may report again while this is read.
            (inbox / name).replace(taken)
            triggers.extend(_parsed(taken))
            taken.unlink()
    return sorted(triggers, key=lambda trigger: trigger.at)


def _is_of(location: RepositoryLocation, report: str) -> bool:
    """Reports are named by their event and the last part of the worktree's git directory."""
    event = next((event for event in EVENTS if report.startswith(f"{event}.")), "")
    name = report[len(event) + 1 :]
    if location.linked:
        return name == location.git_dir.name
    return not (location.common_dir / "worktrees" / name).is_dir()


def _reports(inbox: Path) -> Iterator[str]:
    try:
        names = sorted(entry.name for entry in os.scandir(inbox) if entry.is_file(follow_symlinks=False))
    except OSError:
        return
    for name in names[:TRIGGERS_MAX]:
        if not name.startswith("."):
            yield name
        elif _is_abandoned(inbox / name):
            with suppress(OSError):
                (inbox / name).unlink()


def _is_abandoned(path: Path) -> bool:
    try:
        return path.stat().st_mtime < time.time() - _UNFINISHED_S_MAX
    except OSError:
        return False


def _parsed(path: Path) -> Iterator[Trigger]:
    with path.open("rb") as stream:
        found, content = os.fstat(stream.fileno()), stream.read(TRIGGER_BYTES_MAX)
    event, _, rest = os.fsdecode(content).partition("\n")
    arguments, _, worktree = rest.partition("\n")
    if event in EVENTS and worktree.endswith("\n"):
        yield Trigger(event, tuple(arguments.split()), worktree[:-1], found.st_mtime)


def _hooks_folder(location: RepositoryLocation) -> tuple[Path, str]:
    """Where git looks for hooks, and why nothing may be written there, "" when it may."""
    own = location.common_dir / "hooks"
    try:
        scope, _, value = os.fsdecode(
            Git(location.root).run("config", "--show-scope", "--type=path", "--get", "core.hooksPath")
        ).partition("\t")
        folder = location.root / value.rstrip("\n")
    except GitFailed as error:
        if error.stderr.strip():
            raise
        scope, folder = "local", own
    if folder.resolve() == own.resolve() and own.resolve().is_relative_to(location.common_dir):
        return own, ""
    if scope not in ("local", "worktree"):
        return folder, f"core.hooksPath is set for all repositories ({folder})"
    if folder.resolve().is_relative_to(location.common_dir):
        return folder.resolve(), ""
    inside = folder.resolve().is_relative_to(location.root)
    return folder, f"hooks are kept in {folder}, {'in the working tree' if inside else 'outside this repository'}"


def _refusal(folder: Path, states: dict[str, HookState], inbox: Path) -> str:
    wrong = {event: state for event, state in states.items() if state != "installed"}
    if len(wrong) == len(states) and set(wrong.values()) == {"absent"}:
        return "no hooks are installed"
    if wrong:
        return "; ".join(f"{folder / event} is {state}" for event, state in wrong.items())
    return "" if inbox.is_dir() else f"{inbox} is gone"


def _state(hook: Path) -> HookState:
    try:
        found = hook.lstat()
        if stat.S_ISLNK(found.st_mode):
            return "a link"
        content = hook.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return "absent"
    except OSError:
        return "unreadable"
    if not _is_shell(content):
        return "not a shell script"
    if os.name != "nt" and not found.st_mode & 0o111:
        return "not executable"
    return "installed" if _BLOCK.search(content) else "absent"


def _is_shell(content: bytes) -> bool:
    if content.startswith(b"#!"):
        return _SHELL_LINE.match(content) is not None and _POLYGLOT.search(content) is None
    # Git hands a script without that line to sh.
    return b"\0" not in content


def _install_hook(hook: Path, inbox: str, new_folder: bool) -> None:
    if _state(hook) != "absent":
        return
    notes = "folder " if new_folder else ""
    if not hook.exists():
        _replace(hook, b"#!/bin/sh\n" + _block(hook.name, inbox, f"file {notes}"), 0o755)
        return
    content = hook.read_bytes()
    # First, since the rest may exit or replace itself by another program.
    head, line_end, rest = content.partition(b"\n") if content.startswith(b"#!") else (b"", b"", content)
    if head and not line_end:
        notes += "line "
    opening = head + b"\n" if head else b""
    _replace(hook, opening + _block(hook.name, inbox, notes) + rest, stat.S_IMODE(hook.stat().st_mode))


def _block(event: str, inbox: str, notes: str) -> bytes:
    return os.fsencode(_BLOCK_TEXT.format(event=event, inbox=inbox, notes=f" {notes}"))


def _relative_inbox(folder: Path, common_dir: Path) -> str:
    """From the hooks' folder to the inbox, so that a repository can be moved with its hooks."""
    return os.path.relpath(inbox_of(common_dir), folder).replace(os.sep, "/")


def _uninstall_hook(hook: Path) -> None:
    if hook.is_symlink() or not hook.is_file():
        return
    content = hook.read_bytes()
    block = _BLOCK.search(content)
    if block is None:
        return
    notes = block["notes"].split()
    before, after = content[: block.start()], content[block.end() :]
    if b"line" in notes and not after:
        before = before.removesuffix(b"\n")
    if b"file" in notes and (before + after).strip() == b"#!/bin/sh":
        hook.unlink()
    else:
        _replace(hook, before + after, stat.S_IMODE(hook.stat().st_mode))
    if b"folder" in notes and not any(hook.parent.iterdir()):
        hook.parent.rmdir()


def _remove_inbox(inbox: Path) -> None:
    if not inbox.is_dir():
        return
    for report in inbox.iterdir():
        report.unlink()
    inbox.rmdir()
    if not any(inbox.parent.iterdir()):
        inbox.parent.rmdir()


def _replace(hook: Path, content: bytes, mode: int) -> None:
    """In one step, so that git never runs half a hook."""
    descriptor, name = tempfile.mkstemp(dir=hook.parent, prefix=".reverie-")
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
        Path(name).chmod(mode)
        Path(name).replace(hook)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
