"""Does a citation hold against the text that is on disk now?

A citation holds when its span is at most 60 lines, its lines on disk are the lines quoted (told by their digest), and
the code names in the claim occur in the span or enclose it. Texts are arguments, already redacted; nothing is read
here, and whether a claim is *true* beyond its names is not judged.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from hashlib import blake2b

from reverie_indexers.facts import Span

from reverie_daemon.core.nouns import Claim, Evidence

SPAN_LINES_MAX = 60
LINES_SEARCHED_MAX = 200_000
"""A longer file is not searched for a citation that moved."""

TextOf = Callable[[str], Sequence[str] | None]
"""A path's lines on disk now (redacted), None when it cannot be read; `Catalogue.text` is one."""

_CODE = re.compile(r"`([^`\n]+)`")
_IDENTIFIER = re.compile(r"[^\W\d]\w*")
_PLACE = re.compile(r"[\w./\\ -]*\.\w+:\d+(-\d+)?$|[\w.-]+(/[\w.-]+)+/?$")


def digest(lines: Sequence[str]) -> str:
    """Names the quoted lines: equal lines have equal digests, wherever they stand. 32 hexadecimal digits."""
    return blake2b("\n".join(lines).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def cite(path: str, blob: str, span: Span, lines: Sequence[str], symbol: str = "") -> Evidence:
    """Evidence for `span` of the file whose lines are `lines`. A span over 60 lines, or beyond the file's end, is cut,
    so that what is cited can be checked. Raises ValueError for a span that begins outside the file."""
    if not 1 <= span.start_line <= len(lines):
        raise ValueError(f"{path} has {len(lines)} lines; a citation cannot begin at line {span.start_line}")
    end = min(span.end_line, span.start_line + SPAN_LINES_MAX - 1, len(lines))
    kept = Span(span.start_line, max(end, span.start_line))
    return Evidence(path=path, blob=blob, span=kept, symbol=symbol, digest=digest(_quoted(kept, lines)))


def holds(evidence: Evidence, lines: Sequence[str] | None) -> bool:
    """Whether the lines on disk are still those quoted, at the same place. A commit never changes, so it holds."""
    if evidence.commit is not None:
        return True
    span = evidence.span
    if lines is None or not 1 <= span.start_line <= span.end_line <= len(lines):
        return False
    if span.end_line - span.start_line >= SPAN_LINES_MAX:
        return False
    return digest(_quoted(span, lines)) == evidence.digest


def relocate(evidence: Evidence, lines: Sequence[str] | None) -> Evidence | None:
    """The evidence where its lines stand now: itself when nothing moved, at the nearest place when the same lines are
    elsewhere in the file, None when they are nowhere. Of places equally near, the earlier."""
    if holds(evidence, lines):
        return evidence
    height = evidence.span.end_line - evidence.span.start_line + 1
    if lines is None or not 1 <= height <= SPAN_LINES_MAX or len(lines) > LINES_SEARCHED_MAX:
        return None
    starts = range(1, len(lines) - height + 2)
    for start in sorted(starts, key=lambda line: (abs(line - evidence.span.start_line), line)):
        moved = Span(start, start + height - 1)
        if digest(_quoted(moved, lines)) == evidence.digest:
            return replace(evidence, span=moved)
    return None


def verify(claim: Claim, text_of: TextOf) -> Claim:
    """The claim with each piece of its evidence marked `verified` or not, moved to where its lines stand now.

    All code names of the claim must be found in, or around, the evidence together: a sentence about a caller and its
    callee may cite both. When one is missing, none of the evidence is verified, since it does not carry the claim."""
    found: list[Evidence] = []
    for evidence in claim.evidence:
        lines = None if evidence.commit else text_of(evidence.path)
        found.append(relocate(evidence, lines) or replace(evidence, verified=False))
    held = [evidence for evidence in found if holds(evidence, None if evidence.commit else text_of(evidence.path))]
    named = names_missing(claim.text, held, text_of)
    return replace(claim, evidence=tuple(replace(e, verified=e in held and not named) for e in found))


def is_verified(claim: Claim) -> bool:
    """Whether the claim, after `verify`, rests on evidence and all of it held."""
    return bool(claim.evidence) and all(evidence.verified for evidence in claim.evidence)


def code_names(text: str) -> tuple[str, ...]:
    """The identifiers in a claim's `backticks`, in order; places (`src/app.py:10`) are no names."""
    names: dict[str, None] = {}
    for code in _CODE.findall(text):
        if not _PLACE.match(code.strip()):
            names.update(dict.fromkeys(_IDENTIFIER.findall(code)))
    return tuple(names)


def names_missing(text: str, evidence: Iterable[Evidence], text_of: TextOf) -> tuple[str, ...]:
    """The code names of a claim that neither occur in the cited lines nor enclose them (as symbol or folder)."""
    wanted = code_names(text)
    if not wanted:
        return ()
    there: set[str] = set()
    for piece in evidence:
        there |= _names_around(piece, text_of)
    return tuple(name for name in wanted if name not in there)


def _names_around(piece: Evidence, text_of: TextOf) -> set[str]:
    if piece.commit is not None:
        commit = piece.commit
        words = [commit.oid, commit.author, commit.subject, commit.body, *(path for _, path in commit.paths)]
        return set(re.findall(r"\w+", " ".join(words)))
    lines = text_of(piece.path) or ()
    around = f"{piece.symbol} {piece.path}\n" + "\n".join(_quoted(piece.span, lines))
    return set(_IDENTIFIER.findall(around))


def _quoted(span: Span, lines: Sequence[str]) -> Sequence[str]:
    return lines[span.start_line - 1 : span.end_line]
