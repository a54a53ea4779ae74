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
_PYTHON = re.compile(r'File "(?P<path>[^"\n]{1,400})", line (?P<line>\d+)(?:, in (?P<name>\w+))?')
_JAVA = re.compile(r"^\s*at (?P<owner>[\w.$<>]+)\.(?P<name>[\w$<>]+)\((?P<file>\w+\.\w+):(?P<line>\d+)\)", re.M)
_FRAME = re.compile(
    r"^\s*(?:at )?(?:[^\n]*?[\s(])?(?P<path>[\w@~./\\:+-]+\.\w{1,4}):(?P<line>\d+)(?::\d+)?[:)]?(?:\s|$)", re.M
)
_CALLED = re.compile(r"(?:^|[\s.:)#])(?P<name>[A-Za-z_]\w*)(?: \[as \w+\])?(?:\([^()\n]*\))?\s*$")
_DIFF_FILE = re.compile(r"^\+\+\+ (?:b/)?(?P<path>[^\t\n]+)", re.M)
_HUNK = re.compile(r"^@@ -\d+(?:,\d+)? \+(?P<start>\d+)(?:,\d+)? @@[^\n]*\n(?P<body>(?:[ +\-\\][^\n]*\n?|\n)*)", re.M)


@dataclass(frozen=True, slots=True)
class Pasted:
    """`places` as "path:line", the one that matters most first: where a traceback ends, what a diff changes first.
    `names` are the functions that a traceback says those lines are in, "" where it does not say."""

    shape: Literal["traceback", "diff"]
    places: tuple[str, ...]
    names: tuple[str, ...] = ()


def pasted(text: str, files: Sequence[FileVersion]) -> Pasted | None:
    """What a question was pasted with; None when it holds neither, or nothing of it is in this repository."""
    shape: Literal["traceback", "diff"] = "diff" if _HUNK.search(text) and _DIFF_FILE.search(text) else "traceback"
    found = _changed(text) if shape == "diff" else _frames(text)
    known = {version.path for version in files}
    places: dict[str, str] = {}
    for raw, line, name in found:
        if path := _here(raw, known):
            places.setdefault(f"{path}:{line}", name)
    return Pasted(shape, tuple(places)[:PLACES_MAX], tuple(places.values())[:PLACES_MAX]) if places else None


def _frames(text: str) -> Iterator[tuple[str, int, str]]:
    """(path, line, function) of a traceback's frames, the innermost first."""
    python = [(found["path"], int(found["line"]), found["name"] or "") for found in _PYTHON.finditer(text)]
    if python:
        yield from reversed(python)
    elif _JAVA.search(text):
        # The cause comes last and is where it began; what it was wrapped in stands above.
        causes = text.split("\nCaused by:")
        for found in _JAVA.finditer("\n".join(reversed(causes))):
            package = found["owner"].split("$")[0].rpartition(".")[0].replace(".", "/")
            yield f"{package}/{found['file']}", int(found["line"]), found["name"]
    elif text.count("\n") > 1:
        for found in _FRAME.finditer(text):
            yield found["path"], int(found["line"]), _called(text, found)


def _called(text: str, frame: re.Match[str]) -> str:
    """The function of a frame: before its place on the same line (JavaScript), else on the line above (Go, Rust)."""
    start = text.rfind("\n", 0, frame.start("path")) + 1
    before = text[start : frame.start("path")].rstrip(" (")
    above = text[:start].rstrip("\n").rpartition("\n")[2]
    found = _CALLED.search(before if before.strip() not in ("", "at") else above)
    return found["name"] if found else ""


def _changed(text: str) -> Iterator[tuple[str, int, str]]:
    """(path, line, "") of the first line that each hunk of a diff changes, in the numbering after the change."""
    files = [*_DIFF_FILE.finditer(text)]
    for number, file in enumerate(files):
        end = files[number + 1].start() if number + 1 < len(files) else len(text)
        for hunk in _HUNK.finditer(text, file.end(), end):
            unchanged = next((n for n, line in enumerate(hunk["body"].split("\n")) if line[:1] in ("+", "-")), 0)
            yield file["path"].strip(), int(hunk["start"]) + unchanged, ""


def _here(raw: str, known: set[str]) -> str:
    """The one file here whose path shares the longest ending with this one; "" where none does, or several do."""
    parts = raw.replace("\\", "/").split("/")
    for start in range(len(parts)):
        ending = "/".join(parts[start:])
        alike = [path for path in known if path == ending or path.endswith(f"/{ending}")]
        if len(alike) == 1:
            return alike[0]
    return ""
