"""How long ago the user last typed or moved the mouse, on Linux.

The desktop is asked over D-Bus, where jeepney is installed and a bus is there: GNOME's idle monitor, the screen saver's
interface, logind. Beside them the newest terminal that took input counts, so that one who works over ssh is not taken
for away. The most recent of all is the answer.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable
from importlib.util import find_spec
from pathlib import Path

from . import desktop

TERMINALS = ("/dev/pts", "/dev")
RETRY_S = 60.0
"""A source that failed is left alone for so long: asking costs, and a desktop does not appear every second."""


class InputIdle:
    """Used by one thread; keeps its connections."""

    def __init__(
        self,
        terminals: Iterable[str] = TERMINALS,
        sources: Iterable[Callable[[], float | None]] | None = None,
        wall_s: Callable[[], float] = time.time,
        monotonic_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._terminals = tuple(map(Path, terminals))
        self._sources = tuple(_sources() if sources is None else sources)
        self._wall_s = wall_s
        self._monotonic_s = monotonic_s
        self._due_s = dict.fromkeys(range(len(self._sources)), 0.0)

    def seconds(self) -> float | None:
        """Seconds since the last input; None when nothing here tells."""
        found = [self._terminal_idle_s()]
        now_s = self._monotonic_s()
        for number, source in enumerate(self._sources):
            if now_s >= self._due_s[number]:
                found.append(source())
                if found[-1] is None:
                    self._due_s[number] = now_s + RETRY_S
        return min((seconds for seconds in found if seconds is not None), default=None)

    def _terminal_idle_s(self) -> float | None:
        """By the newest terminal of this user: the kernel marks a terminal as read when input arrives."""
        newest = max((time_s for folder in self._terminals for time_s in _read_at(folder)), default=None)
        return None if newest is None else max(0.0, self._wall_s() - newest)


def _read_at(folder: Path) -> Iterable[float]:
    owner = os.getuid()
    try:
        entries = list(os.scandir(folder))
    except OSError:
        return
    for entry in entries:
        if not (entry.name.isdigit() or (entry.name.startswith("tty") and entry.name[3:].isdigit())):
            continue
        try:
            found = entry.stat()
        except OSError:
            continue
        if found.st_uid == owner:
            yield found.st_atime


def _sources() -> list[Callable[[], float | None]]:
    if find_spec("jeepney") is None:
        return []
    return [desktop.Mutter().idle_s, desktop.ScreenSaver().idle_s, desktop.Logind().idle_s]
