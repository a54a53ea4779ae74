"""A file's facts as the store keeps them: packed where they were parsed, in a child process, and unpacked when read.

What is looked up by itself (symbols) becomes rows; what is always read together (a stretch of passages, all uses of a
file) becomes one compressed value, so that sending, writing and keeping it cost little. Nothing here touches SQL.
"""

from __future__ import annotations

import hashlib
import re
import zlib
from dataclasses import dataclass
from typing import cast, get_args

from reverie_indexers.facts import (
    NO_SYMBOL,
    FileFacts,
    Import,
    Reference,
    ReferenceKind,
    Span,
    Symbol,
    SymbolKind,
)
from reverie_indexers.words import searchable

FACTS_VERSION = 1
"""Raised whenever the same bytes give other facts than before, so that they are read again."""

DIGEST_BYTES = 8
STRETCH_CHARACTERS = 16_000
"""Passages are compressed together up to about this size: one is read back in 40 µs, at a ratio of 3.5."""

FIELD, RECORD = "\x1f", "\x1e"
_SEPARATORS = dict.fromkeys(map(ord, (FIELD, RECORD, "\n", "\r")), " ")
_KINDS: tuple[ReferenceKind, ...] = get_args(ReferenceKind)
_KIND_NUMBERS = {kind: number for number, kind in enumerate(_KINDS)}
_MODULE_PARTS = re.compile(r"[./:\\]+")

SymbolRow = tuple[str, str, str, int, int, int, str, str]
"""kind, name, qualname, start line, end line, parent, signature, doc"""


@dataclass(frozen=True, slots=True)
class PackedFacts:
    """One blob's facts, ready for the store. `size` is the blob's in bytes; `digests` holds one digest a passage."""

    blob: bytes
    language: str
    version: int
    size: int
    lines: int
    symbols: tuple[SymbolRow, ...]
    stretches: tuple[tuple[int, bytes], ...]
    digests: bytes
    references: bytes
    imports: bytes
    problems: str


@dataclass(frozen=True, slots=True)
class StoredPassage:
    """A passage as the full-text index was given it."""

    span: Span
    symbol: int
    title: str
    names: str
    text: str


def pack(blob: bytes, size: int, text: str, facts: FileFacts, version: int = FACTS_VERSION) -> PackedFacts:
    """The facts of a blob of `size` bytes with this (redacted) text."""
    stretches, digests = _pack_passages(text, facts)
    return PackedFacts(
        blob=blob,
        language=facts.language,
        version=version,
        size=size,
        lines=facts.lines,
        symbols=tuple(_symbol_row(symbol) for symbol in facts.symbols),
        stretches=stretches,
        digests=digests,
        references=_pack_references(facts),
        imports=_pack_imports(facts),
        problems="\n".join(facts.problems),
    )


def unpack_symbol(row: SymbolRow) -> Symbol:
    kind, name, qualname, start, end, parent, signature, doc = row
    return Symbol(cast(SymbolKind, kind), name, qualname, signature, Span(start, end), doc, parent)


def unpack_stretch(stretch: bytes) -> list[StoredPassage]:
    """The passages of one stretch, in order."""
    return [_unpack_passage(record) for record in _inflate(stretch).split(RECORD)]


def unpack_references(references: bytes, name: str | None = None) -> list[Reference]:
    """The uses of one name, or of all, in order of line."""
    text = _inflate(references)
    if name is None:
        found = [reference for line in text.split("\n")[1:] for reference in _unpack_uses(line)]
    else:
        start = text.find(f"\n{_line(name)}{FIELD}")
        found = [] if start < 0 else _unpack_uses(text[start + 1 :].split("\n", 1)[0])
    return sorted(found, key=lambda reference: reference.line)


def used_names(references: bytes) -> list[str]:
    """The distinct names that a file uses."""
    return [line.split(FIELD, 1)[0] for line in _inflate(references).split("\n")[1:]]


def unpack_imports(imports: bytes) -> list[Import]:
    """What a file imports, in order."""
    found = []
    for line in _inflate(imports).split("\n")[1:]:
        number, module, name, alias = line.split(FIELD)
        found.append(Import(module, name, alias, int(number)))
    return found


def last_part(module: str) -> str:
    """The last part of a module's name as written: "json" of "flask.json", "util" of "./util"."""
    parts = [part for part in _MODULE_PARTS.split(module) if part]
    return parts[-1] if parts else ""


def digests_of(digests: bytes) -> list[bytes]:
    return [digests[start : start + DIGEST_BYTES] for start in range(0, len(digests), DIGEST_BYTES)]


def _symbol_row(symbol: Symbol) -> SymbolRow:
    span = symbol.span
    return (
        symbol.kind,
        symbol.name,
        symbol.qualname,
        span.start_line,
        span.end_line,
        symbol.parent,
        symbol.signature,
        symbol.doc,
    )


def _pack_passages(text: str, facts: FileFacts) -> tuple[tuple[tuple[int, bytes], ...], bytes]:
    lines = text.split("\n")
    stretches: list[tuple[int, bytes]] = []
    digests: list[bytes] = []
    records: list[str] = []
    characters = 0
    for passage in facts.passages:
        words = searchable("\n".join(lines[passage.span.start_line - 1 : passage.span.end_line]))
        content = FIELD.join((_names(passage.title, passage.symbol, facts), _plain(words)))
        digests.append(hashlib.blake2b(_encode(content), digest_size=DIGEST_BYTES).digest())
        span = passage.span
        records.append(
            FIELD.join((f"{span.start_line},{span.end_line},{passage.symbol}", _line(passage.title), content))
        )
        characters += len(content)
        if characters >= STRETCH_CHARACTERS:
            stretches.append((len(records), _deflate(RECORD.join(records))))
            records, characters = [], 0
    if records:
        stretches.append((len(records), _deflate(RECORD.join(records))))
    return tuple(stretches), b"".join(digests)


def _names(title: str, symbol: int, facts: FileFacts) -> str:
    """What names a passage, for the column that weighs more: its title and, for a symbol, its signature."""
    if symbol == NO_SYMBOL:
        return _line(searchable(title))
    return _line(searchable(f"{title} {facts.symbols[symbol].signature}"))


def _unpack_passage(record: str) -> StoredPassage:
    numbers, title, names, text = record.split(FIELD)
    start, end, symbol = numbers.split(",")
    return StoredPassage(Span(int(start), int(end)), int(symbol), title, names, text)


def _pack_references(facts: FileFacts) -> bytes:
    uses: dict[str, list[str]] = {}
    for reference in facts.references:
        receiver = reference.receiver
        if receiver and not receiver.isprintable():
            receiver = _line(receiver)
        use = f"{reference.line},{reference.scope},{_KIND_NUMBERS[reference.kind]},{receiver}"
        uses.setdefault(reference.name, []).append(use)
    return _deflate("".join(f"\n{_line(name)}{FIELD}{FIELD.join(found)}" for name, found in uses.items()))


def _unpack_uses(line: str) -> list[Reference]:
    name, *uses = line.split(FIELD)
    found = []
    for use in uses:
        number, scope, kind, receiver = use.split(",", 3)
        found.append(Reference(_KINDS[int(kind)], name, receiver, int(number), int(scope)))
    return found


def _pack_imports(facts: FileFacts) -> bytes:
    return _deflate(
        "".join(
            f"\n{imported.line}{FIELD}{_line(imported.module)}{FIELD}{_line(imported.name)}{FIELD}{_line(imported.alias)}"
            for imported in facts.imports
        )
    )


def _line(text: str) -> str:
    return text if text.isprintable() else text.translate(_SEPARATORS)


def _plain(text: str) -> str:
    return text.replace(FIELD, " ").replace(RECORD, " ") if FIELD in text or RECORD in text else text


def _encode(text: str) -> bytes:
    return text.encode("utf-8", "replace")


def _deflate(text: str) -> bytes:
    return zlib.compress(_encode(text), 1) if text else b""


def _inflate(packed: bytes) -> str:
    return zlib.decompress(packed).decode("utf-8") if packed else ""
