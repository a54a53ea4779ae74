"""Which decisions a file's history tells of, and why they were made, from the messages of its commits."""

from __future__ import annotations

from collections.abc import Iterable

from ..core.compose.history import dull
from ..core.inputs import Recorder
from ..core.notes import Findings, Topic
from ..core.nouns import NOWHERE, Commit
from ..core.plan import SAVED_BY_A_MODELS_NOTE, Job
from ..core.prompting import Passage
from .analysis import Analysis, Study, Survey
from .asking import claims_from

FILES_MAX = 80
COMMITS_READ = 40
COMMITS_SHOWN = 12
MESSAGE_CHARACTERS = 800
READ_TOKENS = 1_500
REPLY_TOKENS = 300
ASKED_SHARE = 0.08
"""Of the questions about a file, so many ask why it is as it is."""


def _propose(survey: Survey) -> Iterable[Job]:
    for file in survey.sources(FILES_MAX):
        yield Job(
            "decisions", ANALYSIS.version, Topic("file", file.path), "deep",
            survey.attention[file.path] * ASKED_SHARE, SAVED_BY_A_MODELS_NOTE, READ_TOKENS + REPLY_TOKENS,
            stamp=file.blob, why="which decisions its history tells of",
        )  # fmt: skip


def _study(topic: Topic, catalogue: Recorder, passes: int) -> Study:
    commits = catalogue.commits(topic.name, COMMITS_READ)
    told = [commit for commit in commits if commit.body.strip() and not dull(commit)]
    if not told:
        return Findings()
    passages = [_message(commit) for commit in told[:COMMITS_SHOWN]]
    wanted = f"These are commits that changed {topic.name}. Which decisions do they tell of, and why were they made?"
    claims, dropped, _ = yield from claims_from(wanted, passages, catalogue, REPLY_TOKENS)
    return Findings(claims, dropped=dropped)


def _message(commit: Commit) -> Passage:
    text = f"{commit.date[:10]} {commit.author}: {commit.subject}\n\n{commit.body}"[:MESSAGE_CHARACTERS]
    return Passage("", "", NOWHERE, "", text, commit)


ANALYSIS = Analysis(
    "decisions", 1, "deep", "which decisions history tells of", propose=_propose, study=_study, uses_model=True
)
