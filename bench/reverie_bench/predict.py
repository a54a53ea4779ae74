"""`python -m reverie_bench predict --repo PATH …`: does the predictor know where attention goes next?

A repository's history is walked in order. Before each of the last commits the predictor, which has seen only what came
before, ranks the files; counted is which share of the files that the commit then touched stands in its first 10 and 30.
Beside it stand two simple guesses: what was changed last, and what was changed most often. Files that the commit adds
cannot be known and are left out, as are commits of more than 50 files and those that touch only new ones. Centrality,
uncommitted edits and questions are not in a history; the predictor does without them here.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from reverie_daemon.core.attention import BEGINNING, FILES_A_COMMIT_MAX, Attention, Chronicle, Situation
from reverie_daemon.core.nouns import Commit
from reverie_daemon.worktree.history import history

from reverie_bench.measures import Mean, mean

COMMITS = 300
LEARNED_FROM = 300
"""Commits before the measured ones, from which the weights are learned already, as a daemon would have."""
TOPS = (10, 30)
NOTHING = Situation()


@dataclass(frozen=True, slots=True)
class Found:
    """One guesser on one repository: the mean share of touched files in its first `top`."""

    repository: str
    guesser: str
    top: int
    share: Mean


def replay(commits: Sequence[Commit], measured: int) -> tuple[dict[tuple[str, int], list[float]], Attention]:
    """The shares found before each of the last `measured` commits, by guesser and top, and what was learned. `commits`
    come oldest first."""
    chronicle, attention = Chronicle(), BEGINNING
    shares: dict[tuple[str, int], list[float]] = {}
    for number, commit in enumerate(commits):
        touched = {path for status, path in commit.paths if status[:1] != "A" and path in chronicle.files}
        if number >= len(commits) - measured - LEARNED_FROM and 0 < len(touched) <= FILES_A_COMMIT_MAX:
            table = chronicle.table(chronicle.files, NOTHING)
            if number >= len(commits) - measured:
                for guesser, ranked in _guesses(chronicle, attention, table).items():
                    for top in TOPS:
                        shares.setdefault((guesser, top), []).append(_share(touched, ranked[:top]))
            attention = attention.turned_to(touched, table)
        chronicle.add(commit)
    return shares, attention


def _guesses(
    chronicle: Chronicle, attention: Attention, table: Mapping[str, Sequence[float]]
) -> Mapping[str, Sequence[str]]:
    return {
        "Reverie": attention.rank(table),
        "changed last": sorted(table, key=lambda path: (-chronicle.last_touched(path), -chronicle.touches(path), path)),
        "changed most often": sorted(table, key=lambda path: (-chronicle.touches(path), path)),
    }


def _share(touched: Collection[str], ranked: Iterable[str]) -> float:
    return len(set(touched) & set(ranked)) / len(touched)


def measure(repository: Path, commits: int) -> list[Found]:
    """All guessers on one repository."""
    told = [commit for commit in history(repository) if commit.paths]
    shares, _ = replay(list(reversed(told)), commits)
    return [Found(repository.name, guesser, top, mean(values)) for (guesser, top), values in shares.items()]


def table(found: Sequence[Found]) -> str:
    """A line a repository and guesser, with 95 % intervals."""
    lines = [
        "| repository | guesser | " + " | ".join(f"in the first {top}" for top in TOPS) + " |",
        "|---|---|---|---|",
    ]
    for repository in dict.fromkeys(one.repository for one in found):
        for guesser in dict.fromkeys(one.guesser for one in found):
            cells = [
                f"{one.share.value:.3f} ({one.share.low:.3f}–{one.share.high:.3f}, n={one.share.count})"
                for one in found
                if (one.repository, one.guesser) == (repository, guesser)
            ]
            lines.append(f"| {repository} | {guesser} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def main(argv: Sequence[str]) -> int:
    """Prints the table; fails where a simple guess does as well."""
    parser = argparse.ArgumentParser(prog="python -m reverie_bench predict", description=__doc__)
    parser.add_argument("--repo", type=Path, action="append", required=True, help="a clone; repeatable")
    parser.add_argument("--commits", type=int, default=COMMITS, help=f"how many to predict (default {COMMITS})")
    parser.add_argument("--json", type=Path, help="write the figures there, too")
    chosen = parser.parse_args(argv)
    began_s = time.perf_counter()
    found = [one for repository in chosen.repo for one in measure(repository.resolve(), chosen.commits)]
    print(table(found))
    print(f"\n{time.perf_counter() - began_s:.1f} s")
    if chosen.json:
        chosen.json.write_text(json.dumps([asdict(one) for one in found], indent=1), encoding="utf-8")
    best: dict[tuple[str, int], float] = {}
    for one in found:
        if one.guesser != "Reverie":
            place = one.repository, one.top
            best[place] = max(best.get(place, 0.0), one.share.value)
    return 0 if all(one.share.value > best[one.repository, one.top] for one in found if one.guesser == "Reverie") else 1
