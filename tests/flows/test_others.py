"""A repository that is not ours alone: other daemons, and folders that may not be written."""

from __future__ import annotations

from pathlib import Path

from support.shell import Shell, give_up_roots_rights


def test_two_users_daemons_keep_a_store_each(shell: Shell, kettle: Path, tmp_path: Path) -> None:
    """A container that mounts the same checkout has a daemon of its own; both must answer, and neither be torn."""
    other = shell.with_home(tmp_path / "other")
    try:
        for one in (shell, other, shell):
            assert one.json("ask", "where is Boiler?", cwd=kettle)["evidence"]
        ours, theirs = (one.json("status", cwd=kettle)["repositories"][0] for one in (shell, other))
        assert ours["store"] == str(kettle / ".git/reverie/store.db") and ours["store_elsewhere"] is None
        assert (
            theirs["store"].startswith(str(tmp_path / "other" / "state"))
            and "another daemon" in theirs["store_elsewhere"]
        )
        assert "since another daemon" in other.ok("status", cwd=kettle)
        shell.ok("stop", cwd=kettle)
        other.ok("restart", cwd=kettle)
        other.ok("index", cwd=kettle)
        assert other.json("status", cwd=kettle)["repositories"][0]["store"] == ours["store"]
    finally:
        other.run("stop", cwd=tmp_path)


def test_a_read_only_git_folder_is_answered_about(shell: Shell, kettle: Path) -> None:
    """An archive, a colleague's checkout: nothing is written there, and nothing is missing."""
    shell.before = give_up_roots_rights
    folders = [kettle / ".git", *(path for path in (kettle / ".git").rglob("*") if path.is_dir())]
    for folder in folders:
        folder.chmod(0o555)
    try:
        assert shell.json("ask", "who calls done?", cwd=kettle)["evidence"]
        (kettle / "kettle/alarm.py").write_text("def ring() -> None:\n    pass\n")
        assert shell.json("ask", "where is ring?", cwd=kettle)["evidence"]
        row = shell.json("status", cwd=kettle)["repositories"][0]
        assert row["problem"] is None and "cannot be written" in row["store_elsewhere"]
        refused = shell.run("hooks", "install", cwd=kettle)
        assert refused.returncode == 1 and "could not be installed" in refused.stderr
        shell.ok("stop", cwd=kettle)
    finally:
        for folder in folders:
            folder.chmod(0o755)
    assert not (kettle / ".git/reverie").exists()
