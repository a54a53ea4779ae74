"""Evidence for claims: the spans that they cite, with the digest of the lines quoted.

Every `path:line` mark that a composer writes comes from here, together with the Evidence it stands for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from reverie_indexers.facts import Span

from reverie_daemon.core.evidence import digest, names_missing
from reverie_daemon.core.nouns import Catalogue, Claim, Commit, Definition, Evidence, Site

SPAN_LINES_MAX = 60
DOC_LINES_MAX = 400
"""Above a definition, where its doc comment is looked for."""
_MARK = re.compile(r"`[^`\n]*:\d+`")
_COMMENT = re.compile(r"^\s*(?://|/?\*|#(?!include|define|if|endif|else|pragma)|--|;;|@|\[|///|'''|\"\"\")")


def mark(path: str, line: int) -> str:
    """`path:line`, as every citation stands in a text."""
    return f"`{path}:{line}`"


def unmarked(text: str) -> str:
    """A text without its citations, whose paths say nothing of what is told."""
    return _MARK.sub("", text)


def span_evidence(
    catalogue: Catalogue, path: str, blob: str, start: int, end: int, symbol: str = ""
) -> tuple[Evidence, ...]:
    """The lines from `start` to `end`, at most 60; nothing when the file cannot be read or has no such lines."""
    lines = catalogue.text(path)
    if lines is None or not 1 <= start <= len(lines):
        return ()
    end = max(start, min(end, start + SPAN_LINES_MAX - 1, len(lines)))
    return (Evidence(path, blob, Span(start, end), symbol, digest(lines[start - 1 : end])),)


def lines_at(catalogue: Catalogue, path: str, span: Span) -> list[str]:
    """The lines of a span as they are on disk now, which a search's text need not be word for word; [] without file."""
    lines = catalogue.text(path)
    return list(lines[span.start_line - 1 : span.end_line]) if lines is not None else []


def head_start(definition: Definition, lines: Sequence[str]) -> int:
    """The line where a definition's text begins, its doc comment and decorators above included."""
    start = definition.symbol.span.start_line
    lowest = max(1, start - 40)
    while definition.symbol.doc and start > lowest and _COMMENT.match(lines[start - 2]):
        start -= 1
    return start


def head(catalogue: Catalogue, definition: Definition) -> tuple[Evidence, ...]:
    """A definition from its doc comment on, at most 60 lines."""
    lines = catalogue.text(definition.path)
    if lines is None or definition.symbol.span.start_line > len(lines):
        return ()
    span, start = definition.symbol.span, definition.symbol.span.start_line
    value = definition.symbol.kind in ("attribute", "constant", "variable")
    if definition.language != "python" or value:
        start = head_start(definition, lines)
    end = _doc_end(lines, span.end_line) if value and definition.symbol.doc else span.end_line
    return span_evidence(catalogue, definition.path, definition.blob, start, end, definition.symbol.qualname)


def _doc_end(lines: Sequence[str], end: int) -> int:
    """The last line of a docstring that follows a value, else the value's own last line."""
    following = lines[end].strip() if end < len(lines) else ""
    quote = following[:3]
    if quote not in ('"""', "'''"):
        return end
    if following.count(quote) > 1:
        return end + 1
    return next((at + 1 for at in range(end + 1, min(end + 40, len(lines))) if quote in lines[at]), end)


def lines_of(catalogue: Catalogue, definition: Definition, start: int, end: int) -> tuple[Evidence, ...]:
    """Some lines inside a definition."""
    return span_evidence(catalogue, definition.path, definition.blob, start, end, definition.symbol.qualname)


def site_evidence(catalogue: Catalogue, site: Site) -> tuple[Evidence, ...]:
    """The line of a reference."""
    symbol = site.scope.symbol.qualname if site.scope else ""
    return span_evidence(catalogue, site.path, site.blob, site.reference.line, site.reference.line, symbol)


def named_lines(catalogue: Catalogue, definition: Definition, text: str) -> tuple[Evidence, ...]:
    """A definition's head, and where a doc that is longer than a citation may be says each name of `text` beyond it."""
    found = head(catalogue, definition)
    lines = catalogue.text(definition.path) or ()
    start, end = max(1, definition.symbol.span.start_line - DOC_LINES_MAX), definition.symbol.span.end_line
    for missing in names_missing(text, found, catalogue.text):
        at = next((n for n in range(start, min(end, len(lines)) + 1) if missing in lines[n - 1]), 0)
        found += lines_of(catalogue, definition, at, at) if at else ()
    return found


def commit_evidence(commits: Iterable[Commit]) -> tuple[Evidence, ...]:
    return tuple(Evidence(commit=commit) for commit in commits)


def claim(text: str, *evidence: Sequence[Evidence]) -> Claim:
    """A claim with its evidence flattened, each piece once."""
    flat = [item for group in evidence for item in group]
    return Claim(text, tuple(dict.fromkeys(flat)))


def gathered(claims: Iterable[Claim]) -> tuple[Evidence, ...]:
    """All evidence of an answer in reading order, each piece once."""
    return tuple(dict.fromkeys(item for one in claims for item in one.evidence))
