"""Text to facts, packed for the store: what a parser process does. The pool of such processes is `parsing.py`.

A child is handed text and never opens a file. It imports little, since each one that starts pays for it.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Sequence
from dataclasses import dataclass

from reverie_indexers import index, indexer_version
from reverie_indexers.facts import FileFacts

from .core.redact import redact
from .serving import serve
from .store.packing import FACTS_VERSION, PackedFacts, pack

NICENESS = 10
"""Parsing gives way to whatever serves a question, and to the user's own programs."""
BINARY = "binary"
"""The language of files that are listed but have no text."""


@dataclass(frozen=True, slots=True)
class Source:
    """One blob to parse: its id, its size in bytes, and its text (not redacted yet) in a language."""

    blob: bytes
    size: int
    language: str
    text: str


def version_of(language: str) -> int:
    """Grows when the same bytes would be stored as other facts."""
    return indexer_version(language) * 1_000 + FACTS_VERSION


def parse(source: Source) -> PackedFacts:
    """The facts of one blob, redacted and packed for the store."""
    version = version_of(source.language)
    if source.language == BINARY:
        return pack(source.blob, source.size, "", FileFacts(BINARY), version)
    text = redact(source.text)
    return pack(source.blob, source.size, text, index(text, source.language), version)


def unparsable(source: Source, reason: str) -> PackedFacts:
    """What is stored of a blob that no parser survived."""
    facts = FileFacts(source.language, problems=(reason,))
    return pack(source.blob, source.size, "", facts, version_of(source.language))


def _parse_all(sources: Sequence[Source]) -> list[PackedFacts]:
    # Facts hold no cycles, but make so many objects that looking for some takes a twentieth of the time. What there is
    # between two batches stays, and need not be looked through again.
    gc.collect()
    gc.freeze()
    return [parse(source) for source in sources]


if __name__ == "__main__":
    os.nice(NICENESS)
    gc.disable()
    gc.freeze()
    serve(_parse_all)
