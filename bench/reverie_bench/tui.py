"""Measures the terminal UI as its user feels it: in a real terminal, keys in and characters out.

First paint, answers and idleness are measured with a real daemon on a real repository; keys while an answer streams,
with a daemon in memory that streams at a steady pace, which no model does.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from .rig import memory_mib, processor_s, rig
from .speed import Figure, machine, percentile, questions, row
from .terminal import terminal

STARTS = 7
ASKED = 15
KEYS = 60
KEY_EVERY_S = 0.09
TOKENS_A_SECOND, TOKENS_A_CLAIM = 200, 20
STREAM_S = 30.0
USED_QUESTIONS = 200
IDLE_S = 30.0
IDLE_SHARE_MAX = 0.5
"""What is shown as 0 %. Textual looks for keys ten times a second, which alone takes a tenth of a per cent."""
WELCOME, READY = "Ask anything about this repository.", " symbols"
PAGES = {
    "\x1bOR": "[Learned]",
    "\x1bOS": "[Saved]",
    "\x1b[15~": "[Activity]",
    "\x1b[17~": "[Settings]",
    "\x1bOQ": "[Ask]",
}
STAGE = [sys.executable, "-m", "reverie_bench.tui", "--stage"]
TUI = [sys.executable, "-m", "reverie_daemon.launch"]


def measure_start(clone: Path, environ: dict[str, str]) -> Iterator[Figure]:
    """From the command to the first screen, and to one that knows the repository and takes keys; the daemon is up."""
    painted, usable = [], []
    for _ in range(STARTS):
        began = time.perf_counter()
        with terminal(TUI, cwd=clone, environ=environ) as window:
            painted.append(window.until(WELCOME) - began)
            window.until(READY)
            since = window.mark
            window.press("zq")
            usable.append(window.until("zq", since=since) - began)
    yield Figure(clone.name, "first paint, median", 1000 * percentile(painted, 0.5), "ms", 300)
    yield Figure(clone.name, "usable, median", 1000 * percentile(usable, 0.5), "ms", 500)


def measure_remembered(clone: Path, environ: dict[str, str]) -> Iterator[Figure]:
    """From Enter until a remembered answer stands there, whole."""
    waits = []
    with terminal(TUI, cwd=clone, environ=environ) as window:
        window.until(READY)
        for question in questions(clone, ASKED, seed=5):
            for again in (False, True):
                window.press("\x1b")
                window.quiet(0.2)
                window.press(question)
                window.quiet(0.1)
                since = window.mark
                entered = window.press("\r")
                shown = window.until("an agent would have read", since=since)
                if again:
                    waits.append(shown - entered)
    yield Figure(clone.name, "remembered answer shown after Enter, p50", 1000 * percentile(waits, 0.5), "ms")
    yield Figure(clone.name, "remembered answer shown after Enter, p95", 1000 * percentile(waits, 0.95), "ms", 150)


def measure_use(clone: Path, environ: dict[str, str], count: int, idle_s: float) -> Iterator[Figure]:
    """Memory after as many questions and page turns as an hour brings, then what is used while nothing happens."""
    with terminal(TUI, cwd=clone, environ=environ) as window:
        window.until(READY)
        for question in questions(clone, count, seed=6):
            since = window.mark
            window.press(question + "\r")
            window.until("an agent would have read", since=since)
        for _ in range(3):
            for key, title in PAGES.items():
                since = window.mark
                window.press(key)
                window.until(title, since=since)
        window.quiet(0.5)
        yield Figure(
            clone.name, f"resident after {count} questions", memory_mib(window.pid), "MiB", 90 * 1e6 / (1 << 20)
        )
        before = processor_s(window.pid)
        time.sleep(idle_s)
        share = 100 * (processor_s(window.pid) - before) / idle_s
        yield Figure(
            clone.name, f"processor while nothing changes, {idle_s:.0f} s", share, "% of a core", IDLE_SHARE_MAX
        )


def measure_keys(folder: Path) -> Iterator[Figure]:
    """From a key to its character on the screen, while an answer streams."""
    waits, typed = [], ""
    environ = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    with terminal(STAGE, cwd=folder, environ=environ) as window:
        window.until(READY)
        window.press("go\r")
        window.until("claim 3 ")
        for at in range(KEYS):
            letter = "abcdefghijklmnopqrstuvwxyz"[at % 26]
            typed += letter
            since = window.mark
            pressed = window.press(letter)
            waits.append(window.until(typed[-20:], since=since) - pressed)
            time.sleep(KEY_EVERY_S)
    what = f"key to screen while {TOKENS_A_SECOND} tokens a second stream"
    yield Figure("-", f"{what}, p50", 1000 * percentile(waits, 0.5), "ms")
    yield Figure("-", f"{what}, p95", 1000 * percentile(waits, 0.95), "ms", 30)


class StreamingDaemon:
    """Answers any question with claims at a steady pace, for `STREAM_S` seconds."""

    def __init__(self) -> None:
        self._closed = threading.Event()

    def connect(self, *, start: bool) -> StreamingDaemon:
        return self

    def add_repository(self, path: Path) -> str:
        return str(path)

    def ask(self, question: str, *, root: str, conversation: str = "", again: bool = False) -> Iterator[dict[str, Any]]:
        pace_s = TOKENS_A_CLAIM / TOKENS_A_SECOND
        for at in range(int(STREAM_S / pace_s)):
            words = " ".join(f"word{at}" for _ in range(TOKENS_A_CLAIM // 2))
            yield {"event": "claim", "text": f"claim {at} of `flow.step_{at}` (`src/flow.py:{at + 1}`): {words}"}
            if self._closed.wait(pace_s):
                return

    def questions(self, *, root: str, limit: int = 50) -> list[dict[str, Any]]:
        return []

    def names(self, *, root: str, letters: str, limit: int = 20) -> dict[str, Any]:
        return {"names": []}

    def predictions(self, *, root: str, limit: int = 100) -> dict[str, Any]:
        return {"predictions": []}

    def events(self) -> Iterator[dict[str, Any]]:
        here = {"root": str(Path.cwd()), "name": "flow", "files": 9, "symbols": 99, "clock": 1}
        yield {"event": "snapshot", "seq": 1, "status": {"repositories": [here], "sleep": {"state": "waiting"}}}
        self._closed.wait()

    def close(self) -> None:
        self._closed.set()


def stage() -> int:
    """The terminal UI on that daemon, in this process's terminal."""
    from reverie_tui.app import ReverieApp

    ReverieApp(StreamingDaemon().connect, Path.cwd()).run()  # type: ignore[arg-type]
    return 0


def main(argv: list[str]) -> int:
    """Prints each figure as it is measured; fails when one exceeds its bound."""
    if argv == ["--stage"]:
        return stage()
    parser = argparse.ArgumentParser(prog="reverie_bench tui", description=main.__doc__)
    parser.add_argument("--repo", type=Path, required=True, help="a clone to measure on")
    parser.add_argument(
        "--questions", type=int, default=USED_QUESTIONS, help="how many are asked before memory is read"
    )
    parser.add_argument("--idle-seconds", type=float, default=IDLE_S, help="how long an idle program is watched")
    parser.add_argument("--json", type=Path, help="write the figures there, too")
    options = parser.parse_args(argv)
    print(", ".join(f"{name} {value}" for name, value in machine().items()), flush=True)
    figures = []
    with rig() as made:
        clone = made.clone(options.repo)
        environ = {key: value for key, value in made.environ.items() if key != "NO_COLOR"}
        (made.home).mkdir(parents=True, exist_ok=True)
        (made.home / "config.toml").write_text("[learning]\nwhen_idle = false\n\n[tui]\nwelcomed = true\n")
        made.reverie("index", cwd=clone)
        measures = (
            measure_start(clone, environ),
            measure_remembered(clone, environ),
            measure_keys(made.folder),
            measure_use(clone, environ, options.questions, options.idle_seconds),
        )
        for measure in measures:
            for figure in measure:
                figures.append(figure)
                print(row(figure), flush=True)
    if options.json:
        options.json.write_text(json.dumps([asdict(figure) for figure in figures], indent=1))
    return 0 if all(figure.holds for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
