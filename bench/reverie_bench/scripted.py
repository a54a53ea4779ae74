"""A model server of known latency: it speaks OpenAI's chat completions over a real socket and answers every prompt with
statements about the passages it was shown. It measures whoever calls it: how often, how many at once, until when.

It judges nothing, and is as good as a model can be: every statement holds.
"""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

PIECES = 60
"""A reply of so many tokens, each sent as it comes, as servers do."""
_PASSAGE = re.compile(r'<passage number="(\d+)"')


@dataclass
class Seen:
    """What arrived: calls so far, those under way now, and the most at once."""

    calls: int = 0
    now: int = 0
    most: int = 0


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def __init__(self, latency_s: float) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.latency_s = latency_s
        self.seen = Seen()
        self.lock = threading.Lock()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up, as one that was stopped does, is nothing to report."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        began_s = time.monotonic()
        seen, lock = self.server.seen, self.server.lock
        with lock:
            seen.calls += 1
            seen.now += 1
            seen.most = max(seen.most, seen.now)
        prompt = json.loads(self.rfile.read(int(self.headers["content-length"])))["messages"][-1]["content"]
        with suppress(OSError):
            self._reply(prompt, began_s)
            # Before the last word, upon which the next call may come at once.
            with lock:
                seen.now -= 1
            self.wfile.write(b"data: [DONE]\n\n")

    def _reply(self, prompt: str, began_s: float) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("connection", "close")
        self.end_headers()
        self.close_connection = True
        pieces = re.findall(r"\s*\S+", reply_to(prompt))
        for number, piece in enumerate(pieces, start=1):
            # By the clock, so that late wake-ups do not add up: the latency is known.
            time.sleep(max(0.0, began_s + self.server.latency_s * number / len(pieces) - time.monotonic()))
            self._event({"choices": [{"index": 0, "delta": {"content": piece}, "finish_reason": None}]})
        self._event({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
        used = {"prompt_tokens": len(prompt) // 4, "completion_tokens": len(pieces)}
        self._event({"choices": [], "usage": used})

    def _event(self, value: object) -> None:
        self.wfile.write(f"data: {json.dumps(value)}\n\n".encode())
        self.wfile.flush()

    def log_message(self, format: str, *arguments: object) -> None:
        """Quiet."""


def reply_to(prompt: str) -> str:
    """Two statements about the first passages, padded to `PIECES` words."""
    shown = list(dict.fromkeys(_PASSAGE.findall(prompt)))
    first, *others = shown[:2] or ["1"]
    padding = " ".join(["and", "so", "on"] * (PIECES // 3 - 5))
    second = f"\nIt goes on there. [{others[0]}]" if others else ""
    return f"It does what it says {padding}. [{first}]{second}\n"


@contextmanager
def serving(latency_s: float) -> Iterator[tuple[str, Seen]]:
    """The model's target, as `reverie model use` takes it, and what the server sees."""
    server = _Server(latency_s)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1#scripted", server.seen
    finally:
        server.shutdown()
        server.server_close()
