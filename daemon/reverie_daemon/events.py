"""Telling clients what changes: a snapshot of the status, then the parts of it that changed, each with a number.

Whoever changes something calls `poke`; one thread looks at the status at most every PACE_S and sends what is different.
With nobody listening nothing is computed.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from typing import Any

PACE_S = 0.1
QUEUE_MAX = 100
"""Deltas kept for a listener that does not read; past this it is dropped, and takes a snapshot when it comes back."""
KEEP_ALIVE_S = 15.0

Status = dict[str, Any]


class EventHub:
    """Fans changes of `status()` out to listeners; `uptime_s` alone is no change."""

    def __init__(self, status: Callable[[], Status]) -> None:
        self._status = status
        self._listeners: set[queue.Queue[dict[str, Any] | None]] = set()
        # A stream that was dropped is closed by the garbage collector, in whichever thread that runs: also in one that
        # holds the lock.
        self._lock = threading.RLock()
        self._changed = threading.Event()
        self._closed = threading.Event()
        self._sent: Status = {}
        self._seq = 0
        self._thread = threading.Thread(target=self._publish, name="events", daemon=True)
        self._thread.start()

    def poke(self) -> None:
        """Something may have changed."""
        self._changed.set()

    def close(self) -> None:
        """Ends every stream."""
        self._closed.set()
        self._changed.set()
        with self._lock:
            for listener in list(self._listeners):
                _offer(listener, None)

    def listen(self) -> Iterator[dict[str, Any] | None]:
        """A `snapshot`, then `delta`s, until the hub closes; None now and then, so that a dead peer is noticed."""
        mine: queue.Queue[dict[str, Any] | None] = queue.Queue(QUEUE_MAX)
        with self._lock:
            self._sent = self._status()
            snapshot = {"event": "snapshot", "seq": self._seq, "status": self._sent}
            self._listeners.add(mine)
        try:
            yield snapshot
            while not self._closed.is_set():
                try:
                    event = mine.get(timeout=KEEP_ALIVE_S)
                except queue.Empty:
                    yield None
                    continue
                if event is None:
                    return
                yield event
        finally:
            with self._lock:
                self._listeners.discard(mine)

    def _publish(self) -> None:
        while not self._closed.is_set():
            self._changed.wait()
            self._changed.clear()
            if self._listeners:
                self._send(self._status())
            self._closed.wait(PACE_S)

    def _send(self, status: Status) -> None:
        with self._lock:
            changes = {
                key: value for key, value in status.items() if key != "uptime_s" and value != self._sent.get(key)
            }
            self._sent = status
            if not changes:
                return
            self._seq += 1
            for listener in list(self._listeners):
                if not _offer(listener, {"event": "delta", "seq": self._seq, "changes": changes}):
                    self._listeners.discard(listener)


def _offer(listener: queue.Queue[dict[str, Any] | None], event: dict[str, Any] | None) -> bool:
    try:
        listener.put_nowait(event)
    except queue.Full:
        return False
    return True
