"""What the driver needs to know about one programming language, as a value.

A language file in `languages/` builds one `Language`. Its query names what it captures by what that is; the driver in
`parse.py` turns captures into facts by position, so that a language file is mostly its query:

- a symbol's kind (`@function`, `@class`, `@property` …): the whole definition. Its name comes from `name_of`, its
  signature ends where `body_of` begins. `@KIND.name` captures only the name; pair it with an `@outer` around it.
- `@typedef`: a definition whose kind is `type`, since `@type` is a use.
- `@outer`: a statement around a definition that belongs to it (decorators, `export`, an assignment).
- `@before`: a statement in front of a definition that belongs to it without being around it (Rust's attributes).
- `@container`: names what is inside without being a symbol itself (Rust's `impl`).
- `@instance`: an attribute set on `self` or `this`, as an expression; it becomes an `attribute` of the class around it.
  `@instance.name` captures the name of a parameter that is one (TypeScript's `constructor(private x: X)`).
- `@call`, `@inherit`, `@decorate`, `@type`, `@read`: an expression as written ("self.app.run"), split at its last
  separator into receiver and name. `@call.name` and so on capture only the name; the receiver is then what stands
  before it in its parent node, with `@call.tail` the chain of names before it in the text, where the tree has no
  expression (inside a Rust macro's arguments). Where several capture one name, one wins: inherit, decorate, call,
  type, read in turn. A name's types and reads are kept once a scope.
- `@types`: a stretch in which every dotted name is a type.
- `@declared`: a type's name that its own definition repeats (a Go receiver's), no use.
- `@self`: a name that means the instance in this file (a Go receiver's).
- `@type_variable`: the name of a generic parameter, which is then no use of a type in this file.
- `@import`: a whole import statement, read by `read_imports`; one inside another counts only if the outer gave none.
- `@declaration`, `@declaration.PLACE`: a statement in which `unfold` finds what it captures: where one declares much in
  many ways, patterns for all of them take long to compile, and each parser process waits for that.
- a capture that begins with an underscore is ignored.

It deliberately holds no code that walks trees.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from reverie_indexers.facts import Import, SymbolKind

if TYPE_CHECKING:
    from tree_sitter import Node

CLASS_LIKE: frozenset[str] = frozenset({"class", "interface", "struct", "enum", "union", "trait", "container"})
VALUES: frozenset[str] = frozenset({"constant", "variable", "attribute", "key"})
"""Kinds whose symbols hold a value: one of a name is enough, and they are grouped into passages."""


def refine(kind: str, name: str, head: str, enclosing: str) -> SymbolKind | None:
    """The kind a captured definition really has, or None when it is not worth a symbol.

    `kind` is the capture's name, `head` the text from the definition's first decorator to its body, `enclosing` the
    kind of the symbol around it ("" at module level, "container" in a container). Languages wrap this default.
    """
    if kind == "function":
        return "method" if enclosing in CLASS_LIKE else "function"
    if kind in ("variable", "constant"):
        if enclosing in CLASS_LIKE:
            return "attribute"
        if enclosing in ("function", "method", "property"):
            return None
        return "constant" if kind == "constant" or is_upper(name) else "variable"
    return kind  # type: ignore[return-value]


def is_upper(name: str) -> bool:
    """Whether a name is written as constants are: MAX, HTTP_PORT."""
    return name.isupper() and len(name) > 1


def folded(node: Node, capture: str) -> Iterable[tuple[str, Node]]:
    """Nothing to be found in a statement."""
    return ()


def name_field(node: Node) -> Node | None:
    """The node that names a definition: its field `name`."""
    return node.child_by_field_name("name")


def body_field(node: Node) -> Node | None:
    """The node at which a definition's signature ends: its field `body`."""
    return node.child_by_field_name("body")


def own_start(node: Node) -> int:
    """The byte at which a definition's signature begins: its own first."""
    return node.start_byte


def no_owner(node: Node) -> str:
    """No owner but what stands around the definition."""
    return ""


def no_imports(text: str, line: int) -> Iterable[Import]:
    """For languages without imports."""
    return ()


def no_doc(text: str, start: int) -> str:
    """For languages that document in comments above."""
    return ""


def not_valid(source: str) -> bool:
    """Believe the grammar when it sees a syntax error."""
    return False


def claims_nothing(source: bytes) -> bool:
    """For languages whose suffixes are their own."""
    return False


class Reading(NamedTuple):
    """A text to be parsed beside another, byte for byte. Its facts count only inside `stretches` (start, end), which
    are in order and do not overlap."""

    text: bytes
    stretches: Sequence[tuple[int, int]]

    def holds(self, start: int, end: int) -> bool:
        """Whether a stretch of the text counts in this reading."""
        index = bisect_right(self.stretches, (start, len(self.text) + 1)) - 1
        return index >= 0 and end <= self.stretches[index][1]


class Mended(NamedTuple):
    """A text as the grammar may read it, every byte in its place, and what else there is to read in it."""

    text: bytes
    others: Sequence[Reading] = ()


def as_written(text: bytes) -> Mended:
    """Nothing to mend."""
    return Mended(text)


def unprepared(text: bytes) -> bytes:
    """For languages whose grammar takes no text for what it is not."""
    return text


def no_repair(text: bytes, faults: Sequence[tuple[int, int]]) -> bytes:
    """For languages in which nothing but the file's author makes an error."""
    return text


def no_excuse(fault: Node) -> bool:
    """For languages whose grammar is right about errors."""
    return False


@dataclass(frozen=True, kw_only=True)
class Language:
    """One language. Only the first seven have no default; see the module's text for the query's captures.

    `contested` are suffixes of another language whose files are this one's where `claims` says so, by their first
    bytes (a `.h` with classes). `grammar` is "package:function", imported when the first file of that language is
    read. `version` grows with every change that makes other facts out of the same text. `top_query` holds the patterns
    that begin at the tree's root: tried there alone they cost nothing, while in `query` each would be carried through
    the whole tree. `shebangs` are interpreters without version ("python"). `separators` are what may stand between
    receiver and name, `name_pattern` is what a name looks like; `self_names` are receivers that mean the instance;
    `builtin_types` are names not worth a `type` reference. With `known_reads` only those reads are kept whose name the
    file itself defines or imports; or begins with a capital, where `capitals_are_global` (in Go, Java and C# files of
    one package see each other's names without an import).

    Hooks: `refine`; `unfold(node, capture)` reads captures out of a `@declaration`; `name_of` and `body_of` find a
    definition's name and body; `head_of` the byte at which its signature begins, where that is behind decorators inside
    it; `owner_of` names the type that a definition belongs to when it does not stand inside it (a Go receiver);
    `read_imports(text, line)` reads a statement that begins at that line; `doc_inside(text, start)` reads the
    documentation that stands at a body's start; `doc_after` reads what follows a value's statement.

    `prepare` may blank out what the grammar misreads without seeing an error; it runs on every text.
    When the grammar sees a syntax error, `mend` may blank out what the grammar does not know, anywhere in the text, and
    `repair` what it does not know around the faults (start, end) that remain, both keeping every byte's place and line;
    the result counts where it has fewer faults. Of what then remains, `excuses` takes a faulty node that is no fault of
    the file's, and `is_valid` may overrule all.
    """

    name: str
    suffixes: tuple[str, ...]
    grammar: str
    version: int
    query: str
    line_comments: tuple[str, ...]
    block_comments: tuple[tuple[str, str], ...]
    top_query: str = ""
    filenames: tuple[str, ...] = ()
    contested: tuple[str, ...] = ()
    claims: Callable[[bytes], bool] = claims_nothing
    shebangs: tuple[str, ...] = ()
    separators: tuple[str, ...] = (".",)
    name_pattern: str = r"[^\W\d]\w*"
    self_names: frozenset[str] = frozenset({"self", "this"})
    builtin_types: frozenset[str] = frozenset()
    known_reads: bool = True
    capitals_are_global: bool = False
    refine: Callable[[str, str, str, str], SymbolKind | None] = refine
    unfold: Callable[[Node, str], Iterable[tuple[str, Node]]] = folded
    name_of: Callable[[Node], Node | None] = name_field
    body_of: Callable[[Node], Node | None] = body_field
    head_of: Callable[[Node], int] = own_start
    owner_of: Callable[[Node], str] = no_owner
    read_imports: Callable[[str, int], Iterable[Import]] = no_imports
    doc_inside: Callable[[str, int], str] = no_doc
    doc_after: Callable[[str, int], str] = no_doc
    is_valid: Callable[[str], bool] = not_valid
    prepare: Callable[[bytes], bytes] = unprepared
    mend: Callable[[bytes], Mended] = as_written
    repair: Callable[[bytes, Sequence[tuple[int, int]]], bytes] = no_repair
    excuses: Callable[[Node], bool] = no_excuse

    def splitter(self) -> re.Pattern[str]:
        """Splits an expression into receiver (group 1, None when bare) and name (2); no match where it has none."""
        separators = "|".join(re.escape(separator) for separator in self.separators)
        return re.compile(rf"(?s)(?:(.*?)\s*(?:{separators})\s*)??({self.name_pattern})\s*\Z")
