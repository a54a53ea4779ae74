"""Measures a model end to end: how soon it stops, how soon its first words are there, what it learns, what that costs.

`preemption` and `small` use a real small model (a GGUF file); `words` and `cost` a scripted one of known latency, whose
replies all hold, so that they measure Reverie and not the model. Every figure of cost is the ledger's own.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from reverie_daemon.client import Client
from reverie_daemon.errors import UserError

from . import preemption
from .learning import make_repository
from .rig import Rig, git, rig
from .scripted import serving
from .speed import QUESTION_FORMS, machine, percentile, questions

TIMES = 20
WORDS_QUESTIONS = 30
WORDS_LATENCY_S = 1.0
SMALL_LEARN_S = 150.0
COST_QUESTIONS = 10
COST_SEED = 5
NEXT_COMMITS = 10
COST_LATENCY_S = 0.05
TOKENS_A_DAY = 1_000_000_000
SMALL_QUESTIONS = (
    "what does Worker do?", "how does the journal reserve a call?", "what happens if I change `lease`?",
    "how does Recorder.inputs work?", "what is core/idle.py for?", "why is settle like this?",
    "where are secrets redacted before text is stored?", "what does a question cost when no budget is left?",
    "how is a citation checked?", "how are jobs ranked?",
)  # fmt: skip
"""Half of them name what they are about; the others only describe it, so that retrieval may be unsure."""
SETTINGS = "[limits]\nvectors_max = 0\n\n[learning]\nwhen_idle = false\nrethink_passes = 1\n"

Row = dict[str, Any]


def measure_preemption(options: argparse.Namespace) -> Iterator[Row]:
    with rig() as made:
        found = preemption.measure(made.folder, made.clone(options.repo), options.gguf, options.times)
    for what, seconds in found.items():
        yield {
            "what": f"generation stopped after {what}", "times": len(seconds), "p50_s": percentile(seconds, 0.5),
            "p95_s": percentile(seconds, 0.95), "bound_s": 1.0,
        }  # fmt: skip


def measure_words(options: argparse.Namespace) -> Iterator[Row]:
    """From the question to the first statement that is shown, beyond the model's own time, while the daemon learns."""
    with rig() as made:
        client, root = _prepared(made, lambda: make_repository(made.folder, 400))
        with serving(WORDS_LATENCY_S) as (target, seen):
            _use(client, target)
            learning = _Learning(made, root)
            beyond = []
            for question in questions(root, WORDS_QUESTIONS, 11):
                began_s = time.monotonic()
                stream = client.ask(question, root=str(root), counted=False)
                first_s = next((time.monotonic() for event in stream if event["event"] == "claim"), 0.0) - began_s
                for _ in stream:
                    continue
                own_s = seen.first_line_s.get(f"Question: {question}")
                if own_s is not None:  # else it was answered from memory
                    beyond.append(first_s - own_s)
            busy = learning.alive
            learning.stop()
        client.close()
    yield {
        "what": "first words, beyond the model's own", "times": len(beyond), "p50_s": percentile(beyond, 0.5),
        "p95_s": percentile(beyond, 0.95), "bound_s": 0.1, "learning_meanwhile": busy,
    }  # fmt: skip


def measure_small(options: argparse.Namespace) -> Iterator[Row]:
    """A small real model learns this repository for a while, then answers ten questions about it."""
    with rig() as made:
        client, root = _prepared(made, lambda: made.clone(options.repo))
        for _ in client.learn(root=str(root)):
            continue  # what needs no model comes first, whatever is chosen
        client.use_model(str(options.gguf))
        learning = _Learning(made, root)
        learning.wait(options.learn_seconds)
        jobs = learning.done
        learning.stop()
        report = client.ledger(root=str(root))
        yield {
            "what": f"learned in {options.learn_seconds:.0f} s", "jobs_done": jobs, "claims": report["claims"],
            "asleep_tokens": report["total"]["asleep"]["tokens"],
            "analyses": {row["analysis"]: row["asleep"]["tokens"] for row in report["analyses"]},
            "notes": _notes(client, root), "failed": _failed(client, root),
        }  # fmt: skip
        for question in SMALL_QUESTIONS:
            answer = client.answer(question, root=str(root))
            model = answer["model"] or {}
            yield {
                "question": question, "route": answer["route"], "confidence": answer["confidence"],
                "prompt": answer["tokens"]["prompt"], "completion": answer["tokens"]["completion"],
                "saved": answer["tokens"]["saved"], "latency_s": answer["latency_ms"] / 1000,
                "reason": model.get("reason", ""), "hold": all(one["verified"] for one in answer["evidence"]),
            }  # fmt: skip
        client.close()


def _notes(client: Client, root: Path) -> Mapping[str, int]:
    notes = client.notes(root=str(root), limit=1_000)["notes"]
    return dict(Counter(note["analysis"] for note in notes if note["model"]))


def _failed(client: Client, root: Path) -> Mapping[str, int]:
    return dict(Counter(job["problem"] for job in client.jobs(root=str(root))["failed"]))


def measure_cost(options: argparse.Namespace) -> Iterator[Row]:
    """Ten questions with and without what was learned before: about one context, the paper's setting, and about what a
    repository's next commits change. A token at test time costs as much as `t` at sleep time."""
    for about, asked_of in (("one context", _one_context), ("the next commits", _before_next_commits)):
        for learning_tokens in (None, 0, *options.learning_tokens):
            with rig() as made, serving(COST_LATENCY_S) as (target, _):
                asleep, awake, routes = _cost(made, asked_of(made, options.repo), target, learning_tokens)
            learned = "nothing learned" if learning_tokens is None else f"{learning_tokens:,} tokens to learn with"
            yield {
                "what": f"{COST_QUESTIONS} questions about {about}, {learned}", "asleep": asleep, "awake": awake,
                "routes": dict(routes),
                **{f"cost_per_question_t{t}": (asleep + t * awake) / COST_QUESTIONS for t in (1, 10)},
            }  # fmt: skip


Asked = tuple[Path, list[str]]
"""A repository, and what is asked about it."""


def _cost(made: Rig, asked: Asked, target: str, learning_tokens: int | None) -> tuple[int, int, Counter[str]]:
    """Tokens asleep and awake, and the routes of the answers; with 0 tokens all is learned that needs no model, with
    None nothing."""
    root, texts = asked
    client, _ = _prepared(made, lambda: root)
    if learning_tokens is not None:
        _learn(client, root)
    _use(client, target)
    if learning_tokens:
        client.set_budget({"tokens_per_day": learning_tokens}, side="learning")
        _learn(client, root)
    routes = Counter(client.answer(question, root=str(root))["route"] for question in texts)
    total = client.ledger(root=str(root))["total"]
    client.close()
    return total["asleep"]["tokens"], total["awake"]["tokens"], routes


def _learn(client: Client, root: Path) -> None:
    with suppress(UserError):  # the budget ends it, as it should
        for _ in client.learn(root=str(root)):
            continue


def _before_next_commits(made: Rig, source: Path) -> Asked:
    """The whole repository as it was some commits ago, and questions about functions that those commits changed."""
    root = made.clone(source)
    changed = git(root, "diff", "--unified=0", f"HEAD~{NEXT_COMMITS}", "HEAD", "--", "*.py", ":!tests")
    git(root, "reset", "-q", "--hard", f"HEAD~{NEXT_COMMITS}")
    names = list(dict.fromkeys(re.findall(r"^@@ .* @@ +(?:async )?def (\w{4,})", changed, re.M)))
    chosen = random.Random(COST_SEED).sample(names, min(len(names), COST_QUESTIONS))
    forms = QUESTION_FORMS[:-1]
    return root, [forms[at % len(forms)].format(name=name) for at, name in enumerate(chosen)]


def _one_context(made: Rig, source: Path) -> Asked:
    """One part of the repository as a repository of its own, the indexers of languages; questions drawn by chance."""
    root = made.folder / "context"
    whole = made.clone(source, "whole")
    git(made.folder, "init", "-q", str(root))
    for path in sorted((whole / "indexers" / "reverie_indexers").glob("*.py")):
        (root / path.name).write_text(path.read_text())
    git(root, "add", "-A")
    git(root, "commit", "-qm", "One context")
    return root, questions(root, COST_QUESTIONS, COST_SEED)


def _prepared(made: Rig, repository: Callable[[], Path]) -> tuple[Client, Path]:
    """A client of the rig's daemon, and a repository for which all is learned that needs no model."""
    made.home.mkdir(parents=True, exist_ok=True)
    (made.home / "config.toml").write_text(SETTINGS)
    root = repository()
    client = made.client()
    client.add_repository(root)
    for _ in client.index(root=str(root)):
        continue
    return client, root


def _use(client: Client, target: str) -> None:
    client.use_model(target)
    for side in ("learning", "questions"):
        client.set_budget({"tokens_per_day": TOKENS_A_DAY}, side=side)


class _Learning:
    """`reverie learn` in a process of its own, for as long as is wanted."""

    def __init__(self, made: Rig, root: Path) -> None:
        self.done = 0
        self._client = made.client()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._follow, args=(root,), daemon=True)
        self._thread.start()

    def _follow(self, root: Path) -> None:
        with suppress(UserError):
            for event in self._client.learn(root=str(root)):
                if event.get("phase") == "learning":
                    self.done = event["done"]
                if self._stopped.is_set():
                    return

    @property
    def alive(self) -> bool:
        return self._thread.is_alive()

    def wait(self, seconds: float) -> None:
        self._thread.join(seconds)

    def stop(self) -> None:
        """At its next word."""
        self._stopped.set()
        self._thread.join(60)
        self._client.close()


MEASURES: Mapping[str, Callable[[argparse.Namespace], Iterator[Row]]] = {
    "preemption": measure_preemption, "words": measure_words, "small": measure_small, "cost": measure_cost,
}  # fmt: skip


def main(argv: Sequence[str]) -> int:
    """Prints what was measured, a JSON object a line; fails when a figure exceeds its bound."""
    parser = argparse.ArgumentParser(prog="reverie_bench model", description=main.__doc__)
    parser.add_argument("--repo", type=Path, required=True, help="a clone of this repository")
    parser.add_argument("--gguf", type=Path, help="the small model's file; without it what needs one is left out")
    parser.add_argument("--only", choices=list(MEASURES), action="append", help="measure this only; repeatable")
    parser.add_argument("--times", type=int, default=TIMES, help="how often generation is stopped, of each kind")
    parser.add_argument("--learn-seconds", type=float, default=SMALL_LEARN_S, help="how long the small model learns")
    parser.add_argument("--learning-tokens", type=int, action="append", help="budgets to learn one context with")
    options = parser.parse_args(argv)
    options.repo = options.repo.resolve()
    options.learning_tokens = options.learning_tokens or [20_000, 100_000]
    print(json.dumps(machine()), flush=True)
    held = True
    for name in options.only or MEASURES:
        if name in ("preemption", "small") and options.gguf is None:
            print(json.dumps({"what": name, "left out": "it needs --gguf"}))
            continue
        for row in MEASURES[name](options):
            held = held and row.get("p95_s", 0.0) <= row.get("bound_s", 0.0)
            print(json.dumps({key: _rounded(value) for key, value in row.items()}), flush=True)
    return 0 if held else 1


def _rounded(value: object) -> object:
    return round(value, 3) if isinstance(value, float) else value
