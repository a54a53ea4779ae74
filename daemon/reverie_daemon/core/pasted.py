"""Places that a pasted traceback or diff points at, as paths and lines of this repository.

Reads the shapes that Python, JavaScript, Java, Go and Rust print, and unified diffs. It looks up which of a paste's
paths exist here, by their longest ending: a traceback comes from wherever the package was installed. It decides nothing
about what is asked of those places.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from reverie_daemon.core.nouns import FileVersion

PLACES_MAX = 8
_PYTHON = re.compile(r'File "(?P<path>[^"\n]{1,400})", line (?P<line>\d+)')
_JAVA = re.compile(r"^\s*at (?P<owner>[\w.$<>]+)\.[\w$<>]+\((?P<file>\w+\.\w+):(?P<line>\d+)\)", re.M)
_FRAME = re.compile(
    r"^\s*(?:at )?(?:[^\n]*?[\s(])?(?P<path>[\w@~./\\:+-]+\.\w{1,4}):(?P<line>\d+)(?::\d+)?[:)]?(?:\s|$)", re.M
)
_DIFF_FILE = re.compile(r"^\+\+\+ (?:b/)?(?P<path>[^\t\n]+)", re.M)
_HUNK = re.compile(r"^@@ -\d+(?:,\d+)? \+(?P<start>\d+)(?:,\d+)? @@[^\n]*\n(?P<body>(?:[ +\-\\][^\n]*\n?|\n)*)", re.M)


@dataclass(frozen=True, slots=True)
class Pasted:
    """`places` as "path:line", the one that matters most first: where a traceback ends, what a diff changes first."""

    shape: Literal["traceback", "diff"]
    places: tuple[str, ...]


def pasted(text: str, files: Sequence[FileVersion]) -> Pasted | None:
    """What a question was pasted with; None when it holds neither, or nothing of it is in this repository."""
    shape: Literal["traceback", "diff"] = "diff" if _HUNK.search(text) and _DIFF_FILE.search(text) else "traceback"
    found = _changed(text) if shape == "diff" else _frames(text)
    known = {version.path for version in files}
    places = [f"{path}:{line}" for raw, line in found if (path := _here(raw, known))]
    return Pasted(shape, tuple(dict.fromkeys(places))[:PLACES_MAX]) if places else None


def _frames(text: str) -> Iterator[tuple[str, int]]:
    """(path, line) of a traceback's frames, the innermost first."""
    python = [(found["path"], int(found["line"])) for found in _PYTHON.finditer(text)]
    if python:
        yield from reversed(python)
    elif _JAVA.search(text):
        for found in _JAVA.finditer(text):
            package = found["owner"].split("$")[0].rpartition(".")[0].replace(".", "/")
            yield f"{package}/{found['file']}", int(found["line"])
    elif text.count("\n") > 1:
        for found in _FRAME.finditer(text):
            yield found["path"], int(found["line"])


def _changed(text: str) -> Iterator[tuple[str, int]]:
    """(path, line) of the first line that each hunk of a diff changes, in the numbering after the change."""
    files = [*_DIFF_FILE.finditer(text)]
    for number, file in enumerate(files):
        end = files[number + 1].start() if number + 1 < len(files) else len(text)
        for hunk in _HUNK.finditer(text, file.end(), end):
            unchanged = next((n for n, line in enumerate(hunk["body"].split("\n")) if line[:1] in ("+", "-")), 0)
            yield file["path"].strip(), int(hunk["start"]) + unchanged


def _here(raw: str, known: set[str]) -> str:
    """The one file here whose path shares the longest ending with this one; "" where none does, or several do."""
    parts = raw.replace("\\", "/").split("/")
    for start in range(len(parts)):
        ending = "/".join(parts[start:])
        alike = [path for path in known if path == ending or path.endswith(f"/{ending}")]
        if len(alike) == 1:
            return alike[0]
    return ""
