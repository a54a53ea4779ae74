"""`python -m reverie_bench history --repo PATH`: how well does Reverie know your code? Needs no question set.

For each of the last N commits that touch at least three source files, the repository is put into the state before it,
and the commit's message is asked: the files that the context cites first are compared with those that the commit then
touched. Precision, recall and F1 at 5 and 10 files. Works on a clone; the repository itself is only read.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from reverie_daemon.core.roles import role_of

from reverie_bench import measures
from reverie_bench.baselines import FunctionChunks
from reverie_bench.measures import Mean, Reply
from reverie_bench.quality import CHUNKS, COMMAND_WAIT_S, REVERIE, CommandLine, Subject
from reverie_bench.rig import git, rig

FILES_TOUCHED_MIN, FILES_TOUCHED_MAX = 3, 30
"""A commit of more files is a reformatting or an import, and says nothing about where to look."""
TOKENS = 4_000
RANKS = (5, 10)
MESSAGE_CHARACTERS_MAX = 1_500
_RECORD, _FIELD = "\x1e", "\x1f"


@dataclass(frozen=True, slots=True)
class Task:
    """A commit as a question: its message, the state before it, and the source files of that state that it touched."""

    commit: str
    parent: str
    message: str
    files: tuple[str, ...]


def tasks(clone: Path, limit: int) -> Iterator[Task]:
    """The newest commits that make a task, merges left out."""
    log = git(
        clone, "log", "--no-merges", "--name-status", "--no-renames", f"--format={_RECORD}%H %P{_FIELD}%B{_FIELD}"
    )
    found = 0
    for entry in log.split(_RECORD)[1:]:
        oids, message, names = entry.split(_FIELD)
        commit, _, parent = oids.partition(" ")
        touched = (line.split("\t", 1) for line in names.splitlines() if "\t" in line)
        # What the commit added is not there to be found before it.
        files = tuple(path for status, path in touched if status != "A" and role_of(path) == "source")
        if parent and " " not in parent and FILES_TOUCHED_MIN <= len(files) <= FILES_TOUCHED_MAX:
            yield Task(commit, parent, message.strip()[:MESSAGE_CHARACTERS_MAX], files)
            found += 1
        if found == limit:
            return


def score(reply: Reply, touched: Sequence[str]) -> dict[str, float]:
    """Precision, recall and F1 of the first files that a context shows."""
    order = list(dict.fromkeys(path for path, _, _ in measures.shown(reply)))
    row: dict[str, float] = {}
    for k in RANKS:
        hits = len(set(order[:k]) & set(touched))
        precision, recall = hits / k, hits / len(set(touched))
        row |= {f"P@{k}": precision, f"R@{k}": recall}
        row[f"F1@{k}"] = 2 * precision * recall / (precision + recall) if hits else 0.0
    return row


def run(repository: Path, limit: int, *, lexical: bool) -> dict[str, dict[str, Mean]]:
    """Each measure's mean over the commits, for Reverie and for BM25 over function chunks."""
    rows: dict[str, list[dict[str, float]]] = {REVERIE: [], CHUNKS: []}
    with rig() as place:
        clone = place.clone(repository)
        for task in tasks(clone, limit):
            git(clone, "checkout", "-q", "-f", task.parent)
            place.reverie("index" if lexical else "learn", "--repo", str(clone), wait_s=COMMAND_WAIT_S)
            reverie = CommandLine(place)
            reverie.settle(clone, task.message)
            subjects: dict[str, Subject] = {REVERIE: reverie, CHUNKS: FunctionChunks()}
            for name, subject in subjects.items():
                rows[name].append(score(subject.contexts(clone, [task.message], TOKENS)[0], task.files))
    return {name: means(of) for name, of in rows.items() if of}


def means(rows: Sequence[dict[str, float]]) -> dict[str, Mean]:
    return {name: measures.mean([row[name] for row in rows]) for name in rows[0]}


def table(by_subject: dict[str, dict[str, Mean]]) -> str:
    subjects = list(by_subject)
    lines = ["| measure | " + " | ".join(subjects) + " |", "|---|" + "---|" * len(subjects)]
    for name in by_subject[subjects[0]]:
        found = [by_subject[subject][name] for subject in subjects]
        lines.append(f"| {name} | " + " | ".join(f"{m.value:.3f} ({m.low:.3f}–{m.high:.3f})" for m in found) + " |")
    return "\n".join(lines)


def main(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m reverie_bench history", description=__doc__)
    parser.add_argument("--repo", type=Path, required=True, help="a git repository; it is only read")
    parser.add_argument("--commits", type=int, default=30, help="how many commits to ask about (default: 30)")
    parser.add_argument("--lexical", action="store_true", help="index only, and learn no embeddings")
    parser.add_argument("--json", type=Path, help="where to write the figures")
    chosen = parser.parse_args(argv)
    found = run(chosen.repo.absolute(), chosen.commits, lexical=chosen.lexical)
    if not found:
        print(f"No commit of {chosen.repo} touches {FILES_TOUCHED_MIN} source files or more.", file=sys.stderr)
        return 1
    if chosen.json:
        figures = {subject: {name: asdict(mean) for name, mean in of.items()} for subject, of in found.items()}
        chosen.json.write_text(json.dumps(figures, indent=1), encoding="utf-8")
    print(table(found))
    print(f"\n{next(iter(found[REVERIE].values())).count} commits")
    return 0
