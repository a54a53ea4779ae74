"""A file's facts as the store keeps them: packed where they were parsed, in a child process, and unpacked when read.

What is looked up by itself (symbols) becomes rows; what is always read together (a stretch of passages, all uses of a
file) becomes one compressed value, so that sending, writing and keeping it cost little. Nothing here touches SQL.
"""

from __future__ import annotations

import hashlib
import re
from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import cast, get_args

from reverie_indexers.facts import (
    LINES_MAX,
    NO_SYMBOL,
    FileFacts,
    Import,
    Passage,
    Reference,
    ReferenceKind,
    Span,
    Symbol,
    SymbolKind,
)
from reverie_indexers.texts import split_lines
from reverie_indexers.words import searchable

try:
    from isal import isal_zlib as deflating  # zlib's format in a third of its time, and 2 % smaller
except ImportError:  # there is none for every machine
    import zlib as deflating  # type: ignore[no-redef]

FACTS_VERSION = 2
"""Raised whenever the same bytes give other facts than before, so that they are read again."""

DIGEST_BYTES = 8
STRETCH_CHARACTERS = 11_000
"""Passages are compressed together up to about this size: one is read back in 20 µs, at a ratio of 3, and most of a
database page is filled. Of less, two often leave a third of their page empty."""

FIELD, RECORD = "\x1f", "\x1e"
SEAM = "\x1d"
"""Stands inside a word where the full-text index is to see two: nothing to a reader, who gets the text without it."""
_SEPARATORS = dict.fromkeys(map(ord, (FIELD, RECORD, SEAM, "\n", "\r")), " ")
_KINDS: tuple[ReferenceKind, ...] = get_args(ReferenceKind)
_KIND_NUMBERS = {kind: number for number, kind in enumerate(_KINDS)}
_MODULE_PARTS = re.compile(r"[./:\\]+")

# What the index's tokenizer would fold or split on becomes a character of a private-use area, which it leaves alone.
_TOKEN = {code: chr(0xE000 + code) for code in range(128) if not (chr(code).islower() or chr(code).isdigit())}
_BETWEEN_TOKENS = {**_TOKEN, ord("\n"): "\n"}
_HIGH_BYTES = bytes(ord(_BETWEEN_TOKENS.get(code, "\0")) >> 8 for code in range(128)) + bytes(128)

SymbolRow = tuple[str, str, str, int, int, int, str, str]
"""kind, name, qualname, start line, end line, parent, signature, doc"""


@dataclass(frozen=True, slots=True)
class PackedFacts:
    """One blob's facts, ready for the store. `size` is the blob's in bytes; `digests` holds one digest a passage.

    `stretches` are (number of passages, compressed passages). `mentions` are the names used and modules imported, as
    the full-text index is given them. Sending the passages' texts as well would cost more than inflating them.
    """

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
    mentions: bytes
    problems: str


@dataclass(frozen=True, slots=True)
class StoredPassage:
    """A passage as it reads; its `names` are what the full-text index weighs more, identifiers split."""

    span: Span
    symbol: int
    title: str
    names: str
    text: str


def pack(blob: bytes, size: int, text: str, facts: FileFacts, version: int = FACTS_VERSION) -> PackedFacts:
    """The facts of a blob of `size` bytes with this (redacted) text."""
    passages = _passages(text, facts)
    return PackedFacts(
        blob=blob,
        language=facts.language,
        version=version,
        size=size,
        lines=facts.lines,
        symbols=tuple(_symbol_row(symbol) for symbol in facts.symbols),
        stretches=tuple(_pack_stretches(passages, facts)),
        digests=b"".join(map(_digest, passages)),
        references=_pack_references(facts),
        imports=_pack_imports(facts),
        mentions=_pack_mentions(facts),
        problems="\n".join(facts.problems),
    )


def unpack_symbol(row: SymbolRow) -> Symbol:
    kind, name, qualname, start, end, parent, signature, doc = row
    return Symbol(cast(SymbolKind, kind), name, qualname, signature, Span(start, end), doc, parent)


def records_of(stretch: bytes) -> list[str]:
    """The passages of one stretch, in order, each for `unpack_passage`."""
    return _inflate(stretch).split(RECORD)


def unpack_passage(record: str) -> StoredPassage:
    numbers, title, names, text = record.split(FIELD)
    start, end, symbol = numbers.split(",")
    return StoredPassage(
        Span(int(start), int(end)), int(symbol), title, names.replace(SEAM, " "), text.replace(SEAM, "")
    )


def words_of(record: str) -> tuple[str, str]:
    """What the full-text index was given of such a passage: (names, text)."""
    _, _, names, text = record.split(FIELD)
    return names, text


def unpack_references(
    references: bytes, name: str | None = None, start_line: int = 1, end_line: int = LINES_MAX
) -> list[Reference]:
    """The uses of one name, or of all, between two lines, in order of line."""
    text = _inflate(references)
    if name is None:
        lines = text.split("\n")[1:]
    else:
        start = text.find(f"\n{_line(name)}{FIELD}")
        lines = [] if start < 0 else [text[start + 1 :].split("\n", 1)[0]]
    found = [reference for line in lines for reference in _unpack_uses(line, start_line, end_line)]
    return sorted(found, key=lambda reference: reference.line)


def unpack_mentions(mentions: bytes) -> tuple[str, str]:
    """The names that a file uses and the last parts of the modules it imports, as tokens."""
    used, imported = _inflate(mentions).split(FIELD)
    return used, imported


def token_of(name: str) -> str:
    """A name as one token, whatever it contains."""
    return name.translate(_TOKEN)


def unpack_imports(imports: bytes, last: str = "") -> list[Import]:
    """What a file imports, in order; only from modules whose last part is `last` where one is given."""
    found = []
    for line in _inflate(imports).split("\n")[1:]:
        if last in line:
            number, module, name, alias = line.split(FIELD)
            if not last or last_part(module) == last:
                found.append(Import(module, name, alias, int(number)))
    return found


def last_part(module: str) -> str:
    """The last part of a module's name as written: "json" of "flask.json", "util" of "./util"."""
    parts = [part for part in _MODULE_PARTS.split(module) if part]
    return parts[-1] if parts else ""


def pack_places(places: Sequence[int]) -> bytes:
    return array("Q", places).tobytes()


def unpack_places(places: bytes | None) -> list[int]:
    """Where a blob's passages are in the full-text index, in their order; empty when they are not there."""
    numbers = array("Q")
    numbers.frombytes(places or b"")
    return numbers.tolist()


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


def _passages(text: str, facts: FileFacts) -> tuple[tuple[str, str], ...]:
    # All at once, since no word goes on over a line's end, and short texts cost as much as long ones.
    lines = split_lines(searchable(_plain(text), SEAM))
    names = searchable("\n".join(_named(passage, facts) for passage in facts.passages), SEAM).split("\n")
    return tuple(
        (name, "\n".join(lines[passage.span.start_line - 1 : passage.span.end_line]))
        for name, passage in zip(names, facts.passages, strict=False)
    )


def _pack_stretches(passages: Sequence[tuple[str, str]], facts: FileFacts) -> Iterator[tuple[int, bytes]]:
    records: list[str] = []
    characters = 0
    for passage, (names, words) in zip(facts.passages, passages, strict=True):
        numbers = f"{passage.span.start_line},{passage.span.end_line},{passage.symbol}"
        records.append(FIELD.join((numbers, _line(passage.title), names, words)))
        characters += len(words)
        if characters >= STRETCH_CHARACTERS:
            yield len(records), _deflate(RECORD.join(records))
            records, characters = [], 0
    if records:
        yield len(records), _deflate(RECORD.join(records))


def _digest(passage: tuple[str, str]) -> bytes:
    return hashlib.blake2b(_encode(FIELD.join(passage)), digest_size=DIGEST_BYTES).digest()


def _named(passage: Passage, facts: FileFacts) -> str:
    """What names a passage, for the column that weighs more: its title and, for a symbol, its signature."""
    if passage.symbol == NO_SYMBOL:
        return _line(passage.title)
    return _line(f"{passage.title} {facts.symbols[passage.symbol].signature}")


def _pack_references(facts: FileFacts) -> bytes:
    uses: dict[str, list[str]] = defaultdict(list)
    for kind, name, receiver, line, scope in facts.references:
        if receiver and not receiver.isprintable():
            receiver = _line(receiver)
        uses[name].append(f"{line},{scope},{_KIND_NUMBERS[kind]},{receiver}")
    return _deflate("".join(f"\n{_line(name)}{FIELD}{FIELD.join(found)}" for name, found in uses.items()))


def _unpack_uses(line: str, start_line: int, end_line: int) -> list[Reference]:
    name, *uses = line.split(FIELD)
    found = []
    for use in uses:
        text, scope, kind, receiver = use.split(",", 3)
        number = int(text)
        if start_line <= number <= end_line:
            found.append(Reference(_KINDS[int(kind)], name, receiver, number, int(scope)))
    return found


def _pack_imports(facts: FileFacts) -> bytes:
    return _deflate(
        "".join(
            f"\n{imported.line}{FIELD}{_line(imported.module)}{FIELD}{_line(imported.name)}{FIELD}{_line(imported.alias)}"
            for imported in facts.imports
        )
    )


def _pack_mentions(facts: FileFacts) -> bytes:
    used = dict.fromkeys(reference.name for reference in facts.references)
    imported = dict.fromkeys(last_part(imported.module) for imported in facts.imports)
    return _deflate(f"{_tokens(used)}{FIELD}{_tokens(imported)}")


def _tokens(names: Iterable[str]) -> str:
    text = "\n".join(dict.fromkeys(map(_line, names)))
    if not text.isascii():
        return text.translate(_BETWEEN_TOKENS)
    # The same, ten times as fast: the private-use area's characters differ from ASCII in one byte only.
    ascii_bytes = text.encode("ascii")
    wide = bytearray(2 * len(ascii_bytes))
    wide[::2], wide[1::2] = ascii_bytes, ascii_bytes.translate(_HIGH_BYTES)
    return wide.decode("utf-16-le")


def _line(text: str) -> str:
    return text if text.isprintable() else text.translate(_SEPARATORS)


def _plain(text: str) -> str:
    for separator in (FIELD, RECORD, SEAM):
        if separator in text:
            text = text.replace(separator, " ")
    return text


def _encode(text: str) -> bytes:
    return text.encode("utf-8", "replace")


def _deflate(text: str) -> bytes:
    return deflating.compress(_encode(text), 1) if text else b""


def _inflate(packed: bytes) -> str:
    return deflating.decompress(packed).decode("utf-8") if packed else ""
