"""Answers to "which tests use X": those that name it, that reach it through its callers, or that its file's name tells.

A test that no name leads to is not found; what a test checks is not looked at.
"""

from __future__ import annotations

from collections.abc import Sequence

from reverie_daemon.core.compose import citing, prose
from reverie_daemon.core.compose.calls import LISTED_MAX, each_scope, number_of_tests, placed
from reverie_daemon.core.compose.definitions import as_claim, kept
from reverie_daemon.core.compose.describing import Said, cited, deed
from reverie_daemon.core.compose.mentions import TEST_ROLES, mentions
from reverie_daemon.core.nouns import Catalogue, Claim, Definition
from reverie_daemon.core.questions import Question
from reverie_daemon.core.resolve import LIKELY, Use, callers, tests_of
from reverie_daemon.core.wording import asks_yes_or_no


def which_tests(question: Question, catalogue: Catalogue) -> list[Claim]:
    """The tests that use a thing directly; else those that reach it through its callers, or share its file's name."""
    subject = question.subjects[0]
    definition = subject.definition
    if definition is None:
        return _tests_of_path(catalogue, subject.path)
    uses = tests_of(definition, catalogue)
    sure = [use for use in uses if use.certainty >= LIKELY] or [use for use in uses if use.certainty >= 0.3]
    if sure:
        first, *others = _direct_tests(catalogue, definition, sure)
        text = prose.yes_or_no(True, first.text) if asks_yes_or_no(question.text) else first.text
        return kept([citing.claim(text, first.evidence), *others])
    through = _through_callers(catalogue, definition)
    named = mentions(definition.symbol.name, TEST_ROLES, catalogue)
    if through:
        caller, found = through
        known = "is known to use" if named else "names"
        text = (
            f"No test {known} {cited(definition)} directly; it is reached through {cited(caller)}, which "
            f"{prose.count(len(found), 'test')} {'uses' if len(found) == 1 else 'use'}, for example "
            f"{placed(found[0])}."
        )
        evidence = citing.site_evidence(catalogue, found[0].site)
        return [
            citing.claim(text, citing.head(catalogue, definition), citing.head(catalogue, caller), evidence),
            as_claim(_test_rows(catalogue, found)),
        ]
    text = f"No test names {cited(definition)}, and none that I can trace reaches it."
    if named:
        text = f"No test is known to use {cited(definition)}, but its name stands in tests, first at {named[0].mark}."
    evidence = named[0].evidence(catalogue) if named else ()
    claim = citing.claim(text, citing.head(catalogue, definition), evidence)
    if own := _tests_of_path(catalogue, definition.symbol.name):
        return [*own, claim]
    return [claim, *_tests_of_path(catalogue, definition.path)]


def _direct_tests(catalogue: Catalogue, definition: Definition, sure: Sequence[Use]) -> list[Claim]:
    scopes = each_scope(sure)
    files = list(dict.fromkeys(use.site.path for use in sure))
    name_in_test = [
        use
        for use in scopes
        if use.site.scope and definition.symbol.name.lower().strip("_") in use.site.scope.symbol.name.lower()
    ]
    ordered = [*name_in_test, *(use for use in scopes if use not in name_in_test)]
    ordered.sort(
        key=lambda use: use.site.scope is None or not use.site.scope.symbol.name.lower().startswith(("test", "it_"))
    )
    lead = placed(ordered[0])
    evidence = [*citing.head(catalogue, definition), *citing.site_evidence(catalogue, ordered[0].site)]
    if len(scopes) == 1:
        number = prose.capital(number_of_tests(scopes))
        return [citing.claim(f"{number} covers {cited(definition)}: {lead}.", evidence)]
    spread = f"in {prose.count(len(files), 'file')}" if len(files) > 1 else f"in `{files[0]}`"
    text = f"{prose.capital(number_of_tests(scopes))} {spread} exercise {cited(definition)}, most plainly {lead}."
    return [citing.claim(text, evidence), as_claim(_test_rows(catalogue, ordered))]


def _test_rows(catalogue: Catalogue, uses: Sequence[Use]) -> Said:
    rows = [f"- {placed(use)}{_test_doc(use)}" for use in uses[:LISTED_MAX]]
    more = f"\n- and {len(uses) - LISTED_MAX} more" if len(uses) > LISTED_MAX else ""
    evidence = [item for use in uses[:LISTED_MAX] for item in citing.site_evidence(catalogue, use.site)]
    heads = [item for use in uses[:LISTED_MAX] if use.site.scope for item in citing.head(catalogue, use.site.scope)]
    return Said("The tests:\n\n" + "\n".join(rows) + more, (*evidence, *heads)) if len(uses) > 1 else Said("")


def _test_doc(use: Use) -> str:
    said = deed(use.site.scope) if use.site.scope is not None else ""
    return f" {prose.shorten(said, 90)}" if said else ""


def _through_callers(catalogue: Catalogue, definition: Definition) -> tuple[Definition, list[Use]] | None:
    """A caller, at most two steps up, that tests use."""
    queue, seen = [definition], {definition}
    for _ in range(8):
        if not queue:
            return None
        current = queue.pop(0)
        for use in callers(current, catalogue)[:12]:
            scope = use.site.scope
            if scope is None or scope in seen or use.certainty < LIKELY or scope.role == "test":
                continue
            seen.add(scope)
            found = [item for item in tests_of(scope, catalogue) if item.certainty >= LIKELY]
            if found:
                return scope, each_scope(found)
            queue.append(scope)
    return None


def _tests_of_path(catalogue: Catalogue, path: str) -> list[Claim]:
    """Test files that are named after a file, or that stand for a folder."""
    stem = path.rstrip("/").rpartition("/")[2].split(".")[0].strip("_").lower()
    tests = [version for version in catalogue.files() if version.role == "test"]
    named = [version for version in tests if stem and stem in version.path.rpartition("/")[2].lower()]
    inside = [version for version in tests if path.endswith("/") and version.path.startswith(path)]
    found = [*dict.fromkeys([*named, *inside])][:LISTED_MAX]
    if not found:
        return []
    marks = [citing.mark(version.path, 1) for version in found]
    evidence = [
        item
        for version in found
        for item in citing.span_evidence(catalogue, version.path, version.blob, 1, min(20, version.lines))
    ]
    verb = "is the test file" if len(found) == 1 else "are the test files"
    return [citing.claim(f"By name, {prose.joined(marks)} {verb} for `{path}`.", evidence)]
