"""The terminal UI in a real terminal, tmux's: started, asked, resized and left as a user does, with the real daemon."""

from __future__ import annotations

import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from support.shell import Shell

WAIT_S = 60
"""Generous: it only decides how long a failure takes."""

pytestmark = pytest.mark.skipif(shutil.which("tmux") is None, reason="there is no tmux here")


class Window:
    """A window of a tmux server of its own."""

    def __init__(self, folder: Path, environ: dict[str, str]) -> None:
        self._environ = environ | {"TMUX_TMPDIR": str(folder), "LC_ALL": "C.UTF-8"}
        self._environ.pop("TMUX", None)

    def tmux(self, *arguments: str) -> str:
        done = subprocess.run(["tmux", "-L", "t", "-f", "/dev/null", *arguments], env=self._environ,
                              capture_output=True, text=True, timeout=WAIT_S)  # fmt: skip
        return done.stdout

    def shown(self) -> str:
        return self.tmux("capture-pane", "-p", "-t", "a")

    def sees(self, *texts: str) -> None:
        self.until(lambda: all(text in self.shown() for text in texts))

    def until(self, condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + WAIT_S
        while not condition():
            assert time.monotonic() < deadline, "it never came:\n" + self.shown()
            time.sleep(0.05)


@pytest.fixture
def window(tmp_path: Path, shell: Shell) -> Iterator[Window]:
    config = shell.home / "config.toml"
    config.write_text(config.read_text() + "\n[tui]\nwelcomed = true\n")
    made = Window(tmp_path, shell.environ)
    yield made
    made.tmux("kill-server")


def test_it_is_started_asked_resized_and_left(window: Window, kettle: Path) -> None:
    """What no test in memory can tell: that a terminal understands us, and has its screen back afterwards."""
    program = shlex.join([sys.executable, "-m", "reverie_daemon.launch"])
    begin = f"cd {shlex.quote(str(kettle))} && {program}; echo left with $?; sleep 600"
    window.tmux("new-session", "-d", "-s", "a", "-x", "100", "-y", "30", begin)
    window.sees("Ask anything about this repository.", "kettle repo", " symbols")
    window.tmux("send-keys", "-t", "a", "what does Boiler.done do?", "Enter")
    window.sees("Whether the water boils", "composed", "kettle/boiler.py:24")
    window.tmux("resize-window", "-t", "a", "-x", "70", "-y", "20")
    window.until(lambda: max(map(len, window.shown().splitlines())) <= 70 and "Whether the" in window.shown())
    window.tmux("send-keys", "-t", "a", "C-q")
    window.sees("left with 0")
    assert "Ask about this repository" not in window.shown()
