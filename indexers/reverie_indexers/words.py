"""Splits identifiers into words, the same way for what is stored and for what is asked. Knows English's filler words.

Underscores and case are left to the full-text index's tokeniser (`unicode61`); it stems, too.
"""

from __future__ import annotations

import re
from itertools import accumulate
from string import ascii_lowercase, ascii_uppercase, digits

_OTHER = b"." * 256


def _table(**classes: str) -> bytes:
    """A table for `bytes.translate` that replaces each character by the name of its class."""
    table = bytearray(_OTHER)
    for name, members in classes.items():
        for member in members.encode():
            table[member] = ord(name)
    return bytes(table)


_BY_CASE = _table(l=ascii_lowercase, u=ascii_uppercase)
_BY_KIND = _table(a=ascii_lowercase + ascii_uppercase, d=digits)
_HUMPS = ((_BY_CASE, (b"lu", b"uul")), (_BY_KIND, (b"ad", b"da")))
_WORD = re.compile(r"[^\W_]+")

STOP_WORDS = frozenset(
    """
    a about after all also am an and any are as at be because been before being both but by can could did do does
    doing done each either else ever every exactly few for from further get gets getting give given gives go goes
    going got had has have having he her here hers him his how i if in inside into is it its itself just kind let
    lets like many may me might mine more most much must my no nor not of off on once one only onto or other our
    ours out over own please same shall she should show so some such tell than that the their theirs them then there
    these they thing things this those through to too under until up upon us use used uses using very via was way we
    were what whatever when where whether which while who whom whose why will with within without would you your
    yours
    """.split()  # noqa: SIM905
)
"""Words that a question is asked with rather than about."""


def searchable(text: str, seam: str = " ") -> str:
    """The text with a space, or another seam, at each hump inside a word: "camel Case", "HTTP Server", "utf 8"."""
    # One byte a character, whatever the text: positions in the classes are positions in the text.
    flat = text.encode("ascii", "replace")
    humps: list[int] = []
    for table, patterns in _HUMPS:
        classes = flat.translate(table)
        for pattern in patterns:
            pieces = classes.split(pattern)
            if len(pieces) > 1:
                width = len(pattern)
                ends = accumulate([len(piece) + width for piece in pieces[:-1]])
                humps += [end - width + 1 for end in ends]
    if not humps:
        return text
    humps.sort()
    return seam.join([text[start:end] for start, end in zip([0, *humps], [*humps, len(text)], strict=True)])


def question_terms(question: str) -> list[str]:
    """The words a question is about: identifiers split, lower case, in order, each once, no stop words. All its words
    when it consists of stop words alone."""
    words = [word.lower() for word in _WORD.findall(searchable(question))]
    terms = [word for word in words if word not in STOP_WORDS and (len(word) > 1 or not word.isascii())]
    return list(dict.fromkeys(terms or words))
