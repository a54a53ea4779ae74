"""What the preprocessor makes of a text, as far as a grammar must know it: branches chosen, directives set apart.

A grammar reads one program, and a text with `#if` holds several: `#ifdef A` / `if (a) {` / `#else` / `if (b) {` /
`#endif` opens two blocks and closes one. `read` keeps every branch where all of them read as one program, and one
where they do not; the others stand in further readings, and so do the directives, of which a grammar knows only some,
and only in some places. Every byte keeps its place. Nothing is expanded, and no condition is evaluated but 0, 1 and
the names that a language knows. Not for texts that the grammar reads as they are.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from reverie_indexers.language import Reading

READINGS_MAX = 3
"""Branches beyond the third of an `#if` are in no reading, where they cannot stand side by side."""
BEFORE_BYTES_MAX = 4_000
"""How far in front of an `#if` the code is looked for that it continues."""
GROUPS_NESTED_MAX = 100
"""Conditional groups nested deeper are not looked into."""

DIRECTIVE = rb"^[ \t]*\#[ \t]*(?P<word>[a-z]*)(?:[^\r\n\\/]|\\(?:\r?\n|.)?|/\*.*?(?:\*/|\Z)|/(?!\*))*"
"""A directive with its continued lines and the comments in it; `word` is its name."""
C_HIDDEN = re.compile(
    rb"""//(?:[^\r\n\\]|\\(?:\r?\n|.)?)* | /\*.*?(?:\*/|\Z)
      | R"(?P<tag>[^()\\\s"]{0,16})\(.*?\)(?P=tag)"
      | "(?:[^"\\\r\n]|\\(?:\r?\n|.))*"? | (?<![0-9A-Fa-f])'(?:[^'\\\r\n]|\\.){1,10}'
      | """
    + DIRECTIVE,
    re.M | re.S | re.X,
)
"""What is no code in C: comments, strings, characters (unlike the marks inside 1'000), directives."""

_COMMENT = re.compile(rb"//[^\r\n]*|/\*.*?(?:\*/|\Z)|(\"(?:[^\"\\\r\n]|\\.)*\"?)", re.S)
_BLANKS = bytes(byte if byte in b"\r\n" else ord(" ") for byte in range(256))
_BRACKETS = re.compile(rb"[(){}\[\]]")
_INCLUDE = re.compile(rb"[ \t]*#[ \t]*include\b")
"""A file that is included in the middle of an expression stands for a value."""
_OPENER = {b")": b"(", b"}": b"{", b"]": b"["}
_OPENING = frozenset({b"if", b"ifdef", b"ifndef"})
_CONDITIONAL = _OPENING | {b"elif", b"elifdef", b"elifndef", b"else", b"endif"}
_CONDITION = re.compile(
    rb"[ \t]*\#[ \t]*(?P<word>[a-z]+)[ \t]*(?P<not>!?)[ \t]*(?:defined\b)?[ \t]*\(?[ \t]*(?P<what>\w+)[ \t]*\)?"
    rb"[ \t]*(?://.*|/\*.*)?\Z",
    re.S,
)


@dataclass(slots=True, eq=False)
class _Branch:
    """What stands between two conditional directives. `holds` is whether it is compiled, None where that is unknown;
    `condition` what the directive in front asks, and the answer that it wants ("" for an `#else`)."""

    start: int
    end: int
    holds: bool | None
    condition: tuple[bytes, bool] = (b"", True)
    groups: list[_Group] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class _Group:
    """An `#if` with its branches."""

    branches: list[_Branch]


@dataclass(frozen=True, slots=True)
class Outline:
    """A text's `code`, in which comments, directives and what stands in strings are blank; where its `conditions`
    (`#if`, `#else` …) and its other `directives` stand; and its outermost conditional groups."""

    code: bytes
    conditions: Sequence[tuple[int, int]]
    directives: Sequence[tuple[int, int]]
    groups: Sequence[_Group]


def blank(piece: bytes) -> bytes:
    """As many bytes, blank but for the line ends."""
    return piece.translate(_BLANKS)


def outline(text: bytes, known: Mapping[bytes, bool], hidden: re.Pattern[bytes] = C_HIDDEN) -> Outline:
    """Where a text's code, directives and conditional groups are. `known` says of names whether they are defined, where
    that is certain; `hidden` matches what is no code."""
    known = {b"0": False, b"1": True, **known}
    code = bytearray(text)
    conditions: list[tuple[int, int]] = []
    directives: list[tuple[int, int]] = []
    groups: list[_Group] = []
    branches = [_Branch(0, len(text), None)]
    for found in hidden.finditer(text):
        start, end = found.span()
        word = found["word"]
        code[start:end] = _hide(found[0])
        if word not in _CONDITIONAL:
            directives += [found.span()] if word is not None else []
            continue
        conditions.append((start, end))
        if word in _OPENING and len(groups) < GROUPS_NESTED_MAX:
            groups.append(_Group([]))
            branches[-1].groups.append(groups[-1])
        elif not groups or word in _OPENING:
            continue
        else:
            branches.pop().end = start
        if word == b"endif":
            groups.pop()
            continue
        branches.append(_branch(found, groups[-1], known, len(text)))
        groups[-1].branches.append(branches[-1])
    return Outline(bytes(code), conditions, directives, branches[0].groups)


def _hide(piece: bytes) -> bytes:
    """A comment or directive blanked; a string's or character's inside blanked, so that it stays a value."""
    if piece[-1:] in b"\"'" and len(piece) > 1 and piece.lstrip()[:1] not in b"/#":
        return piece[-1:] + blank(piece[1:-1]) + piece[-1:]
    return blank(piece)


def _branch(directive: re.Match[bytes], group: _Group, known: Mapping[bytes, bool], end: int) -> _Branch:
    """The branch behind a directive, by what that says and by the branches before it."""
    before = {branch.holds for branch in group.branches}
    condition = _condition(directive) if directive["word"] != b"else" else (b"", True)
    value = known.get(condition[0])
    here = True if directive["word"] == b"else" else None if value is None else value == condition[1]
    holds = False if True in before else None if here and None in before else here
    return _Branch(directive.end(), end, holds, condition)


def _condition(directive: re.Match[bytes]) -> tuple[bytes, bool]:
    """What an `#if` asks, a name where it is no more than that, and the answer that it wants."""
    found = _CONDITION.match(directive[0])
    if not found:
        return b" ".join(directive[0].partition(directive["word"])[2].split()), True
    return found["what"], not (bool(found["not"]) or found["word"] in (b"ifndef", b"elifndef"))


def read(text: bytes, found: Outline) -> tuple[bytes, list[Reading]]:
    """The text as one program, without directives, and what that leaves out in readings of its own."""
    main, _ = _program(text, found, 0)
    others = [_directives(text, found)] if found.directives or found.conditions else []
    for count in range(1, READINGS_MAX):
        program, kept = _program(text, found, count)
        if kept:
            others.append(Reading(program, kept))
    return main, others


def compiled(found: Outline, text: bytes) -> bytes:
    """A text, or its code, without the branches that are certainly not compiled."""
    code = bytearray(text)
    groups = list(found.groups)
    for group in groups:
        for branch in group.branches:
            groups.extend(branch.groups)
            if branch.holds is False:
                code[branch.start : branch.end] = blank(bytes(code[branch.start : branch.end]))
    return bytes(code)


def _directives(text: bytes, found: Outline) -> Reading:
    """The directives alone, without the comments in them, which the grammar does not know there."""
    alone = bytearray(blank(text))
    stretches = sorted([*found.conditions, *found.directives])
    for start, end in stretches:
        alone[start:end] = _COMMENT.sub(lambda part: part[1] or blank(part[0]), text[start:end])
    # The grammar's node of a directive takes the line end in.
    return Reading(bytes(alone), [(start, text.find(b"\n", end) + 1 or end) for start, end in stretches])


def _program(text: bytes, found: Outline, count: int) -> tuple[bytes, list[tuple[int, int]]]:
    """The text with the `count`-th of branches that exclude each other, or their last; and where the branches stand
    that no smaller count keeps."""
    code, program = bytearray(found.code), bytearray(text)
    for start, end in (*found.conditions, *found.directives):
        program[start:end] = blank(text[start:end])
        if found.code[max(0, start - BEFORE_BYTES_MAX) : start].rstrip()[-1:] == b"=" and _INCLUDE.match(text, start):
            program[end - 1] = ord("0")
    kept: list[tuple[int, int]] = []
    answers: dict[bytes, bool] = {}
    for group in found.groups:
        kept += _resolve(group, code, program, count, answers)
    return bytes(program), kept


def _resolve(
    group: _Group, code: bytearray, program: bytearray, count: int, answers: dict[bytes, bool]
) -> list[tuple[int, int]]:
    """Blanks a group's losing branches, in inner groups first, so that a branch is judged by what is left of it; gives
    where branches stand that no smaller count keeps. `answers` remembers what was assumed of conditions."""
    inside = [
        [span for inner in branch.groups for span in _resolve(inner, code, program, count, answers)]
        for branch in group.branches
    ]
    before = bytes(code[max(0, group.branches[0].start - BEFORE_BYTES_MAX) : group.branches[0].start])
    kept = [branch for branch in group.branches if branch.holds is not False]
    is_later = False
    if not _stand_together(before, [bytes(code[branch.start : branch.end]) for branch in group.branches]):
        possible = _possible(group, answers)
        kept, is_later = possible[: count + 1][-1:], 0 < count < len(possible)
        _remember(group, kept, answers)
    for branch in group.branches:
        if branch not in kept:
            for buffer in (code, program):
                buffer[branch.start : branch.end] = blank(bytes(buffer[branch.start : branch.end]))
    if is_later:
        return [(branch.start, branch.end) for branch in kept]
    return [span for branch, spans in zip(group.branches, inside, strict=True) if branch in kept for span in spans]


def _possible(group: _Group, answers: Mapping[bytes, bool]) -> list[_Branch]:
    """The branches that may be compiled; the one that is, where that is known or was assumed before."""
    possible = [branch for branch in group.branches if branch.holds is not False]
    certain = [branch for branch in possible if branch.holds]
    if certain:
        return certain
    for branch in possible:
        asked, wanted = branch.condition
        if asked in answers and answers[asked] == wanted:
            return [branch]
    return [branch for branch in possible if branch.condition[0] not in answers]


def _remember(group: _Group, kept: Sequence[_Branch], answers: dict[bytes, bool]) -> None:
    """Notes what keeping a branch says about the conditions up to it: a block that is opened under a condition is
    closed under the same one."""
    for branch in group.branches:
        asked, wanted = branch.condition
        if asked:
            answers.setdefault(asked, wanted == (branch in kept))
        if branch in kept:
            return


def _stand_together(before: bytes, branches: Sequence[bytes]) -> bool:
    """Whether branches can all be kept: each closes what it opens, they begin where something can begin, and all but
    the last end where something ends."""
    ends = [branch.rstrip()[-1:] for branch in branches[:-1]]
    begins = len(branches) < 2 or before.rstrip()[-1:] in b";{},:"
    return begins and all(end in b";},:" for end in ends) and all(map(_is_balanced, branches))


def _is_balanced(code: bytes) -> bool:
    depth = {b"(": 0, b"{": 0, b"[": 0}
    for found in _BRACKETS.finditer(code):
        mark = found[0]
        if mark in depth:
            depth[mark] += 1
            continue
        depth[_OPENER[mark]] -= 1
        if depth[_OPENER[mark]] < 0:
            return False
    return not any(depth.values())
