"""Whether an asked question is the predicted one, on pairs made from this program's own source."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

from reverie_bench.matching import judged, names_of, pairs_of, precision, recall

CORE = Path(__file__).parents[3] / "daemon" / "reverie_daemon"


def test_paraphrases_match_and_what_means_something_else_does_not(catalogue_of: Callable[..., Any]) -> None:
    """An answer to another question, given as if it were this one's, is the worst that remembering can do."""
    sources = sorted([*CORE.glob("*.py"), *(CORE / "core").glob("*.py")])
    files = {str(path.relative_to(CORE.parent)): path.read_text("utf-8") for path in sources}
    catalogue = catalogue_of(files, name="reverie")
    chance = random.Random(7)
    found = judged(list(pairs_of(names_of(catalogue, 10, chance), chance)), catalogue)
    assert len(found) >= 200 and sum(one.pair.same for one in found) >= 50
    assert precision(found) >= 0.98, [one.pair for one in found if one.matched and not one.pair.same]
    assert recall(found) >= 0.75, [one.pair for one in found if not one.matched and one.pair.same]
