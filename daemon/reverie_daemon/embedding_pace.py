"""When the thread that keeps a worktree embeds passages: a few at a time, while nobody asks and the machine is free.

What is embedded next is `embedding.py`'s to know, and whether the machine is free `sleeping.py`'s.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from .embedding import Embeddings

GIVE_WAY_S = 2.0
"""So long after a question nothing is embedded."""


class EmbeddingPace:
    """Used by the one thread that keeps a worktree, but for `give_way`. `clock` is the store's; `may_learn` tells
    whether the machine is free."""

    def __init__(
        self,
        embeddings: Embeddings,
        clock: Callable[[], int],
        may_learn: Callable[[], bool],
        monotonic_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self.left = 0
        self._embeddings = embeddings
        self._clock = clock
        self._may_learn = may_learn
        self._monotonic_s = monotonic_s
        self._asked_s = monotonic_s()

    def give_way(self) -> None:
        """A question came: whoever asks may ask again soon."""
        self._asked_s = self._monotonic_s()

    def due_in_s(self) -> float:
        """When to embed a few passages, unless something else comes: at once, when nobody asked for a while and the
        machine is free. Also notes how many are `left`."""
        self.left = self._embeddings.left(self._clock())
        if not self.left:
            return float("inf")
        return max(0.0 if self._may_learn() else GIVE_WAY_S, self._asked_s + GIVE_WAY_S - self._monotonic_s())

    def embed_a_little(self) -> None:
        """The next few, if now is still the time."""
        is_time = self._may_learn() and self._monotonic_s() >= self._asked_s + GIVE_WAY_S
        if is_time and self._embeddings.pending(self._clock()):
            self._embeddings.embed_some()

    def embed_all(self, each: Callable[[int, int], None]) -> None:
        """Whatever has no vector yet, now; `each` is called after every few with how many are done, and of how many,
        and what it raises ends it."""
        done = 0
        while pending := self._embeddings.pending(self._clock()):
            done += self._embeddings.embed_some()
            each(done, done + pending)
