"""Answers to "how do X and Y relate": the closest tie between two things, and what each of them is."""

from __future__ import annotations

from collections.abc import Sequence

from reverie_daemon.core.compose import citing, prose
from reverie_daemon.core.compose.calls import each_scope
from reverie_daemon.core.compose.definitions import kept, path_claims
from reverie_daemon.core.compose.describing import cited, name, noun, opening
from reverie_daemon.core.naming import CALLABLE_KINDS, TYPE_KINDS, Subject
from reverie_daemon.core.nouns import Catalogue, Claim, Definition
from reverie_daemon.core.pathnames import beside
from reverie_daemon.core.questions import Question
from reverie_daemon.core.resolve import LIKELY, Resolver, Use, callers, is_test
from reverie_daemon.core.wording import asks_yes_or_no

PATH_DEPTH = 3
VISITED_MAX = 24
ALL_KINDS = ("call", "decorate", "inherit", "type", "read")


def relate(question: Question, catalogue: Catalogue) -> list[Claim]:
    """How two things are connected: by inheritance, a chain of calls, a common caller, or not at all that shows."""
    first, second = question.subjects[0], question.subjects[1]
    if first.definition is None or second.definition is None:
        return _files_related(catalogue, first, second)
    one, other = first.definition, second.definition
    claims: list[Claim] = []
    if "difference" not in question.qualifiers:
        claims += _answered(question, catalogue, one, other)
    both = [opening(catalogue, item) for item in (one, other)]
    claims += [citing.claim(said.text, said.evidence) for said in both]
    if "difference" in question.qualifiers:
        tie = _direct(catalogue, one, other) or [_common(catalogue, one, other)]
        claims += [claim for claim in tie if "I find no call" not in claim.text]
    return kept(claims)


def _answered(question: Question, catalogue: Catalogue, one: Definition, other: Definition) -> list[Claim]:
    """The closest tie, after a yes or no where the question asks for one."""
    direct = _direct(catalogue, one, other)
    if not asks_yes_or_no(question.text):
        return direct or [_common(catalogue, one, other)]
    if not direct:
        claim = _common(catalogue, one, other)
        return [citing.claim(f"Not that I can see: {claim.text}", claim.evidence)]
    claim = direct[0]
    if claim.text.startswith(cited(one)):
        return [citing.claim(prose.yes_or_no(True, claim.text), claim.evidence)]
    return [citing.claim(f"Only the other way round: {claim.text}", claim.evidence)]


def _direct(catalogue: Catalogue, one: Definition, other: Definition) -> list[Claim]:
    """The closest tie of the two, tried from the strongest: kinship, part and whole, use, calls; [] for none."""
    resolver = Resolver(catalogue)
    for below, above in ((one, other), (other, one)):
        if chain := _ancestry(resolver, below, above):
            return [_ancestry_claim(catalogue, chain)]
    for inner, outer in ((one, other), (other, one)):
        if inner.path == outer.path and inner.symbol.qualname.startswith(f"{outer.symbol.qualname}."):
            text = f"{cited(inner)} is {noun(inner)}, and so a part of {cited(outer)}."
            return [citing.claim(text, citing.head(catalogue, inner), citing.head(catalogue, outer))]
    named = [claim for pair in ((one, other), (other, one)) if (claim := _named_inside(catalogue, resolver, *pair))]
    if named:
        return named[:1]
    for start, end in ((one, other), (other, one)):
        if calls := _call_chain(catalogue, resolver, start, end):
            return [_chain_claim(catalogue, start, end, calls)]
    return []


def _named_inside(catalogue: Catalogue, resolver: Resolver, one: Definition, other: Definition) -> Claim | None:
    """One uses the other in its own text, or in that of its bases: as a call, a type, an argument, a decorator."""
    family = _family(resolver, one)
    targets = [item for item in _family(resolver, other) if item not in family][:3]
    alike = {(item.path, item.symbol.qualname) for item in targets}
    found: list[tuple[int, Definition, Use]] = []
    for target in targets:
        for use in callers(target, catalogue, kinds=ALL_KINDS):
            holder = next((item for item in family if _holds(item, use)), None)
            if holder is not None and use.certainty >= 0.4 and (holder.path, holder.symbol.qualname) not in alike:
                found.append((_TIES.index(use.site.reference.kind), holder, use))
    if not found:
        return None
    found.sort(key=lambda item: (item[0], item[2].site.path, item[2].site.reference.line))
    return _tie_claim(catalogue, one, other, found[0][1], [use for _, _, use in found])


_TIES = ("inherit", "call", "decorate", "type", "read")
_TIE_WORDS = {
    "inherit": "extends it",
    "call": "calls it",
    "decorate": "is decorated with it",
    "type": "names it as a type",
    "read": "refers to it",
}


def _family(resolver: Resolver, definition: Definition) -> list[Definition]:
    """A type with the bases that stand in this repository, nearest first; anything else alone."""
    family = [definition]
    if definition.symbol.kind in TYPE_KINDS:
        for item in family:
            if len(family) < 6:
                family += [
                    t.definition
                    for _, t in resolver.bases_of(item)
                    if t and t.certainty >= LIKELY and t.definition not in family
                ]
    return family[:6]


def _holds(holder: Definition, use: Use) -> bool:
    span = holder.symbol.span
    return use.site.path == holder.path and span.start_line <= use.site.reference.line <= span.end_line


def _tie_claim(
    catalogue: Catalogue, one: Definition, other: Definition, holder: Definition, uses: Sequence[Use]
) -> Claim:
    shown = each_scope(uses)[:3]
    parts = []
    for use in shown:
        who = name(use.site.scope) if use.site.scope is not None else name(holder)
        parts.append(
            f"{who} {_TIE_WORDS[use.site.reference.kind]} ({citing.mark(use.site.path, use.site.reference.line)})"
        )
    through = "" if holder == one else f", through its base {cited(holder)}"
    text = f"{cited(one)} uses {cited(other)}{through}: {prose.joined(parts)}."
    lines = [item for use in shown for item in citing.site_evidence(catalogue, use.site)]
    heads = [item for one_ in (one, other, holder) for item in citing.head(catalogue, one_)]
    return citing.claim(text, heads, lines)


def _ancestry(resolver: Resolver, below: Definition, above: Definition) -> list[Definition]:
    if below.symbol.kind not in TYPE_KINDS or above.symbol.kind not in TYPE_KINDS:
        return []
    queue: list[list[Definition]] = [[below]]
    for _ in range(VISITED_MAX):
        if not queue:
            return []
        chain = queue.pop(0)
        for _, target in resolver.bases_of(chain[-1]):
            if target is not None and target.certainty >= LIKELY and target.definition not in chain and len(chain) < 6:
                if target.definition == above:
                    return [*chain, above]
                queue.append([*chain, target.definition])
    return []


def _ancestry_claim(catalogue: Catalogue, chain: Sequence[Definition]) -> Claim:
    below, above = chain[0], chain[-1]
    through = f" through {prose.joined([cited(item) for item in chain[1:-1]])}" if len(chain) > 2 else ""
    evidence = [item for one in chain for item in citing.head(catalogue, one)]
    return citing.claim(f"{cited(below)} extends {cited(above)}{through or ' directly'}, so it is one.", evidence)


Step = tuple[Definition, int, Definition]


def _call_chain(catalogue: Catalogue, resolver: Resolver, start: Definition, end: Definition) -> list[Step]:
    """The shortest chain of calls from one to the other, bounded; a type is entered through its methods."""
    wanted = {(item.path, item.symbol.qualname) for item in _entries(catalogue, end)}
    queue: list[tuple[Definition, list[Step]]] = [(item, []) for item in _entries(catalogue, start)[:30]]
    seen = {(item.path, item.symbol.qualname) for item, _ in queue}
    visited = 0
    while queue and visited < VISITED_MAX:
        current, chain = queue.pop(0)
        visited += 1
        for call in resolver.calls_in(current)[:40]:
            target = call.target
            if target is None or target.certainty < LIKELY:
                continue
            key = (target.definition.path, target.definition.symbol.qualname)
            step = (current, call.reference.line, target.definition)
            if key in wanted:
                return [*chain, step]
            if key not in seen and len(chain) + 1 < PATH_DEPTH and target.definition.symbol.kind in CALLABLE_KINDS:
                seen.add(key)
                queue.append((target.definition, [*chain, step]))
    return []


def _entries(catalogue: Catalogue, definition: Definition) -> list[Definition]:
    if definition.symbol.kind not in TYPE_KINDS:
        return [definition]
    prefix = f"{definition.symbol.qualname}."
    inside = [item for item in catalogue.outline(definition.path) if item.symbol.qualname.startswith(prefix)]
    return [definition, *[item for item in inside if item.symbol.kind in CALLABLE_KINDS]]


def _chain_claim(catalogue: Catalogue, start: Definition, end: Definition, chain: Sequence[Step]) -> Claim:
    evidence = [*citing.head(catalogue, start), *citing.head(catalogue, end)]
    parts = []
    for caller, line, callee in chain:
        evidence += [*citing.lines_of(catalogue, caller, line, line), *citing.head(catalogue, callee)]
        parts.append(f"{name(caller)} calls {name(callee)} ({citing.mark(caller.path, line)})")
    if len(chain) == 1:
        caller, line, callee = chain[0]
        inside = f", in {name(caller)}" if caller != start else ""
        reached = f", namely {name(callee)}" if callee != end else ""
        return citing.claim(
            f"{cited(start)} calls {cited(end)} directly{inside}{reached} ({citing.mark(caller.path, line)}).", evidence
        )
    return citing.claim(
        f"{cited(start)} reaches {cited(end)} through {prose.count(len(chain), 'call')}: {', then '.join(parts)}.",
        evidence,
    )


def _common(catalogue: Catalogue, one: Definition, other: Definition) -> Claim:
    """A function that uses both, or a base that both extend; else that neither names the other."""
    evidence = [*citing.head(catalogue, one), *citing.head(catalogue, other)]
    resolver = Resolver(catalogue)
    bases_one = {t.definition: b for b, t in resolver.bases_of(one) if t} if one.symbol.kind in TYPE_KINDS else {}
    shared = [
        t.definition
        for _, t in (resolver.bases_of(other) if other.symbol.kind in TYPE_KINDS else [])
        if t and t.definition in bases_one
    ]
    if shared:
        text = f"{cited(one)} and {cited(other)} are siblings: both extend {cited(shared[0])}."
        return citing.claim(text, evidence, citing.head(catalogue, shared[0]))
    scopes_one = {
        u.site.scope: u for u in callers(one, catalogue, kinds=ALL_KINDS) if u.site.scope and u.certainty >= LIKELY
    }
    both = [
        (scopes_one[u.site.scope], u)
        for u in callers(other, catalogue, kinds=ALL_KINDS)
        if u.site.scope in scopes_one and u.certainty >= LIKELY
    ]
    both.sort(key=lambda pair: (is_test(pair[1].site, catalogue), beside(pair[1].site.path)))
    if both:
        use_one, use_other = both[0]
        scope = use_other.site.scope
        assert scope is not None
        lines = [*citing.site_evidence(catalogue, use_one.site), *citing.site_evidence(catalogue, use_other.site)]
        marks = [citing.mark(scope.path, use.site.reference.line) for use in (use_one, use_other)]
        text = (
            f"{cited(one)} and {cited(other)} do not name each other; {name(scope)} brings them together, using "
            f"one at {marks[0]} and the other at {marks[1]}."
        )
        return citing.claim(text, evidence, lines)
    where = (
        f"both stand in `{one.path}`"
        if one.path == other.path
        else "I find no call, base or common user that joins them"
    )
    return citing.claim(f"{cited(one)} and {cited(other)} do not name each other; {where}.", evidence)


def _files_related(catalogue: Catalogue, first: Subject, second: Subject) -> list[Claim]:
    """A file or folder on at least one side: the imports between them, and how often they change together."""
    one = first.path or (first.definition.path if first.definition else "")
    other = second.path or (second.definition.path if second.definition else "")
    if not one or not other:
        return []
    claims = []
    for a, b in ((one, other), (other, one)):
        stem = b.rstrip("/").rpartition("/")[2].split(".")[0]
        lines = [(path, item) for path, item in catalogue.importers(stem) if path.startswith(a)]
        lines += [
            (path, item)
            for path in ([a] if not a.endswith("/") else [])
            for item in catalogue.imports(path)
            if item.name == stem
        ]
        if lines:
            path, item = lines[0]
            blob = next((version.blob for version in catalogue.files(path) if version.path == path), "")
            text = f"`{a}` imports from `{b}`, at {citing.mark(path, item.line)}."
            claims.append(citing.claim(text, citing.span_evidence(catalogue, path, blob, item.line, item.line + 3)))
    times = dict(catalogue.changed_together(one, 50)).get(other, 0)
    if times:
        commits = [commit for commit in catalogue.commits(one, 50) if any(path == other for _, path in commit.paths)][
            :3
        ]
        claims.append(
            citing.claim(
                f"{prose.capital(prose.count(times, 'commit'))} changed both.", citing.commit_evidence(commits)
            )
        )
    if not claims:
        claims.append(citing.claim(f"No import joins `{one}` and `{other}` directly."))
    return [*claims, *path_claims(catalogue, first)[:1], *path_claims(catalogue, second)[:1]]
