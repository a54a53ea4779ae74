"""Text that others wrote, made safe to show: control characters become visible, everything else stays as it is.

It knows nothing of markup: widgets get text as `Content`, which is never parsed as markup.
"""

from __future__ import annotations

import re

_UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)  # C0 and C1 controls, marks that reorder or break lines, and halves of characters that no terminal can encode
_TAB_COLUMNS = 4


def literal(text: str) -> str:
    """The text with newlines and tabs kept and every other control character shown as a visible sign."""
    return _UNSAFE.sub(_sign, text)


def literal_line(text: str) -> str:
    """As `literal`, on one line: newlines become "␊" and tabs reach the next multiple of four columns."""
    return _UNSAFE.sub(_sign, text.replace("\n", "␊")).expandtabs(_TAB_COLUMNS)


def _sign(match: re.Match[str]) -> str:
    code = ord(match.group())
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "␡"
    if 0xD800 <= code <= 0xDFFF:
        return "�"
    return f"⟨{code:04x}⟩"
