"""Answers to "who calls X" and "what does X call"; which tests use it is `covering.py`'s."""

from __future__ import annotations

import re
from collections.abc import Sequence

from reverie_daemon.core.compose import citing, prose
from reverie_daemon.core.compose.definitions import as_claim, kept, path_claims
from reverie_daemon.core.compose.describing import Said, cited, name, which
from reverie_daemon.core.compose.literal import occurrences
from reverie_daemon.core.naming import CALLABLE_KINDS, TYPE_KINDS
from reverie_daemon.core.nouns import Catalogue, Claim, Definition, Evidence
from reverie_daemon.core.pathnames import beside
from reverie_daemon.core.questions import Question
from reverie_daemon.core.resolve import COMMON, LIKELY, SITES_MAX, Call, Use, callees, callers, is_test
from reverie_daemon.core.wording import asks_yes_or_no

LISTED_MAX = 12
MEMBERS_MAX = 12
"""Of a class, whose uses through the class's name are looked for."""
_VALUES = frozenset(["attribute", "constant", "property", "variable"])
_VERBS = {"called": "call", "used": "use", "raised": "raise"}
_UNUSED = re.compile(r"\b(?:unused|dead)\b", re.I)
_RAISING = re.compile(r"\b(?:raise|throw|panic!?|reject|return|Err)\b")
KINDS_BY_TYPE = ("call", "inherit", "type", "decorate", "read")


def who_calls(question: Question, catalogue: Catalogue) -> list[Claim]:
    """Every place that calls or uses a thing, how sure that is, and what only shares its name."""
    subject = question.subjects[0]
    if subject.definition is None:
        return path_claims(catalogue, subject)
    definition = subject.definition
    if definition.symbol.kind in ("heading", "key") and (found := occurrences(catalogue, definition.symbol.name)):
        return found
    kinds = KINDS_BY_TYPE if definition.symbol.kind not in ("function", "method") else ("call", "decorate")
    uses = _within(question, callers(definition, catalogue, kinds=kinds) + _through_members(definition, catalogue))
    sure = [use for use in uses if use.certainty >= LIKELY and use.site.scope != definition]
    raised = [use for use in sure if _raises(catalogue, use)] if "raise" in question.qualifiers else []
    sure = raised or sure
    unsure = [use for use in uses if use.certainty < LIKELY]
    if not sure:
        return kept(_nobody(question, catalogue, definition, unsure))
    code = sorted((use for use in sure if not is_test(use.site, catalogue)), key=lambda use: beside(use.site.path))
    tests = [use for use in sure if is_test(use.site, catalogue)]
    verb = "raised" if raised else _verb(definition)
    first = _first(catalogue, definition, code, tests, verb)
    claims = [_confirmed(question, first, used=True), as_claim(_listed(catalogue, definition, code))]
    claims.append(_by_tests(catalogue, definition, tests) if code else citing.claim(""))
    claims.append(_by_name_only(catalogue, definition, unsure))
    return kept(claims)


def _confirmed(question: Question, claim: Claim, *, used: bool) -> Claim:
    """The first sentence with a yes or no before it, where the question asks for one."""
    if not asks_yes_or_no(question.text):
        return claim
    return citing.claim(prose.yes_or_no(used != bool(_UNUSED.search(question.text)), claim.text), claim.evidence)


def _through_members(definition: Definition, catalogue: Catalogue) -> list[Use]:
    """Uses of a class by its static members (`NumberLimits.check(x)`): the class is only their receiver there."""
    if definition.symbol.kind not in TYPE_KINDS:
        return []
    own = definition.symbol.qualname
    members = [one for one in catalogue.outline(definition.path) if one.symbol.qualname.rpartition(".")[0] == own]
    through: dict[tuple[str, int], Use] = {}
    for member in [one for one in members if one.symbol.kind == "method"][:MEMBERS_MAX]:
        for use in callers(member, catalogue):
            receiver = use.site.reference.receiver.rpartition(".")[2].rpartition("::")[2]
            if receiver == definition.symbol.name:
                through.setdefault((use.site.path, use.site.reference.line), use)
    return list(through.values())


def _within(question: Question, uses: Sequence[Use]) -> list[Use]:
    place = next((item.removeprefix("in:") for item in question.qualifiers if item.startswith("in:")), "")
    if place == "tests":
        return [use for use in uses if use.site.scope is not None and use.site.scope.role == "test"]
    return [use for use in uses if use.site.path.startswith(place)]


def _verb(definition: Definition) -> str:
    return "used" if definition.symbol.kind not in ("function", "method", "macro") else "called"


def _raises(catalogue: Catalogue, use: Use) -> bool:
    """Whether the line of a use raises it, or in Go and Rust returns it as an error."""
    lines, at = catalogue.text(use.site.path), use.site.reference.line
    return lines is not None and at <= len(lines) and _RAISING.search(lines[at - 1]) is not None


def _first(catalogue: Catalogue, definition: Definition, code: Sequence[Use], tests: Sequence[Use], verb: str) -> Claim:
    uses = code or tests
    scopes = each_scope(uses)
    evidence = [
        *citing.head(catalogue, definition),
        *(e for use in scopes[:3] for e in citing.site_evidence(catalogue, use.site)),
    ]
    if not code:
        files = len({use.site.path for use in tests})
        text = f"Only tests {_VERBS[verb]} {cited(definition)}"
        text += f": {prose.count(len(tests), 'place')} in {prose.count(files, 'file')}, for example {placed(tests[0])}."
        return citing.claim(text, evidence)
    if len(code) == 1:
        line = _line(catalogue, code[0])
        shown = f": {line}" if line else ""
        return citing.claim(f"{cited(definition)} is {verb} in one place, {placed(code[0])}{shown}.", evidence)
    files = len({use.site.path for use in code})
    spread = f" across {prose.count(files, 'file')}" if files > 1 else f" in `{code[0].site.path}`"
    many = " at least" if len(code) + len(tests) >= SITES_MAX - 10 else ""
    number = prose.count(len(code), "place")
    lead = (
        prose.joined([placed(use) for use in scopes[:3]])
        if len(scopes) <= 3
        else ", ".join(placed(use) for use in scopes[:3])
    )
    tail = f" and {prose.count(len(scopes) - 3, 'other')}" if len(scopes) > 3 else ""
    return citing.claim(f"{cited(definition)} is {verb} in{many} {number}{spread}: by {lead}{tail}.", evidence)


def _line(catalogue: Catalogue, use: Use) -> str:
    """A use's line of source, as code."""
    lines = catalogue.text(use.site.path)
    at = use.site.reference.line
    return prose.code(lines[at - 1].strip(), 100) if lines is not None and at <= len(lines) else ""


def number_of_tests(tests: Sequence[Use]) -> str:
    """How many tests these are, each told once. What is named, not called, is known once a scope: of tests that are
    blocks in one file there may be more."""
    least = "at least " if any(use.test and use.site.reference.kind in ("read", "type") for use in tests) else ""
    return f"{least}{prose.count(len(tests), 'test')}"


def each_scope(uses: Sequence[Use]) -> list[Use]:
    """One use for each function or test around, in order."""
    seen: dict[tuple[str, str], Use] = {}
    for use in uses:
        scope = use.site.scope.symbol.qualname if use.site.scope else use.test
        seen.setdefault((use.site.path, scope), use)
    return list(seen.values())


def placed(use: Use) -> str:
    """Around what a use stands, with its citation."""
    mark = citing.mark(use.site.path, use.site.reference.line)
    scope = use.site.scope
    if scope is not None and scope.symbol.kind != "module":
        return f"{name(scope)} ({mark})"
    return f"“{use.test}” ({mark})" if use.test else f"module level ({mark})"


def _listed(catalogue: Catalogue, definition: Definition, code: Sequence[Use]) -> Said:
    """The calls themselves, each with its line of source."""
    if len(code) < 2:
        return Said("")
    shown = code[:LISTED_MAX]
    rows: list[str] = []
    evidence: list[Evidence] = []
    for use in shown:
        found = citing.site_evidence(catalogue, use.site)
        lines = catalogue.text(use.site.path)
        if lines is None or not found:
            continue
        line = lines[use.site.reference.line - 1].strip()
        hedge = f" ({use.reason})" if 0.3 < use.certainty < 0.7 else ""
        rows.append(f"- {placed(use)}: {prose.code(line, 100)}{hedge}")
        evidence += found
    rest = len(code) - len(shown)
    tail = f"\n- and {rest} more" if rest > 0 else ""
    return (
        Said(f"The {'call reads' if len(rows) == 1 else 'lines'}:\n\n" + "\n".join(rows) + tail, tuple(evidence))
        if rows
        else Said("")
    )


def _by_tests(catalogue: Catalogue, definition: Definition, tests: Sequence[Use]) -> Claim:
    if not tests:
        return citing.claim("")
    files: dict[str, int] = {}
    for use in tests:
        files[use.site.path] = files.get(use.site.path, 0) + 1
    most = max(files, key=lambda path: files[path])
    first = next(use for use in tests if use.site.path == most)
    mostly = " mostly in" if len(files) > 1 else " in"
    text = (
        f"Tests {_VERBS[_verb(definition)]} it "
        f"{prose.count(len(tests), 'time')},{mostly} {citing.mark(most, first.site.reference.line)}."
    )
    return citing.claim(text.replace(", in ", " in "), citing.site_evidence(catalogue, first.site))


def _by_name_only(catalogue: Catalogue, definition: Definition, unsure: Sequence[Use]) -> Claim:
    if not unsure:
        return citing.claim("")
    use = unsure[0]
    number = prose.count(len(unsure), "further place")
    verb = "calls" if len(unsure) == 1 else "call"
    text = (
        f"{prose.capital(number)} {verb} something named `{definition.symbol.name}` on an object whose type "
        f"the source does not "
        f"tell, for example {placed(use)}; I do not count {'it' if len(unsure) == 1 else 'those'}."
    )
    return citing.claim(text, citing.site_evidence(catalogue, use.site))


def _nobody(question: Question, catalogue: Catalogue, definition: Definition, unsure: Sequence[Use]) -> list[Claim]:
    evidence = citing.head(catalogue, definition)
    passed = [
        use for use in callers(definition, catalogue, kinds=("read", "type", "inherit")) if use.certainty >= LIKELY
    ]
    if passed:
        use = passed[0]
        number = prose.count(len(passed), "place")
        text = (
            f"Nothing calls {cited(definition)} by name, but {number} {'passes' if len(passed) == 1 else 'pass'} "
            f"it on or {'refers' if len(passed) == 1 else 'refer'} to it, first {placed(use)}."
        )
        return [
            citing.claim(text, evidence, citing.site_evidence(catalogue, use.site)),
            _by_name_only(catalogue, definition, unsure),
        ]
    decorated = [
        use for use in catalogue.uses(definition.path) if use.kind == "decorate" and use.scope == definition.ordinal
    ]
    if unsure:
        use = unsure[0]
        text = (
            f"No call is certain to reach {cited(definition)}; {prose.count(len(unsure), 'place')} "
            f"{'calls' if len(unsure) == 1 else 'call'} something named "
            f"`{definition.symbol.name}` that it could be:"
        )
        if len(unsure) == 1:
            found = citing.site_evidence(catalogue, use.site)
            return [citing.claim(f"{text} {placed(use)}: {_line(catalogue, use)}.", evidence, found)]
        listed = _listed(catalogue, definition, unsure)
        body = listed.text.partition("\n\n")[2]
        return [citing.claim(f"{text}\n\n{body}", evidence, listed.evidence)]
    if definition.symbol.kind in _VALUES:
        text = f"I find no use of {cited(definition)} by name; where a value is read, the source does not always tell"
        return [citing.claim(f"{text}.", evidence)]
    text = f"Nothing in this repository calls {cited(definition)} by name"
    if definition.symbol.name.startswith("test_"):
        text += "; as a test, it is run by the test runner"
    elif decorated:
        text += f"; its decorator `{decorated[0].name}` registers or wraps it"
    elif definition.symbol.name.startswith("__"):
        text += "; the language itself calls such a method"
    elif not definition.symbol.name.startswith("_"):
        text += ", so it is there for other code to use, or is not used any more"
    return [_confirmed(question, citing.claim(f"{text}.", evidence), used=False)]


def what_it_calls(question: Question, catalogue: Catalogue) -> list[Claim]:
    """What a definition's body calls, in the order of the source: of this repository first, then from outside."""
    subject = question.subjects[0]
    if subject.definition is None:
        return path_claims(catalogue, subject)
    definition = subject.definition
    calls = callees(definition, catalogue)
    own = distinct([call for call in calls if is_ours(call, definition)])
    others = distinct([call for call in calls if not is_ours(call, definition) and call.reference.name not in COMMON])
    evidence = citing.head(catalogue, definition)
    if not calls:
        return [citing.claim(f"{cited(definition)} calls nothing.", evidence)]
    claims = []
    if own:
        number = f"{_kinds(own)} of this repository"
        rows = [_callee_row(call, definition) for call in own[: LISTED_MAX + 6]]
        found = [e for call in own[: LISTED_MAX + 6] for e in _call_evidence(catalogue, call, definition)]
        more = f"\n- and {len(own) - len(rows)} more" if len(own) > len(rows) else ""
        short = prose.joined([name(call.targets[0].definition) for call in own[:5]]) + (
            " among them" if len(own) > 5 else ""
        )
        lead = (
            f"{cited(definition)} calls {number}: {short}."
            if len(own) <= 5
            else f"{cited(definition)} calls {number}, {short}."
        )
        claims = [
            citing.claim(lead, evidence, found),
            citing.claim("In the order of the source:\n\n" + "\n".join(rows) + more, found),
        ]
    if others:
        shown = [_as_written(call) for call in others[:12]]
        tail = f" and {len(others) - 12} more" if len(others) > 12 else ""
        lines = [
            e
            for call in others[:12]
            for e in citing.lines_of(catalogue, definition, call.reference.line, call.reference.line)
        ]
        start = (
            "Beyond that it calls"
            if own
            else f"{cited(definition)} calls nothing that I can place in this repository; it calls"
        )
        claims.append(
            citing.claim(f"{start} {', '.join(shown) if tail else prose.joined(shown)}{tail}.", evidence, lines)
        )
    return claims


def _kinds(own: Sequence[Call]) -> str:
    """ "three functions and one class"."""
    types = sum(call.targets[0].definition.symbol.kind not in CALLABLE_KINDS for call in own)
    parts = [prose.count(len(own) - types, "function")] if len(own) > types else []
    return prose.joined([*parts, prose.count(types, "class", "classes")] if types else parts)


def is_ours(call: Call, definition: Definition) -> bool:
    """Whether a call surely reaches something of this repository other than the caller."""
    target = call.target
    return target is not None and target.certainty >= LIKELY and target.definition != definition


def distinct(calls: Sequence[Call]) -> list[Call]:
    """Each thing called once, where it is called first."""
    seen: dict[tuple[str, str], Call] = {}
    for call in calls:
        target = call.target
        sure = target is not None and target.certainty >= LIKELY
        label = (
            target.definition.path + target.definition.symbol.qualname
            if sure and target is not None
            else call.reference.receiver
        )
        seen.setdefault((label, call.reference.name), call)
    return list(seen.values())


def _callee_row(call: Call, definition: Definition) -> str:
    target = call.targets[0].definition
    hedge = f" ({call.targets[0].reason})" if call.targets[0].certainty < 0.7 else ""
    return f"- line {call.reference.line}: {cited(target)}{which(target)}{hedge}"


def _call_evidence(catalogue: Catalogue, call: Call, definition: Definition) -> list[Evidence]:
    line = citing.lines_of(catalogue, definition, call.reference.line, call.reference.line)
    return [*line, *citing.head(catalogue, call.targets[0].definition)]


def _as_written(call: Call) -> str:
    receiver = call.reference.receiver
    simple = receiver and len(receiver) < 40 and all(letter.isalnum() or letter in "._:$" for letter in receiver)
    return f"`{receiver}.{call.reference.name}`" if simple and "::" not in receiver else f"`{call.reference.name}`"
