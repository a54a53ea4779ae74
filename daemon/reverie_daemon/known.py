"""What is known about each folder, file and symbol of a repository, a level at a time, for whoever looks through it.

A note counts as fresh where it is known to hold, or where asking again what it read gives the same; of the latter only
so many are looked into at a time, and the others are said to be unchecked.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

from . import wire
from .core.inputs import deserialise, unchanged
from .core.notes import Pairs
from .errors import UserError
from .repository import LiveRepository
from .store.catalogue import StoreCatalogue
from .store.memory import Remembered
from .store.notes import Kept

CHILDREN_MAX = 1_000
CHECKED_MAX = 500
PREDICTIONS_MAX = 500

ChildKind = Literal["folder", "file", "symbol"]


@dataclass(slots=True)
class _Child:
    """A folder, file or symbol with what is known of it and of all in it."""

    name: str
    path: str
    kind: ChildKind
    line: int = 0
    files: int = 0
    notes: int = 0
    fresh: int = 0
    stale: int = 0
    answers: int = 0
    answers_stale: int = 0

    def count(self, fresh: bool | None) -> None:
        self.notes += 1
        self.fresh += fresh is True
        self.stale += fresh is False

    @property
    def _state(self) -> str:
        if not self.notes and not self.answers:
            return "not yet learned"
        return "stale" if self.stale or self.answers_stale else "fresh"

    def to_wire(self) -> dict[str, Any]:
        return {
            "name": wire.escape_path(self.name), "path": wire.escape_path(self.path), "kind": self.kind,
            "line": self.line or None, "files": self.files, "notes": self.notes, "fresh": self.fresh,
            "stale": self.stale, "unchecked": self.notes - self.fresh - self.stale, "answers": self.answers,
            "answers_stale": self.answers_stale, "state": self._state,
        }  # fmt: skip


_OF_HISTORY = ("commits", "changed_together")
_OF_LINES = "line_history"


class Digests:
    """What queries gave at the latest moment of each repository: the levels of a tree that are looked at together cost
    one look, and whoever asks at the same time waits for it instead of looking, too. After a save what history gave is
    kept, of lines only where their file is the same: asking git again takes longer than all the rest."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._of: dict[str, _Moment] = {}

    @contextmanager
    def at(
        self, repository: LiveRepository, catalogue: StoreCatalogue, blobs: Mapping[str, str]
    ) -> Iterator[dict[str, str]]:
        """The digests at the catalogue's moment, to be read and added to; `blobs` are its files'."""
        revision = (catalogue.clock, repository.store.notes_revision())
        with self._lock:
            kept = self._of.get(repository.root)
            if kept is None or (kept.head, kept.revision) != (repository.moment, revision):
                lasting = _lasting(kept, blobs) if kept and kept.head == repository.moment else {}
                kept = self._of[repository.root] = _Moment(repository.moment, revision, blobs, lasting)
            yield kept.digests


@dataclass(frozen=True, slots=True)
class _Moment:
    """`head` is what history depends on, `revision` all else that a query may read."""

    head: str
    revision: tuple[int, int]
    blobs: Mapping[str, str]
    digests: dict[str, str]


def _lasting(then: _Moment, blobs: Mapping[str, str]) -> dict[str, str]:
    found = {}
    for query, digest in then.digests.items():
        method, *arguments = json.loads(query)
        same = method == _OF_LINES and then.blobs.get(arguments[0]) == blobs.get(arguments[0])
        if same or method in _OF_HISTORY:
            found[query] = digest
    return found


def tree(repository: LiveRepository, path: str, digests: Digests) -> dict[str, Any]:
    """`{"path", "kind", "children", "left_out"}` of a folder ("" for the root) or a file, as `GET /v1/tree` gives it.
    Raises UserError where nothing of that name is indexed."""
    with repository.reading() as catalogue:
        files = {file.path: file.blob for file in catalogue.files()}
        path = wire.unescape_path(path.rstrip("/"), files)
        if path in files:
            kind, children = "file", _symbols(path, catalogue)
        else:
            kind, children = "folder", _inside(path, files)
            if path and not children:
                raise _unknown(repository, path)
        with digests.at(repository, catalogue, files) as known:
            _count(repository, path, children, _Judge(repository, catalogue, known))
    shown = sorted(children.values(), key=_in_order)
    return {
        "path": wire.escape_path(path), "kind": kind, "children": [one.to_wire() for one in shown[:CHILDREN_MAX]],
        "left_out": max(0, len(shown) - CHILDREN_MAX),
    }  # fmt: skip


_SHOWN = ("folder", "file", "symbol")


def _count(repository: LiveRepository, path: str, children: dict[str, _Child], judged: _Judge) -> None:
    """Counts in each child what is known about it and what is in it."""
    learned = repository.store.learned
    for note in learned.kept_notes(path):
        child = _child_of(note.topic.name, path, children) if note.topic.kind in _SHOWN else None
        if child is not None:
            child.count(judged.holds(note))
    for one in learned.expected(repository.worktree_id, PREDICTIONS_MAX):
        child = _child_of(one.prediction.topic.name, path, children) if one.key else None
        kept = repository.store.recall(one.key) if child is not None else None
        if child is not None and kept is not None:
            child.answers += 1
            child.answers_stale += judged.answer_holds(kept) is False


def _unknown(repository: LiveRepository, path: str) -> UserError:
    return UserError(
        f"Nothing of {wire.escape_path(path)} is indexed in {repository.root}.",
        next_step="reverie index",
        code="no_file",
    )


def require(repository: LiveRepository, subject: str) -> str:
    """The subject, a path or "path::qualname", by its own name. Raises UserError where nothing of it is indexed."""
    with repository.reading() as catalogue:
        files = {file.path for file in catalogue.files()}
        path, separator, qualname = subject.partition("::")
        path = wire.unescape_path(path.rstrip("/"), files)
        known = path in files or (not separator and any(file.startswith(f"{path}/") for file in files))
        if separator and known:
            known = any(one.symbol.qualname == qualname for one in catalogue.outline(path))
    if not known:
        raise _unknown(repository, subject)
    return f"{path}{separator}{qualname}"


def _inside(folder: str, files: Iterable[str]) -> dict[str, _Child]:
    """The folders and files right in a folder, by path."""
    start = f"{folder}/" if folder else ""
    found: dict[str, _Child] = {}
    for file in files:
        if file.startswith(start):
            name, separator, _ = file[len(start) :].partition("/")
            child = found.setdefault(start + name, _Child(name, start + name, "folder" if separator else "file"))
            child.files += 1
    return found


def _symbols(path: str, catalogue: StoreCatalogue) -> dict[str, _Child]:
    return {
        f"{path}::{one.symbol.qualname}": _Child(
            one.symbol.qualname, f"{path}::{one.symbol.qualname}", "symbol", one.symbol.span.start_line
        )
        for one in catalogue.outline(path)
    }


def _child_of(name: str, around: str, children: dict[str, _Child]) -> _Child | None:
    """The child that a topic is, or lies in; None for what is about all of it."""
    if name in children:
        return children[name]
    path = name.partition("::")[0]
    start = f"{around}/" if around else ""
    if not path.startswith(start):
        return None
    return children.get(start + path[len(start) :].partition("/")[0])


def _in_order(child: _Child) -> tuple[bool, int, str]:
    """Folders, then files, by name; symbols as they stand in their file."""
    return child.kind != "folder", child.line, child.name


class _Judge:
    """Tells which notes and answers hold at one moment, within CHECKED_MAX looks."""

    def __init__(self, repository: LiveRepository, catalogue: StoreCatalogue, digests: dict[str, str]) -> None:
        self._learned = repository.store.learned
        self._catalogue = catalogue
        self._digests = digests
        self._moment = (catalogue.clock, repository.moment)
        self._left = CHECKED_MAX

    def holds(self, note: Kept) -> bool | None:
        """None where that was not looked into."""
        return self._holds((note.clock, note.moment), lambda: self._learned.inputs_of(note.id))

    def answer_holds(self, kept: Remembered) -> bool | None:
        """The same of a prepared answer."""
        return self._holds((kept.clock, kept.head), lambda: kept.inputs)

    def _holds(self, moment: tuple[int, str], inputs: Callable[[], Pairs]) -> bool | None:
        if moment == self._moment:
            return True
        if self._left <= 0:
            return None
        self._left -= 1
        return unchanged(deserialise(inputs()), self._catalogue, self._digests)
