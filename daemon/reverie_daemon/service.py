"""Starting, finding and stopping the one daemon a user has. It runs no part of the daemon itself.

A daemon holds a lock on `daemon.lock` for as long as it lives, so that of two started at once one leaves; it is found
by its socket, which says its version.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import stat
import subprocess
import sys
import time
from pathlib import Path

from . import __version__
from .config import Locations, private_folder
from .errors import DaemonUnreachable

START_WAIT_S = 15.0
STOP_WAIT_S = 5.0
POLL_S = 0.01
HELLO_WAIT_S = 5.0


def running(where: Locations) -> dict[str, object] | None:
    """`{"version", "pid"}` of the daemon that answers, None when none does.

    Raises DaemonUnreachable when something that is no socket stands in its place, or it answers nonsense.
    """
    try:
        mode = where.socket.lstat().st_mode
    except OSError:
        return None
    if not stat.S_ISSOCK(mode):
        raise DaemonUnreachable(
            f"{where.socket} is in the way: it is not a socket, and was left alone.",
            next_step=f"move {where.socket} away, then: reverie start",
            code="socket_in_the_way",
        )
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(HELLO_WAIT_S)
        try:
            connection.connect(str(where.socket))
        except (ConnectionRefusedError, FileNotFoundError):
            return None
        except OSError as error:
            raise DaemonUnreachable(
                f"The daemon's socket cannot be used: {error.strerror}.", next_step="reverie restart"
            ) from error
        return _hello(connection)


def _hello(connection: socket.socket) -> dict[str, object]:
    try:
        connection.sendall(b"GET /v1/version HTTP/1.1\r\nhost: reverie\r\nconnection: close\r\n\r\n")
        reply = b""
        while piece := connection.recv(4096):
            reply += piece
        said: dict[str, object] = json.loads(reply.partition(b"\r\n\r\n")[2])
    except (OSError, ValueError) as error:
        raise DaemonUnreachable(
            "The daemon is there but does not answer.", next_step="reverie restart, or reverie logs"
        ) from error
    return said


def require(where: Locations) -> dict[str, object]:
    """The running daemon; raises DaemonUnreachable when there is none."""
    found = running(where)
    if found is None:
        raise DaemonUnreachable("The daemon is not running.", next_step="reverie start")
    return found


def ensure(where: Locations) -> dict[str, object]:
    """The running daemon, started when there is none, replaced when it is older than this program."""
    found = running(where)
    if found is not None and _older(str(found["version"])):
        stop(where)
        found = None
    return found or start(where)


def _older(version: str) -> bool:
    return _parts(version) < _parts(__version__)


def _parts(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdigit())


def start(where: Locations) -> dict[str, object]:
    """Starts a daemon that outlives this process, and waits until it answers. Raises DaemonUnreachable."""
    private_folder(where.state)
    environ = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    environ["MALLOC_ARENA_MAX"] = "2"  # one arena a thread would double the daemon's memory
    if "REVERIE_HOME" in environ:
        environ["REVERIE_HOME"] = str(Path(environ["REVERIE_HOME"]).absolute())  # the daemon moves to "/"
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "reverie_daemon.app"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd="/",
        env=environ,
        start_new_session=True,
        close_fds=True,
    )
    deadline = time.monotonic() + START_WAIT_S
    while time.monotonic() < deadline:
        found = running(where)
        if found is not None:
            return found
        if process.poll() not in (None, 0):
            break
        time.sleep(POLL_S)
    raise DaemonUnreachable("The daemon did not start.", next_step="reverie logs", code="daemon_not_started")


def stop(where: Locations) -> int | None:
    """Asks the daemon to leave and waits until it has; the process id it had, None when none ran.

    One that does not leave by itself is killed: it is ours, by the process id it told us.
    """
    found = running(where)
    if found is None:
        return None
    pid = int(str(found["pid"]))
    _signal(pid, signal.SIGTERM)
    deadline = time.monotonic() + STOP_WAIT_S
    while _alive(pid) and time.monotonic() < deadline:
        time.sleep(POLL_S)
    if _alive(pid):
        _signal(pid, signal.SIGKILL)
    return pid


def _signal(pid: int, number: int) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    try:
        # A zombie answers signals but has left: its parent has just not looked yet.
        return Path(f"/proc/{pid}/stat").read_text("ascii", "replace").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return True
