"""Answers to "how do X and Y relate" and "what happens if I change X"."""

from __future__ import annotations

from collections.abc import Sequence

from reverie_daemon.core.compose import citing, prose
from reverie_daemon.core.compose.calls import LISTED_MAX
from reverie_daemon.core.compose.definitions import as_claim, kept, path_claims
from reverie_daemon.core.compose.describing import Said, cited, name, noun, opening, place
from reverie_daemon.core.naming import CALLABLE_KINDS, TYPE_KINDS, Subject, beside
from reverie_daemon.core.nouns import Catalogue, Claim, Definition, FileRole
from reverie_daemon.core.questions import Question
from reverie_daemon.core.resolve import LIKELY, Resolver, Use, bases, callers, subclasses

PATH_DEPTH = 3
VISITED_MAX = 24
DOC_ROLES: tuple[FileRole, ...] = ("docs",)
ALL_KINDS = ("call", "decorate", "inherit", "type", "read")


def relate(question: Question, catalogue: Catalogue) -> list[Claim]:
    """How two things are connected: by inheritance, a chain of calls, a common caller, or not at all that shows."""
    first, second = question.subjects[0], question.subjects[1]
    if first.definition is None or second.definition is None:
        return _files_related(catalogue, first, second)
    one, other = first.definition, second.definition
    claims: list[Claim] = []
    if "difference" not in question.qualifiers:
        claims += _connected(catalogue, one, other)
    both = [opening(catalogue, item) for item in (one, other)]
    claims += [citing.claim(said.text, said.evidence) for said in both]
    if "difference" in question.qualifiers:
        claims += [claim for claim in _connected(catalogue, one, other) if "I find no call" not in claim.text]
    return kept(claims)


def _connected(catalogue: Catalogue, one: Definition, other: Definition) -> list[Claim]:
    """The closest tie, tried from the strongest: kinship, part and whole, one naming the other, calls, a common user."""
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
    return [_common(catalogue, one, other)]


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
    shown = _once(uses)[:3]
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
    both.sort(key=lambda pair: (_is_test_path(catalogue, pair[1]), beside(pair[1].site.path)))
    if both:
        use_one, use_other = both[0]
        scope = use_other.site.scope
        assert scope is not None
        lines = [*citing.site_evidence(catalogue, use_one.site), *citing.site_evidence(catalogue, use_other.site)]
        marks = [citing.mark(scope.path, use.site.reference.line) for use in (use_one, use_other)]
        text = f"{cited(one)} and {cited(other)} do not name each other; {name(scope)} brings them together, using one at {marks[0]} and the other at {marks[1]}."
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


def impact(question: Question, catalogue: Catalogue) -> list[Claim]:
    """What a change would touch: direct users, what stands behind them, subclasses, tests, documents."""
    subject = question.subjects[0]
    if subject.definition is None:
        return _impact_of_path(catalogue, subject.path)
    definition = subject.definition
    uses = [use for use in callers(definition, catalogue, kinds=ALL_KINDS) if use.site.scope != definition]
    sure = [use for use in uses if use.certainty >= LIKELY]
    code = [use for use in sure if use.site.scope is None or use.site.scope.role == "source"]
    code = sorted((use for use in code if not _is_test_path(catalogue, use)), key=lambda use: beside(use.site.path))
    below = (
        [use for use in subclasses(definition, catalogue) if use.certainty >= LIKELY]
        if definition.symbol.kind in TYPE_KINDS
        else []
    )
    tests = _once([use for use in sure if use.site.scope is not None and use.site.scope.role == "test"])
    behind = [item for item in _behind(catalogue, code) if not beside(item.path)]
    claims = [_impact_lead(catalogue, definition, code, behind, tests, below)]
    if code:
        rows = [f"- {_at(use)}" for use in _once(code)[:LISTED_MAX]]
        more = len(_once(code)) - len(rows)
        evidence = [item for use in _once(code)[:LISTED_MAX] for item in citing.site_evidence(catalogue, use.site)]
        claims.append(
            citing.claim("Directly:\n\n" + "\n".join(rows) + (f"\n- and {more} more" if more > 0 else ""), evidence)
        )
    if behind:
        shown = behind[:8]
        evidence = [item for one in shown for item in citing.head(catalogue, one)]
        tail = f" and {len(behind) - 8} more" if len(behind) > 8 else ""
        listed = ", ".join(cited(one) for one in shown) + tail if tail else prose.joined([cited(one) for one in shown])
        claims.append(citing.claim(f"Behind those, one or two calls further up: {listed}.", evidence))
    claims += [
        as_claim(_overridden(catalogue, definition)),
        as_claim(_tests(catalogue, definition, tests)),
        as_claim(_documents(catalogue, definition)),
    ]
    return kept([*claims, _caution(catalogue, definition, [use for use in uses if use.certainty < LIKELY])])


def _is_test_path(catalogue: Catalogue, use: Use) -> bool:
    if use.site.scope is not None:
        return use.site.scope.role == "test"
    return any(version.role != "source" for version in catalogue.files(use.site.path) if version.path == use.site.path)


def _at(use: Use) -> str:
    mark = citing.mark(use.site.path, use.site.reference.line)
    verb = {
        "inherit": " extends it",
        "type": " names it as a type",
        "read": " refers to it",
        "decorate": " is decorated with it",
    }.get(use.site.reference.kind, " calls it")
    who = (
        name(use.site.scope)
        if use.site.scope is not None and use.site.scope.symbol.kind != "module"
        else "the module itself"
    )
    return f"{who}{verb} ({mark})"


def _once(uses: Sequence[Use]) -> list[Use]:
    seen: dict[tuple[str, str], Use] = {}
    for use in uses:
        seen.setdefault((use.site.path, use.site.scope.symbol.qualname if use.site.scope else ""), use)
    return list(seen.values())


def _behind(catalogue: Catalogue, code: Sequence[Use]) -> list[Definition]:
    """Callers of the callers, two steps up at most, a dozen looked at."""
    direct = [use.site.scope for use in _once(code) if use.site.scope is not None]
    seen, found, level = set(direct), [], direct[:6]
    for _ in range(2):
        above: list[Definition] = []
        for item in level:
            for use in callers(item, catalogue, limit=30):
                scope = use.site.scope
                if scope is not None and scope not in seen and use.certainty >= 0.6 and scope.role == "source":
                    seen.add(scope)
                    above.append(scope)
        found += above
        level = above[:3]
    return found


def _impact_lead(
    catalogue: Catalogue,
    definition: Definition,
    code: Sequence[Use],
    behind: Sequence[Definition],
    tests: Sequence[Use],
    below: Sequence[Use],
) -> Claim:
    evidence = [
        *citing.head(catalogue, definition),
        *(e for use in code[:2] for e in citing.site_evidence(catalogue, use.site)),
    ]
    if not code and not tests:
        text = f"Nothing in this repository that I can trace depends on {cited(definition)}"
        public = not definition.symbol.name.startswith("_")
        return citing.claim(
            f"{text}; {'code outside may, since its name is public' if public else 'its name is private, so a change should stay local'}.",
            evidence,
        )
    parts = []
    if code:
        files = len({use.site.path for use in code})
        parts.append(f"{prose.count(len(_once(code)), 'place')} in {prose.count(files, 'source file')}")
    if below:
        parts.append(prose.count(len(below), "direct subclass", "direct subclasses"))
    if tests:
        parts.append(prose.count(len(tests), "test"))
    verb = "depends" if len(parts) == 1 and parts[0].startswith("one ") else "depend"
    further = f", and {prose.count(len(behind), 'further function')} behind them" if behind else ""
    return citing.claim(f"{prose.capital(prose.joined(parts))} {verb} on {cited(definition)}{further}.", evidence)


def _overridden(catalogue: Catalogue, definition: Definition) -> Said:
    """Methods of the same name in subclasses, which a changed signature would leave behind."""
    owner = definition.symbol.qualname.rpartition(".")[0].rpartition(".")[2]
    if definition.symbol.kind != "method" or not owner:
        return Said("")
    resolver = Resolver(catalogue)
    found = [
        item
        for item in resolver.candidates(definition.symbol.name)
        if item != definition and item.symbol.kind == "method"
        and owner in resolver.lineage(item.symbol.qualname.rpartition(".")[0].rpartition(".")[2], item.path)
    ][:8]  # fmt: skip
    if not found:
        return Said("")
    evidence = tuple(item for one in found for item in citing.head(catalogue, one))
    verb = "overrides" if len(found) == 1 else "override"
    return Said(
        f"{prose.joined([cited(item) for item in found])} {verb} it and would have to follow a changed signature.",
        evidence,
    )


def _tests(catalogue: Catalogue, definition: Definition, tests: Sequence[Use]) -> Said:
    if not tests:
        said = "No test names it, so a mistake would go unseen unless a test of its callers notices."
        return Said(said, citing.head(catalogue, definition))
    files: dict[str, list[Use]] = {}
    for use in tests:
        files.setdefault(use.site.path, []).append(use)
    ordered = sorted(files.items(), key=lambda pair: (-len(pair[1]), pair[0]))[:4]
    parts = [
        f"{citing.mark(path, uses[0].site.reference.line)} ({prose.count(len(uses), 'test')})" for path, uses in ordered
    ]
    evidence = tuple(item for _, uses in ordered for item in citing.site_evidence(catalogue, uses[0].site))
    return Said(f"The tests to run are in {prose.joined(parts)}.", evidence)


def _documents(catalogue: Catalogue, definition: Definition) -> Said:
    found = [
        hit
        for hit in catalogue.search([definition.symbol.name], 12, "", DOC_ROLES)
        if definition.symbol.name in hit.text
    ]
    if not found or len(definition.symbol.name) < 5:
        return Said("")
    hit = found[0]
    offset = next(at for at, line in enumerate(hit.text.split("\n")) if definition.symbol.name in line)
    line = hit.span.start_line + offset
    evidence = citing.span_evidence(catalogue, hit.path, hit.blob, line, line)
    verb = "mention it" if len(found) > 1 else "mention it once"
    return Said(f"The documents {verb}, first {citing.mark(hit.path, line)}.", evidence)


def _caution(catalogue: Catalogue, definition: Definition, unsure: Sequence[Use]) -> Claim:
    if not unsure:
        return citing.claim("")
    use = unsure[0]
    number = prose.count(len(unsure), "more place")
    text = f"{prose.capital(number)} {'uses' if len(unsure) == 1 else 'use'} the name `{definition.symbol.name}` on an object of unknown type, such as {citing.mark(use.site.path, use.site.reference.line)}; whether {'it is' if len(unsure) == 1 else 'they are'} affected cannot be told from the source alone."
    return citing.claim(text, citing.site_evidence(catalogue, use.site))


def _impact_of_path(catalogue: Catalogue, path: str) -> list[Claim]:
    stem = path.rstrip("/").rpartition("/")[2].split(".")[0]
    if stem in ("__init__", "index", "mod") and path.count("/"):
        stem = path.split("/")[-2]
    files = {version.path: version for version in catalogue.files()}
    importers: dict[str, int] = {}
    for other, item in catalogue.importers(stem):
        if other in files and not other.startswith(path):
            importers.setdefault(other, item.line)
    if not importers:
        return [
            citing.claim(
                f"No file here imports a module named `{stem}`, so nothing that I can trace depends on `{path}`."
            )
        ]
    source = [other for other in importers if files[other].role == "source"]
    tests = [other for other in importers if files[other].role == "test"]
    shown = [*source, *tests][:LISTED_MAX]
    evidence = [
        e
        for other in shown
        for e in citing.span_evidence(catalogue, other, files[other].blob, importers[other], importers[other] + 2)
    ]
    text = f"{prose.capital(prose.count(len(source), 'source file'))} and {prose.count(len(tests), 'test file')} import `{path}` or a module of its name."
    rows = "\n".join(f"- {citing.mark(other, importers[other])}" for other in shown)
    claims = [citing.claim(f"{text}\n\n{rows}", evidence)]
    together = catalogue.changed_together(path, 3) if not path.endswith("/") else ()
    if together:
        commits = [
            commit
            for commit in catalogue.commits(path, 20)
            if any(other == together[0][0] for _, other in commit.paths)
        ][:2]
        parts = [f"`{other}` ({prose.count(times, 'time')})" for other, times in together]
        claims.append(
            citing.claim(
                f"In the past it changed together with {prose.joined(parts)}.", citing.commit_evidence(commits)
            )
        )
    return claims


__all__ = ["bases", "impact", "place", "relate"]
