"""What flows are made of: the `reverie` command in a process of its own, the real daemon, real git."""

from __future__ import annotations

import ctypes
import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

_PR_CAPBSET_DROP, _CAP_DAC_OVERRIDE, _CAP_DAC_READ_SEARCH = 24, 1, 2
COMMAND = [sys.executable, "-m", "reverie_daemon.cli"]

SAMPLE = {
    "README.md": "# Kettle\n\n"
    "Kettle boils water and tells when it is done.\n\n## Run\n\n```sh\npython -m kettle\n```\n",
    "kettle/__init__.py": "",
    "kettle/boiler.py": '''"""Heating water."""

from .sensor import Sensor

BOILING_C = 100


class Boiler:
    """Heats water until its sensor says that it boils."""

    def __init__(self, sensor: Sensor) -> None:
        self.sensor = sensor
        self.on = False

    def boil(self) -> int:
        """Heats until boiling; the number of steps it took."""
        self.on = True
        steps = 0
        while not self.done():
            steps += 1
        self.on = False
        return steps

    def done(self) -> bool:
        """Whether the water boils."""
        return self.sensor.read() >= BOILING_C
''',
    "kettle/sensor.py": '''"""Measuring temperature."""


class Sensor:
    """A thermometer that warms by ten degrees a reading."""

    def __init__(self) -> None:
        self.celsius = 20

    def read(self) -> int:
        """The temperature in degrees Celsius."""
        self.celsius += 10
        return self.celsius
''',
    "tests/test_boiler.py": """from kettle.boiler import Boiler
from kettle.sensor import Sensor


def test_it_boils():
    assert Boiler(Sensor()).boil() > 0
""",
}


@dataclass
class Shell:
    """Runs `reverie` with a home of its own. `before` is called in each process before the command, and what it does to
    the process (limits, rights) holds for the daemon that it starts, too."""

    home: Path
    environ: dict[str, str]
    before: Callable[[], None] | None = None

    def run(self, *arguments: str, cwd: Path, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*COMMAND, *arguments], cwd=cwd, env=self.environ, capture_output=True, text=True, input=stdin, timeout=300,
            preexec_fn=self.before,
        )  # fmt: skip

    def with_home(self, home: Path) -> Shell:
        """The same with another home, as another user or container has one."""
        return replace(self, home=home, environ=self.environ | {"REVERIE_HOME": str(home)})

    def start(self, *arguments: str, cwd: Path) -> subprocess.Popen[str]:
        """The command, not waited for."""
        return subprocess.Popen(
            [*COMMAND, *arguments],
            cwd=cwd,
            env=self.environ,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def ok(self, *arguments: str, cwd: Path) -> str:
        done = self.run(*arguments, cwd=cwd)
        assert done.returncode == 0, done.stdout + done.stderr + self.log()
        return done.stdout

    def json(self, *arguments: str, cwd: Path) -> Any:
        return json.loads(self.ok(*arguments, "--json", cwd=cwd))

    def log(self) -> str:
        path = self.home / "state" / "daemon.log"
        return path.read_text() if path.exists() else "(no log)"


def give_up_roots_rights() -> None:
    """Makes root obey file modes, as everybody else has to."""
    if os.getuid() == 0:
        libc = ctypes.CDLL(None, use_errno=True)
        for capability in (_CAP_DAC_OVERRIDE, _CAP_DAC_READ_SEARCH):
            if libc.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0) != 0:
                raise OSError(ctypes.get_errno(), "root's rights cannot be given up")


def git(root: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org", "-c", "init.defaultBranch=main"]
    done = subprocess.run(["git", *identity, *arguments], cwd=root, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def write(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def repository(root: Path, files: dict[str, str] | None = None, commits: Sequence[str] = ("Begin",)) -> Path:
    """A new repository with the files committed."""
    root.mkdir(parents=True)
    git(root, "init", "-q")
    write(root, SAMPLE if files is None else files)
    git(root, "add", "-A")
    git(root, "commit", "-qm", commits[0])
    return root
