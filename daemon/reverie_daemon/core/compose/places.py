"""Answers about a line of a file: what stands there, and of a pasted traceback how it was reached."""

from __future__ import annotations

from reverie_daemon.core.compose import citing, prose
from reverie_daemon.core.compose.describing import cited, fenced, name
from reverie_daemon.core.naming import Subject
from reverie_daemon.core.nouns import Catalogue, Claim
from reverie_daemon.core.questions import Question

AROUND_LINES = 3


def at_line(question: Question, catalogue: Catalogue) -> list[Claim]:
    """The line that is asked about, with what stands around it, then the frames that led there; [] where none is."""
    subject = question.subjects[0]
    definition, line = subject.definition, subject.line
    lines = catalogue.text(subject.path) if line and definition is not None else None
    if definition is None or lines is None or not definition.symbol.span.start_line < line <= len(lines):
        return []
    span = definition.symbol.span
    start, end = max(span.start_line, line - AROUND_LINES), min(span.end_line, line + AROUND_LINES)
    shown = fenced(lines[start - 1 : end], definition.language)
    text = f"{citing.mark(subject.path, line)} stands in {cited(definition)}"
    there = lines[line - 1].strip()
    text += f": {prose.code(there, 110)}" if there else ", and is empty"
    evidence = citing.lines_of(catalogue, definition, start, end)
    lead = citing.claim(f"{prose.ended(text)}\n\n{shown}", evidence, citing.head(catalogue, definition))
    return [lead, *_frames(catalogue, question.subjects[1:])]


def _frames(catalogue: Catalogue, subjects: tuple[Subject, ...]) -> list[Claim]:
    """The calls that led to a line, the nearest first."""
    frames = [one for one in subjects if one.line and one.definition is not None]
    if not frames:
        return []
    parts = [f"{name(one.definition)} ({citing.mark(one.path, one.line)})" for one in frames if one.definition]
    evidence = [
        piece
        for one in frames
        if one.definition is not None
        for piece in citing.lines_of(catalogue, one.definition, one.line, one.line)
    ]
    return [citing.claim(f"It was reached through {', then '.join(parts)}.", evidence)]
