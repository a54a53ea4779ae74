"""When a citation holds, and where it went when it moved."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reverie_daemon.core.evidence import cite, code_names, digest, holds, is_verified, names_missing, relocate, verify
from reverie_daemon.core.nouns import Claim, Commit, Evidence
from reverie_indexers.facts import Span

LINES = ["import os", "", "def run(path):", "    return os.stat(path)", "", "def stop():", "    pass"]


def text_of(path: str) -> Sequence[str] | None:
    return LINES if path == "src/app.py" else None


def run_cited(symbol: str = "App.run") -> Evidence:
    return cite("src/app.py", "b1", Span(3, 4), LINES, symbol)


def test_a_citation_holds_while_its_lines_are_the_same() -> None:
    """The one promise that every answer makes."""
    assert holds(run_cited(), LINES)
    assert not holds(run_cited(), [*LINES[:3], "    return None", *LINES[4:]])
    assert not holds(run_cited(), LINES[:3])
    assert not holds(run_cited(), None)


def test_a_citation_is_cut_to_sixty_lines_and_to_the_file() -> None:
    """A longer one is never accepted, so it must never be made."""
    many = [str(n) for n in range(200)]
    assert cite("a", "b", Span(10, 190), many).span == Span(10, 69)
    assert cite("a", "b", Span(195, 400), many).span == Span(195, 200)
    with pytest.raises(ValueError, match="cannot begin at line 201"):
        cite("a", "b", Span(201, 202), many)


def test_a_span_over_sixty_lines_does_not_hold() -> None:
    """ "Somewhere in these 300 lines" is no citation, even with the right digest."""
    many = [str(n) for n in range(200)]
    assert not holds(Evidence(path="a", span=Span(1, 61), digest=digest(many[:61])), many)
    assert holds(Evidence(path="a", span=Span(1, 60), digest=digest(many[:60])), many)


@given(st.integers(0, 30), st.integers(0, 3))
def test_lines_that_moved_are_found_again(above: int, removed: int) -> None:
    """An edit elsewhere in the file must not make answers stale."""
    lines = ["# new"] * above + LINES[removed:]
    moved = relocate(run_cited(), lines)
    if removed > 2:
        assert moved is None
    else:
        assert moved is not None
        assert lines[moved.span.start_line - 1 : moved.span.end_line] == LINES[2:4]


def test_of_two_places_the_nearest_is_taken() -> None:
    """Repeated code is common; the citation should not jump across the file."""
    lines = ["x", "a", "b", "y", "z", "a", "b"]
    cited = Evidence(path="p", span=Span(5, 6), digest=digest(["a", "b"]))
    found = relocate(cited, lines)
    assert found is not None
    assert found.span == Span(6, 7)


def test_a_commit_always_holds() -> None:
    """History does not change under a reader."""
    commit = Commit("abc", "Ann", "2024-01-01T00:00:00+00:00", "Add run", "")
    claim = verify(Claim("Ann added `run`.", (Evidence(commit=commit),)), text_of)
    assert is_verified(claim)


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("`run` stats the `path`.", True),
        ("`App.run` lives in `src/app.py:3-4`.", True),
        ("`run` calls `os.stat(path)`.", True),
        ("`run` calls `os.unlink`.", False),
        ("Nothing is named here.", True),
    ],
)
def test_code_names_of_a_claim_must_be_in_or_around_the_span(text: str, good: bool) -> None:
    """A true quotation under a false sentence is the commonest way to be wrong."""
    assert is_verified(verify(Claim(text, (run_cited(),)), text_of)) is good


def test_a_claim_about_two_places_may_cite_both() -> None:
    """Caller and callee seldom share their lines."""
    both = (run_cited(), cite("src/app.py", "b1", Span(6, 7), LINES, "stop"))
    assert is_verified(verify(Claim("`run` and `stop`", both), text_of))
    assert not is_verified(verify(Claim("`run` and `stop`", both[:1]), text_of))


def test_a_claim_without_evidence_or_with_a_lost_file_is_not_verified() -> None:
    """What cannot be checked must not look checked."""
    assert not is_verified(verify(Claim("Just so."), text_of))
    assert not is_verified(verify(Claim("Gone.", (cite("gone.py", "b", Span(1, 1), LINES),)), text_of))


def test_names_are_read_from_code_only() -> None:
    """Prose words are not names, and a place is not one either."""
    assert code_names("The run calls `os.stat` at `src/app.py:3`") == ("os", "stat")
    assert names_missing("`nowhere`", [run_cited()], text_of) == ("nowhere",)
