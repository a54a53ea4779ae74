"""Full-text search over what is mapped: which words of a question to look for, and what they find, best first.

Ranking costs about 1.5 µs a matched passage, and a question's commonest words match most of a repository while they
say least. So the rare words are matched anywhere; the common ones in names, and where several of them meet. Ranking
beyond BM25 is the core's business. No text of a user can break the syntax of a match: every term is a quoted phrase.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable, Iterator, Sequence

from reverie_indexers.words import searchable

TERMS_MAX = 40
ANYWHERE_MAX = 4_000
"""How many passages the rare words may match together."""
IN_NAMES_MAX = 1_000
MEETING_MAX = 1_000
COMMON_TERMS_MAX = 6
RANKED_MAX = 1_000
_RANKED = "SELECT rowid, -bm25(words, 3.0, 1.0) AS score FROM words WHERE words MATCH ?"
_BEST = f"ORDER BY score DESC LIMIT {RANKED_MAX}"
_WORD = re.compile(r"[^\W_]")

FrequencyOf = Callable[[str], int]
"""How many passages a match finds."""


def phrase_of(term: str) -> str:
    """The term as a quoted phrase of a match, "" when it holds no word. The same preparation as that of the text."""
    words = searchable(term).replace("\0", " ").replace('"', " ")
    return f'"{words}"' if _WORD.search(words) else ""


def frequency(reader: sqlite3.Connection, match: str) -> int:
    return int(reader.execute("SELECT count(*) FROM words WHERE words MATCH ?", (match,)).fetchone()[0])


def everything(phrases: Sequence[str]) -> str:
    """A match of any of the phrases."""
    return " OR ".join(_distinct(phrases))


def telling(phrases: Sequence[str], frequency_of: FrequencyOf) -> str:
    """A match of what tells most, within the limits above; "" when none of the phrases occurs."""
    counted = sorted((count, phrase) for phrase in _distinct(phrases) if (count := frequency_of(phrase)))
    rare: list[str] = []
    common: list[str] = []
    matched = 0
    for count, phrase in counted:
        matched += count
        (rare if matched <= ANYWHERE_MAX else common).append(phrase)
    common = common[:COMMON_TERMS_MAX]
    return " OR ".join([*rare, *_in_names(common, frequency_of), *_meeting(common, frequency_of)]) or everything(common)


def best(reader: sqlite3.Connection, match: str) -> list[tuple[int, float]]:
    """(place, BM25 with higher better) of the passages that match, RANKED_MAX of them at most."""
    return reader.execute(f"{_RANKED} {_BEST}", (match,)).fetchall() if match else []


def best_among(reader: sqlite3.Connection, match: str, places: Sequence[int]) -> list[tuple[int, float]]:
    """The same, all but these places left out before anything is ranked; for thousands of them at most."""
    if not match:
        return []
    # The plus keeps the full-text index from being asked once for each place.
    among = "+rowid IN (SELECT value FROM json_each(?))"
    return reader.execute(f"{_RANKED} AND {among} {_BEST}", (match, json.dumps(places))).fetchall()


def _distinct(phrases: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(phrase for phrase in phrases if phrase))[:TERMS_MAX]


def _in_names(common: Sequence[str], frequency_of: FrequencyOf) -> Iterator[str]:
    matched = 0
    for phrase in common:
        match = f"names : {phrase}"
        matched += frequency_of(match)
        if matched > IN_NAMES_MAX:
            return
        yield match


def _meeting(common: Sequence[str], frequency_of: FrequencyOf) -> Iterator[str]:
    """As few of the common words together as are few enough passages."""
    for count in range(2, len(common) + 1):
        match = f"({' AND '.join(common[:count])})"
        if 0 < frequency_of(match) <= MEETING_MAX:
            yield match
            return
