"""A body read statement by statement: what is checked, raised, set, called and returned, in the order it is written.

It works on lines and their indentation, so it reads every language the same way and none perfectly; what it cannot
read it leaves out. Nothing is resolved here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from reverie_daemon.core.compose.prose import code

StatementKind = Literal[
    "if", "else", "loop", "try", "catch", "with", "raise", "return", "yield", "set", "call", "other"
]

BODY_LINES_MAX = 400
JOINED_LINES_MAX = 12


@dataclass(frozen=True, slots=True)
class Statement:
    """One logical line of a body. `head` is what matters of it: the condition, the loop, the value returned, the thing
    set. `comment` is the comment right above it. `depth` is its indentation, `under` the index of the statement it is
    nested in, or -1."""

    kind: StatementKind
    line: int
    end_line: int
    text: str
    head: str
    comment: str
    depth: int
    under: int


_COMMENT = re.compile(r"^\s*(?:#(?!\[|!\[)|//+!?|\*+(?=[\s/]|$)|/\*+|--(?=\s))\s?(?P<text>.*?)(?:\*/)?\s*$")
_TRAILING = re.compile(r"\s+(?:#|//)\s.*$")
_DIRECTIVE = re.compile(
    r"^(?:type:|noqa|pragma|pylint|mypy|fmt:|eslint|@ts-|nolint|todo|fixme|xxx|-{3,}|={3,}|region)", re.I
)
_STRING_DOC = re.compile(r"^\s*[rRbBuUfF]{0,2}(\"\"\"|''')")

_MODIFIER = re.compile(
    r"(?P<guarded>(?:raise|return|next|break|fail)\b(?:[^?:]|::|\?(?=[\s(]))*?)\s+if\s+(?P<head>(?:(?! else ).)+)$"
)
_PATTERNS: tuple[tuple[StatementKind, re.Pattern[str]], ...] = (
    ("if", re.compile(r"^(?:\}\s*)?(?:else\s+)?(?:if|elif|elsif|unless|guard|when)\b\s*(?P<head>.+?)\s*(?:[:{]"
        r"|;?\s*then)?$")),
    ("if", re.compile(r"^(?:switch|match|case)\b\s*(?P<head>.+?)\s*(?:[:{]|in)?$")),
    ("else", re.compile(r"^(?:\}\s*)?(?:else|default)\b\s*[:{]?(?P<head>)$")),
    ("loop", re.compile(r"^(?:async )?(?P<head>(?:for|foreach|while|until|loop|do)\b.*?)\s*(?:[:{]|;?\s*do)?$")),
    ("try", re.compile(r"^(?:try|begin|finally|ensure)\b(?P<head>.*?)\s*[:{]?$")),
    ("catch", re.compile(r"^(?:\}\s*)?(?:except|catch|rescue)\b\s*(?P<head>.*?)\s*[:{]?$")),
    ("with", re.compile(r"^(?:async )?(?:with|using|synchronized|lock)\b\s*(?P<head>.+?)\s*[:{]?$")),
    ("raise", re.compile(r"^(?:raise|throw|panic!?|die|abort)\b\s*(?P<head>.*?);?$")),
    ("raise", re.compile(r"^return\s+(?P<head>Err\(.*|.*\berrors\.New\(.*|.*\bfmt\.Errorf\(.*);?$")),
    ("return", re.compile(r"^return\b\s*(?P<head>.*?);?$")),
    ("yield", re.compile(r"^yield\b\s*(?P<head>.*?);?$")),
    ("set", re.compile(r"^(?P<head>(?:self|this|cls|\$this)(?:\.|->)[\w.$>\-\[\]'\"]+\s*(?::[^=]+)?(?:[-+*/|&%]|\|\|"
        r"|&&|\?\?)?=(?!=).*?);?$")),
    ("set", re.compile(r"^(?P<head>@\w+\s*(?:\|\|)?=(?!=).*)$")),
    ("call", re.compile(r"^(?:(?:const|let|var|final|auto|val|mut|await|defer|go|local|my"
        r"|our)\s+)*(?P<head>.*[\w!?\]]\s*\(.*)$")),
)  # fmt: skip


def statements(lines: Sequence[str], start: int, end: int, language: str = "") -> list[Statement]:
    """The statements of a symbol whose text is lines `start` to `end` (from 1, inclusive); its signature and docstring
    are left out, and so is what is beyond 400 lines."""
    end = min(end, len(lines), start + BODY_LINES_MAX)
    first = _body_start(lines, start, end)
    result: list[Statement] = []
    comments: list[str] = []
    number = first
    while number <= end:
        raw = lines[number - 1]
        if not raw.strip():
            number += 1
            continue
        noted = _COMMENT.match(raw)
        if noted is not None:
            comments = [*comments, noted["text"].strip()]
            number += 1
            continue
        if _STRING_DOC.match(raw):
            number = _after_string(lines, number, end)
            continue
        last, text = _logical(lines, number, end)
        if text.strip(" {}();,]") and text not in ("end", "fi", "done", "esac", "pass"):
            result += _statements_of(text, number, last, raw, comments, result)
        comments = []
        number = last + 1
    return result


def _statements_of(
    text: str, number: int, last: int, raw: str, comments: list[str], before: Sequence[Statement]
) -> list[Statement]:
    """The statement on a line; "raise X if y" is a condition and what it guards."""
    guarded = _MODIFIER.match(text)
    if guarded is None:
        return [_statement(text, number, last, raw, comments, before)]
    depth = len(raw) - len(raw.lstrip())
    condition = _statement(f"if {guarded['head']}", number, last, raw, comments, before)
    kind, head = _kind(guarded["guarded"])
    inner = Statement(kind, number, last, guarded["guarded"], head, "", depth + 1, len(before))
    return [condition, inner]


def _statement(
    text: str, number: int, last: int, raw: str, comments: list[str], before: Sequence[Statement]
) -> Statement:
    depth = len(raw) - len(raw.lstrip())
    kind, head = _kind(text)
    under = next((at for at in range(len(before) - 1, -1, -1) if before[at].depth < depth), -1)
    return Statement(kind, number, last, text, head, _remark(comments), depth, under)


def _kind(text: str) -> tuple[StatementKind, str]:
    for kind, pattern in _PATTERNS:
        found = pattern.match(text)
        if found is not None:
            return kind, _unwrapped(found["head"].strip())
    return "other", text


def _unwrapped(head: str) -> str:
    """A condition without the brackets that its language asks for."""
    if head.startswith("(") and head.endswith(")"):
        depth = 0
        for at, letter in enumerate(head):
            depth += (letter == "(") - (letter == ")")
            if depth == 0 and at < len(head) - 1:
                return head
        return head[1:-1].strip()
    return head


def _remark(comments: Sequence[str]) -> str:
    kept = [text for text in comments if text and not _DIRECTIVE.match(text)]
    return " ".join(kept)


def _body_start(lines: Sequence[str], start: int, end: int) -> int:
    """The line after the signature, which ends where its brackets close and a body opens."""
    depth = 0
    for number in range(start, min(end, start + 40) + 1):
        line = _TRAILING.sub("", lines[number - 1]).rstrip()
        if line.lstrip().startswith(("@", "#[", "//", "*", "/*")):
            continue
        depth += _balance(line, "([") - _balance(line, ")]")
        if depth <= 0 and line.endswith((":", "{", "=>", "do", ")", "then", "=")):
            return number + 1
        if depth <= 0 and number > start and line.strip() == "{":
            return number + 1
    return start + 1


def signature_lines(window: Sequence[str]) -> int:
    """How many lines of a definition's text its signature takes, decorators included."""
    return _body_start(window, 1, len(window)) - 1


def _balance(line: str, marks: str) -> int:
    return sum(line.count(mark) for mark in marks)


def _logical(lines: Sequence[str], number: int, end: int) -> tuple[int, str]:
    """A statement with the lines it goes on over, joined, without trailing comments."""
    parts: list[str] = []
    depth = 0
    at = number
    while at <= min(end, number + JOINED_LINES_MAX):
        line = _TRAILING.sub("", lines[at - 1]).strip()
        parts.append(line)
        depth += _balance(line, "([") - _balance(line, ")]")
        if depth <= 0 and not line.endswith(("\\", ",", "&&", "||", " +")) and not _goes_on(lines, at, end):
            break
        at += 1
    return min(at, end), " ".join(part.rstrip("\\").strip() for part in parts if part)


def _goes_on(lines: Sequence[str], at: int, end: int) -> bool:
    following = lines[at].strip() if at < end else ""
    return following.startswith((".", "?.", "&& ", "|| ", "and ", "or ")) and not following.startswith("...")


def _after_string(lines: Sequence[str], number: int, end: int) -> int:
    found = _STRING_DOC.match(lines[number - 1])
    quote = found[1] if found else '"""'
    if lines[number - 1].count(quote) >= 2:
        return number + 1
    for at in range(number + 1, end + 1):
        if quote in lines[at - 1]:
            return at + 1
    return end + 1


def condition(statement: Statement) -> str:
    """An `if` as a phrase: "when `x` is not set" only in code's own words; a `switch` tells which of several."""
    word = statement.text.split(None, 1)[0].lstrip("}").strip()
    if word in ("switch", "match"):
        return f"depending on {code(statement.head)}" if statement.head.strip("{") else "depending on the case"
    if word == "case":
        return f"in the case {code(statement.head)}"
    return f"{'unless' if word == 'unless' else 'if'} {code(statement.head)}"


def raised(statement: Statement) -> str:
    """What a raise raises: the name of the error, with its message where that is short."""
    head = re.sub(r"^(?:new|Err\(|.*(?=\b(?:errors\.New|fmt\.Errorf)\())\s*", "", statement.head)
    name = re.match(r"[\w.:!$\\]+", head)
    text = re.search(r"([\"'])(?P<said>(?:(?!\1)[^{}%\n]){12,110})\1\s*,?\s*\)?;?$", head)
    if not statement.head:
        return "the error again"
    if not name:
        return code(statement.head)
    said = f" (“{text['said'].strip()}”)" if text and name[0] != text["said"] else ""
    return f"`{name[0]}`{said}" if head != name[0] or name[0][:1].isupper() else f"{code(head)} again"
