"""Decides in which folder a repository's store lives, and holds the lock on it: one daemon a store.

Two daemons of one user are ruled out elsewhere; here it is about those of other users, of containers that share a disk,
and about folders that cannot be written. A store that somebody else keeps is left alone. The database is not opened.
"""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ..errors import UserError

LOCK_NAME = "store.lock"
STORE_NAME = "store.db"
_DISK_FULL = (errno.ENOSPC, errno.EDQUOT)


class _Taken(Exception):
    """Another daemon holds the lock."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A store that is ours until `release`. `elsewhere` is "" for one that lies where it belongs, or says why not."""

    path: Path
    descriptor: int
    elsewhere: str = ""

    def release(self) -> None:
        os.close(self.descriptor)


def claim(folder: Path, fallback: Path) -> Claim:
    """The store in `folder`, or else in `fallback`, where `folder` cannot be written or another daemon keeps its store.
    Raises `UserError`: `store_busy`, `store_readonly`, `disk_full`."""
    try:
        with _full_disks_explained():
            return Claim(folder / STORE_NAME, _locked(folder))
    except _Taken:
        reason = f"another daemon, of another user or in a container, keeps the store in {folder}"
    except OSError as error:
        reason = f"{folder} cannot be written ({error.strerror or error})"
    try:
        with _full_disks_explained():
            return Claim(fallback / STORE_NAME, _locked(fallback), reason)
    except _Taken as error:
        raise UserError(
            f"Other daemons keep the stores in {folder} and in {fallback}.",
            next_step="Stop the other daemon, then run: reverie restart",
            code="store_busy",
        ) from error
    except OSError as error:
        raise UserError(
            f"What is learned can be stored neither in {folder} nor in {fallback}: {error.strerror or error}.",
            next_step="Make one of them writable, or set REVERIE_HOME to a folder that is.",
            code="store_readonly",
        ) from error


def _locked(folder: Path) -> int:
    """The lock of the folder's store, held until it is closed. It is a file of its own: closing any descriptor of the
    database itself would drop SQLite's locks."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    store = folder / STORE_NAME
    if store.exists() and not os.access(store, os.R_OK | os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(store))
    descriptor = os.open(folder / LOCK_NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(descriptor)
        if isinstance(error, BlockingIOError):
            raise _Taken from error
        raise
    return descriptor


@contextmanager
def _full_disks_explained() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno not in _DISK_FULL:
            raise
        raise UserError(
            "The disk is full; nothing that was learned before is lost.",
            next_step="Free some disk space; indexing then goes on by itself.",
            code="disk_full",
        ) from error
