"""Answers to "where is X configured": keys of configuration files, environment variables, settings in code, options of
the command line. Without an X, what can be configured at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reverie_daemon.core import terms
from reverie_daemon.core.compose import citing, prose
from reverie_daemon.core.compose.definitions import kept
from reverie_daemon.core.compose.describing import opening
from reverie_daemon.core.naming import bare, display_name
from reverie_daemon.core.nouns import Catalogue, Claim, FileRole, PassageHit
from reverie_daemon.core.pathnames import beside
from reverie_daemon.core.questions import Question

SHOWN_MAX = 8
FILES_READ_MAX = 8
_CODE_ROLES: tuple[FileRole, ...] = ("source",)
_CONFIG_ROLES: tuple[FileRole, ...] = ("config",)
_DOC_ROLES: tuple[FileRole, ...] = ("docs",)

_ENVIRONMENT = re.compile(
    r"(?:os\.environ(?:\.get|\.setdefault|\.pop)?|os\.getenv|getenv|process\.env|env::var(?:_os)?"
    r"|std::env::var|os\.Getenv|os\.LookupEnv|"
    r"System\.getenv|ENV|Environment\.GetEnvironmentVariable|\$_ENV"
    r"|import\.meta\.env)\s*[.(\[]+\s*[\"']?(?P<name>[A-Z][A-Z0-9_]{2,})"
)
_OPTION = re.compile(
    r"(?:add_argument|add_option|addoption|parser\.add|click\.option|@option|\.option|Flags\(\)\.\w+"
    r"|flag\.\w+|addini|StringVarP?|BoolVarP?|Arg::new)\s*\(\s*(?:f?[\"'`])?(?P<name>--?[\w-]+|[\w-]+)"
)
_SETTING = re.compile(
    r"(?:config|settings|options|conf|cfg|opts|defaults)(?:\.get|\.setdefault|\.getini|\.getoption"
    r"|\.from\w*)?\s*(?:\[|\()\s*[\"'](?P<name>[\w.-]{2,})[\"']|[\"'](?P<key>[A-Z][A-Z0-9_]{3,})[\"']\s*:",
    re.I,
)
_KEY = re.compile(r"^\s*[\"']?(?P<name>[\w.-]+)[\"']?\s*[:=]")

_OPTIONS = re.compile(r"\b(?:flags?|options?|arguments?)\b", re.I)
_OPTION_WORDS = ["add_argument", "option", "addoption", "flag"]
_FORMS = (("environment variable", _ENVIRONMENT), ("command-line option", _OPTION), ("setting", _SETTING))


@dataclass(frozen=True, slots=True)
class Knob:
    """A line where something is configured: an environment variable, an option, a setting, or a key of a file.
    `matched` is the share of the question's words that its name has."""

    form: str
    name: str
    path: str
    blob: str
    line: int
    text: str
    score: float
    matched: float = 0.0


def config(question: Question, catalogue: Catalogue) -> list[Claim]:
    """Where a thing is configured, or what can be."""
    subject = question.subjects[0] if question.subjects else None
    words = _words(subject.mention if subject is not None else "")
    if not words:
        return kept(_everything(question, catalogue))
    if _OPTIONS.search(question.text):
        options = _kind_claim(catalogue, "command-line option", _OPTION_WORDS, words)
        if options.text:
            return [options]
    knobs = _found(catalogue, words)
    if _OPTIONS.search(question.text):  # The repository's own files set its tools; what users may set is documented.
        knobs.sort(key=lambda knob: (knob.form == "key", len(terms.split_identifier(knob.name)) != len(words)))
    claims = _knob_claims(catalogue, knobs, bare(subject.mention) if subject is not None else "")
    if subject is not None and subject.definition is not None:
        said = opening(catalogue, subject.definition)
        named = [knob for knob in knobs if knob.name == display_name(subject.definition)]
        claims = (
            [*claims, citing.claim(said.text, said.evidence)]
            if named or claims
            else [citing.claim(said.text, said.evidence)]
        )
    return kept(claims)


def _words(mention: str) -> list[str]:
    stop = {
        "configuration",
        "config",
        "setting",
        "settings",
        "option",
        "options",
        "value",
        "default",
        "environment",
        "variable",
        "flag",
    }
    parts = [part for token in re.findall(r"\w+", bare(mention)) for part in terms.split_identifier(token)]
    return [part for part in parts if part not in terms.STOPWORDS and part not in stop]


def _found(catalogue: Catalogue, words: Sequence[str]) -> list[Knob]:
    """Lines that configure something whose name has the words, those that have all of them first."""
    hits: list[PassageHit] = []
    for roles in (_CODE_ROLES, _CONFIG_ROLES, _DOC_ROLES):
        hits += catalogue.search(list(words), 40, "", roles)
    knobs = [knob for hit in _near(hits) for knob in _knobs(catalogue, hit, words)]
    best: dict[tuple[str, str, str], Knob] = {}
    for knob in sorted(knobs, key=lambda knob: (-knob.score, knob.path, knob.line)):
        best.setdefault((knob.form, knob.name, knob.path), knob)
    most = max((knob.score for knob in best.values()), default=0.0)
    return [knob for knob in best.values() if knob.score >= most * 0.6 and (most < 1 or knob.matched == 1)][:SHOWN_MAX]


def _near(hits: Sequence[PassageHit]) -> list[PassageHit]:
    """The hits of the first few files of each role: reading files is what costs most."""
    files: dict[str, list[str]] = {}
    for hit in hits:
        known = files.setdefault(hit.role, [])
        if hit.path not in known and len(known) < FILES_READ_MAX:
            known.append(hit.path)
    return [hit for hit in hits if hit.path in files[hit.role]]


def _knobs(catalogue: Catalogue, hit: PassageHit, words: Sequence[str]) -> Iterator[Knob]:
    stems = [terms.stem(word) for word in words]
    for offset, text in enumerate(citing.lines_at(catalogue, hit.path, hit.span)):
        lowered = text.lower()
        if not any(stem in lowered for stem in stems):
            continue
        for form, name in _forms(text, hit.role):
            matched = sum(stem in name.lower() for stem in stems) / len(stems)
            if matched:
                weight = matched * (1.0 if hit.role == "source" else 0.9 if hit.role == "config" else 0.6)
                weight += 0.1 * (len(terms.split_identifier(name)) == len(stems))
                yield Knob(form, name, hit.path, hit.blob, hit.span.start_line + offset, text.strip(), weight, matched)


def _forms(text: str, role: FileRole) -> Iterator[tuple[str, str]]:
    if role == "config":
        found = _KEY.match(text)
        if found:
            yield "key", found["name"]
        return
    for form, pattern in _FORMS:
        for found in pattern.finditer(text):
            name = next((value for value in found.groupdict().values() if value), "")
            yield form, name
    if role == "docs" and (
        found := re.match(r"^(?:\.\. (?:py:data|data|envvar|confval|option):: |#+ +)`?(?P<name>[\w.-]+)", text)
    ):
        yield "documented setting", found["name"]


def _knob_claims(catalogue: Catalogue, knobs: Sequence[Knob], asked: str) -> list[Claim]:
    if not knobs:
        return []
    first = knobs[0]
    evidence = citing.span_evidence(catalogue, first.path, first.blob, first.line, first.line)
    lead = (
        f"The {first.form} `{first.name}` configures that, at {citing.mark(first.path, first.line)}: "
        f"{prose.code(first.text, 120)}."
    )
    if first.form == "key":
        lead = (
            f"It is set by the key `{first.name}` at {citing.mark(first.path, first.line)}: "
            f"{prose.code(first.text, 120)}."
        )
    claims = [citing.claim(lead, evidence)]
    if len(knobs) > 1:
        rows = [
            f"- {knob.form} `{knob.name}` ({citing.mark(knob.path, knob.line)}): {prose.code(knob.text, 100)}"
            for knob in knobs[1:]
        ]
        more = [
            e for knob in knobs[1:] for e in citing.span_evidence(catalogue, knob.path, knob.blob, knob.line, knob.line)
        ]
        claims.append(citing.claim("Related places:\n\n" + "\n".join(rows), more))
    return claims


def _everything(question: Question, catalogue: Catalogue) -> list[Claim]:
    """The configuration files, the environment variables that the code reads, and its options."""
    text = question.text.lower()
    wants_env, wants_cli = "env" in text, any(word in text for word in ("flag", "cli", "command"))
    claims = []
    if not wants_cli:
        claims.append(_kind_claim(catalogue, "environment variable", ["environ", "getenv", "env"]))
    if not wants_env:
        claims.append(_kind_claim(catalogue, "command-line option", _OPTION_WORDS))
        if not wants_cli:
            claims += [_kind_claim(catalogue, "setting", ["config", "settings", "default"]), _files(catalogue)]
    if wants_env or wants_cli:
        return (
            claims
            if any(claim.text for claim in claims)
            else [citing.claim("No such setting is read anywhere that I can find in this repository's source.")]
        )
    order = sorted(claims, key=lambda claim: not claim.text)
    return order


def _kind_claim(catalogue: Catalogue, form: str, words: list[str], about: Sequence[str] = ()) -> Claim:
    """All knobs of a form, or those in passages whose title says what they are `about`."""
    pattern = dict(_FORMS)[form]
    seen: dict[str, Knob] = {}
    for hit in catalogue.search([*words, *about], 80, "", _CODE_ROLES):
        if about and not all(word in hit.title.lower() or word in catalogue.name.lower() for word in about):
            continue
        for offset, text in enumerate(citing.lines_at(catalogue, hit.path, hit.span)):
            for found in pattern.finditer(text):
                name = next((value for value in found.groupdict().values() if value), "")
                seen.setdefault(
                    name, Knob(form, name, hit.path, hit.blob, hit.span.start_line + offset, text.strip(), 0.0)
                )
    if not seen:
        return citing.claim("")
    shown = sorted(seen.values(), key=lambda knob: (beside(knob.path), knob.path, knob.line))[:14]
    listed = prose.joined([f"`{knob.name}` ({citing.mark(knob.path, knob.line)})" for knob in shown])
    evidence = [
        e for knob in shown for e in citing.span_evidence(catalogue, knob.path, knob.blob, knob.line, knob.line)
    ]
    verb = {
        "environment variable": "The code reads",
        "command-line option": "It takes",
        "setting": "The code looks up",
    }[form]
    more = f" among {len(seen)} in all" if len(seen) > len(shown) else ""
    noun = prose.count(len(shown), form)
    return citing.claim(f"{verb} {noun}{more}: {listed}.", evidence)


def _files(catalogue: Catalogue) -> Claim:
    found = [
        version
        for version in catalogue.files()
        if version.role == "config" and "/" not in version.path and not version.path.startswith((".edit", ".git"))
    ][:10]
    if not found:
        return citing.claim("")
    evidence = [e for version in found for e in citing.span_evidence(catalogue, version.path, version.blob, 1, 1)]
    return citing.claim(
        f"The configuration files are {prose.joined([citing.mark(version.path, 1) for version in found])}.", evidence
    )
