"""Answers to "what happens if I change X": what uses it, what stands behind those, overrides, tests, documents."""

from __future__ import annotations

from collections.abc import Sequence

from reverie_daemon.core.compose import citing, prose
from reverie_daemon.core.compose.calls import LISTED_MAX, each_scope, number_of_tests
from reverie_daemon.core.compose.definitions import as_claim, kept
from reverie_daemon.core.compose.describing import Said, cited, name
from reverie_daemon.core.compose.mentions import DOC_ROLES, TEST_ROLES, mentions
from reverie_daemon.core.compose.relations import ALL_KINDS
from reverie_daemon.core.naming import TYPE_KINDS
from reverie_daemon.core.nouns import Catalogue, Claim, Definition
from reverie_daemon.core.pathnames import beside
from reverie_daemon.core.questions import Question
from reverie_daemon.core.resolve import LIKELY, Resolver, Use, callers, is_test, subclasses, tests_of


def impact(question: Question, catalogue: Catalogue) -> list[Claim]:
    """What a change would touch: direct users, what stands behind them, subclasses, tests, documents."""
    subject = question.subjects[0]
    if subject.definition is None:
        return _impact_of_path(catalogue, subject.path)
    definition = subject.definition
    uses = [use for use in callers(definition, catalogue, kinds=ALL_KINDS) if not _is_inside(use, definition)]
    sure = [use for use in uses if use.certainty >= LIKELY]
    code = [use for use in sure if use.site.scope is None or use.site.scope.role == "source"]
    code = sorted((use for use in code if not is_test(use.site, catalogue)), key=lambda use: beside(use.site.path))
    below = (
        [use for use in subclasses(definition, catalogue) if use.certainty >= LIKELY]
        if definition.symbol.kind in TYPE_KINDS
        else []
    )
    tests = [use for use in tests_of(definition, catalogue) if use.certainty >= LIKELY]
    behind = [item for item in _behind(catalogue, code) if not beside(item.path)]
    claims = [_impact_lead(catalogue, definition, code, behind, tests, below)]
    if code:
        rows = [f"- {_at(use)}" for use in each_scope(code)[:LISTED_MAX]]
        more = len(each_scope(code)) - len(rows)
        evidence = [item for use in each_scope(code)[:LISTED_MAX] for item in citing.site_evidence(catalogue, use.site)]
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


def _is_inside(use: Use, definition: Definition) -> bool:
    """Whether the definition itself or a member of it uses it: who changes one has the other in view."""
    scope = use.site.scope
    if scope is None or scope.path != definition.path:
        return False
    return f"{scope.symbol.qualname}.".startswith(f"{definition.symbol.qualname}.")


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


def _behind(catalogue: Catalogue, code: Sequence[Use]) -> list[Definition]:
    """Callers of the callers, two steps up at most, a dozen looked at."""
    direct = [use.site.scope for use in each_scope(code) if use.site.scope is not None]
    seen, found, level = set(direct), [], direct[:5]
    for _ in range(2):
        above: list[Definition] = []
        for item in level:
            for use in callers(item, catalogue, limit=20):
                scope = use.site.scope
                if scope is not None and scope not in seen and use.certainty >= 0.6 and scope.role == "source":
                    seen.add(scope)
                    above.append(scope)
        found += above
        level = above[:2]
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
        tail = "code outside may, since its name is public" if public else "its name is private: a change stays local"
        return citing.claim(f"{text}; {tail}.", evidence)
    parts = []
    if code:
        files = len({use.site.path for use in code})
        parts.append(f"{prose.count(len(each_scope(code)), 'place')} in {prose.count(files, 'source file')}")
    if below:
        parts.append(prose.count(len(below), "direct subclass", "direct subclasses"))
    if tests:
        parts.append(number_of_tests(tests))
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
        and owner in resolver.types.lineage(item.symbol.qualname.rpartition(".")[0].rpartition(".")[2], item.path)
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
    if not tests and (named := mentions(definition.symbol.name, TEST_ROLES, catalogue)):
        said = f"No test is known to use it; its name stands in tests, first at {named[0].mark}."
        return Said(said, named[0].evidence(catalogue))
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
    found = mentions(definition.symbol.name, DOC_ROLES, catalogue)
    if not found or len(definition.symbol.name) < 5:
        return Said("")
    verb = "mention it" if len(found) > 1 else "mention it once"
    return Said(f"The documents {verb}, first {found[0].mark}.", found[0].evidence(catalogue))


def _caution(catalogue: Catalogue, definition: Definition, unsure: Sequence[Use]) -> Claim:
    if not unsure:
        return citing.claim("")
    use = unsure[0]
    number = prose.count(len(unsure), "more place")
    text = (
        f"{prose.capital(number)} {'uses' if len(unsure) == 1 else 'use'} the name `{definition.symbol.name}` "
        f"on an object of unknown type, such as {citing.mark(use.site.path, use.site.reference.line)}; whether "
        f"{'it is' if len(unsure) == 1 else 'they are'} affected cannot be told from the source alone."
    )
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
        lead = next((version for version in files.values() if version.path.startswith(path)), None)
        cited_lines = citing.span_evidence(catalogue, lead.path, lead.blob, 1, 20, stem) if lead is not None else ()
        text = f"No file here imports a module named `{stem}`, so nothing that I can trace depends on `{path}`."
        return [citing.claim(text, cited_lines)]
    source = [other for other in importers if files[other].role == "source"]
    tests = [other for other in importers if files[other].role == "test"]
    shown = [*source, *tests][:LISTED_MAX]
    evidence = [
        e
        for other in shown
        for e in citing.span_evidence(catalogue, other, files[other].blob, importers[other], importers[other] + 2)
    ]
    text = (
        f"{prose.capital(prose.count(len(source), 'source file'))} and {prose.count(len(tests), 'test file')} "
        f"import `{path}` or a module of its name."
    )
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
