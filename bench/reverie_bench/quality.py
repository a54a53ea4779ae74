"""`python -m reverie_bench quality --questions FILE.jsonl --repos DIR`: is what Reverie gives to read the right thing?

Each line of the file is a question with its gold: `repo`, `commit`, `id`, `question`, `gold_files`, `gold_spans`
(`[path, first, last]`) and `gold_symbols`. DIR holds a clone of each repository, by the last part of its name. The
questions go the way a user's go, `reverie context` and `reverie ask`, to a daemon of the bench's own, over clones of
the clones at the pinned commits, after everything was learned. What is measured is defined in `measures`, what Reverie
is compared with in `baselines`; every mean comes with its 95 % interval.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Protocol

from reverie_bench import measures, picture
from reverie_bench.baselines import FunctionChunks, WholeFiles
from reverie_bench.measures import Mean, Reply
from reverie_bench.rig import Rig, git, rig

BUDGETS = (250, 500, 1000, 2000, 4000, 8000)
FILES_BUDGET = 4000
FILE_RANKS = (1, 3, 5, 10)
COMMAND_WAIT_S = 3_600
SETTLE_S, SETTLES_MAX = 1.0, 30
REVERIE, CHUNKS, WHOLE = "Reverie", "BM25 chunks", "whole files"


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
        return [_reply(one) for one in self._batch(clone, questions, "context", "--tokens", str(tokens))]

    def answers(self, clone: Path, questions: Sequence[str]) -> list[dict[str, Any]]:
        """What `ask --json` prints for each question, in order."""
        return self._batch(clone, questions, "ask")

    def settle(self, clone: Path, question: str) -> None:
        """Asks until two contexts in a row are of the same revision: the child that embeds questions is ready then."""
        before = -1
        for _ in range(SETTLES_MAX):
            (given,) = self._batch(clone, [question], "context", "--tokens", "250")
            if given["notes_revision"] == before:
                return
            before = given["notes_revision"]
            time.sleep(SETTLE_S)

    def _batch(self, clone: Path, questions: Sequence[str], *command: str) -> list[dict[str, Any]]:
        batch = self.rig.folder / "batch.jsonl"
        batch.write_text("".join(json.dumps({"question": text}) + "\n" for text in questions), encoding="utf-8")
        arguments = [*command, "--json", "--batch", str(batch), "--repo", str(clone)]
        printed = subprocess.run(
            [sys.executable, "-m", "reverie_daemon.cli", *arguments],
            env=self.rig.environ, capture_output=True, text=True, timeout=COMMAND_WAIT_S, check=True,
        ).stdout  # fmt: skip
        return [json.loads(line) for line in printed.splitlines()]


@dataclass
class Results:
    """What was measured: a row of measures for each question by subject, and what Reverie's own answers were worth."""

    rows: dict[str, dict[str, dict[str, float]]] = field(default_factory=dict)
    latencies_ms: list[float] = field(default_factory=list)
    citations: int = 0
    held: int = 0
    sureness: list[tuple[float, bool]] = field(default_factory=list)

    def add(self, subject: str, found: dict[str, dict[str, float]]) -> None:
        self.rows.setdefault(subject, {}).update(found)

    def curve(self, subject: str, letter: str) -> list[tuple[float, float]]:
        """(tokens, mean recall) of span ("L") or symbol ("S") recall."""
        means = summary(list(self.rows[subject].values()))
        return [(budget, means[f"{letter}@{budget}"].value) for budget in BUDGETS if f"{letter}@{budget}" in means]


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


def measure(
    subject: Subject,
    clone: Path,
    questions: Sequence[Question],
    latency: Callable[[float], None] = lambda ms: None,
) -> dict[str, dict[str, float]]:
    """Every measure of every question of one clone, by the question's id. `latency` is told how long each took."""
    found: dict[str, dict[str, float]] = {question.id: {} for question in questions}

    @cache
    def lines_of(path: str) -> tuple[str, ...]:
        file = clone / path
        return tuple(file.read_text(encoding="utf-8", errors="replace").splitlines()) if file.is_file() else ()

    for budget in BUDGETS:
        replies = subject.contexts(clone, [question.text for question in questions], budget)
        for question, reply in zip(questions, replies, strict=True):
            latency(reply.latency_ms)
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


def run(questions: Sequence[Question], repos: Path) -> Results:
    """Everything, one repository after the other."""
    results = Results()
    with rig() as place:
        for repo, commit in dict.fromkeys((question.repo, question.commit) for question in questions):
            clone = place.clone(repos / repo.rpartition("/")[2], f"{repo.rpartition('/')[2]}-{commit[:8]}")
            git(clone, "checkout", "-q", commit)
            own = [question for question in questions if (question.repo, question.commit) == (repo, commit)]
            reverie = CommandLine(place)
            place.reverie("learn", "--repo", str(clone), wait_s=COMMAND_WAIT_S)
            reverie.settle(clone, own[0].text)
            results.add(REVERIE, measure(reverie, clone, own, results.latencies_ms.append))
            _take_answers(results, reverie.answers(clone, [question.text for question in own]), own)
            results.add(CHUNKS, measure(FunctionChunks(), clone, own))
            results.add(WHOLE, measure(WholeFiles(), clone, own))
    return results


def _take_answers(results: Results, answers: Sequence[dict[str, Any]], questions: Sequence[Question]) -> None:
    for answer, question in zip(answers, questions, strict=True):
        results.citations += len(answer["evidence"])
        results.held += measures.held(answer["evidence"])
        first = next((one["path"] for one in answer["evidence"] if "path" in one), "")
        if question.files:
            results.sureness.append((answer["confidence"], first in question.files))


def table(results: Results, questions: Sequence[Question]) -> str:
    """One line a measure: Reverie's mean with its interval, each repository's, then the baselines'."""
    repos = list(dict.fromkeys(question.repo for question in questions))
    of_repo = {question.id: question.repo for question in questions}
    rows = results.rows[REVERIE]
    own = {repo: summary([row for id_, row in rows.items() if of_repo[id_] == repo]) for repo in repos}
    others = {subject: summary(list(of.values())) for subject, of in results.rows.items() if subject != REVERIE}
    columns = {**own, **others}
    lines = [f"| measure | {REVERIE} | " + " | ".join(columns) + " |", "|---|---|" + "---|" * len(columns)]
    for name, total in summary(list(rows.values())).items():
        cells = [f"{total.value:.3f} ({total.low:.3f}–{total.high:.3f}, n={total.count})"]
        cells += [f"{means[name].value:.3f}" if name in means else "" for means in columns.values()]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def ratios(results: Results) -> dict[str, float | None]:
    """Tokens that Reverie needs for the recall that BM25 chunks reach with FILES_BUDGET, and that share of it."""
    found: dict[str, float | None] = {}
    for letter in "LS":
        reached = dict(results.curve(CHUNKS, letter)).get(FILES_BUDGET)
        needed = measures.tokens_for(results.curve(REVERIE, letter), reached) if reached is not None else None
        found[letter] = needed
    return found


def report(results: Results, questions: Sequence[Question]) -> str:
    """All figures as text."""
    lines = [table(results, questions), ""]
    for letter, needed in ratios(results).items():
        tokens = f"{needed:,.0f} tokens ({needed / FILES_BUDGET:.2f})" if needed else "more than was measured"
        lines.append(f"tokens for the {letter} that {CHUNKS} reach with {FILES_BUDGET:,}: {tokens}")
    latencies = results.latencies_ms
    p50, p95 = measures.percentile(latencies, 0.5), measures.percentile(latencies, 0.95)
    over = sum(
        value for row in results.rows[REVERIE].values() for name, value in row.items() if name.startswith("over@")
    )
    lines.append(f"latency of a context: p50 {p50:.1f} ms, p95 {p95:.1f} ms")
    lines.append(f"citations that hold: {results.held} of {results.citations}; contexts over their budget: {over:.0f}")
    bins = measures.reliability(results.sureness)
    lines += ["", "| confidence | answers | mean confidence | right file first |", "|---|---|---|---|"]
    lines += [f"| {b.low:.1f}–{b.high:.1f} | {b.count} | {b.confidence:.2f} | {b.right:.2f} |" for b in bins]
    lines.append(f"\ncalibration error {measures.calibration_error(bins):.3f}; {len(results.rows[REVERIE])} questions")
    return "\n".join(lines)


def as_json(results: Results) -> dict[str, Any]:
    means = {
        name: {of: asdict(mean) for of, mean in summary(list(r.values())).items()} for name, r in results.rows.items()
    }
    return {
        "means": means,
        "tokens_for_baseline": ratios(results),
        "latency_ms": {share: measures.percentile(results.latencies_ms, share) for share in (0.5, 0.95)},
        "citations": {"held": results.held, "given": results.citations},
        "reliability": [asdict(one) for one in measures.reliability(results.sureness)],
        "questions": results.rows,
    }


def drawn(results: Results) -> str:
    """The curves of span and symbol recall as a picture."""
    titles = ("Line spans shown", "Key symbols shown")
    curves = [{subject: results.curve(subject, letter) for subject in results.rows} for letter in "LS"]
    return picture.panels(titles, curves, "tokens")


def main(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m reverie_bench quality", description=__doc__)
    parser.add_argument("--questions", type=Path, required=True, help="a file of questions, one JSON object a line")
    parser.add_argument("--repos", type=Path, required=True, help="a folder with a clone of each repository")
    parser.add_argument("--json", type=Path, help="where to write all figures, question by question")
    parser.add_argument("--picture", type=Path, help="where to draw the curves, as SVG")
    chosen = parser.parse_args(argv)
    questions = read_questions(chosen.questions)
    results = run(questions, chosen.repos)
    if chosen.json:
        chosen.json.write_text(json.dumps(as_json(results), indent=1), encoding="utf-8")
    if chosen.picture:
        chosen.picture.write_text(drawn(results), encoding="utf-8")
    print(report(results, questions))
    return 0
