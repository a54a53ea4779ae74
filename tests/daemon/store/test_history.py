"""The history as the core asks for it."""

from __future__ import annotations

import hashlib

from reverie_daemon.core.nouns import Commit


def commit(number, *paths, body=""):
    oid = hashlib.sha1(str(number).encode()).hexdigest()
    return Commit(
        oid, "Ada", f"2025-01-01T00:{number % 60:02}:00+01:00", f"change {number}", body, tuple(("M", p) for p in paths)
    )


def log(*commits):
    """As `git log` gives them: newest first."""
    return list(reversed(commits))


def test_commits_come_newest_first_as_they_were_told(store, tree):
    """Subjects, bodies and paths are quoted to the user."""
    told = [commit(number, "a.py", f"b{number}.py", body="why\n" * number) for number in range(150)]
    store.replace_history(log(*told))
    with tree.reading() as catalogue:
        assert catalogue.commits(limit=150) == log(*told)
        assert catalogue.commits("b7.py") == [told[7]]
    assert store.history_head() == told[-1].oid


def test_a_folders_history_is_that_of_what_is_in_it(store, tree):
    """ "What changed in docs?" means any file there, and no folder that only begins alike."""
    told = [commit(1, "docs/a.md"), commit(2, "docs2/b.md"), commit(3, "docs/deep/c.md", "docs/a.md")]
    store.replace_history(log(*told))
    with tree.reading() as catalogue:
        assert catalogue.commits("docs") == [told[2], told[0]]


def test_new_commits_are_added_to_those_known(store, tree):
    """Each commit costs what it brings, not the whole history again."""
    told = [commit(number, "a.py") for number in range(70)]
    store.replace_history(log(*told[:65]))
    revision = store.notes_revision()
    store.add_commits(log(*told[64:]))
    assert store.notes_revision() == revision + 1
    store.add_commits(log(*told[64:]))
    assert store.notes_revision() == revision + 1
    with tree.reading() as catalogue:
        assert catalogue.commits("a.py", limit=100) == log(*told)


def test_a_rewritten_history_replaces_the_old_one(store, tree):
    """After a rebase the old commits are nobody's."""
    store.replace_history(log(commit(1, "a.py"), commit(2, "a.py")))
    store.replace_history(log(commit(3, "a.py")))
    with tree.reading() as catalogue:
        assert [one.subject for one in catalogue.commits("a.py")] == ["change 3"]
        assert catalogue.commit(commit(1).oid) is None


def test_a_commit_is_found_by_the_beginning_of_its_id(store, tree):
    """People paste seven characters; an ambiguous or foreign text finds none."""
    told = [commit(number, "a.py") for number in range(40)]
    store.replace_history(log(*told))
    with tree.reading() as catalogue:
        assert catalogue.commit(told[5].oid[:7]) == told[5]
        assert catalogue.commit(told[5].oid) == told[5]
        assert catalogue.commit("nonsense") is None
        assert catalogue.commit(told[5].oid[:1]) is None


def test_what_changes_together_is_counted(store, tree):
    """A change to one file often needs the other; a reformatting of everything says nothing."""
    bulk = commit(9, "a.py", *(f"x{number}.py" for number in range(80)))
    store.replace_history(
        log(commit(1, "a.py", "b.py"), commit(2, "a.py", "b.py", "c.py"), commit(3, "d.py", "b.py"), bulk)
    )
    with tree.reading() as catalogue:
        assert catalogue.changed_together("a.py") == [("b.py", 2), ("c.py", 1)]


def test_a_long_history_is_bounded(store, tree, monkeypatch):
    """Ten thousand commits tell enough, and more would outweigh the source."""
    monkeypatch.setattr("reverie_daemon.store.history.COMMITS_MAX", 100)
    told = [commit(number, "a.py") for number in range(260)]
    store.replace_history(log(*told[:130]))
    store.add_commits(log(*told[130:200]))
    store.add_commits(log(*told[200:]))
    with tree.reading() as catalogue:
        assert catalogue.commits("a.py", limit=500) == log(*told[160:])


def test_odd_paths_survive_in_the_history(store, tree):
    """Git's paths are bytes."""
    odd = b"caf\xe9\n.py".decode("utf-8", "surrogateescape")
    store.replace_history([commit(1, odd)])
    with tree.reading() as catalogue:
        assert catalogue.commits(odd)[0].paths == (("M", odd),)
