"""A new file's schema in one script, for the sake of a first start: migrating it from nothing takes sqlite-utils, whose
import alone takes 160 ms of processor time.

The scripts `repository.sql` and `ledger.sql` are made from the migrations, never written by hand, and a test fails when
they drift: `python -m reverie_daemon.store.fresh` makes them anew. Files that hold anything are migrated, not touched
here.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

_END = ";\n"


def make(connection: sqlite3.Connection, name: str) -> None:
    """Gives an empty file the whole schema `name`, inside the caller's transaction."""
    for statement in path_of(name).read_text("utf-8").split(_END):
        connection.execute(statement)


def is_empty(connection: sqlite3.Connection) -> bool:
    """Whether nothing was ever made in this file."""
    return connection.execute("SELECT 1 FROM sqlite_master").fetchone() is None


def path_of(name: str) -> Path:
    """Where the script of a schema lies."""
    return Path(__file__).with_name(f"{name}.sql")


def script_of(connection: sqlite3.Connection) -> str:
    """The statements that make an empty file equal to this one, which holds little more than its schema."""
    return _END.join(_statements(connection))


def _statements(connection: sqlite3.Connection) -> Iterator[str]:
    made = connection.execute(
        "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY rowid"
    ).fetchall()
    indexes = [name for _, name, sql in made if sql.startswith("CREATE VIRTUAL TABLE")]
    kept_by_sqlite = ("sqlite_", *(f"{index}_" for index in indexes))
    for kind, name, sql in made:
        if name.startswith(kept_by_sqlite):
            continue
        yield sql
        if name in indexes:
            yield from _options(connection, name)
        elif kind == "table":
            yield from _rows(connection, name)
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    yield f"PRAGMA user_version = {version}"


def _options(connection: sqlite3.Connection, index: str) -> Iterator[str]:
    """Of a full-text index, what it was told beside its definition."""
    told = connection.execute(f"SELECT k, quote(v) FROM {index}_config WHERE k <> 'version' ORDER BY k")
    for option, value in told:
        yield f"INSERT INTO {index}({index}, rank) VALUES ('{option}', {value})"


def _rows(connection: sqlite3.Connection, table: str) -> Iterator[str]:
    columns = [f'quote("{name}")' for _, name, *_ in connection.execute(f'PRAGMA table_info("{table}")')]
    for values in connection.execute(f'SELECT {", ".join(columns)} FROM "{table}"'):
        yield f'INSERT INTO "{table}" VALUES ({", ".join(values)})'


def main() -> None:
    """Makes the scripts anew."""
    from .schema import LEDGER, REPOSITORY, migrate

    for name, migrations in (("repository", REPOSITORY), ("ledger", LEDGER)):
        connection = sqlite3.connect(":memory:", isolation_level=None)
        migrate(connection, migrations)
        path_of(name).write_text(script_of(connection), "utf-8")


if __name__ == "__main__":
    main()
