"""Follow-up questions: "and who calls it?", "why?", "what about Y?" as what they mean after what was asked before.

A follow-up is put as a sentence of its own with "it" for what the conversation is about, or as an earlier question
about something else. What "it" is resolved to is for `questions` to say, from what is remembered here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from reverie_daemon.core.naming import CALLABLE_KINDS, Subject
from reverie_daemon.core.nouns import Catalogue, Composition

if TYPE_CHECKING:
    from reverie_daemon.core.questions import Question

_OWN = (
    r"tests|callers|callees|history|subclasses|usages|uses|bases|flow|parameters|params|arguments|args|signature"
    r"|methods|members|attributes|fields|source(?: code)?|code|implementation|definition|purpose|role|docs"
    r"|documentation|author|authors|owner|commits|changes"
)
_IT = r"(?:it|that|this|them|they|these|those)"
_REWRITTEN: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.I), meant)
    for pattern, meant in (
        (rf"(?:but |so )?(?:why|how come)(?: so| (?:is|are|was) {_IT}| like (?:that|this))?", "why is it like this"),
        (r"(?:what(?:'s| is| was) )?(?:the )?(?:reason|rationale)(?: for (?:it|that|this))?", "why is it like this"),
        (rf"where(?:'s| is| are)? ?(?:{_IT}|the definition)?(?: defined| located)?", "where is it"),
        (
            rf"(?:show|print|give|display|see|let me see)(?: me)?(?: (?:the|its|their|that|full|whole))*"
            rf" (?:code|source(?: code)?|implementation|body)(?: (?:of|for) {_IT})?",
            "show the code of it",
        ),
        (rf"(?:the|its|their) (?:code|source(?: code)?|implementation|body)(?: of {_IT})?", "show the code of it"),
        (rf"(?:what(?:'s| is| are) |how about |what about |what of )*(?:its|their|the) (?P<own>{_OWN})", "{own} of it"),
        (rf"(?:which|what) (?P<own>{_OWN}) does (?:it|that|this) have", "{own} of it"),
        (
            rf"(?:tell me |say |and )?(?:more|go on|continue|elaborate|details|in (?:more )?detail|explain|what else"
            rf"|anything else)(?: about)?(?: {_IT})?(?: please| in (?:more )?detail| further| more)*",
            "{more}",
        ),
    )
)
_BOTH = re.compile(
    r"how (?:do|are|does) (?:they|these|those|(?:the|these|those) two|both)(?: two)? (?P<verb>relate|related|connected"
    r"|connect|interact|differ|different|work together|fit together|compare)(?: to each other| with each other)?"
    r"|(?:what(?:'s| is) )?the (?P<noun>difference|relation(?:ship)?|connection)"
    r"(?: between (?:them|the two|those|these|both|those two|these two))?"
    r"|compare (?:them|the two|both)",
    re.I,
)
_SAME = re.compile(
    r"(?:what about|how about|what of|and what about|same for|the same for|and for|and) (?P<x>\S.*)", re.I
)
_THERE = re.compile(r"(?:and |only |just |what about |how about )*(?:in|under|inside|within) (?P<place>\S+)", re.I)
_REPEATED = frozenset({"callers", "callees", "tests", "where", "how", "impact", "history", "family"})

_SHORT = {
    "callers": "who calls {}?", "callees": "what does {} call?", "tests": "which tests cover {}?",
    "where": "where is {}?", "what": "what does {} do?", "how": "how does {} work?", "family": "what extends {}?",
    "history": "who changed {}?", "impact": "what breaks if I change {}?",
}  # fmt: skip


def subject_of(conversation: Sequence[Question]) -> Subject | None:
    """What "it" stands for."""
    return next((asked.subject for asked in reversed(conversation) if asked.subject is not None), None)


def continued(sentence: str, conversation: Sequence[Question]) -> str:
    """A tidied follow-up as a sentence of its own about "it"; any other as it is."""
    subject = subject_of(conversation)
    if subject is None:
        return sentence
    for pattern, meant in _REWRITTEN:
        found = pattern.fullmatch(sentence)
        if found:
            called = subject.definition is not None and subject.definition.symbol.kind in CALLABLE_KINDS
            more = "how does it work" if called else "what is it"
            return meant.format(own=(found.groupdict().get("own") or "").lower(), more=more)
    return sentence


def about_both(sentence: str, conversation: Sequence[Question]) -> tuple[tuple[Subject, ...], str]:
    """The last two things of the conversation and the qualifier, where a follow-up is about the two; else ()."""
    found = _BOTH.fullmatch(sentence)
    subjects: dict[str, Subject] = {}
    for asked in reversed(conversation if found else ()):
        for subject in asked.subjects:
            subjects.setdefault(subject.identity, subject)
    if found is None or len(subjects) < 2:
        return (), ""
    words = " ".join(part for part in found.groupdict().values() if part)
    later, earlier = list(subjects.values())[:2]
    return (earlier, later), "difference" if re.search("differ|compare", words + sentence, re.I) else ""


def same_of(sentence: str, conversation: Sequence[Question]) -> tuple[Question, str] | None:
    """The question that "what about Y?" asks again, and Y as written; None where it asks nothing again."""
    found = _SAME.fullmatch(sentence)
    last = conversation[-1] if conversation else None
    if found is None or last is None or last.kind not in _REPEATED or len(found["x"].split()) > 3:
        return None
    return last, found["x"]


def there_of(sentence: str, conversation: Sequence[Question]) -> tuple[Question, str] | None:
    """The question that "and in tests/?" narrows, and the place as written."""
    found = _THERE.fullmatch(sentence)
    last = conversation[-1] if conversation else None
    return (last, found["place"]) if found and last is not None and last.kind in ("callers", "tests") else None


def taken_up(question: Question, answer: Composition, catalogue: Catalogue) -> Question:
    """The question as later ones refer to it: after one that named nothing, "it" is what the answer leads with."""
    lead = next((piece for piece in answer.evidence if piece.path), None)
    if question.subjects or question.kind != "described" or lead is None:
        return question
    found = [one for one in catalogue.outline(lead.path) if lead.symbol and one.symbol.qualname == lead.symbol]
    match = Subject(lead.symbol, "exact", tuple(found[:1])) if found else Subject(lead.path, "path", path=lead.path)
    return replace(question, subjects=(match,))


def put(kind: str, name: str) -> str:
    """A question of this kind about a name, in few words."""
    return _SHORT.get(kind, "what is {}?").format(name)
