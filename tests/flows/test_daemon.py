"""The daemon as a guest on the user's machine: one of it, replaced when older, gone when told, with bounded logs."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from reverie_daemon.config import locations
from support.shell import COMMAND, Shell, git, repository, write

OLDER = """
import http.server, json, os, socket, socketserver, sys
class Server(socketserver.UnixStreamServer): pass
class Reply(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        said = json.dumps({"version": "0.0.1", "pid": os.getpid()}).encode()
        self.send_response(200); self.send_header("content-length", str(len(said))); self.end_headers()
        self.wfile.write(said)
    def address_string(self): return "client"
    def log_message(self, *arguments): pass
server = Server(sys.argv[1], Reply)
print("ready", flush=True)
server.serve_forever()
"""


def test_an_older_daemon_is_replaced(shell: Shell, kettle: Path) -> None:
    """After an upgrade the old program would answer on, for weeks."""
    place = locations(shell.environ).socket
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with subprocess.Popen([sys.executable, "-c", OLDER, str(place)], stdout=subprocess.PIPE, text=True) as older:
        assert older.stdout is not None and older.stdout.readline() == "ready\n"
        assert shell.json("ask", "where is Boiler?", cwd=kettle)["evidence"]
        assert older.wait(timeout=30) == -signal.SIGTERM
    assert shell.json("status", cwd=kettle)["pid"] != older.pid


def test_told_to_leave_while_it_indexes_it_leaves_and_loses_nothing(shell: Shell, tmp_path: Path) -> None:
    """Shutting a laptop down waits for nobody."""
    lines = "\n".join(f"    value_{line} = helper_{line}(1)" for line in range(60))
    root = repository(tmp_path / "large", {f"m{n}.py": f"def made_{n}():\n{lines}\n" for n in range(1_500)})
    with subprocess.Popen(
        [*COMMAND, "index"], cwd=root, env=shell.environ, stderr=subprocess.PIPE, text=True
    ) as asking:
        store = root / ".git/reverie/store.db"
        while not store.exists():
            time.sleep(0.01)
        pid = int(shell.json("status", cwd=root)["pid"])
        children = [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
        os.kill(pid, signal.SIGTERM)
        deadline = time.monotonic() + 30  # two seconds on a machine that does nothing else
        while any(_alive(one) for one in (pid, *children)) and time.monotonic() < deadline:
            time.sleep(0.01)
        assert not [one for one in (pid, *children) if _alive(one)], shell.log()
        said = asking.communicate(timeout=30)[1]
        assert asking.returncode == 4 and "reverie start" in said, said
    shell.ok("index", cwd=root)
    row = shell.json("status", cwd=root)["repositories"][0]
    assert row["files"] == 1_500 and row["problem"] is None


def test_many_repositories_live_in_one_process(shell: Shell, tmp_path: Path) -> None:
    """A daemon for each would cost the machine its memory."""
    roots = [
        repository(tmp_path / f"r{n}", {"own.py": f"def only_{n}():\n    pass\n", "same.py": "def same():\n    pass\n"})
        for n in range(6)
    ]
    pids = set()
    for number, root in enumerate(roots):
        answer = shell.json("ask", f"where is only_{number}?", cwd=root)
        assert [one["path"] for one in answer["evidence"]][:1] == ["own.py"]
        pids.add(shell.json("status", cwd=root)["pid"])
    assert len(pids) == 1
    assert "only_1" not in shell.json("ask", "where is only_1?", cwd=roots[0])["evidence"].__repr__()
    assert len(shell.json("status", cwd=tmp_path)["repositories"]) == 6
    shell.ok("remove", str(roots[0]), cwd=tmp_path)
    shell.ok("restart", cwd=tmp_path)
    assert len(shell.json("repos", cwd=tmp_path)) == 5


def test_submodules_reverts_and_renames_are_answered_as_they_stand(shell: Shell, kettle: Path, tmp_path: Path) -> None:
    """Each moves text about without changing it; what was known must be found in its new place, and only there."""
    part = repository(tmp_path / "part", {"part.py": "def lid():\n    pass\n"})
    git(kettle, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(part), "libs/part")
    git(kettle, "commit", "-qm", "Add a part")
    assert _place(shell, kettle, "lid") == "libs/part/part.py"
    write(kettle, {"kettle/alarm.py": "def ring() -> None:\n    pass\n"})
    git(kettle, "add", "-A")
    git(kettle, "commit", "-qm", "Add an alarm")
    assert _place(shell, kettle, "ring") == "kettle/alarm.py"
    git(kettle, "mv", "kettle/alarm.py", "kettle/bell.py")
    git(kettle, "commit", "-qm", "Call it a bell")
    assert _place(shell, kettle, "ring") == "kettle/bell.py"
    git(kettle, "revert", "--no-edit", "HEAD")
    assert _place(shell, kettle, "ring") == "kettle/alarm.py"
    git(kettle, "revert", "--no-edit", "HEAD~2")
    assert not shell.json("ask", "where is ring?", cwd=kettle)["evidence"]


def test_logs_are_bounded(tmp_path: Path) -> None:
    """A daemon lives for months, and nobody looks at its log."""
    program = (
        "import logging, os, pathlib, sys\nos.umask(0o077)\nfrom reverie_daemon import app\napp.LOG_BYTES_MAX = 2_000\n"
        "app._log_to(pathlib.Path(sys.argv[1]))\n"
        "for number in range(1_000): logging.getLogger('x').warning('line %d of many', number)\n"
    )
    subprocess.run([sys.executable, "-c", program, str(tmp_path / "daemon.log")], check=True)
    logs = sorted(tmp_path.glob("daemon.log*"))
    assert len(logs) == 4 and all(path.stat().st_size <= 2_000 for path in logs)
    assert all(path.stat().st_mode & 0o077 == 0 for path in logs)
    assert "line 999" in (tmp_path / "daemon.log").read_text()


def _place(shell: Shell, root: Path, name: str) -> str:
    found: str = shell.json("ask", f"where is {name}?", cwd=root)["evidence"][0]["path"]
    return found


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
