"""The facts that an indexer reads out of one blob.

Facts know nothing of paths, repositories or time: names are relative to their module, lines to their text. They are
plain values, so that the same bytes give the same facts wherever they are found.

They are named tuples, not frozen dataclasses: a repository has half a million of them, and they are built four times
as fast.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

SymbolKind = Literal[
    "module", "namespace", "class", "interface", "struct", "enum", "union", "trait", "type", "function", "method",
    "property", "constant", "variable", "attribute", "macro", "heading", "key",
]  # fmt: skip
"""`function` stands alone, `method` inside a class-like symbol; `constant` and `variable` are module-level names,
`attribute` belongs to a class or its instances; `heading` is a document's section, `key` a configuration key."""

ReferenceKind = Literal["call", "type", "inherit", "decorate", "read"]
"""`read` is a name passed or stored without being called (a callback, a constant used)."""

LINES_MAX = 1 << 40
"""More than any file has: the line up to which all of it is meant."""

NO_SYMBOL = -1
"""The index used where there is no enclosing symbol: module level."""


class Span(NamedTuple):
    """Lines `start_line` to `end_line` of a text, both counted from 1 and both included."""

    start_line: int
    end_line: int


class Symbol(NamedTuple):
    """A named thing that a blob defines.

    `qualname` is the name within its module, joined by dots whatever the language ("App.run"), in a document the path
    of headings joined by " > "; `name` is its last part.
    `signature` is one line as written, without body, at most 300 characters. `doc` is the doc comment's or docstring's
    plain text without comment marks, at most 2,000 characters, or "". `parent` is the index, in the same
    `FileFacts.symbols`, of the symbol that encloses this one, or NO_SYMBOL.
    """

    kind: SymbolKind
    name: str
    qualname: str
    signature: str
    span: Span
    doc: str
    parent: int


class Reference(NamedTuple):
    """A use of a name at a line. `receiver` is what stands before it as written ("self", "app.json", "" when bare; at
    most 80 characters). `scope` is the index of the innermost symbol around it, or NO_SYMBOL. Inside a block that
    belongs to a type without being its definition (Rust's `impl`, outside its functions), `scope` is that type,
    wherever the type's own span is."""

    kind: ReferenceKind
    name: str
    receiver: str
    line: int
    scope: int


class Import(NamedTuple):
    """A name brought in from elsewhere. `module` as written ("flask.json", ".provider", "./util", "std::fmt"); `name`
    the name taken from it, "" when the module itself is imported, "*" for all; `alias` the name it has here."""

    module: str
    name: str
    alias: str
    line: int


class Passage(NamedTuple):
    """A stretch of text that can be found and shown as a whole.

    The passages of a file are in order, do not overlap, together cover every line that is not blank, and are at most
    60 lines each; in a notebook they cover the cells' sources only, and where a bound cut them off, `problems` says so.
    `symbol` is the index of the innermost symbol whose text it is (a class's passage is its head up to
    its first method; a long function has several passages), or NO_SYMBOL. `title` names it for a reader: the symbol's
    qualname, the heading's path joined by " > ", or "".
    """

    span: Span
    title: str
    symbol: int


@dataclass(frozen=True, slots=True)
class FileFacts:
    """All that was read out of one blob. `problems` says, one sentence each, what could not be read and why; facts are
    there beside them. `lines` is the number of lines of the text, as `texts.split_lines` counts them."""

    language: str
    symbols: tuple[Symbol, ...] = ()
    references: tuple[Reference, ...] = ()
    imports: tuple[Import, ...] = ()
    passages: tuple[Passage, ...] = ()
    problems: tuple[str, ...] = ()
    lines: int = 0
