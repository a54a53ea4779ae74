"""The words of a question: which of them carry meaning, and whether it negates.

No name is looked up here; what a word stands for in a repository is for `naming` to say.
"""

from __future__ import annotations

import re
from typing import Literal

Polarity = Literal["positive", "negative"]

TERMS_MAX = 40

_STOP_WORDS = """
    a about actually also am an and any anyone anything are as at be because been being but by can cannot could did
    do does doing done during either etc every exactly for from get gets give given got had has have having here
    how however i if in inside into is it its itself just kind let like make makes many may me might much must
    my need of on one or other our own particular please rather really shall should show so some someone
    something specific such tell than that the their them then there these they thing things this those to too
    upon us used very via was way we were what whatever whats when where which while who whom whose why will
    with within without would you your code codebase repository repo project"""
STOP = frozenset(_STOP_WORDS.split())
_NEGATION_WORDS = "not never no without cannot nor none neither isnt doesnt dont wont cant unless"
_NEGATIONS = frozenset(_NEGATION_WORDS.split())
_TOKEN = re.compile(r"[A-Za-z_$][\w$]*(?:(?:\.|::|->|#)[A-Za-z_$][\w$]*)*|\d[\w.]*|[^\W\d_]+")
_NEGATED = re.compile(
    r"\b(?:not|never|without|cannot|no longer|neither|nor|none|unless|(?:is|are|was|were|do|does|did|wo|ca"
    r"|should|could|would|has|have|had)n['’]?t)\b",
    re.I,
)
_YES_OR_NO = re.compile(
    r"\W*(?:(?:and|so|but) )?(?:is|are|was|were|does|do|did|can|could|will|would|should|has|have)\b(?! you\b)", re.I
)
IDENTIFIER = re.compile(r"_|[a-z0-9][A-Z]|\w(?:\.|::|->|#)\w|\(\)$|^@")


def polarity_of(text: str) -> Polarity:
    """Negative when the sentence negates something; opposite verbs are told apart by their terms."""
    return "negative" if _NEGATED.search(text) else "positive"


def asks_yes_or_no(text: str) -> bool:
    """Whether "yes" or "no" would be an answer; "could you show …" asks for something else."""
    return _YES_OR_NO.match(text) is not None


def content_terms(text: str) -> tuple[str, ...]:
    """The words that carry meaning, in order and once each; identifiers as written, other words in lower case."""
    terms: list[str] = []
    for found in _TOKEN.finditer(text[:4000]):
        token = found[0]
        word = token if IDENTIFIER.search(token) else token.lower()
        if word.lower() not in STOP and len(word) > 1:
            terms.append(word)
    return tuple(dict.fromkeys(terms))[:TERMS_MAX]


def negations(text: str) -> list[str]:
    """The words of a text that negate, in order."""
    words = [word.lower() for word in re.findall(r"[\w']+", text)]
    return [word for word in words if word.replace("'", "") in _NEGATIONS]


def normal(term: str) -> str:
    """A plain word without its plural; an identifier as it is."""
    if IDENTIFIER.search(term) or len(term) < 5 or term.endswith(("ss", "us", "is")):
        return term
    return term[:-1] if term.endswith("s") else term
