"""Stores written by earlier versions are brought up to date, and lose nothing that cost anything."""

from __future__ import annotations

import sqlite3

import pytest
from reverie_daemon.store import fresh
from reverie_daemon.store.connection import configure_writer, open_writer
from reverie_daemon.store.repository import RepositoryStore
from reverie_daemon.store.schema import LEDGER, REPOSITORY, migrate, version_of

WHOLE = [("repository", REPOSITORY), ("ledger", LEDGER)]


@pytest.mark.parametrize(("name", "migrations"), WHOLE)
def test_a_new_file_is_what_the_migrations_make(name, migrations):
    """Else a user's schema would depend on when the store was made. After a new migration, run:
    python -m reverie_daemon.store.fresh"""
    made, migrated = (sqlite3.connect(":memory:", isolation_level=None) for _ in range(2))
    migrate(made, migrations, name)
    migrate(migrated, migrations)
    assert fresh.path_of(name).read_text("utf-8") == fresh.script_of(migrated)
    assert list(made.iterdump()) == list(migrated.iterdump())
    assert version_of(made) == version_of(migrated) == len(migrations)


def test_a_store_of_every_earlier_version_is_brought_up_to_date(tmp_path):
    """Upgrading must never mean indexing again, or losing what was remembered."""
    for version in range(1, len(REPOSITORY) + 1):
        path = tmp_path / str(version) / "store.db"
        path.parent.mkdir()
        writer = open_writer(path)
        configure_writer(writer)
        migrate(writer, REPOSITORY[:version])
        writer.execute("INSERT INTO worktree(root) VALUES (?)", (b"/tree",))
        writer.execute(
            "INSERT INTO remembered(key, question, answer, inputs, clock, head, remembered_at)"
            " VALUES ('k', 'why?', '{}', '[]', 0, '', 0)"
        )
        writer.close()
        with RepositoryStore.open(path) as store:
            assert version_of(store._writer) == len(REPOSITORY)
            assert store.repaired is None and store.integrity() == "ok"
            assert store.worktrees() == {b"/tree": 1}
            assert [one.question for one in store.questions(5)] == ["why?"]
            assert store.history_heads() == []
