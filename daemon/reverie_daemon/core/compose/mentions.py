"""Where a name is written, as text: what can be said of tests and documents whose uses of a thing are not traced.

Whether the thing itself is meant is not told here.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from reverie_daemon.core.compose import citing
from reverie_daemon.core.nouns import Catalogue, Evidence, FileRole

PASSAGES_READ = 12
DOC_ROLES: tuple[FileRole, ...] = ("docs",)
TEST_ROLES: tuple[FileRole, ...] = ("test",)


@dataclass(frozen=True, slots=True)
class Mention:
    """A line that a name is written in."""

    path: str
    blob: str
    line: int

    @property
    def mark(self) -> str:
        return citing.mark(self.path, self.line)

    def evidence(self, catalogue: Catalogue) -> tuple[Evidence, ...]:
        return citing.span_evidence(catalogue, self.path, self.blob, self.line, self.line)


def mentions(name: str, roles: Collection[FileRole], catalogue: Catalogue) -> list[Mention]:
    """The first line with the name in each passage that has it as a word, best passage first."""
    written = re.compile(rf"(?<![\w$]){re.escape(name)}(?![\w$])")
    found = []
    for hit in catalogue.search([name], PASSAGES_READ, "", roles):
        lines = citing.lines_at(catalogue, hit.path, hit.span)
        at = next((at for at, line in enumerate(lines) if written.search(line)), None)
        if at is not None:
            found.append(Mention(hit.path, hit.blob, hit.span.start_line + at))
    return found
