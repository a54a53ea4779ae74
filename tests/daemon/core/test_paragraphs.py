"""Documents cut into prose and code."""

from __future__ import annotations

from reverie_daemon.core.compose.paragraphs import paragraphs
from reverie_indexers.facts import Span

FENCE = "`" * 3
DOCUMENT = [
    "Fill the kettle:", "", f"{FENCE}python", "kettle.fill()", "", "kettle.boil()", FENCE, "", "Then wait for steam.",
]  # fmt: skip


def test_what_is_code_does_not_depend_on_where_a_part_begins():
    """Long sections are found in parts; read from within code, what followed it was shown as code."""
    for first in range(1, len(DOCUMENT) + 1):
        found = paragraphs(DOCUMENT, Span(first, len(DOCUMENT)))
        assert [(one.start, one.code) for one in found if not one.code][-1] == (9, False)
        assert all(not one.code or one.end < 7 for one in found), first
    assert paragraphs(DOCUMENT, Span(5, 7))[0].lines == ("", "kettle.boil()")
