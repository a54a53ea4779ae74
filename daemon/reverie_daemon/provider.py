"""What a way to reach a model is. Each is one file under `providers/` that exports one `PROVIDER`.

A provider says which targets it understands, what it finds on this machine, and how to hold a conversation of one
request and one streamed reply. It knows no budget, retries nothing and keeps no account: `models.py` does.
"""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, Protocol

from .core.budget import Usage
from .core.redact import redact
from .core.retries import FailureKind

MESSAGE_CHARACTERS_MAX = 300
POLL_S = 0.05
PIECES_SPARE = 16
BYTES_A_TOKEN_MAX = 16

Cancelled = Callable[[], bool]


@dataclass(frozen=True, slots=True)
class Target:
    """A model at an address: a base URL or a file. Two targets are the same model when they are equal."""

    provider: str
    address: str
    model: str

    @property
    def label(self) -> str:
        """As `reverie model use` takes it."""
        return f"{self.address}#{self.model}" if "://" in self.address else self.address


@dataclass(frozen=True, slots=True)
class Offer:
    """A model that was found. `name` is what `reverie model use` takes for short, `found` says how it was found;
    `model` is "" in the target where the user has to name one."""

    name: str
    target: Target
    found: str


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """`messages` are (role, text) pairs; the reply has at most `tokens_max` tokens, and comes within `wait_s`. Where
    `schema` is given, a JSON schema, the reply is asked to be JSON of that form. Where it is not `followed`, nobody
    reads along, and the reply may come in one piece."""

    messages: tuple[tuple[str, str], ...]
    tokens_max: int
    schema: Mapping[str, Any] | None = None
    wait_s: float = 120.0
    followed: bool = True

    @property
    def prompt_bytes(self) -> int:
        return sum(len(text.encode("utf-8", "replace")) for _, text in self.messages)


class ModelFailure(Exception):
    """A call gave no usable reply; see `core/retries.py` for the kinds. The message holds no key and no secret."""

    def __init__(
        self, kind: FailureKind, message: str, *, retry_after_s: float | None = None, key: str | None = None
    ) -> None:
        self.kind = kind
        self.message = _presentable(message, key)
        self.retry_after_s = retry_after_s
        super().__init__(self.message)


class Connection(Protocol):
    """A way to one model. May be used from any thread."""

    def stream(self, request: ChatRequest, cancelled: Cancelled) -> Iterator[str | Usage]:
        """The reply piece by piece, then its usage where the server tells. Raises `ModelFailure`; stops within a second
        of `cancelled` where the model runs on this machine."""
        ...

    def rest(self, now_s: float) -> bool:
        """Lets go of memory when unused for a while; `now_s` is a monotonic clock's. Whether nothing is held now."""
        ...

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Provider:
    """`understands` gives the target that a user's text means, None where it is none of its own, and raises UserError
    where it is but cannot be used. `offers` looks for models without contacting anything beyond this machine. `connect`
    takes the target, a key (None for none), whether the user says it runs on this machine, and whether to run at the
    lowest priority. `own` providers serve the model themselves, so it is free and local."""

    name: str
    own: bool
    understands: Callable[[str], Target | None]
    offers: Callable[[Mapping[str, str]], Sequence[Offer]]
    connect: Callable[[Target, str | None, bool, bool], Connection]
    key_variable: Callable[[Target], str]
    """The environment variable that holds the key for a target; "" where it needs none."""
    key_variables: Sequence[str] = ()
    """All variables that may hold a key for one of its targets."""


def _presentable(message: str, key: str | None) -> str:
    """What a server said, fit for a log and a terminal: without the key, secrets and control characters, and short."""
    if key:
        message = message.replace(key, "[key]")
    return re.sub(r"[\x00-\x1f\x7f-\x9f]+", " ", redact(message))[:MESSAGE_CHARACTERS_MAX]


class ReplyBounds:
    """Tells when a reply is longer than was asked for: some servers never stop."""

    def __init__(self, request: ChatRequest) -> None:
        self._pieces_max = request.tokens_max + PIECES_SPARE
        self._bytes_left = request.tokens_max * BYTES_A_TOKEN_MAX
        self.pieces = 0

    def exceeded(self, piece: str) -> bool:
        self.pieces += 1
        self._bytes_left -= len(piece.encode("utf-8", "replace"))
        return self.pieces > self._pieces_max or self._bytes_left < 0


class Cut:
    """Ends a blocking read from another thread, by shutting down the socket it reads; also one that is connected only
    after it was to end."""

    def __init__(self) -> None:
        self.reason: FailureKind | None = None
        self._sockets: list[socket.socket] = []
        self._lock = threading.Lock()

    def watch(self, connected: socket.socket) -> None:
        with self._lock:
            self._sockets.append(connected)
            if self.reason is not None:
                _shut(connected)

    def now(self, reason: FailureKind) -> None:
        with self._lock:
            self.reason = reason
            for connected in self._sockets:
                _shut(connected)


def _shut(connected: socket.socket) -> None:
    with suppress(OSError):  # it is closed already
        connected.shutdown(socket.SHUT_RDWR)


@contextmanager
def cut_when(cancelled: Cancelled | None, wait_s: float) -> Iterator[Cut]:
    """A `Cut` that happens when `cancelled` says so ("cancelled") or after `wait_s` ("lost"). With None for `cancelled`
    nobody is asked, and nothing wakes up meanwhile."""
    cut, done = Cut(), threading.Event()
    looks, pause_s = (1, wait_s) if cancelled is None else (int(wait_s / POLL_S), POLL_S)

    def watch() -> None:
        for _ in range(looks):
            if done.wait(pause_s):
                return
            if cancelled is not None and cancelled():
                return cut.now("cancelled")
        cut.now("lost")

    threading.Thread(target=watch, name="cut", daemon=True).start()
    try:
        yield cut
    finally:
        done.set()
