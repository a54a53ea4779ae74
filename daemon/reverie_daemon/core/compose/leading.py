"""Which definitions an answer to a description tells of, and which of them it leads with.

The ranking says what to read; here what it found is weighed again by names, docs and what the question asks for. How it
is told is for `described` to say.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from reverie_daemon.core import terms
from reverie_daemon.core.compose.describing import body_of, doc_of
from reverie_daemon.core.naming import CALLABLE_KINDS, TYPE_KINDS
from reverie_daemon.core.nouns import Catalogue, Definition, Evidence
from reverie_daemon.core.questions import Question
from reverie_daemon.core.ranking import Piece, Ranking, asks_for, rarity
from reverie_daemon.core.resolve import LIKELY, Resolver, callers
from reverie_daemon.core.twins import constructs
from reverie_daemon.core.wording import asks_yes_or_no

PIECES_MAX = 12
SCORE_SHARE_MIN = 0.55
"""What scores less than this share of the best is not told of."""
ACCESSOR_LINES_MAX, ACCESSOR_SHARE = 4, 0.65
"""A function of so few lines hands something on, and is seldom how something goes."""
SETTER_LINES_MAX = 10
VALUE_SHARE = 0.6
CALLED_SHARE = 0.3
"""What share a place has of the scores of those that it calls."""
TEST_SHARE = 0.6
"""What a test does is seldom the answer, unless the question asks for tests."""
CONTRAST_WEIGHT = 2.5
NAME_WEIGHT = 4.0
MEMBERS_MAX = 2
MEMBER_FIT_MIN = 0.4
"""How much of what is asked of a class its member has to say to stand for it."""

_FOR_TESTS = re.compile(r"(?:^|[/_.-])test(?:ing|[_-]?(?:utils?|helpers?|support))[/_.-]", re.I)
_CONTRASTS = frozenset(["before", "after", "first", "last", "once", "without", "all", "each", "not", "down", "up"])
"""Small words that tell one thing from its opposite, though a search cannot use them."""
_WITH_CODE = frozenset(["class", "struct", "trait"])
_VALUE_KINDS = frozenset(["attribute", "constant", "property", "variable"])
_ERROR = re.compile(r"(?:Error|Exception|Warning|Exit|Failure|Timeout)$")
_OF_ERRORS = re.compile(r"\b(?:errors?|exceptions?|failures?|warn\w*|timeouts?|rais\w+|thrown?|throws)\b", re.I)
_RAISING = re.compile(r"\b(?:rais|throw|thrown)\w*", re.I)
_PASSIVE = re.compile(
    r"\b(?:is|are|was|were|gets?|does|do)\b.*\b(?:\w+ed|done|made|read|written|found|put|sent|thrown)\b", re.I
)
_ACTIVE = re.compile(
    r"\bwhere (?:do|does|did)\b(?!.*\b(?:live|come|go|stand|sit|reside|belong|find|put|start)\b)", re.I
)
_KEPT = re.compile(
    r"\b(?:kept|held|stored|defined|declared|listed|named|called|set|class|type|struct|constant|value|table|option)\b",
    re.I,
)
_TELLS = re.compile(r"^_*(?:is|has|are|get)(?:_|(?=[A-Z]))|^(?:Is|Has|Are|Get)(?=[A-Z])")
_ASKS_TO_BE_TOLD = re.compile(r"\b(?:whether|if|checks?|checked|gets?|got|gotten|found|read|returned)\b", re.I)
_MAKERS = frozenset(["__init__", "constructor", "initialize"])
_MAKING = re.compile(r"\b(?:construct|creat|instan|initiali[sz]|make|made|build|built|new)", re.I)


@dataclass(frozen=True, slots=True)
class Words:
    """The question's words by stem, with how much each tells (rarer tells more)."""

    weights: Mapping[str, float]
    known: float = 1.0
    """The share of them that occur in this repository at all."""

    def matched(self, text: str) -> float:
        lowered = text.lower()
        return sum(weight for stem, weight in self.weights.items() if stem in lowered)

    def beyond(self, name: str) -> Words:
        """Those that a name does not say itself."""
        lowered = name.lower()
        return Words({stem: weight for stem, weight in self.weights.items() if stem not in lowered})

    @property
    def total(self) -> float:
        return sum(self.weights.values()) or 1.0


def words_of(question: Question, catalogue: Catalogue) -> Words:
    """The question's content words with their rarity here."""
    passages = max(1, catalogue.passage_count())
    asked = terms.understand(question.text)
    # A word that occurs nowhere would look rarest of all, and nothing could say it.
    found = {word: catalogue.frequency(word.text) for word in asked.words[:24]}
    weights = {_short(word): rarity(count, passages) for word, count in found.items() if count}
    said = set(re.findall(r"[a-z]+", question.text.lower()))
    named = dict.fromkeys((name.lower() for name in asked.names[:6]), NAME_WEIGHT)
    known = len(weights) / len(found) if found else 1.0
    return Words({**weights, **named, **dict.fromkeys(sorted(_CONTRASTS & said), CONTRAST_WEIGHT)}, known)


def _short(word: terms.Word) -> str:
    """The word's stem; of short past forms less: "saved" is found in `save`."""
    return word.text[:-2] if word.stem == word.text and len(word.text) >= 5 and word.text.endswith("ed") else word.stem


def chosen(question: Question, catalogue: Catalogue, ranking: Ranking | None, words: Words) -> list[Definition]:
    """Definitions worth telling of, best first: the ranking's, weighed again with their names and docs, and those that
    stand for what the question names."""
    scored = _ranked(question, catalogue, ranking, words)
    named: set[Definition] = set()
    for subject in question.subjects:
        if subject.definition is not None:
            named |= _taken_up(subject.definition, question, catalogue, words, scored)
    scored = {item: score * _told_by(catalogue, item, question, item in named) for item, score in scored.items()}
    if _asks_for_deeds(question):
        scored = _with_what_they_call(catalogue, scored)
    ordered = sorted(scored, key=lambda item: (-scored[item], item.path, item.ordinal))
    least = max(scored.values(), default=0.0) * SCORE_SHARE_MIN
    told: dict[tuple[str, str, str], Definition] = {}  # overloads would say the same again
    for item in ordered:
        if item.symbol.kind not in ("heading", "key") and scored[item] >= least:
            told.setdefault((item.path, item.symbol.qualname, item.symbol.kind), item)
    return _with_its_parts(catalogue, list(told.values())) if _asks_for_deeds(question) else list(told.values())


def _ranked(question: Question, catalogue: Catalogue, ranking: Ranking | None, words: Words) -> dict[Definition, float]:
    scored: dict[Definition, float] = {}
    pieces = [piece for piece in (ranking.pieces if ranking else ()) if piece.definition is not None][:PIECES_MAX]
    top = pieces[0].score if pieces else 1.0
    for piece in pieces:
        definition = _narrowed(question, catalogue, piece, words)
        share = piece.score / top if top else 0.0
        scored[definition] = max(scored.get(definition, 0.0), share + 0.5 * _fit(definition, words))
    return scored


def _taken_up(
    named: Definition, question: Question, catalogue: Catalogue, words: Words, scored: dict[Definition, float]
) -> set[Definition]:
    """What the question names and what stands for it, once scored: the functions that raise an error, the members of a
    class that say what is asked of it."""
    users = _users(catalogue, named, words) if question.asks else {}
    scored[named] = scored.get(named, 0.0) + (0.3 if users else 0.8) + 0.5 * _fit(named, words)
    for item, fit in users.items():
        scored[item] = scored.get(item, 0.0) + fit
    if users and _RAISING.search(question.text):
        del scored[named]
        return set(users)
    standing = _standing_for(question, catalogue, named, words)
    for item, fit in standing.items():
        scored[item] = max(scored.get(item, 0.0), scored[named]) + fit
    return {named, *standing}


def _told_by(catalogue: Catalogue, definition: Definition, question: Question, named: bool) -> float:
    """How much a definition can tell: a test less than what it tests; of how something is done a value, a type without
    functions or an error less than code, one line less than several, and what tells of a state (`is_x`, `get_x`) less
    than what makes it so."""
    symbol = definition.symbol
    tests = definition.role == "test" or _FOR_TESTS.search(definition.path)
    share = TEST_SHARE if tests and not named and "test" not in asks_for(question.text) else 1.0
    error = symbol.kind in _WITH_CODE and _ERROR.search(symbol.name) and not _OF_ERRORS.search(question.text)
    if error and not named and asks_yes_or_no(question.text):
        return share * VALUE_SHARE
    if named or not _asks_for_deeds(question):
        return share
    if symbol.kind not in CALLABLE_KINDS | _WITH_CODE:
        return share * VALUE_SHARE
    if symbol.kind in _WITH_CODE:
        return share * (VALUE_SHARE if error or not _has_functions(catalogue, definition) else 1.0)
    lines = symbol.span.end_line - symbol.span.start_line
    short = question.asks in ("how", "where") and (lines < ACCESSOR_LINES_MAX or _only_sets(catalogue, definition))
    tells = _TELLS.match(symbol.name) and question.asks == "how" and not _ASKS_TO_BE_TOLD.search(question.text)
    return share * (ACCESSOR_SHARE if short or tells else 1.0)


def _only_sets(catalogue: Catalogue, definition: Definition) -> bool:
    """Whether a body does nothing but keep what it is given, as a builder's functions do."""
    if definition.symbol.span.end_line - definition.symbol.span.start_line > SETTER_LINES_MAX:
        return False
    body = body_of(catalogue, definition)
    return any(one.kind == "set" for one in body) and all(one.kind in ("set", "return") for one in body)


def _has_functions(catalogue: Catalogue, definition: Definition) -> bool:
    """Whether a type has functions of its own that its file shows."""
    prefix = f"{definition.symbol.qualname}."
    return any(
        one.symbol.kind in CALLABLE_KINDS and one.symbol.qualname.startswith(prefix)
        for one in catalogue.outline(definition.path)
    )


def _with_what_they_call(catalogue: Catalogue, scored: Mapping[Definition, float]) -> dict[Definition, float]:
    """What calls several of the found places tells how they go together: it has a share of theirs, the larger the more
    of what it calls they are."""
    names = {item.symbol.name for item in scored if item.symbol.kind in CALLABLE_KINDS}
    resolver = Resolver(catalogue)
    gained = dict(scored)
    for item in scored:
        if item.symbol.kind not in CALLABLE_KINDS:
            continue
        span = item.symbol.span
        calls = [one for one in catalogue.uses(item.path, span.start_line, span.end_line) if one.kind == "call"]
        known = {one.name: one for one in calls if one.name in names - {item.symbol.name}}
        told = [targets[0] for one in known.values() if (targets := resolver.resolve(one, item.path, item))]
        found = {one.definition for one in told if one.certainty >= LIKELY} & scored.keys()
        if len(found) > 1:
            share = (len(found) / len({one.name for one in calls})) ** 0.5
            gained[item] += CALLED_SHARE * share * sum(scored[one] for one in found)
    return gained


def does_what_is_asked(question: Question, catalogue: Catalogue, led: Evidence | None) -> bool:
    """Whether what an answer leads with can do something, where the question asks how something is done; a value or a
    type that only mentions it cannot, and is a guess."""
    if led is None or not _asks_for_deeds(question):
        return True
    named = {subject.definition.symbol.qualname for subject in question.subjects if subject.definition is not None}
    found = [one for one in catalogue.outline(led.path) if one.symbol.qualname == led.symbol]
    return not found or led.symbol in named or any(one.symbol.kind in CALLABLE_KINDS | _WITH_CODE for one in found)


def _with_its_parts(catalogue: Catalogue, told: Sequence[Definition]) -> list[Definition]:
    """The best place, then those of the others that it calls: they are how it does what is asked."""
    if not told:
        return []
    span = told[0].symbol.span
    called = {use.name for use in catalogue.uses(told[0].path, span.start_line, span.end_line) if use.kind == "call"}
    return [told[0], *sorted(told[1:], key=lambda item: item.symbol.name not in called)]


def _asks_for_deeds(question: Question) -> bool:
    """Whether it asks how, when, why or where something is done, rather than where something is kept."""
    if question.asks == "where":
        if _ACTIVE.search(question.text):
            return True
        return _PASSIVE.search(question.text) is not None and not _KEPT.search(question.text)
    return question.asks in ("how", "when", "why")


def _users(catalogue: Catalogue, definition: Definition, words: Words) -> dict[Definition, float]:
    """Of an error that a question names, the functions that raise it, with how much of the question their lines say."""
    if not _ERROR.search(definition.symbol.name):
        return {}
    found: dict[Definition, float] = {}
    for use in callers(definition, catalogue, limit=40):
        scope, lines = use.site.scope, catalogue.text(use.site.path)
        if scope is None or lines is None or scope.role != "source" or use.certainty < LIKELY:
            continue
        line = use.site.reference.line
        said = f"{scope.symbol.qualname} {scope.symbol.doc[:300]} {' '.join(lines[max(0, line - 4) : line + 4])}"
        found[scope] = max(found.get(scope, 0.0), 0.3 + 1.2 * words.matched(said) / words.total)
    return found


def _fit(definition: Definition, words: Words) -> float:
    """How much of the question a definition's name and doc's first sentence say, the name counting twice."""
    symbol = definition.symbol
    named = words.matched(symbol.name) / words.total
    return named + words.matched(f"{symbol.qualname} {doc_of(definition)}") / words.total


def _standing_for(
    question: Question, catalogue: Catalogue, definition: Definition, words: Words
) -> dict[Definition, float]:
    """A class that is named stands for its members that say what is asked of it, beyond its own name: of "why does
    Reader keep a stack?" that is `Reader.stack`. Of how it goes about something only its functions tell, and its
    constructor only where it is asked how one is made."""
    if definition.symbol.kind not in TYPE_KINDS:
        return {}
    asked = words.beyond(definition.symbol.name)
    deeds = question.asks in ("how", "where") and _asks_for_deeds(question)
    kinds = CALLABLE_KINDS if deeds else CALLABLE_KINDS | _VALUE_KINDS
    making = float(_MAKING.search(question.text) is not None)
    prefix = f"{definition.symbol.qualname}."
    found: dict[Definition, float] = {}
    for item in catalogue.outline(definition.path):
        if item.symbol.qualname.startswith(prefix) and item.symbol.kind in kinds:
            said = asked.matched(f"{item.symbol.name} {doc_of(item)}")
            found[item] = making if _makes(item) else said / asked.total
    best = sorted(found, key=lambda item: -found[item])[:MEMBERS_MAX]
    return {item: found[item] for item in best if found[item] >= MEMBER_FIT_MIN}


def _makes(definition: Definition) -> bool:
    """Whether it is a constructor, by the name that Java gives it as well."""
    member = "." in definition.symbol.qualname and definition.symbol.kind in CALLABLE_KINDS
    return member and (definition.symbol.name in _MAKERS or constructs(definition))


def _narrowed(question: Question, catalogue: Catalogue, piece: Piece, words: Words) -> Definition:
    """The attribute inside a class's head that the words mean, when there is one; a class for its constructor, unless
    it is asked how one is made; else the piece's own definition."""
    definition = piece.definition
    assert definition is not None
    if _makes(definition) and not _MAKING.search(question.text):
        owner = [one for one in catalogue.outline(definition.path) if one.ordinal == definition.symbol.parent]
        return owner[0] if owner else definition
    if definition.symbol.kind not in TYPE_KINDS:
        return definition
    inside = [item for item in catalogue.outline(definition.path)
              if item.symbol.parent == definition.ordinal and item.symbol.kind in ("attribute", "constant", "property")
              and piece.span.start_line <= item.symbol.span.start_line <= piece.span.end_line]  # fmt: skip
    best = max(inside, key=lambda item: words.matched(f"{item.symbol.name} {item.symbol.doc}"), default=None)
    if best is not None and words.matched(f"{best.symbol.name} {best.symbol.doc}") > 0.5 * words.total:
        return best
    return definition
