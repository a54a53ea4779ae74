"""Why a file is as it is, who knows it, and what changes together with it, from git's history."""

from __future__ import annotations

from collections.abc import Iterable

from ..core.inputs import Recorder
from ..core.notes import Findings, Topic
from ..core.plan import Job, tokens_of
from .analysis import Analysis, Survey, without_model
from .composing import composed

FILES_MAX = 200
ASKED_SHARE = 0.1
"""Of the questions about a file, so many are about its history."""


def _propose(survey: Survey) -> Iterable[Job]:
    for file in survey.sources(FILES_MAX):
        yield Job(
            "history", ANALYSIS.version, Topic("file", file.path), "light",
            survey.attention[file.path] * ASKED_SHARE, tokens_of(file.lines), seconds_cost=0.01, stamp=file.blob,
            why="why, who, and what changes together",
        )  # fmt: skip


@without_model
def _study(topic: Topic, catalogue: Recorder) -> Findings:
    _, why = composed(f"why is {topic.name} like this?", catalogue)
    _, who = composed(f"who knows {topic.name}?", catalogue)
    claims = {claim.text: claim for claim in (*why.claims, *who.claims) if claim.evidence}
    return Findings(tuple(claims.values()))


ANALYSIS = Analysis("history", 1, "light", "why a file is as it is and who knows it", propose=_propose, study=_study)
