"""Answers that their reader marked as wrong: what tells such an answer, and how it is given when it comes out the same.

A mark belongs to what an answer says, not to where its lines stand. What is marked, and since when, is for the caller
to know.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import replace

from reverie_daemon.core.nouns import Claim, Composition

DOUBT = 0.5
"""How much surer an unmarked answer is than the same one marked."""
READINGS_MAX = 3
_LINES = re.compile(r"(?<=:)\d+(?:[-–]\d+)?")


def said_by(composition: Composition) -> str:
    """The same for two answers that say the same, though what they cite has moved to other lines."""
    text = "\n".join(_LINES.sub("", claim.text) for claim in composition.claims)
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=16).hexdigest()


def doubted(composition: Composition, marked_on: str) -> Composition:
    """The answer, given although it was marked: it says so first, is half as sure, and offers what else may have been
    meant. `marked_on` is a date."""
    readings = composition.readings[:READINGS_MAX] or tuple(_others(composition))[:READINGS_MAX]
    offer = "something else may be meant" if readings else "name a symbol or a file to be told of another"
    notice = f"You marked this answer as wrong on {marked_on}, and what it rests on still gives the same; {offer}."
    return replace(
        composition,
        claims=(Claim(notice), *composition.claims),
        confidence=round(composition.confidence * DOUBT, 2),
        readings=readings,
    )


def _others(composition: Composition) -> Iterator[str]:
    """Questions about what the answer cites after its first place."""
    symbols = dict.fromkeys(one.symbol for one in composition.evidence if one.symbol)
    for symbol in list(symbols)[1:]:
        yield f"what does `{symbol}` do?"
