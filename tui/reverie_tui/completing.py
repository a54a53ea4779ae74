"""How a question that is being typed may go on: as one asked before or expected, or with a name in it spelt out. Pure.

It only proposes; the names come from the daemon, and the typist takes what is proposed or types on.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from reverie_tui.knowledge import Name

QUESTION_LETTERS_MIN = 2
WORD_LETTERS_MIN = 3
_WORD = re.compile(rf"[\w./-]{{{WORD_LETTERS_MIN},120}}$")
_LOOKED_AT = 200


def word_of(text: str) -> str:
    """What of a name stands at the end of the text; "" where nothing does, or too little to guess from."""
    found = _WORD.search(text[-_LOOKED_AT:])
    return found.group() if found else ""


def completion(text: str, questions: Iterable[str], names: Iterable[Name]) -> str:
    """The whole text as it may go on: as the first of the questions that begins so, else with the first of the names
    that begins as its last word does; of a path only as far as all that begin so go the same way. "" where nothing
    does. Capitals are taken from what is proposed."""
    if len(text.strip()) < QUESTION_LETTERS_MIN:
        return ""
    for question in questions:
        if _goes_on(question, text) and question.isprintable():
            return question
    word = word_of(text)
    found = [pair for name in names for pair in _forms(name, word) if _goes_on(pair[1], pair[0])] if word else []
    if not found:
        return ""
    begun, form = found[0]
    return text[: len(text) - len(begun)] + _shared(begun, form, [other for _, other in found])


def _forms(name: Name, word: str) -> Iterable[tuple[str, str]]:
    """What of the word a name may replace, and by what: a path by its whole or from its last part, and of a dotted word
    only what follows the dot. A name of several words is a heading's, which nobody spells out."""
    if any(letter.isspace() for letter in name.name):
        return ()
    if name.kind == "file":
        return (word, name.name), (word, name.name.rpartition("/")[2])
    return (word, name.name), (word.rpartition(".")[2], name.name)


def _shared(begun: str, path: str, others: Iterable[str]) -> str:
    """The folder that a path and all others that begin so lie in, where that is more than what is begun; else the
    path."""
    folder, slash, _ = path.rpartition("/")
    for other in others:
        while slash and "/" in other and not other.startswith(f"{folder}/"):
            folder, slash, _ = folder.rpartition("/")
    return f"{folder}/" if slash and len(folder) >= len(begun) else path


def _goes_on(whole: str, begun: str) -> bool:
    """Whether the whole is more than what is begun, and begins so in capitals or not."""
    return bool(begun) and len(whole) > len(begun) and whole[: len(begun)].lower() == begun.lower()
