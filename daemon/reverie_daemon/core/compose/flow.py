"""Answers to "how does X work": what it does in the order things happen, and one step into the calls that matter."""

from __future__ import annotations

from collections.abc import Sequence

from reverie_daemon.core.compose import citing, prose
from reverie_daemon.core.compose.calls import is_ours
from reverie_daemon.core.compose.definitions import as_claim, kept, member_claims, path_claims, usage
from reverie_daemon.core.compose.describing import cited, deed, members, more_doc, opening, place
from reverie_daemon.core.compose.steps import Step, in_order, run_on, story
from reverie_daemon.core.naming import TYPE_KINDS
from reverie_daemon.core.nouns import Catalogue, Claim, Definition, Evidence
from reverie_daemon.core.questions import Question
from reverie_daemon.core.resolve import Call, Resolver

STEPS_INSIDE_MAX = 4
INSIDE_MAX = 2
"""Into how many of the things called the story goes."""

METHODS_MAX = 8
_MAKERS = ("__init__", "constructor", "initialize", "new", "New")


def how(question: Question, catalogue: Catalogue) -> list[Claim]:
    """The story of a callable, or of a type through its most telling methods."""
    subject = question.subjects[0]
    definition = subject.definition
    if definition is None:
        return path_claims(catalogue, subject)
    said = opening(catalogue, definition)
    claims = [citing.claim(said.text, said.evidence), as_claim(more_doc(catalogue, definition, 400))]
    if definition.symbol.kind in TYPE_KINDS | {"module"}:
        return kept([*claims, *life(catalogue, definition), *usage(catalogue, definition)])
    told = story(catalogue, definition)
    claims += [as_claim(in_order(told)), *_inside(catalogue, told)]
    return kept([*claims, *usage(catalogue, definition, named=True)])


def _inside(catalogue: Catalogue, told: Sequence[Step]) -> list[Claim]:
    """One step deeper, into the calls that do most of the work."""
    targets = dict.fromkeys(step.call.targets[0].definition for step in told if step.call is not None)
    large = [item for item in targets if item.symbol.kind in ("function", "method") and _length(item) >= 6]
    claims = []
    for target in sorted(large, key=_length, reverse=True)[:INSIDE_MAX]:
        steps = story(catalogue, target, STEPS_INSIDE_MAX)
        if steps:
            said = run_on(steps)
            text = f"Inside {cited(target)}, {said.text}."
            claims.append(citing.claim(text, citing.head(catalogue, target), said.evidence))
    return claims


def _length(definition: Definition) -> int:
    return definition.symbol.span.end_line - definition.symbol.span.start_line


def life(catalogue: Catalogue, definition: Definition) -> list[Claim]:
    """A type: how one is made, then its methods, each in a few words."""
    inside = [item for item in members(catalogue, definition) if item.symbol.kind in ("method", "function")]
    makers = (*_MAKERS, definition.symbol.name)
    made = next((item for item in inside if item.symbol.name in makers), None)
    claims = []
    if made is not None and (told := story(catalogue, made, 6)):
        said = run_on(told)
        text = f"When one is made ({place(made)}), {said.text}."
        claims.append(citing.claim(text, citing.head(catalogue, made), said.evidence))
    return [*claims, *_methods(catalogue, definition, inside)]


def _methods(catalogue: Catalogue, definition: Definition, inside: Sequence[Definition]) -> list[Claim]:
    """The public methods that do most, told by their docs and by what they call."""
    public = [item for item in inside if not item.symbol.name.startswith("_") and item.symbol.name not in _MAKERS]
    chosen = sorted(public, key=lambda item: (not item.symbol.doc, -_length(item)))[:METHODS_MAX]
    if not chosen:
        return member_claims(catalogue, definition, METHODS_MAX)
    resolver = Resolver(catalogue)
    rows: list[str] = []
    evidence: list[Evidence] = []
    for item in sorted(chosen, key=lambda one: one.symbol.span.start_line):
        ours = _own_calls(resolver, item)
        rows.append(_method_row(item, ours))
        evidence += citing.head(catalogue, item)
        evidence += [
            e for call in ours for e in citing.lines_of(catalogue, item, call.reference.line, call.reference.line)
        ]
    return [citing.claim("What it then does, method by method:\n\n" + "\n".join(rows), evidence)]


def _own_calls(resolver: Resolver, item: Definition) -> list[Call]:
    """The first calls of a method that stay in this repository, each thing once, three at most."""
    seen: dict[str, Call] = {}
    for call in resolver.calls_in(item):
        if is_ours(call, item) and call.targets[0].definition.symbol.kind in ("method", "function"):
            seen.setdefault(call.reference.name, call)
    return list(seen.values())[:3]


def _method_row(item: Definition, ours: Sequence[Call]) -> str:
    said = deed(item)
    text = f"- `{item.symbol.name}` ({place(item)})" + (f" {prose.shorten(said, 120)}" if said else "")
    if not ours:
        return text
    return f"{text}{'; it' if said else ''} calls {prose.joined([f'`{call.reference.name}`' for call in ours])}"
