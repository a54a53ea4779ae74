"""Answers to "where is X", "what is X", "what does X do", and what extends or is extended by X."""

from __future__ import annotations

from collections.abc import Sequence

from reverie_daemon.core.compose import citing, places, prose, reading
from reverie_daemon.core.compose.describing import (
    Said,
    body_of,
    cited,
    deed,
    doc_of,
    excerpt,
    file_doc,
    file_version,
    members,
    more_doc,
    name,
    noun,
    opening,
    place,
    signature,
    source,
    top_level,
)  # fmt: skip
from reverie_daemon.core.naming import CALLABLE_KINDS, TYPE_KINDS, Subject, standing
from reverie_daemon.core.nouns import Catalogue, Claim, Definition, Evidence
from reverie_daemon.core.pathnames import beside
from reverie_daemon.core.questions import Question
from reverie_daemon.core.resolve import LIKELY, Use, bases, callers, subclasses

PLACES_MAX = 8
MEMBERS_MAX = 10
USES_SEEN_MAX = 40


def where(question: Question, catalogue: Catalogue) -> list[Claim]:
    """Where a thing is defined; when several things have the name, all of them, the likeliest first."""
    subject = question.subjects[0]
    if subject.definition is None:
        return path_claims(catalogue, subject)
    first, others = subject.definitions[0], subject.definitions[1:]
    claims = [_located(catalogue, first)]
    if others:
        claims.append(_elsewhere(catalogue, others))
    claims += [as_claim(excerpt(catalogue, first) or signature(catalogue, first)), *usage(catalogue, first)]
    return kept(claims)


def _located(catalogue: Catalogue, definition: Definition) -> Claim:
    said = deed(definition)
    sentence = f"{name(definition)} is defined at {place(definition)}, {noun(definition)}"
    if said and not said.startswith("is "):
        sentence += f" that {said}"
    elif said:
        sentence += f": it {said}"
    elif doc_of(definition):
        sentence += f": {doc_of(definition)}"
    return citing.claim(prose.ended(sentence), citing.head(catalogue, definition))


def _elsewhere(catalogue: Catalogue, others: Sequence[Definition]) -> Claim:
    shown = others[:PLACES_MAX]
    listed = prose.joined([f"{cited(item)}, {noun(item)}" if len(shown) < 4 else cited(item) for item in shown])
    rest = len(others) - len(shown)
    more = f", and {rest} more" if rest > 0 else ""
    verb = "stands" if len(others) == 1 else "stand"
    text = f"The same name also {verb} for {listed}{more}."
    evidence = [item for other in shown for item in citing.head(catalogue, other)]
    return citing.claim(text.replace("also stand for", "also stands for"), evidence)


def what(question: Question, catalogue: Catalogue) -> list[Claim]:
    """What a thing is and does, how it is called, and who uses it."""
    subject = question.subjects[0]
    if subject.definition is None:
        return path_claims(catalogue, subject)
    definition = subject.definition
    said = opening(catalogue, definition)
    claims = [*places.at_line(question, catalogue), citing.claim(said.text, said.evidence)]
    if "members" in question.qualifiers and definition.symbol.kind in TYPE_KINDS | {"module"}:
        return kept([*claims, *member_claims(catalogue, definition, MEMBERS_MAX * 3)])
    if "source" in question.qualifiers:
        return kept([*claims, as_claim(source(catalogue, definition))])
    if "signature" in question.qualifiers:
        claims.insert(0, _called_with(catalogue, definition))
    claims.append(as_claim(more_doc(catalogue, definition)))
    if definition.symbol.kind in TYPE_KINDS:
        claims += [*_lineage(catalogue, definition), *member_claims(catalogue, definition, MEMBERS_MAX)]
    else:
        claims += [
            as_claim(excerpt(catalogue, definition) or signature(catalogue, definition)),
            *_rules(catalogue, definition),
        ]
    return kept([*claims, *usage(catalogue, definition)])


def _called_with(catalogue: Catalogue, definition: Definition) -> Claim:
    target = definition
    if definition.symbol.kind in TYPE_KINDS:
        made = [
            item
            for item in members(catalogue, definition)
            if item.symbol.name in ("__init__", "constructor", "new", "New")
        ]
        target = made[0] if made else definition
    block = f"```{target.language}\n{target.symbol.signature.strip()}\n```"
    return citing.claim(
        f"{name(definition)} is called like this ({place(target)}):\n\n{block}", citing.head(catalogue, target)
    )


def _rules(catalogue: Catalogue, definition: Definition) -> list[Claim]:
    """When a callable raises, and which early ends it has, where its doc does not already say so."""
    span = definition.symbol.span
    if definition.symbol.kind not in CALLABLE_KINDS or span.end_line - span.start_line < 14:
        return []
    body = body_of(catalogue, definition)
    parts: list[str] = []
    evidence: list[Evidence] = []
    for item in body:
        guard = body[item.under] if item.under >= 0 else None
        if (
            item.kind != "raise"
            or guard is None
            or guard.kind not in ("if", "catch")
            or not item.head
            or len(parts) >= 3
        ):
            continue
        when = reading.condition(guard) if guard.kind == "if" else f"on {prose.code(guard.head or guard.text)}"
        parts.append(f"{reading.raised(item)} {when} ({citing.mark(definition.path, item.line)})")
        evidence += citing.lines_of(catalogue, definition, guard.line, item.end_line)
    return (
        [citing.claim(f"It raises {prose.joined(parts)}.", evidence, citing.head(catalogue, definition))]
        if parts
        else []
    )


def _lineage(catalogue: Catalogue, definition: Definition) -> list[Claim]:
    above = bases(definition, catalogue)
    below = [
        use
        for use in subclasses(definition, catalogue)
        if use.certainty >= LIKELY and use.site.scope and use.site.scope.role == "source"
    ]
    claims: list[Claim] = []
    if above:
        listed = prose.joined(
            [
                cited(target.definition) if target and target.certainty >= LIKELY else f"`{base}`"
                for base, target in above
            ]
        )
        evidence = [item for _, target in above if target for item in citing.head(catalogue, target.definition)]
        claims.append(citing.claim(f"It extends {listed}.", citing.head(catalogue, definition), evidence))
    if below:
        claims.append(_extended(catalogue, definition, below, "It is extended by"))
    return claims


def _extended(catalogue: Catalogue, definition: Definition, below: Sequence[Use], start: str) -> Claim:
    scopes = [use.site.scope for use in below if use.site.scope is not None]
    scopes.sort(key=standing)
    shown = scopes[:MEMBERS_MAX]
    more = f" and {len(scopes) - len(shown)} more" if len(scopes) > len(shown) else ""
    evidence = [item for scope in shown for item in citing.head(catalogue, scope)]
    text = f"{start} {prose.joined([cited(scope) for scope in shown])}{more}."
    return citing.claim(text, citing.head(catalogue, definition), evidence)


def family(question: Question, catalogue: Catalogue) -> list[Claim]:
    """What extends a type, or what it extends."""
    subject = question.subjects[0]
    definition = subject.definition
    if definition is None:
        return path_claims(catalogue, subject)
    if question.direction == "out":
        return _bases_claims(catalogue, definition)
    below = [use for use in subclasses(definition, catalogue) if use.certainty >= LIKELY]
    if not below:
        text = f"Nothing in this repository extends {cited(definition)}."
        return [citing.claim(text, citing.head(catalogue, definition))]
    number = prose.count(len(below), "type")
    start = f"{name(definition)} is extended by {number}:"
    claims = [_extended(catalogue, definition, below, start)]
    deeper = [use for item in below[:8] if item.site.scope for use in subclasses(item.site.scope, catalogue)]
    deeper = [use for use in deeper if use.certainty >= LIKELY]
    if deeper:
        claims.append(_extended(catalogue, definition, deeper, "Those are extended in turn by"))
    return claims


def _bases_claims(catalogue: Catalogue, definition: Definition) -> list[Claim]:
    found = _lineage(catalogue, definition)
    if not bases(definition, catalogue):
        return [citing.claim(f"{cited(definition)} names no base of its own.", citing.head(catalogue, definition))]
    first = found[0]
    return [
        citing.claim(
            first.text.replace("It extends", f"{name(definition)} ({place(definition)}) extends", 1), first.evidence
        )
    ]


def member_claims(catalogue: Catalogue, definition: Definition, limit: int) -> list[Claim]:
    """What a class or module holds, those for others first."""
    inside = [item for item in members(catalogue, definition) if item.symbol.kind not in ("attribute", "variable")]
    public = [item for item in inside if not item.symbol.name.startswith("_")] or inside
    if not public:
        return []
    ranked = sorted(public, key=lambda item: (not item.symbol.doc, -_length(item)))[:limit]
    ranked.sort(key=lambda item: item.symbol.span.start_line)
    listed = [f"- `{item.symbol.name}` ({place(item)}){_briefly(item)}" for item in ranked]
    rest = len(inside) - len(ranked)
    more = f" (and {rest} more)" if rest > 0 else ""
    evidence = [item for one in ranked for item in citing.head(catalogue, one)]
    block = "\n".join(listed)
    return [citing.claim(f"What it offers{more}:\n\n{block}", evidence)]


def _length(definition: Definition) -> int:
    return definition.symbol.span.end_line - definition.symbol.span.start_line


def _briefly(definition: Definition) -> str:
    said = deed(definition)
    if said:
        return f" {prose.shorten(said, 110)}"
    return f": {prose.shorten(doc_of(definition), 110)}" if doc_of(definition) else ""


def usage(catalogue: Catalogue, definition: Definition, *, named: bool = False) -> list[Claim]:
    """Who uses it, in a sentence; of a thing used everywhere, the first few that are found. It is `named` where
    something else was told of in between."""
    if definition.symbol.kind in ("heading", "key", "module"):
        return []
    kinds = ("call", "decorate", "inherit", "type", "read")
    found = callers(definition, catalogue, kinds=kinds, limit=USES_SEEN_MAX)
    first: dict[Definition, Use] = {}
    for use in sorted(found, key=lambda use: beside(use.site.path)):
        scope = use.site.scope
        if use.certainty >= LIKELY and scope is not None and scope.role == "source" and not _inside(scope, definition):
            first.setdefault(scope, use)
    if not first:
        return []
    shown = list(first)[:3]
    marks = [f"{name(scope)} ({citing.mark(scope.path, first[scope].site.reference.line)})" for scope in shown]
    evidence = [item for scope in shown for item in citing.site_evidence(catalogue, first[scope].site)]
    evidence += citing.head(catalogue, definition) if named else ()
    called = name(definition) if named else "It"
    if len(first) <= 3:
        return [citing.claim(f"{called} is used by {prose.joined(marks)}.", evidence)]
    more = "many others" if len(found) >= USES_SEEN_MAX // 2 else prose.count(len(first) - 3, "other")
    return [citing.claim(f"{called} is used by {', '.join(marks)} and {more}.", evidence)]


def _inside(scope: Definition, definition: Definition) -> bool:
    """Whether a use stands in the thing itself."""
    return scope.path == definition.path and f"{scope.symbol.qualname}.".startswith(f"{definition.symbol.qualname}.")


def path_claims(catalogue: Catalogue, subject: Subject) -> list[Claim]:
    """A file or folder: what it is for and what is in it."""
    if subject.path.endswith("/"):
        return folder_claims(catalogue, subject.path)
    version = file_version(catalogue, subject.path)
    if version is None:
        return []
    doc, outline = file_doc(catalogue, subject.path), top_level(catalogue, subject.path)
    size = prose.count(version.lines, "line")
    at = citing.mark(version.path, 1)
    evidence = citing.span_evidence(catalogue, version.path, version.blob, 1, min(version.lines, 40))
    language = f" of {prose.language(version.language)}" if version.language and version.language != "text" else ""
    text = f"{at} is a file of {size}{language}" if not doc else f"{at} ({size}{language}): {doc.text}"
    claims = [citing.claim(prose.ended(text), doc.evidence or evidence)]
    if outline:
        shown = outline[: MEMBERS_MAX * 2]
        listed = "\n".join(f"- `{item.symbol.name}` ({place(item)}){_briefly(item)}" for item in shown)
        rest = f" (and {len(outline) - len(shown)} more)" if len(outline) > len(shown) else ""
        heads = [item for one in shown for item in citing.head(catalogue, one)]
        claims.append(citing.claim(f"It defines{rest}:\n\n{listed}", heads))
    else:
        claims += _headings(catalogue, subject.path)
    return [*claims, *_imported_by(catalogue, subject.path)]


def _headings(catalogue: Catalogue, path: str) -> list[Claim]:
    found = [item for item in catalogue.outline(path) if item.symbol.kind in ("heading", "key")][:MEMBERS_MAX]
    if not found:
        return []
    word = "sections" if found[0].symbol.kind == "heading" else "keys"
    listed = prose.joined([f"“{item.symbol.name}” ({place(item)})" for item in found])
    evidence = [item for one in found for item in citing.head(catalogue, one)]
    return [citing.claim(f"Its {word} are {listed}.", evidence)]


def _imported_by(catalogue: Catalogue, path: str) -> list[Claim]:
    stem = path.rpartition("/")[2].split(".")[0]
    if stem in ("__init__", "index", "mod"):
        stem = path.split("/")[-2] if "/" in path else stem
    found = [(other, item) for other, item in catalogue.importers(stem, 60) if other != path]
    if not found:
        return []
    files = {version.path: version for version in catalogue.files()}
    found.sort(key=lambda pair: (files[pair[0]].role != "source" if pair[0] in files else True, pair[0]))
    seen: dict[str, int] = {}
    for other, item in found:
        seen.setdefault(other, item.line)
    shown = [other for other in seen if other in files][:4]
    marks = [citing.mark(other, seen[other]) for other in shown]
    evidence = [
        item
        for other in shown
        for item in citing.span_evidence(catalogue, other, files[other].blob, seen[other], seen[other] + 2)
    ]
    more = f" and {prose.count(len(seen) - len(shown), 'other file')}" if len(seen) > len(shown) else ""
    return [
        citing.claim(
            f"A module of that name is imported by {prose.joined(marks) if not more else ', '.join(marks)}{more}.",
            evidence,
        )
    ]


def folder_claims(catalogue: Catalogue, folder: str) -> list[Claim]:
    """A folder: its files by size, with what each says of itself."""
    files = list(catalogue.files(folder.rstrip("/")))
    if not files:
        return []
    total = sum(version.lines for version in files)
    lead = next(
        (
            version
            for version in files
            if version.path.rpartition("/")[2]
            in ("__init__.py", "README.md", "README.rst", "mod.rs", "index.ts", "index.js", "doc.go")
        ),
        files[0],
    )
    doc = file_doc(catalogue, lead.path)
    evidence = doc.evidence or citing.span_evidence(catalogue, lead.path, lead.blob, 1, min(20, lead.lines))
    start = (
        f"`{folder}` holds {prose.count(len(files), 'file')} with {prose.count(total, 'line')} "
        f"({citing.mark(lead.path, 1)})"
    )
    claims = [citing.claim(prose.ended(f"{start}: {doc.text}" if doc else start), evidence)]
    shown = sorted(
        (version for version in files if version.lines > 1),
        key=lambda version: (version.role != "source", -version.lines),
    )[:MEMBERS_MAX]
    lines, heads = [], []
    for version in sorted(shown, key=lambda item: item.path):
        said = file_doc(catalogue, version.path)
        symbols = list(top_level(catalogue, version.path)[:3]) if not said else []
        about = said.text if said else prose.joined([f"`{item.symbol.name}`" for item in symbols])
        lines.append(f"- {citing.mark(version.path, 1)} {prose.shorten(about, 110)}".rstrip())
        heads += [*said.evidence, *(item for one in symbols for item in citing.head(catalogue, one))]
        heads += citing.span_evidence(catalogue, version.path, version.blob, 1, 1)
    return [*claims, citing.claim("Its largest files:\n\n" + "\n".join(lines), heads)]


def as_claim(said: Said) -> Claim:
    return citing.claim(said.text, said.evidence)


def kept(claims: Sequence[Claim]) -> list[Claim]:
    """The claims that say something."""
    return [claim for claim in claims if claim.text]
