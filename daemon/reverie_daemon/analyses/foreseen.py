"""Questions that are likely to be asked, answered beforehand as they would be composed when asked."""

from __future__ import annotations

from collections.abc import Iterable

from ..core.inputs import Recorder
from ..core.notes import Answered, Findings, Note, Topic
from ..core.nouns import Catalogue
from ..core.plan import Job, tokens_of
from ..core.questions import key, understand
from .analysis import Analysis, Survey, without_model
from .composing import CONFIDENCE_MIN, composed

WHOLE_LINES = 500
"""What an agent would read for a question about no one file."""


def _propose(survey: Survey) -> Iterable[Job]:
    files = {file.path: file for file in survey.catalogue.files()}
    for one in survey.predictions:
        if one.path in survey.quiet:
            continue
        file = files.get(one.path)
        yield Job(
            "foreseen", ANALYSIS.version, Topic("question", one.question), "light", one.probability,
            tokens_of(file.lines if file else WHOLE_LINES), stamp=file.blob if file else "",
            why=f"{one.kind}: {one.topic.name or 'the repository'}",
        )  # fmt: skip


@without_model
def _study(topic: Topic, catalogue: Recorder) -> Findings:
    question, found = composed(topic.name, catalogue)
    identity = f"|{key(question)}"
    sure = found.confidence >= CONFIDENCE_MIN
    return Findings(figures={"key": identity}, answer=Answered(identity, topic.name, found) if sure else None)


def _applies(note: Note, catalogue: Catalogue) -> bool:
    """A name can come to mean something else, though nothing that the answer read has changed."""
    return bool(note.figures.get("key") == f"|{key(understand(note.topic.name, catalogue))}")


ANALYSIS = Analysis(
    "foreseen", 1, "light", "likely questions, answered beforehand", propose=_propose, study=_study, applies=_applies
)
