"""History: complete, bounded, and never a reason to fetch."""

from __future__ import annotations

import os
import stat

import pytest
from reverie_daemon.core.nouns import Commit
from reverie_daemon.worktree import GitFailed, GitTimedOut, history
from reverie_indexers.facts import Span


def subjects(commits):
    return [commit.subject for commit in commits]


def test_commits_come_newest_first_with_what_they_touched(repo):
    """Why a thing changed, and what changes together, is read from this."""
    repo.commit("Begin\n\nWith a body\nof two lines.", a="1", b="1")
    repo.git("rm", "--quiet", "b")
    oid = repo.commit("Go on", a="2", c="3")
    last, first = repo.worktree.history()
    assert last == Commit(oid, "Ada", last.date, "Go on", "", (("M", "a"), ("D", "b"), ("A", "c")))
    assert last.date == repo.git("log", "-1", "--format=%aI")
    assert (first.subject, first.body, first.paths) == ("Begin", "With a body\nof two lines.", (("A", "a"), ("A", "b")))


def test_a_merge_and_an_empty_commit_carry_no_paths_and_disturb_no_other(repo):
    """Git prints nothing after them, which must not shift what follows."""
    repo.commit("base", a="1")
    repo.git("checkout", "--quiet", "-b", "side")
    repo.commit("side", b="1")
    repo.git("checkout", "--quiet", "main")
    repo.commit("empty")
    repo.git("merge", "--quiet", "--no-ff", "-m", "merge", "side")
    found = {commit.subject: commit.paths for commit in repo.worktree.history()}
    assert found == {"merge": (), "empty": (), "side": (("A", "b"),), "base": (("A", "a"),)}


def test_only_what_is_new_is_read(repo):
    """After a commit the daemon takes in that commit, not ten thousand."""
    first = repo.commit("one", a="1")
    repo.commit("two", a="2")
    repo.commit("three", a="3")
    assert subjects(repo.worktree.history(since=[first])) == ["three", "two"]
    assert list(repo.worktree.history(since=["1" * 40, repo.git("rev-parse", "HEAD")])) == []
    assert subjects(repo.worktree.history(limit=1)) == ["three"]


def test_a_commit_that_git_forgot_excludes_nothing(repo):
    """After a rebase and a collection the last commit we read may be gone."""
    repo.commit("one", a="1")
    assert subjects(repo.worktree.history(since=["1" * 40])) == ["one"]


def test_what_head_reaches_is_told_in_the_order_of_its_history(repo):
    """A branch that was read before is recognised by its ids, and nothing else is read of it."""
    for name in "abc":
        repo.commit(a=name)
    assert repo.worktree.reached() == tuple(commit.oid for commit in repo.worktree.history())
    assert len(repo.worktree.reached(limit=2)) == 2


def test_without_commits_there_is_no_history(repo):
    """Not an error: a new repository."""
    assert list(repo.worktree.history()) == []
    assert repo.worktree.reached() == ()
    assert repo.worktree.commit("HEAD") is None


def test_messages_and_paths_of_any_bytes_are_taken_as_they_are(repo):
    """Messages are written by people, and may look like our own separators."""
    path = os.fsdecode(b"odd\n\xff\x01name")
    repo.write(path)
    message = "Subject \x1f with separators ☃\n\n\x01body\x1e\x1f"
    repo.commit(message)
    (found,) = repo.worktree.history()
    assert found.paths == (("A", path),)
    assert found.oid == repo.git("rev-parse", "HEAD")
    repo.git("config", "i18n.commitEncoding", "ISO-8859-1")
    repo.git("commit", "--allow-empty", "--quiet", "-F", str(repo.write("message", "Gr\xfc\xdfe".encode("latin-1"))))
    assert next(repo.worktree.history()).subject == "Grüße"


def test_a_huge_commit_is_cut_to_its_first_paths(repo):
    """Vendoring a library touches thousands of files and says little about any."""
    for number in range(history.PATHS_MAX + 50):
        repo.write(f"f{number:04}")
    repo.commit("vendor")
    repo.commit("next", a="1")
    last, vendor = repo.worktree.history()
    assert len(vendor.paths) == history.PATHS_MAX
    assert last.paths == (("A", "a"),)


def test_a_consumer_may_stop_early(repo):
    """The command then ends too, instead of filling a pipe that nobody reads."""
    for number in range(3):
        repo.commit(str(number))
    commits = repo.worktree.history()
    assert next(commits).subject == "2"
    commits.close()


def test_one_commit_is_found_by_its_abbreviation_and_nothing_else(repo):
    """A question may quote it; it may also quote an option for git."""
    oid = repo.commit("one", a="1")
    found = repo.worktree.commit(oid[:8])
    assert found is not None and (found.oid, found.paths) == (oid, (("A", "a"),))
    assert repo.worktree.commit("HEAD") == found
    for wrong in ("f" * 40, "--all", "main", "", "HEAD~1"):
        assert repo.worktree.commit(wrong) is None
    assert repo.worktree.diff_of("--output=pwned") == ""
    assert not (repo.root / "pwned").exists()


def test_ancestry_tells_a_new_commit_from_a_rewritten_one(repo):
    """After an amend what was read before is no longer part of the history."""
    first = repo.commit("one", a="1")
    second = repo.commit("two", a="2")
    repo.git("commit", "--quiet", "--amend", "-m", "two, again")
    assert repo.worktree.is_ancestor(first)
    assert not repo.worktree.is_ancestor(second)
    assert not repo.worktree.is_ancestor("1" * 40)


def test_a_shallow_clone_has_the_history_it_has(repo, tmp_path):
    """It must not fail where the history was cut."""
    repo.commit("one", a="1")
    repo.commit("two", a="2")
    clone = repo.clone(tmp_path / "shallow", "--depth=1")
    assert subjects(clone.worktree.history()) == ["two"]
    assert clone.worktree.blame("a", Span(1, 1))[0].subject == "two"


def test_nothing_is_ever_fetched_into_a_partial_clone(repo, tmp_path):
    """Fetching blobs one by one costs minutes, needs a network and may ask for a password."""
    for number in range(4):
        repo.commit(f"change {number}", a=f"{number}\n" * 50, b=f"{number}\n")
    clone = repo.clone(tmp_path / "partial", "--filter=blob:none")
    worktree = clone.worktree
    before = sorted(place.name for place in (clone.root / ".git" / "objects").rglob("*"))
    assert len(list(worktree.history())) == 4
    assert len(worktree.listing().files) == 2
    worktree.blame("a", Span(1, 3))
    worktree.diff_of("HEAD")
    worktree.diff_of(clone.git("rev-parse", "HEAD~2"))
    clone.write("a", "different\n")
    assert worktree.uncommitted() == ("a",)
    assert sorted(place.name for place in (clone.root / ".git" / "objects").rglob("*")) == before


def test_blame_names_the_commits_of_the_lines_as_they_are_on_disk(repo):
    """ "Why is this like this?" is about what the reader sees, edits included."""
    repo.commit("old", a="one\ntwo\nthree\n")
    new = repo.commit("new", a="one\n2\nthree\n")
    repo.write("a", "zero\none\n2\nthree\n")
    last, first = repo.worktree.blame("a", Span(1, 4))
    assert (last.subject, last.oid, last.author) == ("new", new, "Ada")
    assert last.date[:19] == repo.git("log", "-1", "--format=%aI")[:19]
    assert first.subject == "old"
    assert subjects(repo.worktree.blame("a", Span(3, 3))) == ["new"]
    assert repo.worktree.blame("a", Span(1, 1)) == ()


@pytest.mark.parametrize(("path", "span"), [("gone", Span(1, 1)), ("a", Span(90, 99)), ("untracked", Span(1, 1))])
def test_blame_of_what_has_none_is_empty(repo, path, span):
    """The answer then simply says nothing about history."""
    repo.commit("one", a="1\n")
    repo.write("untracked")
    assert repo.worktree.blame(path, span) == ()


def test_a_diff_is_cut_at_its_bound(repo):
    """One generated file can be a hundred megabytes of diff."""
    repo.commit("large", a="line\n" * 100_000)
    whole = repo.worktree.diff_of("HEAD", bytes_max=1_000_000)
    assert whole.startswith("diff --git a/a b/a") and len(whole) > 500_000
    assert repo.worktree.diff_of("HEAD", bytes_max=1_000) == whole[:1_000]


def test_uncommitted_paths_are_all_that_differs_from_head(repo):
    """Recent edits are what people ask about."""
    repo.write(".gitignore", "*.log\n")
    repo.commit(changed="1", deleted="1", same="1")
    repo.write("changed", "2")
    (repo.root / "deleted").unlink()
    repo.write("new folder/a b.py")
    repo.write("staged")
    repo.git("add", "staged")
    repo.write("x.log")
    assert repo.worktree.uncommitted() == ("changed", "deleted", "new folder/a b.py", "staged")


def test_edited_lines_are_told_as_they_are_now(repo):
    """Which function a user is at shows where a file differs, not that it does."""
    lines = [f"{number}\n" for number in range(1, 21)]
    repo.commit(**{"a b.py": "".join(lines), "gone.py": "1\n", "same.py": "1\n"})
    lines[4:5] = ["five\n", "and\n", "a half\n"]
    del lines[15:17]
    lines[-1] = "++ b/not a path\n"
    repo.write("a b.py", "".join(lines))
    (repo.root / "gone.py").unlink()
    repo.write("untracked.py", "1\n")
    found = repo.worktree.edited_lines(repo.worktree.uncommitted())
    assert found["a b.py"] == [Span(5, 7), Span(15, 15), Span(20, 20)]
    assert "same.py" not in found and "untracked.py" not in found
    assert repo.worktree.edited_lines([]) == {}


def test_edited_lines_of_a_repository_without_commits_are_none(repo):
    """There is nothing that a file could differ from."""
    repo.write("a.py", "1\n")
    assert repo.worktree.edited_lines(["a.py"]) == {}


def test_a_conflict_is_uncommitted(repo):
    """Mid-rebase is when people ask."""
    repo.commit(a="base\n")
    repo.git("checkout", "--quiet", "-b", "side")
    repo.commit(a="side\n")
    repo.git("checkout", "--quiet", "main")
    repo.commit(a="main\n")
    repo.git("rebase", "side", check=False)
    assert repo.worktree.uncommitted() == ("a",)


@pytest.fixture
def sleepy_git(tmp_path, monkeypatch):
    """A git that never ends."""
    fake = tmp_path / "bin" / "git"
    fake.parent.mkdir()
    fake.write_text("#!/bin/sh\nexec sleep 600\n")
    fake.chmod(fake.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{fake.parent}:{os.environ['PATH']}")


def test_a_command_that_hangs_is_stopped(repo, sleepy_git):
    """A dead network mount must not hang the daemon."""
    from reverie_daemon.worktree.git import Git

    with pytest.raises(GitTimedOut, match="did not finish within"):
        Git(repo.root).run("status", timeout_s=0.05)
    with pytest.raises(GitTimedOut):
        list(Git(repo.root).stream("log", timeout_s=0.05))


def test_a_command_that_fails_repeats_what_git_said(repo):
    """ "It failed" helps nobody."""
    from reverie_daemon.worktree.git import Git

    with pytest.raises(GitFailed, match="bad revision") as caught:
        list(Git(repo.root).stream("log", "nowhere", "--"))
    assert str(repo.root) in caught.value.next_step
