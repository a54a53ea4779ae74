"""`python -m reverie_bench regression --repos DIR`: do answers cite the right places, in five languages?

The questions stand in `bench/regression/*.jsonl`, one file a repository, with what was checked to be the right
answer's citations: `files` and `lines` (`[path, first, last]`) at the pinned commit, or the `commits` that tell the
history. They hold no code. DIR holds a clone of each repository by the last part of its name; one that is missing is
left out and named. Asked through `reverie ask`, and reported by the shape of the question, after everything was learned
or, with `--words`, right after the index: then nothing is found by its meaning yet.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from reverie_bench import measures
from reverie_bench.measures import Mean, Span
from reverie_bench.quality import COMMAND_WAIT_S, CommandLine
from reverie_bench.rig import git, rig

FOLDER = Path(__file__).parents[1] / "regression"
SHAPES = ("named", "described", "flow", "impact", "history", "how-to")
FIRST_FILES = 3
SURE = 0.8
"""An answer that is this sure and leads with a wrong file is the worst fault there is."""
WORDS_ONLY = "[limits]\nvectors_max = 0\n\n[learning]\nwhen_idle = false\n"


@dataclass(frozen=True, slots=True)
class Expected:
    """A question and what a right answer cites; a history's answer cites commits, every other lines."""

    repo: str
    commit: str
    id: str
    shape: str
    question: str
    files: tuple[str, ...]
    lines: tuple[Span, ...]
    commits: tuple[str, ...]


def read(file: Path) -> list[Expected]:
    """The questions of one repository. Raises KeyError or ValueError on other files."""
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
    return [
        Expected(
            row["repo"], row["commit"], row["id"], row["shape"], row["question"], tuple(row["files"]),
            tuple((path, first, last) for path, first, last in row["lines"]), tuple(row["commits"]),
        )
        for row in rows
    ]  # fmt: skip


def score(answer: dict[str, Any], expected: Expected) -> dict[str, float]:
    """The right file first, or among the first three; the share of the expected lines or commits that are cited; the
    share of citations that hold."""
    cited = [one for one in answer["evidence"] if "path" in one]
    spans = [(one["path"], one["start_line"], one["end_line"]) for one in cited]
    row: dict[str, float] = {"confidence": answer["confidence"]} if "confidence" in answer else {}
    if expected.files:
        first = list(dict.fromkeys(path for path, _, _ in spans))[:FIRST_FILES]
        row["first file"] = float(first[:1] != [] and first[0] in expected.files)
        row["file in 3"] = float(not set(first).isdisjoint(expected.files))
        row["lines"] = sum(any(_overlap(gold, span) for span in spans) for gold in expected.lines) / len(expected.lines)
    if expected.commits:
        known = [one["commit"] for one in answer["evidence"] if "commit" in one]
        row["commits"] = sum(any(_same(oid, gold) for oid in known) for gold in expected.commits) / len(
            expected.commits
        )
    if answer["evidence"]:
        row["holds"] = measures.held(answer["evidence"]) / len(answer["evidence"])
    return row


def _overlap(gold: Span, span: Span) -> bool:
    return gold[0] == span[0] and gold[1] <= span[2] and span[1] <= gold[2]


def _same(oid: str, other: str) -> bool:
    """Whether two object ids, either of them abbreviated, name the same commit."""
    length = min(len(oid), len(other))
    return length >= 7 and oid[:length] == other[:length]


def run(
    files: Sequence[Path], repos: Path, words: bool = False
) -> tuple[dict[str, list[tuple[Expected, dict[str, float]]]], list[str]]:
    """Each question's scores, by shape; and the repositories that were not there."""
    found: dict[str, list[tuple[Expected, dict[str, float]]]] = {shape: [] for shape in SHAPES}
    missing: list[str] = []
    with rig() as place:
        if words:
            place.home.mkdir(mode=0o700)
            (place.home / "config.toml").write_text(WORDS_ONLY, encoding="utf-8")
        for file in files:
            questions = read(file)
            source = repos / questions[0].repo.rpartition("/")[2]
            if not source.is_dir():
                missing.append(questions[0].repo)
                continue
            clone = place.clone(source)
            git(clone, "checkout", "-q", questions[0].commit)
            place.reverie("index" if words else "learn", "--repo", str(clone), wait_s=COMMAND_WAIT_S)
            reverie = CommandLine(place)
            if not words:
                reverie.settle(clone, questions[0].question)
            answers = reverie.answers(clone, [one.question for one in questions])
            for expected, answer in zip(questions, answers, strict=True):
                found[expected.shape].append((expected, score(answer, expected)))
    return found, missing


def means(rows: Sequence[dict[str, float]]) -> dict[str, Mean]:
    names = dict.fromkeys(name for row in rows for name in row)
    return {name: measures.mean([row[name] for row in rows if name in row]) for name in names}


def table(found: dict[str, list[tuple[Expected, dict[str, float]]]]) -> str:
    """One line a shape."""
    names = ("first file", "file in 3", "lines", "commits", "holds", "confidence")
    lines = ["| shape | questions | " + " | ".join(names) + " |", "|---|---|" + "---|" * len(names)]
    every = [one for of in found.values() for one in of]
    for shape, of in [*found.items(), ("all", every)]:
        if of:
            total = means([row for _, row in of])
            cells = [f"{total[name].value:.2f}" if name in total else "" for name in names]
            lines.append(f"| {shape} | {len(of)} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def overconfident(found: dict[str, list[tuple[Expected, dict[str, float]]]]) -> list[str]:
    """The questions whose answer is sure and leads with a wrong file."""
    every = [one for of in found.values() for one in of]
    return [one.id for one, row in every if row.get("first file") == 0 and row.get("confidence", 0.0) >= SURE]


def main(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m reverie_bench regression", description=__doc__)
    parser.add_argument("--repos", type=Path, required=True, help="a folder with a clone of each repository")
    parser.add_argument("--only", default="", help="the name of one file of questions, without .jsonl")
    parser.add_argument("--words", action="store_true", help="ask right after the index, before meanings are learned")
    parser.add_argument("--json", type=Path, help="where to write the scores, question by question")
    chosen = parser.parse_args(argv)
    files = sorted(FOLDER.glob(f"{chosen.only or '*'}.jsonl"))
    if not files:
        print(f"There is no file of questions {chosen.only}.jsonl in {FOLDER}.", file=sys.stderr)
        return 2
    found, missing = run(files, chosen.repos, chosen.words)
    if chosen.json:
        rows = [asdict(expected) | {"scores": row} for of in found.values() for expected, row in of]
        chosen.json.write_text(json.dumps(rows, indent=1), encoding="utf-8")
    print(table(found))
    print(f"wrong and sure (confidence {SURE} or more): {', '.join(overconfident(found)) or 'none'}")
    for repo in missing:
        print(f"left out, no clone in {chosen.repos}: {repo}", file=sys.stderr)
    return 0
