"""From a name as a developer types it to the symbols, file, folder or commit that it means.

Exact names come first, then qualified ones, other case, words that join to a name, and at last what resembles it,
always saying which of these it was. What a sentence asks about the name is not decided here.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Literal

from reverie_daemon.core.bases import base_names
from reverie_daemon.core.nouns import Catalogue, Commit, Definition
from reverie_daemon.core.pathnames import SOURCE_WEIGHT, beside, find_path, path_parts
from reverie_daemon.core.twins import without_declarations, without_overloads

Match = Literal["exact", "qualified", "inherited", "case", "joined", "similar", "path", "line", "commit", "unknown"]

CALLABLE_KINDS = frozenset({"function", "method", "macro"})
TYPE_KINDS = frozenset({"class", "interface", "struct", "enum", "union", "trait", "type"})
SIMILAR_MIN = 0.78
BASES_DEPTH_MAX = 4


@dataclass(frozen=True, slots=True)
class Subject:
    """What a question is about: the mention as asked, and what it was resolved to.

    `definitions` are best first, the first is what is taken to be meant. `path` is a file, or a folder when it ends
    with "/". `note` is a sentence for the reader where the name was not taken literally, "" otherwise.
    """

    mention: str
    match: Match
    definitions: tuple[Definition, ...] = ()
    path: str = ""
    line: int = 0
    commit: Commit | None = None
    note: str = ""

    @property
    def definition(self) -> Definition | None:
        return self.definitions[0] if self.definitions else None

    @property
    def resolved(self) -> bool:
        return bool(self.definitions or self.path or self.commit)

    @property
    def label(self) -> str:
        """The name to use in prose."""
        if self.definitions:
            return display_name(self.definitions[0])
        return self.path or (self.commit.oid[:10] if self.commit else self.mention)

    @property
    def identity(self) -> str:
        """What makes two subjects the same, whatever the wording: never a line or a blob."""
        if self.definitions:
            return f"{self.definitions[0].path}::{self.definitions[0].symbol.qualname}"
        return self.path or (self.commit.oid if self.commit else f"?{self.mention.lower()}")


def display_name(definition: Definition) -> str:
    """The qualified name; a module's own symbol is named by its file, a heading by its last part."""
    symbol = definition.symbol
    if symbol.kind in ("heading", "key"):
        return symbol.name
    return PurePosixPath(definition.path).name if symbol.kind == "module" else symbol.qualname


_KIND_WORDS = (
    "function|func|fn|method|class|struct|interface|trait|enum|type|module|file|folder|directory|dir"
    "|package|constant|variable|"
    "var|attribute|property|field|decorator|helper|fixture|macro|exception|object|symbol|command|crate"
    "|namespace|component|"
    "script|header|implementation|mixin|hook"
)
_LEADING = re.compile(
    rf"^(?:(?:the|a|an|this|that|our|my|your|all|any|some|every|source|code|definition|new)\s+|"
        rf"(?:{_KIND_WORDS})\s+(?:called\s+|named\s+|of\s+)?(?=\S))+", re.I
)  # fmt: skip
_TRAILING = re.compile(
    rf"(?:\s+(?:{_KIND_WORDS})(?:'s)?|\s+(?:anywhere|exactly|itself|actually|here|directly|internally"
    rf"|overall|code|thing"
    r"|in (?:the|this|our) (?:code ?base|code|repo(?:sitory)?|project)))+$",
    re.I,
)
_SHAPED = re.compile(r"[_.:/#\\()`]|->|[a-z0-9][A-Z]|^[A-Z]|\d|^@|[?!]$")
_NAME = re.compile(r"^[@&*]*~?[\w$À-￿]+(?:(?:\.|::|#|->|/|\\)[~\w$À-￿?!=]+)*[?!]?$")
_PATH = re.compile(r"^(?P<path>[\w@.+~ \-/\\\[\]]+?)(?::(?:L|line )?(?P<line>\d+)(?:[-:]\d+)?)?$")
_SUFFIX = re.compile(r"\.[A-Za-z][A-Za-z0-9]{0,9}$")
_OF = re.compile(
    r"^(?P<name>\S+)\s+(?:(?:method|function|attribute|property|class|fixture|field)s?\s+)?(?:of|in|from"
    r"|on|inside|within|at)\s+(?P<owner>.+)$",
    re.I,
)
_POSSESSIVE = re.compile(r"^(?P<owner>\S+?)'s?\s+(?P<name>\S+)$")
_LINE_OF = re.compile(r"^line (?P<line>\d+) (?:of|in) (?P<path>\S+)$|^(?P<path2>\S+) line (?P<line2>\d+)$", re.I)
_FOLDER = re.compile(r"\b(?:folder|directory|dir)\b", re.I)
_SHA = re.compile(r"^(?=.*\d)[0-9a-f]{7,40}$", re.I)

KIND_WEIGHT = {
    "class": 0, "interface": 0, "struct": 0, "trait": 0, "enum": 0, "function": 0, "union": 1, "type": 1, "macro": 1,
    "method": 1, "namespace": 2, "module": 2, "property": 2, "constant": 2, "variable": 3, "attribute": 4, "key": 6,
    "heading": 7,
}  # fmt: skip


def standing(definition: Definition) -> tuple[int, int, int, int, int, str, int]:
    """A sort key: which of several symbols of one name is most likely meant, the likeliest first."""
    symbol, path = definition.symbol, definition.path
    weight = SOURCE_WEIGHT[definition.role] + (2 if beside(path) else 0)
    depth = path.count("/") + symbol.qualname.count(".")
    return (
        weight,
        KIND_WEIGHT[symbol.kind],
        int(symbol.name.startswith("_")),
        int(not symbol.doc),
        depth,
        path,
        definition.ordinal,
    )


def shaped(mention: str) -> bool:
    """Whether a mention looks like an identifier or path rather than a plain word."""
    return bool(_SHAPED.search(mention.strip()))


def bare(mention: str) -> str:
    """The mention without quotes, call brackets, articles and nouns such as "function"."""
    text = mention.strip().strip("\"'“”").strip()
    text = _TRAILING.sub("", text)
    text = _LEADING.sub("", text).strip() if " " in text else text
    text = text.strip("`\"'“”* ").rstrip(",;!?") if text.strip("`").find("`") < 0 else text.replace("`", "")
    text = re.sub(r"\((?:[^()]*)\)$", "", text).removeprefix("self.").removeprefix("this.")
    return text.strip()


def resolve_mention(mention: str, catalogue: Catalogue, *, code_only: bool = False) -> Subject | None:
    """The subject that a slot of a question names, or None when it describes rather than names.

    `code_only` keeps a plain word from being taken for an attribute, a variable or a heading. A name that exists
    nowhere gives a Subject that is not resolved, so that the answer can say so.
    """
    quoted = mention.strip().startswith("`") or mention.strip().endswith(")")
    name = bare(mention)
    if not name:
        return None
    lined = _LINE_OF.match(name)
    if lined is not None:
        groups = lined.groupdict()
        name = f"{groups['path'] or groups['path2']}:{groups['line'] or groups['line2']}"
    if " " in name:
        return _phrase(name, mention, catalogue)
    if _FOLDER.search(mention) and (folder := find_path(f"{name.rstrip('/')}/", catalogue.files())):
        return Subject(mention, "path", path=folder)
    plain = not quoted and not shaped(name)
    if not plain and (subject := _path(name, mention, catalogue)) is not None:
        return subject
    if not _NAME.match(name):
        return None
    return _name(name, mention, catalogue, plain=plain, code_only=code_only)


def _name(name: str, mention: str, catalogue: Catalogue, *, plain: bool, code_only: bool) -> Subject | None:
    parts = split_name(name)
    found = _wanted(catalogue.definitions(parts[-1]), plain=plain, code_only=code_only)
    if len(parts) > 1:
        return _qualified(name, parts, found, mention, catalogue)
    if found:
        return Subject(mention, "exact", found)
    if (module := _file_stem(name, catalogue, product=plain and code_only)) is not None:
        return Subject(mention, "path", path=module)
    return _approximate(name, mention, catalogue, plain=plain, code_only=code_only)


def split_name(name: str) -> list[str]:
    """The parts of a qualified name, whichever of ".", "::", "#", "->", "/" and "\\" stands between them."""
    return [part for part in re.split(r"\.|::|#|->|/|\\", name.lstrip("@&*")) if part]


def _wanted(found: Sequence[Definition], *, plain: bool, code_only: bool) -> tuple[Definition, ...]:
    """Likeliest first. A plain word is no heading; for "how does X work" it is a callable or a type."""
    code = [item for item in found if item.symbol.kind not in ("heading", "key")]
    kept = code if code or plain else list(found)
    if plain and code_only:
        kept = [
            item
            for item in kept
            if item.symbol.kind in CALLABLE_KINDS | TYPE_KINDS | {"module"} and item.role != "test"
        ]
    return tuple(sorted(without_declarations(without_overloads(kept)), key=standing))


def _qualified(
    name: str, parts: list[str], found: tuple[Definition, ...], mention: str, catalogue: Catalogue
) -> Subject | None:
    dotted = ".".join(parts)
    whole = tuple(item for item in found if item.symbol.qualname == dotted)
    tail = tuple(item for item in found if f".{item.symbol.qualname}".endswith(f".{dotted}"))
    if whole or tail:
        return Subject(mention, "exact" if whole else "qualified", whole or tail)
    owned = tuple(item for item in found if owner_matches(parts[:-1], item))
    if owned:
        return Subject(mention, "qualified", owned)
    if (inherited := _inherited(parts, found, catalogue)) is not None:
        return replace(inherited, mention=mention)
    owned = tuple(item for item in found if owner_matches(parts[:-1], item, any_case=True))
    if owned:
        return Subject(mention, "qualified", owned)
    if (module := _module_path(parts, catalogue)) is not None:
        return Subject(mention, "path", path=module)
    if cased := _other_case(parts, catalogue):
        return Subject(mention, "case", cased)
    if found:
        note = f"There is no `{name}` here; the nearest is `{display_name(found[0])}`."
        return Subject(mention, "similar", found, note=note)
    return _approximate(name, mention, catalogue, plain=False, code_only=False)


def _other_case(parts: list[str], catalogue: Catalogue) -> tuple[Definition, ...]:
    """What `blueprint.Register` means where there is a `Blueprint.register`."""
    alike = [known for known in catalogue.similar_names(parts[-1]) if known.lower() == parts[-1].lower()]
    found = [one for known in alike for one in catalogue.definitions(known)]
    owned = [
        one for one in _wanted(found, plain=True, code_only=False) if owner_matches(parts[:-1], one, any_case=True)
    ]
    return tuple(owned)


def owner_matches(owners: Sequence[str], definition: Definition, *, any_case: bool = False) -> bool:
    """Whether "flask.app" or "app.Flask" can stand before a definition's last name: its classes, then its path."""
    chain = [*path_parts(definition.path), *definition.symbol.qualname.split(".")[:-1]]
    have = [part.lower() for part in chain] if any_case else chain
    wanted = [part.lower() for part in owners] if any_case else list(owners)
    at = len(have)
    for part in reversed(wanted):
        at = next((index for index in range(at - 1, -1, -1) if have[index] == part), -1)
        if at < 0:
            return False
    return True


def _inherited(parts: list[str], found: tuple[Definition, ...], catalogue: Catalogue) -> Subject | None:
    """`Flask.route`, where a base class defines it."""
    owners = [item for item in catalogue.definitions(parts[-2]) if item.symbol.kind in TYPE_KINDS]
    queue = sorted(owners, key=standing)[:2]
    seen: set[str] = set()
    for _ in range(BASES_DEPTH_MAX * 3):
        if not queue:
            return None
        owner = queue.pop(0)
        hit = tuple(item for item in found if item.symbol.qualname == f"{owner.symbol.qualname}.{parts[-1]}")
        if hit and seen:
            note = f"`{parts[-2]}` inherits `{parts[-1]}` from `{owner.symbol.qualname}`."
            return Subject("", "inherited", hit, note=note)
        seen.add(owner.symbol.name)
        for base in base_names(owner, catalogue):
            if base not in seen:
                queue.extend(
                    sorted((b for b in catalogue.definitions(base) if b.symbol.kind in TYPE_KINDS), key=standing)[:1]
                )
    return None


def _phrase(name: str, mention: str, catalogue: Catalogue) -> Subject | None:
    """Names of two or three words: "run in Flask", "Blueprint's register", "test client"."""
    for pattern in (_OF, _POSSESSIVE):
        found = pattern.match(name)
        if found is not None:
            subject = _owned(bare(found["name"]), bare(found["owner"]), mention, catalogue)
            if subject is not None:
                return subject
    words = name.split()
    if len(words) == 2 and all(_NAME.match(word) for word in words) and shaped(words[0]) and shaped(words[1]):
        return _owned(bare(words[1]), bare(words[0]), mention, catalogue)
    if len(words) <= 3 and all(re.fullmatch(r"[A-Za-z][a-z0-9]*", word) for word in words):
        return _joined(words, mention, catalogue)
    return None


def _owned(name: str, owner: str, mention: str, catalogue: Catalogue) -> Subject | None:
    if " " in owner or " " in name:
        return None
    found = tuple(sorted(without_overloads(catalogue.definitions(split_name(name)[-1] if name else "")), key=standing))
    place = _path(owner, owner, catalogue) if shaped(owner) else None
    if place is not None and place.path:
        inside = tuple(item for item in found if item.path == place.path or item.path.startswith(place.path))
        return Subject(mention, "qualified", inside) if inside else None
    if not _NAME.match(owner):
        return None
    parts = [*split_name(owner), *split_name(name)]
    subject = _qualified(".".join(parts), parts, found, mention, catalogue) if found else None
    return subject if subject is not None and subject.match != "similar" else None


def _joined(words: list[str], mention: str, catalogue: Catalogue) -> Subject | None:
    lowered = [word.lower() for word in words]
    pascal = "".join(word.capitalize() for word in lowered)
    for candidate in ("_".join(lowered), pascal, pascal[0].lower() + pascal[1:], "_".join(lowered).upper()):
        found = _wanted(catalogue.definitions(candidate), plain=True, code_only=False)
        if found:
            return Subject(mention, "joined", found)
    return None


def _approximate(name: str, mention: str, catalogue: Catalogue, *, plain: bool, code_only: bool) -> Subject | None:
    last = split_name(name)[-1]
    alike = catalogue.similar_names(last)
    other_case = next(
        (known for known in alike if known.lower().replace("_", "") == last.lower().replace("_", "")), None
    )
    if other_case is not None:
        found = _wanted(catalogue.definitions(other_case), plain=plain, code_only=code_only)
        if found:
            note = "" if other_case.lower() == last.lower() else f"I take “{last}” to mean `{display_name(found[0])}`."
            return Subject(mention, "case", found, note=note)
    if plain and catalogue.frequency(last):
        return None
    ranked = sorted(alike, key=lambda known: -difflib.SequenceMatcher(None, known.lower(), last.lower()).ratio())
    for known in ranked[:3]:
        if difflib.SequenceMatcher(None, known.lower(), last.lower()).ratio() < SIMILAR_MIN:
            break
        found = _wanted(catalogue.definitions(known), plain=False, code_only=code_only)
        if found:
            note = f"Nothing here is named `{last}`; the nearest name is `{display_name(found[0])}`."
            return Subject(mention, "similar", found, note=note)
    return None if plain else Subject(mention, "unknown")


def _path(name: str, mention: str, catalogue: Catalogue) -> Subject | None:
    """A file, a folder, or the symbol around `path:line`."""
    found = _PATH.match(name)
    if found is None or not ("/" in name or "\\" in name or found["line"] or _SUFFIX.search(found["path"])):
        return None
    wanted = found["path"].replace("\\", "/").removeprefix("./").lstrip("/")
    path = find_path(wanted, catalogue.files())
    if not path:
        return None
    if not found["line"]:
        return Subject(mention, "path", path=path)
    line = int(found["line"])
    around = [
        item for item in catalogue.outline(path) if item.symbol.span.start_line <= line <= item.symbol.span.end_line
    ]
    around.sort(key=lambda item: item.symbol.span.end_line - item.symbol.span.start_line)
    return Subject(mention, "line", tuple(around[:1]), path=path, line=line)


def _module_path(parts: list[str], catalogue: Catalogue) -> str | None:
    """`flask.helpers` as the file it names."""
    ends = [version for version in catalogue.files() if path_parts(version.path)[-len(parts) :] == parts]
    return min(ends, key=lambda version: (SOURCE_WEIGHT[version.role], version.path)).path if ends else None


def _file_stem(name: str, catalogue: Catalogue, *, product: bool = False) -> str | None:
    """A module named by one word; with `product` none that only stands beside the product, as examples and tests do."""
    stems = [
        version
        for version in catalogue.files()
        if path_parts(version.path)[-1:] == [name]
        and version.role in ("source", "test")
        and not (product and (version.role == "test" or beside(version.path)))
    ]
    if stems:
        return min(stems, key=lambda version: (SOURCE_WEIGHT[version.role], version.path.count("/"), version.path)).path
    return None


def resolve_commit(revision: str, catalogue: Catalogue) -> Subject | None:
    """A commit by object id or HEAD, None when there is none such."""
    if not (_SHA.match(revision) or revision.upper().startswith("HEAD")):
        return None
    commit = catalogue.commit(revision if _SHA.match(revision) else revision.upper())
    return Subject(revision, "commit", commit=commit) if commit is not None else None
