"""A program in a terminal of its own: keys go in, what it draws comes out, with the time it came. Linux and macOS.

It is no terminal emulator: it knows what was written, in order, not where on the screen it stands.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

_ESCAPES = re.compile(
    rb"\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[\[?>=][0-9;?$>]*[ -/]*[@-~]|\x1b[()][A-Z0-9]|\x1b[=>78]"
)
COLUMNS, ROWS = 100, 30


class Terminal:
    """Reads all that its program writes, from a thread of its own."""

    def __init__(self, pid: int, handle: int) -> None:
        self.pid = pid
        self._handle = handle
        self._written = bytearray()
        self._came = threading.Condition()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def press(self, keys: str) -> float:
        """Sends keys as a terminal does; when, by `time.perf_counter`."""
        at = time.perf_counter()
        os.write(self._handle, keys.encode())
        return at

    @property
    def mark(self) -> int:
        """Where the output ends now, for `until`."""
        with self._came:
            return len(self._written)

    def until(self, text: str, *, since: int = 0, wait_s: float = 30.0) -> float:
        """When this text had been drawn, in one piece, in what came after `since`. Raises TimeoutError."""
        wanted = text.encode()
        deadline = time.perf_counter() + wait_s
        with self._came:
            while wanted not in _ESCAPES.sub(b"", bytes(self._written[since:])):
                if not self._came.wait(deadline - time.perf_counter()):
                    raise TimeoutError(f"“{text}” was not drawn within {wait_s} s")
            return time.perf_counter()

    def quiet(self, seconds: float) -> None:
        """Returns once nothing was drawn for so long."""
        before = -1
        while before != (before := self.mark):
            time.sleep(seconds)

    def _read(self) -> None:
        while True:
            try:
                select.select([self._handle], [], [])
                piece = os.read(self._handle, 1 << 16)
            except OSError:
                return
            if not piece:
                return
            with self._came:
                self._written += piece
                self._came.notify_all()


@contextmanager
def terminal(command: Sequence[str], *, cwd: Path, environ: Mapping[str, str]) -> Iterator[Terminal]:
    """The command in a terminal; it is ended with the block."""
    pid, handle = pty.fork()
    if pid == 0:
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        os.chdir(cwd)
        os.execvpe(command[0], list(command), {**environ, "TERM": "xterm-256color", "COLORTERM": "truecolor"})
    try:
        yield Terminal(pid, handle)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        os.close(handle)
