"""How much of the processor other programs use, and which of them most, from Linux's /proc.

What this process and all that it started use is subtracted, so that learning does not keep itself awake. The search for
the busiest program reads every process and is made only while the machine is busy.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

BUSY_SHARE = 0.2
"""Above this the busiest program is looked for."""
SEARCH_EVERY_S = 10.0
SEARCH_KEPT_S = 30.0
"""A search is compared with one that is no older; what a program used long ago says nothing about now."""
BETWEEN_S_MIN = 0.3
"""The kernel counts in hundredths of a second: over less than this a share would be noise."""


class ProcessorOthers:
    """Compares each reading with the one before; used by one thread."""

    def __init__(self, proc: Path = Path("/proc"), monotonic_s: Callable[[], float] = time.monotonic) -> None:
        self._proc = proc
        self._monotonic_s = monotonic_s
        self._own_pid = int((proc / "self").readlink().name) if (proc / "self").is_symlink() else os.getpid()
        self._read_at_s = -BETWEEN_S_MIN
        self._before: tuple[int, int, int] | None = None
        self._share: float | None = None
        self._searched_at_s = -SEARCH_KEPT_S
        self._used: dict[int, int] = {}
        self._busiest = ""

    def share(self) -> tuple[float | None, str]:
        """The others' share of all cores since the reading before, and the busiest one's name ("" when not known). The
        share is None at first, and where /proc tells nothing."""
        now_s = self._monotonic_s()
        if now_s - self._read_at_s >= BETWEEN_S_MIN:
            self._read_at_s = now_s
            self._measure()
        if (self._share or 0.0) < BUSY_SHARE:
            self._busiest = ""
        elif now_s - self._searched_at_s >= SEARCH_EVERY_S:
            self._search(now_s)
        return self._share, self._busiest

    def _measure(self) -> None:
        ticks = self._ticks()
        if ticks is None:
            self._share = None
            return
        own = sum(self._used_by(pid) for pid in self._family())
        before, self._before = self._before, (*ticks, own)
        if before is None or ticks[0] <= before[0]:
            return
        # Ended children are counted by their parent, and so go on being ours; a reading in between may miss one.
        others = max(0, (ticks[1] - before[1]) - max(0, own - before[2]))
        self._share = min(1.0, others / (ticks[0] - before[0]))

    def _ticks(self) -> tuple[int, int] | None:
        """All ticks of all cores since the start, and those that were busy; time stolen by a host counts as neither."""
        try:
            fields = (self._proc / "stat").read_text("ascii", "replace").split("\n", 1)[0].split()
        except OSError:
            return None
        if len(fields) < 8 or fields[0] != "cpu":
            return None
        user, nice, system, idle, waiting, interrupts, soft = map(int, fields[1:8])
        busy = user + nice + system + interrupts + soft
        return busy + idle + waiting, busy

    def _family(self) -> Iterator[int]:
        """This process and all that it started, as far as they still run."""
        waiting = [self._own_pid]
        while waiting:
            pid = waiting.pop()
            yield pid
            for children in (self._proc / str(pid) / "task").glob("*/children"):
                try:
                    waiting += map(int, children.read_text("ascii").split())
                except OSError:
                    continue

    def _used_by(self, pid: int) -> int:
        """Ticks that a process and its ended children have used; 0 when it has gone."""
        fields = self._fields(pid)
        return sum(map(int, fields[11:15])) if len(fields) > 14 else 0

    def _fields(self, pid: int) -> list[str]:
        """The fields after the command's name, which may hold blanks and brackets itself."""
        try:
            return (self._proc / str(pid) / "stat").read_text("utf-8", "replace").rpartition(")")[2].split()
        except OSError:
            return []

    def _search(self, now_s: float) -> None:
        family = set(self._family())
        used = {pid: self._used_by(pid) for pid in self._others(family)}
        if now_s - self._searched_at_s <= SEARCH_KEPT_S:
            gained = {pid: ticks - self._used.get(pid, 0) for pid, ticks in used.items()}
            best = max(gained, key=lambda pid: gained[pid], default=None)
            self._busiest = self._name(best) if best is not None and gained[best] > 0 else ""
        self._used, self._searched_at_s = used, now_s

    def _others(self, family: set[int]) -> Iterator[int]:
        for entry in os.scandir(self._proc):
            if entry.name.isdigit() and int(entry.name) not in family:
                yield int(entry.name)

    def _name(self, pid: int) -> str:
        try:
            return (self._proc / str(pid) / "comm").read_text("utf-8", "replace").strip()
        except OSError:
            return ""
