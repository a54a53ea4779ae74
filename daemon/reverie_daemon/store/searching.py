"""Full-text search over what is mapped: which words of a question to look for, and what they find, best first.

A question's commonest words match most of a repository and say least, so they are left out of the match while rarer
ones are there; ranking by them is the core's business, which gets each passage's text. No text of a user can break the
syntax of a match: every term is a quoted phrase.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Sequence

from reverie_indexers.words import searchable

TERMS_MAX = 40
RARE_TERMS_MIN = 4
MATCHES_MAX = 5_000
_WORD = re.compile(r"\w")


def phrase_of(term: str) -> str:
    """The term as a quoted phrase of a match, "" when it holds no word. The same preparation as that of the text."""
    words = searchable(term).replace("\0", " ").replace('"', " ")
    return f'"{words}"' if _WORD.search(words) else ""


def frequency(reader: sqlite3.Connection, phrase: str) -> int:
    """In how many passages the phrase occurs."""
    return int(reader.execute("SELECT count(*) FROM words WHERE words MATCH ?", (phrase,)).fetchone()[0])


def telling(phrases: Sequence[str], frequency_of: Callable[[str], int]) -> list[str]:
    """The phrases worth matching, rarest first: those that occur at all, as many as match few passages together, and
    at least RARE_TERMS_MIN of them."""
    counted = sorted((frequency_of(phrase), phrase) for phrase in dict.fromkeys(phrases[:TERMS_MAX]) if phrase)
    chosen: list[str] = []
    matches = 0
    for count, phrase in counted:
        if not count:
            continue
        matches += count
        if matches > MATCHES_MAX and len(chosen) >= RARE_TERMS_MIN:
            break
        chosen.append(phrase)
    return chosen


def best(reader: sqlite3.Connection, phrases: Sequence[str], limit: int) -> list[tuple[int, float]]:
    """(place, BM25 with higher better) of passages that contain any of the phrases."""
    if not phrases:
        return []
    rows = reader.execute(
        "SELECT rowid, rank FROM words WHERE words MATCH ? ORDER BY rank LIMIT ?", (" OR ".join(phrases), limit)
    )
    return [(place, -rank) for place, rank in rows]
