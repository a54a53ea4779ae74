"""A model server that does what it is told: answer well, or fail in one of the ways that servers fail.

Real sockets, so that what is tested is what a user's network does. Every body that arrives is kept, for tests on what
leaves the machine.
"""

from __future__ import annotations

import json
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

KEY = "sk-test-4f9a8b7c6d5e4f3a2b1c0d9e8f7a6b5c"
USAGE = {"prompt_tokens": 100, "completion_tokens": 10, "prompt_tokens_details": {"cached_tokens": 40}}

Behaviour = Callable[["Handler"], None]


class Server(ThreadingHTTPServer):
    """`script` holds what to do, one a call; the last is repeated. `bodies` and `headers` are what arrived."""

    daemon_threads = True
    request_queue_size = 256

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.script: list[Behaviour] = []
        self.bodies: list[bytes] = []
        self.seen: list[dict[str, str]] = []
        self.stop_sleeping = threading.Event()
        self._lock = threading.Lock()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1"

    def take(self, body: bytes, headers: dict[str, str]) -> Behaviour:
        with self._lock:
            self.bodies.append(body)
            self.seen.append(headers)
            return self.script.pop(0) if len(self.script) > 1 else self.script[0]

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that hang up are expected here."""


class Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        listed = json.dumps({"data": [{"id": "tiny"}, {"id": "small"}]}).encode()
        self.whole(200, listed)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        with suppress(OSError):
            self.server.take(body, {name.lower(): value for name, value in self.headers.items()})(self)

    def whole(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def begin(self) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("connection", "close")
        self.end_headers()
        self.close_connection = True

    def event(self, value: object) -> None:
        data = value if isinstance(value, str) else json.dumps(value)
        self.wfile.write(f"data: {data}\n\n".encode())
        self.wfile.flush()

    def piece(self, text: str, finish: str | None = None) -> None:
        self.event({"choices": [{"index": 0, "delta": {"content": text}, "finish_reason": finish}]})

    def log_message(self, format: str, *arguments: object) -> None:
        """Quiet."""


@contextmanager
def serving(*script: Behaviour) -> Iterator[Server]:
    server = Server()
    server.script = list(script)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.stop_sleeping.set()
        server.shutdown()
        server.server_close()


def says(text: str, usage: dict[str, Any] | None = USAGE, pause_s: float = 0.0) -> Behaviour:
    """A whole reply, in pieces."""

    def behave(handler: Handler) -> None:
        handler.begin()
        for at in range(0, len(text), 12):
            handler.piece(text[at : at + 12])
            time.sleep(pause_s)
        handler.piece("", "stop")
        if usage is not None:
            handler.event({"choices": [], "usage": usage})
        handler.event("[DONE]")

    return behave


def says_at_once(text: str, usage: dict[str, Any] | None = USAGE) -> Behaviour:
    """A whole reply in one piece, as servers send it to whoever asked for no stream."""
    choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
    body = json.dumps({"choices": [choice], **({} if usage is None else {"usage": usage})})
    return lambda handler: handler.whole(200, body.encode())


def fails(status: int, message: str = "no", code: str = "", **headers: str) -> Behaviour:
    body = json.dumps({"error": {"message": message, "code": code, "type": "error"}}).encode()
    return lambda handler: handler.whole(status, body, **headers)


def hangs(handler: Handler) -> None:
    """Takes the request and never says a word."""
    handler.server.stop_sleeping.wait(60)


def hangs_midway(handler: Handler) -> None:
    handler.begin()
    handler.piece("It begins")
    handler.server.stop_sleeping.wait(60)


def resets(handler: Handler) -> None:
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.close_connection = True
    for held in (handler.rfile, handler.wfile, handler.connection):
        held.close()


def cuts(handler: Handler) -> None:
    """Ends the stream in the midst of a sentence, politely."""
    handler.begin()
    handler.piece("It begins, and")


def cuts_the_whole(handler: Handler) -> None:
    """Promises more than it sends of a reply in one piece."""
    handler.send_response(200)
    handler.send_header("content-type", "application/json")
    handler.send_header("content-length", "5000")
    handler.end_headers()
    handler.wfile.write(b'{"choices": [{"message": {"content": "It')
    handler.close_connection = True


def never_ends_the_whole(handler: Handler) -> None:
    handler.send_response(200)
    handler.send_header("content-type", "application/json")
    handler.send_header("connection", "close")
    handler.end_headers()
    handler.close_connection = True
    handler.wfile.write(b'{"choices": [{"message": {"content": "')
    while not handler.server.stop_sleeping.is_set():
        handler.wfile.write(b"and on " * 10_000)


def cuts_rudely(handler: Handler) -> None:
    handler.begin()
    handler.piece("It begins, and")
    resets(handler)


def sends_broken_json(handler: Handler) -> None:
    handler.begin()
    handler.event('{"choices": [{"delta": {"content": "It')
    handler.event("[DONE]")


def sends_wrong_json(handler: Handler) -> None:
    """JSON, of a shape that is no completion."""
    handler.begin()
    handler.event({"choices": [{"message": "hello"}]})
    handler.event(["hello"])
    handler.event("[DONE]")


def sends_a_page(handler: Handler) -> None:
    """What a captive portal answers."""
    handler.whole(200, b"<html><body>Please log in</body></html>")


def sends_an_error_event(handler: Handler) -> None:
    handler.begin()
    handler.piece("It begins")
    handler.event({"error": {"message": "the engine crashed", "code": 500}})


def never_ends(handler: Handler) -> None:
    handler.begin()
    while not handler.server.stop_sleeping.is_set():
        handler.piece("and on ")


def redirects(where: str) -> Behaviour:
    return lambda handler: handler.whole(307, b"", location=where)
