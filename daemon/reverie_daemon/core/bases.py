"""The bases of a type, by name. What a name resolves to is for `resolve`."""

from __future__ import annotations

import re
from collections.abc import Callable

from reverie_daemon.core.nouns import Catalogue, Definition


def base_names(owner: Definition, catalogue: Catalogue) -> list[str]:
    """The last names of a type's bases, in order: as its signature has them, which costs nothing to read, else as its
    file's references do."""
    found = _BASES.get(owner.language)
    if found is not None:
        return [name for name in found(owner.symbol.signature) if name != owner.symbol.name]
    span = owner.symbol.span
    inherits = [use for use in catalogue.uses(owner.path) if use.kind == "inherit"]
    own = [use.name for use in inherits if use.scope == owner.ordinal]
    head = [use.name for use in inherits if span.start_line <= use.line <= min(span.end_line, span.start_line + 8)]
    return list(dict.fromkeys(own or head))


def _last_names(listed: str) -> list[str]:
    """ "a.B, C[int], metaclass=M" as ["B", "C"]."""
    listed = re.sub(r"\[[^\[\]]*(?:\[[^\]]*\][^\[\]]*)*\]|<[^<>]*(?:<[^<>]*>[^<>]*)*>|\([^()]*\)", "", listed)
    parts = [part.strip() for part in listed.split(",") if "=" not in part]
    return [name for part in parts if (name := re.split(r"\.|::|\\|\s", part)[-1]) and name.isidentifier()]


def _without_type_parameters(signature: str) -> str:
    """The signature without <…>; one that was cut off in their midst ends there."""
    while (shorter := re.sub(r"<[^<>]*>", "", signature)) != signature:
        signature = shorter
    return signature.partition("<")[0]


def _python_bases(signature: str) -> list[str]:
    found = re.search(r"^\s*class\s+\w+\s*(?:\[[^\]]*\])?\s*\((?P<bases>.*)\)\s*:?\s*$", signature, re.S)
    return _last_names(found["bases"]) if found else []


def _extending_bases(signature: str) -> list[str]:
    # A type parameter may extend something too; that is no base of the class.
    plain = _without_type_parameters(signature)
    found = re.findall(r"\b(?:extends|implements)\s+(.+?)(?=\bextends\b|\bimplements\b|\bpermits\b|\{|$)", plain, re.S)
    return [name for listed in found for name in _last_names(listed)]


_BASES: dict[str, Callable[[str], list[str]]] = {
    "python": _python_bases, "javascript": _extending_bases, "typescript": _extending_bases, "tsx": _extending_bases,
    "java": _extending_bases, "php": _extending_bases,
}  # fmt: skip
