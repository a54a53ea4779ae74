"""What happens to a worktree, as requests to the thread that keeps it: saves, git's moves, hooks' messages, sweeps due.

Where the system does not let us hear everything, or `REVERIE_WATCH=off` forbids it, the hooks' inbox is looked at now
and then instead. Nothing is read or stored here; what a request asks is `keeping.py`'s to do.
"""

from __future__ import annotations

import math
import os
import time
from collections.abc import Callable, Iterator

from . import hooks
from .core.changes import FileEvent, Rescan, Wait, settle
from .errors import UserError
from .work import Request
from .worktree import Worktree

SWEEP_EVERY_S = 300.0
"""Events can be lost; a reconciliation finds what they missed."""
UNHEARD_SWEEP_EVERY_S = 60.0
"""The same where the system does not let us watch everything."""
INBOX_EVERY_S = 1.0


class Listening:
    """For one thread, but for `stop`. `on` tells whether file events are listened to. `wake` is called from other
    threads when there is something to hear, `edited` when files were written to that will be read soon."""

    def __init__(self, worktree: Worktree, *, wake: Callable[[], None], edited: Callable[[], None]) -> None:
        self.on = os.environ.get("REVERIE_WATCH") != "off"
        self._location = worktree.location
        self._watcher = worktree.watcher(wake)
        self._edited = edited
        self._events: list[FileEvent] = []
        self._swept_at_s = time.monotonic()

    def start(self) -> None:
        if self.on:
            self._watcher.start()

    def stop(self) -> None:
        self._watcher.stop()

    def start_again(self) -> None:
        """The worktree's folder is another one than before."""
        if self.on:
            self._watcher.stop()
            self._watcher.start()

    @property
    def problem(self) -> UserError | None:
        """Why not everything is heard."""
        return next(iter(self._watcher.problems), None)

    @property
    def pace_s(self) -> float:
        """How long one may wait to be woken: where hooks may not be heard, `unheard` and `missed` are to be asked."""
        return math.inf if self._hears_all else INBOX_EVERY_S

    @property
    def _hears_all(self) -> bool:
        return self.on and not self._watcher.problems

    def heard(self) -> Iterator[Request]:
        """What is to be done at once; saves are kept until they have `settled`."""
        heard = self._watcher.drain()
        if heard.events:
            self._events += heard.events
            self._edited()
        if "overflow" in heard.signals:
            yield Request("watch", "overflow", reconcile=True)
        elif "root gone" in heard.signals:
            yield Request("watch", "root gone", reconcile=True)
        if "inbox" in heard.signals:
            yield from self.inbox()
        elif "head" in heard.signals:
            yield Request("watch", "head", reconcile=True, learn=True)

    def settled(self) -> tuple[Request | None, float]:
        """What saves that have settled ask for, and the seconds until more may have."""
        if not self._events:
            return None, math.inf
        outcome = settle(self._events, time.monotonic() * 1000)
        if isinstance(outcome, Wait):
            return None, outcome.ms / 1000
        self._events = []
        if isinstance(outcome, Rescan):
            return Request("watch", outcome.reason, reconcile=True), math.inf
        return Request("watch", "changed", heard=outcome), math.inf

    def inbox(self) -> Iterator[Request]:
        """What git hooks asked for, also while no daemon ran."""
        for trigger in hooks.read_inbox(self._location):
            yield Request("hook", trigger.event, reconcile=True, learn=True)

    def unheard(self) -> Iterator[Request]:
        """What git hooks asked for, where that is not heard."""
        if not self._hears_all:
            yield from self.inbox()

    def missed(self, now_s: float) -> Iterator[Request]:
        """The same, and a reconciliation where one is due; by the monotonic clock."""
        yield from self.unheard()
        every_s = SWEEP_EVERY_S if self._hears_all else UNHEARD_SWEEP_EVERY_S
        if self.on and now_s - self._swept_at_s >= every_s:
            self._swept_at_s = now_s
            yield Request("sweep", "periodic", reconcile=True)
