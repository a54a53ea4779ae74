"""Turns captured expressions into references: receiver and name, line, scope. The hot path of indexing.

It resolves nothing: a reference is a name as written at a line. Who it means is the daemon's question.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from reverie_indexers.comments import CommentStyle
from reverie_indexers.facts import NO_SYMBOL, Import, Reference, Symbol
from reverie_indexers.language import Language
from reverie_indexers.symbols import Extent, Found
from reverie_indexers.texts import SourceText

if TYPE_CHECKING:
    from tree_sitter import Node

RECEIVER_CHARACTERS_MAX = 80
REFERENCES_MAX = 100_000
READ_NAME_CHARACTERS_MIN = 2
EXPRESSION_CHARACTERS_MAX = 10_000

# A later kind wins where two capture the same name.
_KINDS = ("read", "type", "call", "decorate", "inherit")
_ONCE_A_SCOPE = frozenset({"read", "type"})
_DOTTED = re.compile(r"[^\W\d][\w.]*")
_CHAIN = re.compile(r"(?:[\w$]+(?:\([^()]*\))?[?!]?\s*(?:\.|::|->)\s*)+\Z")
_ROOT = re.compile(r"[&*(\s]*([\w$]+)")


def find_references(
    text: SourceText,
    captures: Mapping[str, Sequence[Node]],
    language: Language,
    splitter: re.Pattern[str],
    comments: CommentStyle,
    found: Found,
    imports: Iterable[Import],
) -> tuple[list[Reference], list[str]]:
    """The references among a query's captures, in order of position, and what was left out."""
    known = (
        _KnownNames(found.symbols, imports, language, _texts(text, captures, "self")) if language.known_reads else None
    )
    spans = _expressions(text, captures, known)
    declared = {node.end_byte for node in captures.get("declared", ())}
    for end in (found.names | declared) & spans.keys():
        if spans[end][1] == "type":
            del spans[end]
    borders, scopes = _scopes(found.extents, found.regions, len(text.flat))
    line_ends, flat = text.line_ends(), text.flat
    parting = _Parting(text, language, splitter, comments)
    worth = _Worth(known, language.builtin_types, _texts(text, captures, "type_variable"))
    uses: list[Reference] = []
    once: set[tuple[str, str, str, int]] = set()
    add, new = uses.append, partial(tuple.__new__, Reference)
    line = line_end = border = at = 0
    scope = NO_SYMBOL
    for end in sorted(spans):
        start, kind = spans[end]
        written = flat[start:end]
        receiver, name = parting[written]
        if not name:
            continue
        if end > border:
            at = bisect_left(borders, end, at)
            border, scope = borders[at], scopes[at]
        if kind in _ONCE_A_SCOPE:
            key = (kind, name, receiver, scope)
            if not worth[key[:3]] or key in once:
                continue
            once.add(key)
        if end > line_end:
            line = bisect_left(line_ends, end, line)
            line_end = line_ends[line]
        add(new((kind, name, receiver, line + 1, scope)))
        if len(uses) >= REFERENCES_MAX:
            return uses, [f"Only the first {REFERENCES_MAX:,} references were kept."]
    return uses, []


class _Parting(dict[str, tuple[str, str]]):
    """Receiver and name of an expression as written; no name when it ends in something else. A file writes most of its
    expressions many times, and each is parted once."""

    def __init__(self, text: SourceText, language: Language, splitter: re.Pattern[str], comments: CommentStyle) -> None:
        self._text, self._splitter, self._comments = text, splitter, comments
        self._simple = language.separators[0] if len(language.separators) == 1 else ""

    def __missing__(self, written: str) -> tuple[str, str]:
        parted = self[written] = self._part(written)
        return parted

    def _part(self, written: str) -> tuple[str, str]:
        text = self._text
        if written.isidentifier() and (text.is_plain or written.isascii()):
            return "", written
        receiver, name = _split(text.unflatten(written), self._simple, self._splitter)
        if "\n" in receiver:
            receiver = self._comments.without_trailing(receiver)
        return _clip(receiver), name


class _Worth(dict[tuple[str, str, str], bool]):
    """Whether a use of a kind that is kept once a scope (kind, name, receiver) is worth keeping at all."""

    def __init__(self, known: _KnownNames | None, ignored: Collection[str], variables: Collection[str]) -> None:
        self._known, self._ignored, self._variables = known, ignored, variables

    def __missing__(self, use: tuple[str, str, str]) -> bool:
        worth = self[use] = self._judge(*use)
        return worth

    def _judge(self, kind: str, name: str, receiver: str) -> bool:
        if name in self._ignored:
            return False
        if kind == "type":
            return bool(receiver) or name not in self._variables
        return self._known is None or self._known.wants(receiver, name)


def _texts(text: SourceText, captures: Mapping[str, Sequence[Node]], capture: str) -> set[str]:
    return {text.read(node.start_byte, node.end_byte) for node in captures.get(capture, ())}


def _expressions(
    text: SourceText, captures: Mapping[str, Sequence[Node]], known: _KnownNames | None
) -> dict[int, tuple[int, str]]:
    """Where an expression ends -> where it starts and what kind of reference it is."""
    spans: dict[int, tuple[int, str]] = {}
    for kind in _KINDS:
        nodes = captures.get(kind)
        if nodes and kind == "read" and known is not None:
            spans.update(_known_reads(text, nodes, known.wants_bare))
        elif nodes:
            spans.update([(node.end_byte, (node.start_byte, kind)) for node in nodes])
        for node in captures.get(kind + ".name", ()) if kind != "type" else ():
            parent = node.parent
            spans[node.end_byte] = (parent.start_byte if parent else node.start_byte, kind)
        for node in captures.get(kind + ".tail", ()):
            start = node.start_byte
            chain = _CHAIN.search(text.flat, max(0, start - 2 * RECEIVER_CHARACTERS_MAX), start)
            spans[node.end_byte] = (chain.start() if chain else start, kind)
        if kind == "type":
            spans.update(_types(text, captures.get("types", ())))
    return spans


def _known_reads(
    text: SourceText, nodes: Iterable[Node], wants_bare: Callable[[str], bool]
) -> list[tuple[int, tuple[int, str]]]:
    """Reads but for those of local variables, which most are: they leave before anything is made of them."""
    flat, plain = text.flat, text.is_plain
    return [
        (end, (start, "read"))
        for node in nodes
        if wants_bare(written := flat[(start := node.start_byte) : (end := node.end_byte)])
        or not written.isidentifier()
        or not (plain or written.isascii())
    ]


def _types(text: SourceText, nodes: Iterable[Node]) -> Iterable[tuple[int, tuple[int, str]]]:
    """The dotted names inside annotations; nested annotations only once."""
    done = -1
    for start, end in sorted((node.start_byte, node.end_byte) for node in nodes):
        if end <= done:
            continue
        done = end
        for match in _DOTTED.finditer(text.flat, start, end):
            yield match.end(), (match.start(), "type")


def _split(written: str, separator: str, splitter: re.Pattern[str]) -> tuple[str, str]:
    """Receiver and name of an expression; no name when it ends in something else ("x[0]", "f()")."""
    if separator:
        receiver, _, name = written.rpartition(separator)
        if name.isidentifier():
            return receiver, name
    if len(written) > EXPRESSION_CHARACTERS_MAX:
        written = written[-EXPRESSION_CHARACTERS_MAX:]
    match = splitter.match(written)
    return (match[1] or "", match[2]) if match else ("", "")


def _clip(receiver: str) -> str:
    if not receiver.isidentifier():
        receiver = "".join(receiver[: 4 * RECEIVER_CHARACTERS_MAX].split())
    return receiver[:RECEIVER_CHARACTERS_MAX]


class _KnownNames:
    """The names that a file defines or imports, to tell a use of them from a local variable."""

    def __init__(
        self, symbols: Sequence[Symbol], imports: Iterable[Import], language: Language, self_names: set[str]
    ) -> None:
        self._self_names = language.self_names | self_names
        self._capitals = language.capitals_are_global
        self._members = {symbol.name for symbol in symbols}
        self._names = {symbol.name for symbol in symbols if symbol.parent == NO_SYMBOL}
        self._names |= {(item.alias or item.name or item.module).partition(".")[0] for item in imports}
        self._names = {name for name in self._names if len(name) >= READ_NAME_CHARACTERS_MIN}
        self.wants_bare = self._is_global if self._capitals else self._names.__contains__

    def wants(self, receiver: str, name: str) -> bool:
        if not receiver:
            return self.wants_bare(name)
        if self._capitals and receiver.lstrip("&*(")[:1].isupper():
            return True
        root = receiver if receiver.isidentifier() else self._root(receiver)
        return root in self._names or (root in self._self_names and name in self._members)

    def _is_global(self, name: str) -> bool:
        return name in self._names or name[:1].isupper()

    def _root(self, receiver: str) -> str:
        match = _ROOT.match(receiver)
        return match[1] if match else ""


def _scopes(
    extents: Sequence[Extent], regions: Sequence[tuple[int, int, int]], length: int
) -> tuple[list[int], list[int]]:
    """Borders, the last of them behind the text, and between them the innermost symbol: what ends at `end` is in
    `scopes[bisect_left(borders, end)]`."""
    stretches = [(start, end, index) for index, (start, end, counts) in enumerate(extents) if counts]
    if regions:
        stretches = sorted([*stretches, *regions], key=lambda stretch: (stretch[0], -stretch[1]))
    borders: list[int] = []
    scopes = [NO_SYMBOL]
    stack: list[tuple[int, int]] = []
    for start, end, index in stretches:
        _close(stack, start, borders, scopes)
        borders.append(start)
        scopes.append(index)
        stack.append((end, index))
    _close(stack, length + 1, borders, scopes)
    borders.append(length + 1)
    return borders, scopes


def _close(stack: list[tuple[int, int]], until: int, borders: list[int], scopes: list[int]) -> None:
    while stack and stack[-1][0] <= until:
        end, _ = stack.pop()
        borders.append(end)
        scopes.append(stack[-1][1] if stack else NO_SYMBOL)
