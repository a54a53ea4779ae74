"""The daemon's side of embeddings: the child that learns them, and the child that finds what is near a question.

Two processes run `vectors.py`. One embeds passages while nobody asks, at the lowest priority, and leaves when there is
nothing to embed. The other starts with the first client, holds the vectors of the stores that are asked about, and
stays five minutes after the last question. Where one is missing, still starting or broken, there is no answer from
here, and nobody waits for one: retrieval is lexical then. numpy is never imported in the daemon.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from .children import Child

MODULE = "reverie_daemon.vectors"
START_WAIT_S = 60.0
EMBED_WAIT_S = 60.0
NEAREST_WAIT_S = 2.0
"""A child that takes longer is ended, and the question answered without it."""
QUESTIONS_REST_AFTER_S = 300.0
LEARNING_REST_AFTER_S = 30.0
RETRY_AFTER_S = 600.0
"""After a failure to start: where the model cannot be loaded, trying again soon would not help."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Ready:
    """Asks for nothing but a reply: the model is loaded."""


@dataclass(frozen=True, slots=True)
class Embed:
    """Asks for a vector of each text, as bytes."""

    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Hold:
    """Hands over vectors of a store with the digests of what they stand for, and what stands at which place now.
    Digests and places are arrays of eight bytes each; `anew` drops what was held before."""

    store: str
    digests: bytes
    vectors: bytes
    places: bytes
    standing: bytes
    anew: bool


@dataclass(frozen=True, slots=True)
class Expect:
    """Says that a question about this text will come, so that it is embedded and compared by then."""

    store: str
    text: str


@dataclass(frozen=True, slots=True)
class Nearest:
    """Asks for the (place, cosine) of what is nearest to a text, at most `limit`, only `among` some places if given."""

    store: str
    text: str
    limit: int
    among: tuple[int, ...] | None


@dataclass(frozen=True, slots=True)
class Moment:
    """What decides what is near: the clock, the newest vector's number and how many there are."""

    clock: int
    newest: int
    count: int


class Holdings(Protocol):
    """A store's vectors at one moment, as `store/vectors.py` reads them."""

    @property
    def store(self) -> str: ...

    @property
    def moment(self) -> Moment: ...

    def after(self, number: int) -> tuple[bytes, bytes]:
        """The digests and vectors with a higher number, in their order."""
        ...

    def standing(self) -> tuple[bytes, bytes]:
        """All places of now, and the digest of what stands at each."""
        ...


class Embedder:
    """Embeds passages, for learning; used by one thread at a time. `monotonic_s` tells when it was last used."""

    def __init__(self, monotonic_s: Callable[[], float] = time.monotonic) -> None:
        self._monotonic_s = monotonic_s
        self._lock = threading.Lock()
        self._child: Child | None = None
        self._used_s = 0.0
        self._retry_s = 0.0

    @property
    def usable(self) -> bool:
        """Whether embedding is worth a try: it did not fail lately."""
        return self._monotonic_s() >= self._retry_s

    def embed(self, texts: Sequence[str]) -> list[bytes]:
        """A vector a text, in order; none where they cannot be had."""
        with self._lock:
            self._used_s = self._monotonic_s()
            if not self.usable:
                return []
            if self._child is None:
                self._child = Child(MODULE)
            vectors: list[bytes] | None = self._child.ask(Embed(tuple(texts)), EMBED_WAIT_S)
            if vectors is None:
                self._end()
                self._retry_s = self._monotonic_s() + RETRY_AFTER_S
                log.warning("passages cannot be embedded; retrieval stays lexical")
            self._used_s = self._monotonic_s()
        return vectors or []

    def rest(self) -> None:
        """Lets the child go when it has not been used for a while."""
        if self._child is not None and self._monotonic_s() - self._used_s >= LEARNING_REST_AFTER_S:
            with self._lock:
                self._end()

    def close(self) -> None:
        """Ends the child, whatever it is doing."""
        child = self._child
        if child is not None:
            child.close()  # ends a call that waits for it, which holds the lock
        with self._lock:
            self._retry_s = float("inf")
            self._end()

    def _end(self) -> None:
        if self._child is not None:
            self._child.close()
            self._child = None


class Meaning:
    """Finds what is near a question, from any thread."""

    def __init__(self, enabled: bool = True, monotonic_s: Callable[[], float] = time.monotonic) -> None:
        self._monotonic_s = monotonic_s
        self._lock = threading.Lock()
        self._child: Child | None = None
        self._starting = False
        self._held: dict[str, Moment] = {}
        self._used_s = 0.0
        self._retry_s = 0.0 if enabled else float("inf")

    @property
    def ready(self) -> bool:
        """Whether a question would be answered now."""
        return self._child is not None

    def warm(self) -> None:
        """Begins to load the model unless it is loaded, so that the next question finds it."""
        with self._lock:
            self._used_s = self._monotonic_s()
            if self._child is not None or self._starting or self._used_s < self._retry_s:
                return
            self._starting = True
        threading.Thread(target=self._start, name="meaning", daemon=True).start()

    def expect(self, store: str, text: str) -> None:
        """Begins to embed a question, while its repository is still being looked at."""
        if self.ready:
            threading.Thread(target=self._expect, args=(store, text), name="meaning", daemon=True).start()

    def nearest(
        self, holdings: Holdings, text: str, limit: int, among: Sequence[int] | None = None
    ) -> list[tuple[int, float]]:
        """(place, cosine), nearest first; none where no child is ready, and then one is started for next time."""
        self.warm()
        with self._lock:
            if self._child is None or not self._hold(self._child, holdings):
                return []
            request = Nearest(holdings.store, text, limit, None if among is None else tuple(among))
            found: list[tuple[int, float]] | None = self._child.ask(request, NEAREST_WAIT_S)
            self._used_s = self._monotonic_s()
            if found is None:
                self._end()
        return found or []

    def rest(self) -> None:
        """Lets the child go when nobody asked for a while."""
        with self._lock:
            if self._child is not None and self._monotonic_s() - self._used_s >= QUESTIONS_REST_AFTER_S:
                self._end()

    def close(self) -> None:
        """Ends the child for good."""
        with self._lock:
            self._retry_s = float("inf")
            self._end()

    def _expect(self, store: str, text: str) -> None:
        with self._lock:
            if self._child is not None and self._child.ask(Expect(store, text), NEAREST_WAIT_S) is None:
                self._end()

    def _start(self) -> None:
        child = Child(MODULE)
        loaded = child.ask(Ready(), START_WAIT_S)
        with self._lock:
            self._starting = False
            if loaded and self._monotonic_s() >= self._retry_s:
                self._child = child
                return
            self._retry_s = max(self._retry_s, self._monotonic_s() + RETRY_AFTER_S)
        child.close()

    def _hold(self, child: Child, holdings: Holdings) -> bool:
        """Brings the child up to the moment; whether it is there and holds anything."""
        now, held = holdings.moment, self._held.get(holdings.store)
        if now.count == 0:
            return False
        if held == now:
            return True
        digests, vectors = holdings.after(held.newest if held else 0)
        anew = held is None or held.count + len(digests) // 8 != now.count
        if anew and held is not None:  # some were dropped since
            digests, vectors = holdings.after(0)
        hold = Hold(holdings.store, digests, vectors, *holdings.standing(), anew=anew)
        if child.ask(hold, NEAREST_WAIT_S) is None:
            self._end()
            return False
        self._held[holdings.store] = now
        return True

    def _end(self) -> None:
        if self._child is not None:
            self._child.close()
            self._child = None
            self._held.clear()
