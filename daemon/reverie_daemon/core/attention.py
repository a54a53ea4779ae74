"""Where attention goes next: from what was touched before, how likely each file is to be turned to.

A `Chronicle` is told commits in order and gives each file's signals; an `Attention` weighs them. The weights begin with
what a replay of real histories gave and are then learned online, by one step of logistic regression each time that the
user turns to a file. Nothing here reads a repository or a clock: age is counted in commits.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from reverie_daemon.core.nouns import Commit

SIGNALS = (
    "bias", "closeness", "recency", "lately", "this month", "often", "together", "near", "central", "uncommitted",
    "branch", "asked", "newcomer",
)  # fmt: skip
"""What is known of a file, each between 0 and about 1:

- closeness: 1 - log(1 + age) / 8, where age counts commits since the file was last touched
- recency: e^(-age/8)
- lately, this month: how often it was touched, each touch fading by e^(-age/30) and e^(-age/200)
- often: the logarithm of all touches, relative to the most touched file
- together: how often commits that touched what was just touched, touched it as well
- near: the share of the last commits' files that are in the same folder
- central: where it stands by centrality in the reference graph, the most central file at 1
- uncommitted, branch: whether it differs from HEAD, whether the branch changed it
- asked: how much was asked about it, what is older counting less
- newcomer: whether it has been touched three times at most
"""
FADES = {"recency": 8.0, "lately": 30.0, "this month": 200.0}
JUST = 3
"""So many last commits count as what is being worked on."""
FILES_A_COMMIT_MAX = 50
"""A commit of more files (a reformatting, an import) says nothing about what is worked on."""
RATE = 0.02
CONFIDENT_MAX = 30.0

Signals = Sequence[float]


@dataclass(frozen=True, slots=True)
class Situation:
    """What history does not tell: centrality by path (1 at most), paths that differ from HEAD, paths that the branch
    changed, and how much was asked about a path."""

    central: Mapping[str, float] = field(default_factory=dict)
    uncommitted: Collection[str] = ()
    branch: Collection[str] = ()
    asked: Mapping[str, float] = field(default_factory=dict)


class Chronicle:
    """The files that there are, and when commits touched them; told oldest first."""

    def __init__(self) -> None:
        self.files: set[str] = set()
        self._count = 0
        self._last: dict[str, int] = {}
        self._touches: Counter[str] = Counter()
        self._faded: dict[str, dict[str, float]] = {name: {} for name in FADES}
        self._together: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self._just: list[tuple[str, ...]] = []

    def add(self, commit: Commit) -> None:
        """Takes in the next commit. One without files, a merge, tells nothing."""
        touched = tuple(path for status, path in commit.paths if status[:1] != "D")
        self.files -= {path for status, path in commit.paths if status[:1] == "D"}
        self.files.update(touched)
        if not touched:
            return
        self._count += 1
        for path in touched:
            self._touch(path)
        if len(touched) <= FILES_A_COMMIT_MAX:
            for path in touched:
                self._together[path].update(touched)
            self._just = [*self._just, touched][-JUST:]

    def _touch(self, path: str) -> None:
        age = self._age(path)
        for name, half in FADES.items():
            self._faded[name][path] = self._faded[name].get(path, 0.0) * math.exp(-age / half) + 1.0
        self._last[path] = self._count
        self._touches[path] += 1

    def _age(self, path: str) -> int:
        return self._count - self._last.get(path, 0)

    def last_touched(self, path: str) -> int:
        """The number of the commit that last touched it, 0 for none."""
        return self._last.get(path, 0)

    def touches(self, path: str) -> int:
        """How many commits touched it."""
        return self._touches[path]

    @property
    def worked_on(self) -> tuple[str, ...]:
        """The files of the last commits, the newest commit's first."""
        return tuple(dict.fromkeys(path for touched in reversed(self._just) for path in touched))

    def table(self, paths: Iterable[str], now: Situation) -> dict[str, Signals]:
        """The signals of each path, in the order of `SIGNALS`."""
        most = math.log1p(max(self._touches.values(), default=1))
        together, folders = self._company(), self._folders()
        return {path: self._signals(path, now, most, together, folders) for path in paths}

    def _signals(
        self,
        path: str,
        now: Situation,
        most: float,
        together: Mapping[str, float],
        folders: Mapping[str, float],
    ) -> Signals:
        age, touches = self._age(path), self._touches[path]
        faded = {
            name: self._faded[name].get(path, 0.0) * math.exp(-age / half) if touches else 0.0
            for name, half in FADES.items()
        }
        return (
            1.0,
            max(0.0, 1.0 - math.log1p(age) / 8) if touches else 0.0,
            min(1.0, math.exp(-age / FADES["recency"])) if touches else 0.0,
            math.log1p(faded["lately"]) / 2,
            math.log1p(faded["this month"]) / 3,
            math.log1p(touches) / most,
            together.get(path, 0.0),
            folders.get(_folder(path), 0.0),
            now.central.get(path, 0.0),
            float(path in now.uncommitted),
            float(path in now.branch),
            now.asked.get(path, 0.0),
            float(touches <= 3),
        )

    def _company(self) -> dict[str, float]:
        """For each path: of the commits that touched what was just touched, the share that touched it too, at its
        highest; what was touched longer ago counts less."""
        company: dict[str, float] = {}
        for back, touched in enumerate(reversed(self._just)):
            for path in touched:
                # As if touched twice more by itself: one commit in common is no habit yet.
                times = self._touches[path] + 2
                for other, count in self._together[path].items():
                    if other != path:
                        share = count / times / (1 + back)
                        company[other] = max(company.get(other, 0.0), share)
        return company

    def _folders(self) -> dict[str, float]:
        touched = [path for some in self._just for path in some]
        counts = Counter(map(_folder, touched))
        return {folder: count / len(touched) for folder, count in counts.items()}


@dataclass(frozen=True, slots=True)
class Attention:
    """What each signal counts. `learned` is how many turns to a file it has learned from."""

    weights: tuple[float, ...]
    learned: int = 0

    def probability(self, signals: Signals) -> float:
        """That the file is turned to next: the logistic of the weighted signals."""
        score = sum(weight * signal for weight, signal in zip(self.weights, signals, strict=True))
        return 1.0 / (1.0 + math.exp(-max(-CONFIDENT_MAX, min(CONFIDENT_MAX, score))))

    def rank(self, table: Mapping[str, Signals]) -> list[str]:
        """The paths, likeliest first; equals by name."""
        return sorted(table, key=lambda path: (-self.probability(table[path]), path))

    def turned_to(self, paths: Collection[str], table: Mapping[str, Signals]) -> Attention:
        """The weights after the user turned to these paths and to none of the table's others: one gradient step of the
        logistic loss over the table. Since all files count, the probabilities stay true to how rare a turn is."""
        gradient = [0.0] * len(SIGNALS)
        for path, signals in table.items():
            error = (path in paths) - self.probability(signals)
            for number, signal in enumerate(signals):
                gradient[number] += error * signal
        stepped = zip(self.weights, gradient, strict=True)
        return Attention(tuple(weight + RATE * slope for weight, slope in stepped), self.learned + 1)


BEGINNING = Attention((-8.0, 2.0, 0.7, 1.5, 2.0, 0.3, 1.5, 0.6, 0.5, 5.0, 2.0, 2.0, 0.0))
"""Before anything was learned here: from replays of four public histories (`python -m reverie_bench predict`), in which
nothing is uncommitted or on a branch: what is, is in the next commit nearly for certain."""


def _folder(path: str) -> str:
    return str(PurePosixPath(path).parent)
