"""Turns captured definitions into symbols: nesting, names, signatures, documentation. Works by position alone.

It walks no tree: captures are swept once, in order, with a stack of what is open.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple, get_args

from reverie_indexers.comments import DOC_CHARACTERS_MAX, CommentStyle
from reverie_indexers.facts import NO_SYMBOL, Span, Symbol, SymbolKind
from reverie_indexers.language import CLASS_LIKE, VALUES, Language
from reverie_indexers.texts import SourceText

if TYPE_CHECKING:
    from tree_sitter import Node

SIGNATURE_CHARACTERS_MAX = 300
NAME_CHARACTERS_MAX = 200
NESTING_MAX = 32
SYMBOLS_MAX = 20_000
GAP_CHARACTERS_MAX = 2_000

KINDS: frozenset[str] = frozenset(get_args(SymbolKind))
_OUTER, _CONTAINER, _BEFORE = "outer", "container", "before"
# What comes first where captures begin together; one name captured as function and as value is a function.
_RANK_OUTER, _RANK_DEFINITION, _RANK_NAME, _RANK_VALUE_NAME = 0, 1, 2, 3
_place = itemgetter(0, 1, 2)
_OPERATOR = re.compile(r"(?:operator\s*)?[^\w\s]+\Z")
_PADDING = re.compile(r"(?<=[(\[]) | (?=[)\],])|,(?= ?[)\]])")


class Extent(NamedTuple):
    """Where a symbol reaches from and to, as byte offsets; `scopes` when references inside it belong to it."""

    start: int
    end: int
    scopes: bool


class Found(NamedTuple):
    """The symbols of a text with their extents, index by index, and what was left out. `regions` are stretches outside
    a symbol's extent whose references belong to it all the same (start, end, index): Rust's `impl` blocks. `names` are
    the offsets at which the names of definitions end, which are no uses."""

    symbols: list[Symbol]
    extents: list[Extent]
    problems: list[str]
    regions: list[tuple[int, int, int]]
    names: set[int]


class _Frame:
    """Something open during the sweep: an `outer` that waits for its definition, a container or a symbol."""

    __slots__ = ("end", "kind", "leaf", "names", "start", "symbol")

    def __init__(self, start: int, end: int, kind: str, symbol: int, names: tuple[str, ...]) -> None:
        self.start, self.end, self.kind, self.symbol, self.names = start, end, kind, symbol, names
        self.leaf = False


class _Sweep:
    """One pass over the definitions of one text."""

    def __init__(self, text: SourceText, language: Language, comments: CommentStyle) -> None:
        self._text, self._language, self._comments = text, language, comments
        self._stack: list[_Frame] = []
        self._seen: set[tuple[int, str]] = set()
        self._symbols: list[Symbol] = []
        self._extents: list[Extent] = []
        self._too_deep = False
        self._ahead: tuple[int, int] = (0, 0)
        self._name_ends: set[int] = set()
        self._containers: list[tuple[int, int, str]] = []

    def run(self, entries: list[tuple[int, int, int, str, Node]]) -> Found:
        entries.sort(key=_place)
        last_leaf = -1
        for start, negative_end, rank, kind, node in entries:
            stack = self._stack
            while stack and stack[-1].end <= start:
                stack.pop()
            if len(self._symbols) >= SYMBOLS_MAX:
                break
            if kind == _OUTER:
                stack.append(_Frame(start, -negative_end, _OUTER, NO_SYMBOL, ()))
            elif kind == _CONTAINER:
                stack.append(self._container(start, -negative_end, node))
            elif kind == _BEFORE:
                self._ahead = (self._with_ahead(start), -negative_end)
            elif kind == "instance":
                self._instance(start, -negative_end)
            elif kind == "instance.name":
                self._parameter(start, -negative_end, node)
            elif rank >= _RANK_NAME:
                if start != last_leaf:
                    self._leaf(start, -negative_end, kind)
                last_leaf = start
            else:
                self._definition(start, -negative_end, kind, node)
        return Found(self._symbols, self._extents, self._problems(), self._regions(), self._name_ends)

    def _regions(self) -> list[tuple[int, int, int]]:
        if not self._containers:
            return []
        types = {s.qualname: index for index, s in enumerate(self._symbols) if s.kind in CLASS_LIKE}
        return [(start, end, types[name]) for start, end, name in self._containers if name in types]

    def _problems(self) -> list[str]:
        problems = []
        if len(self._symbols) >= SYMBOLS_MAX:
            problems.append(f"Only the first {SYMBOLS_MAX:,} symbols were kept.")
        if self._too_deep:
            problems.append(f"Definitions nested deeper than {NESTING_MAX} levels were left out.")
        return problems

    def _around(self) -> tuple[int, str, tuple[str, ...]]:
        """The parent, the enclosing kind and the qualifying names of what comes next."""
        for frame in reversed(self._stack):
            if frame.kind == _CONTAINER:
                return self._parent(), _CONTAINER, frame.names
            if frame.symbol != NO_SYMBOL:
                return frame.symbol, self._symbols[frame.symbol].kind, frame.names
        return NO_SYMBOL, "", ()

    def _parent(self) -> int:
        return next((f.symbol for f in reversed(self._stack) if f.symbol != NO_SYMBOL), NO_SYMBOL)

    def _container(self, start: int, end: int, node: Node) -> _Frame:
        _, _, names = self._around()
        name = self._language.name_of(node)
        own = self._names(self._text.read(name.start_byte, name.end_byte)) if name else ()
        names = (*names, *own)[-NESTING_MAX:]
        self._containers.append((start, end, ".".join(names)))
        return _Frame(start, end, _CONTAINER, NO_SYMBOL, names)

    def _names(self, written: str) -> tuple[str, ...]:
        """The parts of a possibly qualified name ("App::run"), without type arguments."""
        if written.isidentifier():
            return (written,)
        for separator in self._language.separators:
            written = written.replace(separator, ".")
        parts = (_bare(part.strip()) for part in written.split("."))
        return tuple(part[:NAME_CHARACTERS_MAX] for part in parts if part)

    def _outers(self) -> list[_Frame]:
        """The open `outer` frames right around here that no definition owns yet, innermost first."""
        found = []
        for frame in reversed(self._stack):
            if frame.kind != _OUTER or frame.symbol != NO_SYMBOL:
                break
            found.append(frame)
        return found

    def _definition(self, start: int, end: int, kind: str, node: Node) -> None:
        name = self._language.name_of(node)
        names = self._names(self._text.read(name.start_byte, name.end_byte)) if name else ()
        if name:
            self._name_ends.add(name.end_byte)
        owner = self._language.owner_of(node)
        if owner:
            names = (*self._names(owner), *names)
        if not names:
            return
        outers = self._outers()
        parent, enclosing, around = self._around()
        extent = Extent(*self._reach(start, end, outers), scopes=True)
        body = self._language.body_of(node)
        head_end = body.start_byte if body else end
        qualified = len(names) > 1 and kind == "function"
        head = self._text.flat[extent.start : head_end]
        refined = self._language.refine(kind, names[-1], head, "class" if qualified else enclosing)
        if refined is None or not self._fits(around):
            return
        doc = self._language.doc_inside(self._text.flat, head_end) if body else ""
        index = self._add(refined, (*around, *names), self._language.head_of(node), head_end, extent, doc, parent)
        for frame in outers:
            frame.symbol, frame.names = index, (*around, *names)
        frame = _Frame(start, end, kind, index, (*around, *names))
        self._stack.append(frame)

    def _leaf(self, start: int, end: int, kind: str) -> None:
        siblings = self._siblings()
        outers = [] if siblings else self._outers()
        del self._stack[len(self._stack) - len(siblings) :]
        parent, enclosing, around = self._around()
        self._stack.extend(siblings)
        extent_start, extent_end = self._reach(start, end, siblings[::-1] or outers)
        names = self._names(self._text.read(start, end))
        head = self._text.flat[extent_start:extent_end]
        refined = self._language.refine(kind, names[-1], head, enclosing) if names else None
        if refined is None or not self._fits(around) or not self._is_new(refined, parent, names[-1]):
            return
        doc = self._language.doc_after(self._text.flat, extent_end)
        extent = Extent(extent_start, extent_end, scopes=not siblings)
        statement = siblings[0] if siblings else outers[-1] if outers else None
        head_start = statement.start if statement else start
        index = self._add(refined, (*around, *names), head_start, extent_end, extent, doc, parent)
        for frame in outers:
            frame.symbol, frame.names, frame.leaf = index, (*around, *names), True

    def _siblings(self) -> list[_Frame]:
        """The statement right around here when it already named another value ("a, b = 1, 2"), outermost first."""
        depth = len(self._stack)
        while depth and self._stack[depth - 1].leaf and self._stack[depth - 1].symbol == self._stack[-1].symbol:
            depth -= 1
        return self._stack[depth:]

    def _reach(self, start: int, end: int, outers: Sequence[_Frame]) -> tuple[int, int]:
        if not outers:
            return self._with_ahead(start), end
        return self._with_ahead(outers[-1].start), max(end, *(frame.end for frame in outers))

    def _with_ahead(self, start: int) -> int:
        """The start moved back to a `@before` that only blanks and comments separate from it."""
        ahead_start, ahead_end = self._ahead
        if not 0 < start - ahead_end < GAP_CHARACTERS_MAX or ahead_start == ahead_end:
            return start
        gap = self._text.flat[ahead_end:start]
        return ahead_start if gap.isspace() or not self._comments.without_trailing(gap).strip() else start

    def _fits(self, around: tuple[str, ...]) -> bool:
        fits = len(around) < NESTING_MAX
        self._too_deep = self._too_deep or not fits
        return fits

    def _is_new(self, kind: str, parent: int, name: str) -> bool:
        if kind not in VALUES:
            return True
        key = (parent, name)
        if key in self._seen:
            return False
        self._seen.add(key)
        return True

    def _instance(self, start: int, end: int) -> None:
        written = self._text.read(start, end)
        names = self._names(written)
        if len(names) == 2 and names[0] in self._language.self_names:
            names = names[1:]
        elif len(names) != 1 or names[0] == written:
            return
        line_end = self._text.flat.find("\n", end)
        line = self._text.flat[start : line_end if line_end >= 0 else None]
        self._attribute(names[-1], start, end, start + len(self._comments.without_trailing(line)))

    def _parameter(self, start: int, end: int, node: Node) -> None:
        around = node.parent or node
        self._attribute(self._text.read(start, end), around.start_byte, end, around.end_byte)

    def _attribute(self, name: str, start: int, end: int, line_end: int) -> None:
        owner = self._class_around()
        if owner == NO_SYMBOL or not self._is_new("attribute", owner, name):
            return
        around = (*self._symbols[owner].qualname.split("."), name)
        self._add("attribute", around, start, line_end, Extent(start, end, scopes=False), "", owner)

    def _signature(self, head: str) -> str:
        if "\n" in head:
            head = _PADDING.sub("", " ".join(self._comments.without_trailing(head).split()))
        return head.strip().rstrip("{:=; \t")[:SIGNATURE_CHARACTERS_MAX]

    def _class_around(self) -> int:
        for frame in reversed(self._stack):
            if frame.symbol != NO_SYMBOL and self._symbols[frame.symbol].kind in CLASS_LIKE:
                return frame.symbol
        return NO_SYMBOL

    def _add(
        self, kind: str, names: tuple[str, ...], start: int, head_end: int, extent: Extent, doc: str, parent: int
    ) -> int:
        text = self._text
        span = Span(text.line_of(extent.start), text.line_of(max(extent.end - 1, extent.start)))
        if not doc:
            doc = self._doc_above(span.start_line - 1)
            own_line = span.start_line if start == extent.start else text.line_of(start)
            if not doc and own_line != span.start_line:
                doc = self._doc_above(own_line - 1)
        name = names[-1]
        self._symbols.append(
            Symbol(
                kind,  # type: ignore[arg-type]
                name,
                ".".join(names),
                text.unflatten(self._signature(text.flat[start : min(head_end, start + 2_000)])),
                span,
                text.unflatten(doc)[:DOC_CHARACTERS_MAX],
                parent,
            )
        )
        self._extents.append(extent)
        return len(self._symbols) - 1

    def _doc_above(self, line: int) -> str:
        first = self._comments.first_line_above(self._text.lines, line, 0)
        return self._comments.text(self._text.lines[first:line]) if first < line else ""


def _bare(name: str) -> str:
    """A name without its type arguments; an operator's (`[]`, `operator<<`) is all of it."""
    bare = re.split(r"[<(\[\s]", name, maxsplit=1)[0]
    return bare if bare not in ("", "operator") or not _OPERATOR.match(name) else "".join(name.split())


def find_symbols(
    text: SourceText, captures: Mapping[str, Sequence[Node]], language: Language, comments: CommentStyle
) -> Found:
    """The symbols among a query's captures, parents before children, in order of position."""
    entries: list[tuple[int, int, int, str, Node]] = []
    for capture, nodes in captures.items():
        kind, _, suffix = capture.partition(".")
        if capture == "type":
            continue
        kind = "type" if kind == "typedef" else kind
        if suffix == "name" and kind in KINDS:
            rank = _RANK_VALUE_NAME if kind in VALUES else _RANK_NAME
        elif kind == _OUTER:
            rank = _RANK_OUTER
        elif kind in KINDS or capture in (_CONTAINER, "instance"):
            rank = _RANK_DEFINITION
        elif capture in (_BEFORE, "instance.name"):
            rank, kind = _RANK_OUTER, capture
        else:
            continue
        entries.extend([(node.start_byte, -node.end_byte, rank, kind, node) for node in nodes])
    return _Sweep(text, language, comments).run(entries)
