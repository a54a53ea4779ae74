"""HEAD and what git is in the middle of, as git itself would tell it."""

from __future__ import annotations

import pytest
from reverie_daemon.worktree import GitFailed, Head


def test_before_the_first_commit_there_is_a_branch_but_no_commit(repo):
    """A new repository is a usual place to start."""
    head = repo.worktree.head()
    assert head == Head("", "main") and head.unborn and not head.detached


def test_head_follows_commits_and_branches_loose_or_packed(repo):
    """`git gc` moves refs into one file at any time."""
    first = repo.commit(a="1")
    assert repo.worktree.head() == Head(first, "main")
    repo.git("pack-refs", "--all")
    assert repo.worktree.head() == Head(first, "main")
    repo.git("checkout", "--quiet", "-b", "topic/über")
    second = repo.commit(a="2")
    assert repo.worktree.head() == Head(second, "topic/über")


def test_a_detached_head_has_no_branch(repo):
    """Bisecting, rebasing and checking out tags all detach it."""
    first = repo.commit(a="1")
    repo.commit(a="2")
    repo.git("checkout", "--quiet", first)
    head = repo.worktree.head()
    assert head == Head(first, "") and head.detached


def test_each_worktree_has_its_own_head(repo, tmp_path):
    """Both share refs, but not what is checked out."""
    first = repo.commit(a="1")
    repo.git("worktree", "add", "--quiet", "-b", "side", str(tmp_path / "linked"))
    linked = type(repo)(tmp_path / "linked")
    second = linked.commit(b="2")
    assert (repo.worktree.head(), linked.worktree.head()) == (Head(first, "main"), Head(second, "side"))


@pytest.mark.parametrize(
    ("command", "operation"), [("merge", "merge"), ("rebase", "rebase"), ("cherry-pick", "cherry-pick")]
)
def test_a_conflicted_operation_is_named(repo, command, operation):
    """Files are full of conflict marks then, and HEAD is about to move."""
    repo.commit(a="base\n")
    repo.git("checkout", "--quiet", "-b", "side")
    repo.commit(a="side\n")
    repo.git("checkout", "--quiet", "main")
    repo.commit(a="main\n")
    repo.git(command, "side", check=False)
    head = repo.worktree.head()
    assert head.operation == operation
    assert head.oid == repo.git("rev-parse", "HEAD")
    repo.git(command, "--abort")
    assert repo.worktree.head().operation == ""


def test_where_refs_are_kept_in_a_table_git_is_asked(make):
    """HEAD's file is a stub there."""
    try:
        repo = make("tabled", "--ref-format=reftable")
    except AssertionError:
        pytest.skip("this git knows no reftables")
    assert repo.worktree.head() == Head("", "main")
    assert repo.commit(a="1") == repo.worktree.head().oid


def test_a_damaged_head_is_an_error_and_not_an_unborn_branch(repo):
    """Taking it for a repository without commits would drop its history."""
    repo.commit(a="1")
    worktree = repo.worktree
    repo.write(".git/HEAD", "garbage")
    with pytest.raises(GitFailed):
        worktree.head()
