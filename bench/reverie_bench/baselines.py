"""What Reverie is compared with: BM25 over function chunks, and whole files in the order of their best chunk.

Deliberately plain, the way a first attempt at retrieval looks: words split at humps and underscores, lower case, one
score a chunk. Stop words are left out, which gives it 11 points of L@4000; stemming gave it nothing. Chunks are the
indexers' passages of source files, which in code are functions. A context is chunk after chunk, each behind its
`path:first-last`; what does not fit is left out, and the next is tried.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from reverie_daemon.core.roles import role_of
from reverie_daemon.core.tokens import Count
from reverie_daemon.tokens import counter
from reverie_indexers import index, language_of
from reverie_indexers.words import STOP_WORDS, searchable

from reverie_bench.measures import SPAN_LINES_MAX, Reply, Span
from reverie_bench.rig import git

K1, B = 1.5, 0.75
CHUNKS_RANKED_MAX = 500
FILE_BYTES_MAX = 1 << 20
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Chunk:
    """A stretch of a source file with its text."""

    span: Span
    text: str


def words(text: str) -> list[str]:
    """The words of a text: identifiers split, lower case, no stop words."""
    found = (word.lower() for word in _WORD.findall(searchable(text)))
    return [word for word in found if len(word) > 1 and word not in STOP_WORDS]


def chunks_of(path: str, text: str) -> list[Chunk]:
    """A file's passages as chunks."""
    lines = text.splitlines()
    facts = index(text, language_of(path, text.encode("utf-8", "replace")) or "text")
    spans = [passage.span for passage in facts.passages]
    return [Chunk((path, *span), "\n".join(lines[span.start_line - 1 : span.end_line])) for span in spans]


class FunctionChunks:
    """BM25 over the chunks of a clone's source files."""

    def __init__(self) -> None:
        self._count = counter()
        self._clone: Path | None = None
        self._chunks: list[Chunk] = []
        self._postings: dict[str, list[tuple[int, int]]] = {}
        self._lengths: list[int] = []

    def contexts(self, clone: Path, questions: Sequence[str], tokens: int) -> list[Reply]:
        self._read(clone)
        return [self._packed(self.ranked(question), tokens) for question in questions]

    def ranked(self, question: str) -> list[Chunk]:
        """The chunks that share a word with the question, best first."""
        average = sum(self._lengths) / max(1, len(self._lengths))
        scores: dict[int, float] = defaultdict(float)
        for word in set(words(question)):
            found = self._postings.get(word, ())
            rarity = math.log(1 + (len(self._chunks) - len(found) + 0.5) / (len(found) + 0.5))
            for number, times in found:
                norm = K1 * (1 - B + B * self._lengths[number] / average)
                scores[number] += rarity * times * (K1 + 1) / (times + norm)
        best = sorted(scores, key=lambda number: (-scores[number], number))[:CHUNKS_RANKED_MAX]
        return [self._chunks[number] for number in best]

    def _read(self, clone: Path) -> None:
        if self._clone == clone:
            return
        self._clone = clone
        self._chunks = [chunk for path, text in source_files(clone) for chunk in chunks_of(path, text)]
        postings: dict[str, list[tuple[int, int]]] = defaultdict(list)
        self._lengths = []
        for number, chunk in enumerate(self._chunks):
            counted = Counter(words(f"{chunk.span[0]} {chunk.text}"))
            self._lengths.append(counted.total())
            for word, times in counted.items():
                postings[word].append((number, times))
        self._postings = dict(postings)

    def _packed(self, ranked: Sequence[Chunk], tokens: int) -> Reply:
        return packed([[chunk] for chunk in ranked], tokens, self._count)


class WholeFiles(FunctionChunks):
    """Whole files, in the order of their best chunk."""

    def _packed(self, ranked: Sequence[Chunk], tokens: int) -> Reply:
        assert self._clone is not None
        paths = dict.fromkeys(chunk.span[0] for chunk in ranked)
        return packed((list(parts_of(self._clone, path)) for path in paths), tokens, self._count)


def parts_of(clone: Path, path: str) -> Iterator[Chunk]:
    """A file in parts that are short enough to count as shown."""
    lines = (clone / path).read_text(encoding="utf-8", errors="replace").splitlines()
    for start in range(0, len(lines), SPAN_LINES_MAX):
        part = lines[start : start + SPAN_LINES_MAX]
        yield Chunk((path, start + 1, start + len(part)), "\n".join(part))


def packed(blocks: Iterable[Sequence[Chunk]], tokens: int, count: Count) -> Reply:
    """As many of the blocks, in their order and each as a whole, as fit; what does not fit is left out, and the next
    is tried."""
    shown: list[Chunk] = []
    left = tokens
    for block in blocks:
        text = "".join(introduced(chunk) for chunk in block)
        size = count([text])[0] + 1
        if size <= left:
            shown += block
            left -= size
        elif left < tokens // 20 + 20:
            break
    text = "".join(introduced(chunk) for chunk in shown)
    return Reply(text, count([text])[0], tuple(chunk.span for chunk in shown))


def introduced(chunk: Chunk) -> str:
    path, first, last = chunk.span
    return f"{path}:{first}-{last}\n{chunk.text}\n\n"


def source_files(clone: Path) -> Iterator[tuple[str, str]]:
    """Path and text of the source files that git lists, those of a usual size."""
    for path in git(clone, "ls-files", "-z").split("\0"):
        file = clone / path
        if not path or not file.is_file() or file.stat().st_size > FILE_BYTES_MAX:
            continue
        text = file.read_text(encoding="utf-8", errors="replace")
        if role_of(path, text[:4096]) == "source" and "\0" not in text:
            yield path, text
