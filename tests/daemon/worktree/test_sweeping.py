"""Sweeps: whatever changed on disk is found by stats alone, within a bound of time, and nothing else is."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reverie_daemon.core.nouns import ChangeSet
from reverie_daemon.worktree import FileStat, GitFailed, Sweep, Worktree, compare, find, sweeping
from reverie_daemon.worktree.files import UNSETTLED_NS


@pytest.fixture
def swept(repo, table):
    """A repository with three files, its worktree and the table of all of them."""
    repo.write("src/a.py", "one\n")
    repo.write("src/deep/b.py", "two\n")
    repo.write("c.md", "three\n")
    repo.write(".gitignore", "*.log\n__pycache__/\n")
    repo.commit()
    for path in ("src/a.py", "src/deep/b.py", "c.md", ".gitignore", "src/deep", "src", "."):
        os.utime(repo.root / path, ns=(10**18, 10**18))
    worktree = repo.worktree
    return repo, worktree, table(worktree)


def settle_table(worktree, rows):
    """The table once every file is older than the clock's grain."""
    settled = {}
    for path, row in rows.items():
        found = (worktree.location.root / os.fsdecode(path)).stat()
        settled[path] = FileStat(max(found.st_mtime_ns, found.st_ctime_ns), row.size, row.inode)
    return settled


def test_an_untouched_worktree_has_no_changes(swept):
    """The common case before each answer."""
    _, worktree, rows = swept
    assert worktree.sweep(settle_table(worktree, rows)) == Sweep()


def test_every_way_to_save_is_found(swept):
    """Editors write in place, or write another file and move it over; both must be seen before an answer."""
    repo, worktree, rows = swept
    rows = settle_table(worktree, rows)
    repo.write("src/a.py", "one, longer\n")
    repo.write("src/deep/.b.py.tmp", "two, too\n").replace(repo.root / "src/deep/b.py")
    assert worktree.sweep(rows).changes == ChangeSet(changed=("src/a.py", "src/deep/b.py"))


def test_a_save_that_kept_the_size_in_the_same_tick_is_found(swept):
    """The stat taken together with a fresh save vouches for nothing."""
    _, worktree, rows = swept
    unsettled = {path: FileStat(UNSETTLED_NS, row.size, row.inode) for path, row in rows.items()}
    assert set(worktree.sweep(unsettled).changes.changed) == {".gitignore", "c.md", "src/a.py", "src/deep/b.py"}


def test_new_files_are_found_but_ignored_ones_are_not(swept):
    """A new file may be what the question is about."""
    repo, worktree, rows = swept
    repo.write("src/new.py")
    repo.write("fresh/folder/x.py")
    repo.write("src/debug.log")
    repo.write("src/__pycache__/a.pyc")
    repo.write("src/.env")
    assert worktree.sweep(settle_table(worktree, rows)).changes == ChangeSet(
        changed=("fresh/folder/x.py", "src/new.py")
    )


def test_what_was_judged_once_is_not_asked_about_again(swept, monkeypatch):
    """Each ignored file would otherwise cost a git command before every answer."""
    repo, worktree, rows = swept
    rows = settle_table(worktree, rows)
    repo.write("src/debug.log")
    worktree.sweep(rows)
    asked = []
    monkeypatch.setattr(worktree._sweeper, "_select", lambda paths: asked.append(paths))
    assert worktree.sweep(rows) == Sweep()
    assert asked == []


def test_an_ignored_file_that_is_written_to_all_the_time_is_looked_up_once(swept, monkeypatch):
    """A log in the worktree would otherwise cost a git command several times a second, for ever."""
    repo, worktree, rows = swept
    rows = settle_table(worktree, rows)
    repo.write("src/debug.log")
    worktree.examine(["src/debug.log"], rows)
    asked = []
    select = worktree._sweeper._select
    monkeypatch.setattr(worktree._sweeper, "_select", lambda paths: asked.append(paths) or select(paths))
    assert worktree.examine(["src/debug.log"], rows) == Sweep()
    assert asked == []
    repo.write(".gitignore", "")
    assert worktree.examine([".gitignore"], rows).relist
    assert worktree.examine(["src/debug.log"], rows).changes == ChangeSet(changed=("src/debug.log",))


@pytest.mark.parametrize("was", ["folder", "link"])
def test_a_file_that_takes_the_name_of_something_else_is_found(swept, was):
    """What was judged before was not this file."""
    repo, worktree, rows = swept
    rows = settle_table(worktree, rows)
    (repo.root / "odd").symlink_to("c.md") if was == "link" else (repo.root / "odd").mkdir()
    assert worktree.sweep(rows) == Sweep()
    (repo.root / "odd").unlink() if was == "link" else (repo.root / "odd").rmdir()
    repo.write("odd")
    assert worktree.sweep(rows).changes == ChangeSet(changed=("odd",))


def test_a_file_that_became_a_folder_is_gone_and_the_folders_files_are_found(swept):
    """A module that grows into a package."""
    repo, worktree, rows = swept
    rows = settle_table(worktree, rows)
    (repo.root / "c.md").unlink()
    repo.write("c.md/index.md")
    expected = ChangeSet(changed=("c.md/index.md",), deleted=("c.md",))
    assert worktree.examine(["c.md"], rows).changes == expected
    assert worktree.sweep(rows).changes == expected


def test_a_first_file_in_an_empty_folder_is_found(swept):
    """`mkdir` comes before the first save, and a question may come between the two."""
    repo, worktree, rows = swept
    rows = settle_table(worktree, rows)
    (repo.root / "pkg" / "inner").mkdir(parents=True)
    assert worktree.sweep(rows) == worktree.sweep(rows) == Sweep()
    repo.write("pkg/inner/x.py")
    assert worktree.sweep(rows).changes == ChangeSet(changed=("pkg/inner/x.py",))


def test_deleted_and_renamed_files_are_found(swept):
    """A citation of a file that is gone would be wrong."""
    repo, worktree, rows = swept
    rows = settle_table(worktree, rows)
    (repo.root / "c.md").rename(repo.root / "d.md")
    shutil.rmtree(repo.root / "src" / "deep")
    found = worktree.sweep(rows).changes
    assert found == ChangeSet(changed=("d.md",), deleted=("c.md", "src/deep/b.py"))


def test_a_file_that_may_no_longer_be_read_counts_as_deleted(swept):
    """It became a link, a folder, or too large."""
    repo, _, rows = swept
    worktree = Worktree(find(repo.root), size_max=100)
    rows = settle_table(worktree, rows)
    (repo.root / "c.md").unlink()
    (repo.root / "c.md").symlink_to("src/a.py")
    repo.write("src/a.py", "x" * 200)
    assert worktree.sweep(rows).changes == ChangeSet(deleted=("c.md", "src/a.py"))


@pytest.mark.parametrize("rule", [".gitignore", ".reverieignore", "src/.gitignore"])
def test_a_change_of_the_ignore_rules_asks_for_a_new_listing(swept, rule):
    """It can bring files in and take files out that did not change themselves."""
    repo, worktree, rows = swept
    rows = settle_table(worktree, rows)
    repo.write(rule, "src/\n")
    assert worktree.sweep(rows).relist


def test_a_flood_of_new_files_asks_for_a_new_listing(swept, monkeypatch):
    """Past a bound one listing is cheaper than looking each path up."""
    repo, worktree, rows = swept
    monkeypatch.setattr(sweeping, "_SUSPECTS_MAX", 3)
    for number in range(5):
        repo.write(f"n{number}.py")
    assert worktree.sweep(settle_table(worktree, rows)).relist


def test_a_worktree_that_went_away_does_not_look_emptied(swept):
    """An unmounted disk or a renamed folder must not drop what was learned; the listing then says what is wrong."""
    repo, worktree, rows = swept
    repo.root.rename(repo.root.with_name("elsewhere"))
    gone = Sweep(relist=True, complete=False)
    assert (worktree.sweep(rows), worktree.examine(["src", "src/a.py"], rows)) == (gone, gone)
    with pytest.raises(GitFailed):
        worktree.listing()


def test_a_sweep_ends_when_its_time_is_up_and_says_so(swept):
    """An answer waits 300 ms at most."""
    repo, worktree, rows = swept
    rows = settle_table(worktree, rows)
    repo.write("src/a.py", "changed\n")
    clock = iter([0.0, *[1_000.0] * 10])
    sweeper = sweeping.Sweeper(os.fsencode(repo.root), worktree._select, set, monotonic_ms=lambda: next(clock))
    assert sweeper.sweep(rows, budget_ms=100) == Sweep(complete=False)


def test_in_a_huge_repository_evidence_and_recent_files_are_still_looked_at(swept, monkeypatch):
    """A `lstat` of everything would take too long there; what the answer cites must be current all the same."""
    repo, worktree, rows = swept
    rows = settle_table(worktree, rows)
    monkeypatch.setattr(sweeping, "FILES_SWEPT_MAX", 1)
    worktree.sweep(rows)
    with (repo.root / "src/a.py").open("a") as stream:
        stream.write("more\n")
    assert worktree.sweep(rows).changes == ChangeSet()
    assert worktree.sweep(rows, extra=["src/a.py"]).changes == ChangeSet(changed=("src/a.py",))
    assert worktree.sweep(rows).changes == ChangeSet(changed=("src/a.py",)), "it was changed recently"


def test_in_a_huge_repository_saves_by_moving_are_found_through_their_folder(swept, monkeypatch):
    """Most editors save so."""
    repo, worktree, rows = swept
    rows = settle_table(worktree, rows)
    monkeypatch.setattr(sweeping, "FILES_SWEPT_MAX", 1)
    repo.write("src/tmp", "atomic\n").replace(repo.root / "src/a.py")
    assert worktree.sweep(rows).changes == ChangeSet(changed=("src/a.py",))


def test_events_are_examined_whatever_they_name(swept):
    """Events name files and folders, ignored ones, temporary ones, and some that changed nothing."""
    repo, worktree, rows = swept
    rows = settle_table(worktree, rows)
    repo.write("src/a.py", "changed\n")
    repo.write("moved/in/x.py")
    repo.write("src/debug.log")
    shutil.rmtree(repo.root / "src" / "deep")
    rows[b"src/deep/b.py"] = FileStat(1, 2, 3)
    named = ["src/a.py", "c.md", "moved", "src/debug.log", "src/deep", ".a.py.swp", "src/4913"]
    assert worktree.examine(named, rows).changes == ChangeSet(
        changed=("moved/in/x.py", "src/a.py"), deleted=("src/deep/b.py",)
    )


def test_a_listing_compared_with_the_store_gives_what_happened_meanwhile(swept):
    """On start the daemon finds what changed while it was down."""
    repo, worktree, rows = swept
    rows = settle_table(worktree, rows)
    repo.write("src/a.py", "changed\n")
    repo.write("new.py")
    (repo.root / "c.md").unlink()
    found = compare(worktree.listing().files, rows)
    assert found == ChangeSet(changed=("new.py", "src/a.py"), deleted=("c.md",))


PATHS = ["a.py", "b.py", "d/c.py", "d/e/f.py", "g/h.py", "x.log", "d/x.log", "g"]
STEPS = st.lists(
    st.tuples(st.sampled_from(["write", "replace", "delete", "move", "remove folder"]), st.sampled_from(PATHS),
              st.sampled_from(PATHS), st.integers(0, 3)),
    min_size=1, max_size=8,
)  # fmt: skip


def do(root: Path, action: str, path: str, other: str, content: int) -> None:
    """One step; steps that make no sense now are skipped, as the file system does."""
    try:
        if action == "write":
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text("x" * content)
        elif action == "replace":
            (root / "tmp").write_text("y" * content)
            (root / "tmp").replace(root / path)
        elif action == "delete":
            (root / path).unlink()
        elif action == "move":
            (root / path).rename(root / other)
        else:
            shutil.rmtree((root / path).parent if "/" in path else root / path)
    except OSError:
        (root / "tmp").unlink(missing_ok=True)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rounds=st.lists(STEPS, min_size=1, max_size=3))
def test_after_any_edits_a_sweep_and_a_fresh_listing_agree(repo, table, rounds):
    """Whatever the sequence of edits, the store that follows sweeps equals a fresh index of the disk."""
    with tempfile.TemporaryDirectory(dir=repo.root.parent) as folder:
        repo.root = Path(folder).resolve()
        repo.git("init", "--quiet")
        repo.write(".gitignore", "*.log\n")
        for path in PATHS[:5]:
            repo.write(path)
        repo.commit()
        worktree = repo.worktree
        rows = table(worktree)
        for steps in rounds:
            for step in steps:
                do(repo.root, *step)
            found = worktree.sweep(rows)
            rows = followed(worktree, rows, found)
            assert {path: row.size for path, row in rows.items()} == {
                path: row.size for path, row in Worktree(worktree.location).listing().files.items()
            }


def followed(worktree, rows, found):
    rows = dict(rows)
    for path in found.changes.deleted:
        del rows[os.fsencode(path)]
    for path in found.changes.changed:
        rows[os.fsencode(path)] = worktree.snapshot(path).stat
    return rows
