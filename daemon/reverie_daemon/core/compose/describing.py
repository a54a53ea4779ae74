"""What every kind of answer says of a symbol: what sort of thing it is, where, and what it does, in a sentence.

A sentence comes with its evidence. Which sentences an answer is made of is decided by the composers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reverie_daemon.core.compose import citing, prose, reading
from reverie_daemon.core.naming import CALLABLE_KINDS, TYPE_KINDS, display_name
from reverie_daemon.core.nouns import Catalogue, Definition, Evidence, FileVersion
from reverie_daemon.core.twins import DECLARING, declares

DOC_MORE_CHARS = 700
LINE_CHARACTERS_MAX = 300
EXCERPT_LINES_MAX = 14


@dataclass(frozen=True, slots=True)
class Said:
    """A piece of prose with what it rests on."""

    text: str
    evidence: tuple[Evidence, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.text)


def name(definition: Definition) -> str:
    """The name in backticks."""
    return f"`{display_name(definition)}`"


def place(definition: Definition) -> str:
    return citing.mark(definition.path, definition.symbol.span.start_line)


def cited(definition: Definition) -> str:
    """ "`App.run` (`src/app.py:10`)"."""
    return f"{name(definition)} ({place(definition)})"


_KIND_NOUNS = {"type": "type alias", "key": "configuration key", "variable": "module-level variable"}


def noun(definition: Definition) -> str:
    """ "a function", "a method of `App`", "an attribute of `App`"."""
    symbol = definition.symbol
    owner = symbol.qualname.rpartition(".")[0]
    word = _KIND_NOUNS.get(symbol.kind, str(symbol.kind))
    if symbol.name.startswith("test_") and symbol.kind in CALLABLE_KINDS:
        word = "test"
    if word == "method" and symbol.name in ("__init__", "constructor"):
        word = "constructor"
    said = prose.article(word)
    if owner and symbol.kind in ("method", "property", "attribute"):
        return f"{said} of `{owner}`" if word != "constructor" else f"the constructor of `{owner}`"
    if owner and symbol.kind in CALLABLE_KINDS:
        return f"{said} inside `{owner}`"
    return said


def doc_of(definition: Definition) -> str:
    """The doc comment's first sentence, "" without one; a heading that only repeats the name says nothing."""
    said = prose.first_sentence(definition.symbol.doc)
    return "" if said.strip(" .:`#-=*/") == definition.symbol.name else said


def deed(definition: Definition) -> str:
    """What it does, as what can follow "it" or "which": "generates a URL"; "" when its doc does not put it so."""
    return prose.predicate(doc_of(definition), definition.symbol.name)


def which(definition: Definition) -> str:
    """ ", which generates a URL", or "" when there is nothing to say; short."""
    said = deed(definition)
    return f", which {prose.shorten(said, 140)}" if said else ""


def documented(catalogue: Catalogue, definition: Definition) -> Definition:
    """What bears a definition's doc: in C and C++ often its declaration in a header."""
    if definition.symbol.doc or definition.language not in DECLARING:
        return definition
    same = [one for one in catalogue.definitions(definition.symbol.name) if declares(one) and one.symbol.doc]
    return next((one for one in same if one.symbol.qualname == definition.symbol.qualname), definition)


def opening(catalogue: Catalogue, definition: Definition) -> Said:
    """What a thing is, where it stands and what it does: the first sentence of most answers."""
    bearer = documented(catalogue, definition)
    evidence = citing.head(catalogue, definition)
    evidence += citing.head(catalogue, bearer) if bearer != definition else ()
    sentence, said = doc_of(bearer), deed(bearer)
    if said:
        start = f"{cited(definition)} {said}"
        return Said(prose.ended(start), evidence)
    what = f"{name(definition)} is {noun(definition)} at {place(definition)}"
    if sentence:
        return Said(f"{what}: {prose.ended(_lowered(sentence))}", evidence)
    read = undocumented(catalogue, definition)
    if read:
        return Said(f"{what}; {prose.ended(read.text)}", (*evidence, *read.evidence))
    return Said(prose.ended(f"{what}{_value(catalogue, definition)}"), evidence)


def _lowered(sentence: str) -> str:
    """A sentence as it goes on after a colon."""
    word = sentence.split(" ", 1)[0]
    return (
        sentence[0].lower() + sentence[1:]
        if word in ("The", "This", "A", "An", "If", "When", "Whether", "It")
        else sentence
    )


def _value(catalogue: Catalogue, definition: Definition) -> str:
    """What a constant or an attribute is set to, where that is one line."""
    symbol = definition.symbol
    if symbol.kind not in ("constant", "variable", "attribute", "key", "type"):
        return ""
    lines = catalogue.text(definition.path)
    if lines is None or symbol.span.start_line > len(lines) or symbol.span.end_line > symbol.span.start_line:
        return ""
    return f": {prose.code(lines[symbol.span.start_line - 1].strip(), 120)}"


def undocumented(catalogue: Catalogue, definition: Definition) -> Said:
    """What a callable without doc comment does, read from its body: what it returns, raises and sets."""
    if definition.symbol.kind not in CALLABLE_KINDS | {"property"}:
        return Said("")
    body = body_of(catalogue, definition)
    parts: list[str] = []
    used: list[reading.Statement] = []
    results = [item for item in body if item.kind in ("return", "yield") and item.head]
    loud = [item for item in body if item.kind == "raise"]
    sets = [item for item in body if item.kind == "set"]
    if sets:
        targets = list(dict.fromkeys(item.head.split("=", 1)[0].split(":")[0].rstrip(" +-|&*/") for item in sets))[:4]
        parts.append(f"sets {prose.joined([prose.code(target, 40) for target in targets])}")
        used += sets[:4]
    if loud:
        parts.append(f"raises {reading.raised(loud[0])}")
        used.append(loud[0])
    if results:
        verb = "yields" if results[-1].kind == "yield" else "returns"
        parts.append(f"{verb} {prose.code(results[-1].head, 70)}")
        used.append(results[-1])
    if not parts:
        calls = [item for item in body if item.kind == "call"][:2]
        parts = [f"runs {prose.joined([prose.code(item.text.rstrip(';'), 70) for item in calls])}"] if calls else []
        used += calls
    spans = tuple(item for one in used for item in citing.lines_of(catalogue, definition, one.line, one.end_line))
    return Said(f"it {prose.joined(parts)}" if parts else "", spans)


def body_of(catalogue: Catalogue, definition: Definition) -> list[reading.Statement]:
    """The statements of a definition's body; empty when its file cannot be read."""
    lines = catalogue.text(definition.path)
    if lines is None:
        return []
    span = definition.symbol.span
    start = max(1, span.start_line - 1)
    window = lines[start - 1 : min(span.end_line, span.start_line + reading.BODY_LINES_MAX)]
    shift = start - 1
    found = reading.statements(window, span.start_line - shift, span.end_line - shift, definition.language)
    return [_shifted(item, shift) for item in found]


def _shifted(item: reading.Statement, shift: int) -> reading.Statement:
    return reading.Statement(
        item.kind, item.line + shift, item.end_line + shift, item.text, item.head, item.comment, item.depth, item.under
    )


def more_doc(catalogue: Catalogue, definition: Definition, limit: int = DOC_MORE_CHARS) -> Said:
    """The rest of the doc comment's prose, after the sentence that opens the answer."""
    definition = documented(catalogue, definition)
    found = prose.paragraphs(definition.symbol.doc)
    if not found:
        return Said("")
    told = doc_of(definition).removesuffix(" …")
    first = [text for text in prose.sentences(found[0]) if not text.startswith(told)]
    blocks: list[str] = []
    room = limit
    for paragraph in [" ".join(first), *found[1:]]:
        if not paragraph or (paragraph.endswith(":") and "- " not in paragraph):
            continue
        if len(paragraph) > room and blocks:
            break
        listed = paragraph.startswith(("- ", "* ")) and blocks and blocks[-1].startswith(("- ", "* "))
        text = prose.shorten(paragraph, limit)
        blocks = [*blocks[:-1], f"{blocks[-1]}\n{text}"] if listed else [*blocks, text]
        room -= len(text)
    said = "\n\n".join(blocks)
    return Said(said, citing.named_lines(catalogue, definition, said)) if blocks else Said("")


def excerpt(catalogue: Catalogue, definition: Definition, lines_max: int = EXCERPT_LINES_MAX) -> Said:
    """A short definition whole, as a code block; nothing for a long one."""
    span = definition.symbol.span
    lines = catalogue.text(definition.path)
    if lines is None or span.end_line - span.start_line >= lines_max or span.start_line > len(lines):
        return Said("")
    if span.end_line == span.start_line and definition.symbol.kind not in CALLABLE_KINDS:
        return Said("")
    text = _dedented(lines[span.start_line - 1 : span.end_line])
    return Said(
        fenced(text, definition.language), citing.lines_of(catalogue, definition, span.start_line, span.end_line)
    )


def source(catalogue: Catalogue, definition: Definition) -> Said:
    """A definition as it stands, as a code block; the beginning of one that is too long to cite."""
    found = citing.lines_of(catalogue, definition, definition.symbol.span.start_line, definition.symbol.span.end_line)
    if not found:
        return Said("")
    cut = ["…"] if found[0].span.end_line < definition.symbol.span.end_line else []
    text = _dedented(citing.lines_at(catalogue, definition.path, found[0].span))
    return Said(fenced([*text, *cut], definition.language), found)


def signature(catalogue: Catalogue, definition: Definition) -> Said:
    """How a callable is called, as a code block in the lines of its source, when it has parameters worth showing."""
    lines = catalogue.text(definition.path)
    if definition.symbol.kind not in CALLABLE_KINDS or definition.symbol.signature.count(",") < 1 or lines is None:
        return Said("")
    span = definition.symbol.span
    window = lines[span.start_line - 1 : min(span.end_line, span.start_line + 40)]
    height = reading.signature_lines(window)
    if height > EXCERPT_LINES_MAX:
        return Said("")
    found = citing.lines_of(catalogue, definition, span.start_line, span.start_line + height - 1)
    return Said(fenced(_dedented(window[:height]), definition.language), found)


def fenced(lines: Sequence[str], language: str) -> str:
    body = "\n".join(shown(line) for line in lines)
    return f"```{language}\n{body}\n```" if "```" not in body else ""


def shown(line: str) -> str:
    """A line of source as an answer shows it: a whole bundle can stand on one."""
    return line.rstrip() if len(line) <= LINE_CHARACTERS_MAX else f"{line[:LINE_CHARACTERS_MAX]} …"


def _dedented(lines: Sequence[str]) -> list[str]:
    indents = [len(line) - len(line.lstrip()) for line in lines if line.strip()]
    cut = min(indents, default=0)
    return [line[cut:] for line in lines]


def members(catalogue: Catalogue, definition: Definition) -> list[Definition]:
    """What stands directly inside a class or module, in order."""
    outline = catalogue.outline(definition.path)
    if definition.symbol.kind == "module":
        return [item for item in outline if "." not in item.symbol.qualname and item.symbol.kind != "module"]
    inside = [item for item in outline if item.symbol.parent == definition.ordinal]
    prefix = f"{definition.symbol.qualname}."
    known = {item.ordinal for item in inside}
    return inside + [item for item in outline if item.ordinal not in known and item.symbol.qualname.startswith(prefix)
                     and "." not in item.symbol.qualname[len(prefix):]]  # fmt: skip


def file_version(catalogue: Catalogue, path: str) -> FileVersion | None:
    return next((version for version in catalogue.files(path) if version.path == path), None)


def top_level(catalogue: Catalogue, path: str) -> list[Definition]:
    """The classes and functions of a file, those that others may use first."""
    found = [item for item in catalogue.outline(path) if item.symbol.kind in CALLABLE_KINDS | TYPE_KINDS]
    outer = [item for item in found if "." not in item.symbol.qualname]
    return sorted(outer, key=lambda item: (item.symbol.name.startswith("_"), item.symbol.kind in CALLABLE_KINDS))


def file_doc(catalogue: Catalogue, path: str) -> Said:
    """A module's doc comment, or what its heading comment or first paragraph says, in a sentence or two."""
    outline = catalogue.outline(path)
    module = next((item for item in outline if item.symbol.kind == "module"), None)
    if module is not None and module.symbol.doc:
        sentence = prose.first_sentence(module.symbol.doc)
        return Said(sentence, citing.head(catalogue, module)) if sentence else Said("")
    version = file_version(catalogue, path)
    lines = catalogue.text(path)
    if version is None or lines is None:
        return Said("")
    return _leading_comment(catalogue, version, lines[:30])


_NOT_PROSE = ("copyright", "license", "spdx", "eslint", "pylint", "mypy", "coding:", "noqa", "pyright", "argcomplete")


def _leading_comment(catalogue: Catalogue, version: FileVersion, lines: Sequence[str]) -> Said:
    text = "\n".join(lines)
    for quote in ('"""', "'''"):
        if text.lstrip().startswith(quote):
            doc = text.lstrip()[3:].split(quote, 1)[0]
            end = min(len(lines), doc.count("\n") + 2)
            return Said(prose.first_sentence(doc), citing.span_evidence(catalogue, version.path, version.blob, 1, end))
    kept: list[str] = []
    for line in lines:
        bare = line.strip()
        if not bare.startswith(("#", "//", "*", "/*", "--")) or bare.startswith(("#!", "#include")):
            break
        kept.append(bare.lstrip("#/*-! ").rstrip("*/ "))
    words = " ".join(kept)
    if not kept or any(word in words.lower() for word in _NOT_PROSE):
        return Said("")
    evidence = citing.span_evidence(catalogue, version.path, version.blob, 1, len(kept))
    return Said(prose.first_sentence("\n".join(kept)), evidence)
