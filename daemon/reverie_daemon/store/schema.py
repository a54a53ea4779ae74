"""The shape of a repository's store and of the ledger, as numbered migrations.

A file of a newer version is refused, never opened: an older program would misread it. Nothing here reads or writes
what the tables hold.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from typing import Any

from ..errors import UserError
from . import fresh
from .connection import transaction
from .learned import create_accounts_of_guesses, create_learning, create_levels
from .marks import create_marks

Migration = Callable[[Any], None]
"""Takes a `sqlite_utils.Database` inside a transaction."""


def version_of(connection: sqlite3.Connection) -> int:
    """How many migrations the file has been through."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def refuse_newer(connection: sqlite3.Connection, migrations: Sequence[Migration], what: str) -> None:
    """Raises `UserError` (code `store_newer`) for a file that a newer version wrote."""
    version = version_of(connection)
    if version > len(migrations):
        raise UserError(
            f"{what} was written by a newer version of Reverie ({version}, this one knows {len(migrations)}).",
            next_step="Upgrade Reverie, or move that file away to start anew.",
            code="store_newer",
        )


def migrate(connection: sqlite3.Connection, migrations: Sequence[Migration], whole: str = "") -> None:
    """Brings the file up to date; an empty one by the script `whole` of these migrations, where there is one."""
    if whole and fresh.is_empty(connection):
        with transaction(connection):
            fresh.make(connection, whole)
    version = version_of(connection)
    if version == len(migrations):
        return
    from sqlite_utils import Database  # 160 ms, and only needed when a schema changes

    database = Database(connection, execute_plugins=False)
    for number, migration in enumerate(migrations[version:], start=version + 1):
        with transaction(connection):
            migration(database)
            connection.execute(f"PRAGMA user_version = {number}")


def _create_facts(database: Any) -> None:
    database["worktree"].create({"id": int, "root": bytes}, pk="id", not_null={"root"})
    database["worktree"].create_index(["root"], unique=True)
    database["facts"].create(
        {
            "id": int, "blob": bytes, "language": str, "version": int, "size": int, "lines": int, "symbols": int,
            "passages": int, "problems": str, "digests": bytes, "places": bytes, "unmapped_at": float,
            "last_path": bytes,
        },
        pk="id",
    )  # fmt: skip
    # Beside `facts`, whose rows are rewritten whenever they are mapped or superseded.
    database["outward"].create({"id": int, "uses": bytes, "imports": bytes, "mentions": bytes}, pk="id")
    database["facts"].create_index(["blob", "language", "version"], unique=True)
    database["facts"].create_index(["unmapped_at"])
    database["facts"].create_index(["last_path"])
    database["version"].create(
        {
            "worktree": int, "path": bytes, "blob": bytes, "mtime_ns": int, "size": int, "inode": int, "role": str,
            "language": str, "facts": int,
        },
        pk=("worktree", "path"),
    )  # fmt: skip
    database["version"].create_index(["facts"])
    database["symbol"].create(
        {
            "id": int, "kind": str, "name": str, "qualname": str, "start_line": int, "end_line": int, "parent": int,
            "signature": str, "doc": str,
        },
        pk="id",
    )  # fmt: skip
    database["symbol"].create_index(["name"])
    database["stretch"].create({"id": int, "passages": bytes}, pk="id")
    database["place"].create({"id": int, "passage": int}, pk="id")
    database["state"].create(
        {"id": int, "clock": int, "notes_revision": int, "next_facts": int, "next_place": int}, pk="id"
    )
    database["state"].insert({"id": 1, "clock": 0, "notes_revision": 0, "next_facts": 1, "next_place": 1})


def _create_full_text(database: Any) -> None:
    # Contentless: the text is in `stretch`, compressed, and that of what no worktree maps is kept there as well.
    database.execute("CREATE VIRTUAL TABLE words USING fts5(names, text, content = '', tokenize = 'porter unicode61')")
    database.execute("INSERT INTO words(words, rank) VALUES ('rank', 'bm25(3.0, 1.0)')")
    database.execute("INSERT INTO words(words, rank) VALUES ('hashsize', 16777216)")
    database.execute(
        "CREATE VIRTUAL TABLE mention USING fts5(used, imported, content = '', detail = column, tokenize = 'ascii')"
    )


def _create_history(database: Any) -> None:
    database["revision"].create({"id": int, "oid": bytes, "touched": bytes}, pk="id")
    database["revision"].create_index(["oid"], unique=True)
    database["revision_text"].create({"id": int, "texts": bytes}, pk="id")
    database["touched_path"].create({"id": int, "path": bytes, "revisions": bytes}, pk="id")
    database["touched_path"].create_index(["path"], unique=True)


def _create_memory(database: Any) -> None:
    database["remembered"].create(
        {
            "key": str, "question": str, "answer": str, "inputs": str, "clock": int, "head": str,
            "remembered_at": float,
        },
        pk="key",
    )  # fmt: skip
    database["remembered"].create_index(["remembered_at"])


def _create_first_store(database: Any) -> None:
    _create_facts(database)
    _create_full_text(database)
    _create_history(database)
    _create_memory(database)


def _give_each_worktree_its_history(database: Any) -> None:
    # What was known is read again: it was one worktree's, and nobody wrote down which.
    for table in ("revision", "revision_text", "touched_path"):
        database.execute(f"DELETE FROM {table}")
    database["reach"].create({"worktree": int, "head": bytes, "runs": bytes}, pk="worktree")
    # Four bytes tell commits apart as well as twenty, and an index of them weighs a third.
    database.execute("DROP INDEX idx_revision_oid")
    database.execute("CREATE INDEX idx_revision_oid ON revision(substr(oid, 1, 4))")


def _create_vectors(database: Any) -> None:
    # AUTOINCREMENT: a number is never given twice, so that whoever holds vectors can ask for what came after.
    database.execute(
        "CREATE TABLE vector("
        "id INTEGER PRIMARY KEY AUTOINCREMENT, digest BLOB NOT NULL UNIQUE, embedding BLOB NOT NULL)"
    )
    database["state"].add_column("by_meaning", int, not_null_default=0)


REPOSITORY: Sequence[Migration] = (
    _create_first_store, _give_each_worktree_its_history, _create_vectors, create_learning,
    create_accounts_of_guesses, create_marks, create_levels,
)  # fmt: skip


def _create_ledger(database: Any) -> None:
    database["repository"].create({"id": int, "root": bytes, "added_at": float, "watched": int}, pk="id")
    database["repository"].create_index(["root"], unique=True)
    database["entry"].create(
        {
            "id": int, "at": float, "date": str, "repository": int, "kind": str, "question": str, "route": str,
            "prompt": int, "cached": int, "completion": int, "reasoning": int, "baseline": int, "saved": int,
            "cost_microusd": int, "counted": int, "conversation": str,
        },
        pk="id",
    )  # fmt: skip
    database["entry"].create_index(["repository", "at"])
    database["entry"].create_index(["conversation"])
    database["entry_file"].create({"entry": int, "path": bytes}, pk=("entry", "path"))


def _create_journal(database: Any) -> None:
    """Calls of models: reserved before they are made, settled after; what was said is kept beside them for a while."""
    database["entry"].add_column("model", str, not_null_default="")
    database["entry"].add_column("analysis", str, not_null_default="")
    database["call"].create(
        {
            "id": int, "at": float, "date": str, "day": str, "side": str, "repository": int, "entry": int, "key": bytes,
            "analysis": str, "model": str, "state": str, "prompt": int, "cached": int, "completion": int,
            "reasoning": int, "tokens": int, "cost_microusd": int, "reason": str,
        },
        pk="id",
    )  # fmt: skip
    database["call"].create_index(["day", "side", "repository"])
    database["call"].create_index(["key"])
    database["call"].create_index(["entry"])
    database["call"].create_index(["state"])
    database["call_text"].create({"id": int, "at": float, "sent": bytes, "received": bytes}, pk="id")
    database["call_text"].create_index(["at"])
    database["budget_day"].create({"day": str}, pk="day")
    database["budget_clock"].create({"id": int, "seen": str, "account": str}, pk="id")


def _create_idle_days(database: Any) -> None:
    """How long the machine allowed learning on each day, and for how much of that something was learned."""
    database["idle_day"].create({"date": str, "idle_s": float, "used_s": float}, pk="date")


def _let_answers_be_wrong(database: Any) -> None:
    database["entry"].add_column("key", str, not_null_default="")
    database["entry"].add_column("said", str, not_null_default="")
    database["entry"].add_column("wrong", int, not_null_default=0)


LEDGER: Sequence[Migration] = (_create_ledger, _create_journal, _create_idle_days, _let_answers_be_wrong)
