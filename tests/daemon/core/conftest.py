"""Helpers for tests of the core: a `Catalogue` held in memory, built from {path: text} with the real indexers.

It is complete enough to answer every query of the protocol, and deliberately slow and simple: its full text is SQLite's
own FTS5 in memory, with the same stemming as the store. History is whatever the test hands in.
"""

from __future__ import annotations

import difflib
import hashlib
import itertools
import re
import sqlite3
from collections.abc import Callable, Collection, Mapping, Sequence

import pytest
from reverie_daemon.core.nouns import (
    Claim,
    Commit,
    Definition,
    FileRole,
    FileVersion,
    PassageHit,
    Site,
)
from reverie_daemon.core.roles import role_of, role_within
from reverie_indexers import index, language_of, split_lines
from reverie_indexers.facts import LINES_MAX, NO_SYMBOL, FileFacts, Import, Reference, Span


def split_identifiers(text: str) -> str:
    """`getUserName` and `get_user_name` as "get user name", beside the identifier itself."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", text)
    return re.sub(r"_+", " ", spaced)


class MemoryCatalogue:
    """See `reverie_daemon.core.nouns.Catalogue`; `files_by_path` is {path: text}."""

    def __init__(
        self,
        files_by_path: Mapping[str, str],
        name: str = "example",
        commits: Sequence[Commit] = (),
        uncommitted: Sequence[str] = (),
        indexer: Callable[[str, str], FileFacts] = index,
        meanings: Callable[[str, str], float] = lambda question, passage: 0.0,
    ) -> None:
        self._meanings = meanings
        self._name = name
        self._commits = tuple(commits)
        self._uncommitted = tuple(uncommitted)
        self._texts = {path: split_lines(text) for path, text in sorted(files_by_path.items())}
        self._facts: dict[str, FileFacts] = {}
        self._files: dict[str, FileVersion] = {}
        self._outlines: dict[str, tuple[Definition, ...]] = {}
        self._sites: dict[str, list[Site]] = {}
        for path in self._texts:
            self._take_in(path, files_by_path[path], indexer)
        self._fill_full_text()

    def _take_in(self, path: str, text: str, indexer: Callable[[str, str], FileFacts]) -> None:
        language = language_of(path, text.encode("utf-8", "surrogateescape")) or "text"
        facts = indexer(text, language)
        blob = hashlib.sha1(text.encode("utf-8", "surrogateescape")).hexdigest()
        version = FileVersion(path, blob, language, len(self._texts[path]), role_of(path, text[:2000]))
        outline = tuple(
            Definition(path, blob, language, role_within(version.role, language, symbol.qualname), ordinal, symbol)
            for ordinal, symbol in enumerate(facts.symbols)
        )
        self._facts[path], self._files[path], self._outlines[path] = facts, version, outline
        for reference in facts.references:
            scope = outline[reference.scope] if reference.scope != NO_SYMBOL else None
            self._sites.setdefault(reference.name, []).append(Site(path, blob, reference, scope))

    def _fill_full_text(self) -> None:
        self._database = sqlite3.connect(":memory:", check_same_thread=False)
        self._database.execute("CREATE VIRTUAL TABLE passages USING fts5(words, tokenize='porter unicode61')")
        self._rows: list[tuple[str, int]] = [
            (path, number) for path, facts in self._facts.items() for number in range(len(facts.passages))
        ]
        for rowid, (path, number) in enumerate(self._rows, start=1):
            passage = self._facts[path].passages[number]
            text = self._lines(path, passage.span)
            words = split_identifiers(f"{path} {passage.title}\n{text}")
            self._database.execute("INSERT INTO passages(rowid, words) VALUES (?, ?)", (rowid, words))

    def _lines(self, path: str, span: Span) -> str:
        return "\n".join(self._texts[path][span.start_line - 1 : span.end_line])

    @property
    def name(self) -> str:
        return self._name

    def files(self, under: str = "") -> Sequence[FileVersion]:
        return [version for path, version in self._files.items() if _is_under(path, under)]

    def search(
        self, terms: Sequence[str], limit: int, under: str = "", roles: Collection[FileRole] = ()
    ) -> Sequence[PassageHit]:
        query = " OR ".join(_quoted(term) for term in terms if _quoted(term))
        if not query:
            return []
        found = self._database.execute(
            "SELECT rowid, -bm25(passages) FROM passages WHERE passages MATCH ? ORDER BY bm25(passages), rowid",
            (query,),
        )
        hits = (self._hit(rowid, score) for rowid, score in found)
        wanted = (hit for hit in hits if _is_under(hit.path, under) and (not roles or hit.role in roles))
        return list(itertools.islice(wanted, limit))

    def _hit(self, rowid: int, score: float) -> PassageHit:
        path, number = self._rows[rowid - 1]
        passage, version = self._facts[path].passages[number], self._files[path]
        definition = self._outlines[path][passage.symbol] if passage.symbol != NO_SYMBOL else None
        text = self._lines(path, passage.span)
        return PassageHit(
            path,
            version.blob,
            version.language,
            version.role,
            passage.span,
            passage.title,
            text,
            score,
            definition,
            rowid,
        )

    def near(self, text: str, limit: int, under: str = "", roles: Collection[FileRole] = ()) -> Sequence[PassageHit]:
        hits = [self._hit(place, cosine) for place, cosine in self.nearness(text, under).items()]
        return [hit for hit in hits if not roles or hit.role in roles][:limit]

    def nearness(self, text: str, under: str = "") -> Mapping[int, float]:
        hits = [self._hit(place, 0.0) for place in range(1, len(self._rows) + 1)]
        cosines = {hit.place: self._meanings(text, hit.text) for hit in hits if _is_under(hit.path, under)}
        near = [(place, cosine) for place, cosine in cosines.items() if cosine > 0]
        return dict(sorted(near, key=lambda one: (-one[1], one[0])))

    def frequency(self, term: str) -> int:
        query = _quoted(term)
        if not query:
            return 0
        row = self._database.execute("SELECT count(*) FROM passages WHERE passages MATCH ?", (query,)).fetchone()
        return int(row[0])

    def passage_count(self) -> int:
        return len(self._rows)

    def definitions(self, name: str, limit: int = 50) -> Sequence[Definition]:
        return [
            definition
            for outline in self._outlines.values()
            for definition in outline
            if definition.symbol.name == name
        ][:limit]

    def similar_names(self, name: str, limit: int = 10) -> Sequence[str]:
        names = {definition.symbol.name for outline in self._outlines.values() for definition in outline} - {name}
        lowered = {known.lower(): known for known in sorted(names, reverse=True)}
        alike = [known for known in sorted(names) if known.lower() == name.lower()]
        alike += [known for known in sorted(names) if known.lower().startswith(name.lower())]
        alike += [lowered[close] for close in difflib.get_close_matches(name.lower(), lowered, n=limit, cutoff=0.75)]
        return list(dict.fromkeys(alike))[:limit]

    def outline(self, path: str) -> Sequence[Definition]:
        return self._outlines.get(path, ())

    def references(self, name: str, limit: int = 200) -> Sequence[Site]:
        return self._sites.get(name, [])[:limit]

    def reference_count(self, name: str) -> int:
        return len({site.path for site in self._sites.get(name, [])})

    def uses(self, path: str, start_line: int = 1, end_line: int = LINES_MAX) -> Sequence[Reference]:
        facts = self._facts.get(path)
        within = [one for one in facts.references if start_line <= one.line <= end_line] if facts else []
        return sorted(within, key=lambda reference: reference.line)

    def imports(self, path: str) -> Sequence[Import]:
        facts = self._facts.get(path)
        return facts.imports if facts else ()

    def importers(self, module: str, limit: int = 200) -> Sequence[tuple[str, Import]]:
        return [
            (path, imported)
            for path, facts in self._facts.items()
            for imported in facts.imports
            if re.split(r"[./:]+", imported.module)[-1] == module
        ][:limit]

    def text(self, path: str) -> Sequence[str] | None:
        return self._texts.get(path)

    def commits(self, path: str = "", limit: int = 20) -> Sequence[Commit]:
        return [commit for commit in self._commits if not path or _touches(commit, path)][:limit]

    def commit(self, revision: str) -> Commit | None:
        if revision == "HEAD":
            return self._commits[0] if self._commits else None
        return next((commit for commit in self._commits if commit.oid.startswith(revision)), None)

    def changed_together(self, path: str, limit: int = 10) -> Sequence[tuple[str, int]]:
        counts: dict[str, int] = {}
        for commit in self.commits(path, limit=len(self._commits)):
            for _, other in commit.paths:
                if other != path:
                    counts[other] = counts.get(other, 0) + 1
        return sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:limit]

    def line_history(self, path: str, span: Span, limit: int = 5) -> Sequence[Commit]:
        return self.commits(path, limit)

    def uncommitted(self) -> Sequence[str]:
        return self._uncommitted

    def noted(self, analysis: str, kind: str, name: str) -> Sequence[Claim]:
        return ()


def _is_under(path: str, under: str) -> bool:
    return not under or path == under or path.startswith(under.rstrip("/") + "/")


def _touches(commit: Commit, path: str) -> bool:
    return any(_is_under(touched, path) for _, touched in commit.paths)


def _quoted(term: str) -> str:
    words = re.findall(r"\w+", split_identifiers(term))
    return '"' + " ".join(words) + '"' if words else ""


@pytest.fixture
def catalogue_of() -> Callable[..., MemoryCatalogue]:
    """`catalogue_of({path: text}, commits=…)`: a catalogue of those files."""
    return MemoryCatalogue
