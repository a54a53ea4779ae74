"""Reads what is not code: documents by heading, configuration by key, any other text as passages."""

from __future__ import annotations

from collections.abc import Callable

from reverie_indexers import passages
from reverie_indexers.comments import CommentStyle
from reverie_indexers.facts import FileFacts
from reverie_indexers.texts import split_lines

VERSION = 1
NO_COMMENTS = CommentStyle((), ())


def read_text(source: str) -> FileFacts:
    """Plain text, by paragraphs."""
    lines = split_lines(source)
    stretches, problems = passages.cut(lines, (), NO_COMMENTS)
    return FileFacts("text", passages=tuple(stretches), problems=tuple(problems), lines=len(lines))


READERS: dict[str, Callable[[str], FileFacts]] = {"text": read_text}
SUFFIXES: dict[str, str] = {".txt": "text"}
FILENAMES: dict[str, str] = {}


def read(source: str, language: str) -> FileFacts:
    """The facts of a document in this language; plain text's for an unknown one."""
    return READERS.get(language, read_text)(source)
