"""Measures speed and size of the whole program on real repositories, beside the bounds it is held to.

Every figure comes from the installed command or the real socket, on a fresh clone with a home of its own. It writes to
no repository it is given. Figures depend on the machine and on what else runs there (the load average is kept with
them); a peer is timed in the same run.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import re
import resource
import shlex
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from reverie_daemon.client import Client

from .rig import MIB, Rig, descendants, git, memory_mib, processor_s, rig, watched_memory

SAVES = 30
SAVES_OF_ONE_FILE = 500
CHECKOUT_FILES = 500
QUESTIONS = 100
SHELL_CALLS = 10
IDLE_S = 60
SETTLE_S = 120
LEARN_S = 1200
CONTEXT_TOKENS = 2000
QUESTION_FORMS = (
    "where is {name}?", "what does {name} do?", "who calls {name}?", "what does {name} call?", "how does {name} work?",
    "what happens if I change {name}?", "which tests cover {name}?", "why is {name} like this?", "{doc}",
)  # fmt: skip
_FUNCTION = re.compile(r'^\s*def ([a-z]\w{3,})\(.*\).*:\n\s+(?:r?"""\s*([A-Z][^"\n]{20,120}))?', re.M)


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured value; `bound` is what it may be at most, None where nothing is asked."""

    repository: str
    what: str
    value: float
    unit: str
    bound: float | None = None

    @property
    def holds(self) -> bool:
        return self.bound is None or self.value <= self.bound


@dataclass(frozen=True, slots=True)
class Bench:
    """One repository under measurement: its name, a clone in a rig, and questions about it."""

    name: str
    rig: Rig
    clone: Path

    def figure(self, what: str, value: float, unit: str, bound: float | None = None) -> Figure:
        return Figure(self.name, what, value, unit, bound)


def percentile(values: Sequence[float], share: float) -> float:
    """The value that this share of the values does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, round(share * len(ordered)) - 1))]


def questions(clone: Path, count: int, seed: int) -> list[str]:
    """Questions about functions that the clone's Python files define, and some that only describe; no two alike."""
    found = []
    for path in sorted(clone.rglob("*.py")):
        found += _FUNCTION.findall(path.read_text(encoding="utf-8", errors="replace"))
    chosen = random.Random(seed).sample(found, min(len(found), 2 * count)) or [("main", "")]
    asked = dict.fromkeys(
        QUESTION_FORMS[at % len(QUESTION_FORMS)].format(name=name, doc=doc or f"the code that deals with {name}")
        for at, (name, doc) in enumerate(chosen)
    )
    return list(asked)[:count]


def bring_up_to_date(client: Client, root: str) -> float:
    """Indexes and waits; how long that took, in seconds."""
    started = time.perf_counter()
    for _event in client.index(root=root):
        pass
    return time.perf_counter() - started


def source_bytes(clone: Path) -> int:
    """The size of the text files that git knows there."""
    total = 0
    for name in git(clone, "ls-files", "-z").split("\0"):
        path = clone / name
        if name and path.is_file() and not path.is_symlink() and b"\0" not in path.read_bytes()[:8000]:
            total += path.stat().st_size
    return total


def children_s() -> float:
    """Processor time of the processes that this one started and that have ended, in seconds."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def store_bytes(clone: Path) -> int:
    return sum(path.stat().st_size for path in (clone / ".git" / "reverie").rglob("*") if path.is_file())


def measure_cold(bench: Bench, source: Path, peers: Sequence[str]) -> Iterator[Figure]:
    """A new clone, no daemon: until `reverie index` is done. Memory in a run of its own, since watching costs time."""
    before = children_s()
    seconds = bench.rig.reverie("index", cwd=bench.clone)
    used = children_s() - before + sum(processor_s(pid) for pid in bench.rig.processes())
    bound = {"sympy": 5.0, "pytest": 1.0}.get(bench.name)
    yield bench.figure("cold index, whole process", seconds, "s", bound)
    yield bench.figure("cold index, processor time of all processes", used, "s")
    yield bench.figure("store size / source size", store_bytes(bench.clone) / source_bytes(bench.clone), "×", 3.0)
    with rig() as other:
        again = other.clone(source)
        with watched_memory(other.processes) as peak:
            other.reverie("index", cwd=again)
        yield bench.figure("peak memory while indexing", peak.mib, "MiB", 500)
    for command in peers:
        yield from measure_peer(bench, source, command, seconds)


def measure_peer(bench: Bench, source: Path, command: str, ours: float) -> Iterator[Figure]:
    """A peer's cold index of another new clone; what it leaves running is stopped."""
    with rig() as other:
        clone = other.clone(source)
        words = [word.replace("{repo}", str(clone)) for word in shlex.split(command)]
        before = children_s()
        seconds = other.timed(words, cwd=clone)
        used = children_s() - before + sum(processor_s(pid) for pid in other.processes())
        for pid in other.processes():
            os.kill(pid, signal.SIGTERM)
    yield bench.figure(f"peer: {Path(words[0]).name} {' '.join(words[1:2])}", seconds, "s")
    yield bench.figure(f"peer: {Path(words[0]).name} {' '.join(words[1:2])}, processor time", used, "s")
    yield bench.figure("cold index / peer's", ours / seconds, "×", 0.25)


def measure_opening(bench: Bench, client: Client) -> Iterator[Figure]:
    """A repository that was indexed before and has not changed since."""
    client.remove_repository(bench.clone)
    started = time.perf_counter()
    root = client.add_repository(bench.clone)
    bring_up_to_date(client, root)
    yield bench.figure("opening unchanged, in a running daemon", time.perf_counter() - started, "s", 0.4)
    client.close()
    bench.rig.stop()
    yield bench.figure("opening unchanged, starting the daemon, too", bench.rig.reverie("index", cwd=bench.clone), "s")


def measure_answers(bench: Bench, client: Client, label: str, bounds: tuple[float | None, float]) -> Iterator[Figure]:
    """`ask` and `context` through the socket, each question once."""
    root = str(bench.clone)
    calls: dict[str, Callable[[str], object]] = {
        "ask": lambda question: client.answer(question, root=root, counted=False),
        "context": lambda question: client.context(question, root=root, tokens=CONTEXT_TOKENS),
    }
    for seed, (name, call) in enumerate(calls.items()):
        times = [timed_ms(call, question) for question in questions(bench.clone, QUESTIONS, seed)]
        yield bench.figure(f"{name}, {label}, p50", percentile(times, 0.5), "ms", bounds[0])
        yield bench.figure(f"{name}, {label}, p95", percentile(times, 0.95), "ms", bounds[1])


def timed_ms(call: Callable[[str], object], argument: str) -> float:
    started = time.perf_counter()
    call(argument)
    return 1000 * (time.perf_counter() - started)


def measure_answers_while_indexing(bench: Bench, client: Client, source: Path) -> Iterator[Figure]:
    """Questions about another clone, asked from the moment it is added until it is indexed."""
    clone = bench.rig.clone(source, f"{source.name} again")
    asked = questions(clone, 4 * QUESTIONS, 7)
    root = client.add_repository(clone)
    done = threading.Event()

    def follow() -> None:
        bring_up_to_date(client, root)
        done.set()

    follower = threading.Thread(target=follow)
    follower.start()
    times: dict[str, list[float]] = {"ask": [], "context": []}
    for at, question in enumerate(asked):
        if at % 2:
            times["context"].append(
                timed_ms(lambda text: client.context(text, root=root, tokens=CONTEXT_TOKENS), question)
            )
        else:
            times["ask"].append(timed_ms(lambda text: client.answer(text, root=root, counted=False), question))
        if done.is_set():
            break
    follower.join()
    for name, values in times.items():
        if values:
            yield bench.figure(f"{name}, while indexing ({len(values)}), p50", percentile(values, 0.5), "ms")
            yield bench.figure(f"{name}, while indexing ({len(values)}), p95", percentile(values, 0.95), "ms", 350)
    client.remove_repository(clone)


def measure_shell(bench: Bench) -> Iterator[Figure]:
    asked = questions(bench.clone, SHELL_CALLS, 3)
    times = [1000 * bench.rig.reverie("ask", "--", question, cwd=bench.clone) for question in asked]
    yield bench.figure("reverie ask from the shell, p50", percentile(times, 0.5), "ms", 250)
    yield bench.figure("reverie ask from the shell, worst", max(times), "ms")


def measure_saves(bench: Bench, client: Client) -> Iterator[Figure]:
    """From the moment a file is saved until a question about what is new in it finds it."""
    files = [path for path in sorted(bench.clone.rglob("*.py")) if 500 < path.stat().st_size < 60_000]
    times = []
    for number, path in enumerate(random.Random(5).sample(files, min(SAVES, len(files)))):
        word = f"quokka{number}wombat"
        text = path.read_text(encoding="utf-8", errors="surrogateescape")
        path.write_text(f"{text}\n\ndef {word}():\n    pass\n", encoding="utf-8", errors="surrogateescape")
        started = time.perf_counter()
        while word not in client.context(f"where is {word}?", root=str(bench.clone), tokens=500)["context"]:
            if time.perf_counter() - started > SETTLE_S:
                raise RuntimeError(f"{path} was saved and is not found")
        times.append(1000 * (time.perf_counter() - started))
    git(bench.clone, "checkout", "-q", "--", ".")
    bring_up_to_date(client, str(bench.clone))
    yield bench.figure("saved file searchable, p50", percentile(times, 0.5), "ms")
    yield bench.figure("saved file searchable, p95", percentile(times, 0.95), "ms", 200)


def measure_checkout(bench: Bench, client: Client) -> Iterator[Figure]:
    """Back to a commit whose blobs are all known, from one that differs in many files."""
    root, clone = str(bench.clone), bench.clone
    here = git(clone, "rev-parse", "HEAD").strip()
    paths = [clone / name for name in git(clone, "ls-files", "-z", "*.py").split("\0") if name][:CHECKOUT_FILES]
    git(clone, "checkout", "-q", "--detach")
    for path in paths:
        with path.open("ab") as file:
            file.write(b"\n# touched\n")
    git(clone, "commit", "-qam", "touch many files")
    bring_up_to_date(client, root)
    git(clone, "checkout", "-q", here)
    started = time.perf_counter()
    bring_up_to_date(client, root)
    seconds = time.perf_counter() - started
    yield bench.figure(f"checkout of {len(paths)} files with known blobs", seconds, "s", 1.0)


def measure_many_saves(bench: Bench, client: Client) -> Iterator[Figure]:
    """One file, saved again and again: neither the size nor what is found may grow with it."""
    path = max((path for path in bench.clone.rglob("*.py")), key=lambda path: path.stat().st_size < 40_000)
    text = path.read_bytes()
    for number in range(SAVES_OF_ONE_FILE):
        path.write_bytes(text + b"\n\nSAVED = %d\n" % number)
        bring_up_to_date(client, str(bench.clone))
    ratio = store_bytes(bench.clone) / source_bytes(bench.clone)
    yield bench.figure(f"store size / source size after {SAVES_OF_ONE_FILE} saves", ratio, "×", 3.0)
    path.write_bytes(text)
    bring_up_to_date(client, str(bench.clone))


def measure_idle(sources: Sequence[Path], seconds: float) -> Iterator[Figure]:
    """A daemon that has nothing to do, with three repositories: processor time and memory, its children included."""
    with rig() as quiet:
        client = quiet.client()
        for at in range(3):
            clone = quiet.clone(sources[at % len(sources)], f"repository {at}")
            bring_up_to_date(client, client.add_repository(clone))
        wait_until_learned(client)
        daemon = int(str(client.status()["pid"]))
        client.close()
        wait_until_quiet(daemon)
        before = {pid: processor_s(pid) for pid in descendants(daemon)}
        time.sleep(seconds)
        # One that left meanwhile did so because it had nothing to do.
        used = sum(max(0.0, processor_s(pid) - so_far) for pid, so_far in before.items())
        what = f"idle, {seconds:.0f} s, three repositories"
        yield Figure("all", f"{what}: processor", 100 * used / seconds, "% of a core", 0.5)
        yield Figure("all", f"{what}: the daemon's memory", memory_mib(daemon), "MiB", 120e6 / MIB)
        children = sum(memory_mib(pid) for pid in descendants(daemon)[1:])
        yield Figure("all", f"{what}: its children's memory", children, "MiB")


def wait_until_learned(client: Client) -> None:
    """Until nothing is left to learn in the machine's idle time, or twenty minutes have gone."""
    deadline = time.monotonic() + LEARN_S
    while time.monotonic() < deadline:
        sleep = client.status()["sleep"]
        if isinstance(sleep, dict) and sleep["reason"] == "everything here is learned":
            return
        time.sleep(2)


def wait_until_quiet(daemon: int) -> None:
    """Until the daemon and its children have used next to nothing for five seconds, or two minutes have gone."""
    deadline = time.monotonic() + SETTLE_S
    while time.monotonic() < deadline:
        before = sum(processor_s(pid) for pid in descendants(daemon))
        time.sleep(5)
        if sum(processor_s(pid) for pid in descendants(daemon)) - before < 0.05:
            return


def measure(source: Path, peers: Sequence[str], *, saves: bool) -> Iterator[Figure]:
    """Everything that is measured on one repository."""
    with rig() as made:
        bench = Bench(source.name, made, made.clone(source))
        yield from measure_cold(bench, source, peers)
        yield from measure_opening(bench, made.client())
        client = made.client()
        yield from measure_answers(bench, client, "idle", (25, 80))
        yield from measure_shell(bench)
        yield from measure_answers_while_indexing(bench, client, source)
        yield from measure_saves(bench, client)
        yield from measure_checkout(bench, client)
        if saves:
            yield from measure_many_saves(bench, client)
        client.close()


def machine() -> dict[str, str | int]:
    load = f"{os.getloadavg()[0]:.1f}"
    return {
        "python": platform.python_version(),
        "system": platform.platform(),
        "cores": os.cpu_count() or 0,
        "load": load,
    }


def revision(repository: Path) -> str:
    return git(repository, "rev-parse", "--short=12", "HEAD").strip()


def main(argv: Sequence[str]) -> int:
    """Prints each figure as it is measured, with its bound beside it; fails when one exceeds its bound."""
    parser = argparse.ArgumentParser(prog="reverie_bench speed", description=main.__doc__)
    parser.add_argument("--repo", type=Path, action="append", required=True, help="a clone to measure on; repeatable")
    parser.add_argument("--peer", action="append", default=[], help='a command that indexes "{repo}"')
    parser.add_argument("--idle-seconds", type=float, default=IDLE_S, help="how long to watch an idle daemon; 0: not")
    parser.add_argument("--no-saves", action="store_true", help=f"leave out the {SAVES_OF_ONE_FILE} saves of one file")
    parser.add_argument("--json", type=Path, help="write the figures there, too")
    options = parser.parse_args(argv)
    sources = [path.resolve() for path in options.repo]
    found = machine()
    print(", ".join(f"{name} {value}" for name, value in found.items()), flush=True)
    figures = []
    for figure in _all(sources, options):
        figures.append(figure)
        print(row(figure), flush=True)
    if options.json:
        said = {"machine": found, "revisions": {path.name: revision(path) for path in sources}}
        options.json.write_text(json.dumps({**said, "figures": [asdict(figure) for figure in figures]}, indent=1))
    return 0 if all(figure.holds for figure in figures) else 1


def _all(sources: Sequence[Path], options: argparse.Namespace) -> Iterator[Figure]:
    for source in sources:
        yield from measure(source, options.peer, saves=not options.no_saves)
    if options.idle_seconds:
        yield from measure_idle(sources, options.idle_seconds)


def row(figure: Figure) -> str:
    bound = "" if figure.bound is None else f"≤ {figure.bound:,.2f}"
    verdict = "" if figure.bound is None else "ok" if figure.holds else "EXCEEDED"
    value = f"{figure.value:,.2f} {figure.unit}"
    return f"{figure.repository:10} {figure.what:56} {value:>18}  {bound:>10}  {verdict}"
