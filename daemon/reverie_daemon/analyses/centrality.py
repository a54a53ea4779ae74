"""Which files the others rest on, for the scheduler: whoever is central is asked about more often.

It reads imports only, so that it stays fresh through most edits.
"""

from __future__ import annotations

from collections.abc import Iterable

from ..core.centrality import Places, graph_of, pagerank
from ..core.inputs import Recorder
from ..core.notes import Findings, Topic
from ..core.plan import Job
from .analysis import Analysis, Survey, without_model

FILES_MAX = 5_000
SECONDS_A_FILE = 0.0005
HELD_AT_ONCE = 200
WORTH_TOKENS = 2_000
"""It saves nothing by itself; held to be worth this much, it comes before what it helps to rank."""


def _propose(survey: Survey) -> Iterable[Job]:
    files = len(survey.catalogue.files())
    yield Job(
        "centrality", ANALYSIS.version, Topic("repository"), "light", 1.0, WORTH_TOKENS,
        seconds_cost=0.05 + files * SECONDS_A_FILE, why="ranks everything else",
    )  # fmt: skip


@without_model
def _study(topic: Topic, catalogue: Recorder) -> Findings:
    sources = [file.path for file in catalogue.files() if file.role == "source"][:FILES_MAX]
    imports = []
    for number, path in enumerate(sources, start=1):
        imports.append((path, tuple(catalogue.imports(path))))
        if number % HELD_AT_ONCE == 0:
            catalogue.settle()
    ranks = pagerank(graph_of(imports, Places(sources)))
    highest = max(ranks.values(), default=0.0)
    return Findings(figures={"central": {path: round(rank / highest, 4) for path, rank in ranks.items()}})


ANALYSIS = Analysis(
    "centrality", 1, "light", "which files the others rest on", propose=_propose, study=_study, steers=True
)  # fmt: skip
