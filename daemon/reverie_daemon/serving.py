"""A child process's own side: it answers what the daemon asks, until the daemon is gone. `children.py` is the daemon's.

What a child does is its module's business; nothing here knows.
"""

from __future__ import annotations

import os
import pickle
import queue
import sys
import threading
from collections.abc import Callable
from typing import IO, Any

LENGTH_BYTES = 8
"""Before each value stands its length, so long, the lowest byte first."""


def serve(reply: Callable[[Any], object]) -> None:
    """A child's main: answers each value with `reply(value)`, until the daemon is gone.

    A thread of its own reads, so that a closed input ends the process even in the midst of a reply.
    """
    requests: queue.SimpleQueue[Any] = queue.SimpleQueue()

    def read() -> None:
        pipe = sys.stdin.buffer
        try:
            while len(length := pipe.read(LENGTH_BYTES)) == LENGTH_BYTES:
                requests.put(pickle.loads(pipe.read(int.from_bytes(length, "little"))))
        finally:
            # Also after half a request: whoever was writing it is dead.
            os._exit(0)

    threading.Thread(target=read, daemon=True).start()
    while True:
        _send(sys.stdout.buffer, reply(requests.get()))


def _send(pipe: IO[bytes], value: object) -> None:
    payload = pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
    pipe.write(len(payload).to_bytes(LENGTH_BYTES, "little"))
    pipe.write(payload)
    pipe.flush()
