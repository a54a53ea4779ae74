"""Finding names by their letters: what qualifies, what comes first, and that no input is slow or fails."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reverie_daemon.core.finding import best, folded, qualifying

NAMES = ("request_context", "RequestContext", "app", "application", "wrap", "src/app/cli.py", "Map", "has_app_context")


def found(letters: str, names=NAMES) -> list[str]:
    lines = "\n".join(f"{folded(name)}\t{name}" for name in names)
    return best(letters, (match[1] for match in qualifying(letters).finditer(lines)), 10)


@pytest.mark.parametrize(
    ("letters", "expected"),
    [
        ("rqctx", ["RequestContext", "request_context"]),
        ("app", ["app", "application", "src/app/cli.py", "has_app_context"]),
        ("app/cli", ["src/app/cli.py"]),
        ("cli.py", ["src/app/cli.py"]),
        ("REQUEST_CONTEXT", ["RequestContext", "request_context"]),
        ("zz", []),
    ],
)
def test_letters_in_order_find_a_name(letters, expected):
    """What is typed in a hurry is a beginning, a part, or the letters that stick in memory."""
    assert found(letters) == expected


@given(st.text(max_size=80), st.lists(st.text(alphabet=st.characters(categories=["L", "N", "P"])), max_size=20))
def test_every_name_found_has_the_letters_in_order(letters, names):
    """Whatever is typed or named, nothing fails and nothing wrong is offered."""
    for name in found(letters, [name for name in names if "\t" not in name]):
        rest = iter(folded(name))
        assert all(letter in rest for letter in folded(letters)[:60])


def test_a_line_that_does_not_fit_is_read_once():
    """Letters that repeat must not make the search explode: backtracking would never end here."""
    assert found("a" * 30 + "b", ["a" * 5_000] * 20) == []
