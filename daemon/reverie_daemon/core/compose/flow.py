"""Answers to "how does X work": what a body does, step by step in the order things happen, into the calls that matter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reverie_daemon.core.compose import citing, prose, reading
from reverie_daemon.core.compose.calls import is_ours
from reverie_daemon.core.compose.definitions import as_claim, kept, member_claims, path_claims, usage
from reverie_daemon.core.compose.describing import Said, body_of, cited, deed, members, more_doc, name, opening, place
from reverie_daemon.core.naming import TYPE_KINDS
from reverie_daemon.core.nouns import Catalogue, Claim, Definition, Evidence
from reverie_daemon.core.questions import Question
from reverie_daemon.core.resolve import Call, Resolver

STEPS_MAX = 12
STEPS_INSIDE_MAX = 5
INSIDE_MAX = 2
"""Into how many of the things called the story goes."""

_TRIVIAL = frozenset({"len", "isinstance", "str", "int", "print", "super", "getattr", "list", "dict", "tuple", "set", "append", "cast", "repr", "bool", "type", "iter", "next"})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a story with its statement and the call that it makes, where that is ours."""

    said: Said
    statement: reading.Statement
    call: Call | None


def how(question: Question, catalogue: Catalogue) -> list[Claim]:
    """The story of a callable, or of a type through its most used methods."""
    subject = question.subjects[0]
    if subject.definition is None:
        return path_claims(catalogue, subject)
    definition = subject.definition
    said = opening(catalogue, definition)
    claims = [citing.claim(said.text, said.evidence), as_claim(more_doc(catalogue, definition, 400))]
    if definition.symbol.kind in TYPE_KINDS | {"module"}:
        return kept([*claims, *_life(catalogue, definition), *usage(catalogue, definition)])
    told = story(catalogue, definition)
    claims.append(as_claim(told_in_order(definition, told)))
    claims += _inside(catalogue, told)
    return kept([*claims, *usage(catalogue, definition)])


def told_in_order(definition: Definition, told: Sequence[Step]) -> Said:
    """Steps as a numbered list, or as one sentence when there are only two."""
    if not told:
        return Said("")
    evidence = tuple(item for step in told for item in step.said.evidence)
    if len(told) <= 2:
        return Said(
            " ".join(
                f"It {step.said.text}."
                if not step.said.text.startswith("if ")
                else prose.ended(prose.capital(step.said.text))
                for step in told
            ),
            evidence,
        )
    rows = "\n".join(
        f"{number}. {prose.ended(prose.capital(step.said.text))}" for number, step in enumerate(told, start=1)
    )
    return Said(f"Step by step:\n\n{rows}", evidence)


def story(catalogue: Catalogue, definition: Definition, limit: int = STEPS_MAX) -> list[Step]:
    """A body's statements worth telling, in order; the least telling are left out when there are too many."""
    body = body_of(catalogue, definition)
    calls = Resolver(catalogue).calls_in(definition)
    steps: list[tuple[int, int, Step]] = []
    told_until = 0
    for at, item in enumerate(body):
        if item.line <= told_until:
            continue
        found = _step(catalogue, definition, body, at, calls)
        if found is None:
            continue
        weight, step, until = found
        told_until = max(told_until, until)
        steps.append((weight, at, step))
    best = sorted(steps, key=lambda entry: (-entry[0], entry[1]))[:limit]
    return [step for _, _, step in sorted(best, key=lambda entry: entry[1])]


def _step(
    catalogue: Catalogue, definition: Definition, body: Sequence[reading.Statement], at: int, calls: Sequence[Call]
) -> tuple[int, Step, int] | None:
    """A statement as a step with its weight and the last line that it tells; None when it is not worth a step."""
    item = body[at]
    inner = [other for other in body[at + 1 :] if other.under == at]
    ours = _call_in(item, calls, definition)
    if item.kind == "if" and len(inner) == 1 and inner[0].kind in ("raise", "return", "call", "set"):
        act = _act(inner[0], _call_in(inner[0], calls, definition))
        text = f"{reading.condition(item)}, it {act}"
        return _made(
            catalogue,
            definition,
            item,
            inner[0],
            text,
            _call_in(inner[0], calls, definition),
            4 + (inner[0].kind == "raise"),
        )
    if item.kind in ("raise", "return", "yield", "set") or ours is not None:
        guard = body[item.under] if item.under >= 0 else None
        before = _guarded(guard)
        weight = (
            {"raise": 4, "return": 3, "yield": 4, "set": 2}.get(item.kind, 1)
            + (4 if ours is not None else 0)
            - (item.depth > body[0].depth + 8)
        )
        if item.kind == "return" and not item.head:
            return None
        return _made(
            catalogue,
            definition,
            item,
            item,
            f"{before}{'it ' if before else ''}{_act(item, ours)}",
            ours,
            weight + bool(item.comment),
        )
    if item.comment and item.kind in ("if", "loop", "with", "call", "other"):
        return _made(catalogue, definition, item, item, _remarked(item), None, 3)
    if item.kind == "loop" and inner:
        return None
    return None


def _made(
    catalogue: Catalogue,
    definition: Definition,
    item: reading.Statement,
    last: reading.Statement,
    text: str,
    ours: Call | None,
    weight: int,
) -> tuple[int, Step, int]:
    mark = citing.mark(definition.path, last.line if last is not item and ours is not None else item.line)
    start = item.line - (item.comment.count("\n") + 1 if item.comment else 0)
    evidence = citing.lines_of(
        catalogue,
        definition,
        max(definition.symbol.span.start_line, start - 8 if item.comment else start),
        last.end_line,
    )
    said = f"{text} ({mark})"
    if item.comment and item.comment not in text and len(item.comment) < 200:
        said += f": {_lower_first(item.comment.rstrip('.'))}"
    if ours is not None:
        target = ours.targets[0].definition
        evidence = (*evidence, *citing.head(catalogue, target))
        doing = deed(target)
        if doing and not item.comment:
            said += f", which {prose.shorten(doing, 130)}"
    return weight, Step(Said(said, evidence), item, ours), last.end_line


def _lower_first(text: str) -> str:
    word = text.split(" ", 1)[0]
    return text[:1].lower() + text[1:] if word.isalpha() and word[1:].islower() else text


def _guarded(guard: reading.Statement | None) -> str:
    """ "if `x`, " for a statement inside such a block."""
    if guard is None:
        return ""
    if guard.kind == "if":
        return f"{reading.condition(guard)}, "
    if guard.kind == "loop":
        return f"in the loop {prose.code(guard.head, 70)}, "
    if guard.kind == "catch":
        return f"on {prose.code(guard.head, 60)}, " if guard.head else "on an error, "
    if guard.kind == "with":
        return f"inside {prose.code(guard.head, 60)}, "
    if guard.kind == "else":
        return "otherwise, "
    return ""


def _act(item: reading.Statement, ours: Call | None) -> str:
    if item.kind == "raise":
        return f"raises {reading.raised(item)}"
    target = f"{name(ours.targets[0].definition)} ({place(ours.targets[0].definition)})" if ours is not None else ""
    if item.kind == "return":
        if ours is not None:
            return (
                f"returns what {target} gives"
                if item.head.rstrip(")").count("(") <= 1
                else f"returns {prose.code(item.head, 80)}, through {target}"
            )
        return f"returns {prose.code(item.head, 90)}" if item.head else "returns"
    if item.kind == "yield":
        return f"yields {prose.code(item.head, 80)}"
    if item.kind == "set":
        left, _, right = item.head.partition("=")
        clean = left.split(":")[0].rstrip(" +-|&*/?")
        return (
            f"sets {prose.code(clean, 50)} with {target}"
            if target
            else f"sets {prose.code(clean, 50)} to {prose.code(right.strip(' ;'), 70)}"
        )
    return f"calls {target}" if target else f"runs {prose.code(item.text.rstrip(';'), 90)}"


def _remarked(item: reading.Statement) -> str:
    text = prose.shorten(item.comment.rstrip("."), 200)
    return text if text[:1].isupper() else prose.capital(text)


def _call_in(item: reading.Statement, calls: Sequence[Call], definition: Definition) -> Call | None:
    """The weightiest call of ours that a statement makes."""
    inside = [call for call in calls if item.line <= call.reference.line <= item.end_line]
    ours = [call for call in inside if is_ours(call, definition) and call.reference.name not in _TRIVIAL]
    return max(
        ours, key=lambda call: (call.targets[0].certainty, bool(call.targets[0].definition.symbol.doc)), default=None
    )


def _inside(catalogue: Catalogue, told: Sequence[Step]) -> list[Claim]:
    """One step deeper, into the calls that do most of the work."""
    targets: list[Definition] = []
    for step in told:
        if step.call is None:
            continue
        target = step.call.targets[0].definition
        size = target.symbol.span.end_line - target.symbol.span.start_line
        if target not in targets and target.symbol.kind in ("function", "method") and size >= 6:
            targets.append(target)
    targets.sort(key=lambda item: item.symbol.span.start_line - item.symbol.span.end_line)
    claims = []
    for target in targets[:INSIDE_MAX]:
        steps = story(catalogue, target, STEPS_INSIDE_MAX)
        if not steps:
            continue
        told_inside = "; then it ".join(_flat(step.said.text) for step in steps[:STEPS_INSIDE_MAX])
        evidence = [item for step in steps for item in step.said.evidence]
        claims.append(
            citing.claim(f"Inside {cited(target)}, it {told_inside}.", citing.head(catalogue, target), evidence)
        )
    return claims


def _flat(text: str) -> str:
    return text.split(", which ")[0] if len(text) > 220 else text


def _life(catalogue: Catalogue, definition: Definition) -> list[Claim]:
    """A type: how it is set up, then its methods that others use most, each in a few words."""
    inside = [item for item in members(catalogue, definition) if item.symbol.kind in ("method", "function")]
    claims = []
    made = next(
        (
            item
            for item in inside
            if item.symbol.name in ("__init__", "constructor", "initialize", definition.symbol.name, "new", "New")
        ),
        None,
    )
    if made is not None:
        told = story(catalogue, made, 6)
        if told:
            evidence = [item for step in told for item in step.said.evidence]
            rows = "; ".join(_flat(step.said.text) for step in told)
            claims.append(
                citing.claim(f"When one is made ({place(made)}), it {rows}.", citing.head(catalogue, made), evidence)
            )
    return [*claims, *_busiest(catalogue, definition, inside)]


def _busiest(catalogue: Catalogue, definition: Definition, inside: Sequence[Definition]) -> list[Claim]:
    """The public methods that do most, told by their docs and by what they call among themselves."""
    public = [item for item in inside if not item.symbol.name.startswith("_")]
    long = sorted(
        public, key=lambda item: (not item.symbol.doc, item.symbol.span.start_line - item.symbol.span.end_line)
    )[:8]
    long.sort(key=lambda item: item.symbol.span.start_line)
    if not long:
        return member_claims(catalogue, definition, 8)
    resolver = Resolver(catalogue)
    rows: list[str] = []
    evidence: list[Evidence] = []
    for item in long:
        ours = [
            call
            for call in resolver.calls_in(item)
            if is_ours(call, item) and call.targets[0].definition.symbol.kind in ("method", "function")
        ]
        targets = list(dict.fromkeys(call.targets[0].definition for call in ours))[:3]
        said = deed(item)
        text = f"- `{item.symbol.name}` ({place(item)})" + (f" {prose.shorten(said, 120)}" if said else "")
        if targets:
            text += f"{'; it' if said else ''} calls {prose.joined([f'`{target.symbol.name}`' for target in targets])}"
        rows.append(text)
        evidence += citing.head(catalogue, item)
        evidence += [
            e
            for call in ours
            for e in citing.lines_of(catalogue, item, call.reference.line, call.reference.line)
            if call.targets[0].definition in targets
        ]
    return [citing.claim("What it then does, method by method:\n\n" + "\n".join(rows), evidence)]
