"""Counts tokens exactly (o200k) in a child process, since the vocabulary takes 60 MB and half a second to load.

The child starts with the first client, and leaves when nobody asked for a while. Where tokens cannot be counted, limits
are kept in UTF-8 bytes, which are never fewer than tokens, and figures are estimated.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence

from .children import Child
from .core.tokens import Count, estimate, utf8_bytes
from .serving import serve

ENCODING = "o200k_base"
COUNT_WAIT_S = 20.0
REST_AFTER_S = 300.0
COUNTS_KEPT = 4_096
"""Counts of texts that are asked for again and again, such as whole files in the price of an answer."""


class TokenCounter:
    """Counts from any thread. `monotonic_s` tells when it was last used."""

    def __init__(self, monotonic_s: Callable[[], float] = time.monotonic) -> None:
        self._monotonic_s = monotonic_s
        self._lock = threading.Lock()
        self._child: Child | None = None
        self._used_s = 0.0
        self._known: OrderedDict[bytes, int] = OrderedDict()

    def warm(self) -> None:
        """Begins to load the vocabulary, so that the first question need not wait for it."""
        threading.Thread(target=self._exact, args=([],), name="tokens", daemon=True).start()

    def count(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text, in order, for budgets: exact, or UTF-8 bytes where they cannot be counted."""
        return self._exact(texts) or utf8_bytes(texts)

    def count_for_display(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text, in order, for figures that are shown: exact, or estimated."""
        digests = [hashlib.blake2b(_encodable(text).encode(), digest_size=16).digest() for text in texts]
        with self._lock:
            known = {digest: self._known[digest] for digest in digests if digest in self._known}
        missing = {digest: text for digest, text in zip(digests, texts, strict=True) if digest not in known}
        counts = self._exact(list(missing.values())) if missing else []
        if len(counts) < len(missing):
            return estimate(texts)
        self._keep(dict(zip(missing, counts, strict=True)))
        known.update(zip(missing, counts, strict=True))
        return [known[digest] for digest in digests]

    def _keep(self, counts: dict[bytes, int]) -> None:
        with self._lock:
            self._known.update(counts)
            while len(self._known) > COUNTS_KEPT:
                self._known.popitem(last=False)

    def rest(self) -> None:
        """Lets the child go when it has not been used for a while."""
        if self._monotonic_s() - self._used_s >= REST_AFTER_S:
            self.close()

    def close(self) -> None:
        with self._lock:
            if self._child is not None:
                self._child.close()
                self._child = None

    def _exact(self, texts: Sequence[str]) -> list[int]:
        """The counts; none where they cannot be had."""
        with self._lock:
            self._used_s = self._monotonic_s()
            if self._child is None:
                self._child = Child("reverie_daemon.tokens")
            counts: list[int] | None = self._child.ask([_encodable(text) for text in texts], COUNT_WAIT_S)
            if counts is None:
                self._child.close()
                self._child = None
        return counts or []


def counter() -> Count:
    """Counts in this process. Raises ImportError where the tokenizer is not installed."""
    import toktok

    return lambda texts: toktok.batch_count(list(texts), ENCODING, threads=1)


def _encodable(text: str) -> str:
    # A path that is not UTF-8 carries surrogates, which the tokenizer refuses.
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def _serve() -> None:
    exact = counter()
    exact(["load the vocabulary"])
    serve(lambda texts: list(exact(texts)))


if __name__ == "__main__":
    _serve()
