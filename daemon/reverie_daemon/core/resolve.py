"""Which definition a use of a name means, and how sure that is.

There is no type inference here: receivers, imports, folders, class bases and how many things share a name are the
evidence, the same for every language. Catalogue calls are bounded, so a name used everywhere costs no more than one
used in a few files; what is beyond the bound is reported by nobody and counted by `Catalogue.reference_count`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from reverie_indexers.facts import Import, Reference

from reverie_daemon.core.bases import base_names
from reverie_daemon.core.modules import import_certainty, includes, local_name, module_parts, same_package
from reverie_daemon.core.naming import CALLABLE_KINDS, TYPE_KINDS, standing
from reverie_daemon.core.nouns import Catalogue, Definition, Site
from reverie_daemon.core.pathnames import path_parts
from reverie_daemon.core.receivers import ends_of, has_name_of, own_class, resembles
from reverie_daemon.core.titled_tests import title_around
from reverie_daemon.core.twins import without_constructors, without_declarations, without_overloads
from reverie_daemon.core.types_told import SELF, Types

SITES_MAX = 200
FILES_MAX = 40
"""In how many files' imports are looked at for one question."""

CALLEES_MAX = 80
CANDIDATES_MAX = 40
CANDIDATES_JUDGED = 12
LIKELY = 0.5
"""From this certainty on, a resolution is told as a fact rather than a guess."""

KNOWN = 0.8
"""From this certainty on it is no guess, and what else bears the name does not matter."""

_SUPER = re.compile(r"^(?:super\b|parent$|base$)")
_COMMON_NAMES = """
    get set add pop append extend insert remove delete update items keys values copy clear join split strip
    replace format find index count sort sorted reverse read write open close seek flush encode decode lower
    upper startswith endswith push shift map filter reduce forEach slice concat includes indexOf length toString
    equals hashCode size contains put run start stop next iter len print println log error warn info debug exit
    len make new String from into clone unwrap expect as_ref to_string is_empty iter collect then catch call
    apply bind test match group type name send recv main init setup"""
COMMON = frozenset(_COMMON_NAMES.split())
"""Names so common that being the only definition here says little about a use through an unknown receiver."""


@dataclass(frozen=True, slots=True)
class Target:
    """A definition that a reference may mean. `certainty` is between 0 and 1, `reason` a phrase for a reader."""

    definition: Definition
    certainty: float
    reason: str


@dataclass(frozen=True, slots=True)
class Use:
    """A site that uses a definition, with how sure that is, and the title of the test around it, if that has one."""

    site: Site
    certainty: float
    reason: str
    test: str = ""


@dataclass(frozen=True, slots=True)
class Call:
    """What a definition's body refers to: the reference, and what it probably means, likeliest first."""

    reference: Reference
    targets: tuple[Target, ...]

    @property
    def target(self) -> Target | None:
        return self.targets[0] if self.targets else None


def resolve(site: Site, catalogue: Catalogue) -> tuple[Target, ...]:
    """What the name used at a site may mean, likeliest first; empty when no symbol here has that name."""
    return Resolver(catalogue).resolve(site.reference, site.path, site.scope)


def callers(
    definition: Definition,
    catalogue: Catalogue,
    *,
    kinds: Iterable[str] = ("call", "decorate"),
    limit: int = SITES_MAX,
) -> list[Use]:
    """Uses of a definition: the likeliest first, then by path and line. Uses that surely mean something else are left
    out; of the uses of its name, the first `limit` are looked at, those in sources first."""
    return Resolver(catalogue).uses_of(definition, frozenset(kinds), limit)


def callees(definition: Definition, catalogue: Catalogue) -> list[Call]:
    """What a definition's body calls, in source order; calls of names unknown here have no targets."""
    return Resolver(catalogue).calls_in(definition)


def subclasses(definition: Definition, catalogue: Catalogue) -> list[Use]:
    """Types that name this one among their bases, directly."""
    found = callers(definition, catalogue, kinds=("inherit",))
    return [use for use in found if use.site.scope is not None]


def bases(definition: Definition, catalogue: Catalogue) -> list[tuple[str, Target | None]]:
    """The bases of a type as named, each with what it resolves to here."""
    return Resolver(catalogue).bases_of(definition)


def tests_of(definition: Definition, catalogue: Catalogue) -> list[Use]:
    """Uses in test files, each test once, likeliest first."""
    uses = callers(definition, catalogue, kinds=("call", "decorate", "type", "inherit", "read"))
    tests: dict[tuple[str, str], Use] = {}
    for use in uses:
        if is_test(use.site, catalogue):
            title = "" if use.site.scope else title_around(catalogue.text(use.site.path) or (), use.site.reference.line)
            scope = use.site.scope.symbol.qualname if use.site.scope else title
            tests.setdefault((use.site.path, scope), replace(use, test=title))
    return list(tests.values())


def is_test(site: Site, catalogue: Catalogue) -> bool:
    """Whether a use stands in a test: in one beside the source that it tests, or in a file of tests."""
    if site.scope is not None:
        return site.scope.role == "test"
    return any(version.role == "test" for version in catalogue.files(site.path) if version.path == site.path)


def _shared(targets: list[Target]) -> list[Target]:
    """Of several members that are guessed with the same right only one can be meant: they share the certainty."""
    most = max((target.certainty for target in targets), default=1.0)
    rivals = sum(target.certainty == most for target in targets)
    if rivals < 2 or most >= KNOWN:
        return targets
    return [replace(target, certainty=most / rivals) if target.certainty == most else target for target in targets]


class Resolver:
    """Resolves many references of one answer, asking the catalogue each thing once. `types` are what receivers hold."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._imports: dict[str, dict[str, Import]] = {}
        self._stars: dict[str, list[Import]] = {}
        self._named: dict[str, tuple[Definition, ...]] = {}
        self.types = Types(catalogue, self.candidates)
        self._known_parts: frozenset[str] | None = None

    def resolve(self, reference: Reference, path: str, scope: Definition | None) -> tuple[Target, ...]:
        candidates = self.candidates(self._unaliased(reference, path))
        judged = [self.judge(reference, path, scope, candidate, len(candidates)) for candidate in candidates]
        kept = [target for target in judged if target.certainty > 0]
        kept = _shared(kept) if reference.receiver else kept
        kept.sort(key=lambda target: (-target.certainty, standing(target.definition)))
        return tuple(kept[:CANDIDATES_MAX])

    def _unaliased(self, reference: Reference, path: str) -> str:
        """The name under which an imported thing was defined, where the import renames it."""
        imported = None if reference.receiver else self._imported(path).get(reference.name)
        return (
            imported.name
            if imported is not None and imported.alias and imported.name not in ("", "*")
            else reference.name
        )

    def candidates(self, name: str) -> tuple[Definition, ...]:
        """What a name may mean: a constructor is no rival of its class, nor a declaration of what it declares."""
        if name not in self._named:
            found = without_overloads(self._catalogue.definitions(name, CANDIDATES_MAX))
            code = [item for item in found if item.symbol.kind not in ("heading", "key")]
            self._named[name] = without_constructors(without_declarations(code))
        return self._named[name]

    def uses_of(self, definition: Definition, kinds: frozenset[str], limit: int = SITES_MAX) -> list[Use]:
        name = definition.symbol.name
        sites = [site for site in self._catalogue.references(name, limit) if site.reference.kind in kinds]
        count = len(self.candidates(name))
        uses = []
        for site in sites:
            target = self.judge(site.reference, site.path, site.scope, definition, count)
            best = self._best_other(site, definition, count) if count > 1 and 0 < target.certainty < KNOWN else 0.0
            if target.certainty > 0 and best <= target.certainty:
                share = 2 if best == target.certainty and site.reference.receiver else 1
                uses.append(Use(site, target.certainty / share, target.reason))
        uses.sort(key=lambda use: (-round(use.certainty, 1), use.site.path, use.site.reference.line))
        return uses

    def _best_other(self, site: Site, definition: Definition, count: int) -> float:
        others = [item for item in self.candidates(site.reference.name)[:CANDIDATES_JUDGED] if item != definition]
        return max(
            (self.judge(site.reference, site.path, site.scope, item, count).certainty for item in others), default=0.0
        )

    def calls_in(self, definition: Definition) -> list[Call]:
        span = definition.symbol.span
        wanted = ("call", "decorate")
        inside = [
            use for use in self._catalogue.uses(definition.path, span.start_line, span.end_line) if use.kind in wanted
        ]
        calls = []
        for use in inside[:CALLEES_MAX]:
            scope = self._scope(definition, use)
            targets = self.resolve(use, definition.path, scope)
            kept = tuple(
                target for target in targets if target.definition != definition or use.name == definition.symbol.name
            )
            calls.append(Call(use, kept))
        return calls

    def _scope(self, definition: Definition, use: Reference) -> Definition:
        outline = self._catalogue.outline(definition.path) if use.scope != definition.ordinal else ()
        return outline[use.scope] if 0 <= use.scope < len(outline) else definition

    def bases_of(self, definition: Definition) -> list[tuple[str, Target | None]]:
        result: list[tuple[str, Target | None]] = []
        for name in base_names(definition, self._catalogue):
            reference = Reference("inherit", name, "", definition.symbol.span.start_line, definition.ordinal)
            targets = [
                target
                for target in self.resolve(reference, definition.path, None)
                if target.definition.symbol.kind in TYPE_KINDS and target.definition != definition
            ]
            if targets and targets[0].certainty < LIKELY and len(self.types.named(name, "")) == 1:
                targets = [Target(targets[0].definition, 0.6, "the only type of this name")]
            result.append((name, targets[0] if targets else None))
        return result

    def judge(
        self, reference: Reference, path: str, scope: Definition | None, candidate: Definition, count: int
    ) -> Target:
        """How sure it is that this reference means this candidate, one of `count` of its name."""
        if candidate.role == "test" and scope is not None and scope.role == "source":
            return Target(candidate, 0.0, "")  # tests use the product, never the other way round
        certainty, reason = self._judged(reference, path, scope, candidate, count)
        if reference.kind == "call" and candidate.symbol.kind in ("attribute", "variable", "constant"):
            certainty *= 0.6
        return Target(candidate, certainty, reason)

    def _judged(
        self, reference: Reference, path: str, scope: Definition | None, candidate: Definition, count: int
    ) -> tuple[float, str]:
        receiver = reference.receiver.strip()
        owner = candidate.symbol.qualname.rpartition(".")[0].rpartition(".")[2]
        member = bool(owner) and candidate.symbol.kind in ("method", "property", "attribute")
        if receiver in SELF or _SUPER.match(receiver):
            return self._through_self(receiver, scope, candidate, owner) if member else (0.0, "")
        if receiver:
            return self._through_receiver(receiver, path, scope, candidate, owner if member else "", count)
        if member:
            return self._bare_member(path, scope, candidate, owner, count)
        return self._bare(reference.name, path, scope, candidate, count)

    def _through_self(
        self, receiver: str, scope: Definition | None, candidate: Definition, owner: str
    ) -> tuple[float, str]:
        own = own_class(scope)
        if not own:
            return 0.3, "by name"
        lineage = self.types.lineage(own, scope.path if scope else "")
        if owner == own and not _SUPER.match(receiver):
            return (0.97, "its own class") if scope and candidate.path == scope.path else (0.5, "a class of that name")
        if owner in lineage:
            return 0.9 - 0.05 * lineage.index(owner), "a base class"
        if own in self.types.lineage(owner, candidate.path) and not _SUPER.match(receiver):
            return 0.45, "a subclass"
        return 0.0, ""

    def _through_receiver(
        self, receiver: str, path: str, scope: Definition | None, candidate: Definition, owner: str, count: int
    ) -> tuple[float, str]:
        first, last = ends_of(receiver)
        imported = self._imported(path).get(first)
        if owner and last == owner:
            return (
                (0.95, "named with its class")
                if not self._elsewhere(owner, candidate, path)
                else (0.7, "its class's name")
            )
        if imported is not None and not owner:
            return self._through_import(imported, candidate, path, count), "through an import"
        if not owner:
            return (
                (0.6, "through its module's name") if last in candidate.path else (0.1 if count > 1 else 0.3, "by name")
            )
        typed = self.types.held_by(receiver, scope)
        if typed:
            if typed == owner or owner in self.types.lineage(typed, ""):
                return 0.85, f"`{last}` is a `{typed}`"
            if self.types.named(typed, path):
                return (0.4, "a subclass") if typed in self.types.lineage(owner, candidate.path) else (0.0, "")
            if len(typed) > 1:
                return 0.1, f"`{last}` is a `{typed}`, which is not of this repository"
        if has_name_of(last, owner):
            return 0.7, f"`{last}` reads like a `{owner}`"
        if resembles(last, owner):
            return 0.65, f"`{last}` reads like a `{owner}`"
        if count <= CANDIDATES_JUDGED and any(
            resembles(last, base) for base in self.types.lineage(owner, candidate.path)[:3]
        ):
            return 0.55, f"`{last}` reads like a `{owner}`"
        common = candidate.symbol.name in COMMON or (imported is not None)
        if count == 1:
            return (0.3, "by name") if common else (0.7, "the only one of this name")
        return (0.05 if common else max(0.1, 0.5 / count)), "by name"

    def _elsewhere(self, owner: str, candidate: Definition, path: str) -> bool:
        return (
            len([item for item in self.types.named(owner, path) if item.path != candidate.path]) > 0
            and candidate.path != path
        )

    def _bare_member(
        self, path: str, scope: Definition | None, candidate: Definition, owner: str, count: int
    ) -> tuple[float, str]:
        """A method called without receiver, as Java, C#, C++ and Ruby have it; elsewhere it hardly means a method."""
        if candidate.language in ("python", "javascript", "typescript", "tsx", "go", "rust", "php"):
            return 0.0, ""
        own = own_class(scope)
        around = candidate.symbol.qualname.rpartition(".")[0]
        within = (
            scope is not None and f"{scope.symbol.qualname}.".startswith(f"{around}.") and scope.path == candidate.path
        )
        if owner == own or within:
            return 0.9, "its own class"
        if own and owner in self.types.lineage(own, path):
            return 0.8, "a base class"
        return (0.35 if count == 1 else 0.1), "by name"

    def _bare(
        self, name: str, path: str, scope: Definition | None, candidate: Definition, count: int
    ) -> tuple[float, str]:
        outer, _, _ = candidate.symbol.qualname.rpartition(".")
        if candidate.path == path:
            visible = not outer or (scope is not None and f"{scope.symbol.qualname}.".startswith(f"{outer}."))
            return (0.97, "same file") if visible else (0.4, "same file")
        imported = self._imported(path).get(name)
        if imported is not None:
            return self._through_import(imported, candidate, path, count), "imported"
        stars = [import_certainty(star, candidate, path, self._catalogue.name) for star in self._stars.get(path, ())]
        if same_package(candidate, path):
            return 0.9, "same package"
        if stars and max(stars) >= LIKELY:
            return max(stars) - 0.15, "imported with all names"
        if (outer and candidate.symbol.kind in CALLABLE_KINDS) or (not outer and candidate.language == "java"):
            return 0.0, ""  # Java sees no type of another package without an import
        if candidate.language == "python" and candidate.symbol.kind != "module":
            return (0.3 if count == 1 and candidate.role == "source" else 0.05), "by name"
        return (0.6 if count == 1 else 0.2), "the only one of this name" if count == 1 else "by name"

    def _through_import(self, imported: Import, candidate: Definition, path: str, count: int) -> float:
        """As `import_certainty`, but a package of this repository may give out what another of its modules defines."""
        certainty = import_certainty(imported, candidate, path, self._catalogue.name)
        if certainty or "." in candidate.symbol.qualname or candidate.role != "source":
            return certainty
        others = [
            item for item in self.candidates(candidate.symbol.name) if item.role == "source" and item != candidate
        ]
        parts = module_parts(imported.module, path)
        ours = (
            bool(parts) and not any("." not in item.symbol.qualname for item in others) and parts[0] in self._packages()
        )
        return 0.75 if ours else 0.0

    def _packages(self) -> frozenset[str]:
        """The names of all folders and files, which imports of this repository's own modules begin with."""
        if self._known_parts is None:
            self._known_parts = frozenset(part for v in self._catalogue.files() for part in path_parts(v.path))
        return self._known_parts

    def _imported(self, path: str) -> dict[str, Import]:
        """What a file imports, by the name it has there."""
        if path not in self._imports:
            known: dict[str, Import] = {}
            read = self._catalogue.imports(path) if len(self._imports) < FILES_MAX else ()
            for item in read:
                known.setdefault(local_name(item), item)
            self._imports[path] = known
            self._stars[path] = [item for item in read if item.name == "*" or includes(item)]
        return self._imports[path]
