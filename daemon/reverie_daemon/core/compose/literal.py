"""Answers about a word that names no symbol but stands in the text: an environment variable, a key, a message."""

from __future__ import annotations

import re

from reverie_daemon.core.compose import citing, prose
from reverie_daemon.core.compose.describing import name
from reverie_daemon.core.nouns import Catalogue, Claim, PassageHit
from reverie_daemon.core.pathnames import beside

HITS_MAX = 24
SHOWN_MAX = 8


def occurrences(catalogue: Catalogue, word: str) -> list[Claim]:
    """Where a word stands literally, source before tests and documents; nothing when it stands nowhere."""
    if len(word) < 3:
        return []
    found = [place for hit in catalogue.search([word], HITS_MAX) if (place := _place(catalogue, hit, word)) is not None]
    roles = ("source", "config", "docs", "test")
    quoted = re.compile(rf"[\"']{re.escape(word)}[\"']")
    found.sort(
        key=lambda item: (
            roles.index(item[0].role) if item[0].role in roles else 9, beside(item[0].path), not quoted.search(item[2])
        )
    )  # fmt: skip
    if not found:
        return []
    hit, line, text = found[0]
    where = f" in {name(hit.definition)}" if hit.definition is not None else ""
    lead = f"“{word}” stands{where} at {citing.mark(hit.path, line)}: {prose.code(text, 120)}."
    head = citing.span_evidence(catalogue, hit.path, hit.blob, line, line, hit.title)
    claims = [citing.claim(lead, head)]
    others = found[1 : SHOWN_MAX + 1]
    if others:
        rows = [f"- {citing.mark(one.path, at)}: {prose.code(line_text, 100)}" for one, at, line_text in others]
        more = f"\n- and {len(found) - 1 - len(others)} more" if len(found) - 1 > len(others) else ""
        evidence = [e for one, at, _ in others for e in citing.span_evidence(catalogue, one.path, one.blob, at, at)]
        claims.append(citing.claim("It also stands here:\n\n" + "\n".join(rows) + more, evidence))
    return claims


def _place(catalogue: Catalogue, hit: PassageHit, word: str) -> tuple[PassageHit, int, str] | None:
    """The line of a passage that has the word, one that quotes it before one that only mentions it."""
    pattern = re.compile(rf"(?<!\w){re.escape(word)}(?!\w)")
    lines = [
        (offset, text)
        for offset, text in enumerate(citing.lines_at(catalogue, hit.path, hit.span))
        if pattern.search(text)
    ]
    if not lines:
        return None
    offset, text = min(lines, key=lambda item: (f'"{word}"' not in item[1] and f"'{word}'" not in item[1], item[0]))
    return hit, hit.span.start_line + offset, text.strip()
