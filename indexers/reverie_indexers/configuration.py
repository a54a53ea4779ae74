"""Reads configuration by key: TOML, YAML, JSON, INI. Top-level keys and those one level below become symbols.

It reads lines and brackets, tolerantly, because the lines are what is cited; it evaluates nothing and validates
nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from reverie_indexers import passages
from reverie_indexers.comments import CommentStyle
from reverie_indexers.facts import NO_SYMBOL, FileFacts, Span, Symbol
from reverie_indexers.texts import split_lines

KEYS_MAX = 2_000
NAME_CHARACTERS_MAX = 200
KEY_CHARACTERS_READ = 1_000
SIGNATURE_CHARACTERS_MAX = 300

PATIENCE_LINES = 50
"""How far a value is followed once one was never closed: a slip must neither swallow the file nor cost a minute."""

_HASH = CommentStyle(("#",), ())
_HASH_OR_SEMICOLON = CommentStyle(("#", ";"), ())
_SLASHES = CommentStyle(("//",), (("/*", "*/"),))

_TABLE = re.compile(r"\s*\[{1,2}\s*([^\[\]]+?)\s*\]{1,2}\s*(?:[#;].*)?$")
_TOML_KEY = re.compile(r"""\s*((?:"[^"]*"|'[^']*'|[\w.-])+)\s*=\s*(.*)""")
_TOML_TOKEN = re.compile(r"""\"{3}|'{3}|"[^"\\]*(?:\\.[^"\\]*)*"|'[^']*'|[\[\]{}#]""")
_INI_KEY = re.compile(r"([^\s#;\[=:][^=:]*?)\s*[=:]\s*\S*")
_YAML_KEY = re.compile(r"""( *)("[^"]*"|'[^']*'|[^\s#'"\-\[\]{},&*!|>%@`][^#]*?|-[^\s#:][^#:]*)\s*:(?:\s+(.*))?$""")
_JSON_TOKEN = re.compile(r'"[^"\\\n]*(?:\\.[^"\\\n]*)*"|[{}\[\]:,\n]|//[^\n]*|/\*')


class Key(NamedTuple):
    """A key with its lines (indices, the last one included) and its depth, 0 or 1."""

    name: str
    first: int
    last: int
    depth: int


def read_toml(source: str) -> FileFacts:
    """TOML: tables and top-level keys, and the keys of a table. Values over several lines are followed."""
    lines = split_lines(source)
    return _facts("toml", lines, _toml_keys(_clipped(lines)), _HASH)


def read_yaml(source: str) -> FileFacts:
    """YAML: the keys of the top-level mapping and of the mappings directly below."""
    lines = split_lines(source)
    return _facts("yaml", lines, _yaml_keys(_clipped(lines)), _HASH)


def read_json(source: str) -> FileFacts:
    """JSON, with comments where somebody wrote them."""
    lines = split_lines(source)
    return _facts("json", lines, _json_keys(source), _SLASHES)


def read_ini(source: str) -> FileFacts:
    """INI and its kin: sections and their keys; `key = value` lines alone, too."""
    lines = split_lines(source)
    return _facts("ini", lines, _ini_keys(_clipped(lines)), _HASH_OR_SEMICOLON)


def _clipped(lines: Sequence[str]) -> Sequence[str]:
    """What of each line can hold a key: keeps patterns from studying a line of megabytes."""
    return [line[:KEY_CHARACTERS_READ] for line in lines]


def _facts(language: str, lines: Sequence[str], keys: Iterable[Key], comments: CommentStyle) -> FileFacts:
    symbols: list[Symbol] = []
    problems = []
    parent = NO_SYMBOL
    for key in keys:
        if len(symbols) >= KEYS_MAX:
            problems.append(f"Only the first {KEYS_MAX:,} keys were kept.")
            break
        if not key.name:  # JSON allows it, and a broken file may seem to have one: nobody can ask for it
            parent = parent if key.depth else NO_SYMBOL
            continue
        around = parent if key.depth else NO_SYMBOL
        name = key.name[:NAME_CHARACTERS_MAX]
        qualname = f"{symbols[around].qualname}.{name}" if around != NO_SYMBOL else name
        signature = lines[key.first].strip()[:SIGNATURE_CHARACTERS_MAX]
        above = comments.first_line_above(lines, key.first, 0)
        span = Span(key.first + 1, key.last + 1)
        symbols.append(Symbol("key", name, qualname, signature, span, comments.text(lines[above : key.first]), around))
        if not key.depth:
            parent = len(symbols) - 1
    stretches, left_out = passages.cut(lines, symbols, comments)
    return FileFacts(language, tuple(symbols), (), (), tuple(stretches), (*problems, *left_out), len(lines))


def _closed(keys: Sequence[Key], lines: Sequence[str]) -> list[Key]:
    """Keys whose `last` is not known yet (-1) reach to the next key of their depth or above, without what is blank or
    a comment at the end."""
    closed: list[Key] = []
    next_at = [len(lines), len(lines)]
    for key in reversed(keys):
        last = key.last if key.last >= 0 else next_at[key.depth] - 1
        while last > key.first and (not lines[last].strip() or lines[last].lstrip().startswith(("#", ";"))):
            last -= 1
        closed.append(key._replace(last=last))
        next_at[1] = key.first
        if not key.depth:
            next_at[0] = key.first
    return closed[::-1]


def _unquoted(name: str) -> str:
    return name.strip().strip("\"'")


def _toml_keys(lines: Sequence[str]) -> list[Key]:
    keys: list[Key] = []
    depth = 0
    index = 0
    patience = len(lines)
    while index < len(lines):
        line = lines[index]
        table = _TABLE.match(line)
        key = None if table else _TOML_KEY.match(line)
        if table:
            keys.append(Key(table[1].replace('"', "").replace("'", ""), index, -1, 0))
            depth = 1
        elif key:
            last = _toml_value_end(lines, index, key.start(2), index + patience)
            if last < 0:
                last, patience = index, PATIENCE_LINES
            keys.append(Key(_unquoted(key[1]), index, last, depth))
            index = last
        index += 1
    return _closed(keys, lines)


def _toml_value_end(lines: Sequence[str], first: int, column: int, until: int) -> int:
    """The line on which a value ends: where its brackets and long strings are closed; -1 when they never are."""
    quote = ""
    brackets = 0
    for index in range(first, min(until, len(lines))):
        for token in _TOML_TOKEN.finditer(lines[index], column if index == first else 0):
            mark = token[0]
            if quote:
                quote = "" if mark == quote else quote
            elif mark in ('"""', "'''"):
                quote = mark
            elif mark == "#":
                break
            elif mark in "[{":
                brackets += 1
            elif mark in "]}":
                brackets -= 1
        if not quote and brackets <= 0:
            return index
    return -1


def _ini_keys(lines: Sequence[str]) -> list[Key]:
    keys: list[Key] = []
    depth = 0
    for index, line in enumerate(lines):
        section = _TABLE.match(line)
        key = None if section else _INI_KEY.match(line)
        if section and not line[:1].isspace():
            keys.append(Key(section[1], index, -1, 0))
            depth = 1
        elif key:
            keys.append(Key(key[1], index, -1, depth))
    return _closed(keys, lines)


def _yaml_keys(lines: Sequence[str]) -> list[Key]:
    keys: list[Key] = []
    inner = -1
    scalar = -1
    for index, line in enumerate(lines):
        indent = len(line) - len(line.lstrip(" "))
        if not line.strip() or (scalar >= 0 and indent > scalar):
            continue
        scalar = -1
        key = _YAML_KEY.match(line)
        if not key:
            continue
        if (key[3] or "").startswith(("|", ">")):
            scalar = indent
        if indent == 0:
            keys.append(Key(_unquoted(key[2]), index, -1, 0))
            inner = -1
        elif keys and (inner in (-1, indent)):
            inner = indent
            keys.append(Key(_unquoted(key[2]), index, -1, 1))
    return _closed(keys, lines)


def _json_keys(source: str) -> Iterable[Key]:
    """Keys of the outermost object and of the objects in it, in order, with the lines of their values."""
    done: list[tuple[int, Key]] = []
    waiting: dict[int, tuple[int, str, int]] = {}
    stack: list[str] = []
    line, last_line, string, position = 0, 0, "", 0
    while len(done) <= 2 * KEYS_MAX and (match := _JSON_TOKEN.search(source, position)):
        mark, position = match[0], match.end()
        if mark == "\n":
            line += 1
            continue
        if mark.startswith("/"):
            position = _behind_comment(source, match)
            line += source.count("\n", match.start(), position)
            continue
        if mark[0] == '"':
            string = mark
        elif mark == ":" and 1 <= len(stack) <= 2 and set(stack) == {"{"}:
            waiting[len(stack)] = (position, string[1:-1], line)
        elif mark in "{[":
            stack.append(mark)
        elif mark in "}],":
            if len(stack) in waiting:
                at, name, first = waiting.pop(len(stack))
                done.append((at, Key(name, first, max(first, last_line), len(stack) - 1)))
            if mark != "," and stack:
                stack.pop()
        last_line = line
    return [key for _, key in sorted(done)]


def _behind_comment(source: str, match: re.Match[str]) -> int:
    if match[0] != "/*":
        return match.end()
    end = source.find("*/", match.end())
    return end + 2 if end >= 0 else len(source)
