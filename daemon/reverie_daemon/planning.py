"""From a repository as it is now to a plan: what is likely asked, what is stale, what is worth learning.

It gathers what the core decides on (history, git's state, centrality, earlier questions) and puts it together. It runs
in a child process beside the store and writes nothing; nothing is studied here.
"""

from __future__ import annotations

import math
import os
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from reverie_indexers.facts import Span

from .analyses import Analysis, Survey, discover
from .core import predict
from .core.attention import Chronicle, Signals, Situation
from .core.idle import Depth
from .core.inputs import deserialise, read_notes, unchanged
from .core.naming import CALLABLE_KINDS
from .core.notes import Topic
from .core.nouns import Commit, Definition
from .core.pathnames import beside
from .core.plan import Job, order
from .core.predict import Habits, Prediction
from .store.beside import StoreReader
from .store.catalogue import StoreCatalogue, is_under
from .worktree import GitFailed, Worktree

COMMITS_MAX = 1_500
FILES_PREDICTED_MAX = 60
FILES_EDITED_MAX = 50
SYMBOLS_WEIGHED_MAX = 60
PREDICTIONS_MAX = 300
COMMIT_HALF_LIFE_S = 12 * 3600.0
COMMIT_SHARE_MIN = 0.05
BESIDE_SHARE = 0.2
"""Examples, scripts and documents are edited as others are, but seldom asked about."""
OLDER_VERSION_SHARE = 0.01
"""What a newer analysis would find anew is not wrong as it is: it is learned again last."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What to learn, best first, and what is expected to be asked, likeliest first, as of (`clock`, `moment`).

    `held` are the notes that were found fresh, `habits` what the `questions` taught, by number; `again_in_s` is when a
    file that is being edited will have been quiet for long enough, None when there is none.
    """

    jobs: tuple[Job, ...]
    predictions: tuple[Prediction, ...]
    held: tuple[tuple[str, Topic], ...]
    habits: Habits
    questions: tuple[int, ...]
    again_in_s: float | None
    clock: int
    moment: str


def moment_of(worktree: Worktree, store: StoreReader, worktree_id: int) -> str:
    """The worktree, HEAD and up to where its history is known, as `LiveRepository.moment` has it."""
    return f"{worktree_id} {worktree.head().oid} {store.history_head(worktree_id)}"


def plan(
    catalogue: StoreCatalogue,
    store: StoreReader,
    worktree: Worktree,
    worktree_id: int,
    *,
    now_s: float,
    quiet_s: float,
    model_depth: Depth | None = None,
    passes: int = 0,
    subject: str = "",
) -> Plan:
    """The plan for this moment. `now_s` is seconds since the epoch; a file that differs from HEAD and was saved less
    than `quiet_s` ago is left alone. `model_depth` is what has to be free for the model, None where there is none. What
    lies in `subject`, a path or "path::qualname", is held to be asked about for certain."""
    moment = moment_of(worktree, store, worktree_id)
    chronicle = _chronicle(catalogue)
    uncommitted, branch = _changed(worktree)
    quiet, again_in_s = _edited(worktree, uncommitted, now_s, quiet_s)
    pending = store.learned.unlearned(worktree_id)
    central = _central(store)
    paths = [file.path for file in catalogue.files()]
    habits = store.learned.habits()

    def table() -> Mapping[str, Signals]:
        return chronicle.table(paths, Situation(central, uncommitted, branch, habits.asked))

    for _, kind, path in pending:
        if path:
            habits = replace(habits, attention=habits.attention.turned_to({path}, table()))
        habits = habits.after(kind, path)  # type: ignore[arg-type]
    likely = {
        path: habits.attention.probability(signals) * (BESIDE_SHARE if beside(path) else 1.0)
        for path, signals in table().items()
    }
    if subject:
        wanted = subject.partition("::")[0].rstrip("/")
        likely |= {path: 1.0 for path in likely if is_under(path, wanted)}
    attention = dict(sorted(likely.items(), key=lambda item: (-item[1], item[0])))
    edits = worktree.edited_lines(sorted(uncommitted, key=lambda path: -likely.get(path, 0.0))[:FILES_EDITED_MAX])
    predictions = _predictions(catalogue, attention, habits, now_s, edits)
    survey = Survey(catalogue, attention, predictions, quiet, passes)
    jobs, held = _due(survey, store, catalogue, moment, model_depth)
    return Plan(
        tuple(order(jobs)), tuple(predictions), tuple(held), habits, tuple(number for number, _, _ in pending),
        again_in_s, catalogue.clock, moment,
    )  # fmt: skip


def _chronicle(catalogue: StoreCatalogue) -> Chronicle:
    chronicle = Chronicle()
    for commit in reversed(catalogue.commits("", COMMITS_MAX)):
        chronicle.add(commit)
    return chronicle


def _changed(worktree: Worktree) -> tuple[frozenset[str], frozenset[str]]:
    """What differs from HEAD, and what the branch changed; nothing where git cannot tell now."""
    try:
        return frozenset(worktree.uncommitted()), frozenset(worktree.changed_on_branch())
    except GitFailed:
        return frozenset(), frozenset()


def _edited(
    worktree: Worktree, uncommitted: Iterable[str], now_s: float, quiet_s: float
) -> tuple[frozenset[str], float | None]:
    """Files that are being edited, and when the last of them will have been quiet for long enough."""
    root = os.fsencode(worktree.location.root)
    quiet, waits = set(), []
    for path in uncommitted:
        try:
            age_s = now_s - os.lstat(root + b"/" + os.fsencode(path)).st_mtime
        except OSError:
            continue
        if 0 <= age_s < quiet_s:
            quiet.add(path)
            waits.append(quiet_s - age_s)
    return frozenset(quiet), max(waits, default=None)


def _central(store: StoreReader) -> Mapping[str, float]:
    notes = store.learned.notes_of("centrality", Topic("repository"))
    central: Mapping[str, float] = notes[0].figures.get("central", {}) if notes else {}
    return central


def _predictions(
    catalogue: StoreCatalogue,
    attention: Mapping[str, float],
    habits: Habits,
    now_s: float,
    edits: Mapping[str, Sequence[Span]],
) -> list[Prediction]:
    found = predict.about_repository(habits, edits=bool(edits))
    newest = catalogue.commits("", 1)
    if newest:
        found += predict.about_commit(newest[0], habits, _share_left(newest[0], now_s))
    told = {file.path for file in catalogue.files() if file.role == "source" and file.lines}
    sources = [path for path in attention if path in told][:FILES_PREDICTED_MAX]
    for path in sources:
        weighed = _weighed(catalogue, path)
        edited = _edited_among([one for one, _ in weighed], edits.get(path, ()))
        found += predict.about_file(path, attention[path], weighed, habits, edited)
    return predict.likeliest(found, PREDICTIONS_MAX)


def _share_left(commit: Commit, now_s: float) -> float:
    """How much of the first curiosity about a commit is left at its age."""
    try:
        age_s = max(0.0, now_s - datetime.fromisoformat(commit.date).timestamp())
    except ValueError:
        return COMMIT_SHARE_MIN
    return max(COMMIT_SHARE_MIN, math.pow(0.5, age_s / COMMIT_HALF_LIFE_S))


def _weighed(catalogue: StoreCatalogue, path: str) -> Sequence[tuple[Definition, float]]:
    """The symbols of a file that people ask about, by in how many files their names are used."""
    outline = catalogue.outline(path)
    callables = {one.symbol.qualname for one in outline if one.symbol.kind in CALLABLE_KINDS}
    symbols = [one for one in outline if predict.worth_asking(one)][:SYMBOLS_WEIGHED_MAX]
    return [
        (one, (1.0 + math.log1p(catalogue.reference_count(one.symbol.name))) * _public(one.symbol.qualname, callables))
        for one in symbols
    ]


def _edited_among(definitions: Sequence[Definition], edits: Sequence[Span]) -> list[Definition]:
    """The innermost of a file's definitions whose lines were edited."""
    met = [one for one in definitions if any(_meet(one.symbol.span, edit) for edit in edits)]
    around = {one.symbol.qualname.rpartition(".")[0] for one in met}
    return [one for one in met if one.symbol.qualname not in around]


def _meet(one: Span, other: Span) -> bool:
    return one.start_line <= other.end_line and other.start_line <= one.end_line


def _public(qualname: str, callables: Collection[str]) -> float:
    """Less where a name says that it is private, and for what only one function sees."""
    private = any(part.startswith("_") for part in qualname.split("."))
    return 0.3 if private or qualname.rpartition(".")[0] in callables else 1.0


def _due(
    survey: Survey, store: StoreReader, catalogue: StoreCatalogue, moment: str, model_depth: Depth | None
) -> tuple[list[Job], list[tuple[str, Topic]]]:
    """The jobs whose notes are missing or no longer hold, and the notes that hold."""
    jobs: list[Job] = []
    held: list[tuple[str, Topic]] = []
    digests: dict[str, str] = {}
    for analysis in discover().values():
        if analysis.uses_model and model_depth is None:
            continue
        for proposed in analysis.propose(survey):
            job = replace(proposed, depth=model_depth) if analysis.uses_model and model_depth else proposed
            version = _fresh_version(analysis, job, store, catalogue, moment, digests)
            if version is None:
                jobs.append(job)
                continue
            held.append((job.analysis, job.topic))
            if version < analysis.version:
                jobs.append(replace(job, probability=job.probability * OLDER_VERSION_SHARE))
    return jobs, held


def _fresh_version(
    analysis: Analysis,
    job: Job,
    store: StoreReader,
    catalogue: StoreCatalogue,
    moment: str,
    digests: dict[str, str],
) -> int | None:
    """By which version of the analysis the note was made that holds now; None when there is none."""
    for note in store.learned.notes_of(analysis.name, job.topic):
        known = (note.clock, note.moment) == (catalogue.clock, moment) and not read_notes(note.inputs)
        if known or (unchanged(deserialise(note.inputs), catalogue, digests) and analysis.applies(note, catalogue)):
            return note.version
    return None
