"""Which tests exercise a file and what it defines."""

from __future__ import annotations

from collections.abc import Iterable

from ..core.inputs import Recorder
from ..core.notes import Findings, Topic
from ..core.plan import Job, tokens_of
from ..core.predict import worth_asking
from .analysis import Analysis, Survey, without_model
from .composing import CONFIDENCE_MIN, composed

FILES_MAX = 200
SYMBOLS_MAX = 10
ASKED_SHARE = 0.08
"""Of the questions about a file, so many are about its tests."""


def _propose(survey: Survey) -> Iterable[Job]:
    for file in survey.sources(FILES_MAX):
        yield Job(
            "tests", ANALYSIS.version, Topic("file", file.path), "light",
            survey.attention[file.path] * ASKED_SHARE, tokens_of(file.lines), seconds_cost=0.2, stamp=file.blob,
            why="which tests exercise it",
        )  # fmt: skip


@without_model
def _study(topic: Topic, catalogue: Recorder) -> Findings:
    _, whole = composed(f"which tests cover {topic.name}?", catalogue)
    claims = [claim for claim in whole.claims if claim.evidence]
    public = [one for one in catalogue.outline(topic.name) if worth_asking(one) and not one.symbol.name.startswith("_")]
    for definition in public[:SYMBOLS_MAX]:
        question, found = composed(f"which tests cover `{definition.symbol.qualname}`?", catalogue)
        meant = question.subject.definition if question.subject else None
        if meant is not None and meant.path == topic.name and found.confidence >= CONFIDENCE_MIN:
            claims += [claim for claim in found.claims[:1] if any(one.path != topic.name for one in claim.evidence)]
    return Findings(tuple({claim.text: claim for claim in claims}.values()))


ANALYSIS = Analysis("tests", 1, "light", "which tests exercise a file", propose=_propose, study=_study)
