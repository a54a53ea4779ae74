"""The pieces that may answer a question, gathered from full text and from the names it mentions.

Each is scored by its own text here; what its neighbours add comes later. The number of queries is bounded, whatever
the question and the repository.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from reverie_indexers.facts import Span

from reverie_daemon.core.naming import CALLABLE_KINDS, TYPE_KINDS
from reverie_daemon.core.nouns import Catalogue, Definition, FileRole, PassageHit
from reverie_daemon.core.pathnames import beside, path_parts
from reverie_daemon.core.ranking import (
    Piece,
    Weights,
    lexical_score,
    meaning_score,
    rarest,
    rarity,
    role_factors,
)
from reverie_daemon.core.terms import Asked, Hint

SEARCH_TERMS_MAX = 16
SOURCE_HITS_MIN = 20
SOURCE_HITS_PER_TERM = 5
SOURCE_HITS_MAX = 80
"""Passages of source that are looked at: the more a question says, the more of them it can tell apart."""
OTHER_HITS_SHARE = 0.3
"""For how many of tests, documents and the rest, of what is looked at of source."""
NEAR_ADDED_MAX = 20
"""Passages of source that are looked at for their meaning alone."""
NAMES_MAX = 12
SAME_NAME_MAX = 8
LOOKUPS_MAX = 90
"""Names that are looked up for one question; those found later are not."""
USES_MAX = 100
"""A name that is used more often says nothing about any of its users."""
PIECE_LINES_MAX = 60

ASKING_SHARE = 0.3
"""How much of its rarity a word counts that says how a thing is asked about ("mechanism") rather than what."""

_HOLDING = frozenset({"property", "attribute"})
_KINDS_SAID: dict[str, frozenset[str]] = {
    **dict.fromkeys(("class", "classes", "struct", "interface", "trait", "enum", "type", "exception"), TYPE_KINDS),
    **dict.fromkeys(("function", "func", "macro", "fixture", "decorator", "hook"), CALLABLE_KINDS),
    **dict.fromkeys(("attribute", "property", "field"), _HOLDING),
    "method": CALLABLE_KINDS | {"property"},
}

_BESIDE_ASKED = re.compile(r"\b(?:examples?|samples?|demos?|tutorials?|bench\w*|scripts?)\b", re.I)
_SOURCE: tuple[FileRole, ...] = ("source",)
_OTHERS: tuple[FileRole, ...] = ("test", "docs", "config", "data", "generated", "vendored")


@dataclass(slots=True)
class Candidate:
    """A piece while its score is being made: what its own text earns, and what neighbours add. `named` is how surely
    the question names it, from 0 to 1."""

    piece: Piece
    own: float
    named: float
    gained: float = 0.0


class Candidates:
    """All candidates of one question, by path and first line. Lookups of names are remembered and bounded."""

    def __init__(self, asked: Asked, catalogue: Catalogue, under: str, weights: Weights) -> None:
        self.asked, self.weights = asked, weights
        self._catalogue, self._under = catalogue, under
        self._by_key: dict[tuple[str, int], Candidate] = {}
        self._definitions: dict[str, tuple[Definition, ...]] = {}
        passages = max(1, catalogue.passage_count())
        self.rarities: dict[str, float] = {}
        for word in asked.words:
            share = ASKING_SHARE if word.asking else 1.0
            share *= weights.described if word.stem in asked.described else 1.0
            # A word that occurs nowhere would look rarest of all, and take another's place in the search.
            found = catalogue.frequency(word.text)
            self.rarities[word.text] = share * rarity(found or passages, passages)
        self.terms = [word.text for word in rarest(asked.words, self.rarities, SEARCH_TERMS_MAX)]
        self._cosines = catalogue.nearness(asked.question, under)
        self._asks_beside = bool(_BESIDE_ASKED.search(asked.question))
        self._named = dict.fromkeys(asked.names[:NAMES_MAX], 1.0)
        for hint in asked.hints[:NAMES_MAX]:
            self._named.setdefault(hint.name, 1.0 if self._is_as_said(hint) else weights.hinted / weights.exact)

    def gather(self) -> None:
        """Fills from the question itself."""
        limit = min(SOURCE_HITS_MIN + SOURCE_HITS_PER_TERM * len(self.terms), SOURCE_HITS_MAX)
        hits = list(self._catalogue.search(self.terms, limit, self._under, _SOURCE))
        hits += self._catalogue.search(self.terms, int(limit * OTHER_HITS_SHARE), self._under, _OTHERS)
        if self._cosines:
            others = int(NEAR_ADDED_MAX * OTHER_HITS_SHARE)
            hits += self._catalogue.near(self.asked.question, NEAR_ADDED_MAX, self._under, _SOURCE)
            hits += self._catalogue.near(self.asked.question, others, self._under, _OTHERS)
        for hit in hits:
            if (hit.path, hit.span.start_line) not in self._by_key:
                self._add(_found(hit), self._cosines.get(hit.place, 0.0))
        for name in self._named:
            for definition in self.lookup(name):
                self.reach(definition)

    def __iter__(self) -> Iterator[Candidate]:
        return iter(self._by_key.values())

    def best(self, limit: int) -> list[Candidate]:
        """Those whose own text earns most."""
        return sorted(self, key=lambda c: (-c.own, c.piece.key))[:limit]

    def lookup(self, name: str) -> tuple[Definition, ...]:
        """What bears this name; nothing once LOOKUPS_MAX names were looked up."""
        if name not in self._definitions:
            if len(self._definitions) >= LOOKUPS_MAX:
                return ()
            found = self._catalogue.definitions(name, SAME_NAME_MAX)
            self._definitions[name] = tuple(one for one in found if _is_under(one.path, self._under))
        return self._definitions[name]

    def surely_named(self) -> Iterator[Definition]:
        """What the question names as code, or by its kind, if nothing else bears that name."""
        for name, share in self._named.items():
            found = self.lookup(name)
            if share == 1.0 and len(found) == 1:
                yield found[0]

    def users(self, definition: Definition) -> dict[str, list[Candidate]]:
        """The source outside its own file that uses a symbol, by file; nothing where its uses are very many."""
        sites = self._catalogue.references(definition.symbol.name, USES_MAX + 1)
        found: dict[str, dict[tuple[str, int], Candidate]] = {}
        scopes = (site.scope for site in sites if len(sites) <= USES_MAX)
        for scope in (scope for scope in scopes if scope and _is_under(scope.path, self._under)):
            if scope.role == "source" and scope.path != definition.path:
                one = self.reach(scope)
                found.setdefault(scope.path, {})[one.piece.key] = one
        return {path: list(of.values()) for path, of in found.items()}

    def of_files_named(self, name: str) -> dict[str, list[Candidate]]:
        """The candidates of source files (or packages) with this name, by file."""
        found: dict[str, list[Candidate]] = {}
        for one in self:
            if one.piece.role == "source" and path_parts(one.piece.path)[-1] == name:
                found.setdefault(one.piece.path, []).append(one)
        return found

    def reach(self, definition: Definition) -> Candidate:
        """The candidate at a definition, added when it was not found before."""
        known = self._by_key.get((definition.path, definition.symbol.span.start_line))
        return known or self._add(_reached(definition))

    def _add(self, piece: Piece, cosine: float = 0.0) -> Candidate:
        named = self._named_share(piece)
        own = lexical_score(piece, self.asked.words, self.rarities, self.weights) + self.weights.exact * named
        own += meaning_score(cosine, self.weights)
        candidate = self._by_key[piece.key] = Candidate(piece, own, named)
        return candidate

    def _is_as_said(self, hint: Hint) -> bool:
        """Whether one thing alone bears the name, and is what it is said to be: "the links method" is `links` then."""
        found = self.lookup(hint.name)
        return len(found) == 1 and found[0].symbol.kind in _KINDS_SAID.get(hint.kind, ())

    def _named_share(self, piece: Piece) -> float:
        """1 for what the question names; less for a name that several things bear, when it does not say whose."""
        if any(piece.path == path or piece.path.endswith("/" + path) for path in self.asked.paths):
            return 0.5
        symbol = piece.definition.symbol if piece.definition else None
        if symbol is None or symbol.name not in self._named:
            return 0.0
        bearers = len(self.lookup(symbol.name))
        owned = not set(self.asked.owners).isdisjoint(symbol.qualname.split("."))
        return self._named[symbol.name] * (1.0 if owned or bearers <= 2 else 2 / bearers)

    def factor(self, candidate: Candidate, factors: dict[FileRole, float]) -> float:
        """What its role makes of a candidate. A helper in a test file that the question names is no lesser answer; a
        test itself is, since whoever asks about a test mostly wants what it tests. Examples, benchmarks and scripts
        stand beside the product, unless the question is about them."""
        helper = candidate.named >= 0.4 and not candidate.piece.title.rpartition(".")[2].lower().startswith("test")
        if helper:
            return 1.0
        aside = candidate.piece.role == "source" and beside(candidate.piece.path) and not self._asks_beside
        return factors[candidate.piece.role] * (self.weights.beside if aside else 1.0)

    def role_factors(self) -> dict[FileRole, float]:
        return role_factors(self.asked, self.weights)


def _found(hit: PassageHit) -> Piece:
    return Piece(hit.path, hit.blob, hit.role, hit.span, hit.title, hit.text, hit.definition, 0.0)


def _reached(definition: Definition) -> Piece:
    symbol = definition.symbol
    start = symbol.span.start_line
    span = Span(start, min(symbol.span.end_line, start + PIECE_LINES_MAX - 1))
    text = f"{symbol.signature}\n{symbol.doc}"
    return Piece(
        definition.path, definition.blob, definition.role, span, symbol.qualname, text, definition, 0.0, complete=False
    )


def _is_under(path: str, under: str) -> bool:
    return not under or path == under or path.startswith(under.rstrip("/") + "/")
