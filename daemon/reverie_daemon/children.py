"""Child processes of the daemon: values in, values out, over their two pipes.

Heavy work (parsing, counting tokens) lives in children, so that the daemon stays small and its event loop free. A child
is a fresh interpreter that runs `serving.serve`. It leaves when its input closes, whether the daemon stopped it or was
killed. What a child does is its module's business; nothing here knows.
"""

from __future__ import annotations

import os
import pickle
import select
import subprocess
import sys
import threading
import time
from typing import Any

from .serving import LENGTH_BYTES


class Child:
    """One process that runs `python -m module`. Used by one thread at a time; any other may close it meanwhile."""

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
        os.set_blocking(self._input.fileno(), False)
        self._asking = threading.Lock()

    @property
    def pid(self) -> int:
        return self._process.pid

    def ask(self, value: object, wait_s: float) -> Any | None:
        """The child's reply; None when it died, or took longer than `wait_s` and was killed."""
        deadline_s = time.monotonic() + wait_s
        payload = pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
        with self._asking:
            try:
                self._write(len(payload).to_bytes(LENGTH_BYTES, "little") + payload, deadline_s)
                length = int.from_bytes(self._read(LENGTH_BYTES, deadline_s), "little")
                return pickle.loads(self._read(length, deadline_s))
            except TimeoutError:
                self._process.kill()
                return None
            except (OSError, EOFError, ValueError):  # ValueError: closed before
                return None

    def _write(self, data: bytes, deadline_s: float) -> None:
        descriptor, rest = self._input.fileno(), memoryview(data)
        while rest:
            _await(descriptor, select.POLLOUT, deadline_s)
            rest = rest[os.write(descriptor, rest) :]

    def _read(self, count: int, deadline_s: float) -> bytes:
        descriptor, data = self._output.fileno(), bytearray()
        while len(data) < count:
            _await(descriptor, select.POLLIN, deadline_s)
            piece = os.read(descriptor, count - len(data))
            if not piece:
                raise EOFError
            data += piece
        return bytes(data)

    def kill(self) -> None:
        """Ends the process at once, from any thread; `close` is still to be called by the one that uses it."""
        self._process.kill()

    def close(self) -> None:
        """Ends the process, whatever it is doing."""
        self._process.kill()
        with self._asking:  # whoever waits for a reply has it that there is none; its pipes must not close under it
            self._input.close()
            self._output.close()
        self._process.wait()


def _await(descriptor: int, event: int, deadline_s: float) -> None:
    """Until the pipe can be written to or read from. Raises TimeoutError."""
    # poll, not a timer thread for each call: starting one costs as much as a short answer.
    poll = select.poll()
    poll.register(descriptor, event)
    if not poll.poll(max(0.0, deadline_s - time.monotonic()) * 1000):
        raise TimeoutError
