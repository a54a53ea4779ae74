"""`python -m reverie_bench quality --questions FILE.jsonl --repos DIR`: is what Reverie gives to read the right thing?

Each line of the file is a question with its gold: `repo`, `commit`, `id`, `question`, `gold_files`, `gold_spans`
(`[path, first, last]`) and `gold_symbols`. DIR holds a clone of each repository, by the last part of its name. The
questions go the way a user's go, `reverie context --json --batch`, to a daemon of the bench's own, over clones of the
clones at the pinned commits. What is measured is defined in `measures`; every mean comes with its 95 % interval.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any, Protocol

from reverie_bench import measures
from reverie_bench.measures import Mean, Reply
from reverie_bench.rig import Rig, git, rig

BUDGETS = (250, 500, 1000, 2000, 4000, 8000)
FILES_BUDGET = 4000
FILE_RANKS = (1, 5, 10)
COMMAND_WAIT_S = 1_800


@dataclass(frozen=True, slots=True)
class Question:
    """A question with its gold; empty gold means that the measure leaves this question out."""

    repo: str
    commit: str
    id: str
    text: str
    files: tuple[str, ...]
    spans: tuple[measures.Span, ...]
    symbols: tuple[str, ...]


class Subject(Protocol):
    """Whatever is measured: it is shown a clone, then asked for contexts."""

    def contexts(self, clone: Path, questions: Sequence[str], tokens: int) -> list[Reply]:
        """A context of at most `tokens` tokens for each question, in order. Raises CalledProcessError."""
        ...


@dataclass(frozen=True)
class CommandLine:
    """Reverie as its user meets it: the command in a process of its own, which reaches the rig's daemon."""

    rig: Rig

    def contexts(self, clone: Path, questions: Sequence[str], tokens: int) -> list[Reply]:
        batch = self.rig.folder / "batch.jsonl"
        batch.write_text("".join(json.dumps({"question": text}) + "\n" for text in questions), encoding="utf-8")
        arguments = ["context", "--json", "--tokens", str(tokens), "--batch", str(batch), "--repo", str(clone)]
        printed = subprocess.run(
            [sys.executable, "-m", "reverie_daemon.cli", *arguments],
            env=self.rig.environ, capture_output=True, text=True, timeout=COMMAND_WAIT_S, check=True,
        ).stdout  # fmt: skip
        return [_reply(json.loads(line)) for line in printed.splitlines()]


def _reply(answer: dict[str, Any]) -> Reply:
    evidence = tuple((one["path"], one["start_line"], one["end_line"]) for one in answer["evidence"])
    return Reply(answer["context"], answer["tokens"], evidence, answer["latency_ms"])


def read_questions(file: Path) -> list[Question]:
    """The questions of a file as the module describes it. Raises KeyError or ValueError on other files."""
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
    return [
        Question(
            row["repo"], row["commit"], row["id"], row["question"], tuple(row["gold_files"]),
            tuple((path, first, last) for path, first, last in row["gold_spans"]), tuple(row["gold_symbols"]),
        )
        for row in rows
    ]  # fmt: skip


def measure(subject: Subject, clone: Path, questions: Sequence[Question]) -> dict[str, dict[str, float]]:
    """Every measure of every question of one clone, by the question's id."""
    found: dict[str, dict[str, float]] = {question.id: {} for question in questions}

    @cache
    def lines_of(path: str) -> tuple[str, ...]:
        file = clone / path
        return tuple(file.read_text(encoding="utf-8", errors="replace").splitlines()) if file.is_file() else ()

    for budget in BUDGETS:
        replies = subject.contexts(clone, [question.text for question in questions], budget)
        for question, reply in zip(questions, replies, strict=True):
            row = found[question.id]
            row[f"over@{budget}"] = float(reply.tokens > budget)
            if question.files and budget == FILES_BUDGET:
                row |= {f"R@{k}": measures.file_recall(reply, question.files, k) for k in FILE_RANKS}
            if question.spans:
                row[f"L@{budget}"] = measures.span_recall(reply, question.spans)
            if question.symbols:
                row[f"S@{budget}"] = measures.symbol_recall(reply, question.symbols, lines_of)
    return found


def summary(rows: Sequence[dict[str, float]]) -> dict[str, Mean]:
    """The mean of each measure over the questions that have it, file recall first."""
    names = [f"R@{k}" for k in FILE_RANKS] + [f"{letter}@{budget}" for letter in "LS" for budget in BUDGETS]
    values = {name: [row[name] for row in rows if name in row] for name in names}
    return {name: measures.mean(of) for name, of in values.items() if of}


def table(by_repo: dict[str, dict[str, Mean]]) -> str:
    """One line a measure, one column a repository; intervals for the first column, which is over all."""
    repos = list(by_repo)
    lines = ["| measure | " + " | ".join(repos) + " |", "|---|" + "---|" * len(repos)]
    for name, total in by_repo[repos[0]].items():
        cells = [f"{total.value:.3f} ({total.low:.3f}–{total.high:.3f}, n={total.count})"]
        cells += [f"{by_repo[repo][name].value:.3f}" if name in by_repo[repo] else "" for repo in repos[1:]]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def run(questions: Sequence[Question], repos: Path) -> tuple[dict[str, dict[str, float]], dict[str, dict[str, Mean]]]:
    """All measures by question, and their means over all and by repository."""
    rows: dict[str, dict[str, float]] = {}
    means: dict[str, dict[str, Mean]] = {}
    with rig() as place:
        for repo, commit in dict.fromkeys((question.repo, question.commit) for question in questions):
            clone = place.clone(repos / repo.rpartition("/")[2], f"{repo.rpartition('/')[2]}-{commit[:8]}")
            git(clone, "checkout", "-q", commit)
            place.reverie("index", "--repo", str(clone))
            own = [question for question in questions if (question.repo, question.commit) == (repo, commit)]
            found = measure(CommandLine(place), clone, own)
            rows |= found
            means[repo] = summary(list(found.values()))
    return rows, {"all": summary(list(rows.values())), **means}


def main(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m reverie_bench quality", description=__doc__)
    parser.add_argument("--questions", type=Path, required=True, help="a file of questions, one JSON object a line")
    parser.add_argument("--repos", type=Path, required=True, help="a folder with a clone of each repository")
    parser.add_argument("--json", type=Path, help="where to write all figures, question by question")
    chosen = parser.parse_args(argv)
    rows, means = run(read_questions(chosen.questions), chosen.repos)
    if chosen.json:
        figures = {repo: {name: asdict(mean) for name, mean in of.items()} for repo, of in means.items()}
        chosen.json.write_text(json.dumps({"means": figures, "questions": rows}, indent=1), encoding="utf-8")
    print(table(means))
    over = sum(value for row in rows.values() for name, value in row.items() if name.startswith("over@"))
    print(f"\n{len(rows)} questions; contexts over their budget: {over:.0f}")
    return 0
