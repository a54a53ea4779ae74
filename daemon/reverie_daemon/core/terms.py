"""What a question asks for, as words that can be looked for: content words with stems, identifiers, paths.

It knows words only: whether a name exists and what kind of question it is are for others to say.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache

WORDS_MAX = 64
"""Distinct content words of a question that are looked at; a longer question is a pasted text."""

_IDENTIFIER = re.compile(r"[^\W\d]\w*")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_CODE = re.compile(r"`([^`\n]{1,200})`")
_PATH = re.compile(r"(?<![\w/])(?:[\w.-]+/)*[\w-]+\.[A-Za-z]\w{0,9}(?![\w(])|(?<![\w/])(?:[\w.-]+/)+[\w.-]+")
_INFLECTIONS = (
    "izations ization ations ation ements ement ities ity ments ment ings ing ions ion ers er ors or edly ed "
    "ables able ibles ible ives ive als al ly ies es s e y"
)
_ENDINGS = tuple(_INFLECTIONS.split())
_KIND = (
    r"(?:class|classes|struct|interface|trait|enum|type|exception|method|function|func|macro|attribute|property|field"
    r"|fixture|decorator|hook|module|package)"
)
_BEFORE_KIND = re.compile(rf"\b(?P<name>[^\W\d]\w+)['’]?s? (?P<kind>{_KIND})\b")
_AFTER_KIND = re.compile(rf"\b(?P<kind>{_KIND}) (?P<name>[A-Z]\w+)")
_CAPITALISED = re.compile(r"(?<=[a-z,;] )(?P<name>[A-Z][a-z]\w+)(?P<kind>)")

_CLAUSE_WORDS_MAX = 10
"""Words after "that" or "which" that still tell which thing is meant; what is asked about it follows."""
_DESCRIBED = re.compile(
    r"\b(?:the|an?|each|every|that|this)\s+((?:[\w'’/.-]+\s+){0,6}?)"
    r"(?:class|method|function|decorator|hook|property|attribute|object|exception|fixture|module|handler|structure|struct"
    r"|interface|trait|enum|macro|plugin|helper|parameter|flag|option|mechanism)(?:e?s)?\s+"
    r"(?:that|which|who|used|for|in|of|to|representing|responsible|when|on|as)\b"
    rf"((?:\s+[\w'’/.-]+){{0,{_CLAUSE_WORDS_MAX}}})",
    re.I,
)

_STOPWORDS = """
    a about above across after all also am an and any are as at be because been before being between both but by can
    cannot could did do does doing done down during each either else for from get gets give given gives had has have
    having he her here his how i if in into is it its itself just like may me might more most must my no nor not of off
    on once only onto or other our out over own per rather same shall she should since so some such than that the their
    them then there these they this those through to too under until up upon us use used uses using very via was we
    were what when where whether which while who whom whose why will with within without would you your
    exactly happen happens explain describe tell show find please know want need way kind sort thing things
    code codebase repository repo project implementation implemented implement implements role purpose"""
STOPWORDS = frozenset(_STOPWORDS.split())

_ASKING_WORDS = """
    abstraction algorithm algorithmic approach architectural architecture avoid aspect balance behavior behaviour chain
    compared component components concern concerns consequence consequences consistency consistent consistently
    control coordinate coordinates critical decision decisions decouple dependencies dependency design despite
    determine determines determining difference different direct directly distinction efficiency employ enable
    enables enabling ensure ensures ensuring establish establishes existing flow flows handle handles handling hidden
    impact implication implications instead integrate integrates interact interaction interactions layer layers
    leverage leverages location logic maintain maintaining maintains manage manages mechanism mechanisms multiple
    occur occurs optimization optimize overhead particular pattern patterns performance potential potentially precise
    prevent preventing prevents process processing provide provides rationale relationship relationships
    responsibility scenario scenarios semantic semantics separate separates separation significance specific
    specifically strategies strategy structural structure support supports system underlying various"""
_ASKING = frozenset(_ASKING_WORDS.split())


_FORMS = """
    kept/keep found/find held/hold sent/send built/build caught/catch chosen/choose thrown/throw written/write
    drawn/draw taken/take broken/break hidden/hide frozen/freeze overridden/override rewritten/rewrite"""
_IRREGULAR = dict(pair.split("/") for pair in _FORMS.split())
"""Verbs whose forms share no stem. Words that are names in code themselves ("bound", "left", "split") are not here."""
_BRITISH = re.compile(r"\b(col|behavi|fav|hon|neighb|lab)our")


@dataclass(frozen=True, slots=True)
class Word:
    """A content word: `text` in lower case, `stem` a prefix of it that its inflections share. `asking` words say how a
    thing is asked about ("mechanism", "ensure") and seldom occur in what answers."""

    text: str
    stem: str
    asking: bool


@dataclass(frozen=True, slots=True)
class Hint:
    """A word that may be a name, and the word for what kind of thing it is said to be ("method"; "" where that is not
    said)."""

    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A question taken apart. `words` are distinct by stem, in order; `names` are identifiers as written (the last
    part of dotted ones, with `owners` holding what stood before the dot); `hints` are words that may be names ("the
    links method", "Skip"); `paths` look like files or folders. `described` are the
    stems of the words that tell which thing is meant, where one is described ("the class that …")."""

    question: str
    words: tuple[Word, ...]
    names: tuple[str, ...]
    owners: tuple[str, ...]
    paths: tuple[str, ...]
    hints: tuple[Hint, ...]
    described: frozenset[str] = frozenset()


def understand(question: str) -> Asked:
    """Takes a question apart. Never fails: a question without content words gives empty parts."""
    words: dict[str, Word] = {}
    for token in _IDENTIFIER.findall(question):
        for said in split_identifier(token):
            part = as_code_has_it(said)
            if len(words) < WORDS_MAX and len(part) > 1 and said not in STOPWORDS:
                words.setdefault(stem(part), Word(part, stem(part), part in _ASKING))
    names, owners = _identifiers(question)
    paths = tuple(dict.fromkeys(match.strip(".") for match in _PATH.findall(question)))
    return Asked(question, tuple(words.values()), names, owners, paths, _hints(question, names), _described(question))


def as_code_has_it(word: str) -> str:
    """The plain form of an irregular verb and the spelling that code is written in: "kept" as "keep", "colours" as
    "colors"."""
    return _IRREGULAR.get(word) or _BRITISH.sub(lambda found: f"{found[1]}or", word)


def _described(question: str) -> frozenset[str]:
    found = _DESCRIBED.search(question)
    tokens = _IDENTIFIER.findall(f"{found[1]} {found[2]}") if found else ()
    return frozenset(stem(part) for token in tokens for part in split_identifier(token))


def split_identifier(identifier: str) -> list[str]:
    """`getUserName`, `get_user_name` and `GET_USER_NAME` are all `["get", "user", "name"]`."""
    return [part.lower() for part in _CAMEL.sub("_", identifier).split("_") if part]


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """A prefix that a word shares with its inflections: "registration" and "registered" both begin with "regist".

    Shorter than a linguist's stem would be, because it is looked for as a substring of lower-case text."""
    base = word
    for ending in _ENDINGS:
        if base.endswith(ending) and len(base) - len(ending) >= 4 and not base.endswith("ss"):
            base = base[: -len(ending)]
            if base[-1] == base[-2] and base[-1] in "bdgmnprt":
                base = base[:-1]
            break
    return base[: max(5, round(len(word) * 0.6))] if len(base) > 7 else base


def _identifiers(question: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    names: dict[str, None] = {}
    owners: dict[str, None] = {}
    quoted = {token for code in _CODE.findall(question) for token in _IDENTIFIER.findall(code)}
    for dotted in re.findall(r"[^\W\d]\w*(?:\.[^\W\d]\w*)*(?:\(\))?", question):
        called = dotted.endswith("()")
        *before, last = dotted.removesuffix("()").split(".")
        if called or before or last in quoted or _looks_like_code(last):
            names[last] = None
        owners.update(dict.fromkeys(before))
        names.update(dict.fromkeys(part for part in before if _looks_like_code(part)))
    return tuple(names), tuple(owners)


def _hints(question: str, names: Collection[str]) -> tuple[Hint, ...]:
    found: dict[str, Hint] = {}
    for pattern in (_BEFORE_KIND, _AFTER_KIND, _CAPITALISED):
        for said in pattern.finditer(question):
            if said["name"] not in names and said["name"].lower() not in STOPWORDS:
                found.setdefault(said["name"], Hint(said["name"], said["kind"]))
    return tuple(found.values())


def _looks_like_code(token: str) -> bool:
    return "_" in token.strip("_") or token.startswith("_") or bool(re.search(r"[a-z0-9][A-Z]|[A-Z]{2}[a-z]", token))
