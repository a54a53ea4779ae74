"""Answers about words that name no symbol but stand in the text: an environment variable, a key, a quoted message."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from reverie_daemon.core.compose import citing, prose
from reverie_daemon.core.compose.definitions import usage
from reverie_daemon.core.compose.describing import name
from reverie_daemon.core.nouns import Catalogue, Claim, FileRole, PassageHit
from reverie_daemon.core.pathnames import beside

HITS_MAX = 24
SHOWN_MAX = 8
MESSAGE_SHARE_MIN = 0.7
"""How many of a message's words a place has to say: the others may be put in where it is made."""
MESSAGE_LINES_MAX = 3

_QUOTED = re.compile(r"\"([^\"\n]{6,200})\"|“([^”\n]{6,200})”|(?<!\w)'([^'\n]{6,200})'(?!\w)")
_STRING = re.compile(r"\"((?:[^\"\\]|\\.)*)\"|'((?:[^'\\]|\\.)*)'|`((?:[^`\\]|\\.)*)`")
_WORD = re.compile(r"[^\W_]\w*")
_SOURCE: tuple[FileRole, ...] = ("source",)


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


def message(catalogue: Catalogue, text: str) -> list[Claim]:
    """Where a message that the question quotes is made, with who gets it; nothing where none is quoted or no string of
    the source says it. What is put into a message when it is made stands in no source, so some words may be missing."""
    found = _QUOTED.search(text)
    said = next((group for group in found.groups() if group), "") if found else ""
    words = [word.lower() for word in _WORD.findall(said)]
    if len(said.split()) < 2:
        return []  # a name, which others look up
    hits = catalogue.search(list(dict.fromkeys(words)), HITS_MAX, roles=_SOURCE)
    made = [place for hit in hits for place in _made(catalogue, hit, words)]
    made.sort(key=lambda one: (-one[0], beside(one[1].path)))
    if not made:
        return []
    share, hit, line, code = made[0]
    where = f" in {name(hit.definition)}" if hit.definition is not None else ""
    claims = [
        citing.claim(
            f"“{said}” is said{where} at {citing.mark(hit.path, line)}: {prose.code(code, 160)}.",
            citing.span_evidence(catalogue, hit.path, hit.blob, line, line, hit.title),
        )
    ]
    others = list({(one[1].path, one[2]): one for one in made[1:] if one[0] == share}.values())[:SHOWN_MAX]
    if others:
        rows = [f"- {citing.mark(one.path, at)}: {prose.code(code, 100)}" for _, one, at, code in others]
        evidence = [e for _, one, at, _ in others for e in citing.span_evidence(catalogue, one.path, one.blob, at, at)]
        claims.append(citing.claim("The same is said here:\n\n" + "\n".join(rows), evidence))
    return [*claims, *(usage(catalogue, hit.definition, named=True) if hit.definition is not None else [])]


def _made(catalogue: Catalogue, hit: PassageHit, words: Sequence[str]) -> Iterator[tuple[float, PassageHit, int, str]]:
    """The lines of a passage whose strings say a message, or enough of it, with that share; a string may go on in the
    lines after."""
    lines = citing.lines_at(catalogue, hit.path, hit.span)
    for offset, line in enumerate(lines):
        if not _said_in([line], words[:1]) and not _said_in([line], words[1:2]):
            continue
        share = _said_in(lines[offset : offset + MESSAGE_LINES_MAX], words) / len(words)
        if share >= MESSAGE_SHARE_MIN:
            yield share, hit, hit.span.start_line + offset, line.strip()


def _said_in(lines: Sequence[str], words: Sequence[str]) -> int:
    """How many of the words the strings of some lines say, in order."""
    strings = " ".join("".join(groups) for line in lines for groups in _STRING.findall(line))
    rest = [word.lower() for word in _WORD.findall(strings)]
    count = 0
    for word in words:
        if word in rest:
            rest = rest[rest.index(word) + 1 :]
            count += 1
    return count
