"""Hears what happens to a worktree's files and to git's HEAD, through watchdog, and keeps it until it is drained.

It judges nothing: `core/changes.py` settles what it heard. It never listens to folders that git ignores at the top
level, nor to Reverie's own in git's directory, and gives up no file: where the system's watch limit is reached or
events were lost, it says so, and sweeps and listings take over.
"""

from __future__ import annotations

import errno
import logging
import os
import shlex
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from reverie_daemon.core.changes import EVENTS_MAX, FileEvent
from reverie_daemon.errors import UserError
from reverie_daemon.worktree.location import RepositoryLocation

if TYPE_CHECKING:
    from watchdog.events import FileSystemEvent
    from watchdog.observers.api import BaseObserver, ObservedWatch

FOLDERS_MAX = 64
"""Each watched folder costs a thread; top-level folders beyond this many are left to sweeps."""

Signal = Literal["head", "inbox", "overflow", "root gone"]
"""`head`: HEAD moved or its branch changed; `inbox`: a git hook left something; `overflow`: events were lost, list the
worktree again; `root gone`: the worktree's folder was deleted or moved away."""

_LIMIT = "watch_limit"
_HEAD_FILES = frozenset({"HEAD", "packed-refs", "MERGE_HEAD", "rebase-merge", "rebase-apply"})


@dataclass(frozen=True, slots=True)
class Heard:
    """What was heard since the last time: file events, oldest first, and signals."""

    events: tuple[FileEvent, ...] = ()
    signals: frozenset[Signal] = frozenset()


class Watcher:
    """Watches one worktree from `start` to `stop`.

    `top_folders` names the folders at the root that are worth watching, and is asked again when one appears; `wake`
    is called, on a thread of the watcher, whenever something was heard after nothing was kept. `problems` says what is
    not watched, as errors that nobody raised. Event times are `now_ms()`. `refresh` and `drain` are for one thread,
    `stop` may come from any.
    """

    def __init__(
        self,
        location: RepositoryLocation,
        top_folders: Callable[[], Sequence[str]],
        wake: Callable[[], None],
        now_ms: Callable[[], float] = lambda: time.monotonic() * 1000,
    ) -> None:
        self.problems: tuple[UserError, ...] = ()
        self._location = location
        self._top_folders = top_folders
        self._wake = wake
        self._now_ms = now_ms
        self._lock = threading.Lock()
        self._events: list[FileEvent] = []
        self._signals: set[Signal] = set()
        self._folders_changed = False
        self._folder_came = False
        self._gone: set[str] = set()
        self._control = threading.Lock()
        self._watched: dict[str, ObservedWatch] = {}
        self._observer: BaseObserver | None = None
        self._overflow = _OverflowHandler(lambda: self._hear(signal="overflow"))

    def start(self) -> None:
        """Begins to listen. Never raises for what cannot be watched: see `problems`."""
        from watchdog.observers import Observer

        logging.getLogger("watchdog").addHandler(self._overflow)
        self._watched, self._gone = {}, set()
        self._observer = Observer()
        self._observer.start()
        self.refresh()

    def stop(self) -> None:
        """Ends listening; afterwards no thread of the watcher is left."""
        logging.getLogger("watchdog").removeHandler(self._overflow)
        with self._control:
            if self._observer is not None:
                self._observer.stop()
                self._observer.join()
                self._observer = None

    def drain(self) -> Heard:
        """What was heard since the last call, which can be nothing. Folders that appeared are watched from here on,
        before anyone can list them, so that nothing falls in between."""
        if self._folders_changed:
            self._folders_changed = False
            self.refresh()
        if self._folder_came:
            self._folder_came = False
            self._probe()
        with self._lock:
            heard = Heard(tuple(self._events), frozenset(self._signals))
            self._events, self._signals = [], set()
        return heard

    def refresh(self) -> None:
        """Watches what appeared since (a top-level folder, the inbox of newly installed hooks), and drops what is
        gone."""
        # Below a folder that is watched some may be missing ever since: that is over with the next start only.
        self.problems = tuple(problem for problem in self.problems if problem.code == _LIMIT)
        if not self._location.root.is_dir():
            self._hear(signal="root gone")
            return
        try:
            folders = list(self._top_folders())
        except (UserError, OSError) as error:
            folders = []
            self._problem(_unlisted(self._location.root, error))
        if len(folders) > FOLDERS_MAX:
            self._problem(_too_many(len(folders)))
        with self._control:
            gone = self._unwatch_gone()
            for name in folders[:FOLDERS_MAX]:
                self._watch(self._location.root / name, recursive=True, handler=self._on_file_event)
            self._watch_git()
            self._watch(self._location.root, recursive=False, handler=self._on_root_event)
        for folder in gone:
            # Nothing was heard of one that is there again between its two watches: it is looked into.
            if folder in self._watched and (path := self._relative(folder)):
                self._hear(FileEvent("changed", path, self._now_ms()))

    def _watch_git(self) -> None:
        # After the working tree: watchdog reports a full watch table only for the folder asked for, not for any in it.
        common_dir, git_dir = self._location.common_dir, self._location.git_dir
        self._watch(common_dir / "refs" / "heads", recursive=True, handler=self._on_head_event)
        self._watch(git_dir / "logs", recursive=False, handler=self._on_head_event)
        for folder in dict.fromkeys((git_dir, common_dir)):
            self._watch(folder, recursive=False, handler=self._on_git_event)
        # Hooks are installed by another process, and the inbox together with them.
        self._watch(common_dir / "hooks", recursive=False, handler=self._on_hooks_event)
        self._watch(common_dir / "reverie" / "inbox", recursive=False, handler=self._on_inbox_event)

    def _unwatch_gone(self) -> list[str]:
        with self._lock:
            gone, self._gone = self._gone, set()
        dead = [name for name in self._watched if name in gone or not Path(name).is_dir()]
        for name in dead:
            watch = self._watched.pop(name)
            if self._observer is not None:
                self._observer.unschedule(watch)
        return dead

    def _watch(self, folder: Path, *, recursive: bool, handler: Callable[[FileSystemEvent], None]) -> None:
        from watchdog import events

        name = str(folder)
        if self._observer is None or name in self._watched or not folder.is_dir():
            return
        # Without a filter watchdog hears its own opening of folders, and never rests.
        heard_kinds = [
            events.FileCreatedEvent, events.FileModifiedEvent, events.FileDeletedEvent, events.FileMovedEvent,
            events.FileClosedEvent, events.DirCreatedEvent, events.DirDeletedEvent, events.DirMovedEvent,
        ]  # fmt: skip
        dispatcher = events.FileSystemEventHandler()
        dispatcher.on_any_event = lambda event: self._dispatch(event, handler)  # type: ignore[method-assign]
        try:
            watch = self._observer.schedule(dispatcher, name, recursive=recursive, event_filter=heard_kinds)
        except OSError as error:
            self._problem(_unwatchable(folder, error))
        else:
            self._watched[name] = watch

    def _probe(self) -> None:
        """Sees whether one more folder can be watched: watchdog says nothing of a new one that cannot."""
        with self._control:
            self._watch(self._location.common_dir / "objects", recursive=False, handler=lambda event: None)
            watch = self._watched.pop(str(self._location.common_dir / "objects"), None)
            if watch is not None and self._observer is not None:
                self._observer.unschedule(watch)

    def _problem(self, problem: UserError) -> None:
        if problem.message not in {known.message for known in self.problems}:
            self.problems = (*self.problems, problem)

    def _dispatch(self, event: FileSystemEvent, handler: Callable[[FileSystemEvent], None]) -> None:
        name = os.fsdecode(event.src_path)
        if event.is_directory and event.event_type in ("deleted", "moved") and name in self._watched:
            # Its watch is dead, also when the folder is there again by the time of the refresh.
            with self._lock:
                self._gone.add(name)
            self._note_folders()
        handler(event)

    def _note_folders(self) -> None:
        self._folders_changed = True
        self._hear()

    def _on_root_event(self, event: FileSystemEvent) -> None:
        root = str(self._location.root)
        if os.fsdecode(event.src_path) == root:
            if event.event_type in ("deleted", "moved"):
                self._hear(signal="root gone")
            return
        if not _is_below(os.fsdecode(event.src_path), f"{root}{os.sep}.git"):
            self._on_file_event(event)
            if event.is_directory:
                self._note_folders()

    def _on_file_event(self, event: FileSystemEvent) -> None:
        self._folder_came |= event.is_directory and event.event_type != "deleted"
        path = self._relative(event.src_path)
        moved_to = self._relative(event.dest_path) if event.event_type == "moved" else ""
        if event.event_type == "moved" and path:
            self._hear(FileEvent("moved", path, self._now_ms(), moved_to))
        elif path or moved_to:
            kind: Literal["changed", "deleted"] = "deleted" if event.event_type == "deleted" else "changed"
            self._hear(FileEvent(kind, path or moved_to, self._now_ms()))

    def _on_git_event(self, event: FileSystemEvent) -> None:
        if event.is_directory:
            self._note_folders()
        self._on_head_event(event)

    def _on_hooks_event(self, event: FileSystemEvent) -> None:
        self._note_folders()

    def _on_head_event(self, event: FileSystemEvent) -> None:
        for place in (os.fsdecode(event.src_path), os.fsdecode(event.dest_path)):
            folder, _, name = place.rpartition(os.sep)
            in_refs = f"{os.sep}refs{os.sep}heads" in folder
            if not name.endswith(".lock") and (in_refs or name in _HEAD_FILES):
                self._hear(signal="head")

    def _on_inbox_event(self, event: FileSystemEvent) -> None:
        # Not when it is emptied, nor for what is still being written.
        arrived = _moved_or_here(event).rpartition(os.sep)[2]
        if event.event_type in ("created", "moved") and not arrived.startswith("."):
            self._hear(signal="inbox")

    def _relative(self, place: bytes | str) -> str:
        root = str(self._location.root)
        path = os.fsdecode(place)
        return path[len(root) + 1 :].replace(os.sep, "/") if _is_below(path, root) and path != root else ""

    def _hear(self, event: FileEvent | None = None, signal: Signal | None = None) -> None:
        with self._lock:
            was_empty = not self._events and not self._signals
            if event is not None and len(self._events) < EVENTS_MAX:
                self._events.append(event)
            if signal is not None:
                self._signals.add(signal)
        if was_empty:
            self._wake()


class _OverflowHandler(logging.Handler):
    """Hears what watchdog only logs: that the kernel's queue overflowed and events were lost."""

    def __init__(self, on_overflow: Callable[[], None]) -> None:
        super().__init__(logging.WARNING)
        self._on_overflow = on_overflow

    def emit(self, record: logging.LogRecord) -> None:
        if "overflow" in record.getMessage().lower():
            self._on_overflow()


def _moved_or_here(event: FileSystemEvent) -> str:
    return os.fsdecode(event.dest_path) if event.dest_path else os.fsdecode(event.src_path)


def _is_below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder + os.sep)


def _unwatchable(folder: Path, error: OSError) -> UserError:
    if error.errno in (errno.ENOSPC, errno.EMFILE):
        return UserError(
            "The system's limit on file watches is reached, so changes are found by sweeps, and later.",
            next_step="sudo sysctl fs.inotify.max_user_watches=524288 fs.inotify.max_user_instances=512, "
            "then: reverie restart",
            code=_LIMIT,
        )
    return UserError(
        f"{folder} cannot be watched ({error.strerror or error}); it is swept instead.",
        next_step=f"See whether it can be read: ls {shlex.quote(str(folder))}",
        code="unwatched",
    )


def _too_many(folders: int) -> UserError:
    return UserError(
        f"Only the first {FOLDERS_MAX} of {folders} top-level folders are watched; the rest is swept.",
        next_step="Name folders that do not matter in .gitignore or .reverieignore.",
        code="unwatched",
    )


def _unlisted(root: Path, error: Exception) -> UserError:
    return UserError(
        f"The top-level folders of {root} are swept, not watched: {error}",
        next_step=getattr(error, "next_step", f"git -C {shlex.quote(str(root))} status"),
        code="unwatched",
    )
