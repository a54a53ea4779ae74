"""Counts tokens exactly (o200k), at the edge: the vocabulary is loaded when first needed, and costs 60 MB and 0.6 s.

Where it cannot be loaded, limits are kept in UTF-8 bytes, which are never fewer than tokens, and figures are estimated.
`warm` loads it on a thread of its own, so that the first question need not wait.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from functools import lru_cache

from .core.tokens import Count, estimate, utf8_bytes

ENCODING = "o200k_base"


@lru_cache(maxsize=1)
def _exact() -> Count | None:
    try:
        import toktok

        toktok.batch_count(["a"], ENCODING)
    except (ImportError, OSError, KeyError, RuntimeError, ValueError):
        return None
    return lambda texts: toktok.batch_count([_encodable(text) for text in texts], ENCODING, threads=1)


def count(texts: Sequence[str]) -> list[int]:
    """Tokens of each text, in order, for budgets: exact, or UTF-8 bytes where they cannot be counted."""
    exact = _exact()
    return list(exact(texts)) if exact else utf8_bytes(texts)


def count_for_display(texts: Sequence[str]) -> list[int]:
    """Tokens of each text, in order, for figures that are shown: exact, or estimated."""
    exact = _exact()
    return list(exact(texts)) if exact else estimate(texts)


def is_exact() -> bool:
    """Whether tokens are counted rather than bounded."""
    return _exact() is not None


def warm() -> threading.Thread:
    """Starts loading the vocabulary and returns the thread that does it."""
    thread = threading.Thread(target=_exact, name="reverie-tokens", daemon=True)
    thread.start()
    return thread


def _encodable(text: str) -> str:
    # A path that is not UTF-8 carries surrogates, which the tokenizer refuses.
    return text.encode("utf-8", "replace").decode("utf-8") if not text.isascii() else text
