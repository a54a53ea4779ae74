"""Models break their promises about form, in every way there is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reverie_daemon.core.shapes import parsed

SCHEMA = {
    "type": "object",
    "required": ["claims"],
    "properties": {
        "done": {"type": "boolean"},
        "sure": {"type": "number"},
        "kind": {"enum": ["purpose", "flow"]},
        "claims": {"type": "array", "maxItems": 2, "items": {"type": "string"}},
    },
}


@pytest.mark.parametrize(
    "text", ['{"claims": []}', ' {"claims": ["a", "b"], "done": true, "sure": 0.5}\n', '```json\n{"claims": []}\n```']
)
def test_what_fits_is_taken(text):
    """A fence around it is a habit of many models."""
    assert parsed(text, SCHEMA) is not None


@pytest.mark.parametrize(
    "text",
    [
        "", "Sure! Here it is: {}", "{}", "[]", '{"claims": "a"}', '{"claims": [1]}', '{"claims": ["a", "b", "c"]}',
        '{"claims": [], "done": 1}', '{"claims": [], "sure": true}', '{"claims": [], "kind": "gossip"}',
        '{"claims": ["a"', "null", "[" * 100_000,
    ],
)  # fmt: skip
def test_what_does_not_fit_is_nothing(text):
    """Half a reply must not become a note."""
    assert parsed(text, SCHEMA) is None


@given(st.text())
def test_nothing_raises(text):
    """It is read in the midst of a job."""
    parsed(text, SCHEMA)
