"""Identifiers are found by their parts only when text and question are split alike."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reverie_indexers.words import question_terms, searchable

HUMP = re.compile(r"(?<=[a-z])(?=[A-Z0-9])|(?<=[A-Z])(?=[A-Z][a-z]|[0-9])|(?<=[0-9])(?=[A-Za-z])")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("camelCase", "camel Case"),
        ("HTTPServer", "HTTP Server"),
        ("parseHTTPRequest2x", "parse HTTP Request 2 x"),
        ("snake_case stays", "snake_case stays"),
        ("utf8 MAX_2 éÀb A", "utf 8 MAX_2 éÀb A"),
        ("", ""),
    ],
)
def test_words_are_split_at_humps(text: str, expected: str) -> None:
    """ "Where is the request parsed" has to find `parseHTTPRequest`."""
    assert searchable(text) == expected


@given(st.text(alphabet="aZ9b_ é\ud800\n", max_size=60) | st.text(max_size=60))
def test_splitting_equals_its_plain_definition(text: str) -> None:
    """The fast way must not differ from the readable one on any text."""
    assert searchable(text) == HUMP.sub(" ", text)


def test_a_question_is_reduced_to_what_it_is_about() -> None:
    """Filler words would find every passage there is."""
    assert question_terms("Where does the HTTPServer call setUp_all, and why setUp?") == [
        "http", "server", "call", "set",
    ]  # fmt: skip


def test_a_question_of_filler_words_keeps_them() -> None:
    """Something has to be searched for."""
    assert question_terms("What is this?") == ["what", "is", "this"]
