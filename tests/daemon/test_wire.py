"""What crosses the socket comes out as it went in."""

from __future__ import annotations

import json
import os

from hypothesis import given
from hypothesis import strategies as st
from reverie_daemon import wire
from reverie_daemon.core.nouns import Claim, Commit, Evidence
from reverie_indexers.facts import Span


@given(st.binary(min_size=1, max_size=30).filter(lambda raw: b"\0" not in raw))
def test_any_path_survives_json(raw: bytes) -> None:
    """File names are bytes; a user with an old name in Latin-1 must be able to follow its citation."""
    path = os.fsdecode(raw)
    crossed = json.loads(wire.dumps(wire.escape_path(path)))
    assert wire.unescape_path(crossed, {path}) == path


def test_plain_paths_stay_readable() -> None:
    """Escaping what needs none would break every citation that a person copies."""
    assert wire.escape_path("src/100%/naïve 😀.py") == "src/100%/naïve 😀.py"


def test_a_remembered_claim_can_be_checked_again() -> None:
    """An answer is shown again only if its citations still hold, so their digests must be kept."""
    commit = Commit("ab" * 20, "Ada", "2026-01-01T00:00:00+00:00", "Begin", "why", (("M", "a.py"),))
    evidence = (Evidence("a.py", "cd" * 20, Span(3, 9), "A.b", "12" * 16), Evidence(commit=commit))
    claim = Claim("It begins in `a.py:3`.", evidence)
    assert wire.claim_from_store(json.loads(json.dumps(wire.claim_to_store(claim)))) == claim
