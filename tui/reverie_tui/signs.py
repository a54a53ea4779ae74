"""The characters that carry meaning on the screen, in Unicode and in ASCII. Pure data.

Every mark comes with a word where it is shown, so that neither its colour nor its shape has to be seen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Signs:
    """One form of each sign. `blocks` grow from empty to full, for charts and gauges."""

    on: str
    off: str
    separator: str
    ellipsis: str
    cited: str
    full: str
    empty: str
    fresh: str
    stale: str
    unknown: str
    failed: str
    chosen: str
    blocks: str

    @property
    def ascii(self) -> bool:
        """Whether these keep to ASCII."""
        return self.full.isascii()


UNICODE = Signs("●", "○", " · ", "…", "▌", "━", "─", "✓", "~", "·", "✗", "▸", " ▁▂▃▄▅▆▇█")
ASCII = Signs("*", "o", " | ", "...", ">", "=", "-", "+", "~", ".", "x", ">", " .:-=+*#@")


def signs_for(environment: Mapping[str, str]) -> Signs:
    """ASCII where REVERIE_ASCII is set, on a Linux console, or where the locale is named and is not UTF-8."""
    if environment.get("REVERIE_ASCII") or environment.get("TERM") in ("linux", "vt100", "dumb"):
        return ASCII
    locale = environment.get("LC_ALL") or environment.get("LC_CTYPE") or environment.get("LANG") or "UTF-8"
    return UNICODE if locale.upper().replace("-", "").endswith("UTF8") else ASCII


def signs_wanted(choice: str, own: Signs) -> Signs:
    """ASCII where it is "on", Unicode where it is "off"; else those that suit the terminal."""
    return {"on": ASCII, "off": UNICODE}.get(choice, own)
