"""The commit-graph beside the store: git uses it, says the same with it, and the repository's own objects stay as they
were."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from reverie_daemon.worktree import Worktree, find, graph
from reverie_daemon.worktree.git import Git, GitFailed
from reverie_daemon.worktree.graph import CommitGraph
from reverie_indexers.facts import Span


def never() -> bool:
    return False


@pytest.fixture
def aged(repo):
    """A file that five commits wrote, a line each, and others beside it."""
    for number in range(5):
        lines = "".join(f"line {line}\n" for line in range(number + 1))
        repo.commit(f"commit {number}", a__py=lines, **{f"other{number}__py": "x\n"})
    return repo


def objects_of(root: Path) -> set[str]:
    return {str(path.relative_to(root)) for path in (root / ".git/objects").rglob("*")}


def test_blame_says_the_same_with_the_graph(aged):
    """It makes an answer quicker; another answer would be a wrong one."""
    before = aged.worktree.blame("a.py", Span(1, 5))
    written = CommitGraph(find(aged.root))
    assert written.environment == {}
    written.write(never)
    assert written.environment
    assert aged.worktree.blame("a.py", Span(1, 5)) == before and len(before) == 5


def test_git_reads_the_graph_from_where_it_lies(aged):
    """A file that git does not look at would be wasted work."""
    written = CommitGraph(find(aged.root))
    written.write(never)
    checked = Git(aged.root).run("commit-graph", "verify", environment=written.environment)
    assert checked == b""
    damaged = aged.root / ".git/reverie/graph/info/commit-graph"
    damaged.chmod(0o600)
    damaged.write_bytes(damaged.read_bytes()[:-1] + b"\x00")
    with pytest.raises(Exception, match="commit-graph"):
        Git(aged.root).run("commit-graph", "verify", environment=written.environment)


def test_the_repositorys_own_objects_stay_as_they_were(aged):
    """Its objects are the user's; a daemon that only reads must leave no trace among them."""
    before = objects_of(aged.root)
    CommitGraph(find(aged.root)).write(never)
    assert objects_of(aged.root) == before
    assert aged.git("status", "--porcelain") == "" and aged.git("fsck") == ""


def test_a_clone_that_was_moved_keeps_its_graph(aged, tmp_path):
    """Folders get renamed; blame must not lose its objects with that."""
    CommitGraph(find(aged.root)).write(never)
    expected = aged.worktree.blame("a.py", Span(1, 5))
    moved = aged.root.rename(tmp_path / "elsewhere: a place")
    assert Worktree(find(moved)).blame("a.py", Span(1, 5)) == expected


def test_a_short_history_and_a_young_graph_are_left_alone(aged, monkeypatch):
    """There it would weigh more than it saves, and here it would be work for nothing."""
    written = CommitGraph(find(aged.root))
    written.keep(5, time.time(), never)
    written.finish(30)
    assert written.environment == {}
    monkeypatch.setattr(graph, "COMMITS_MIN", 5)
    written.keep(5, time.time(), never)
    written.finish(30)
    file = aged.root / ".git/reverie/graph/info/commit-graph"
    first = file.stat().st_ino
    aged.commit("another", a__py="all new\n")
    written.keep(6, time.time(), never)
    written.finish(30)
    assert file.stat().st_ino == first
    written.keep(6, time.time() + graph.REFRESH_AFTER_S + 1, never)
    written.finish(30)
    assert file.stat().st_ino != first
    assert [commit.subject for commit in aged.worktree.blame("a.py", Span(1, 1))] == ["another"]


def test_one_that_was_interrupted_is_written_the_next_time(aged):
    """A git that was killed leaves its lock behind, and would keep every later one from writing."""
    written = CommitGraph(find(aged.root))
    written.write(lambda: True)
    lock = aged.root / ".git/reverie/graph/info/commit-graph.lock"
    lock.touch()
    written.write(never)
    assert written.environment and not lock.exists()


def test_a_graph_that_leads_nowhere_costs_no_answer(aged):
    """Whatever happens to a file of ours, what git alone can say is still said."""
    expected = aged.worktree.blame("a.py", Span(1, 5))
    CommitGraph(find(aged.root)).write(never)
    (aged.root / ".git/reverie/graph/info/alternates").write_text("nowhere\n")
    assert aged.worktree.blame("a.py", Span(1, 5)) == expected


def test_two_worktrees_of_one_repository_do_not_write_at_once(aged, monkeypatch):
    """They share the place; one would take the other's lock for a dead one's."""
    one, other = CommitGraph(find(aged.root)), CommitGraph(find(aged.root))
    began = []
    monkeypatch.setattr(other, "_run", lambda *command, cancelled: began.append("other"))

    def run(*command: str, cancelled: object) -> None:
        began.append("one")
        other.write(never)

    monkeypatch.setattr(one, "_run", run)
    one.write(never)
    assert set(began) == {"one"}
    other.write(never)
    assert set(began) == {"one", "other"}


def test_a_graph_that_is_half_done_is_finished_the_next_time(aged, monkeypatch):
    """The daemon may be stopped between its halves."""
    monkeypatch.setattr(graph, "COMMITS_MIN", 5)
    written = CommitGraph(find(aged.root))
    run = written._run

    def first_half(*command: str, cancelled: Callable[[], bool]) -> None:
        if "--changed-paths" in command:
            raise GitFailed("stopped", next_step="")
        run(*command, cancelled=cancelled)

    with monkeypatch.context() as patched:
        patched.setattr(written, "_run", first_half)
        written.write(never)
    file = aged.root / ".git/reverie/graph/info/commit-graph"
    half = file.stat()
    written.keep(5, time.time(), never)
    written.finish(30)
    assert file.stat().st_size > half.st_size


def test_where_git_cannot_write_one_all_goes_on_without(aged, tmp_path):
    """Shallow clones have none."""
    shallow = aged.clone(tmp_path / "shallow", "--depth=2")
    written = CommitGraph(find(shallow.root))
    written.write(never)
    assert written.environment == {}
    assert shallow.worktree.blame("a.py", Span(1, 5))
