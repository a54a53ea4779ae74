"""A daemon in memory for the terminal UI's tests: it sends what a test tells it to, when the test says so."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from reverie_daemon.errors import DaemonUnreachable, UserError
from reverie_tui.app import ReverieApp
from textual.pilot import Pilot

ROOT = "/home/ada/flask"
ROUNDS_MAX = 400

SOURCE = (
    '''def run(self, host=None, port=None):
    """Runs the application on a local development server."""
    if get_debug_flag():
        load_dotenv()
    options.setdefault("threaded", True)
    run_simple(host, port, self, **options)
'''
).splitlines()


class Gone:
    """Ends a stream, as a daemon that leaves does."""


class Feed:
    """A blocking stream whose items a test puts, one by one."""

    def __init__(self) -> None:
        self._items: queue.Queue[Any] = queue.Queue()

    def put(self, *items: Any) -> None:
        for item in items:
            self._items.put(item)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        while not isinstance(item := self._items.get(), Gone):
            if isinstance(item, Exception):
                raise item
            yield item


class FakeDaemon:
    """Stands in for the client and the daemon behind it. `connect` is what the app is given."""

    def __init__(self) -> None:
        self.root = ROOT
        self.refusal: UserError | None = None
        self.running = threading.Event()
        self.running.set()
        self.started: list[bool] = []
        self.asked: list[tuple[str, str]] = []
        self.past: list[dict[str, Any]] = []
        self.sources: dict[str, dict[str, Any]] = {}
        self.sources_asked: list[tuple[str, int, int]] = []
        self.answers = Feed()
        self.news = Feed()

    def connect(self, *, start: bool) -> FakeDaemon:
        self.started.append(start)
        if start:
            self.running.set()
        if not self.running.is_set():
            raise DaemonUnreachable("The daemon is not running.", next_step="reverie start")
        return self

    def die(self) -> None:
        """Leave; nothing but a question brings it back."""
        self.running.clear()
        self.news.put(Gone())

    def add_repository(self, path: Path) -> str:
        if self.refusal:
            raise self.refusal
        return self.root

    def ask(self, question: str, *, root: str, conversation: str = "") -> Iterator[dict[str, Any]]:
        self.asked.append((question, conversation))
        return iter(self.answers)

    def questions(self, *, root: str, limit: int = 50) -> list[dict[str, Any]]:
        return self.past

    def source(self, *, root: str, path: str, start: int = 1, end: int = 0) -> dict[str, Any]:
        self.sources_asked.append((path, start, end))
        if path not in self.sources:
            raise UserError(f"There is no file {path}.", next_step="reverie index")
        return self.sources[path]

    def events(self) -> Iterator[dict[str, Any]]:
        return iter(self.news)

    def close(self) -> None:
        self.answers.put(Gone())
        self.news.put(Gone())


def source_reply(path: str = "src/flask/app.py", start_line: int = 546, **changes: Any) -> dict[str, Any]:
    """`GET /v1/source`."""
    lines = list(SOURCE)
    reply = {"path": path, "language": "python", "blob": "b1", "start_line": start_line, "lines": lines}
    return {**reply, "total_lines": start_line + len(lines) - 1, **changes}


def evidence_reply(path: str = "src/flask/app.py", start: int = 546, end: int = 549, **changes: Any) -> dict[str, Any]:
    """One piece of an answer's evidence."""
    piece = {"path": path, "start_line": start, "end_line": end, "symbol": "Flask.run", "blob": "b1", "verified": True}
    return {**piece, **changes}


def answer_reply(
    text: str = "`Flask.run` starts the server (`src/flask/app.py:546`).", **changes: Any
) -> dict[str, Any]:
    """The last event of an answer's stream."""
    return {
        "event": "answer",
        "answer": text,
        "route": "composed",
        "fresh": True,
        "evidence": [evidence_reply(), evidence_reply("src/flask/cli.py", 891, 935, symbol="run_command", blob="b2")],
        "unverified": [],
        "readings": [],
        "conversation": "c1",
        "pending": {"files": 0, "share": 0.0},
        "tokens": {"prompt": 0, "cached": 0, "completion": 0, "baseline": 12431},
        "latency_ms": 11.2,
        **changes,
    }


def claim(text: str) -> dict[str, Any]:
    """One claim of an answer's stream."""
    return {"event": "claim", "text": text}


def repository_reply(**changes: Any) -> dict[str, Any]:
    """A repository of `GET /v1/status`."""
    return {
        "root": ROOT,
        "name": "flask",
        "branch": "main",
        "head": "3f2a1c9d0e",
        "files": 236,
        "symbols": 4812,
        "pending": {"files": 0, "share": 0.0},
        "progress": None,
        "problem": None,
        **changes,
    }


def snapshot(**changes: Any) -> dict[str, Any]:
    """The first of the daemon's events; a change replaces a part of the status."""
    status = {
        "sleep": {"state": "learning", "depth": "light", "reason": "on mains, idle for 4 min"},
        "repositories": [repository_reply()],
        "saved": {"tokens": 98231, "today": 12431},
        "model": None,
        **changes,
    }
    return {"event": "snapshot", "seq": 1, "status": status}


def delta(**changes: Any) -> dict[str, Any]:
    """A later event: the parts of the status that changed."""
    return {"event": "delta", "seq": 2, "changes": changes}


@pytest.fixture
def daemon() -> FakeDaemon:
    """A daemon that knows flask."""
    fake = FakeDaemon()
    fake.news.put(snapshot())
    fake.sources = {
        "src/flask/app.py": source_reply(),
        "src/flask/cli.py": source_reply("src/flask/cli.py", 891, blob="b2"),
    }
    return fake


@pytest.fixture
def app(daemon: FakeDaemon) -> ReverieApp:
    """The app on that daemon; retries do not wait."""
    return ReverieApp(daemon.connect, Path(ROOT), retry_s=(0.0,))


def shown(app: ReverieApp) -> str:
    """The characters on the screen, line by line."""
    width, height = app.size
    strips = app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in strip).ljust(width) for strip in strips[:height])


async def until(pilot: Pilot[Any], condition: Callable[[], bool]) -> None:
    """Let the app work until the condition holds, at most ROUNDS_MAX times."""
    for _ in range(ROUNDS_MAX):
        await pilot.pause()
        if condition():
            return
    raise AssertionError("it never came:\n" + shown(pilot.app))  # type: ignore[arg-type]


async def sees(pilot: Pilot[Any], *texts: str) -> None:
    """Wait until all of the texts are on the screen."""
    await until(pilot, lambda: all(text in shown(pilot.app) for text in texts))  # type: ignore[arg-type]
