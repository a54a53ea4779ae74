"""Asks git's object store which blobs it has, so that what was committed is told from what was only saved.

It reads no object and fetches none: in a partial clone git would ask the remote for each blob that is absent, so there
the names of what is present are listed instead.
"""

from __future__ import annotations

import tempfile
from collections.abc import Collection
from contextlib import closing
from typing import BinaryIO, cast

from reverie_daemon.worktree.git import Git
from reverie_daemon.worktree.location import RepositoryLocation


def present(location: RepositoryLocation, blobs: Collection[bytes]) -> set[bytes]:
    """Those of the blobs, raw object ids, that git has here; for ten thousand at one time or so. Raises `GitFailed`."""
    wanted = {blob.hex() for blob in blobs}
    if not wanted:
        return set()
    found = _listed(location, wanted) if location.partial else _asked(location, wanted)
    return {bytes.fromhex(name) for name in found}


def _asked(location: RepositoryLocation, wanted: set[str]) -> set[str]:
    with tempfile.TemporaryFile() as names:
        names.write("\n".join(sorted(wanted)).encode() + b"\n")
        names.seek(0)
        output = Git(location.root).run("cat-file", "--batch-check=%(objectname)", stdin=cast(BinaryIO, names))
    # An absent one is answered with its name and a word.
    return wanted.intersection(output.decode("ascii", "replace").splitlines())


def _listed(location: RepositoryLocation, wanted: set[str]) -> set[str]:
    found: set[str] = set()
    rest = b""
    command = ("cat-file", "--batch-all-objects", "--unordered", "--batch-check=%(objectname)")
    with closing(Git(location.root).stream(*command)) as chunks:
        for chunk in chunks:
            *lines, rest = (rest + chunk).split(b"\n")
            found |= wanted.intersection(line.decode("ascii", "replace") for line in lines)
    return found
