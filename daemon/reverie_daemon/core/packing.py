"""A ranking in, a context out: the text that a model or another agent reads, within a budget of tokens.

Every piece is introduced by its `path:start_line-end_line`. Counting tokens is the caller's: the counter is an
argument. Nothing is fetched here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from reverie_daemon.core.ranking import Piece, Ranking, first_sentence
from reverie_daemon.core.tokens import Count

CALLS_MAX = 10
DOC_CHARS_MAX = 140
_CALLED = re.compile(r"(?<!def )(?<!class )(?<!function )\b([^\W\d]\w+)\s*\(")
_NOT_CALLS = (
    "if for while switch return catch match elif not and or in is assert except with print super isinstance len"
)
_KEYWORDS = frozenset(_NOT_CALLS.split())


@dataclass(frozen=True, slots=True)
class Context:
    """`text` is at most the budget's `tokens`; `evidence` are the pieces it introduces, most relevant first."""

    text: str
    tokens: int
    evidence: tuple[Piece, ...]


def pack(ranking: Ranking, budget_tokens: int, count: Count) -> Context:
    """The pieces most worth their tokens as one text of at most `budget_tokens`. The same ranking, budget and counter
    give the same text. A budget too small for any piece gives an empty context."""
    chosen = ranking.pieces[: budget_tokens // 8]
    notes = [note(piece) + "\n" for piece in chosen]
    used = 0
    kept: list[int] = []
    for number, tokens in enumerate(count(notes)):
        if used + tokens <= budget_tokens:
            used += tokens
            kept.append(number)
        elif budget_tokens - used < 20:
            break
    text = "".join(notes[number] for number in kept)
    return Context(text, count([text])[0] if text else 0, tuple(chosen[number] for number in kept))


def note(piece: Piece) -> str:
    """One line on a piece: where it is, its signature, the first sentence of its doc, the names it calls."""
    line = f"{piece.path}:{piece.span.start_line}-{piece.span.end_line} "
    symbol = piece.definition.symbol if piece.definition else None
    if symbol is None:
        return line + (piece.title or piece.text.strip().split("\n", 1)[0][:80])
    line += symbol.signature
    if len(doc := first_sentence(symbol.doc)) > 1:
        line += " — " + doc[:DOC_CHARS_MAX]
    names = dict.fromkeys(name for name in _CALLED.findall(piece.text) if name not in _KEYWORDS and name != symbol.name)
    if names:
        line += "; calls " + ", ".join(list(names)[:CALLS_MAX])
    return line
