"""What a context is worth against a question's gold, and how sure a mean over questions is.

Pure: texts and spans in, shares out. A piece of evidence is *shown* when its `path:start_line` stands in the context's
text and its span is at most 60 lines; nothing else counts.
"""

from __future__ import annotations

import math
import random
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

SPAN_LINES_MAX = 60
RESAMPLES = 2_000

Span = tuple[str, int, int]
"""A path with its first and last line, counted from 1, both included."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A context as a subject gave it: the text, its size in tokens, and its evidence, most relevant first."""

    text: str
    tokens: int
    evidence: tuple[Span, ...]
    latency_ms: float = 0.0


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean over `count` questions with its 95 % bootstrap interval."""

    value: float
    low: float
    high: float
    count: int


def shown(reply: Reply) -> tuple[Span, ...]:
    """The evidence that counts: introduced in the text by its `path:start_line`, and no longer than 60 lines."""
    return tuple(
        span
        for span in reply.evidence
        if span[2] - span[1] < SPAN_LINES_MAX and _stands(f"{span[0]}:{span[1]}", reply.text)
    )


def _stands(mark: str, text: str) -> bool:
    return re.search(rf"(?<![\w./-]){re.escape(mark)}(?!\d)", text) is not None


def file_recall(reply: Reply, gold_files: Sequence[str], k: int) -> float:
    """The share of the gold files among the first `k` distinct paths of the shown evidence."""
    first = list(dict.fromkeys(path for path, _, _ in shown(reply)))[:k]
    return len(set(first) & set(gold_files)) / len(set(gold_files))


def span_recall(reply: Reply, gold_spans: Sequence[Span]) -> float:
    """The share of the gold spans that overlap a shown span."""
    spans = shown(reply)
    return sum(any(_overlap(gold, span) for span in spans) for gold in gold_spans) / len(gold_spans)


def _overlap(gold: Span, span: Span) -> bool:
    return gold[0] == span[0] and gold[1] <= span[2] and span[1] <= gold[2]


def symbol_recall(reply: Reply, gold_symbols: Sequence[str], lines_of: Callable[[str], Sequence[str]]) -> float:
    """The share of the gold names that stand as whole words in the text and on disk inside a shown span."""
    in_text = _words(reply.text)
    on_disk: set[str] = set()
    for path, first, last in shown(reply):
        on_disk |= _words("\n".join(lines_of(path)[first - 1 : last]))
    return len(set(gold_symbols) & in_text & on_disk) / len(set(gold_symbols))


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text))


def tokens_for(curve: Sequence[tuple[float, float]], recall: float) -> float | None:
    """With how many tokens a curve of (tokens, recall) reaches a recall: between two points on a line over the
    logarithm of tokens. The first point's tokens where that is enough; None where no point reaches it."""
    before: tuple[float, float] | None = None
    for tokens, reached in curve:
        if reached >= recall:
            if before is None or reached == before[1]:
                return tokens
            share = (recall - before[1]) / (reached - before[1])
            return math.exp(math.log(before[0]) + share * (math.log(tokens) - math.log(before[0])))
        before = tokens, reached
    return None


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which this share of the values lies (nearest rank). Raises ValueError when there is none."""
    if not values:
        raise ValueError("nothing was measured")
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


@dataclass(frozen=True, slots=True)
class Bin:
    """Answers of about the same confidence: how many, how sure they were on average, and how often they were right."""

    low: float
    high: float
    count: int
    confidence: float
    right: float


def reliability(answers: Sequence[tuple[float, bool]], bins: int = 5) -> list[Bin]:
    """(confidence, right) of each answer, gathered in bins of equal width; empty bins are left out."""
    found = []
    for number in range(bins):
        low, high = number / bins, (number + 1) / bins
        inside = [one for one in answers if low <= one[0] < high or (number == bins - 1 and one[0] == 1.0)]
        if inside:
            sure = sum(confidence for confidence, _ in inside) / len(inside)
            found.append(Bin(low, high, len(inside), sure, sum(right for _, right in inside) / len(inside)))
    return found


def calibration_error(bins: Sequence[Bin]) -> float:
    """How far confidence is from being right, on average over the answers (expected calibration error)."""
    every = sum(one.count for one in bins)
    return sum(one.count * abs(one.confidence - one.right) for one in bins) / every if every else 0.0


def held(evidence: Sequence[Mapping[str, object]]) -> int:
    """How many citations of an answer hold: lines that were verified, and commits, which are read from git."""
    return sum(bool(one.get("verified", "commit" in one)) for one in evidence)


def mean(values: Sequence[float], seed: int = 1) -> Mean:
    """The mean with its 95 % percentile-bootstrap interval; the same values give the same interval.

    Raises ValueError when there is no value."""
    if not values:
        raise ValueError("no question has such gold")
    chance = random.Random(seed)
    count = len(values)
    means = sorted(sum(chance.choices(values, k=count)) / count for _ in range(RESAMPLES))
    low, high = means[int(RESAMPLES * 0.025)], means[int(RESAMPLES * 0.975) - 1]
    return Mean(sum(values) / count, low, high, count)
