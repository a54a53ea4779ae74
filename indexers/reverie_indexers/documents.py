"""Reads documents by heading: Markdown, reStructuredText; and any other text by paragraphs.

It reads line by line and renders nothing: what a heading is follows CommonMark and docutils closely enough for what
people write, and code blocks are never mistaken for headings.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from reverie_indexers import passages
from reverie_indexers.comments import CommentStyle
from reverie_indexers.facts import NO_SYMBOL, FileFacts, Span, Symbol, SymbolKind
from reverie_indexers.texts import split_lines

HEADINGS_MAX = 2_000
NAME_CHARACTERS_MAX = 200
DOC_CHARACTERS_MAX = 500
HEADING_CHARACTERS_READ = 1_000
PARAGRAPH_LINES_READ = 60
NO_COMMENTS = CommentStyle((), ())

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})(.*)")
_ATX = re.compile(r" {0,3}(#{1,6})(?:[ \t]+(.*?))?(?:[ \t]+#+)?[ \t]*$")
_SETEXT = re.compile(r" {0,3}(=+|-{2,})[ \t]*$")
_HTML_HEADING = re.compile(r"\s*<h([1-6])\b[^>]*>(.*?)</h\1>", re.IGNORECASE)
_NO_PARAGRAPH = re.compile(r"\s{4}|\s*(?:[-*+>|#<]|\d+[.)]\s|$)")
_MARKUP = re.compile(r"!\[[^\]]*\]\([^)]*\)|<[^>]*>|\{#[^}]*\}|[`*]+")
_LINK = re.compile(r"\[([^\]]*)\](?:\([^)]*\)|\[[^\]]*\])")
_NOT_PROSE = (".. ", "#", "<", "[!", "![", "|", "```", "~~~", ":", ">>>")
_ADORNMENT = re.compile(r"([!-/:-@\[-`{-~])\1+[ \t]*$")
_DIRECTIVE = re.compile(
    r"(\s*)\.\. (?:\w+:)?(?:function|class|method|classmethod|staticmethod|attribute|property|data|exception|decorator"
    r"|module|option|envvar|confval|setting|macro|type)::\s+(?:[\w.]+\s+)*?(?:\S*\.)?([\w-]+)"
)


class Heading(NamedTuple):
    """A title found at a line (index from 0); `level` 1 is the highest. A `key` is something a directive documents."""

    line: int
    level: int
    title: str
    kind: SymbolKind = "heading"


def read_text(source: str) -> FileFacts:
    """Plain text, by paragraphs."""
    lines = split_lines(source)
    stretches, problems = passages.cut(lines, (), NO_COMMENTS)
    return FileFacts("text", passages=tuple(stretches), problems=tuple(problems), lines=len(lines))


def read_markdown(source: str) -> FileFacts:
    """Markdown, by heading."""
    return _read(source, "markdown", markdown_headings)


def read_rst(source: str) -> FileFacts:
    """reStructuredText, by heading; what a directive such as `.. function::` documents is a key."""
    return _read(source, "rst", rst_headings)


def _read(source: str, language: str, headings: Callable[[Sequence[str]], Iterable[Heading]]) -> FileFacts:
    lines = split_lines(source)
    found = list(headings([line[:HEADING_CHARACTERS_READ] for line in lines]))
    symbols = sections(lines, found[:HEADINGS_MAX])
    stretches, problems = passages.cut(lines, symbols, NO_COMMENTS)
    if len(found) > HEADINGS_MAX:
        problems.append(f"Only the first {HEADINGS_MAX:,} headings were kept.")
    return FileFacts(language, tuple(symbols), (), (), tuple(stretches), tuple(problems), len(lines))


def sections(lines: Sequence[str], headings: Sequence[Heading]) -> list[Symbol]:
    """Headings as symbols: each reaches to the next of its level or above, and its path is joined by " > "."""
    symbols: list[Symbol] = []
    open_sections: list[tuple[int, int]] = []
    ends = _ends(headings, len(lines))
    for index, heading in enumerate(headings):
        while open_sections and open_sections[-1][0] >= heading.level:
            open_sections.pop()
        parent = open_sections[-1][1] if open_sections else NO_SYMBOL
        path = f"{symbols[parent].qualname} > {heading.title}" if parent != NO_SYMBOL else heading.title
        end = ends[index] if heading.kind == "heading" else _block_end(lines, heading.line, ends[index])
        end = _trimmed(lines, heading.line, end)
        written = lines[heading.line][:HEADING_CHARACTERS_READ].strip() or heading.title
        if _ADORNMENT.match(written):
            written = heading.title
        doc = _first_paragraph(lines, heading.line + 1, end)
        span = Span(heading.line + 1, end)
        symbols.append(Symbol(heading.kind, heading.title, path, written[:300], span, doc, parent))
        open_sections.append((heading.level, index))
    return symbols


def _ends(headings: Sequence[Heading], length: int) -> list[int]:
    """Where each heading's section ends: at the next one of its level or above."""
    ends = [length] * len(headings)
    waiting: list[int] = []
    for index, heading in enumerate(headings):
        while waiting and headings[waiting[-1]].level >= heading.level:
            ends[waiting.pop()] = heading.line
        waiting.append(index)
    return ends


def _trimmed(lines: Sequence[str], start: int, end: int) -> int:
    while end > start + 1 and not lines[end - 1].strip():
        end -= 1
    return end


def _block_end(lines: Sequence[str], start: int, end: int) -> int:
    """Where a directive ends: at the first line that is indented no deeper than it."""
    indent = len(lines[start]) - len(lines[start].lstrip())
    for index in range(start + 1, end):
        line = lines[index]
        if line.strip() and len(line) - len(line.lstrip()) <= indent:
            return index
    return end


def _first_paragraph(lines: Sequence[str], start: int, end: int) -> str:
    paragraph: list[str] = []
    fenced = False
    for line in lines[start : min(end, start + PARAGRAPH_LINES_READ)]:
        stripped = line[:HEADING_CHARACTERS_READ].strip()
        if stripped.startswith(("```", "~~~")):
            fenced = not fenced
        if fenced or _ADORNMENT.match(stripped) or stripped.startswith(_NOT_PROSE):
            if paragraph:
                break
        elif stripped:
            paragraph.append(stripped)
        elif paragraph:
            break
    return " ".join(paragraph)[:DOC_CHARACTERS_MAX]


def markdown_headings(lines: Sequence[str]) -> Iterable[Heading]:
    """ATX, setext and one-line HTML headings outside of code, comments and front matter."""
    fence = ""
    in_comment = False
    first = _behind_front_matter(lines)
    for index in range(first, len(lines)):
        line = lines[index]
        opening = _FENCE.match(line)
        if fence:
            if opening and opening[1].startswith(fence) and not opening[2].strip():
                fence = ""
        elif in_comment:
            in_comment = "-->" not in line
        elif opening and not (opening[1][0] == "`" and "`" in opening[2]):
            fence = opening[1]
        elif line.lstrip().startswith("<!--"):
            in_comment = "-->" not in line
        else:
            yield from _markdown_heading(lines, index, first)


def _markdown_heading(lines: Sequence[str], index: int, top: int) -> Iterable[Heading]:
    line = lines[index]
    atx = _ATX.match(line)
    html = _HTML_HEADING.match(line)
    if atx and plain(atx[2] or ""):
        yield Heading(index, len(atx[1]), plain(atx[2]))
    elif html and plain(html[2]):
        yield Heading(index, int(html[1]), plain(html[2]))
    elif index + 1 < len(lines) and not _NO_PARAGRAPH.match(line) and (index == top or not lines[index - 1].strip()):
        under = _SETEXT.match(lines[index + 1])
        if under and plain(line):
            yield Heading(index, 1 if under[1][0] == "=" else 2, plain(line))


def _behind_front_matter(lines: Sequence[str]) -> int:
    if lines and lines[0].rstrip() in ("---", "+++"):
        for index in range(1, min(len(lines), 200)):
            if lines[index].rstrip() in (lines[0].rstrip(), "..."):
                return index + 1
    return 0


def plain(title: str) -> str:
    """A heading's text without markup, at most 200 characters."""
    return " ".join(_MARKUP.sub("", _LINK.sub(r"\1", title)).split())[:NAME_CHARACTERS_MAX]


def rst_headings(lines: Sequence[str]) -> Iterable[Heading]:
    """Underlined and overlined titles, levels in order of appearance, and documented names."""
    styles: list[tuple[str, bool]] = []
    last_under = -1
    for index, line in enumerate(lines):
        directive = _DIRECTIVE.match(line) if ".. " in line else None
        if directive:
            yield Heading(index, 100 + len(directive[1]), directive[2], "key")
            continue
        under = _ADORNMENT.match(line)
        if not under or index == 0:
            continue
        title = lines[index - 1].strip()
        overlined = index >= 2 and lines[index - 2].rstrip() == line.rstrip()
        first = index - 2 if overlined else index - 1
        if not _is_title(lines, first, index, title, overlined, last_under):
            continue
        last_under = index
        style = (under[1], overlined)
        if style not in styles:
            styles.append(style)
        yield Heading(first, styles.index(style) + 1, title.replace("``", "").replace("\\", "")[:NAME_CHARACTERS_MAX])


def _is_title(lines: Sequence[str], first: int, under: int, title: str, overlined: bool, last_under: int) -> bool:
    """Whether the line above an adornment is a title, not the end of a table, a transition or an indented block."""
    if not title or _ADORNMENT.match(title) or len(lines[under].rstrip()) < min(len(title), 4):
        return False
    if not overlined and lines[under - 1][:1].isspace():
        return False
    return first in (0, last_under + 1) or not lines[first - 1].strip()
