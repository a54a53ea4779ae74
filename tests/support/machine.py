"""Small machines for tests: a file system that fills up, a system that allows few file watches.

Linux only, and only where the tests may make them; elsewhere the tests that want one are skipped.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def small_disk(folder: Path, mib: int) -> Iterator[Path]:
    """A file system of so many MiB at the folder."""
    folder.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={mib}m", "tmpfs", str(folder)], capture_output=True)
    if made.returncode != 0:
        pytest.skip("no file system can be mounted here: " + os.fsdecode(made.stderr).strip())
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(folder: Path, *, leave_kib: int) -> Path:
    """A file that takes all the room but so much."""
    ballast = folder / "ballast.bin"
    free = shutil.disk_usage(folder).free - (leave_kib << 10)
    with ballast.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, max(free, 1))
    return ballast


def with_few_watches(command: Sequence[str], watches: int) -> list[str]:
    """The command, in a user namespace of its own in which only so many folders can be watched."""
    limit = "/proc/sys/user/max_inotify_watches"
    script = f'echo {watches} > {limit} && exec "$@"'
    tried = subprocess.run(["unshare", "--user", "--map-root-user", "sh", "-c", f"echo {watches} > {limit}"])
    if tried.returncode != 0:
        pytest.skip("no user namespace can be made here")
    return ["unshare", "--user", "--map-root-user", "sh", "-c", script, "sh", *command]
