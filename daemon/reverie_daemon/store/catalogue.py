"""`core.nouns.Catalogue` for one worktree at one moment, over a connection that cannot write.

What is on disk or only git knows (a file's text now, blame, what is uncommitted) comes from a `Disk`. Sources come
before tests, documents and what is generated or vendored, then paths in order; every result is deterministic.
"""

from __future__ import annotations

import itertools
import os
import sqlite3
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple, Protocol, cast

from reverie_indexers.facts import LINES_MAX, NO_SYMBOL, Import, Reference, Span

from ..core.notes import Topic, TopicKind
from ..core.nouns import Claim, Commit, Definition, FileRole, FileVersion, PassageHit, Site
from ..core.roles import role_within
from ..meaning import Moment
from . import history, notes, searching
from .fulltext import FACTS_SHIFT, after_last_of, first_of
from .naming import Names
from .packing import StoredPassage, token_of, unpack_imports, unpack_places, unpack_references, unpack_symbol
from .reading import Shelf
from .vectors import StoredVectors, newest_and_count

PATHS_PER_BLOB_MAX = 4
FILES_KEPT_MAX = 20_000
PLACED_AT_ONCE = 200
VARIABLES_MAX = 500
PASSAGES_FILTERED_MAX = 5_000
NEAR_MAX = 400
PATHS_DECODED = 8_192
"""One question meets the same few paths in hundreds of rows."""

_DEFINITION = (
    "version.path, facts.blob, facts.language, version.role, symbol.id, symbol.kind, symbol.name, symbol.qualname,"
    " symbol.start_line, symbol.end_line, symbol.parent, symbol.signature, symbol.doc"
)
# CROSS JOIN fixes the order of the loops: the planner knows nothing of how few rows a name or a match selects.
_STANDING = (
    f"FROM symbol CROSS JOIN facts ON facts.id = symbol.id >> {FACTS_SHIFT}"
    " CROSS JOIN version ON version.facts = facts.id"
)
_ROLE_ORDER = (
    "CASE version.role WHEN 'source' THEN 0 WHEN 'test' THEN 1 WHEN 'docs' THEN 2 WHEN 'config' THEN 3"
    " WHEN 'data' THEN 4 WHEN 'generated' THEN 5 ELSE 6 END"
)


Near = Callable[[StoredVectors, str, int, Sequence[int] | None], Sequence[tuple[int, float]]]
"""(place, cosine) of what is nearest to a text in meaning, nearest first: so many at most, only among some places where
they are given."""


def nothing_near(
    vectors: StoredVectors, text: str, limit: int, among: Sequence[int] | None
) -> Sequence[tuple[int, float]]:
    """Stands in where meanings are not looked at."""
    return ()


class Disk(Protocol):
    """What the catalogue asks the worktree on disk; see `core.nouns.Catalogue` for the meaning of each."""

    @property
    def name(self) -> str: ...

    def text(self, path: str) -> Sequence[str] | None: ...

    def commit(self, revision: str) -> Commit | None: ...

    def line_history(self, path: str, span: Span, limit: int = 5) -> Sequence[Commit]: ...

    def uncommitted(self) -> Sequence[str]: ...


class _Standing(NamedTuple):
    """A found passage where it stands in this worktree."""

    score: float
    place: int
    path: str
    ordinal: int
    facts: int
    role: FileRole
    blob: str
    language: str


class StoreCatalogue:
    """See the module. `clock` and `notes_revision` are those of the moment that is read."""

    def __init__(
        self,
        reader: sqlite3.Connection,
        worktree: int,
        disk: Disk,
        shelf: Shelf,
        near: Near = nothing_near,
        store: str = "",
    ) -> None:
        self._reader = reader
        self._worktree = worktree
        self._disk = disk
        self._shelf = shelf
        self._near = near
        self._near_places: dict[tuple[str, str], Sequence[tuple[int, float]]] = {}
        self._store = store
        self._searches: dict[Hashable, tuple[Iterator[tuple[int, float]], list[_Standing]]] = {}
        self.clock: int
        self.notes_revision: int
        self.clock, self.notes_revision = reader.execute("SELECT clock, notes_revision FROM state").fetchone()

    @property
    def name(self) -> str:
        return self._disk.name

    def files(self, under: str = "") -> Sequence[FileVersion]:
        every = self._shelf.at(self.clock, ("files", self._worktree), self._files)
        if every is None:
            return list(self._read_files(under))
        return [file for file in every if is_under(file.path, under)]

    def search(
        self, terms: Sequence[str], limit: int, under: str = "", roles: Collection[FileRole] = ()
    ) -> Sequence[PassageHit]:
        phrases = tuple(map(searching.phrase_of, terms))
        return self._first((phrases, under), lambda: self._best(phrases, under), limit, under, roles)

    def near(self, text: str, limit: int, under: str = "", roles: Collection[FileRole] = ()) -> Sequence[PassageHit]:
        return self._first((text, under), lambda: self._nearest(text, under), limit, under, roles)

    def nearness(self, text: str, under: str = "") -> Mapping[int, float]:
        return dict(self._nearest(text, under))

    def frequency(self, term: str) -> int:
        phrase = searching.phrase_of(term)
        return self._frequency(phrase) if phrase else 0

    def passage_count(self) -> int:
        return self._shelf.at(self.clock, "passages", lambda: int(self._one("SELECT count(*) FROM place")))

    def definitions(self, name: str, limit: int = 50) -> Sequence[Definition]:
        named = ("definitions", self._worktree, name, limit)
        return list(self._shelf.lately(self.clock, named, lambda: self._named(name, limit)))

    def similar_names(self, name: str, limit: int = 10) -> Sequence[str]:
        names = self._shelf.at(self.clock, ("names", self._worktree), self._names)
        return names.like(name, limit)

    def names_with(self, letters: str, limit: int) -> Sequence[str]:
        """Names of symbols that have these letters in this order, the best first. No answer rests on it."""
        names = self._shelf.at(self.clock, ("names", self._worktree), self._names)
        return names.with_letters(letters, limit)

    def outline(self, path: str) -> Sequence[Definition]:
        facts = self._of_path("outward.id", path)
        if facts is None:
            return ()
        ends = (first_of(facts), after_last_of(facts))
        return self._definitions(
            "symbol.id >= ? AND symbol.id < ? AND version.path = ? ORDER BY symbol.id", (*ends, os.fsencode(path))
        )

    def references(self, name: str, limit: int = 200) -> Sequence[Site]:
        found: list[tuple[str, int, str, Reference]] = []
        for path, facts, blob, uses in self._mentioning("used", name, "uses"):
            found += ((path, facts, blob, reference) for reference in unpack_references(uses, name))
            if len(found) >= limit:
                break
        found = found[:limit]
        scopes = self._enclosing((path, facts, reference.scope) for path, facts, _, reference in found)
        return [
            Site(path, blob, reference, scopes.get((path, first_of(facts) + reference.scope)))
            for path, facts, blob, reference in found
        ]

    def reference_count(self, name: str) -> int:
        count = self._one(
            "SELECT count(*) FROM mention CROSS JOIN version ON version.facts = mention.rowid"
            " WHERE mention MATCH ? AND version.worktree = ?",
            (f'used : "{token_of(name)}"', self._worktree),
        )
        return int(count) if name else 0

    def uses(self, path: str, start_line: int = 1, end_line: int = LINES_MAX) -> Sequence[Reference]:
        packed = self._of_path("outward.uses", path)
        return unpack_references(packed, None, start_line, end_line) if packed else ()

    def imports(self, path: str) -> Sequence[Import]:
        packed = self._of_path("outward.imports", path)
        return unpack_imports(packed) if packed else ()

    def importers(self, module: str, limit: int = 200) -> Sequence[tuple[str, Import]]:
        found: list[tuple[str, Import]] = []
        for path, _, _, imports in self._mentioning("imported", module, "imports"):
            found += ((path, one) for one in unpack_imports(imports, module))
            if len(found) >= limit:
                break
        return found[:limit]

    def text(self, path: str) -> Sequence[str] | None:
        return self._disk.text(path)

    def commits(self, path: str = "", limit: int = 20) -> Sequence[Commit]:
        return history.commits(self._reader, self._worktree, path, limit)

    def commit(self, revision: str) -> Commit | None:
        # HEAD is the worktree's own, and may have moved since the history was read.
        known = None if revision == "HEAD" else history.commit(self._reader, revision)
        return known or self._disk.commit(revision)

    def changed_together(self, path: str, limit: int = 10) -> Sequence[tuple[str, int]]:
        return history.together(self._reader, self._worktree, path, limit)

    def line_history(self, path: str, span: Span, limit: int = 5) -> Sequence[Commit]:
        return self._disk.line_history(path, span, limit)

    def uncommitted(self) -> Sequence[str]:
        return self._disk.uncommitted()

    def noted(self, analysis: str, kind: str, name: str) -> Sequence[Claim]:
        found = notes.of(self._reader, analysis, Topic(cast("TopicKind", kind), name))
        return found[0].claims if found else ()

    def _one(self, query: str, values: Sequence[object] = ()) -> Any:
        return self._reader.execute(query, values).fetchone()[0]

    def _frequency(self, phrase: str) -> int:
        return self._shelf.at(self.clock, ("frequency", phrase), lambda: searching.frequency(self._reader, phrase))

    def _files(self) -> tuple[FileVersion, ...] | None:
        """All files, None where they are too many to keep."""
        count = self._one("SELECT count(*) FROM version WHERE worktree = ?", (self._worktree,))
        return tuple(self._read_files("")) if count <= FILES_KEPT_MAX else None

    def _read_files(self, under: str) -> Iterator[FileVersion]:
        own = os.fsencode(under.rstrip("/"))
        rows = self._reader.execute(
            "SELECT version.path, version.blob, facts.language, facts.lines, version.role"
            " FROM version JOIN facts ON facts.id = version.facts WHERE version.worktree = ?"
            " AND (? = x'' OR version.path = ? OR (version.path > ? AND version.path < ?)) ORDER BY version.path",
            (self._worktree, own, own, own + b"/", own + b"0"),
        )
        for path, blob, language, lines, role in rows:
            yield FileVersion(os.fsdecode(path), blob.hex(), language, lines, role)

    def _names(self) -> Names:
        rows = self._reader.execute(
            "SELECT DISTINCT name FROM symbol WHERE id >> ? IN (SELECT facts FROM version WHERE worktree = ?)",
            (FACTS_SHIFT, self._worktree),
        )
        return Names(name for (name,) in rows)

    def _first(
        self,
        search: Hashable,
        ranked: Callable[[], Sequence[tuple[int, float]]],
        limit: int,
        under: str,
        roles: Collection[FileRole],
    ) -> list[PassageHit]:
        """The best of what a search ranked."""
        found: list[_Standing] = []
        for hit in self._found(search, ranked):
            if len(found) >= limit and hit.score < found[-1].score:
                break
            if is_under(hit.path, under) and (not roles or hit.role in roles):
                found.append(hit)
        found.sort(key=lambda hit: (-hit.score, hit.path, hit.ordinal))
        return self._hits(found[:limit])

    def _found(self, search: Hashable, ranked: Callable[[], Sequence[tuple[int, float]]]) -> Iterator[_Standing]:
        """Best first. Ranked once, however often a question looks for the same."""
        if search not in self._searches:
            self._searches[search] = (iter(ranked()), [])
        places, seen = self._searches[search]
        for number in itertools.count():
            if number == len(seen):
                while number == len(seen) and (some := list(itertools.islice(places, PLACED_AT_ONCE))):
                    seen += self._standing(some)
                if number == len(seen):
                    return
            yield seen[number]

    def _nearest(self, text: str, under: str) -> Sequence[tuple[int, float]]:
        """Asked of the child once a question."""
        if (text, under) not in self._near_places:
            held = self._shelf.at(self.clock, ("vectors", self.notes_revision), lambda: newest_and_count(self._reader))
            vectors = StoredVectors(self._reader, self._store, Moment(self.clock, *held))
            among = self._places_under(under) if under else None
            self._near_places[text, under] = self._near(vectors, text, NEAR_MAX, among)
        return self._near_places[text, under]

    def _best(self, phrases: Sequence[str], under: str) -> list[tuple[int, float]]:
        if under and (places := self._places_under(under)) is not None:
            return searching.best_among(self._reader, searching.everything(phrases), places)
        return searching.best(self._reader, searching.telling(phrases, self._frequency))

    def _places_under(self, under: str) -> list[int] | None:
        """Where the passages of a file or folder are in the full-text index; None when they are many."""
        folder = os.fsencode(under.rstrip("/"))
        found: list[int] = []
        for (packed,) in self._reader.execute(
            "SELECT facts.places FROM version CROSS JOIN facts ON facts.id = version.facts"
            " WHERE version.worktree = ? AND (version.path = ? OR (version.path > ? AND version.path < ?))",
            (self._worktree, folder, folder + b"/", folder + b"0"),
        ):
            found += unpack_places(packed)
            if len(found) > PASSAGES_FILTERED_MAX:
                return None
        return found

    def _standing(self, places: Sequence[tuple[int, float]]) -> Iterator[_Standing]:
        """Wherever in this worktree the found passages stand."""
        passages = dict(self._among("SELECT id, passage FROM place WHERE id IN", [place for place, _ in places]))
        facts = sorted({passage >> FACTS_SHIFT for passage in passages.values()})
        paths: dict[int, list[tuple[str, FileRole, str, str]]] = {}
        for number, path, role, blob, language in self._among(
            "SELECT facts.id, version.path, version.role, facts.blob, facts.language FROM facts CROSS JOIN version"
            f" ON version.facts = facts.id AND +version.worktree = {self._worktree} WHERE facts.id IN",
            facts,
        ):
            paths.setdefault(number, []).append((_path_of(path), role, blob.hex(), language))
        for place, score in places:
            number = passages[place] >> FACTS_SHIFT
            for path, role, blob, language in sorted(paths.get(number, ()))[:PATHS_PER_BLOB_MAX]:
                yield _Standing(score, place, path, passages[place] - first_of(number), number, role, blob, language)

    def _hits(self, standing: Sequence[_Standing]) -> list[PassageHit]:
        stored = self._shelf.passages(self._reader, (first_of(hit.facts) + hit.ordinal for hit in standing))
        passages = [stored[first_of(hit.facts) + hit.ordinal] for hit in standing]
        definitions = self._enclosing(
            (hit.path, hit.facts, passage.symbol) for hit, passage in zip(standing, passages, strict=True)
        )
        return [
            _hit(hit, passage, definitions.get((hit.path, first_of(hit.facts) + passage.symbol)))
            for hit, passage in zip(standing, passages, strict=True)
        ]

    def _named(self, name: str, limit: int) -> list[Definition]:
        return self._definitions(
            f"symbol.name = ? ORDER BY {_ROLE_ORDER}, version.path, symbol.id LIMIT ?", (name, limit)
        )

    def _definitions(self, condition: str, values: Sequence[object]) -> list[Definition]:
        rows = self._reader.execute(
            f"SELECT {_DEFINITION} {_STANDING} WHERE version.worktree = ? AND {condition}", (self._worktree, *values)
        )
        return [_definition(row) for row in rows]

    def _enclosing(self, wanted: Iterable[tuple[str, int, int]]) -> dict[tuple[str, int], Definition]:
        """The definitions with these (path, facts, ordinal), by path and number."""
        numbers = sorted({first_of(facts) + ordinal for _, facts, ordinal in wanted if ordinal != NO_SYMBOL})
        rows = self._among(
            f"SELECT {_DEFINITION} {_STANDING} WHERE version.worktree = {self._worktree} AND symbol.id IN",
            numbers,
        )
        return {(_path_of(row[0]), row[4]): _definition(row) for row in rows}

    def _mentioning(self, column: str, name: str, packed: str) -> Iterator[tuple[str, int, str, bytes]]:
        """(path, facts, blob, the packed column) of files that mention the name."""
        if not name:
            return
        rows = self._reader.execute(
            f"SELECT version.path, version.facts, version.blob, outward.{packed} FROM mention"
            " CROSS JOIN version ON version.facts = mention.rowid CROSS JOIN outward ON outward.id = mention.rowid"
            f" WHERE version.worktree = ? AND mention MATCH ? ORDER BY {_ROLE_ORDER}, version.path",
            (self._worktree, f'{column} : "{token_of(name)}"'),
        )
        for path, facts, blob, value in rows:
            yield _path_of(path), facts, blob.hex(), value

    def _of_path(self, column: str, path: str) -> Any:
        row = self._reader.execute(
            f"SELECT {column} FROM version JOIN outward ON outward.id = version.facts"
            " WHERE version.worktree = ? AND version.path = ?",
            (self._worktree, os.fsencode(path)),
        ).fetchone()
        return row[0] if row else None

    def _among(self, query: str, numbers: Sequence[int]) -> Iterator[Any]:
        for start in range(0, len(numbers), VARIABLES_MAX):
            some = numbers[start : start + VARIABLES_MAX]
            yield from self._reader.execute(f"{query} ({','.join('?' * len(some))})", some)


_path_of = lru_cache(PATHS_DECODED)(os.fsdecode)


def is_under(path: str, under: str) -> bool:
    """Whether a path is this file, or in this folder; "" is everything."""
    return not under or path == under or path.startswith(under.rstrip("/") + "/")


def _definition(row: Sequence[Any]) -> Definition:
    path, blob, language, role, number, *symbol = row
    kind, name, qualname, start, end, parent, signature, doc = symbol
    ordinal = number & (after_last_of(0) - 1)
    return Definition(
        _path_of(path),
        blob.hex(),
        language,
        role_within(role, language, qualname),
        ordinal,
        unpack_symbol((kind, name, qualname, start, end, parent, signature, doc)),
    )


def _hit(hit: _Standing, passage: StoredPassage, definition: Definition | None) -> PassageHit:
    return PassageHit(
        hit.path,
        hit.blob,
        hit.language,
        definition.role if definition else hit.role,
        passage.span,
        passage.title,
        passage.text,
        hit.score,
        definition,
        hit.place,
    )
