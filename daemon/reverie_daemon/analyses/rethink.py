"""The paper's loop (arXiv 2504.13171): given a file and what was learned of it so far, improve that, pass after pass,
until the model says that it is done or the passes are used up. More passes are more sleep-time compute."""

from __future__ import annotations

from collections.abc import Iterable

from ..core.inputs import Recorder
from ..core.notes import Findings, Topic
from ..core.plan import SAVED_BY_A_MODELS_NOTE, Job
from .analysis import Analysis, Study, Survey
from .asking import CLOSE, claims_from, passages_of_file, tokens_to_read

FILES_MAX = 100
REPLY_TOKENS = 400
CLAIMS_MAX = 24
ASKED_SHARE = 0.15
"""Of the questions about a file, so many need more than what it is for."""
DONE = "DONE"


def _propose(survey: Survey) -> Iterable[Job]:
    for file in survey.sources(FILES_MAX) if survey.passes else ():
        yield Job(
            "rethink", ANALYSIS.version, Topic("file", file.path), "deep", survey.attention[file.path] * ASKED_SHARE,
            SAVED_BY_A_MODELS_NOTE, survey.passes * (tokens_to_read(file, CLOSE) + REPLY_TOKENS), stamp=file.blob,
            why=f"what is known of it, thought over {survey.passes} times at most",
        )  # fmt: skip


def _study(topic: Topic, catalogue: Recorder, passes: int) -> Study:
    passages = passages_of_file(topic.name, catalogue, CLOSE)
    known = {claim.text: claim for claim in catalogue.noted("purpose", "file", topic.name)}
    dropped, made = 0, 0
    while passages and made < passes and len(known) < CLAIMS_MAX:
        made += 1
        claims, lost, reply = yield from claims_from(
            _wanted(topic.name, list(known)), passages, catalogue, REPLY_TOKENS
        )
        dropped += lost
        new = {claim.text: claim for claim in claims if claim.text not in known}
        known |= new
        if not new or DONE in reply.split():
            break
    return Findings(tuple(known.values())[:CLAIMS_MAX], {"passes": made}, dropped=dropped)


def _wanted(path: str, known: list[str]) -> str:
    so_far = "\n".join(f"- {text}" for text in known) or "- nothing yet"
    return (
        f"What was learned about {path} so far:\n{so_far}\n\nState what a colleague would ask about it and is missing"
        f" there: how it works, what it relies on, what can go wrong. When nothing is missing, write {DONE}."
    )


ANALYSIS = Analysis(
    "rethink", 1, "deep", "what is known of a file, thought over again", propose=_propose, study=_study, uses_model=True
)
