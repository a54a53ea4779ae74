"""Finding the repository around a folder, and saying clearly why there is none."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from reverie_daemon.errors import NoRepository
from reverie_daemon.worktree import find


def refusal(path: Path) -> NoRepository:
    with pytest.raises(NoRepository) as caught:
        find(path)
    assert caught.value.exit_code == 3
    assert caught.value.next_step
    return caught.value


def test_a_folder_deep_inside_leads_to_the_top(repo):
    """People ask from wherever they stand."""
    repo.write("src/deep/app.py")
    location = find(repo.root / "src" / "deep")
    assert (location.root, location.git_dir, location.common_dir) == (repo.root, repo.root / ".git", repo.root / ".git")
    assert location.name == "repo"
    assert find(repo.root / "src" / "deep" / "app.py") == location


def test_what_git_itself_finds_is_what_is_found(repo, make, tmp_path):
    """We read `.git` ourselves to be quick; git stays the judge of what it means."""
    repo.commit(a="1")
    repo.git("worktree", "add", "--quiet", str(tmp_path / "linked"))
    repo.git(
        "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(make("other").root), "sub", check=False
    )
    places = [repo.root, tmp_path / "linked"] + ([repo.root / "sub"] if (repo.root / "sub" / ".git").exists() else [])
    for place in places:
        asked = subprocess.run(
            ["git", "rev-parse", "--path-format=absolute", "--show-toplevel", "--git-dir", "--git-common-dir"],
            cwd=place, capture_output=True, text=True, check=True,
        )  # fmt: skip
        location = find(place)
        assert [str(location.root), str(location.git_dir), str(location.common_dir)] == asked.stdout.splitlines()


def test_a_linked_worktree_shares_the_common_folder_and_the_name(repo, tmp_path):
    """The store lies in the common folder, so that a second worktree learns nothing again."""
    repo.commit(a="1")
    repo.git("worktree", "add", "--quiet", str(tmp_path / "linked"))
    linked, first = find(tmp_path / "linked"), find(repo.root)
    assert linked.linked and not first.linked
    assert linked.common_dir == first.common_dir
    assert linked.git_dir == first.common_dir / "worktrees" / "linked"
    assert linked.name == "repo"


def test_a_worktree_of_a_bare_repository_is_no_bare_repository(repo, tmp_path):
    """Keeping a bare clone with worktrees beside it is a common layout, and its configuration says `bare = true`."""
    repo.commit(a="1")
    repo.clone(tmp_path / "project.git", "--bare").git("worktree", "add", "--quiet", str(tmp_path / "work"), "main")
    assert find(tmp_path / "work").root == tmp_path / "work"


def test_links_on_the_way_are_resolved(repo, tmp_path):
    """Two names of one folder must not become two repositories."""
    (tmp_path / "alias").symlink_to(repo.root)
    assert find(tmp_path / "alias") == find(repo.root)


def test_a_sha256_repository_is_recognised(make):
    """Blob ids are named by the repository's own digest."""
    assert find(make("new", "--object-format=sha256").root).object_format == "sha256"
    assert find(make("old").root).object_format == "sha1"


def test_shallow_and_partial_clones_are_recognised(repo, tmp_path):
    """Their history ends early, or their blobs may be absent."""
    repo.commit(a="1")
    repo.commit(a="2")
    assert find(repo.clone(tmp_path / "shallow", "--depth=1").root).shallow
    assert find(repo.clone(tmp_path / "partial", "--filter=blob:none").root).partial
    assert not find(repo.root).shallow and not find(repo.root).partial


def test_outside_any_repository_the_remedy_is_named(tmp_path):
    """The most common mistake of all."""
    error = refusal(tmp_path)
    assert "not inside a git repository" in error.message
    assert "git init" in error.next_step


def test_a_folder_that_does_not_exist_is_said_to_be_missing(tmp_path):
    """ "Not a repository" would send the reader the wrong way."""
    assert "does not exist" in refusal(tmp_path / "nowhere").message


def test_a_bare_repository_is_refused(make):
    """There is nothing to read in it."""
    error = refusal(make("bare.git", "--bare").root)
    assert "bare" in error.message and "worktree add" in error.next_step


def test_inside_gits_own_folder_the_way_out_is_named(repo):
    """People look around in `.git`."""
    error = refusal(repo.root / ".git" / "refs")
    assert str(repo.root) in error.next_step


def test_a_worktree_whose_repository_went_away_is_said_to_be_broken(repo, tmp_path):
    """A moved main clone leaves its worktrees pointing at nothing."""
    repo.commit(a="1")
    repo.git("worktree", "add", "--quiet", str(tmp_path / "linked"))
    shutil.rmtree(repo.root)
    assert "worktree repair" in refusal(tmp_path / "linked").next_step


def test_an_empty_dot_git_folder_is_passed_over_as_git_does(repo):
    """Docker creates such folders for missing mounts."""
    (repo.root / "inner" / ".git").mkdir(parents=True)
    assert find(repo.root / "inner").root == repo.root


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can give files away")
def test_somebody_elses_repository_needs_the_exact_command_to_trust_it(repo):
    """git calls it dubious ownership; the command to allow it is what everyone then searches for."""
    repo.commit(a="1")
    for place in (repo.root, repo.root / ".git"):
        os.chown(place, 12345, 12345)
    error = refusal(repo.root)
    assert error.next_step.endswith(f"git config --global --add safe.directory {repo.root}")
    repo.git("config", "--global", "--add", "safe.directory", str(repo.root))
    assert find(repo.root).root == repo.root


def test_without_git_the_message_says_to_install_it(repo, monkeypatch):
    """Nothing works without it."""
    monkeypatch.setenv("PATH", str(repo.root))
    assert "git was not found" in refusal(repo.root).message
