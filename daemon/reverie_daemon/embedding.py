"""Embeddings of passages, as sleep-time work: what to embed, in which order, a little at a time.

Source first, then documents, tests and configuration; among equals what came in last, since that is what is being
worked on. Generated, vendored and data files are not embedded. Who embeds and where vectors are kept is elsewhere; when
to work is decided by whoever calls `embed_some`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import Protocol

from reverie_indexers.words import searchable

from .core.nouns import FileRole
from .store.packing import StoredPassage
from .store.vectors import Unlearned, VectorStore

BATCH = 8
"""Passages embedded at once: a fifth of a second at most, and no faster with more."""
WINDOW = 64
"""So many are sorted by length before they are cut into batches: a batch costs what its longest text costs."""
KEPT_AT_ONCE = 128
"""Vectors are written together: each writing is a new revision of the notes."""
CHARACTERS_MAX = 1_200
"""Of a passage; the model reads no more than its first 128 tokens."""
VECTORS_MAX = 60_000
"""Of one repository. What is beyond is found by its words alone."""

_ORDER: tuple[FileRole, ...] = ("source", "docs", "test", "config")


class Embeds(Protocol):
    """Who embeds: `meaning.Embedder`."""

    @property
    def usable(self) -> bool: ...

    def embed(self, texts: Sequence[str]) -> list[bytes]: ...


class Embeddings:
    """The embeddings of one repository; used by one thread."""

    def __init__(self, vectors: VectorStore, embedder: Embeds, vectors_max: int = VECTORS_MAX) -> None:
        self._vectors = vectors
        self._embedder = embedder
        self._vectors_max = vectors_max
        self._queue: deque[Unlearned] = deque()
        self._window: list[tuple[bytes, str]] = []
        self._learned: dict[bytes, bytes] = {}
        self._seen: int | None = None

    def pending(self, clock: int) -> int:
        """How many passages have no vector yet, of those that are to have one; 0, too, while embedding fails. Cheap
        while the clock stands still."""
        if self._vectors_max == 0 or not self._embedder.usable:
            return 0
        if self._seen != clock:
            self._look(clock)
        return len(self._queue) + len(self._window)

    def left(self, clock: int) -> int:
        """As `pending`, but without looking: 1 where the clock went on since that was done, since there may be more."""
        if self._vectors_max == 0 or not self._embedder.usable:
            return 0
        return len(self._queue) + len(self._window) if self._seen == clock else 1

    def embed_some(self, batch: int = BATCH) -> int:
        """Embeds the next few, and says how many; 0 once nothing is pending. They are kept after a while, at the end,
        or when `keep` is called."""
        if not self._window:
            self._fill_window()
        some, self._window = self._window[:batch], self._window[batch:]
        embedded = self._embedder.embed([text for _, text in some]) if some else []
        if len(embedded) < len(some):
            self._seen = None  # to be looked for again, once embedding works
        self._learned.update((digest, vector) for (digest, _), vector in zip(some, embedded, strict=False))
        if len(self._learned) >= KEPT_AT_ONCE or not (self._queue or self._window):
            self.keep()
        return len(some)

    def keep(self) -> None:
        """Writes what was learned so far."""
        if self._learned:
            self._vectors.add(self._learned)
            self._learned = {}

    def _look(self, clock: int) -> None:
        self.keep()
        found = sorted(self._vectors.without(_ORDER), key=lambda one: (_ORDER.index(one.role), -one.number))
        self._queue = deque(found[: max(0, self._vectors_max - self._vectors.count())])
        self._window = []
        self._seen = clock

    def _fill_window(self) -> None:
        some = [self._queue.popleft() for _ in range(min(WINDOW, len(self._queue)))]
        passages = self._vectors.texts([one.number for one in some])
        texts = [(one.digest, text_of(found)) for one, found in zip(some, passages, strict=True) if found is not None]
        self._window = sorted(texts, key=lambda one: len(one[1]))


def text_of(passage: StoredPassage) -> str:
    """What is embedded of a passage: how it is named, then how it begins, identifiers split into words."""
    return f"{passage.names}\n{searchable(passage.text[:CHARACTERS_MAX])}"
