"""What a catalogue asks of the working tree and of git, redacted as the store is.

Texts are kept for as long as their files have the same stat, since one answer reads a file many times, and the next
answer often the same file. It finds no changes; that is the sweep's.
"""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from collections.abc import Sequence

from reverie_indexers import split_lines
from reverie_indexers.facts import Span

from .core.nouns import Commit
from .core.redact import redact
from .worktree import FileStat, Snapshot, Worktree, decode
from .worktree.files import UNSETTLED_NS, StatLike, same, stat_of

KEPT_CHARACTERS_MAX = 4_000_000


class Disk:
    """One worktree's disk; may be used from any thread."""

    def __init__(self, worktree: Worktree) -> None:
        self._worktree = worktree
        self._root = os.fsencode(worktree.location.root)
        self._kept: OrderedDict[str, tuple[FileStat, Sequence[str], int]] = OrderedDict()
        self._kept_characters = 0
        self._lock = threading.Lock()

    @property
    def name(self) -> str:
        return self._worktree.location.name

    def text(self, path: str) -> Sequence[str] | None:
        """A file's lines as on disk now; None when it cannot be read."""
        with self._lock:
            kept = self._kept.get(path)
            if kept is not None and kept[0] == self._stat(path):
                self._kept.move_to_end(path)
                return kept[1]
        found = self._worktree.snapshot(path)
        if not isinstance(found, Snapshot):
            return None
        text = redact(decode(found.content))
        lines = split_lines(text)
        if found.stat.mtime_ns != UNSETTLED_NS:
            self._keep(path, found.stat, lines, len(text))
        return lines

    def is_still(self, path: str, row: StatLike) -> bool:
        """Whether a file has the stat that this row says, and so the content that was read then."""
        found = self._stat(path)
        return found is not None and same(found, row)

    def line_history(self, path: str, span: Span, limit: int = 5) -> Sequence[Commit]:
        return self._worktree.blame(path, span, limit)

    def commit(self, revision: str) -> Commit | None:
        return self._worktree.commit(revision)

    def uncommitted(self) -> Sequence[str]:
        return self._worktree.uncommitted()

    def _stat(self, path: str) -> FileStat | None:
        try:
            return stat_of(os.lstat(self._root + b"/" + os.fsencode(path)))
        except OSError:
            return None

    def _keep(self, path: str, stat: FileStat, lines: Sequence[str], characters: int) -> None:
        with self._lock:
            before = self._kept.pop(path, None)
            self._kept[path] = (stat, lines, characters)
            self._kept_characters += characters - (before[2] if before else 0)
            while self._kept_characters > KEPT_CHARACTERS_MAX:
                _, (_, _, dropped) = self._kept.popitem(last=False)
                self._kept_characters -= dropped
