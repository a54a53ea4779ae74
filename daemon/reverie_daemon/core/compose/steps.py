"""A body told as steps: its statements worth telling, in the order they happen, each a clause with its citation.

Steps are clauses, not sentences ("sets `x` …", "if `y`, it raises …"); joining them is the composers' business.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from reverie_daemon.core.compose import citing, prose, reading
from reverie_daemon.core.compose.calls import is_ours
from reverie_daemon.core.compose.describing import Said, body_of, cited, deed
from reverie_daemon.core.nouns import Catalogue, Definition
from reverie_daemon.core.resolve import Call, Resolver

STEPS_MAX = 12
GROUP_MAX = 4
COMMENT_CHARS_MAX = 200

_TRIVIAL = frozenset(
    ["len", "isinstance", "str", "int", "print", "super", "getattr", "list", "dict", "tuple", "set", "append", "cast",
     "repr", "bool", "type", "iter", "next", "get", "items", "keys", "values"]
)  # fmt: skip
_ASSIGNED = re.compile(
    r"^(?:(?:const|let|var|val|auto|final|local|my)\s+"
    r"(?:mut\s+)?)?(?P<left>[\w.$\[\]'\"]+)\s*:?=(?![=>])\s*(?P<right>.+)$"
)
_UNANNOTATED = re.compile(r"(?:[^:\[\]]|\[[^\]]*\])+")
_CONDITIONAL = re.compile(r"(?:if|unless|on|for each|while|inside|depending on|in the case|in all other cases)\b")


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a story with its statement and the call that it makes, where that is ours. A `remark` is told in the
    words of the comment above the statement. `guard` is the condition that its text begins with, "" for none."""

    said: Said
    statement: reading.Statement
    call: Call | None
    remark: bool = False
    guard: str = ""


@dataclass(frozen=True, slots=True)
class _Body:
    """A definition with its statements and calls, while its story is made."""

    catalogue: Catalogue
    definition: Definition
    statements: Sequence[reading.Statement]
    calls: Sequence[Call]


def story(catalogue: Catalogue, definition: Definition, limit: int = STEPS_MAX) -> list[Step]:
    """A body's statements worth telling, in order; the least telling are left out when there are too many."""
    statements = body_of(catalogue, definition)
    body = _Body(catalogue, definition, statements, Resolver(catalogue).calls_in(definition))
    found: list[tuple[int, int, Step]] = []
    called: set[Definition | None] = set()
    told_until = 0
    for at, item in enumerate(statements):
        made = _step(body, at) if item.line > told_until else None
        if made is None:
            continue
        weight, step, told_until = made
        target = step.call.targets[0].definition if step.call is not None else None
        if target is None or target not in called:
            found.append((weight, at, step))
        called.add(target)
    best = sorted(found, key=lambda entry: (-entry[0], entry[1]))[:limit]
    return [step for _, _, step in sorted(best, key=lambda entry: entry[1])]


def in_order(told: Sequence[Step]) -> Said:
    """Steps as a numbered list, or as sentences when there are only two."""
    told = _grouped(told)
    evidence = tuple(item for step in told for item in step.said.evidence)
    if len(told) <= 2:
        return Said(" ".join(prose.ended(prose.capital(clause(step))) for step in told), evidence)
    rows = [f"{number}. {prose.ended(prose.capital(step.said.text))}" for number, step in enumerate(told, start=1)]
    return Said("Step by step:\n\n" + "\n".join(rows), evidence)


def run_on(told: Sequence[Step]) -> Said:
    """Steps as one sentence's clauses."""
    told = _grouped(told)
    evidence = tuple(item for step in told for item in step.said.evidence)
    return Said("; then ".join(_flat(clause(step)) for step in told), evidence)


def _grouped(told: Sequence[Step]) -> list[Step]:
    """Steps under one condition told as one, so that it is said once."""
    groups: list[list[Step]] = []
    for step in told:
        same = bool(groups) and step.guard and step.guard == groups[-1][0].guard and len(groups[-1]) < GROUP_MAX
        groups = [*groups[:-1], [*groups[-1], step]] if same else [*groups, [step]]
    return [_merged(group) for group in groups]


def _merged(group: Sequence[Step]) -> Step:
    first = group[0]
    if len(group) == 1:
        return first
    start = f"{first.guard}it "
    acts = [step.said.text.removeprefix(start) for step in group]
    evidence = tuple(item for step in group for item in step.said.evidence)
    return replace(first, said=Said(start + prose.joined([_flat(act) for act in acts]), evidence))


def clause(step: Step) -> str:
    """A step as it stands in a sentence: conditions bring their own "it", remarks need none."""
    text = step.said.text
    return text if step.remark or _CONDITIONAL.match(text) else f"it {text}"


def _flat(text: str) -> str:
    """A step without its relative clause."""
    return re.sub(r", which .{1,160}?,(?= at `)", "", text)


def _step(body: _Body, at: int) -> tuple[int, Step, int] | None:
    """A statement as a step with its weight and the last line that it tells; None when it is not worth a step."""
    item = body.statements[at]
    inner = [other for other in body.statements[at + 1 :] if other.under == at]
    if item.kind == "if" and len(inner) == 1 and inner[0].kind in ("raise", "return", "call", "set"):
        ours = _call_in(inner[0], body)
        loop = item.under >= 0 and body.statements[item.under].kind == "loop"
        text = f"{_guarded(body, item) if loop else ''}{reading.condition(item)}, it {_act(inner[0], ours)}"
        return _made(body, item, inner[0], text, ours, 4 + (inner[0].kind == "raise"))
    ours = _call_in(item, body)
    if item.kind in ("raise", "return", "yield", "set") or (ours is not None and item.kind != "if"):
        guarded = item.under >= 0 and body.statements[item.under].kind == "if"
        if item.kind == "return" and (not item.head or (not guarded and re.fullmatch(r"[\w$]+", item.head))):
            return None
        ours = None if item.kind == "raise" else ours
        before = _guarded(body, item)
        text = f"{before}{'it ' if before else ''}{_act(item, ours)}"
        weight, step, last = _made(body, item, item, text, ours, _weight(item, body, ours))
        return weight, replace(step, guard=before), last
    if item.comment and item.kind in ("if", "loop", "with", "call", "other"):
        return _made(body, item, item, "", None, 3)
    return None


def _weight(item: reading.Statement, body: _Body, ours: Call | None) -> int:
    base = {"raise": 4, "return": 3, "yield": 4, "set": 2}.get(item.kind, 1)
    deep = item.depth > body.statements[0].depth + 8
    return base + (4 if ours is not None else 0) + bool(item.comment) - deep


def _made(
    body: _Body, item: reading.Statement, last: reading.Statement, text: str, ours: Call | None, weight: int
) -> tuple[int, Step, int]:
    """The step of a statement (to `last`, where that is another); without `text` it is told by its comment."""
    mark = citing.mark(body.definition.path, last.line if ours is not None else item.line)
    remark = _lower_first(prose.shorten(prose.plain(item.comment.strip(" .:-=#")), COMMENT_CHARS_MAX))
    said = f"{text} at {mark}" if ours is not None else f"{text or remark} ({mark})"
    if text and remark and len(item.comment) < COMMENT_CHARS_MAX:
        said += f": {remark}"
    start = item.line - 8 if item.comment else item.line
    if item.under >= 0:
        start = min(start, body.statements[item.under].line)
    first = max(body.definition.symbol.span.start_line, start, last.end_line - citing.SPAN_LINES_MAX + 1)
    evidence = citing.lines_of(body.catalogue, body.definition, first, last.end_line)
    if item.under >= 0 and body.statements[item.under].line < first:
        guard = body.statements[item.under]
        evidence += citing.lines_of(body.catalogue, body.definition, guard.line, guard.end_line)
    if ours is not None:
        evidence += citing.head(body.catalogue, ours.targets[0].definition)
    return weight, Step(Said(said, evidence), item, ours, not text), last.end_line


def _lower_first(text: str) -> str:
    word = text.split(" ", 1)[0]
    return text[:1].lower() + text[1:] if word.isalpha() and word[1:].islower() else text


def _guarded(body: _Body, item: reading.Statement) -> str:
    """ "if `x`, " for a statement inside such a block, "" for one that stands free."""
    if item.under < 0:
        return ""
    guard = body.statements[item.under]
    if guard.kind == "else":
        return _otherwise(body, item.under)
    if guard.kind == "if":
        return f"{reading.condition(guard)}, "
    head, rest = guard.head.split(" ", 1)[0], guard.head.partition(" ")[2]
    if guard.kind == "loop":
        words = {"for": "for each", "foreach": "for each", "while": "while"}
        return f"{words[head]} {prose.code(rest, 70)}, " if head in words and rest else ""
    if guard.kind == "catch":
        return f"on {prose.code(guard.head, 60)}, " if guard.head else "on an error, "
    return f"inside {prose.code(guard.head, 60)}, " if guard.kind == "with" else ""


def _otherwise(body: _Body, at: int) -> str:
    """An `else`, by what it is the other side of."""
    depth = body.statements[at].depth
    before = next((other for other in reversed(body.statements[:at]) if other.depth <= depth), None)
    if before is None or before.depth != depth or before.kind not in ("if", "loop"):
        return ""
    return "in all other cases, "


def _act(item: reading.Statement, ours: Call | None) -> str:
    """What a statement does, as a verb with its object."""
    target = _target(item, ours) if ours is not None else ""
    if item.kind == "raise":
        return f"raises {reading.raised(item)}"
    if item.kind == "return" and ours is not None:
        plain = item.head.count("(") <= 1
        return f"returns the result of {target}" if plain else f"returns {prose.code(item.head, 80)}, through {target}"
    if item.kind in ("return", "yield"):
        return f"{item.kind}s {prose.code(item.head, 90)}" if item.head else "returns early"
    if item.kind == "set":
        left, _, right = item.head.partition("=")
        target_text = _UNANNOTATED.match(left)
        name = prose.code((target_text[0] if target_text else left).rstrip(" +-|&*/?"), 50)
        return f"sets {name} with {target}" if target else f"sets {name} to {prose.code(right.strip(' ;'), 70)}"
    if target:
        return f"calls {target}"
    assigned = _ASSIGNED.match(item.text)
    if assigned:
        return f"sets {prose.code(assigned['left'], 50)} to {prose.code(assigned['right'].rstrip(' ;'), 80)}"
    return f"runs {prose.code(item.text.rstrip(';'), 90)}"


def _target(item: reading.Statement, ours: Call) -> str:
    """ "`setup` (`src/app.py:3`), which prepares the app,"."""
    definition = ours.targets[0].definition
    doing = "" if item.comment else deed(definition)
    return cited(definition) + (f", which {prose.shorten(doing, 130)}," if doing else "")


def _call_in(item: reading.Statement, body: _Body) -> Call | None:
    """The weightiest call of ours that a statement makes."""
    inside = [call for call in body.calls if item.line <= call.reference.line <= item.end_line]
    ours = [call for call in inside if is_ours(call, body.definition) and call.reference.name not in _TRIVIAL]
    return max(
        ours, key=lambda call: (call.targets[0].certainty, bool(call.targets[0].definition.symbol.doc)), default=None
    )
