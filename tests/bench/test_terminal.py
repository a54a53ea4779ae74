"""The terminal that the terminal UI is measured in: what is drawn is found whatever its colours, and keys arrive."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from reverie_bench.terminal import terminal

SCRIPT = r"""printf '\033[1;31mhel\033[0mlo\n'; read word; printf 'got %s\n' "$word"; read word"""


def test_what_is_drawn_is_found_and_keys_arrive(tmp_path: Path) -> None:
    """A measurement is worth as much as what it waits for."""
    with terminal(["sh", "-c", SCRIPT], cwd=tmp_path, environ=dict(os.environ)) as window:
        drawn = window.until("hello")
        since = window.mark
        pressed = window.press("keys\r")
        assert window.until("got keys", since=since) >= pressed >= drawn


def test_what_is_never_drawn_ends_the_wait(tmp_path: Path) -> None:
    """Otherwise a bench would hang on the first text that was reworded."""
    with terminal(["sh", "-c", SCRIPT], cwd=tmp_path, environ=dict(os.environ)) as window:
        window.until("hello")
        with pytest.raises(TimeoutError, match="goodbye"):
            window.until("goodbye", wait_s=0.05)
