"""Which of the commits that are known each worktree's HEAD reaches, newest first.

Worktrees share commits, not branches. What a HEAD reaches is kept as runs of consecutive revision numbers: one run for
a branch that was read at once, some more where branches meet. The commits themselves are `history.py`'s.
"""

from __future__ import annotations

import sqlite3
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

_NUMBERS = "I"

Run = tuple[int, int]
"""The newest and the oldest of consecutive revisions."""


@dataclass(frozen=True, slots=True)
class Reach:
    """What a HEAD reaches; `head` is its object id, "" before the first commit."""

    head: str = ""
    runs: tuple[Run, ...] = ()

    def __len__(self) -> int:
        return sum(newest - oldest + 1 for newest, oldest in self.runs)

    def newest(self, limit: int) -> list[int]:
        """The newest revisions."""
        return list(islice(self._every(), limit))

    def among(self, numbers: Iterable[int]) -> list[int]:
        """Those of the revisions that are reached, newest first."""
        ordered = sorted(set(numbers))
        found: list[int] = []
        for newest, oldest in self.runs:
            found += reversed(ordered[bisect_left(ordered, oldest) : bisect_right(ordered, newest)])
        return found

    def _every(self) -> Iterator[int]:
        for newest, oldest in self.runs:
            yield from range(newest, oldest - 1, -1)


def of(reader: sqlite3.Connection, worktree: int) -> Reach:
    """What the worktree's HEAD reached when its history was last read."""
    row = reader.execute("SELECT head, runs FROM reach WHERE worktree = ?", (worktree,)).fetchone()
    return _reach(*row) if row else Reach()


def every(reader: sqlite3.Connection) -> list[Reach]:
    """What each worktree reaches."""
    return [_reach(*row) for row in reader.execute("SELECT head, runs FROM reach ORDER BY worktree")]


def put(writer: sqlite3.Connection, worktree: int, head: str, numbers: Iterable[int]) -> None:
    """Says what the worktree reaches now, newest first."""
    packed = array(_NUMBERS, (number for run in _runs(numbers) for number in run)).tobytes()
    writer.execute(
        "INSERT OR REPLACE INTO reach(worktree, head, runs) VALUES (?, ?, ?)", (worktree, bytes.fromhex(head), packed)
    )


def drop(writer: sqlite3.Connection, worktree: int) -> None:
    writer.execute("DELETE FROM reach WHERE worktree = ?", (worktree,))


def _reach(head: bytes, packed: bytes) -> Reach:
    numbers = array(_NUMBERS)
    numbers.frombytes(packed)
    return Reach(head.hex(), tuple(zip(numbers[::2], numbers[1::2], strict=True)))


def _runs(numbers: Iterable[int]) -> list[Sequence[int]]:
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][1] - 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return list(runs)
