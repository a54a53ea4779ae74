"""What crosses the socket: names shared by server and client, and the forms of values as JSON.

Paths that are not UTF-8 are percent-escaped, byte by byte, only where they have to be.
"""

from __future__ import annotations

import json
import os
from collections.abc import Container
from typing import Any
from urllib.parse import unquote_to_bytes

from . import __version__
from .core.nouns import Commit, Evidence

VERSION_HEADER = "reverie-version"
VERSION = __version__


def escape_path(path: str) -> str:
    """A path as it stands in JSON. One that is not UTF-8 has its foreign bytes, and each "%", written as %XX."""
    if _is_text(path):
        return path
    return "".join(char if _is_text(char) and char != "%" else _percent(char) for char in path)


def unescape_path(path: str, known: Container[str]) -> str:
    """The path that `escape_path` wrote so: `path` itself where it is known, else what its escapes stand for."""
    return path if path in known or "%" not in path else os.fsdecode(unquote_to_bytes(path))


def _is_text(text: str) -> bool:
    return not any("\udc80" <= char <= "\udcff" for char in text)


def _percent(char: str) -> str:
    return "".join(f"%{byte:02X}" for byte in os.fsencode(char))


def dumps(value: object) -> str:
    """Compact JSON; surrogates that slipped through become replacement characters rather than an error."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "replace").decode("utf-8")


def evidence_to_wire(evidence: Evidence) -> dict[str, Any]:
    """`{"path", "start_line", …}` for a span, `{"commit", "subject", "date"}` for a commit."""
    if evidence.commit is not None:
        return commit_to_wire(evidence.commit)
    return {
        "path": escape_path(evidence.path),
        "start_line": evidence.span.start_line,
        "end_line": evidence.span.end_line,
        "symbol": evidence.symbol,
        "blob": evidence.blob,
        "verified": evidence.verified,
    }


def commit_to_wire(commit: Commit) -> dict[str, Any]:
    return {"commit": commit.oid, "subject": commit.subject, "date": commit.date}
