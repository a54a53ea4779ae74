"""What belongs to a worktree, and what is left out with a reason."""

from __future__ import annotations

import os
import shutil

import pytest
from reverie_daemon.errors import UserError
from reverie_daemon.worktree import GitFailed, Worktree, find
from reverie_daemon.worktree.listing import list_files, top_folders


def test_tracked_and_new_files_are_listed_but_ignored_ones_are_not(repo, decoded):
    """A file counts from its first save, before anyone added it."""
    repo.write(".gitignore", "*.log\nbuild/\n")
    repo.commit(tracked__py="1")
    repo.write("new.py")
    repo.write("debug.log")
    repo.write("build/out.py")
    assert decoded(repo.worktree.listing().files) == [".gitignore", "new.py", "tracked.py"]


def test_a_repository_without_commits_is_listed(repo, decoded):
    """The first question may come before the first commit."""
    repo.write("a.py")
    assert decoded(repo.worktree.listing().files) == ["a.py"]


def test_an_empty_repository_has_no_files(repo):
    """Nothing is not an error."""
    listing = repo.worktree.listing()
    assert (dict(listing.files), dict(listing.skipped), listing.problems) == ({}, {}, ())


def test_reverieignore_excludes_tracked_files_by_gitignores_rules(repo, decoded):
    """Its purpose is to keep out what git must keep."""
    repo.write(".reverieignore", "# comments and blank lines\n\n/data/\n*.gen.py\n!keep.gen.py\n")
    for path in ("data/a.py", "src/data/b.py", "x.gen.py", "keep.gen.py"):
        repo.write(path)
    repo.commit()
    assert decoded(repo.worktree.listing().files) == [".reverieignore", "keep.gen.py", "src/data/b.py"]


def test_a_reverieignore_that_cannot_be_understood_is_an_error(repo):
    """Guessing could show what was meant to be kept out."""
    repo.write(".reverieignore", "!\n")
    with pytest.raises(UserError, match="cannot be understood"):
        repo.worktree.listing()


def test_files_that_look_like_secrets_are_left_out_and_said_so(repo, decoded):
    """Their text must never be stored; that they were left out must be visible."""
    for path in (".env", "deploy/id_rsa", "tls/server.pem", "src/secrets.py"):
        repo.write(path)
    repo.commit()
    listing = repo.worktree.listing()
    assert decoded(listing.files) == ["src/secrets.py"]
    assert listing.skipped == {b".env": "secret", b"deploy/id_rsa": "secret", b"tls/server.pem": "secret"}


def test_large_files_links_and_pipes_are_skipped_with_the_reason(repo, decoded):
    """One 50 MB file, one link in a loop or one FIFO must not stop the rest."""
    repo.write("ok.py")
    repo.write("large.py", b"#" * 2_000)
    (repo.root / "link").symlink_to("ok.py")
    (repo.root / "loop").symlink_to("loop")
    repo.commit()
    os.mkfifo(repo.root / "pipe")
    listing = Worktree(repo.worktree.location, size_max=1_000).listing()
    assert decoded(listing.files) == ["ok.py"]
    # git lists no FIFO.
    assert listing.skipped == {b"large.py": "too large", b"link": "link", b"loop": "link"}


def test_a_folder_that_became_a_link_is_not_read_through(repo, tmp_path, decoded):
    """The index still names its files; the link may lead anywhere."""
    repo.write("folder/a.py")
    repo.write("b.py")
    repo.commit()
    shutil.move(repo.root / "folder", tmp_path / "elsewhere")
    (repo.root / "folder").symlink_to(tmp_path / "elsewhere")
    assert "folder/a.py" not in decoded(repo.worktree.listing().files)


def test_a_tracked_file_that_is_not_there_is_not_listed(repo, decoded):
    """Deleted but not committed, or left out by a sparse checkout."""
    repo.commit(a="1", b="2")
    (repo.root / "a").unlink()
    assert decoded(repo.worktree.listing().files) == ["b"]


def test_a_sparse_checkout_lists_what_is_checked_out(repo, decoded):
    """Its index names everything."""
    repo.write("in/a.py")
    repo.write("out/b.py")
    repo.commit()
    repo.git("sparse-checkout", "set", "in")
    assert decoded(repo.worktree.listing().files) == ["in/a.py"]


def test_a_conflict_is_listed_once(repo, decoded):
    """Git lists such a path three times, and mid-merge is when people ask."""
    repo.commit(a="base\n")
    repo.git("checkout", "--quiet", "-b", "side")
    repo.commit(a="side\n")
    repo.git("checkout", "--quiet", "main")
    repo.commit(a="main\n")
    repo.git("merge", "side", check=False)
    assert repo.worktree.head().operation == "merge"
    assert decoded(repo.worktree.listing().files) == ["a"]


def test_names_of_any_bytes_are_listed(repo):
    """Paths are bytes to git, so they are to us."""
    names = {b"new\nline.py", "😀.py".encode(), b"latin-\xe9.py", b"tab\t.py", b'quote".py', b"[id].tsx", b"-dash.py"}
    for name in names:
        repo.write(os.fsdecode(name))
    assert set(repo.worktree.listing().files) == names
    assert set(list_files(repo.root, sorted(names)).files) == names


def test_files_of_a_checked_out_submodule_are_part_of_the_worktree(make, decoded):
    """People who ask about a project do not care where its parts are kept."""
    part = make("part")
    part.write("lib.py")
    part.commit()
    whole = make("whole")
    whole.commit(app__py="1")
    whole.git("submodule", "--quiet", "add", part.root.as_uri(), "libs/part")
    whole.commit()
    whole.write("libs/part/new.py")
    assert decoded(whole.worktree.listing().files) == [".gitmodules", "app.py", "libs/part/lib.py", "libs/part/new.py"]
    assert decoded(list_files(whole.root, [b"libs/part/new.py"]).files) == ["libs/part/new.py"]
    assert decoded(list_files(whole.root, [b"libs"]).files) == ["libs/part/lib.py", "libs/part/new.py"]


def test_a_submodule_that_is_not_checked_out_is_said_to_be_missing(make, tmp_path):
    """Its files could not be read; the user may want to fetch them."""
    part, whole = make("part"), make("whole")
    part.commit(lib="1")
    whole.git("submodule", "--quiet", "add", part.root.as_uri(), "part")
    whole.commit()
    clone = whole.clone(tmp_path / "clone")
    assert clone.worktree.listing().skipped == {b"part": "submodule not checked out"}


def test_a_foreign_repository_inside_is_left_out(repo, make, decoded):
    """A clone lying around in a working tree is another project; git keeps out of it too."""
    repo.commit(a="1")
    shutil.move(make("foreign").root, repo.root / "foreign")
    repo.write("foreign/x.py")
    listing = repo.worktree.listing()
    assert decoded(listing.files) == ["a"]
    assert listing.skipped == {b"foreign/": "nested repository"}
    assert decoded(list_files(repo.root, [b"foreign/x.py"]).files) == []


def test_a_linked_worktree_is_listed_by_itself(repo, tmp_path, decoded):
    """Two checkouts differ in what they hold."""
    repo.commit(a="1")
    repo.git("worktree", "add", "--quiet", "-b", "side", str(tmp_path / "linked"))
    (tmp_path / "linked" / "b").write_text("2")
    assert decoded(list_files(tmp_path / "linked").files) == ["a", "b"]


def test_the_environment_of_a_hook_leads_nobody_astray(repo, make, monkeypatch, decoded):
    """A daemon started from a hook inherits GIT_DIR and GIT_INDEX_FILE of the repository that ran it."""
    other = make("other")
    other.commit(wrong="1")
    repo.commit(right="1")
    monkeypatch.setenv("GIT_DIR", str(other.root / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(other.root / ".git" / "index"))
    monkeypatch.setenv("GIT_WORK_TREE", str(other.root))
    assert decoded(repo.worktree.listing().files) == ["right"]


def test_listing_starts_no_file_system_monitor(repo):
    """`core.fsmonitor` names a program that any repository's configuration could choose."""
    repo.commit(a="1")
    repo.write(".git/monitor", "#!/bin/sh\ntouch started\n").chmod(0o755)
    repo.git("config", "core.fsmonitor", str(repo.root / ".git" / "monitor"))
    repo.worktree.listing()
    repo.worktree.uncommitted()
    assert not (repo.root / "started").exists()


def test_listing_leaves_the_index_as_it_was_even_while_it_is_locked(repo):
    """We must never be the reason for "index.lock exists"."""
    repo.commit(a="1")
    os.utime(repo.root / "a", (1, 1))
    (repo.root / ".git" / "index.lock").touch()
    before = (repo.root / ".git" / "index").stat()
    repo.worktree.listing()
    assert repo.worktree.uncommitted() == ()
    after = (repo.root / ".git" / "index").stat()
    assert (before.st_mtime_ns, before.st_ino) == (after.st_mtime_ns, after.st_ino)


def test_a_damaged_index_is_an_error_that_repeats_what_git_said(repo):
    """An empty listing would delete everything that was learned."""
    repo.commit(a="1")
    repo.write(".git/index", b"DIRC garbage")
    with pytest.raises(GitFailed) as caught:
        repo.worktree.listing()
    assert "index" in caught.value.message and caught.value.next_step


@pytest.mark.parametrize("lost", [".git", "."])
def test_a_deleted_repository_is_an_error_even_inside_another_one(make, lost):
    """Listing the one around it instead, somebody's home folder say, would index what nobody asked for."""
    outer = make("outer")
    outer.commit(private="1")
    inner = type(outer)(outer.root / "inner")
    inner.root.mkdir()
    inner.git("init", "--quiet")
    inner.commit(mine="1")
    worktree = inner.worktree
    shutil.rmtree(inner.root / lost)
    with pytest.raises(GitFailed):
        worktree.listing()


def test_too_many_files_are_cut_off_with_a_problem(repo):
    """A limit on everything, and it says so."""
    for number in range(5):
        repo.write(f"f{number}.py")
    listing = list_files(repo.root, files_max=3)
    assert len(listing.files) == 3
    assert listing.problems and "first 3 files" in listing.problems[0]


def test_many_paths_are_looked_up_in_one_listing(repo):
    """A checkout brings thousands of paths, more than a command line holds."""
    repo.write(".gitignore", "*.log\n")
    wanted = [f"src/f{number}.py".encode() for number in range(300)]
    for path in [*wanted, b"other.py", b"src/x.log"]:
        repo.write(os.fsdecode(path))
    assert set(list_files(repo.root, [*wanted, b"src/x.log"]).files) == set(wanted)
    assert set(list_files(repo.root, [b"src", *(b"gone%d" % number for number in range(300))]).files) == set(wanted)


def test_top_level_folders_that_git_ignores_are_not_worth_watching(repo):
    """`node_modules` alone can hold more folders than the system lets us watch."""
    repo.write(".gitignore", "/node_modules\nforced/\n")
    repo.write(".reverieignore", "/generated/\n")
    for path in ("node_modules/x/a.js", "src/a.py", "forced/a.py", "generated/a.py"):
        repo.write(path)
    (repo.root / "empty").mkdir()
    (repo.root / "link").symlink_to("src")
    repo.git("add", "--force", "forced/a.py")
    worktree = repo.worktree
    assert top_folders(repo.root, worktree.listing().files) == ["empty", "forced", "src"]


def test_patterns_of_the_user_are_ignored_besides_the_repositorys_own(repo, decoded):
    """What a user rules out for themselves belongs in no file that others get."""
    repo.write(".reverieignore", "docs/\n")
    for path in ("a.py", "b.log", "secret/plan.md", "docs/x.md"):
        repo.write(path)
    patterns: list[str] = []
    worktree = Worktree(find(repo.root), ignore=lambda: tuple(patterns))
    assert decoded(worktree.listing().files) == [".reverieignore", "a.py", "b.log", "secret/plan.md"]
    patterns += ["secret/", "*.log"]
    table = worktree.listing().files
    assert decoded(table) == [".reverieignore", "a.py"]
    assert not worktree.sweep(table).relist
    repo.write("secret/more.md")
    repo.write("c.py")
    assert sorted(worktree.sweep(table).changes.changed) == ["c.py"]
    patterns.remove("*.log")
    assert worktree.sweep(table).relist, "other patterns than at the last listing want another one"
