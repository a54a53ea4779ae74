"""A daemon in memory for the terminal UI's tests: it sends what a test tells it to, when the test says so."""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, nullcontext
from pathlib import Path
from typing import Any

import pytest
from reverie_daemon.errors import DaemonUnreachable, UserError
from reverie_tui.app import ReverieApp
from reverie_tui.widgets.question_box import QuestionBox
from textual import events
from textual.pilot import Pilot

ROOT = "/home/ada/flask"
ROUNDS_MAX = 1_000
ROUND_S = 0.01
"""How long a round yields to the daemon's threads; how many there are, not how long they take, ends a wait."""

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

    def end(self) -> None:
        """End the stream that is being read."""
        self._items.put(Gone())

    def put(self, *items: Any) -> None:
        for item in items:
            self._items.put(item)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        while not isinstance(item := self._items.get(), Gone):
            if isinstance(item, Exception):
                raise item
            yield item
            if item["event"] == "answer":
                return


class FakeDaemon:
    """Stands in for the client and the daemon behind it. `connect` is what the app is given."""

    def __init__(self) -> None:
        self.root = ROOT
        self.refusal: UserError | None = None
        self.start_problem: DaemonUnreachable | None = None
        self.running = threading.Event()
        self.running.set()
        self.connect_held = threading.Event()
        self.connect_held.set()
        self.started: list[bool] = []
        self.asked: list[tuple[str, str]] = []
        self.anew: list[bool] = []
        self.past: list[dict[str, Any]] = []
        self.expected: list[dict[str, Any]] = []
        self.past_problem: UserError | None = None
        self.sources: dict[str, dict[str, Any]] = {}
        self.sources_asked: list[tuple[str, int, int]] = []
        self.called: list[tuple[Any, ...]] = []
        self.ledgers: dict[str, dict[str, Any]] = {}
        self.budgets = Wire.budget()
        self.own_budgets = Wire.budget()
        self.settings = [Wire.setting("tui.welcomed", "switch", True, set="everywhere")]
        self.model = Wire.models()
        self.hooked = False
        self.refused: dict[str, UserError] = {}
        self.names_known: list[dict[str, Any]] = []
        self.letters_asked: list[str] = []
        self.holds: bool | None = True
        self.holds_asked: list[tuple[str, int]] = []
        self.marked: list[int] = []
        self.paused: list[bool] = []
        self.answers = Feed()
        self.news = Feed()
        self.trees: dict[str, dict[str, Any]] = {"": {"children": [], "left_out": 0}}
        self.noted: list[dict[str, Any]] = []
        self.lessons = Feed()
        self.workings: dict[str, Any] = {}
        self.queue: dict[str, Any] = {"jobs": [], "failed": [], "cancelled": []}

    def connect(self, *, start: bool) -> FakeDaemon:
        self.started.append(start)
        self.connect_held.wait()
        if start:
            if self.start_problem:
                raise self.start_problem
            self.running.set()
        if not self.running.is_set():
            raise DaemonUnreachable("The daemon is not running.", next_step="reverie start")
        return self

    def die(self) -> None:
        """Leave; nothing but a question brings it back."""
        self.running.clear()
        self.news.end()

    def add_repository(self, path: Path) -> str:
        if self.refusal:
            raise self.refusal
        return self.root

    def ask(self, question: str, *, root: str, conversation: str = "", again: bool = False) -> Iterator[dict[str, Any]]:
        self.asked.append((question, conversation))
        self.anew.append(again)
        return iter(self.answers)

    def questions(self, *, root: str, limit: int = 50) -> list[dict[str, Any]]:
        if self.past_problem:
            raise self.past_problem
        return self.past

    def predictions(self, *, root: str, limit: int = 100) -> dict[str, Any]:
        return {"predictions": self.expected, "score": {}}

    def names(self, *, root: str, letters: str, limit: int = 20) -> dict[str, Any]:
        self.letters_asked.append(letters)
        return {"names": [one for one in self.names_known if letters.lower() in one["name"].lower()]}

    def still_holds(self, *, root: str, key: str, clock: int) -> dict[str, Any]:
        self.holds_asked.append((key, clock))
        return {"holds": self.holds}

    def wrong(self, *, root: str, ledger_id: int) -> dict[str, Any]:
        self.marked.append(ledger_id)
        return {"ledger_id": ledger_id}

    def pause(self, paused: bool = True) -> dict[str, Any]:
        self.paused.append(paused)
        return {"paused": paused}

    def source(self, *, root: str, path: str, start: int = 1, end: int = 0) -> dict[str, Any]:
        self.sources_asked.append((path, start, end))
        if path not in self.sources:
            raise UserError(f"There is no file {path}.", next_step="reverie index")
        return self.sources[path]

    def ledger(self, *, root: str = "") -> dict[str, Any]:
        self.called.append(("ledger", root))
        return self.ledgers.get(root, Wire.ledger())

    def budget(self, *, root: str = "") -> dict[str, Any]:
        return self.own_budgets if root else self.budgets

    def set_budget(self, limits: Mapping[str, float | None], *, side: str = "", root: str = "") -> dict[str, Any]:
        self._note("set_budget", limits, side, *((root,) if root else ()))
        return self.own_budgets if root else self.budgets

    def config(self, *, root: str = "") -> dict[str, Any]:
        return Wire.config(*(one for one in self.settings if one["by_repository"] or not root))

    def set_config(self, key: str, value: object, *, root: str = "") -> dict[str, Any]:
        self._note("set_config", key, value, root)
        for one in self.settings:
            if one["key"] == key:
                one |= {"value": one["default"] if value is None else value, "set": "everywhere"}
        return self.config(root=root)

    def models(self) -> dict[str, Any]:
        return self.model

    def use_model(self, target: str, *, role: str = "", free: bool = False, local: bool = False) -> dict[str, Any]:
        self._note("use_model", target, role, free, local)
        return {"chosen": self.model["chosen"]}

    def store_key(self, host: str, key: str) -> dict[str, Any]:
        self._note("store_key", host, key)
        return {"host": host, "kept_in": "the system's keyring"}

    def mark_local_only(self, root: str, on: bool) -> dict[str, Any]:
        self._note("mark_local_only", root, on)
        return {"root": root, "local_only": on}

    def remove_repository(self, path: Path) -> str:
        self._note("remove_repository", path)
        return str(path)

    def hooks(self, *, root: str) -> dict[str, Any]:
        return {"folder": f"{root}/.git/hooks", "installed": self.hooked, "hooks": {}, "reason": ""}

    def set_hooks(self, install: bool, *, root: str) -> dict[str, Any]:
        self._note("set_hooks", install)
        self.hooked = install
        return self.hooks(root=root)

    def languages(self, *, root: str) -> dict[str, Any]:
        return {"languages": [{"language": "python", "files": 83}, {"language": "rst", "files": 60}]}

    def _note(self, name: str, *arguments: Any) -> None:
        """Keep what was asked for, and refuse what a test says is refused."""
        self.called.append((name, *arguments))
        if name in self.refused:
            raise self.refused[name]

    def tree(self, *, root: str, path: str = "") -> dict[str, Any]:
        self.called.append(("tree", path))
        if path not in self.trees:
            raise UserError(f"Nothing of {path} is indexed in {root}.", next_step="reverie index")
        return self.trees[path]

    def notes(self, *, root: str, about: str = "", limit: int = 100) -> dict[str, Any]:
        self.called.append(("notes", about))
        return {"notes": [note for note in self.noted if note["subject"].startswith(about)][:limit]}

    def learn(self, *, root: str) -> Iterator[dict[str, Any]]:
        return self.learn_about("", root=root)

    def learn_about(self, subject: str, *, root: str) -> Iterator[dict[str, Any]]:
        self.called.append(("learn", subject))
        return iter(self.lessons)

    def forget(self, *, root: str, path: str = "") -> dict[str, Any]:
        self.called.append(("forget", path))
        return {"notes": 3, "questions": 1}

    def forget_notes(self, *, root: str, subject: str, subject_kind: str = "", analysis: str = "") -> dict[str, Any]:
        self.called.append(("forget_notes", subject, subject_kind, analysis))
        return {"notes": 1, "replies": 0}

    def activity(self, *, log: int = 50) -> dict[str, Any]:
        self.called.append(("activity",))
        return self.workings

    def jobs(self, *, root: str, limit: int = 2_000) -> dict[str, Any]:
        return self.queue

    def cancel_job(self, *, root: str, analysis: str, subject: str, subject_kind: str = "") -> dict[str, Any]:
        self.called.append(("cancel_job", analysis, subject, subject_kind))
        self.queue = {**self.queue, "jobs": [job for job in self.queue["jobs"] if job["subject"] != subject]}
        return {"analysis": analysis, "subject": subject, "was": "waiting"}

    def events(self) -> Iterator[dict[str, Any]]:
        return iter(self.news)

    def close(self) -> None:
        self.connect_held.set()
        self.answers.end()
        self.lessons.end()
        self.news.end()


class Wire:
    """What a daemon sends, in the forms of docs/API.md. Keyword arguments replace parts."""

    @staticmethod
    def source(path: str = "src/flask/app.py", start_line: int = 546, **changes: Any) -> dict[str, Any]:
        """`GET /v1/source`."""
        lines = list(SOURCE)
        reply = {"path": path, "language": "python", "blob": "b1", "start_line": start_line, "lines": lines}
        return {**reply, "total_lines": start_line + len(lines) - 1, **changes}

    @staticmethod
    def evidence(path: str = "src/flask/app.py", start: int = 546, end: int = 549, **changes: Any) -> dict[str, Any]:
        """One piece of an answer's evidence."""
        piece = {"path": path, "start_line": start, "end_line": end, "symbol": "Flask.run", "blob": "b1"}
        return {**piece, "verified": True, **changes}

    @staticmethod
    def answer(text: str = "`Flask.run` starts the server (`src/flask/app.py:546`).", **changes: Any) -> dict[str, Any]:
        """The last event of an answer's stream."""
        return {
            "event": "answer",
            "answer": text,
            "route": "composed",
            "fresh": True,
            "evidence": [Wire.evidence(), Wire.evidence("src/flask/cli.py", 891, 895, symbol="run_command", blob="b2")],
            "unverified": [],
            "readings": [],
            "conversation": "c1",
            "pending": {"files": 0, "share": 0.0},
            "tokens": {"prompt": 0, "cached": 0, "completion": 0, "baseline": 12431},
            "latency_ms": 11.2,
            "ledger_id": 7,
            "key": "run",
            "clock": 3,
            **changes,
        }

    @staticmethod
    def claim(text: str) -> dict[str, Any]:
        """One claim of an answer's stream."""
        return {"event": "claim", "text": text}

    @staticmethod
    def repository(**changes: Any) -> dict[str, Any]:
        """A repository of `GET /v1/status`."""
        return {
            "root": ROOT,
            "name": "flask",
            "branch": "main",
            "head": "3f2a1c9d0e77",
            "clock": 3,
            "files": 236,
            "symbols": 4812,
            "pending": {"files": 0, "share": 0.0},
            "progress": None,
            "problem": None,
            **changes,
        }

    @staticmethod
    def snapshot(**changes: Any) -> dict[str, Any]:
        """The first of the daemon's events."""
        status = {
            "sleep": {"state": "learning", "depth": "light", "reason": "on mains, idle for 4 min"},
            "repositories": [Wire.repository()],
            "saved": {"tokens": 98231, "today": 12431},
            "model": None,
            **changes,
        }
        return {"event": "snapshot", "seq": 1, "status": status}

    @staticmethod
    def figures(asleep: int = 0, awake: int = 0, saved: int = 0, not_read: int = 0, **changes: Any) -> dict[str, Any]:
        """Figures as a day, a model, an analysis and the total of `GET /v1/ledger` have them; a token costs a
        ten-thousandth of a cent asleep and ten times that awake."""
        spent = {
            "asleep": {"tokens": asleep, "usd": asleep / 1_000_000},
            "awake": {"tokens": awake, "usd": awake / 100_000},
        }
        sums = {"saved": saved, "lost": max(0, -saved), "wasted": 0, "not_read": not_read, "net": saved - asleep // 10}
        return {"questions": 1, **spent, "cached_share": 0.0, **sums, **changes}

    @staticmethod
    def ledger(*days: dict[str, Any], **changes: Any) -> dict[str, Any]:
        """`GET /v1/ledger`, with these days."""
        asleep, awake = (sum(day[side]["tokens"] for day in days) for side in ("asleep", "awake"))
        saved, not_read = (sum(day[name] for day in days) for name in ("saved", "not_read"))
        total = Wire.figures(asleep, awake, saved, not_read, questions=len(days), lost=sum(day["lost"] for day in days))
        score = {"asked": 8, "hits": 3, "hit_rate": 0.375, "saved": 900, "unasked": 40, "idle_share_used": 0.5}
        slept = [{"slept_s_min": 0, "slept_s_max": 0, "asked": 5, "hits": 1}]
        slept += [{"slept_s_min": 0, "slept_s_max": 600, "asked": 3, "hits": 2}]
        score |= {"by_sleep": slept, "wrong": {"answers": 40, "tokens": 0, "usd": 0.0, "extra_tokens": 0}}
        payback = {"state": "paid" if asleep else "nothing spent", "after": 0, "asked": len(days), "to_go": 0}
        return {
            "today": "2026-11-24",
            "days": list(days),
            "models": [],
            "analyses": [],
            "total": {**total, "per_question": {"tokens": 800, "usd": None}, "payback": payback, "wrong": 0},
            "entries": len(days),
            "recent": [],
            "predictions": score,
            "idle": {"seconds": 600.0, "used_seconds": 150.0, "share": 0.25, "days": []},
            **changes,
        }

    @staticmethod
    def node(path: str, kind: str = "file", notes: int = 0, stale: int = 0, **changes: Any) -> dict[str, Any]:
        """A child of `GET /v1/tree`."""
        name = path.rpartition("::" if kind == "symbol" else "/")[2]
        counts = {"notes": notes, "fresh": notes - stale, "stale": stale, "unchecked": 0, "answers": 0, "files": 1}
        state = "not yet learned" if not notes else "stale" if stale else "fresh"
        return {"name": name, "path": path, "kind": kind, "line": None, **counts, "state": state, **changes}

    @staticmethod
    def note(subject: str, analysis: str = "purpose", **changes: Any) -> dict[str, Any]:
        """One of `GET /v1/notes`."""
        claim = {"text": f"What {subject} is for.", "evidence": [Wire.evidence()]}
        made = {"model": None, "made_at": "2026-11-24T13:05:22+00:00", "cost": {"tokens": 0, "usd": 0.0}}
        note = {"subject": subject, "subject_kind": "file", "analysis": analysis, **made, "fresh": True}
        return {**note, "claims": [claim], **changes}

    @staticmethod
    def job(subject: str, analysis: str = "purpose", **changes: Any) -> dict[str, Any]:
        """One of `GET /v1/jobs`."""
        figures = {"probability": 0.12, "tokens_saved": 3400, "tokens_cost": 900, "seconds_cost": 4.0, "value": 4.53}
        job = {"analysis": analysis, "subject": subject, "subject_kind": "file", **figures, "depth": "deep"}
        return {**job, "why": "changed in the last commit", "running": False, **changes}

    @staticmethod
    def ended(subject: str, outcome: str = "done", **changes: Any) -> dict[str, Any]:
        """One of what ended in `GET /v1/activity`."""
        ended = {"root": ROOT, "analysis": "history", "subject": subject, "subject_kind": "file", "outcome": outcome}
        times = {"since": "2026-11-24T13:05:18+00:00", "at": "2026-11-24T13:05:22+00:00", "seconds": 4.2}
        return {**ended, **times, "reason": None, "cost": {"tokens": 0, "usd": 0.0}, **changes}

    @staticmethod
    def workings(**changes: Any) -> dict[str, Any]:
        """`GET /v1/activity`."""
        readings = [
            {"name": "user idle", "value": 240.0, "unit": "s", "text": "idle for 4 min", "wanted": "idle for 30 s"},
            {"name": "battery", "value": None, "unit": "%", "text": "on mains", "wanted": ""},
            {"name": "question waiting", "value": False, "unit": "", "text": "no question waits", "wanted": "none"},
            {"name": "paused", "value": False, "unit": "", "text": "not paused", "wanted": "not paused"},
        ]
        doing = {"root": ROOT, "analysis": "history", "subject": "src/flask/app.py", "subject_kind": "file"}
        return {
            "sleep": {"state": "learning", "depth": "light", "reason": "on mains, idle for 4 min"},
            "doing": {**doing, "since": "2026-11-24T13:05:18+00:00"},
            "indexing": [],
            "readings": readings,
            "ended": [Wire.ended("src/flask/cli.py")],
            "log": ["2026-11-24 13:05:00,123 INFO reverie_daemon.app: starting, version 0.1.0"],
            **changes,
        }

    @staticmethod
    def budget(**changes: Any) -> dict[str, Any]:
        """`GET /v1/budget`: nothing is limited and nothing spent."""
        side = {"tokens": {"spent": 0, "limit": None}, "usd": {"spent": 0.0, "limit": None}, "stopped": False}
        return {"learning": side, "questions": side, **changes}

    @staticmethod
    def setting(key: str, kind: str, value: object, **changes: Any) -> dict[str, Any]:
        """A setting of `GET /v1/config`, at its default."""
        said = {"key": key, "kind": kind, "choices": [], "value": value, "default": value, "meaning": f"what {key} is"}
        return {**said, "set": "default", "applies": "at once", "by_repository": False, **changes}

    @staticmethod
    def config(*settings: dict[str, Any]) -> dict[str, Any]:
        """`GET /v1/config`."""
        return {"file": "/home/ada/.config/reverie/config.toml", "settings": [dict(one) for one in settings]}

    @staticmethod
    def models(**changes: Any) -> dict[str, Any]:
        """`GET /v1/model`: none is chosen, two were found."""
        tiny = {"name": "ollama:tiny", "target": "http://127.0.0.1:11434/v1#tiny", "found": "answers on port 11434"}
        openai = {"name": "openai#MODEL", "target": "https://api.openai.com/v1#", "found": "OPENAI_API_KEY is set"}
        return {
            "chosen": {"sleeping": None, "answering": None},
            "found": [
                {**tiny, "price": "price unknown", "goes_to": "goes to 127.0.0.1:11434"},
                {**openai, "price": "price depends on the model", "goes_to": "goes to api.openai.com"},
            ],
            "local_only": [],
            **changes,
        }

    @staticmethod
    def chosen(target: str = "https://api.openai.com/v1#gpt-5-mini", **changes: Any) -> dict[str, Any]:
        """A model that is chosen."""
        told = {"goes_to": "goes to api.openai.com", "price": "$0.25 in, $2 out (a million tokens)", "key": None}
        name = target.rpartition("#")[2]
        return {"target": target, "name": name, "free": False, "local": False, **told, "problem": None, **changes}

    @staticmethod
    def delta(**changes: Any) -> dict[str, Any]:
        """A later event: the parts of the status that changed."""
        return {"event": "delta", "seq": 2, "changes": changes}


class Stage:
    """The app on a daemon in memory, driven by keys and watched by what it shows."""

    def __init__(self, daemon: FakeDaemon, app: ReverieApp) -> None:
        self.daemon = daemon
        self.app = app
        self._pilot: Pilot[Any] | None = None

    @asynccontextmanager
    async def run(self, width: int = 80, height: int = 24) -> AsyncIterator[Stage]:
        """Run the app until the block ends."""
        async with self.app.run_test(size=(width, height), notifications=True) as self._pilot:
            yield self

    def use(self, pilot: Pilot[Any]) -> None:
        """Drive an app that someone else runs."""
        self._pilot = pilot

    @property
    def pilot(self) -> Pilot[Any]:
        assert self._pilot is not None
        return self._pilot

    def shown(self) -> str:
        """The characters on the screen, line by line."""
        strips = self.app.screen._compositor.render_strips()
        return "\n".join("".join(segment.text for segment in strip) for strip in strips)

    async def until(self, condition: Callable[[], bool]) -> None:
        """Let the app and the daemon's threads work until the condition holds, at most ROUNDS_MAX times."""
        for _ in range(ROUNDS_MAX):
            await self.pilot.pause()
            if condition():
                return
            await asyncio.sleep(ROUND_S)
        raise AssertionError("it never came:\n" + self.shown())

    async def sees(self, *texts: str) -> None:
        """Wait until all of the texts are on the screen."""
        await self.until(lambda: all(text in self.shown() for text in texts))

    async def misses(self, *texts: str) -> None:
        """Wait until none of the texts is on the screen."""
        await self.until(lambda: not any(text in self.shown() for text in texts))

    async def press(self, *keys: str) -> None:
        """Press keys, by Textual's names."""
        await self.pilot.press(*keys)

    def press_at_once(self, *keys: str) -> None:
        """Press keys faster than the program takes them in, as happens while it is busy."""
        for key in keys:
            self.app.post_message(events.Key(key, key if len(key) == 1 else None))

    async def click(self, text: str) -> None:
        """Click on the first place where this text is shown."""
        rows = self.shown().splitlines()
        y = next(y for y, row in enumerate(rows) if text in row)
        await self.pilot.click(offset=(rows[y].index(text) + 1, y))

    async def ask(self, question: str) -> None:
        """Fill in a question and press Enter, once the daemon is there."""
        await self.until(lambda: self.app.state.link.state == "up")
        self.app.screen.query_one(QuestionBox).value = question
        await self.pilot.press("enter")


@pytest.fixture
def wire() -> type[Wire]:
    """The forms of what a daemon sends."""
    return Wire


@pytest.fixture
def daemon() -> FakeDaemon:
    """A daemon that knows flask."""
    fake = FakeDaemon()
    fake.news.put(Wire.snapshot())
    fake.sources = {
        "src/flask/app.py": Wire.source(),
        "src/flask/cli.py": Wire.source("src/flask/cli.py", 891, blob="b2"),
    }
    return fake


@pytest.fixture
def stage(daemon: FakeDaemon, monkeypatch: pytest.MonkeyPatch) -> Stage:
    """The app on that daemon; retries hardly wait."""
    monkeypatch.delenv("NO_COLOR", raising=False)
    return new_stage(daemon)


@pytest.fixture
def colourless_stage(daemon: FakeDaemon, monkeypatch: pytest.MonkeyPatch) -> Stage:
    """The same for someone who wants no colours."""
    monkeypatch.setenv("NO_COLOR", "1")
    return new_stage(daemon)


@pytest.fixture
def ascii_stage(daemon: FakeDaemon, monkeypatch: pytest.MonkeyPatch) -> Stage:
    """The same for a terminal without the glyphs."""
    monkeypatch.setenv("REVERIE_ASCII", "1")
    return new_stage(daemon)


def new_stage(daemon: FakeDaemon) -> Stage:
    return Stage(daemon, ReverieApp(daemon.connect, Path(ROOT), retry_s=(0.05,), pace_s=0.0))


@pytest.fixture
def suspendable(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test's terminal cannot be suspended; here it pretends to."""
    monkeypatch.setattr(ReverieApp, "suspend", lambda self: nullcontext())
