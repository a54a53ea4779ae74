"""What a small file says, read again once it was written since: asking costs a look at the file, not a parse.

Knows no file of its own, and watches nothing: it looks when it is asked.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

T = TypeVar("T")

Stamp = tuple[int, int, int] | None
"""Differs from an earlier one where the file was written since: its inode, time and length; None where there is none.
"""


def stamp(file: Path) -> Stamp:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size


class Reread(Generic[T]):
    """`read` gives what the file says, and may raise: then nothing is kept. May be used from any thread."""

    def __init__(self, file: Path, read: Callable[[Path], T]) -> None:
        self._file = file
        self._read = read
        self._kept: tuple[Stamp, T] | None = None

    def value(self) -> T:
        """Raises what `read` raises."""
        kept, now = self._kept, stamp(self._file)
        if kept is None or kept[0] != now:
            self._kept = kept = now, self._read(self._file)
        return kept[1]
