"""Lets candidates speak for each other: a class for its members, a caller for what it calls, what is named for what
uses it or what it tests, a file for what it holds.

One step only, from the best candidates only: what a strong piece names is often what the question was about, when the
question describes instead of naming. Names are read off the text, so this knows no language.
"""

from __future__ import annotations

import re
from functools import lru_cache

from reverie_daemon.core.candidates import Candidate, Candidates
from reverie_daemon.core.naming import CALLABLE_KINDS, TYPE_KINDS
from reverie_daemon.core.pathnames import named_after

STARTS_MAX = 12
NAMES_PER_START_MAX = 10
BEARERS_MAX = 3
"""A name that more things bear says too little about which of them is meant."""
USER_FILES_MAX = 12
"""What more files use is part of the furniture."""
FILE_PIECES_MAX = 4

_SENTENCE_ENDS = "\n.!?\"'#*/-"
_WORD = re.compile(r"(\.?)([^\W\d]\w{2,})(\(?)")


@lru_cache(maxsize=1024)
def names_in(text: str) -> tuple[str, ...]:
    """The names a stretch of source mentions, in order, each once. Words of prose are left out: a name is called,
    stands after a dot, has an underscore, or a capital that no sentence or line begins with."""
    names: dict[str, None] = {}
    for dot, word, call in _WORD.findall(text):
        if word not in names and (dot or call or "_" in word or (word != word.lower() and not _is_prose(word, text))):
            names[word] = None
    return tuple(names)


def _is_prose(word: str, text: str) -> bool:
    """Whether a capitalised word is so because a sentence or a line begins with it."""
    if not word[1:].islower():
        return False
    at = text.find(word)
    while at and text[at - 1] in " \t":
        at -= 1
    return not at or text[at - 1] in _SENTENCE_ENDS


def share_with_members(candidates: Candidates) -> None:
    """A class that fits makes its members fit better."""
    classes = {
        (one.piece.path, one.piece.title): one.own
        for one in candidates
        if one.piece.definition and one.piece.definition.symbol.kind in TYPE_KINDS
    }
    for one in candidates:
        owner = one.piece.title.rpartition(".")[0]
        if owner and one.piece.definition:
            one.gained += candidates.weights.class_share * classes.get((one.piece.path, owner), 0.0)


def share_with_callees(candidates: Candidates) -> None:
    """What a strong candidate calls or names gets a share of its score; from several, the largest."""
    gains: dict[tuple[str, int], tuple[Candidate, float]] = {}
    for start in candidates.best(STARTS_MAX):
        for target, ways in _reached_from(start, candidates):
            gain = candidates.weights.callee_share * (start.own + start.gained) / ways**0.5
            if gain > gains.get(target.piece.key, (target, 0.0))[1]:
                gains[target.piece.key] = target, gain
    for target, gain in gains.values():
        target.gained += gain


def share_with_files_around(candidates: Candidates) -> None:
    """What is surely named speaks for one piece of each file that uses it; a test so named, of each file that its own
    file is named after: whoever asks about a test mostly wants what it tests."""
    for definition in candidates.surely_named():
        if definition.role == "test":
            around = candidates.of_files_named(named_after(definition.path))
        else:
            around = candidates.users(definition)
        for pieces in around.values() if len(around) <= USER_FILES_MAX else ():
            max(pieces, key=lambda one: (one.own, one.piece.key)).gained += candidates.weights.around_named


def _reached_from(start: Candidate, candidates: Candidates) -> list[tuple[Candidate, int]]:
    own_name = start.piece.title.rpartition(".")[2]
    reached: list[tuple[Candidate, int]] = []
    for name in [name for name in names_in(start.piece.text) if name != own_name][:NAMES_PER_START_MAX]:
        bearers = [one for one in candidates.lookup(name) if one.symbol.kind in CALLABLE_KINDS | TYPE_KINDS]
        if len(bearers) <= BEARERS_MAX:
            reached += ((candidates.reach(one), len(bearers)) for one in bearers)
    return reached


def file_shares(totals: list[tuple[str, float]], share: float) -> dict[str, float]:
    """What each file adds to its pieces: a share of the sum of its best few, so that a file with several good pieces
    goes before one with a single lucky one."""
    by_file: dict[str, list[float]] = {}
    for path, total in totals:
        by_file.setdefault(path, []).append(total)
    return {path: share * sum(sorted(scores, reverse=True)[:FILE_PIECES_MAX]) for path, scores in by_file.items()}
