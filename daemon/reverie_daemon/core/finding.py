"""Finding a name by some of its letters, in order: "rqctx" finds `request_context`, "app/cli" finds src/app/cli.py.

Pure, and made for many candidates: they come as one text, a folded name and what it stands for a line, in which one
regular expression finds the lines that qualify in a single pass. It knows no symbols and no files.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

CANDIDATES_MAX = 3_000
LETTERS_MAX = 60
_BEGINS = re.compile(r"(?:^|[\W_]|(?<=[a-z0-9])(?=[A-Z]))")


def folded(name: str) -> str:
    """What `ensure_ascii`, `ensureAscii` and `ENSURE-ASCII` have in common."""
    return name.replace("_", "").replace("-", "").casefold()


def qualifying(letters: str) -> re.Pattern[str]:
    """Matches the whole of each line "FOLDED\\tNAME" whose folded name has these letters in this order. Each letter is
    taken where it first occurs, so that a line is read once."""
    wanted = folded(letters)[:LETTERS_MAX]
    passing = "".join(f"[^{re.escape(letter)}\\t\\n]*{re.escape(letter)}" for letter in wanted)
    return re.compile(f"^{passing}[^\\t\\n]*\\t([^\\n]*)$", re.MULTILINE)


def best(letters: str, candidates: Iterable[str], limit: int) -> list[str]:
    """The candidates that fit the letters best: the same name, one that begins so, one in which a word begins so, one
    that holds them together, and then all others; the shorter before the longer, then by alphabet."""
    wanted = folded(letters)
    return sorted(dict.fromkeys(candidates), key=lambda name: (_distance(wanted, name), len(name), name))[:limit]


def _distance(wanted: str, name: str) -> int:
    own = folded(name)
    last = folded(name.rstrip("/").rpartition("/")[2].rpartition(".")[2] or name)
    file = folded(name.rstrip("/").rpartition("/")[2])
    if wanted in (own, last, file):
        return 0
    if own.startswith(wanted) or last.startswith(wanted) or file.startswith(wanted):
        return 1
    if wanted not in own:
        return 4
    begins = (folded(name[match.end() :]) for match in _BEGINS.finditer(name))
    return 2 if any(rest.startswith(wanted) for rest in begins) else 3
