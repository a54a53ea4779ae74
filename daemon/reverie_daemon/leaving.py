"""Keeps a promise: a daemon that was told to leave is gone within two seconds.

Its parts leave by themselves, and sooner. Where one does not (a slow disk, a machine with too much to do), the process
ends all the same: a transaction that is cut off is undone at the next opening, as after `kill -9`, and children see
their pipes close. It stops no part itself.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable
from types import FrameType

import uvicorn

LEAVE_LATEST_S = 1.7

log = logging.getLogger(__name__)


class Server(uvicorn.Server):
    """A server that lets go of endless streams when it is told to leave: `end_streams` ends them."""

    def __init__(self, config: uvicorn.Config, end_streams: Callable[[], None]) -> None:
        super().__init__(config)
        self._end_streams = end_streams

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        leave_at_the_latest()
        self._end_streams()
        super().handle_exit(sig, frame)


def leave_at_the_latest(after_s: float = LEAVE_LATEST_S) -> None:
    """Ends this process after so long unless it has ended before."""
    timer = threading.Timer(after_s, _leave)
    timer.daemon = True
    timer.start()


def _leave() -> None:
    log.warning("left in the midst of work; what was applied stays")
    os._exit(0)
