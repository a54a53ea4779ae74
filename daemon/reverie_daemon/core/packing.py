"""A ranking in, a context out: the text that a model or another agent reads, within a budget of tokens.

Every piece is introduced by its `path:start_line-end_line`: a line on what is there for each, so that many fit, and
the source itself of the best where the budget allows. Counting tokens is the caller's: the counter is an argument.
Nothing is fetched here.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from html import escape as escaped
from typing import Literal, get_args

from reverie_daemon.core.neighbours import names_in
from reverie_daemon.core.ranking import Piece, Ranking, first_sentence
from reverie_daemon.core.tokens import Count

NAMES_MAX = 10
DOC_CHARS_MAX = 140
HEADLINE_CHARS_MAX = 100
SOURCE_BUDGET_MIN = 1_500
"""Below this, lines on more pieces are worth more than the source of one."""
SOURCE_SHARE = 0.2
"""The part of a larger budget that is set aside for source; what the notes leave goes there as well."""
SOURCE_PIECES_MAX = 6
NOTE_TOKENS_MIN = 12
"""About the smallest note there is; with less room left, packing ends."""
NOTE_TOKENS_USUAL = 20
"""Fewer than most notes have, so that enough of them are written to fill a budget."""

_DEFINING = re.compile(
    r"^(?:(?:pub|async|export|default|static|public|private|protected|final|abstract)\b\s*)*"
    r"(?:def|fn|func|function)\s+"
)
_COMMON_NAMES = (
    "isinstance len str int bool dict list tuple set getattr hasattr print super None True False TypeError ValueError"
    " Any Optional self this append The This If When It"
)
_COMMON = frozenset(_COMMON_NAMES.split())


Form = Literal["text", "markdown", "xml"]
Part = Literal["notes", "source", "tests", "history"]
FORMS: tuple[Form, ...] = get_args(Form)
PARTS: tuple[Part, ...] = get_args(Part)
USUAL_PARTS: frozenset[Part] = frozenset({"notes", "source", "tests"})
HISTORY_SHARE_MAX = 0.2
"""The part of a budget that the last commits may take."""
LEARNED_SHARE_MAX = 0.2
"""The part of a budget that what a model found out may take."""


@dataclass(frozen=True, slots=True)
class Context:
    """`text` is at most the budget's `tokens`; `evidence` are the pieces it introduces, most relevant first."""

    text: str
    tokens: int
    evidence: tuple[Piece, ...]


def pack(
    ranking: Ranking,
    budget_tokens: int,
    count: Count,
    *,
    form: Form = "text",
    parts: Collection[Part] = USUAL_PARTS,
    commits: Sequence[str] = (),
    learned: Sequence[str] = (),
) -> Context:
    """The pieces most worth their tokens as one text of at most `budget_tokens`. The same ranking, budget and counter
    give the same text. A budget too small for any piece gives an empty context.

    Without "notes" among the parts only pieces whose source is shown are there, without "source" no source, without
    "tests" nothing of test files; `learned` are lines on what a model found out, which stand first when "notes" is a
    part; `commits` are lines on the history, which stand last when "history" is one."""
    history = _lines(commits if "history" in parts else (), budget_tokens * HISTORY_SHARE_MAX, form, count)
    known = _lines(learned if "notes" in parts else (), budget_tokens * LEARNED_SHARE_MAX, form, count)
    room = budget_tokens - sum(size + 1 for size in count([known, history]) if size)
    pieces = [piece for piece in ranking.pieces if "tests" in parts or piece.role != "test"]
    context = _packed(pieces, ranking.stems, room, count, form, parts)
    if not known and not history:
        return context
    text = known + context.text + history
    return Context(text, count([text])[0], context.evidence)


def _lines(lines: Sequence[str], tokens_max: float, form: Form, count: Count) -> str:
    """As many of the lines as so many tokens hold."""
    kept: list[str] = []
    for line in lines:
        if count(["".join([*kept, noted(line, form)])])[0] > tokens_max:
            break
        kept.append(noted(line, form))
    return "".join(kept)


def _packed(
    pieces: Sequence[Piece], stems: Sequence[str], budget_tokens: int, count: Count, form: Form, parts: Collection[Part]
) -> Context:
    chosen = pieces[: budget_tokens // NOTE_TOKENS_USUAL]
    asked = re.compile("|".join(map(re.escape, stems))) if stems else None
    notes = [noted(note(piece, asked), form) for piece in chosen]
    bodies = [quoted(body(piece), form) if "source" in parts else "" for piece in chosen[:SOURCE_PIECES_MAX]]
    if "notes" not in parts:
        notes = notes[: len(bodies)]
    sizes = count([*notes, *bodies])
    kept = _kept(sizes[: len(notes)], budget_tokens - _reserve(budget_tokens, sizes[len(notes) :]))
    room = budget_tokens - sum(sizes[number] for number in kept)
    blocks = {number: notes[number] for number in kept}
    for number, (text, size) in enumerate(zip(bodies, sizes[len(notes) :], strict=True)):
        if text and number in blocks and size <= room:
            blocks[number] += text
            room -= size
    if "notes" not in parts:
        kept = [number for number in kept if blocks[number] != notes[number]]
    return _counted(chosen, kept, blocks, budget_tokens, count)


def _reserve(budget_tokens: int, body_sizes: Sequence[int]) -> int:
    return min(int(budget_tokens * SOURCE_SHARE), sum(body_sizes)) if budget_tokens >= SOURCE_BUDGET_MIN else 0


def _kept(sizes: Sequence[int], budget_tokens: int) -> list[int]:
    """The numbers of the notes that fit, best first."""
    kept: list[int] = []
    for number, size in enumerate(sizes):
        if size <= budget_tokens:
            budget_tokens -= size
            kept.append(number)
        elif budget_tokens < NOTE_TOKENS_MIN:
            break
    return kept


def _counted(
    chosen: Sequence[Piece], kept: list[int], blocks: dict[int, str], budget_tokens: int, count: Count
) -> Context:
    """The context, counted as a whole: joined texts can have a token more than their parts."""
    while kept:
        text = "".join(blocks[number] for number in kept)
        tokens = count([text])[0]
        if tokens <= budget_tokens:
            return Context(text, tokens, tuple(chosen[number] for number in kept))
        kept = kept[:-1]
    return Context("", 0, ())


def noted(line: str, form: Form) -> str:
    """A line in one of the forms."""
    return {"text": f"{line}\n", "markdown": f"- {line}\n", "xml": f"<note>{escaped(line, quote=False)}</note>\n"}[form]


def quoted(source: str, form: Form) -> str:
    """Source in one of the forms; "" stays so."""
    if not source or form == "text":
        return source
    if form == "xml":
        return f"<source>\n{escaped(source.rstrip(), quote=False)}\n</source>\n"
    fence = "`" * max(3, 1 + max(map(len, re.findall("`+", source)), default=0))
    return f"\n{fence}\n{source.rstrip()}\n{fence}\n\n"


def body(piece: Piece) -> str:
    """The piece's source as it stands, set off by an empty line; "" where only its signature is known."""
    return piece.text.rstrip() + "\n\n" if piece.complete else ""


def note(piece: Piece, asked: re.Pattern[str] | None = None) -> str:
    """One line on a piece: where it is, what it is, the first sentence of its doc, the names it uses; those that
    `asked` finds come first."""
    place = f"{piece.path}:{piece.span.start_line}-{piece.span.end_line}"
    headline = _headline(piece)
    return f"{place} {headline}{_names(piece, headline, asked)}"


def _headline(piece: Piece) -> str:
    symbol = piece.definition.symbol if piece.definition else None
    if symbol is None:
        if piece.role in ("source", "test") and not piece.title:
            return "(module level)"
        first = next((line.strip() for line in piece.text.splitlines() if line.strip()), "")
        return (piece.title or first)[:HEADLINE_CHARS_MAX]
    if piece.span.start_line > symbol.span.start_line:
        return f"(inside {symbol.qualname})"
    signature = _DEFINING.sub("", symbol.signature)
    if signature.startswith(symbol.name):
        signature = symbol.qualname + signature[len(symbol.name) :]
    doc = first_sentence(symbol.doc)
    return f"{signature} — {doc[:DOC_CHARS_MAX]}" if len(doc) > 1 else signature


def _names(piece: Piece, headline: str, asked: re.Pattern[str] | None) -> str:
    if not piece.complete or piece.role == "docs":
        return ""
    own = set(re.findall(r"\w+", headline))
    names = [name for name in names_in(piece.text) if name not in own and name not in _COMMON]
    if asked:
        names.sort(key=lambda name: asked.search(name.lower()) is None)
    return "; uses " + ", ".join(names[:NAMES_MAX]) if names else ""
