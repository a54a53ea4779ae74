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
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

PIECES = 60
"""A reply of so many tokens, each sent as it comes where that was asked for, as servers do."""
_PASSAGE = re.compile(r'<passage number="(\d+)"')


@dataclass
class Seen:
    """What arrived: calls so far, those under way now, and the most at once; and for each prompt's last line how long
    the server itself took to the end of the first line of its reply, in seconds."""

    calls: int = 0
    now: int = 0
    most: int = 0
    first_line_s: dict[str, float] = field(default_factory=dict)


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
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        prompt = asked["messages"][-1]["content"]
        with suppress(OSError):
            last = self._stream(prompt, began_s) if asked.get("stream") else self._whole(prompt, began_s)
            # Before the last word, upon which the next call may come at once.
            with lock:
                seen.now -= 1
            self.wfile.write(last)

    def _whole(self, prompt: str, began_s: float) -> bytes:
        """Sends the reply's headers when it is due; the reply, which is all that is left to send."""
        text = reply_to(prompt)
        choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
        body = json.dumps({"choices": [choice], "usage": _used(prompt, len(text.split()))}).encode()
        time.sleep(max(0.0, began_s + self.server.latency_s - time.monotonic()))
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.send_header("connection", "close")
        self.end_headers()
        self.close_connection = True
        return body

    def _stream(self, prompt: str, began_s: float) -> bytes:
        """Sends the reply token by token; the end that is left to send."""
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("connection", "close")
        self.end_headers()
        self.close_connection = True
        pieces = re.findall(r"\S+\s*", reply_to(prompt))
        for number, piece in enumerate(pieces, start=1):
            # By the clock, so that late wake-ups do not add up: the latency is known.
            time.sleep(max(0.0, began_s + self.server.latency_s * number / len(pieces) - time.monotonic()))
            self._event({"choices": [{"index": 0, "delta": {"content": piece}, "finish_reason": None}]})
            if "\n" in piece:
                self.server.seen.first_line_s.setdefault(prompt.splitlines()[-1], time.monotonic() - began_s)
        self._event({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
        self._event({"choices": [], "usage": _used(prompt, len(pieces))})
        return b"data: [DONE]\n\n"

    def _event(self, value: object) -> None:
        self.wfile.write(f"data: {json.dumps(value)}\n\n".encode())
        self.wfile.flush()

    def log_message(self, format: str, *arguments: object) -> None:
        """Quiet."""


def _used(prompt: str, tokens: int) -> dict[str, int]:
    return {"prompt_tokens": len(prompt) // 4, "completion_tokens": tokens}


def reply_to(prompt: str) -> str:
    """Two statements about the first eight passages, padded to `PIECES` words."""
    marks = [f"[{number}]" for number in dict.fromkeys(_PASSAGE.findall(prompt))]
    padding = " ".join(["and", "so", "on"] * (PIECES // 6 - 2))
    cited = ("".join(marks[at : at + 4]) for at in (0, 4))
    return "".join(
        f"It does in part {at} what it says {padding}. {all_of}\n" for at, all_of in enumerate(cited) if all_of
    )


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
