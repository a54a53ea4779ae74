"""The one child process that plans and studies, as the daemon's threads see it: asked by one, stopped by any."""

from __future__ import annotations

import threading
import time
from typing import Any

from .children import Child
from .studying import Reply, Request

REST_AFTER_S = 60.0
ENDED = "it took too long, or its process ended"
"""Why there was no reply."""


class Desk:
    """Started when it is asked something, ended when it is told to stop or was not used for a while."""

    def __init__(self, module: str = "reverie_daemon.studying") -> None:
        self._module = module
        self._child: Child | None = None
        self._lock = threading.Lock()
        self._asking = False
        self._closed = False
        self._used_s = 0.0
        self.stopped = False
        """Whether the last request got no reply because it was stopped, which is nobody's fault."""

    def ask(self, request: Request, wait_s: float) -> Reply | None:
        """The reply; None when it was stopped, took longer than `wait_s`, or the process died. One thread at a time."""
        with self._lock:
            if self._closed:
                self.stopped = True
                return None
            if self._child is None:
                self._child = Child(self._module)
            child, self._asking, self.stopped = self._child, True, False
        reply: Any = child.ask(request, wait_s)
        with self._lock:
            self._asking = False
            self._used_s = time.monotonic()
            if reply is None and self._child is child:
                self._child = None
        if reply is None:
            child.close()
        return reply  # type: ignore[no-any-return]

    def stop(self) -> None:
        """Ends what is under way, at once."""
        with self._lock:
            if not self._asking or self._child is None:
                return
            child, self._child, self.stopped = self._child, None, True
        child.kill()

    def rest(self) -> None:
        """Lets the process go when it was not used for a while."""
        with self._lock:
            if self._asking or self._child is None or time.monotonic() - self._used_s < REST_AFTER_S:
                return
            child, self._child = self._child, None
        child.close()

    def close(self) -> None:
        """Ends the process for good."""
        with self._lock:
            self._closed = True
            child, self._child = self._child, None
            asking = self._asking
            self.stopped = True
        if child is not None:
            child.kill() if asking else child.close()

    def process_ids(self) -> list[int]:
        """The child that lives now."""
        with self._lock:
            return [self._child.pid] if self._child is not None else []
