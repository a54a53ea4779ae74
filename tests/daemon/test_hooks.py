"""Git hooks: they report, they disturb nothing, and they leave without a trace."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from reverie_daemon import hooks
from reverie_daemon.errors import UserError
from reverie_daemon.worktree import find


@pytest.fixture(autouse=True)
def _own_git_configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    configuration = tmp_path / "gitconfig"
    configuration.write_text("[user]\n name = Ada\n email = ada@example.org\n[init]\n defaultBranch = main\n")
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(configuration))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")


def git(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs git with nothing but what it says itself."""
    return subprocess.run(["git", *arguments], cwd=folder, capture_output=True, text=True, check=True)


def commit(folder: Path, content: str = "1") -> subprocess.CompletedProcess[str]:
    (folder / "file").write_text(content)
    git(folder, "add", "file")
    return git(folder, "commit", "--quiet", "--message", content)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository with one commit, in a folder with a space in its name."""
    root = (tmp_path / "my repo").resolve()
    root.mkdir()
    git(root, "init", "--quiet")
    commit(root, "first")
    return root


def reported(root: Path) -> list[str]:
    return [trigger.event for trigger in hooks.read_inbox(find(root))]


def tree(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Every file below with its mode and bytes."""
    return {
        str(path.relative_to(folder)): (path.lstat().st_mode, path.read_bytes() if path.is_file() else b"")
        for path in sorted(folder.rglob("*"))
    }


def write_hook(root: Path, event: str, content: str | bytes, mode: int = 0o755) -> Path:
    hook = root / ".git" / "hooks" / event
    hook.parent.mkdir(exist_ok=True)
    hook.write_bytes(content if isinstance(content, bytes) else content.encode())
    hook.chmod(mode)
    return hook


def test_commits_checkouts_merges_and_rebases_are_reported_silently(root):
    """The daemon learns what happened; the user must not even notice."""
    assert hooks.install(find(root)).installed
    done = commit(root, "second")
    assert (done.stdout, done.stderr) == ("", "")
    (trigger,) = hooks.read_inbox(find(root))
    assert (trigger.event, trigger.arguments, trigger.worktree) == ("post-commit", (), str(root))
    git(root, "checkout", "--quiet", "-b", "side", "HEAD~1")
    (trigger,) = hooks.read_inbox(find(root))
    assert trigger.event == "post-checkout"
    assert trigger.arguments[1:] == (git(root, "rev-parse", "HEAD").stdout.strip(), "1")
    git(root, "merge", "--quiet", "main")
    assert "post-merge" in reported(root)
    git(root, "commit", "--quiet", "--amend", "--message", "again")
    assert sorted(reported(root)) == ["post-commit", "post-rewrite"]


def test_a_rebase_reports_that_it_rewrote(root):
    """Commits read before are gone then."""
    git(root, "checkout", "--quiet", "-b", "side")
    (root / "other").write_text("1")
    git(root, "add", "other")
    git(root, "commit", "--quiet", "--message", "side")
    git(root, "checkout", "--quiet", "main")
    commit(root, "second")
    hooks.install(find(root))
    git(root, "rebase", "--quiet", "main", "side")
    rewrites = [trigger for trigger in hooks.read_inbox(find(root)) if trigger.event == "post-rewrite"]
    assert [trigger.arguments for trigger in rewrites] == [("rebase",)]


def test_a_linked_worktree_reports_under_its_own_name(root, tmp_path):
    """Git runs the main clone's hooks there, with GIT_DIR and GIT_INDEX_FILE set to the worktree's."""
    hooks.install(find(root))
    git(root, "worktree", "add", "--quiet", "-b", "side", str(tmp_path / "linked"))
    hooks.read_inbox(find(root))
    commit(tmp_path / "linked", "there")
    commit(root, "here")
    for place in (root, tmp_path / "linked"):
        assert {trigger.worktree for trigger in hooks.read_inbox(find(place))} == {str(place)}
    assert hooks.status(find(tmp_path / "linked")).installed


def test_reports_do_not_pile_up_while_no_daemon_runs(root):
    """A year of commits must leave no more than one file of each kind."""
    hooks.install(find(root))
    for number in range(5):
        commit(root, str(number))
    assert len(list((root / ".git" / "reverie" / "inbox").iterdir())) == 1
    assert reported(root) == ["post-commit"]
    assert reported(root) == []


def test_without_the_inbox_a_hook_does_nothing(root):
    """Reverie may have been deleted by hand."""
    hooks.install(find(root))
    (root / ".git" / "reverie" / "inbox").rmdir()
    done = commit(root, "second")
    assert (done.stdout, done.stderr) == ("", "")
    assert not (root / ".git" / "reverie" / "inbox").exists()


def test_a_moved_repository_keeps_reporting(root, tmp_path):
    """Its hooks name the inbox relative to themselves."""
    hooks.install(find(root))
    moved = root.rename(tmp_path / "elsewhere")
    commit(moved, "second")
    assert [trigger.worktree for trigger in hooks.read_inbox(find(moved))] == [str(moved)]


@pytest.mark.parametrize(
    "script",
    [
        "#!/bin/sh\necho ran >>ran\n",
        "#!/bin/sh -eu\necho ran >>ran\nexit 0\n",
        "#!/usr/bin/env bash\nexec sh -c 'echo ran >>ran'\n",
        "echo ran >>ran",
        "#!/bin/sh",
        "",
        "#!/usr/bin/env bash\n# File generated by pre-commit: https://pre-commit.com\n# ID: 138fd4\necho ran >>ran\n",
    ],
)
@pytest.mark.parametrize("mode", [0o755, 0o700])
def test_a_hook_that_was_there_runs_on_and_comes_back_byte_for_byte(root, script, mode):
    """Teams depend on theirs; a tool that breaks one is thrown out."""
    write_hook(root, "post-commit", script, mode)
    before = tree(root / ".git" / "hooks")
    hooks.install(find(root))
    assert hooks.status(find(root)).hooks["post-commit"] == "installed"
    hooks.install(find(root))
    commit(root, "second")
    assert reported(root) == ["post-commit"]
    assert ("echo ran" in script) == (root / "ran").exists()
    hooks.uninstall(find(root))
    assert tree(root / ".git" / "hooks") == before
    assert not (root / ".git" / "reverie").exists()


def test_the_exit_status_of_a_hook_is_its_own(root):
    """A failing post-checkout makes `git checkout` fail, and must go on doing so."""
    write_hook(root, "post-checkout", "#!/bin/sh\nexit 7\n")
    hooks.install(find(root))
    hook = root / ".git" / "hooks" / "post-checkout"
    assert subprocess.run([hook], cwd=root, check=False).returncode == 7
    assert reported(root) == ["post-checkout"]
    (root / ".git" / "reverie" / "inbox").rmdir()
    assert subprocess.run([hook], cwd=root, check=False).returncode == 7


def test_our_own_hook_succeeds_with_and_without_the_inbox(root):
    """Git reports the status of post-checkout as its own."""
    hooks.install(find(root))
    hook = root / ".git" / "hooks" / "post-checkout"
    assert subprocess.run([hook], cwd=root, check=False).returncode == 0
    hooks.read_inbox(find(root))
    (root / ".git" / "reverie" / "inbox").rmdir()
    assert subprocess.run([hook], cwd=root, check=False).returncode == 0


def test_what_git_passes_on_standard_input_reaches_the_other_hook(root):
    """post-rewrite reads the rewritten commits from there."""
    write_hook(root, "post-rewrite", "#!/bin/sh\ncat >rewritten\n")
    hooks.install(find(root))
    git(root, "commit", "--quiet", "--amend", "--message", "again")
    assert len((root / "rewritten").read_text().split()) == 2


@pytest.mark.parametrize(
    ("content", "mode", "state"),
    [
        ("#!/usr/bin/env python3\nprint('x')\n", 0o755, "not a shell script"),
        ("#!/usr/bin/perl\n", 0o755, "not a shell script"),
        ("#!/bin/sh\r\necho never\r\n", 0o755, "not a shell script"),
        (b"\x7fELF\x02\x00\x00", 0o755, "not a shell script"),
        ("#!/bin/sh\n''''exec python3 \"$0\" \"$@\" #'''\nprint('x')\n", 0o755, "not a shell script"),
        ("#!/bin/sh\necho never\n", 0o644, "not executable"),
    ],
)
def test_a_hook_that_cannot_take_our_lines_is_left_alone_and_said_to_be(root, content, mode, state):
    """Lines of shell would break it, or would never run; HEAD's log tells of commits too."""
    write_hook(root, "post-commit", content, mode)
    before = tree(root / ".git" / "hooks")["post-commit"]
    status = hooks.install(find(root))
    assert status.hooks["post-commit"] == state
    assert status.hooks["post-merge"] == "installed"
    assert not status.installed and state in status.watched_because
    assert tree(root / ".git" / "hooks")["post-commit"] == before


def test_a_hook_that_is_a_link_is_not_written_through(root):
    """It leads into the working tree, where we never write."""
    (root / "scripts").mkdir()
    (root / "scripts" / "hook").write_text("#!/bin/sh\n")
    (root / "scripts" / "hook").chmod(0o755)
    (root / ".git" / "hooks" / "post-commit").symlink_to("../../scripts/hook")
    assert hooks.install(find(root)).hooks["post-commit"] == "a link"
    assert (root / "scripts" / "hook").read_text() == "#!/bin/sh\n"
    hooks.uninstall(find(root))
    assert (root / ".git" / "hooks" / "post-commit").is_symlink()


def refuses(root: Path) -> str:
    before = tree(root)
    status = hooks.install(find(root))
    assert not status.installed
    assert hooks.status(find(root)) == status
    assert tree(root) == before
    return status.watched_because


def test_hooks_kept_in_the_working_tree_are_left_to_who_keeps_them(root):
    """husky sets core.hooksPath so; lines there would be committed."""
    husky = root / ".husky" / "_"
    husky.mkdir(parents=True)
    (husky / "post-commit").write_text("#!/bin/sh\n. husky.sh\n")
    git(root, "config", "core.hooksPath", ".husky/_")
    assert "in the working tree" in refuses(root)


def test_hooks_set_for_all_repositories_are_left_alone(root, tmp_path):
    """A line there would run in repositories that nobody added."""
    (tmp_path / "global hooks").mkdir()
    git(root, "config", "--global", "core.hooksPath", str(tmp_path / "global hooks"))
    assert "all repositories" in refuses(root)
    assert list((tmp_path / "global hooks").iterdir()) == []


def test_a_hooks_folder_that_links_elsewhere_is_left_alone(root, tmp_path):
    """Teams link `.git/hooks` to a folder that they share."""
    for sample in (root / ".git" / "hooks").iterdir():
        sample.unlink()
    (root / ".git" / "hooks").rmdir()
    (root / "githooks").mkdir()
    (root / ".git" / "hooks").symlink_to("../githooks")
    assert "hooks are kept in" in refuses(root)


def test_another_hooks_folder_inside_gits_own_is_used(root):
    """It belongs to this repository alone."""
    git(root, "config", "core.hooksPath", str(root / ".git" / "own hooks"))
    before = tree(root / ".git")
    assert hooks.install(find(root)).installed
    commit(root, "second")
    assert reported(root) == ["post-commit"]
    hooks.uninstall(find(root))
    assert not (root / ".git" / "own hooks").exists()
    assert set(before) <= set(tree(root / ".git"))


def test_without_hooks_of_others_nothing_stays_behind(root):
    """Also where git was told to make no samples, and so no folder."""
    for sample in (root / ".git" / "hooks").iterdir():
        sample.unlink()
    (root / ".git" / "hooks").rmdir()
    before = tree(root / ".git")
    hooks.install(find(root))
    assert hooks.status(find(root)).installed
    hooks.uninstall(find(root))
    assert tree(root / ".git") == before
    assert hooks.status(find(root)).watched_because == "no hooks are installed"


def test_what_was_added_to_our_hook_survives_its_removal(root):
    """The file was ours, but the line is theirs."""
    hooks.install(find(root))
    with (root / ".git" / "hooks" / "post-commit").open("a") as hook:
        hook.write("echo mine\n")
    hooks.uninstall(find(root))
    assert (root / ".git" / "hooks" / "post-commit").read_text() == "#!/bin/sh\necho mine\n"


def test_a_missing_inbox_shows_in_the_status(root):
    """Hooks that can report nowhere are not installed."""
    hooks.install(find(root))
    (root / ".git" / "reverie" / "inbox").rmdir()
    assert "is gone" in hooks.status(find(root)).watched_because
    assert hooks.install(find(root)).installed


def test_a_folder_that_cannot_be_written_is_an_error_with_a_way_out(root):
    """A read-only `.git`, on a mounted image say; here a file stands where the folder would."""
    (root / ".git" / "reverie").write_text("")
    with pytest.raises(UserError, match="could not be installed") as caught:
        hooks.install(find(root))
    assert "HEAD's log" in caught.value.next_step


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_git_folder_is_an_error_with_a_way_out(root):
    """A checkout on a read-only mount can still be asked about."""
    (root / ".git").chmod(0o555)
    try:
        with pytest.raises(UserError, match="permission denied"):
            hooks.install(find(root))
        assert hooks.status(find(root)).watched_because == "no hooks are installed"
    finally:
        (root / ".git").chmod(0o755)


def test_other_files_in_the_inbox_are_removed_without_a_trigger(root):
    """Nothing that is dropped there may grow for ever or be taken for a report."""
    hooks.install(find(root))
    inbox = root / ".git" / "reverie" / "inbox"
    (inbox / "nonsense").write_bytes(b"\xff\0" * 100_000)
    (inbox / "post-commit.half").write_text("post-commit\n")
    (inbox / ".123").write_text("left by a hook that was killed")
    os.utime(inbox / ".123", (1, 1))
    (inbox / ".124").write_text("being written")
    assert hooks.read_inbox(find(root)) == []
    assert [path.name for path in inbox.iterdir()] == [".124"]


def test_no_inbox_is_an_empty_one(root):
    """The daemon asks at every start."""
    assert hooks.read_inbox(find(root)) == []
