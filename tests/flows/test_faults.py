"""What goes wrong on real machines: kills, races, foreign users, damaged and newer stores, strange repositories."""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
from reverie_daemon.config import locations
from support.shell import COMMAND, Shell, git, repository, write

KILLS = 4


def test_kill_9_while_indexing_loses_nothing(shell: Shell, tmp_path: Path) -> None:
    """Pulling the plug is the test of every promise about the store."""
    rng = random.Random(7)
    files = {f"pkg{n % 9}/mod{n}.py": _module(n) for n in range(400)}
    root = repository(tmp_path / "large", files)
    for _ in range(KILLS):
        asking = subprocess.Popen([*COMMAND, "index"], cwd=root, env=shell.environ, stderr=subprocess.DEVNULL)
        pid = _daemon_pid(shell, root)
        time.sleep(rng.random() * 0.8)
        children = _children(pid)
        os.kill(pid, signal.SIGKILL)
        asking.wait(timeout=60)
        assert _all_gone([pid, *children]), [
            Path(f"/proc/{one}/cmdline").read_bytes() for one in children if _alive(one)
        ]
        changed = rng.randrange(400)
        write(root, {f"pkg{changed % 9}/mod{changed}.py": _module(rng.randrange(10_000, 99_999))})
    shell.ok("index", cwd=root)
    assert shell.json("status", cwd=root)["repositories"][0]["files"] == 400
    shell.ok("stop", cwd=root)
    with closing(sqlite3.connect(root / ".git/reverie/store.db")) as store:
        assert store.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    for path in rng.sample(sorted(root.rglob("mod*.py")), 5):
        name = path.read_text().split("def ")[1].split("(")[0]
        answer = shell.json("ask", f"where is {name}?", cwd=root)
        assert str(path.relative_to(root)) in {cited["path"] for cited in answer["evidence"]}


def test_two_daemons_started_at_once_are_one(shell: Shell, kettle: Path) -> None:
    """An editor and a terminal both start it; two writers would fight over the store."""
    starting = [
        subprocess.Popen([*COMMAND, "start"], cwd=kettle, env=shell.environ, stderr=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    said = [process.communicate(timeout=60)[1] for process in starting]
    assert [process.returncode for process in starting] == [0] * 4, said
    assert len(set(said)) == 1


def test_a_dead_socket_is_replaced(shell: Shell, kettle: Path) -> None:
    """A crash leaves its socket behind; nobody should have to delete it."""
    place = locations(shell.environ).socket
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    dead = socket.socket(socket.AF_UNIX)
    dead.bind(str(place))
    dead.close()
    assert shell.json("ask", "where is Boiler?", cwd=kettle)["evidence"]


def test_a_newer_store_is_refused_and_left_alone(shell: Shell, kettle: Path) -> None:
    """An older program that opens a newer file would misread it, or worse, write it."""
    shell.ok("index", cwd=kettle)
    shell.ok("stop", cwd=kettle)
    store = kettle / ".git/reverie/store.db"
    with closing(sqlite3.connect(store)) as connection:
        connection.execute("PRAGMA user_version = 99")
    before = store.read_bytes()
    done = shell.run("ask", "--json", "where is Boiler?", cwd=kettle)
    assert done.returncode == 1 and json.loads(done.stdout)["error"]["code"] == "store_newer"
    assert store.read_bytes() == before


def test_a_damaged_store_is_moved_aside_and_rebuilt(shell: Shell, kettle: Path) -> None:
    """A corrupt database must recover by itself, and keep the old one for whoever wants to look."""
    shell.ok("index", cwd=kettle)
    shell.ok("stop", cwd=kettle)
    store = kettle / ".git/reverie/store.db"
    store.write_bytes(b"garbage" * 1_000)
    assert shell.json("ask", "where is Boiler?", cwd=kettle)["evidence"]
    assert [path for path in store.parent.iterdir() if "broken" in path.name]


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become another user")
def test_another_users_connection_is_refused(shell: Shell, kettle: Path) -> None:
    """File modes can be loosened by accident; the daemon looks at who is calling all the same."""
    shell.ok("index", cwd=kettle)
    place = locations(shell.environ).socket
    place.chmod(0o666)
    place.parent.chmod(0o755)
    program = (
        "import os, socket, sys\nos.setuid(65534)\ns = socket.socket(socket.AF_UNIX)\ns.settimeout(10)\n"
        "s.connect(sys.argv[1])\n"
        "try:\n    s.sendall(b'GET /v1/status HTTP/1.1\\r\\nhost: x\\r\\n\\r\\n')\n    print(len(s.recv(100)))\n"
        "except OSError:\n    print(0)\n"
    )
    python = Path(sys.executable).resolve()
    done = subprocess.run([python, "-c", program, str(place)], capture_output=True, text=True)
    assert done.stdout.strip() == "0", done.stderr
    assert shell.json("status", cwd=kettle)["repositories"]


@pytest.mark.parametrize("shape", ["empty", "no commits", "detached", "merging", "linked worktree"])
def test_repositories_in_odd_states_are_answered(shell: Shell, tmp_path: Path, shape: str) -> None:
    """People ask in the middle of things; that is when they need answers."""
    root = _shaped(tmp_path, shape)
    answer = shell.json("ask", "what is this repository about?", cwd=root)
    assert answer["answer"]
    if shape != "empty":
        found = shell.json("ask", "where is f1?", cwd=root)
        assert found["evidence"][0]["path"] == "one.py"


def test_strange_files_lose_nothing(shell: Shell, kettle: Path) -> None:
    """One bad file must not cost the others."""
    (kettle / "binary.bin").write_bytes(bytes(range(256)) * 50)
    (kettle / "latin.py").write_bytes(b"# caf\xe9\ndef latin():\n    pass\n")
    (kettle / "one_line.js").write_text("var a = 1;" * 20_000)
    (kettle / "broken.py").write_text("def broken(:\n    return ]\n\ndef whole():\n    return 1\n")
    (kettle / "deep.py").write_text("x = " + "(" * 10_000 + ")" * 10_000 + "\n")
    (kettle / "new\nline 😀.py").write_text("def emoji():\n    pass\n")
    (kettle / "empty.py").write_text("")
    (kettle / "dangling.py").symlink_to("nowhere")
    (kettle / "loop").symlink_to(".")
    os.mkfifo(kettle / "pipe.py")
    with (kettle / "huge.py").open("wb") as file:
        file.truncate(50 << 20)
    name = os.fsencode(kettle) + b"/caf\xe9.py"
    Path(os.fsdecode(name)).write_bytes(b"def cafe():\n    pass\n")
    for symbol in ("latin", "whole", "emoji", "cafe", "Boiler"):
        answer = shell.json("ask", f"where is {symbol}?", cwd=kettle)
        assert answer["evidence"], symbol
        assert answer["evidence"][0]["verified"], symbol


def _module(number: int) -> str:
    body = "\n".join(f"    value_{line} = helper_{line}({number})" for line in range(60))
    return f'"""Module {number}."""\n\n\ndef function_{number}():\n{body}\n    return value_1\n'


def _shaped(tmp_path: Path, shape: str) -> Path:
    root = tmp_path / "odd"
    if shape in ("empty", "no commits"):
        root.mkdir()
        git(root, "init", "-q")
        if shape == "no commits":
            write(root, {"one.py": "def f1():\n    pass\n", "README.md": "# Odd\n\nA thing.\n"})
        return root
    repository(root, {"one.py": "def f1():\n    pass\n", "README.md": "# Odd\n\nA thing.\n"})
    if shape == "detached":
        git(root, "checkout", "-q", "--detach")
    elif shape == "merging":
        git(root, "checkout", "-qb", "side")
        write(root, {"two.py": "side = 1\n"})
        git(root, "add", "-A")
        git(root, "commit", "-qm", "Side")
        git(root, "checkout", "-q", "main")
        write(root, {"two.py": "main = 1\n"})
        git(root, "add", "-A")
        git(root, "commit", "-qm", "Main")
        with pytest.raises(subprocess.CalledProcessError):
            git(root, "merge", "side")
    elif shape == "linked worktree":
        git(root, "worktree", "add", "-q", "../linked")
        return tmp_path / "linked"
    return root


def _daemon_pid(shell: Shell, root: Path) -> int:
    for _ in range(600):
        done = shell.run("status", "--json", cwd=root)
        if done.returncode == 0:
            return int(json.loads(done.stdout)["pid"])
        time.sleep(0.02)
    pytest.fail("the daemon did not start: " + shell.log())


def _children(pid: int) -> list[int]:
    found = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        with contextlib.suppress(FileNotFoundError):  # a thread that has just ended
            found += [int(child) for child in (task / "children").read_text().split()]
    return found


def _all_gone(pids: list[int]) -> bool:
    for _ in range(1_000):
        if not any(_alive(pid) for pid in pids):
            return True
        time.sleep(0.01)
    return False


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
