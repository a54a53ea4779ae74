"""What files, folders and the repository are for, from the bottom up: a folder is understood from what is noted of the
files in it, so that a large repository is learned from small prompts."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath

from ..core.inputs import Recorder
from ..core.notes import Findings, Topic, TopicKind
from ..core.nouns import FileVersion
from ..core.plan import SAVED_BY_A_MODELS_NOTE, Job
from ..core.prompting import Passage
from .analysis import Analysis, Study, Survey
from .asking import OUTLINE, claims_from, passages_of_file, tokens_to_read

FILES_MAX = 1_000
FOLDERS_MAX = 200
CHILDREN_MAX = 40
CLAIMS_OF_A_CHILD = 2
REPLY_TOKENS = 300
FOLDER_READ_TOKENS = 1_500
DEPTH_MAX = 40
"""Folders come from the deepest up; of those deeper still, some before what is noted of their folders."""
ASKED_SHARE = 0.3
"""Of the questions about a file, so many are about what it is for or how it works."""


def _propose(survey: Survey) -> Iterable[Job]:
    files = survey.sources(FILES_MAX)
    for file in files:
        yield Job(
            "purpose", ANALYSIS.version, Topic("file", file.path), "deep", survey.attention[file.path] * ASKED_SHARE,
            SAVED_BY_A_MODELS_NOTE, tokens_to_read(file, OUTLINE) + REPLY_TOKENS, stamp=file.blob, why="what it is for",
        )  # fmt: skip
    for name, inside in _folders(files):
        likely = max(survey.attention[file.path] for file in inside) * ASKED_SHARE / 2
        yield Job(
            "purpose", ANALYSIS.version, Topic("folder" if name else "repository", name), "deep", likely,
            SAVED_BY_A_MODELS_NOTE, FOLDER_READ_TOKENS + REPLY_TOKENS, stamp=_stamp(inside),
            why="what it is for", level=max(1, DEPTH_MAX - len(PurePosixPath(name).parts)),
        )  # fmt: skip


def _folders(files: Sequence[FileVersion]) -> list[tuple[str, list[FileVersion]]]:
    """The folders around these files, "" for the repository, with the files in them at any depth."""
    inside: dict[str, list[FileVersion]] = {}
    for file in files:
        for parent in PurePosixPath(file.path).parents:
            inside.setdefault("" if str(parent) == "." else str(parent), []).append(file)
    return sorted(inside.items())[:FOLDERS_MAX]


def _stamp(files: Sequence[FileVersion]) -> str:
    """Another one once any of the files is another."""
    return hashlib.blake2b("".join(sorted(file.blob for file in files)).encode(), digest_size=12).hexdigest()


def _study(topic: Topic, catalogue: Recorder, passes: int) -> Study:
    passages = passages_of_file(topic.name, catalogue, OUTLINE) if topic.kind == "file" else _children(topic, catalogue)
    if not passages:
        return Findings()
    what = {"file": f"the file {topic.name}", "folder": f"the folder {topic.name}"}.get(topic.kind, "this repository")
    wanted = f"What is {what} for, and what does it offer to the rest? At most 4 lines."
    claims, dropped, _ = yield from claims_from(wanted, passages, catalogue, REPLY_TOKENS)
    return Findings(claims, dropped=dropped)


def _children(topic: Topic, catalogue: Recorder) -> list[Passage]:
    """What is noted of the files and folders right inside, as passages that cite what those cite."""
    passages = []
    for kind, name in _right_inside(topic.name, [file.path for file in catalogue.files(topic.name)])[:CHILDREN_MAX]:
        for claim in catalogue.noted("purpose", kind, name)[:CLAIMS_OF_A_CHILD]:
            cited = next((one for one in claim.evidence if one.path), None)
            if cited is not None:
                passages.append(Passage(cited.path, cited.blob, cited.span, cited.symbol, claim.text))
    return passages


def _right_inside(folder: str, paths: Sequence[str]) -> list[tuple[TopicKind, str]]:
    depth = len(PurePosixPath(folder).parts)
    found: dict[tuple[TopicKind, str], None] = {}
    for path in paths:
        parts = PurePosixPath(path).parts
        kind: TopicKind = "file" if len(parts) == depth + 1 else "folder"
        found[kind, "/".join(parts[: depth + 1])] = None
    return list(found)


ANALYSIS = Analysis(
    "purpose", 1, "deep", "what files and folders are for", propose=_propose, study=_study, uses_model=True
)
