"""Reads Jupyter notebooks by cell, with the lines of the .ipynb file itself, so that a citation can be opened.

The JSON is scanned for where each line of a cell's source stands; what cells printed is not read. Cells are laid out as
one virtual text, indexed as Markdown and as code, and the lines are then translated back.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from reverie_indexers import documents
from reverie_indexers.facts import NO_SYMBOL, FileFacts, Passage, Span, Symbol
from reverie_indexers.languages import named
from reverie_indexers.parse import read_code
from reverie_indexers.passages import PASSAGES_MAX, pieces
from reverie_indexers.texts import split_lines

DEPTH_MAX = 64
CELLS_MAX = 5_000

_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[{}\[\]:,]', re.DOTALL)
_KERNEL = re.compile(
    r'"language"\s*:\s*"(\w+)"|"language_info"\s*:\s*\{[^{}]*(?:\{[^{}]*\}[^{}]*)?"name"\s*:\s*"(\w+)"'
)
_MAGIC = re.compile(r"\s*[%!?]|.*\?\s*$")


class _Cell(NamedTuple):
    """A cell's kind, and its source: each line with the file's line (from 1) that it stands on."""

    kind: str
    lines: list[tuple[str, int]]


class _Layout(NamedTuple):
    """All cells below one another: the file's line of each virtual line, and the virtual start of each cell."""

    cells: list[_Cell]
    file_lines: list[int]
    starts: list[int]

    def text(self, *kinds: str) -> list[str]:
        """The virtual text with only the cells of these kinds; the others are blank."""
        return [line if cell.kind in kinds else "" for cell in self.cells for line, _ in cell.lines]

    def span(self, span: Span) -> Span:
        return Span(self.file_lines[span.start_line - 1], self.file_lines[span.end_line - 1])


def read_notebook(source: str) -> FileFacts:
    """A notebook's facts. Passages cover the cells' sources only, not outputs and metadata."""
    lines = len(split_lines(source))
    cells = list(_cells(source))
    problems = []
    if not cells and source.strip():
        problems.append("No cells were found: this is not a notebook of format 4.")
    if len(cells) > CELLS_MAX:
        problems.append(f"Only the first {CELLS_MAX:,} cells were kept.")
    layout = _lay_out(cells[:CELLS_MAX])
    if not layout.file_lines:
        return FileFacts("notebook", problems=tuple(problems), lines=lines)
    virtual = layout.text("markdown", "code")
    marked = layout.text("markdown")
    headings = documents.sections(virtual, list(documents.markdown_headings(marked))[: documents.HEADINGS_MAX])
    code = _read_code(source, layout)
    shift = len(headings)
    moved = [s._replace(parent=s.parent + shift if s.parent != NO_SYMBOL else NO_SYMBOL) for s in code.symbols]
    symbols = [*headings, *moved]
    passages = _passages(layout, virtual, symbols)
    return FileFacts(
        "notebook",
        tuple(symbol._replace(span=layout.span(symbol.span)) for symbol in symbols),
        tuple(
            use._replace(
                line=layout.file_lines[use.line - 1],
                scope=use.scope + shift if use.scope != NO_SYMBOL else NO_SYMBOL,
            )
            for use in code.references
        ),
        tuple(item._replace(line=layout.file_lines[item.line - 1]) for item in code.imports),
        tuple(passages[:PASSAGES_MAX]),
        tuple(problems),
        lines,
    )


def _cells(source: str) -> Iterator[_Cell]:
    """The cells in order. A path of keys and list positions is kept while the tokens go by."""
    path: list[str] = []
    key, kind = "", ""
    lines: list[tuple[str, int]] = []
    line, counted = 1, 0
    for token in _TOKEN.finditer(source):
        mark = token[0]
        if mark[0] == '"':
            if path == ["", "cells", "{"] and key == "cell_type":
                kind = mark[1:-1]
            if path[:3] == ["", "cells", "{"] and (path[3:] == ["source"] or (len(path) == 3 and key == "source")):
                line += source.count("\n", counted, token.start())
                counted = token.start()
                lines += _source_lines(mark, line)
            key = mark[1:-1] if len(mark) < 32 else "-"
        elif mark == ":":
            continue
        elif mark in "{[":
            path.append(_step(path, key, mark))
            if len(path) > DEPTH_MAX:
                return
            key = ""
        elif mark in "}]":
            if path == ["", "cells", "{"] and lines:
                yield _Cell(kind, lines)
            if path[:2] == ["", "cells"] and len(path) == 3:
                kind, lines = "", []
            del path[-1:]
            key = ""
        else:
            key = ""


def _step(path: Sequence[str], key: str, mark: str) -> str:
    return key or (mark if path else "")


def _source_lines(token: str, line: int) -> Iterator[tuple[str, int]]:
    """The source lines that one JSON string holds; a string that continues a line is rare and begins a new one."""
    try:
        text = json.loads(token, strict=False)
    except ValueError:
        return
    for piece in split_lines(text) or [""]:
        yield piece, line


def _lay_out(cells: list[_Cell]) -> _Layout:
    file_lines: list[int] = []
    starts = []
    for cell in cells:
        starts.append(len(file_lines))
        file_lines += [number for _, number in cell.lines]
    return _Layout(cells, file_lines, starts)


def _read_code(source: str, layout: _Layout) -> FileFacts:
    """The facts of all code cells together, in virtual lines, in the notebook's language."""
    kernel = _KERNEL.search(source)
    language = named(kernel[1].lower() if kernel else "python")
    if language is None:
        return FileFacts("notebook")
    lines = layout.text("code")
    for start, cell in zip(layout.starts, layout.cells, strict=True):
        foreign = cell.kind == "code" and cell.lines[0][0].lstrip().startswith("%%")
        for offset in range(len(cell.lines)):
            if foreign or _MAGIC.match(lines[start + offset][:200]):
                lines[start + offset] = ""
    facts = read_code("\n".join(lines) + "\n", language)
    # Syntax errors are not passed on: what IPython understands beyond Python is no fault of the notebook's.
    return FileFacts("notebook", facts.symbols, facts.references, facts.imports, (), (), len(lines))


def _passages(layout: _Layout, virtual: Sequence[str], symbols: Sequence[Symbol]) -> list[Passage]:
    """Each cell as a passage, cut where it is too long, under the innermost symbol that encloses it. Cells on one line
    of the file (a notebook without line breaks) are one passage."""
    found: list[Passage] = []
    ends = [*layout.starts[1:], len(virtual)]
    for start, end in zip(layout.starts, ends, strict=True):
        for first, last in pieces(virtual, start, end, end - start):
            span = layout.span(Span(first + 1, last))
            if found and span.start_line <= found[-1].span.end_line:
                if span.end_line == found[-1].span.end_line:
                    continue
                span = Span(found[-1].span.end_line + 1, span.end_line)
            symbol = _around(symbols, first + 1, last)
            found.append(Passage(span, symbols[symbol].qualname if symbol != NO_SYMBOL else "", symbol))
    return found


def _around(symbols: Sequence[Symbol], first: int, last: int) -> int:
    """The last symbol that encloses these virtual lines; else the only function or class that begins among them."""
    inside = [i for i, s in enumerate(symbols) if first <= s.span.start_line <= last and s.kind != "heading"]
    tops = [index for index in inside if symbols[index].parent == NO_SYMBOL]
    if len(tops) == 1:
        return tops[0]
    enclosing = [i for i, s in enumerate(symbols) if s.span.start_line <= first and s.span.end_line >= last]
    return max(enclosing, key=lambda index: symbols[index].span.start_line, default=NO_SYMBOL)
