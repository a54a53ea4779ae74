"""Which decisions a file's history tells of, and why they were made, from the messages of its commits."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence

from reverie_indexers.facts import Span

from ..core import evidence
from ..core.compose.history import dull
from ..core.inputs import Recorder
from ..core.notes import Ask, Findings, Topic
from ..core.nouns import Claim, Commit, Evidence
from ..core.plan import Job, tokens_of
from ..core.prompting import Passage, Prompt, Reader, as_data
from .analysis import Analysis, Study, Survey
from .asking import INSTRUCTIONS

FILES_MAX = 80
COMMITS_READ = 40
COMMITS_SHOWN = 12
MESSAGE_CHARACTERS = 800
READ_TOKENS = 1_500
REPLY_TOKENS = 300
ASKED_SHARE = 0.08
"""Of the questions about a file, so many ask why it is as it is."""


class _OfCommits(Reader):
    """Reads claims that cite commits by their number."""

    def __init__(self, commits: Sequence[Commit], catalogue: Recorder) -> None:
        super().__init__((), catalogue.text)
        self._commits = commits

    def _evidence(self, number: int) -> Evidence:
        return Evidence(commit=self._commits[number - 1]) if 1 <= number <= len(self._commits) else Evidence()


def _propose(survey: Survey) -> Iterable[Job]:
    for file in survey.sources(FILES_MAX):
        yield Job(
            "decisions", ANALYSIS.version, Topic("file", file.path), "deep",
            survey.attention[file.path] * ASKED_SHARE, tokens_of(file.lines), READ_TOKENS + REPLY_TOKENS,
            stamp=file.blob, why="which decisions its history tells of",
        )  # fmt: skip


def _study(topic: Topic, catalogue: Recorder, passes: int) -> Study:
    commits = catalogue.commits(topic.name, COMMITS_READ)
    told = [commit for commit in commits if commit.body.strip() and not dull(commit)]
    if not told:
        return Findings()
    claims, dropped = yield from _decisions(topic.name, told[:COMMITS_SHOWN], catalogue)
    return Findings(claims, dropped=dropped)


def _decisions(
    path: str, commits: Sequence[Commit], catalogue: Recorder
) -> Generator[Ask, str, tuple[tuple[Claim, ...], int]]:
    data = tuple(as_data(number, _message(commit)) for number, commit in enumerate(commits, start=1))
    wanted = f"These are commits that changed {path}. Which decisions do they tell of, and why were they made?"
    reply = yield Ask(Prompt(INSTRUCTIONS, data, wanted), REPLY_TOKENS)
    reader = _OfCommits(commits, catalogue)
    claims = [*reader.feed(f"{reply}\n"), *reader.end()]
    held = tuple(claim for claim in claims if evidence.is_verified(claim))
    return held, len(claims) - len(held)


def _message(commit: Commit) -> Passage:
    text = f"{commit.date[:10]} {commit.author}: {commit.subject}\n\n{commit.body}"[:MESSAGE_CHARACTERS]
    return Passage(f"commit {commit.oid[:10]}", "", Span(1, 1), "", text)


ANALYSIS = Analysis(
    "decisions", 1, "deep", "which decisions history tells of", propose=_propose, study=_study, uses_model=True
)
