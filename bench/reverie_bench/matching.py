"""`python -m reverie_bench matching --repo PATH …`: is a question that was asked the one that was predicted?

Pairs are made from real symbols of real repositories. A pair that means the same is a predicted question and another
way to put it; one that does not is made mechanically: another symbol, the other direction, the opposite polarity,
another kind of question. A pair matches when both have the same key, as when a remembered answer is looked for. With
--confusions the pairs that were judged wrongly are printed. Bounds: precision at least .98, recall at least .75.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from reverie_daemon.core.nouns import Catalogue, Definition
from reverie_daemon.core.predict import worth_asking
from reverie_daemon.core.questions import key, understand
from reverie_daemon.disk import Disk
from reverie_daemon.store.beside import StoreReader
from reverie_daemon.worktree import Worktree, find

from reverie_bench.rig import rig

SYMBOLS = 12
PRECISION_MIN, RECALL_MIN = 0.98, 0.75

PREDICTED = {
    "what": "what does `{x}` do?",
    "how": "how does `{x}` work?",
    "callers": "who calls `{x}`?",
    "callees": "what does `{x}` call?",
    "where": "where is `{x}` defined?",
    "impact": "what happens if I change `{x}`?",
    "tests": "which tests cover `{x}`?",
    "history": "why is `{x}` like this?",
}
"""As `core/predict.py` puts them."""
PARAPHRASES = {
    "what": ("what is {x} for?", "What's the purpose of {x}", "can you tell me what {x} does", "describe {x}"),
    "how": ("explain how {x} works", "how is {x} implemented?", "walk me through {x}", "how does {x} actually work"),
    "callers": (
        "where is {x} called?", "what uses {x}?", "find usages of {x}", "which functions call {x}",
        "show me all callers of {x}", "from where do we call {x}?",
    ),
    "callees": ("which functions does {x} call?", "what functions are called by {x}?", "what does {x} depend on?"),
    "where": ("where can I find {x}?", "which file defines {x}", "where does {x} live?", "locate {x} for me please"),
    "impact": (
        "what would break if I changed {x}?", "what depends on {x}?", "is it safe to change {x}?",
        "what is affected by a change to {x}?",
    ),
    "tests": ("where is {x} tested?", "tests for {x}", "is {x} tested?", "what tests exercise {x}?"),
    "history": ("why was {x} written this way?", "why does {x} exist?", "what is the reason for {x}?"),
}  # fmt: skip
OPPOSITE_DIRECTION = {"callers": "callees", "callees": "callers"}
NEGATED = {
    "what": "what does {x} not do?",
    "how": "why does {x} not work?",
    "callers": "who never calls {x}?",
    "callees": "what does {x} not call?",
    "where": "where is {x} not defined?",
    "impact": "what does not break if I change {x}?",
    "tests": "which tests do not cover {x}?",
    "history": "why isn't {x} like this?",
}


@dataclass(frozen=True, slots=True)
class Pair:
    """A predicted question, one that is asked, and whether they mean the same; `made` says how a pair was made."""

    predicted: str
    asked: str
    same: bool
    made: str


@dataclass(frozen=True, slots=True)
class Judged:
    """A pair, and whether it was taken for the same."""

    pair: Pair
    matched: bool


def pairs_of(names: Sequence[str], chance: random.Random) -> Iterator[Pair]:
    """Every kind of question about every name, each paraphrased once, and made wrong in each way once."""
    for number, name in enumerate(names):
        other = names[(number + 1) % len(names)]
        for kind, form in PREDICTED.items():
            predicted = form.format(x=name)
            yield Pair(predicted, chance.choice(PARAPHRASES[kind]).format(x=name), True, f"paraphrase of {kind}")
            yield Pair(predicted, chance.choice(PARAPHRASES[kind]).format(x=other), False, "another symbol")
            yield Pair(predicted, NEGATED[kind].format(x=name), False, "the opposite polarity")
            swapped = OPPOSITE_DIRECTION.get(kind)
            if swapped:
                yield Pair(predicted, chance.choice(PARAPHRASES[swapped]).format(x=name), False, "the other direction")
            kinds = [one for one in PREDICTED if one not in (kind, swapped)]
            yield Pair(predicted, PREDICTED[chance.choice(kinds)].format(x=name), False, "another kind")


def judged(pairs: Sequence[Pair], catalogue: Catalogue) -> list[Judged]:
    """Each pair as the remembering does: by the keys of what is understood."""
    keys = {text: key(understand(text, catalogue)) for pair in pairs for text in (pair.predicted, pair.asked)}
    return [Judged(pair, keys[pair.predicted] == keys[pair.asked]) for pair in pairs]


def precision(found: Sequence[Judged]) -> float:
    """Of the pairs taken for the same, the share that is."""
    matched = [one for one in found if one.matched]
    return sum(one.pair.same for one in matched) / len(matched) if matched else 1.0


def recall(found: Sequence[Judged]) -> float:
    """Of the pairs that mean the same, the share taken for it."""
    same = [one for one in found if one.pair.same]
    return sum(one.matched for one in same) / len(same) if same else 1.0


def row(name: str, found: Sequence[Judged]) -> str:
    return f"{name:12} {len(found):5} pairs  precision {precision(found):.3f}  recall {recall(found):.3f}"


def names_of(catalogue: Catalogue, count: int, chance: random.Random) -> list[str]:
    """Symbols that are asked about, under names that only they have, from all over the sources."""
    found: list[Definition] = []
    for file in catalogue.files():
        if file.role == "source":
            found += [one for one in catalogue.outline(file.path) if worth_asking(one)]
    chosen = [one.symbol.qualname for one in found if len(catalogue.definitions(one.symbol.name)) == 1]
    return chance.sample(sorted(set(chosen)), min(count, len(set(chosen))))


@contextmanager
def indexed(source: Path) -> Iterator[Catalogue]:
    """A clone of the repository as the daemon indexed it."""
    with rig() as made:
        clone = made.clone(source)
        made.reverie("index", "--repo", str(clone))
        made.stop()
        reader = StoreReader(clone / ".git" / "reverie" / "store.db")
        with reader.reading(1, Disk(Worktree(find(clone)))) as catalogue:
            yield catalogue
        reader.close()


def main(argv: Sequence[str]) -> int:
    """Prints precision and recall; fails below the bounds."""
    parser = argparse.ArgumentParser(prog="python -m reverie_bench matching", description=__doc__)
    parser.add_argument("--repo", type=Path, action="append", required=True, help="a clone; repeatable")
    parser.add_argument("--symbols", type=int, default=SYMBOLS, help=f"from each repository (default {SYMBOLS})")
    parser.add_argument("--seed", type=int, default=1, help="chooses symbols and paraphrases")
    parser.add_argument("--confusions", action="store_true", help="print the pairs that were judged wrongly")
    chosen = parser.parse_args(argv)
    every: list[Judged] = []
    for repository in chosen.repo:
        chance = random.Random(chosen.seed)
        with indexed(repository.resolve()) as catalogue:
            pairs = list(pairs_of(names_of(catalogue, chosen.symbols, chance), chance))
            found = judged(pairs, catalogue)
        every += found
        print(
            f"{repository.name:12} {len(found):5} pairs  precision {precision(found):.3f}  recall {recall(found):.3f}"
        )
    print(f"{'all':12} {len(every):5} pairs  precision {precision(every):.3f}  recall {recall(every):.3f}")
    if chosen.confusions:
        for one in every:
            if one.matched != one.pair.same:
                print(f"{one.pair.made}: {one.pair.predicted} | {one.pair.asked}")
    return 0 if precision(every) >= PRECISION_MIN and recall(every) >= RECALL_MIN else 1
