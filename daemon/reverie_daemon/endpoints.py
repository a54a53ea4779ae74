"""The models in use: connections to them, and whether each may be called now.

An endpoint that fails again and again is left alone for a while, and tried again by itself. One that refused its key is
paused until there is another key, an hour has gone, or the user chooses anew; so nothing hammers a server that said no.
"""

from __future__ import annotations

import hashlib
import math
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from .choices import Choice, Role
from .core.retries import Breaker, endpoint_failed
from .errors import UserError, WrongUsage
from .keys import Key, Keys
from .provider import Connection, ModelFailure, Provider, Target
from .providers import discover

PAUSE_S = 3600.0


@dataclass(frozen=True, slots=True)
class Chosen:
    """A model that can be called: what the user chose, with what it means. `free` and `local` hold where the user says
    so, and for models that we serve ourselves."""

    role: Role
    provider: Provider
    target: Target
    free: bool
    local: bool

    @property
    def name(self) -> str:
        return self.target.model

    @property
    def host(self) -> str:
        return urlsplit(self.target.address).hostname or ""


@dataclass(frozen=True, slots=True)
class Held:
    """Why an endpoint is not called now, for people, and what they can do."""

    code: str
    message: str
    next_step: str


@dataclass(slots=True)
class _State:
    breaker: Breaker = field(default_factory=Breaker)
    paused_until_s: float = 0.0
    paused: Held | None = None
    refused_key: str = ""


def resolve(role: Role, choice: Choice) -> Chosen:
    """What the user's text means. Raises UserError when no provider understands it, or one does and cannot use it."""
    for provider in discover().values():
        target = provider.understands(choice.target)
        if target is not None:
            return Chosen(role, provider, target, choice.free or provider.own, choice.local or provider.own)
    raise WrongUsage(
        f"{choice.target} is no model: neither a GGUF file, nor a base URL with #MODEL, nor a name that was found.",
        next_step="reverie model",
    )


class Endpoints:
    """May be used from any thread. `monotonic_s` is a clock in seconds."""

    def __init__(self, keys: Keys, monotonic_s: Callable[[], float]) -> None:
        self._keys = keys
        self._monotonic_s = monotonic_s
        self._lock = threading.Lock()
        self._states: dict[str, _State] = {}
        self._connections: dict[tuple[Chosen, str], Connection] = {}

    def key(self, chosen: Chosen) -> Key | None:
        """The key for a model's host. Raises UserError where the file of keys cannot be used."""
        variable = chosen.provider.key_variable(chosen.target)
        return self._keys.find(chosen.host, variable) if variable else None

    def store_key(self, host: str, value: str) -> str:
        """Keeps a key; where it is now, for people."""
        return self._keys.store(host, value)

    def held(self, chosen: Chosen) -> Held | None:
        """Why the model is not called now; None when it may be."""
        now_s = self._monotonic_s()
        with self._lock:
            state = self._state(chosen)
            if state.paused is not None:
                if now_s < state.paused_until_s and state.refused_key == self._fingerprint(chosen):
                    return state.paused
                state.paused = None
            left_s = state.breaker.left_s(now_s)
        if not left_s:
            return None
        return Held(
            "resting",
            f"{chosen.host or chosen.name} failed again and again; it is tried again in {left_s:.0f} s.",
            "nothing: it goes on by itself",
        )

    def admitted(self, chosen: Chosen) -> None:
        """A call is about to be made."""
        with self._lock:
            state = self._state(chosen)
            state.breaker = state.breaker.admitted(self._monotonic_s())

    def succeeded(self, chosen: Chosen) -> None:
        with self._lock:
            self._state(chosen).breaker = Breaker()

    def failed(self, chosen: Chosen, failure: ModelFailure) -> None:
        now_s = self._monotonic_s()
        with self._lock:
            state = self._state(chosen)
            if failure.kind == "refused":
                state.paused, state.paused_until_s = _refused(chosen, failure), now_s + PAUSE_S
                state.refused_key = self._fingerprint(chosen)
            elif endpoint_failed(failure.kind):
                state.breaker = state.breaker.failed(now_s, failure.retry_after_s)

    def forgive(self) -> None:
        """The user chose anew: every endpoint may be tried again at once."""
        with self._lock:
            self._states.clear()

    def connection(self, chosen: Chosen) -> Connection:
        """Raises UserError where the file of keys cannot be used."""
        key = self.key(chosen)
        value = key.value if key is not None else None
        with self._lock:
            name = (chosen, _digest(value))
            if name not in self._connections:
                quiet = chosen.role == "sleeping"
                self._connections[name] = chosen.provider.connect(chosen.target, value, chosen.local, quiet)
            return self._connections[name]

    def rest(self, kept: tuple[Chosen, ...]) -> None:
        """Unloads what is unused, and at once what is chosen no longer; a reply under way is waited for."""
        with self._lock:
            connections = dict(self._connections)
        for name, connection in connections.items():
            chosen = name[0] in kept
            if connection.rest(self._monotonic_s() if chosen else math.inf) and not chosen:
                with self._lock:
                    self._connections.pop(name, None)

    def close(self) -> None:
        """Ends every connection, also in the midst of a reply."""
        with self._lock:
            connections, self._connections = self._connections, {}
        for connection in connections.values():
            connection.close()

    def _state(self, chosen: Chosen) -> _State:
        return self._states.setdefault(chosen.target.label, _State())

    def _fingerprint(self, chosen: Chosen) -> str:
        try:
            key = self.key(chosen)
        except UserError:
            return ""
        return _digest(key.value if key is not None else None)


def _digest(value: str | None) -> str:
    return hashlib.sha256(value.encode()).hexdigest() if value else ""


def _refused(chosen: Chosen, failure: ModelFailure) -> Held:
    where = chosen.host or chosen.name
    return Held(
        "key_refused",
        f"{where} refused the key or the account: {failure.message}",
        f"give another key: reverie model key {where}; or set {chosen.provider.key_variable(chosen.target)} and run:"
        " reverie restart",
    )
