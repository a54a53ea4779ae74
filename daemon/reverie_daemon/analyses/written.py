"""Questions that are likely to be asked, answered by a model beforehand. Its answer is prepared only where it may stand
in place of the composed one: enough of its claims hold, and it covers the composed answer's main evidence."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import islice

from ..core import evidence
from ..core.inputs import Recorder
from ..core.notes import Answered, Findings, Note, Topic
from ..core.nouns import Catalogue
from ..core.plan import SAVED_BY_A_MODELS_ANSWER, Job
from ..core.prompting import SURVIVING_SHARE_MIN, Passage, replaces
from ..core.questions import key, understand
from ..core.retrieve import rank
from .analysis import Analysis, Study, Survey
from .asking import claims_from
from .composing import composed

QUESTIONS_MAX = 100
PASSAGES_MAX = 10
READ_TOKENS = 3_000
REPLY_TOKENS = 500
KINDS = frozenset({"how", "what", "impact", "history", "about"})
"""Others ask for facts, such as who calls what: a model is not asked then, so that nothing would be saved."""


def _propose(survey: Survey) -> Iterable[Job]:
    files = {file.path: file for file in survey.catalogue.files()}
    wanted = (one for one in survey.predictions if one.kind in KINDS and one.path not in survey.quiet)
    for one in islice(wanted, QUESTIONS_MAX):
        file = files.get(one.path)
        yield Job(
            "written", ANALYSIS.version, Topic("question", one.question), "deep", one.probability,
            SAVED_BY_A_MODELS_ANSWER, READ_TOKENS + REPLY_TOKENS,
            stamp=file.blob if file else "", why=f"{one.kind}: {one.topic.name or 'the repository'}",
        )  # fmt: skip


def _study(topic: Topic, catalogue: Recorder, passes: int) -> Study:
    question, found = composed(topic.name, catalogue)
    checked = replace(found, claims=tuple(evidence.verify(claim, catalogue.text) for claim in found.claims))
    places = [Passage(one.path, one.blob, one.span, one.symbol, "") for one in found.evidence if one.path]
    places += [Passage(one.path, one.blob, one.span, one.title, one.text) for one in rank(topic.name, catalogue).pieces]
    passages = list(islice((one for place in places if (one := _filled(place, catalogue))), PASSAGES_MAX))
    identity = f"|{key(question)}"
    if not passages:
        return Findings(figures={"key": identity})
    claims, dropped, _ = yield from claims_from(f"Question: {topic.name}", passages, catalogue, REPLY_TOKENS)
    share = len(claims) / max(1, len(claims) + dropped)
    figures = {"key": identity, "held": round(share, 3)}
    if share < SURVIVING_SHARE_MIN or not replaces(claims, checked):
        return Findings(figures=figures, dropped=dropped)
    cited = tuple(dict.fromkeys(one for claim in claims for one in claim.evidence))
    written = replace(found, claims=claims, evidence=cited)
    return Findings(figures=figures, answer=Answered(identity, topic.name, written), dropped=dropped)


def _filled(passage: Passage, catalogue: Recorder) -> Passage | None:
    """With its text as it is on disk; None where that is not there."""
    lines = catalogue.text(passage.path)
    if lines is None or passage.span.end_line > len(lines):
        return None
    text = "\n".join(lines[passage.span.start_line - 1 : passage.span.end_line])
    return replace(passage, text=text) if text.strip() else None


def _applies(note: Note, catalogue: Catalogue) -> bool:
    return bool(note.figures.get("key") == f"|{key(understand(note.topic.name, catalogue))}")


ANALYSIS = Analysis(
    "written", 1, "deep", "likely questions, answered by a model", propose=_propose, study=_study,
    applies=_applies, uses_model=True,
)  # fmt: skip
