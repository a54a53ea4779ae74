"""What an answer read, so that reading it again tells whether the answer is still fresh.

A Recorder stands between a composer and a Catalogue and notes every query with a digest of its result. It caches
within one answer but keeps nothing beyond it; what to do with an answer that is no longer fresh is not decided here.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, overload

from reverie_indexers.facts import LINES_MAX, Import, Reference, Span

from reverie_daemon.core.nouns import (
    Catalogue,
    Claim,
    Commit,
    Definition,
    FileRole,
    FileVersion,
    PassageHit,
    Site,
)  # fmt: skip

LINES_WHOLE = "*"
_DIGEST_BYTES = 12


@dataclass(frozen=True, slots=True)
class Input:
    """One query and the digest of its result. `query` is JSON: the method's name, then its arguments."""

    query: str
    digest: str


class Recorder:
    """A Catalogue that remembers what was asked of it. `inputs()` is complete once composing is done."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._results: dict[str, tuple[Any, Callable[[Any], str]]] = {}
        self._texts: dict[str, _Lines | None] = {}
        self._settled: dict[str, str] = {}

    @property
    def unrecorded(self) -> Catalogue:
        """The catalogue itself, for what only finds out what is asked: it is found out anew each time it is asked."""
        return self._catalogue

    def settle(self) -> None:
        """Lets go of the results so far and keeps their digests, for who reads more than should be held at once."""
        self._settled |= {item.query: item.digest for item in self.inputs()}
        self._results.clear()
        self._texts.clear()

    def inputs(self) -> tuple[Input, ...]:
        """Everything read so far, in the order of first reading; of a text, only the lines that were looked at."""
        found = [Input(query, digest) for query, digest in self._settled.items()]
        found += [Input(query, digest(result)) for query, (result, digest) in self._results.items()]
        for path, lines in self._texts.items():
            if lines is None:
                found.append(Input(json.dumps(["text", path, LINES_WHOLE]), ""))
            else:
                found += [Input(json.dumps(["text", path, *part]), lines.digest(part)) for part in lines.parts()]
        return tuple(found)

    def _ask(self, method: str, arguments: Sequence[Any], digest: Callable[[Any], str]) -> Any:
        query = json.dumps([method, *arguments])
        if query not in self._results:
            self._results[query] = (_call(self._catalogue, method, arguments), digest)
        return self._results[query][0]

    @property
    def name(self) -> str:
        return self._catalogue.name

    def files(self, under: str = "") -> Sequence[FileVersion]:
        found: Sequence[FileVersion] = self._ask("files", [under], _DIGESTS["files"])
        return found

    def search(
        self, terms: Sequence[str], limit: int, under: str = "", roles: Collection[FileRole] = ()
    ) -> Sequence[PassageHit]:
        found: Sequence[PassageHit] = self._ask("search", [list(terms), limit, under, list(roles)], _DIGESTS["search"])
        return found

    def near(self, text: str, limit: int, under: str = "", roles: Collection[FileRole] = ()) -> Sequence[PassageHit]:
        found: Sequence[PassageHit] = self._ask("near", [text, limit, under, list(roles)], _DIGESTS["near"])
        return found

    def nearness(self, text: str, under: str = "") -> Mapping[int, float]:
        found: Mapping[int, float] = self._ask("nearness", [text, under], _DIGESTS["nearness"])
        return found

    def frequency(self, term: str) -> int:
        found: int = self._ask("frequency", [term], _DIGESTS["frequency"])
        return found

    def passage_count(self) -> int:
        found: int = self._ask("passage_count", [], _DIGESTS["passage_count"])
        return found

    def definitions(self, name: str, limit: int = 50) -> Sequence[Definition]:
        found: Sequence[Definition] = self._ask("definitions", [name, limit], _DIGESTS["definitions"])
        return found

    def similar_names(self, name: str, limit: int = 10) -> Sequence[str]:
        found: Sequence[str] = self._ask("similar_names", [name, limit], _DIGESTS["similar_names"])
        return found

    def outline(self, path: str) -> Sequence[Definition]:
        found: Sequence[Definition] = self._ask("outline", [path], _DIGESTS["outline"])
        return found

    def references(self, name: str, limit: int = 200) -> Sequence[Site]:
        found: Sequence[Site] = self._ask("references", [name, limit], _DIGESTS["references"])
        return found

    def reference_count(self, name: str) -> int:
        found: int = self._ask("reference_count", [name], _DIGESTS["reference_count"])
        return found

    def uses(self, path: str, start_line: int = 1, end_line: int = LINES_MAX) -> Sequence[Reference]:
        found: Sequence[Reference] = self._ask("uses", [path, start_line, end_line], _DIGESTS["uses"])
        return found

    def imports(self, path: str) -> Sequence[Import]:
        found: Sequence[Import] = self._ask("imports", [path], _DIGESTS["imports"])
        return found

    def importers(self, module: str, limit: int = 200) -> Sequence[tuple[str, Import]]:
        found: Sequence[tuple[str, Import]] = self._ask("importers", [module, limit], _DIGESTS["importers"])
        return found

    def text(self, path: str) -> Sequence[str] | None:
        if path not in self._texts:
            lines = self._catalogue.text(path)
            self._texts[path] = None if lines is None else _Lines(lines)
        return self._texts[path]

    def commits(self, path: str = "", limit: int = 20) -> Sequence[Commit]:
        found: Sequence[Commit] = self._ask("commits", [path, limit], _DIGESTS["commits"])
        return found

    def commit(self, revision: str) -> Commit | None:
        found: Commit | None = self._ask("commit", [revision], _DIGESTS["commit"])
        return found

    def changed_together(self, path: str, limit: int = 10) -> Sequence[tuple[str, int]]:
        found: Sequence[tuple[str, int]] = self._ask("changed_together", [path, limit], _DIGESTS["changed_together"])
        return found

    def line_history(self, path: str, span: Span, limit: int = 5) -> Sequence[Commit]:
        arguments = [path, [span.start_line, span.end_line], limit]
        found: Sequence[Commit] = self._ask("line_history", arguments, _DIGESTS["line_history"])
        return found

    def uncommitted(self) -> Sequence[str]:
        found: Sequence[str] = self._ask("uncommitted", [], _DIGESTS["uncommitted"])
        return found

    def noted(self, analysis: str, kind: str, name: str) -> Sequence[Claim]:
        found: Sequence[Claim] = self._ask("noted", [analysis, kind, name], _DIGESTS["noted"])
        return found


class _Lines(Sequence[str]):
    """A text's lines, noting which of them were looked at."""

    def __init__(self, lines: Sequence[str]) -> None:
        self._lines = lines
        self._seen: set[tuple[int, int]] = set()

    def __len__(self) -> int:
        return len(self._lines)

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[str]: ...
    def __getitem__(self, index: int | slice) -> str | Sequence[str]:
        if isinstance(index, slice):
            start, stop, _ = index.indices(len(self._lines))
            self._seen.add((start, max(start, stop)))
        else:
            start = index if index >= 0 else len(self._lines) + index
            self._seen.add((start, start + 1))
        return self._lines[index]

    def parts(self) -> list[tuple[int, int]]:
        """The stretches looked at, merged, as first and last-but-one line counted from 0."""
        merged: list[tuple[int, int]] = []
        for start, stop in sorted(self._seen):
            if merged and start <= merged[-1][1]:
                merged[-1] = (merged[-1][0], max(merged[-1][1], stop))
            else:
                merged.append((start, stop))
        return merged

    def digest(self, part: tuple[int, int]) -> str:
        return _of(self._lines[part[0] : part[1]])


def unchanged(inputs: Iterable[Input], catalogue: Catalogue, digests: dict[str, str] | None = None) -> bool:
    """Whether every query still gives what it gave. Stops at the first difference, so the dearest queries, those of
    texts and histories, are asked last. `digests` keeps what queries give, for who asks about many inputs at one
    moment."""
    ordered = sorted(
        inputs, key=lambda item: item.query.startswith(('["text"', '["line_history"', '["search"', '["near"'))
    )
    if digests is None:
        return all(_digest_now(item.query, catalogue) == item.digest for item in ordered)
    for item in ordered:
        if item.query not in digests:
            digests[item.query] = _digest_now(item.query, catalogue)
        if digests[item.query] != item.digest:
            return False
    return True


def read_notes(inputs: Iterable[tuple[str, str]]) -> bool:
    """Whether notes are among what was read: those can become others while the repository stays as it is."""
    return any(query.startswith('["noted"') for query, _ in inputs)


def serialise(inputs: Iterable[Input]) -> tuple[tuple[str, str], ...]:
    """Inputs as pairs of text, for the store."""
    return tuple((item.query, item.digest) for item in inputs)


def deserialise(pairs: Iterable[tuple[str, str]]) -> tuple[Input, ...]:
    """The inverse of `serialise`."""
    return tuple(Input(query, digest) for query, digest in pairs)


def _digest_now(query: str, catalogue: Catalogue) -> str:
    """The digest that a query has now; "?" for one that this version does not know."""
    method, *arguments = json.loads(query)
    if method == "text":
        path, *part = arguments
        lines = catalogue.text(path)
        if lines is None or part == [LINES_WHOLE]:
            return "" if lines is None else "?"
        return _of(lines[part[0] : part[1]])
    digest = _DIGESTS.get(method)
    return digest(_call(catalogue, method, arguments)) if digest is not None else "?"


def _call(catalogue: Catalogue, method: str, arguments: Sequence[Any]) -> Any:
    if method == "line_history":
        path, (start, end), limit = arguments
        return catalogue.line_history(path, Span(start, end), limit)
    return getattr(catalogue, method)(*arguments)


def _of(parts: Iterable[str]) -> str:
    ended = "".join([f"{part}\0" for part in parts])
    return hashlib.blake2b(ended.encode("utf-8", "surrogateescape"), digest_size=_DIGEST_BYTES).hexdigest()


def _definition(item: Definition | None) -> str:
    if item is None:
        return "-"
    symbol = item.symbol
    return "\1".join(
        (
            item.path,
            symbol.kind,
            symbol.qualname,
            symbol.signature,
            symbol.doc,
            f"{symbol.span.start_line}-{symbol.span.end_line}",
        )
    )


def _reference(item: Reference) -> str:
    return f"{item.kind}\1{item.name}\1{item.receiver}\1{item.line}\1{item.scope}"


def _commit(item: Commit | None) -> str:
    return item.oid if item is not None else "-"


def _each(text_of: Callable[[Any], str]) -> Callable[[Any], str]:
    return lambda items: _of(text_of(item) for item in items)


_DIGESTS: dict[str, Callable[[Any], str]] = {
    "files": _each(lambda item: f"{item.path}\1{item.role}\1{item.language}\1{item.lines}"),
    "search": _each(
        lambda item: f"{item.path}\1{item.span.start_line}\1{item.span.end_line}\1{item.title}\1{item.text}"
    ),
    "near": lambda hits: _DIGESTS["search"](hits),
    "nearness": lambda cosines: _of(f"{place}\1{cosine}" for place, cosine in cosines.items()),
    "frequency": lambda count: str(count),
    "passage_count": lambda count: str(count),
    "definitions": _each(_definition),
    "similar_names": _each(str),
    "outline": _each(_definition),
    "references": _each(lambda item: f"{item.path}\1{_reference(item.reference)}\1{_definition(item.scope)}"),
    "reference_count": lambda count: str(count),
    "uses": _each(_reference),
    "imports": _each(lambda item: f"{item.module}\1{item.name}\1{item.alias}\1{item.line}"),
    "importers": _each(lambda item: f"{item[0]}\1{item[1].module}\1{item[1].name}\1{item[1].alias}\1{item[1].line}"),
    "commits": _each(_commit),
    "commit": _commit,
    "changed_together": _each(lambda item: f"{item[0]}\1{item[1]}"),
    "line_history": _each(_commit),
    "uncommitted": _each(str),
    # By their text alone: learned again with the same result, a note leaves fresh what read it.
    "noted": _each(lambda item: str(item.text)),
}
