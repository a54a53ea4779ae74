"""Which type a receiver holds, as far as the source tells it, and what that type descends from.

Fields and annotations are read, and what a constructor made; there is no type inference. Which definition a name then
means is judged in `resolve.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from reverie_daemon.core.bases import base_names
from reverie_daemon.core.naming import TYPE_KINDS, standing
from reverie_daemon.core.nouns import Catalogue, Definition
from reverie_daemon.core.receivers import ends_of, own_class, type_annotated, type_made, type_of_field

TEXTS_MAX = 4
"""How many files' texts are read to learn what a local variable holds; reading is what costs most."""

LINEAGE_MAX = 12

SELF = frozenset({"self", "this", "cls", "@", "Self", "self.class", "static", "$this", "&self"})
"""Receivers that mean the instance, or its class."""


class Types:
    """For one answer: each thing is asked of the catalogue once. `candidates` gives the definitions of a name."""

    def __init__(self, catalogue: Catalogue, candidates: Callable[[str], Sequence[Definition]]) -> None:
        self._catalogue = catalogue
        self._candidates = candidates
        self._lineages: dict[tuple[str, str], tuple[str, ...]] = {}
        self._texts: dict[str, Sequence[str]] = {}
        self._told: dict[tuple[str, str, int], str] = {}

    def held_by(self, receiver: str, scope: Definition | None) -> str:
        """The name of the type that a receiver as written holds inside `scope`, "" where the source does not tell."""
        return self._field_type(receiver, scope) or self._typed_as(ends_of(receiver)[1], scope)

    def named(self, name: str, path: str) -> list[Definition]:
        """The types of this name, one in the file at `path` first, then as they stand."""
        found = [item for item in self._candidates(name) if item.symbol.kind in TYPE_KINDS]
        return sorted(found, key=lambda item: (item.path != path, standing(item)))

    def lineage(self, class_name: str, path: str) -> tuple[str, ...]:
        """The names of a class's bases, and theirs, nearest first; bounded."""
        if (class_name, path) in self._lineages:
            return self._lineages[class_name, path]
        seen: list[str] = []
        queue = [(class_name, path)]
        while queue and len(seen) < LINEAGE_MAX:
            name, where = queue.pop(0)
            for item in self.named(name, where)[:1]:
                for base in base_names(item, self._catalogue):
                    if base not in seen and base != class_name:
                        seen.append(base)
                        queue.append((base, ""))
        self._lineages[class_name, path] = tuple(seen)
        return tuple(seen)

    def _field_type(self, receiver: str, scope: Definition | None) -> str:
        """The type of a field of the own class ("self.store", in Go "s.store"), where its declaration tells it."""
        root, _, name = receiver.partition(".")
        own = own_class(scope)
        if scope is None or not own or not name.isidentifier():
            return ""
        if root not in SELF and not scope.symbol.signature.startswith(f"func ({root} "):
            return ""
        for field in self._candidates(name):
            owner, _, _ = field.symbol.qualname.rpartition(".")
            if field.path == scope.path and field.symbol.kind == "attribute" and owner.rpartition(".")[2] == own:
                return type_of_field(name, field.symbol.signature)
        return ""

    def _typed_as(self, name: str, scope: Definition | None) -> str:
        """The type of a local or parameter, where an annotation or a constructor call tells it."""
        if scope is None or not name.isidentifier():
            return ""
        key = (name, scope.path, scope.ordinal)
        if key not in self._told:
            signature = scope.symbol.signature
            told = type_annotated(name, signature) if name in signature else ""
            self._told[key] = told or type_made(name, self._body(scope))
        return self._told[key]

    def _body(self, scope: Definition) -> str:
        if scope.path not in self._texts:
            self._texts[scope.path] = (self._catalogue.text(scope.path) or ()) if len(self._texts) < TEXTS_MAX else ()
        span = scope.symbol.span
        return "\n".join(self._texts[scope.path][span.start_line - 1 : min(span.end_line, span.start_line + 200)])
