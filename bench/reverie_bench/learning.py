"""Learns many files with a scripted model of known latency: how near the ideal time, and what the daemon itself uses.

The ideal time is calls × latency / calls at once: a learner that is never the one who is waited for. What needs no
model is learned before, so that only the model's work is timed. The files are made up and all different.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from reverie_daemon.client import Client

from .rig import Rig, git, processor_s, rig, watched_memory
from .scripted import serving
from .speed import machine

FILES = 1_000
FILES_A_FOLDER = 40
LATENCY_S = 1.0
CALLS_AT_ONCE = 4
RATIO_MAX = 1.15
PROCESSOR_SHARE_MAX = 0.05
MEMORY_MIB_MAX = 150e6 / (1 << 20)
TOKENS_A_DAY = 1_000_000_000
MEMORY_EVERY_S = 1.0


@dataclass(frozen=True, slots=True)
class Result:
    """`jobs` that came to an end and `jobs_failed`, `calls` that arrived at the model and `most_at_once` of them, the
    `seconds` that all of it took and the ideal, the daemon's processor seconds (its children's apart) and the most
    memory it had."""

    files: int
    jobs: int
    jobs_failed: int
    calls: int
    most_at_once: int
    seconds: float
    ideal_seconds: float
    processor_seconds: float
    children_seconds: float
    memory_mib: float

    @property
    def ratio(self) -> float:
        return self.seconds / self.ideal_seconds

    @property
    def processor_share(self) -> float:
        return self.processor_seconds / self.seconds


def make_repository(folder: Path, files: int) -> Path:
    """A repository of so many modules, each with a class and functions of its own, in folders of forty."""
    root = folder / "many files"
    for number in range(files):
        path = root / f"part_{number // FILES_A_FOLDER:02}" / f"module_{number:04}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(_module(number, files))
    git(folder, "init", "-q", str(root))
    git(root, "add", "-A")
    git(root, "commit", "-qm", "Many files")
    return root


def _module(number: int, files: int) -> str:
    other = (number * 7 + 3) % files
    return (
        f'"""Keeps shelf number {number}."""\n\n'
        f"from part_{other // FILES_A_FOLDER:02}.module_{other:04} import Shelf{other:04}\n\n\n"
        f'class Shelf{number:04}:\n    """A shelf that knows how much of it is full."""\n\n'
        f"    def __init__(self, width: int) -> None:\n        self.width = width\n        self.used = {number}\n\n"
        f'    def put(self, thickness: int) -> bool:\n        """Whether it fitted."""\n'
        f"        fits = self.used + thickness <= self.width\n        self.used += thickness if fits else 0\n"
        f"        return fits\n\n\n"
        f'def fill_{number:04}(shelf: Shelf{other:04}) -> int:\n    """Puts as much as fits; how many pieces."""\n'
        f"    pieces = 0\n    while shelf.put({number % 9 + 1}):\n        pieces += 1\n    return pieces\n"
    )


def measure(made: Rig, root: Path, files: int, latency_s: float, at_once: int) -> Result:
    """Learns the repository in the rig's daemon, first without and then with the model."""
    made.home.mkdir(parents=True, exist_ok=True)
    (made.home / "config.toml").write_text(
        f"[limits]\nvectors_max = 0\n\n[learning]\nwhen_idle = false\nrethink_passes = 0\nremote_calls = {at_once}\n"
    )
    client = made.client()
    client.add_repository(root)
    _learned(client, root)
    daemon = int(str(client.status()["pid"]))
    with serving(latency_s) as (target, seen):
        client.use_model(target, role="sleeping")
        client.set_budget({"tokens_per_day": TOKENS_A_DAY}, side="learning")
        children = [pid for pid in made.processes() if pid != daemon]
        before = processor_s(daemon), sum(map(processor_s, children))
        with watched_memory(lambda: [daemon], MEMORY_EVERY_S) as peak:
            began_s = time.perf_counter()
            done = _learned(client, root)
            seconds = time.perf_counter() - began_s
        used = processor_s(daemon) - before[0], sum(map(processor_s, children)) - before[1]
    client.close()
    return Result(
        files, done["jobs"], done["jobs_failed"], seen.calls, seen.most, seconds, seen.calls * latency_s / at_once,
        used[0], used[1], peak.mib,
    )  # fmt: skip


def _learned(client: Client, root: Path) -> dict[str, int]:
    *_, done = client.learn(root=str(root))
    return done


def main(argv: Sequence[str]) -> int:
    """Prints the figures beside their bounds; fails when one exceeds its bound."""
    parser = argparse.ArgumentParser(prog="reverie_bench learning", description=main.__doc__)
    parser.add_argument("--files", type=int, default=FILES, help="how many files to learn")
    parser.add_argument("--latency", type=float, default=LATENCY_S, help="seconds that the model takes for a reply")
    parser.add_argument("--at-once", type=int, default=CALLS_AT_ONCE, help="calls under way at once")
    parser.add_argument("--json", type=Path, help="write the figures there, too")
    options = parser.parse_args(argv)
    print(", ".join(f"{name} {value}" for name, value in machine().items()), flush=True)
    with rig() as made:
        root = make_repository(made.folder, options.files)
        found = measure(made, root, options.files, options.latency, options.at_once)
    print(f"{found.jobs} jobs ({found.jobs_failed} failed), {found.calls} calls of {options.latency} s,"
          f" {found.most_at_once} at once")  # fmt: skip
    held = [
        _row("time / ideal", found.ratio, RATIO_MAX, f"{found.seconds:.1f} s, ideal {found.ideal_seconds:.1f} s"),
        _row("the daemon's processor", found.processor_share, PROCESSOR_SHARE_MAX, f"{found.processor_seconds:.1f} s"),
        _row("the daemon's memory, MiB", found.memory_mib, MEMORY_MIB_MAX, ""),
    ]
    print(f"processor of its children {found.children_seconds:.1f} s; load {os.getloadavg()[0]:.1f}")
    if options.json:
        options.json.write_text(json.dumps({"machine": machine(), **asdict(found)}, indent=1))
    return 0 if all(held) else 1


def _row(what: str, value: float, bound: float, more: str) -> bool:
    held = value <= bound
    print(f"{what:28} {value:8.3f}  ≤ {bound:7.3f}  {'ok' if held else 'EXCEEDED':8} {more}")
    return held
