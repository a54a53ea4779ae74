"""What holds for every analysis, on a real repository indexed by the real indexer."""

from __future__ import annotations

import dataclasses
import os
import pickle
from collections.abc import Iterator
from pathlib import Path

import pytest
from reverie_daemon.analyses import Analysis, discover
from reverie_daemon.analyses.analysis import note_of
from reverie_daemon.core.idle import DEPTHS, Depth
from reverie_daemon.core.inputs import Recorder, deserialise, unchanged
from reverie_daemon.core.notes import Ask, Findings
from reverie_daemon.core.plan import SAVED_BY_A_MODELS_ANSWER, Job
from reverie_daemon.core.tokens import estimate
from reverie_daemon.disk import Disk
from reverie_daemon.indexing import Indexing
from reverie_daemon.parsing import ParserPool
from reverie_daemon.planning import plan
from reverie_daemon.store.beside import StoreReader
from reverie_daemon.store.repository import RepositoryStore
from reverie_daemon.worktree import Worktree, find
from support.shell import repository

ANALYSES = [one for one in discover().values() if not one.uses_model]
WITH_MODEL = [one for one in discover().values() if one.uses_model]


class Studied:
    """The sample repository, indexed, with what a study of it needs."""

    def __init__(self, root: Path, store: RepositoryStore, path: Path) -> None:
        self.worktree = Worktree(find(root))
        self.store = store
        self.beside = StoreReader(path)
        self.disk = Disk(self.worktree)
        self.index()

    def index(self) -> None:
        pool = ParserPool(1)
        try:
            indexing = Indexing(self.store, self.worktree, pool, lambda: 0.0)
            listed = self.worktree.listing().files
            indexing.apply(list(listed), [path for path in indexing.table if path not in listed])
            self.id = indexing.worktree_id
            if not self.store.history_head(self.id):
                commits = list(self.worktree.history([]))
                self.store.replace_history(self.id, [commit.oid for commit in commits], commits)
        finally:
            pool.close()

    def jobs(self, analysis: str, model: Depth | None = None) -> list[Job]:
        with self.beside.reading(self.id, self.disk) as catalogue:
            found = plan(
                catalogue, self.beside, self.worktree, self.id, now_s=2e9, quiet_s=60.0, model_depth=model, passes=1
            )
        return [job for job in found.jobs if job.analysis == analysis]

    def asked(self, analysis: Analysis, job: Job) -> Ask | None:
        """The first thing that a study asks of a model; None where there is nothing to study."""
        with self.beside.reading(self.id, self.disk) as catalogue:
            return next(analysis.study(job.topic, Recorder(catalogue), 1), None)

    def study(self, analysis: Analysis, job: Job) -> tuple[Findings, Recorder]:
        with self.beside.reading(self.id, self.disk) as catalogue:
            recorder = Recorder(catalogue)
            study = analysis.study(job.topic, recorder, 0)
            with pytest.raises(StopIteration) as finished:
                next(study)
            recorder.settle()
            return finished.value.value, recorder


@pytest.fixture(scope="module")
def studied(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studied]:
    folder = tmp_path_factory.mktemp("studied")
    path = folder / "store.db"
    with RepositoryStore.open(path) as store:
        made = Studied(repository(folder / "kettle"), store, path)
        yield made
        made.beside.close()


def test_the_analyses_without_a_model_are_all_there() -> None:
    """The design promises these whatever model there is."""
    assert {"centrality", "history", "tests", "foreseen"} <= {one.name for one in ANALYSES}


@pytest.mark.parametrize("analysis", ANALYSES, ids=lambda one: one.name)
def test_it_says_what_it_is(analysis: Analysis) -> None:
    """`status` and `--dry-run` show these; jobs are stored under the name."""
    assert analysis.name.isidentifier() and analysis.version >= 1 and analysis.depth in DEPTHS[1:]
    assert analysis.purpose and not analysis.purpose.endswith(".")


@pytest.mark.parametrize("analysis", ANALYSES, ids=lambda one: one.name)
def test_it_proposes_jobs_that_can_be_ranked(analysis: Analysis, studied: Studied) -> None:
    """Each part of the expected value is there, within its bounds, and each topic once."""
    jobs = studied.jobs(analysis.name)
    assert jobs and len({job.topic for job in jobs}) == len(jobs)
    for job in jobs:
        assert (job.analysis, job.version, job.depth) == (analysis.name, analysis.version, analysis.depth)
        assert 0 < job.probability <= 1 and 0 < job.tokens_saved <= 32_000 and job.seconds_cost > 0
        assert job.tokens_cost == 0 and job.why


@pytest.mark.parametrize("analysis", WITH_MODEL, ids=lambda one: one.name)
def test_what_a_model_is_held_to_save_is_what_is_left_beside_a_composed_answer(
    analysis: Analysis, studied: Studied
) -> None:
    """Held against whole files, every job would seem to pay, and a budget go to those that never do."""
    jobs = studied.jobs(analysis.name, "remote")
    assert jobs
    for job in jobs:
        assert 0 < job.tokens_saved <= SAVED_BY_A_MODELS_ANSWER
        asked = studied.asked(analysis, job)
        if asked is not None:
            prompt = sum(estimate([text for _, text in asked.prompt.messages()]))
            assert prompt + asked.tokens_max <= 1.5 * job.tokens_cost + 500, "what it costs is known before"


def test_no_answer_is_written_where_a_model_would_not_be_asked(studied: Studied) -> None:
    """Facts settle it, so that a written answer saves nothing."""
    settled = {
        "who calls `Sensor.read`?",
        "where is `Sensor.read` defined?",
        "what did the last commit change, and why?",
    }
    assert not settled & {job.topic.name for job in studied.jobs("written", "remote")}


@pytest.mark.parametrize("analysis", ANALYSES, ids=lambda one: one.name)
def test_what_it_finds_is_cited_and_known_by_its_inputs(analysis: Analysis, studied: Studied) -> None:
    """A note without inputs would be fresh for ever, one that differs each time never."""
    for job in studied.jobs(analysis.name)[:12]:
        findings, recorder = studied.study(analysis, job)
        assert recorder.inputs() or "commit" in job.topic.name, "only a commit never changes"
        assert all(claim.evidence for claim in findings.claims)
        again, same = studied.study(analysis, job)
        assert again == findings and set(same.inputs()) == set(recorder.inputs())
        with studied.beside.reading(studied.id, studied.disk) as catalogue:
            pairs = [(item.query, item.digest) for item in recorder.inputs()]
            assert unchanged(deserialise(pairs), catalogue)
        assert pickle.loads(pickle.dumps(findings)) == findings


def test_what_a_change_touches_is_due_again_and_the_rest_is_not(tmp_path: Path) -> None:
    """Early cut-off by inputs: a comment elsewhere makes nothing stale, a new caller does."""
    root, path = repository(tmp_path / "kettle"), tmp_path / "store.db"
    with RepositoryStore.open(path) as store:
        studied = Studied(root, store, path)
        analysis = discover()["foreseen"]
        for job in studied.jobs("foreseen"):
            findings, recorder = studied.study(analysis, job)
            note = note_of(analysis, job.topic, findings, recorder)
            store.learned.keep_note(dataclasses.replace(note, made_at=1.0))
        assert studied.jobs("foreseen") == []
        (root / "notes.txt").write_text("Nothing that matters.\n")
        os.utime(root / "notes.txt", (1e9, 1e9))
        studied.index()
        assert not [job for job in studied.jobs("foreseen") if "`" in job.topic.name], "it is about no symbol"
        alarm = "from .sensor import Sensor\n\n\ndef ring(sensor: Sensor) -> bool:\n    return sensor.read() > 100\n"
        (root / "kettle/alarm.py").write_text(alarm)
        os.utime(root / "kettle/alarm.py", (1e9, 1e9))
        studied.index()
        assert "who calls `Sensor.read`?" in {job.topic.name for job in studied.jobs("foreseen")}
        studied.beside.close()


def test_a_file_that_is_being_edited_is_left_alone_until_it_is_quiet(tmp_path: Path) -> None:
    """What is studied while it is typed is studied again a minute later."""
    root, path = repository(tmp_path / "kettle"), tmp_path / "store.db"
    with RepositoryStore.open(path) as store:
        studied = Studied(root, store, path)
        edited = root / "kettle/boiler.py"
        edited.write_text(edited.read_text() + "\n\nLIMIT = 3\n")
        studied.index()
        saved_s = edited.stat().st_mtime
        with studied.beside.reading(studied.id, studied.disk) as catalogue:
            soon = plan(catalogue, studied.beside, studied.worktree, studied.id, now_s=saved_s + 20, quiet_s=60.0)
            later = plan(catalogue, studied.beside, studied.worktree, studied.id, now_s=saved_s + 61, quiet_s=60.0)
        assert not [job for job in soon.jobs if job.topic.path == "kettle/boiler.py"]
        assert soon.again_in_s is not None and 39 < soon.again_in_s < 41
        assert [job for job in later.jobs if job.topic.path == "kettle/boiler.py"] and later.again_in_s is None
        studied.beside.close()
