"""The titles of tests that are blocks and no functions: `it("boils", () => …)` in JavaScript, `it "boils" do` in Ruby.

Read off the text by indentation; such blocks are no symbols, since nothing can refer to them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

LINES_MAX = 300
TITLE_CHARACTERS_MAX = 80
_BLOCK = re.compile(
    r"""\s*(?:(?:Deno\.)?(?:test|it)\b(?:\.\w+(?:\(.*?\))?)*|(?:specify|scenario|example)\b)\s*\(?\s*(["'`])(?P<title>.+?)\1"""
)


def title_around(lines: Sequence[str], line: int) -> str:
    """The title of the test that line `line` (from 1) stands in; "" where it stands in none."""
    inner = _indentation(lines[line - 1]) if 1 <= line <= len(lines) else 0
    for at in range(line - 1, max(-1, line - 1 - LINES_MAX), -1):
        text = lines[at] if at < len(lines) else ""
        outside = at == line - 1 or (text.strip() and _indentation(text) < inner)
        if not outside:
            continue
        if found := _BLOCK.match(text):
            return found["title"][:TITLE_CHARACTERS_MAX]
        inner = min(inner, _indentation(text))
    return ""


def _indentation(text: str) -> int:
    return len(text) - len(text.lstrip())
