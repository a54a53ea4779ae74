"""How developers phrase each kind of question: `phrasing_table` as patterns, and a sentence read with them.

Only the shape of a sentence is judged here. Whether what stands in a slot is a name is for `naming` to say, and what
becomes of the question for `questions`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from reverie_daemon.core.phrasing_table import PIECES, TABLE, Direction, Kind


@dataclass(frozen=True, slots=True)
class Phrasing:
    """One way to put a question. `qualifier` is what this wording adds to the kind ("remove", "who", "build")."""

    kind: Kind
    pattern: re.Pattern[str]
    direction: Direction = ""
    qualifier: str = ""


@dataclass(frozen=True, slots=True)
class Match:
    """A sentence recognised: its slots as written, "" where the phrasing has none."""

    kind: Kind
    direction: Direction
    qualifier: str
    first: str
    second: str


def _compiled(template: str) -> re.Pattern[str]:
    for _ in range(3):
        for mark, piece in PIECES.items():
            template = template.replace(mark, piece)
    return re.compile(template, re.IGNORECASE)


@cache
def phrasings() -> tuple[Phrasing, ...]:
    """All of them, most specific first. The first call compiles them, which takes longer than most imports."""
    return tuple(
        Phrasing(kind, _compiled(template), direction, qualifier) for kind, direction, qualifier, template in TABLE
    )


_POLITE = re.compile(
    r"^(?:(?:hey|hi|hello|ok|okay|so|and|but|well|now|then|please|pls|also|quick question|question|um|reverie)[,:!]? +"
    r"|(?:can|could|would|will) you (?:please |quickly )?(?:tell me|explain|show me|help me (?:find|understand)|find"
    r"|describe|list)"
    r"(?: to me)? (?=how|what|where|who|why|when|which|if|all|the|every|callers|usages|tests)"
    r"|(?:i(?:'d| would) like to know|i want to know|i need to know|i wonder|i'm wondering|do you know|any idea|tell me"
    r"|remind me|show me|explain(?: to me)?|does anyone know|let me know) (?=how |what |where |who |why |when "
    r"|which ))+",
    re.IGNORECASE,
)
_TAIL = re.compile(
    r"(?:[\s?!.,;:]+|[\s,]+(?:please|pls|thanks|thank you|thx|btw|exactly|in (?:this|the|our) (?:repo(?:sitory)?"
    r"|project|code ?base|code)"
    r"|again|anyway|then|here|right now|currently|nowadays))+$",
    re.IGNORECASE,
)
_AND_WHY = re.compile(r"(?<=\w),? (?:and|&) (?:why|when|how|by whom|what for)$", re.I)
_INVERTED = re.compile(
    r"^(where|how) (.+?) (is|are) (defined|implemented|located|declared|used|called|for|configured)$", re.I
)


def tidy(text: str) -> str:
    """The question without greetings, politeness, closing marks and doubled spaces."""
    text = " ".join(text.replace("’", "'").replace("‘", "'").split())[:2000]
    trimmed = _TAIL.sub("", _POLITE.sub("", text)).strip()
    trimmed = _INVERTED.sub(r"\1 \3 \2 \4", _AND_WHY.sub("", trimmed))
    return trimmed or text


def matches(sentence: str) -> Iterator[Match]:
    """All ways to read a tidied sentence, most specific phrasing first."""
    for phrasing in phrasings():
        found = phrasing.pattern.fullmatch(sentence)
        if found is None:
            continue
        groups = found.groupdict()
        qualifier = (groups.get("verb") or "") if phrasing.qualifier == "<run>" else phrasing.qualifier
        yield Match(
            phrasing.kind,
            phrasing.direction,
            qualifier.lower(),
            (groups.get("first") or "").strip(),
            (groups.get("second") or "").strip(),
        )
