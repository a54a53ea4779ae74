"""A Reverie of its own for one measurement: a home, clones, the daemon, and what its processes use.

Linux only, since memory and processor time are read from /proc. Measures nothing by itself and judges nothing.
"""

from __future__ import annotations

import compileall
import importlib.util
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from reverie_daemon.client import Client
from reverie_daemon.config import locations

SAMPLE_EVERY_S = 0.1
COMMAND_WAIT_S = 600
MIB = 1 << 20


@dataclass
class Peak:
    """The most memory that was seen at once, in MiB: proportional set sizes, so that shared pages count once."""

    mib: float = 0.0


@dataclass(frozen=True)
class Rig:
    """A folder with a home for Reverie and clones of repositories; `environ` leads every process there."""

    folder: Path
    environ: dict[str, str] = field(default_factory=dict)

    @property
    def home(self) -> Path:
        return self.folder / "home"

    def clone(self, source: Path, name: str = "") -> Path:
        """A clone without shared objects, so that nothing but itself is read; its store is empty."""
        target = self.folder / (name or source.name)
        git(self.folder, "clone", "-q", "--no-hardlinks", str(source), str(target))
        return target

    def reverie(self, *arguments: str, cwd: Path | None = None, wait_s: float = COMMAND_WAIT_S) -> float:
        """Runs the command in a process of its own; how long that took, in seconds."""
        return self.timed([sys.executable, "-m", "reverie_daemon.cli", *arguments], cwd=cwd, wait_s=wait_s)

    def timed(self, command: Sequence[str], cwd: Path | None = None, wait_s: float = COMMAND_WAIT_S) -> float:
        started = time.perf_counter()
        done = subprocess.run(
            command, cwd=cwd or self.folder, env=self.environ, capture_output=True, text=True, timeout=wait_s
        )
        seconds = time.perf_counter() - started
        if done.returncode != 0:
            raise RuntimeError(f"{shlex.join(command)} gave {done.returncode}: {done.stderr[-2000:]}")
        return seconds

    def client(self) -> Client:
        """Of this rig's daemon, started when there is none."""
        self.reverie("start")
        return Client.connect(start=False, where=locations(self.environ))

    def processes(self) -> list[int]:
        """Every process that works for this rig: those that were started with its home in their environment."""
        mark = f"REVERIE_HOME={self.home}".encode()
        return [pid for pid in all_processes() if mark in read_process(pid, "environ").split(b"\0")]

    def stop(self) -> None:
        self.reverie("stop")


@contextmanager
def rig(parent: Path | None = None) -> Iterator[Rig]:
    """A fresh rig; its daemon is stopped and its folder deleted afterwards."""
    compile_program()
    folder = Path(tempfile.mkdtemp(prefix="reverie-bench-", dir=parent))
    environ = {key: value for key, value in os.environ.items() if not key.startswith(("GIT_", "REVERIE_"))}
    environ |= {"REVERIE_HOME": str(folder / "home"), "NO_COLOR": "1"}
    made = Rig(folder, environ)
    try:
        yield made
    finally:
        made.stop()
        shutil.rmtree(folder, ignore_errors=True)


def compile_program() -> None:
    """Keeps the program's bytecode beside its source, as pip does when it installs it. In a checkout it may be missing,
    or forbidden to be kept (PYTHONDONTWRITEBYTECODE): then each process compiles what it imports, half a second of it.
    """
    for package in ("reverie_daemon", "reverie_indexers", "reverie_tui"):
        found = importlib.util.find_spec(package)
        for folder in found.submodule_search_locations or () if found else ():
            compileall.compile_dir(folder, quiet=1)


def git(repository: Path, *arguments: str) -> str:
    who = ["-c", "user.name=bench", "-c", "user.email=bench@example.org", "-c", "advice.detachedHead=false"]
    command = ["git", "-C", str(repository), *who, *arguments]
    return subprocess.run(command, check=True, capture_output=True, encoding="utf-8", errors="replace").stdout


def all_processes() -> list[int]:
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]


def read_process(pid: int, name: str) -> bytes:
    """A file of /proc; empty when the process has gone or is not ours."""
    try:
        return Path(f"/proc/{pid}/{name}").read_bytes()
    except OSError:
        return b""


@contextmanager
def watched_memory(processes: Callable[[], Iterable[int]], every_s: float = SAMPLE_EVERY_S) -> Iterator[Peak]:
    """Samples what these processes have in memory together, until the block ends. Each sample costs processor time, of
    which a measurement beside it may want less."""
    peak, done = Peak(), threading.Event()

    def sample() -> None:
        while not done.wait(every_s):
            peak.mib = max(peak.mib, sum(map(memory_mib, processes())))

    sampler = threading.Thread(target=sample)
    sampler.start()
    try:
        yield peak
    finally:
        done.set()
        sampler.join()


def memory_mib(pid: int) -> float:
    for line in read_process(pid, "smaps_rollup").splitlines():
        if line.startswith(b"Pss:"):
            return int(line.split()[1]) / 1024
    return 0.0


def processor_s(pid: int) -> float:
    """Processor time that a process has used so far, in seconds; 0 when it has gone."""
    fields = read_process(pid, "stat").rpartition(b")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK") if len(fields) > 12 else 0.0


def descendants(pid: int) -> list[int]:
    """A process and all that it started, as far as they still live."""
    parents = {}
    for other in all_processes():
        fields = read_process(other, "stat").rpartition(b")")[2].split()
        if len(fields) > 1:
            parents[other] = int(fields[1])
    found = [pid]
    for known in found:
        found += [child for child, parent in parents.items() if parent == known]
    return found
