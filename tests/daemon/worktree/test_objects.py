"""Which blobs git has: asked in one go, and never of the remote."""

from __future__ import annotations

import pytest
from reverie_daemon.worktree import blob_of


def raw(text: str, object_format: str = "sha1") -> bytes:
    return bytes.fromhex(blob_of(text.encode(), object_format))


@pytest.mark.parametrize("object_format", ["sha1", "sha256"])
def test_what_any_branch_committed_is_told_from_what_was_only_saved(make, object_format):
    """The first is wanted back at the next checkout; the second is nobody's."""
    repo = make("any", f"--object-format={object_format}")
    repo.commit(a="main\n")
    repo.git("checkout", "--quiet", "-b", "side")
    repo.commit(a="side\n")
    repo.git("checkout", "--quiet", "-")
    repo.write("a", "saved\n")
    main, side, saved = (raw(text, object_format) for text in ("main\n", "side\n", "saved\n"))
    assert set(repo.worktree.committed([main, side, saved])) == {main, side}
    assert set(repo.worktree.committed([])) == set()


def test_a_partial_clone_fetches_nothing_to_answer(repo, tmp_path):
    """It lacks old blobs on purpose; asking for one by name would bring it in, one connection each."""
    repo.commit(a="old\n")
    repo.commit(a="new\n")
    clone = repo.clone(tmp_path / "partial", "--filter=blob:none")
    before = sorted((clone.root / ".git" / "objects").rglob("*"))
    old, new = raw("old\n"), raw("new\n")
    assert set(clone.worktree.committed([old, new, raw("saved\n")])) == {new}
    assert sorted((clone.root / ".git" / "objects").rglob("*")) == before


def test_where_git_cannot_say_nothing_is_let_go_of(repo):
    """A repository that is locked or damaged for a moment must cost nothing that was learned."""
    repo.commit(a="main\n")
    worktree = repo.worktree
    (repo.root / ".git" / "HEAD").write_text("nonsense")
    assert set(worktree.committed([raw("saved\n")])) == {raw("saved\n")}
