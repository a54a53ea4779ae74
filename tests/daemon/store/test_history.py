"""The history as the core asks for it."""

from __future__ import annotations

import hashlib

from reverie_daemon.core.nouns import Commit


def commit(number, *paths, body=""):
    oid = hashlib.sha1(str(number).encode()).hexdigest()
    return Commit(
        oid, "Ada", f"2025-01-01T00:{number % 60:02}:00+01:00", f"change {number}", body, tuple(("M", p) for p in paths)
    )


def tell(tree, *commits):
    """The tree's HEAD reaches just these commits, told oldest first."""
    newest_first = log(*commits)
    assert tree.store.replace_history(tree.number, [one.oid for one in newest_first], newest_first)


def log(*commits):
    """As `git log` gives them: newest first."""
    return list(reversed(commits))


def test_commits_come_newest_first_as_they_were_told(store, tree):
    """Subjects, bodies and paths are quoted to the user."""
    told = [commit(number, "a.py", f"b{number}.py", body="why\n" * number) for number in range(150)]
    tell(tree, *told)
    with tree.reading() as catalogue:
        assert catalogue.commits(limit=150) == log(*told)
        assert catalogue.commits("b7.py") == [told[7]]
    assert store.history_head(tree.number) == told[-1].oid


def test_a_folders_history_is_that_of_what_is_in_it(store, tree):
    """ "What changed in docs?" means any file there, and no folder that only begins alike."""
    told = [commit(1, "docs/a.md"), commit(2, "docs2/b.md"), commit(3, "docs/deep/c.md", "docs/a.md")]
    tell(tree, *told)
    with tree.reading() as catalogue:
        assert catalogue.commits("docs") == [told[2], told[0]]


def test_new_commits_are_added_to_those_known(store, tree):
    """Each commit costs what it brings, not the whole history again."""
    told = [commit(number, "a.py") for number in range(70)]
    tell(tree, *told[:65])
    revision = store.notes_revision()
    store.extend_history(tree.number, log(*told[64:]))
    assert store.notes_revision() == revision + 1
    store.extend_history(tree.number, log(*told[64:]))
    assert store.notes_revision() == revision + 1
    with tree.reading() as catalogue:
        assert catalogue.commits("a.py", limit=100) == log(*told)


def test_a_rewritten_history_replaces_the_old_one(store, tree):
    """After a rebase the old commits are nobody's."""
    tell(tree, commit(1, "a.py"), commit(2, "a.py"))
    tell(tree, commit(3, "a.py"))
    with tree.reading() as catalogue:
        assert [one.subject for one in catalogue.commits("a.py")] == ["change 3"]


def test_worktrees_on_two_branches_see_each_its_own_history(store, tree, tree_at):
    """ "What changed recently?" is about the branch one stands on, whoever asked last elsewhere."""
    other = tree_at(store, b"/linked")
    base = [commit(number, "a.py") for number in range(5)]
    tell(tree, *base, commit(10, "a.py"), commit(11, "m.py"))
    side = [*base[:4], commit(20, "a.py", "s.py")]
    assert store.replace_history(other.number, [one.oid for one in log(*side)], [side[-1]])
    store.extend_history(tree.number, [commit(12, "a.py", "t.py")])
    with tree.reading() as catalogue:
        assert [one.subject for one in catalogue.commits(limit=4)] == [
            "change 12",
            "change 11",
            "change 10",
            "change 4",
        ]
        assert catalogue.changed_together("a.py") == [("t.py", 1)]
    with other.reading() as catalogue:
        assert catalogue.commits(limit=10) == log(*side)
        assert catalogue.commits("a.py", limit=2) == log(*side)[:2]
        assert catalogue.changed_together("a.py") == [("s.py", 1)]
    assert store.history_heads() == [commit(12).oid, commit(20).oid]


def test_a_branch_come_back_to_needs_no_commit_told_again(store, tree):
    """Reading a history takes seconds; people switch branches all day."""
    main = [commit(number, "a.py") for number in range(300)]
    tell(tree, *main)
    assert store.replace_history(tree.number, [one.oid for one in log(*main[:100])], [])
    assert store.replace_history(tree.number, [one.oid for one in log(*main)], [])
    with tree.reading() as catalogue:
        assert catalogue.commits(limit=400) == log(*main)


def test_a_history_with_an_untold_commit_is_refused(store, tree):
    """Half a history would pass for a whole one."""
    tell(tree, commit(1, "a.py"))
    assert not store.replace_history(tree.number, [commit(3).oid, commit(1).oid], [])
    assert store.history_head(tree.number) == commit(1).oid


def test_commits_that_no_worktree_reaches_are_bounded(store, tree, tree_at, monkeypatch):
    """A day of rebases must not fill the disk, and leaves what is reached alone."""
    monkeypatch.setattr("reverie_daemon.store.history.UNREACHED_MAX", 200)
    other = tree_at(store, b"/linked")
    kept = [commit(number, "a.py") for number in range(10)]
    tell(other, *kept)
    for turn in range(1, 8):
        tell(tree, *(commit(1_000 * turn + number, "a.py") for number in range(150)))
    (held,) = store._writer.execute("SELECT count(*) FROM revision").fetchone()
    assert held < 800
    with other.reading() as catalogue:
        assert catalogue.commits("a.py", limit=50) == log(*kept)
    with tree.reading() as catalogue:
        assert len(catalogue.commits("a.py", limit=500)) == 150
    store.forget_worktree(b"/linked", now=1.0)
    assert store.history_heads() == [commit(7_149).oid]


def test_a_commit_is_found_by_the_beginning_of_its_id(store, tree):
    """People paste seven characters; an ambiguous or foreign text finds none."""
    told = [commit(number, "a.py") for number in range(40)]
    tell(tree, *told)
    with tree.reading() as catalogue:
        assert catalogue.commit(told[5].oid[:7]) == told[5]
        assert catalogue.commit(told[5].oid) == told[5]
        assert catalogue.commit("nonsense") is None
        assert catalogue.commit(told[5].oid[:1]) is None


def test_what_changes_together_is_counted(store, tree):
    """A change to one file often needs the other; a reformatting of everything says nothing."""
    bulk = commit(9, "a.py", *(f"x{number}.py" for number in range(80)))
    tell(tree, commit(1, "a.py", "b.py"), commit(2, "a.py", "b.py", "c.py"), commit(3, "d.py", "b.py"), bulk)
    with tree.reading() as catalogue:
        assert catalogue.changed_together("a.py") == [("b.py", 2), ("c.py", 1)]


def test_a_long_history_is_bounded(store, tree, monkeypatch):
    """Ten thousand commits tell enough, and more would outweigh the source."""
    monkeypatch.setattr("reverie_daemon.store.history.COMMITS_MAX", 100)
    told = [commit(number, "a.py") for number in range(260)]
    tell(tree, *told[:130])
    store.extend_history(tree.number, log(*told[130:200]))
    store.extend_history(tree.number, log(*told[200:]))
    with tree.reading() as catalogue:
        assert catalogue.commits("a.py", limit=500) == log(*told[160:])


def test_odd_paths_survive_in_the_history(store, tree):
    """Git's paths are bytes."""
    odd = b"caf\xe9\n.py".decode("utf-8", "surrogateescape")
    tell(tree, commit(1, odd))
    with tree.reading() as catalogue:
        assert catalogue.commits(odd)[0].paths == (("M", odd),)
