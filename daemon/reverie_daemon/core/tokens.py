"""What it means to count tokens, and two ways that need no vocabulary.

A counter takes texts and gives their sizes in the same order. Limits must hold even where nothing can be counted, so
the stand-in for a limit is never too small (UTF-8 bytes: a token is at least one byte); an estimate shown to a reader
should be close instead. The exact counter is an edge: `reverie_daemon.tokens`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

Count = Callable[[Sequence[str]], Sequence[int]]
"""Sizes in tokens, one for each text, in order."""

EVIDENCE_TOKENS = 1_000
"""A small context is what makes an answer cheap."""
RAW_TOKENS = 6_000
COVERED_SHARE = 0.5
"""Where a note tells of the very thing that is asked about, it stands in for what surrounds that thing: so much of the
budget is enough."""

CHARACTERS_A_TOKEN = 3.5
"""Measured over source and English prose with o200k; other languages have fewer characters in a token."""


@dataclass(frozen=True, slots=True)
class Budgets:
    """How many tokens of the repository a model reads for a question, and for one whose answer is unsure."""

    evidence: int = EVIDENCE_TOKENS
    raw: int = RAW_TOKENS


def utf8_bytes(texts: Sequence[str]) -> list[int]:
    """An upper bound of the tokens in each text, for budgets that must hold."""
    return [len(text.encode("utf-8", "surrogatepass")) for text in texts]


def estimate(texts: Sequence[str]) -> list[int]:
    """About how many tokens each text has, for figures that are shown; 0 only for the empty text."""
    return [-(-len(text) * 2 // int(CHARACTERS_A_TOKEN * 2)) for text in texts]
