"""A GGUF file on disk, served by llama.cpp (through xllamacpp) in a child process of ours.

The child listens on a unix socket in a private folder, so no port is opened; it leaves when its input closes, whether
the daemon closed it or was killed, and when it was not used for a while, which frees the model's memory. Layers go to a
GPU where the build and the machine have one. Needs the extra `reverie[local]`.
"""

from __future__ import annotations

import http.client
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from .. import completions
from ..config import SOCKET_PATH_BYTES_MAX
from ..core.budget import Usage
from ..errors import UserError, WrongUsage
from ..provider import (
    Cancelled,
    ChatRequest,
    Connection,
    Cut,
    ModelFailure,
    Offer,
    Provider,
    ReplyBounds,
    Target,
    cut_when,
)

SUFFIX = ".gguf"
MAGIC = b"GGUF"
CONTEXT_TOKENS = 8192
BATCH_TOKENS = 128
"""Small, since a prompt can be given up only between batches."""
LOAD_WAIT_S = 120.0
UNLOAD_AFTER_S = 300.0
STOP_WAIT_S = 0.3
"""Generation that does not stop by itself within this is killed: while the server reads a prompt, it looks only once a
second whether anybody still waits, and to be loaded again costs less than to be in the way."""
LOWEST_PRIORITY = 19
READY = b"ready\n"
SOCKET = "llama.sock"


def _understands(text: str) -> Target | None:
    if "://" in text or not text.lower().endswith(SUFFIX):
        return None
    path = Path(text).expanduser().absolute()
    _check(path)
    return Target("llama", str(path), path.stem)


def _check(path: Path) -> None:
    """Raises UserError for what llama.cpp would refuse without a word why."""
    try:
        with path.open("rb") as file:
            magic = file.read(len(MAGIC))
    except OSError as error:
        raise WrongUsage(
            f"The model file {path} cannot be read: {error.strerror}.", next_step="name a GGUF file that exists"
        ) from error
    if magic != MAGIC:
        raise WrongUsage(
            f"{path} is not a GGUF file, whatever its name says.",
            next_step="download it again (a page or a pointer may have been saved in its place)",
        )
    if find_spec("xllamacpp") is None:
        raise UserError(
            "What serves model files is not installed.",
            next_step=f"{sys.executable} -m pip install xllamacpp",
            code="extra_missing",
        )


class _Llama:
    """One model file. Its child runs one reply at a time; others wait for their turn."""

    def __init__(self, target: Target, quiet: bool) -> None:
        self._path = Path(target.address)
        self._quiet = quiet
        self._turn = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._folder: Path | None = None
        self._used_s = 0.0

    def stream(self, request: ChatRequest, cancelled: Cancelled) -> Iterator[str | Usage]:
        while not self._turn.acquire(timeout=0.05):
            if cancelled():
                raise ModelFailure("cancelled", "stopped before its turn")
        try:
            self._load(cancelled)
            yield from self._reply(request, cancelled)
        finally:
            self._used_s = time.monotonic()
            self._turn.release()

    def _reply(self, request: ChatRequest, cancelled: Cancelled) -> Iterator[str | Usage]:
        bounds = ReplyBounds(request)
        with cut_when(cancelled, request.wait_s) as cut:
            whole = False
            try:
                with closing(self._events(request, cut)) as events:
                    for event in events:
                        whole = whole or completions.is_last(event)
                        if piece := completions.text(event):
                            if bounds.exceeded(piece):
                                break
                            yield piece
                        if usage := completions.usage(event):
                            yield usage
            except (OSError, http.client.HTTPException, ValueError) as error:
                if cut.reason is None:
                    self._unload()
                    raise ModelFailure("lost", f"the model's process failed: {error}") from error
            finally:
                if not whole:
                    self._stop_generating()
            if cut.reason is not None and not whole:
                raise ModelFailure(cut.reason, "stopped" if cut.reason == "cancelled" else "it took too long")
            if not whole and bounds.pieces <= request.tokens_max:
                raise ModelFailure("lost", "the model's process stopped in the midst of a reply")

    def _events(self, request: ChatRequest, cut: Cut) -> Generator[Mapping[str, Any], None, None]:
        body: dict[str, Any] = {
            "messages": [{"role": role, "content": text} for role, text in request.messages],
            "max_tokens": request.tokens_max,
            "temperature": 0,
            "stream": True,
            "stream_options": {"include_usage": True},
        }
        if request.schema is not None:
            body["response_format"] = {"type": "json_schema", "json_schema": {"schema": dict(request.schema)}}
        connection = self._connection(request.wait_s)
        try:
            connection.connect()
            cut.watch(connection.sock)
            connection.request("POST", "/v1/chat/completions", json.dumps(body), {"Content-Type": "application/json"})
            reply = connection.getresponse()
            if reply.status != http.client.OK:
                raise _refusal(reply.status, reply.read(4096))
            for line in reply:
                if line.startswith(b"data: ") and not line.startswith(b"data: [DONE]"):
                    yield json.loads(line[6:])
                elif line.startswith(b"error: "):
                    raise _refusal(http.client.BAD_REQUEST, line[7:])
        finally:
            connection.close()

    def _connection(self, wait_s: float) -> _UnixConnection:
        assert self._folder is not None
        return _UnixConnection(self._folder / SOCKET, wait_s)

    def _stop_generating(self) -> None:
        """A closed connection ends the reply at its next batch; where that takes too long, the process goes."""
        deadline_s = time.monotonic() + STOP_WAIT_S
        while (left_s := deadline_s - time.monotonic()) > 0:
            if self._is_idle(left_s):
                return
            time.sleep(0.02)
        self._unload()

    def _is_idle(self, wait_s: float) -> bool:
        if self._child is None:
            return True
        connection = self._connection(wait_s)
        try:
            connection.request("GET", "/slots")
            slots = json.loads(connection.getresponse().read())
            return not any(slot["is_processing"] for slot in slots)
        except (OSError, http.client.HTTPException, ValueError, KeyError, TypeError):
            return False
        finally:
            connection.close()

    def _load(self, cancelled: Cancelled) -> None:
        if self._child is not None and self._child.poll() is None:
            return
        self._unload()
        try:
            _check(self._path)
        except UserError as error:
            raise ModelFailure("missing", error.message) from error
        try:
            self._child = self._started()
        except OSError as error:
            raise ModelFailure("broken", f"no process could be started for the model: {error}") from error
        self._await_ready(self._child, cancelled)

    def _started(self) -> subprocess.Popen[bytes]:
        folder = Path(tempfile.mkdtemp(prefix="reverie-llama-"))
        if len(os.fsencode(folder / SOCKET)) > SOCKET_PATH_BYTES_MAX:
            folder.rmdir()
            folder = Path(tempfile.mkdtemp(prefix="reverie-llama-", dir="/tmp"))
        self._folder = folder
        arguments = [str(self._path), str(folder / SOCKET), "quiet" if self._quiet else "brisk"]
        return subprocess.Popen(
            [sys.executable, "-P", "-m", __name__, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            close_fds=True,
        )

    def _await_ready(self, child: subprocess.Popen[bytes], cancelled: Cancelled) -> None:
        """Until the model is loaded. Loading is given up when cancelled: it, too, takes a core."""
        said: list[bytes] = []
        assert child.stdout is not None
        reader = threading.Thread(target=lambda pipe: said.append(pipe.readline()), args=(child.stdout,), daemon=True)
        reader.start()
        deadline_s = time.monotonic() + LOAD_WAIT_S
        while reader.is_alive() and time.monotonic() < deadline_s:
            reader.join(0.05)
            if cancelled():
                self._unload()
                raise ModelFailure("cancelled", "stopped while the model was loading")
        if said != [READY]:
            self._unload()
            raise ModelFailure(
                "missing", f"{self._path.name} cannot be loaded: it is damaged, too new, or larger than free memory"
            )

    def _unload(self) -> None:
        child, self._child = self._child, None
        if child is not None:
            child.kill()
            for pipe in (child.stdin, child.stdout):
                if pipe is not None:
                    pipe.close()
            child.wait()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None

    @property
    def pid(self) -> int | None:
        """The child's, None while the model is not loaded."""
        child = self._child
        return child.pid if child is not None else None

    def rest(self, now_s: float) -> bool:
        if now_s - self._used_s >= UNLOAD_AFTER_S and self._turn.acquire(blocking=False):
            try:
                self._unload()
            finally:
                self._turn.release()
        return self._child is None

    def close(self) -> None:
        """Also in the midst of a reply, which then fails."""
        self._unload()


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: Path, timeout_s: float) -> None:
        super().__init__("llama", timeout=timeout_s)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))


def _refusal(status: int, body: bytes) -> ModelFailure:
    said = body.decode("utf-8", "replace")
    if "exceed_context_size" in said:
        return ModelFailure("overflow", said)
    return ModelFailure("broken" if status >= http.client.INTERNAL_SERVER_ERROR else "rejected", said)


def _serve(model: str, address: str, pace: str) -> None:
    """The child: loads the model, serves until its input closes."""

    def leave_with_the_daemon() -> None:
        sys.stdin.buffer.read()
        os._exit(0)

    threading.Thread(target=leave_with_the_daemon, daemon=True).start()
    if pace == "quiet":
        os.nice(LOWEST_PRIORITY)
    # The library may print; the pipe to the daemon is ours.
    pipe = os.dup(1)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    import xllamacpp

    server = xllamacpp.Server(_parameters(xllamacpp, model, address))
    os.write(pipe, READY)
    threading.Event().wait()
    del server


def _parameters(xllamacpp: Any, model: str, address: str) -> Any:
    parameters = xllamacpp.CommonParams()
    parameters.model.path = model
    parameters.hostnames = [address]
    parameters.n_ctx = CONTEXT_TOKENS
    parameters.n_gpu_layers = -1  # as many as fit on a GPU, where the build and the machine have one
    parameters.n_parallel = 1
    parameters.n_batch = parameters.n_ubatch = BATCH_TOKENS
    parameters.cache_ram_mib = 0
    parameters.endpoint_slots = True
    parameters.ui = False
    parameters.warmup = False
    for cores in (parameters.cpuparams, parameters.cpuparams_batch):
        # Threads that wait for each other crawl on a busy machine; half of the cores are left to it.
        cores.n_threads = max(1, (os.cpu_count() or 2) // 2)
        cores.poll = 0
    return parameters


def _connect(target: Target, key: str | None, local: bool, quiet: bool) -> Connection:
    return _Llama(target, quiet)


def _offers(environ: Mapping[str, str]) -> Sequence[Offer]:
    """None: a model file is named by the user, never searched for."""
    return ()


PROVIDER = Provider("llama", True, _understands, _offers, _connect, lambda target: "")

if __name__ == "__main__":
    _serve(*sys.argv[1:4])
