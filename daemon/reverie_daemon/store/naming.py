"""Names that resemble a name: the same in another case or style, beginning with it, or a typo away.

A repository's names are kept as one sorted text, a line each, in which C-speed searches find the few candidates worth
comparing; a list of 60,000 strings would take ten times the memory.
"""

from __future__ import annotations

import difflib
import itertools
from collections.abc import Iterable, Iterator

from ..core import finding
from ..core.finding import folded

ALIKE_MIN = 0.75
CANDIDATES_MAX = 4_000
COMPARED_MAX = 150


class Names:
    """The distinct names of symbols."""

    def __init__(self, names: Iterable[str]) -> None:
        lines = sorted(f"{folded(name)}\t{name}" for name in names if name.isprintable())
        self._text = "\n" + "\n".join(lines) + "\n"

    def like(self, name: str, limit: int) -> list[str]:
        """The most similar first; the name itself is not among them."""
        own = folded(name)
        found = dict.fromkeys(self._beginning(f"{own}\t"))
        if own:
            found.update(dict.fromkeys(sorted(self._beginning(own), key=lambda other: (len(other), other))))
            found.update(dict.fromkeys(self._typos(own)))
        found.pop(name, None)
        return list(found)[:limit]

    def with_letters(self, letters: str, limit: int) -> list[str]:
        """Those that have these letters in this order, the best first."""
        found = (match[1] for match in finding.qualifying(letters).finditer(self._text))
        return finding.best(letters, itertools.islice(found, finding.CANDIDATES_MAX), limit)

    def _beginning(self, start: str) -> Iterator[str]:
        """Names whose folded line begins so."""
        first = self._text.find(f"\n{start}")
        if first < 0:
            return
        for line in self._lines_from(first + 1):
            if not line.startswith(start):
                return
            yield line.split("\t")[1]

    def _lines_from(self, position: int) -> Iterator[str]:
        for _ in range(CANDIDATES_MAX):
            end = self._text.find("\n", position)
            if end < 0 or end == position:
                return
            yield self._text[position:end]
            position = end + 1

    def _typos(self, own: str) -> list[str]:
        near = [line.split("\t") for line in self._candidates(own)]
        matcher = difflib.SequenceMatcher(autojunk=False)
        matcher.set_seq2(own)
        rated = []
        for other, name in near:
            matcher.set_seq1(other)
            if matcher.real_quick_ratio() >= ALIKE_MIN and (rough := matcher.quick_ratio()) >= ALIKE_MIN:
                rated.append((-rough, other, name))
        rated.sort()
        alike = []
        for _, other, name in rated[:COMPARED_MAX]:
            matcher.set_seq1(other)
            if (ratio := matcher.ratio()) >= ALIKE_MIN:
                alike.append((-ratio, other, name))
        return [name for _, _, name in sorted(alike)]

    def _candidates(self, own: str) -> list[str]:
        """Lines that share their first two letters with the name, or its end, and are about as long."""
        found = []
        first = self._text.find(f"\n{own[:2]}")
        if first >= 0:
            for line in self._lines_from(first + 1):
                if not line.startswith(own[:2]):
                    break
                found.append(line)
        found += self._ending(own[2:] if len(own) > 5 else own[1:])
        return [line for line in dict.fromkeys(found) if abs(line.index("\t") - len(own)) <= 1 + len(own) // 5]

    def _ending(self, end: str) -> Iterator[str]:
        position = 0
        for _ in range(CANDIDATES_MAX if len(end) > 2 else 0):
            position = self._text.find(f"{end}\t", position)
            if position < 0:
                return
            start = self._text.rfind("\n", 0, position) + 1
            position = self._text.find("\n", position)
            yield self._text[start:position]
