"""What crosses the socket and what is remembered: the forms of the domain's values as JSON.

Paths that are not UTF-8 are percent-escaped, byte by byte, only where they have to be.
"""

from __future__ import annotations

import json
import os
from collections.abc import Container, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import unquote_to_bytes

from reverie_indexers.facts import Span

from .core.nouns import Claim, Commit, Evidence, Tokens
from .core.ranking import Piece


def escape_path(path: str) -> str:
    """A path as it stands in JSON. One that is not UTF-8 has its foreign bytes, and each "%", written as %XX."""
    if _is_text(path):
        return path
    return "".join(char if _is_text(char) and char != "%" else _percent(char) for char in path)


def unescape_path(path: str, known: Container[str]) -> str:
    """The path that `escape_path` wrote so: `path` itself where it is known, else what its escapes stand for."""
    return path if path in known or "%" not in path else os.fsdecode(unquote_to_bytes(path))


def _is_text(text: str) -> bool:
    return text.isascii() or not any("\udc80" <= char <= "\udcff" for char in text)


def _percent(char: str) -> str:
    return "".join(f"%{byte:02X}" for byte in os.fsencode(char))


def dumps(value: object) -> str:
    """Compact JSON; surrogates that slipped through become replacement characters rather than an error."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "replace").decode("utf-8")


def moment(at: float) -> str:
    """A time in seconds since the epoch, as JSON has it: the user's local time with its offset."""
    return datetime.fromtimestamp(at).astimezone().isoformat(timespec="seconds")


def usd(microusd: int | None) -> float | None:
    """Dollars; None stays what is not known."""
    return None if microusd is None else microusd / 1_000_000


def evidence_to_wire(evidence: Evidence) -> dict[str, Any]:
    """`{"path", "start_line", …}` for a span, `{"commit", "subject", "date"}` for a commit."""
    if evidence.commit is not None:
        return {"commit": evidence.commit.oid, "subject": evidence.commit.subject, "date": evidence.commit.date}
    return {
        "path": escape_path(evidence.path),
        "start_line": evidence.span.start_line,
        "end_line": evidence.span.end_line,
        "symbol": evidence.symbol,
        "blob": evidence.blob,
        "verified": evidence.verified,
    }


def piece_to_wire(piece: Piece) -> dict[str, Any]:
    """A piece of a context in the form of evidence; it was read from the blob that is on disk, and so holds."""
    return {
        "path": escape_path(piece.path),
        "start_line": piece.span.start_line,
        "end_line": piece.span.end_line,
        "symbol": piece.definition.symbol.qualname if piece.definition else "",
        "blob": piece.blob,
        "verified": True,
    }


def tokens_to_wire(counted: Tokens) -> dict[str, int]:
    return {
        "prompt": counted.prompt,
        "cached": counted.cached,
        "completion": counted.completion,
        "baseline": counted.baseline,
        "saved": counted.saved,
    }


def claim_to_store(claim: Claim) -> dict[str, Any]:
    """A claim with all that is needed to check it again; the inverse is `claim_from_store`."""
    return {"text": claim.text, "evidence": [evidence_to_store(one) for one in claim.evidence]}


def claim_from_store(stored: Mapping[str, Any]) -> Claim:
    return Claim(stored["text"], tuple(evidence_from_store(one) for one in stored["evidence"]))


def evidence_to_store(evidence: Evidence) -> dict[str, Any]:
    if evidence.commit is not None:
        commit = evidence.commit
        return {"commit": [commit.oid, commit.author, commit.date, commit.subject, commit.body, commit.paths]}
    span = [evidence.span.start_line, evidence.span.end_line]
    return {
        "path": evidence.path, "span": span, "symbol": evidence.symbol, "blob": evidence.blob, "digest": evidence.digest
    }  # fmt: skip


def evidence_from_store(stored: Mapping[str, Any]) -> Evidence:
    if "commit" in stored:
        oid, author, date, subject, body, paths = stored["commit"]
        touched = tuple((status, path) for status, path in paths)
        return Evidence(commit=Commit(oid, author, date, subject, body, touched))
    span = Span(*stored["span"])
    return Evidence(stored["path"], stored["blob"], span, stored["symbol"], stored["digest"])
