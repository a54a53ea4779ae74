"""Child processes of the daemon: values in, values out, over their two pipes.

Heavy work (parsing, counting tokens) lives in children, so that the daemon stays small and its event loop free. A child
is a fresh interpreter that runs `serve`. It leaves when its input closes, whether the daemon stopped it or was killed.
What a child does is its module's business; nothing here knows.
"""

from __future__ import annotations

import os
import pickle
import queue
import subprocess
import sys
import threading
from collections.abc import Callable
from typing import IO, Any

LENGTH_BYTES = 8


class Child:
    """One process that runs `python -m module`. Used by one thread at a time."""

    def __init__(self, module: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", module],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            close_fds=True,
        )
        assert self._process.stdin is not None and self._process.stdout is not None
        self._input, self._output = self._process.stdin, self._process.stdout

    @property
    def pid(self) -> int:
        return self._process.pid

    def ask(self, value: object, wait_s: float) -> Any | None:
        """The child's reply; None when it died, or took longer than `wait_s` and was killed."""
        watch = threading.Timer(wait_s, self._process.kill)
        watch.daemon = True
        watch.start()
        try:
            _send(self._input, value)
            return _receive(self._output)
        except (OSError, ValueError):  # ValueError: the pipe was closed under us by close()
            return None
        finally:
            watch.cancel()

    def kill(self) -> None:
        """Ends the process at once, from any thread; `close` is still to be called by the one that uses it."""
        self._process.kill()

    def close(self) -> None:
        """Ends the process, whatever it is doing."""
        self._process.kill()
        for pipe in (self._input, self._output):
            try:
                pipe.close()
            except OSError:  # flushing what the dead child never read
                continue
        self._process.wait()


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


def _receive(pipe: IO[bytes]) -> Any | None:
    length = pipe.read(LENGTH_BYTES)
    if len(length) < LENGTH_BYTES:
        return None
    return pickle.loads(pipe.read(int.from_bytes(length, "little")))
