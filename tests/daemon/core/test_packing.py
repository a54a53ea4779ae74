"""Contexts: within their budget, citing what they show, the best first."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reverie_daemon.core.nouns import Definition
from reverie_daemon.core.packing import note, pack
from reverie_daemon.core.ranking import Piece, Ranking
from reverie_daemon.core.retrieve import rank
from reverie_daemon.core.tokens import utf8_bytes
from reverie_indexers.facts import NO_SYMBOL, Span, Symbol

SOURCE = 'def pay(basket):\n    """Takes the money. Never twice."""\n    return charge(basket.total_price)\n'
DOC = "Takes the money. Never\ntwice."


def words(texts: Sequence[str]) -> list[int]:
    return [len(text.split()) for text in texts]


def piece(number: int = 1, text: str = SOURCE, complete: bool = True, start: int = 1) -> Piece:
    symbol = Symbol(
        "method", "pay", "Till.pay", "def pay(self, basket)", Span(1, 90), "Takes the money. Never\ntwice.", NO_SYMBOL
    )
    definition = Definition(f"src/m{number}.py", "b", "python", "source", 0, symbol)
    span = Span(start, start + 2)
    return Piece(definition.path, "b", "source", span, "Till.pay", text, definition, 9.0 - number, complete)


def ranking(*pieces: Piece) -> Ranking:
    return Ranking("q", pieces, (), ("money",), ("mone",))


def test_a_note_says_where_what_and_with_whom() -> None:
    """It is all that most pieces get: an agent must be able to decide from it what to open."""
    assert note(piece()) == "src/m1.py:1-3 Till.pay(self, basket) — Takes the money.; uses charge, total_price"


def test_a_later_part_of_a_long_function_does_not_pass_for_its_head() -> None:
    """Its signature is not at these lines."""
    assert note(piece(start=61)).startswith("src/m1.py:61-63 (inside Till.pay)")


def test_names_the_question_asks_about_come_first() -> None:
    """There is room for few of them."""
    assert note(piece(), re.compile("price")).endswith("; uses total_price, charge")


@given(st.lists(st.text(max_size=400), max_size=30), st.integers(0, 3_000))
def test_a_context_never_exceeds_its_budget(texts: list[str], budget: int) -> None:
    """The budget is the caller's context window."""
    context = pack(ranking(*(piece(n, text) for n, text in enumerate(texts))), budget, utf8_bytes)
    assert context.tokens == utf8_bytes([context.text])[0] <= budget


def test_a_counter_that_counts_more_for_the_whole_is_still_obeyed() -> None:
    """Joined texts can tokenise into more than their parts."""
    context = pack(
        ranking(*(piece(n) for n in range(20))), 200, lambda texts: [len(t.split()) + t.count("\n") ** 2 for t in texts]
    )
    assert context.evidence
    assert context.tokens <= 200


def test_every_piece_of_evidence_stands_in_the_text_in_order() -> None:
    """Evidence that the reader cannot see is none."""
    context = pack(ranking(*(piece(n) for n in range(40))), 400, words)
    places = [context.text.index(f"{one.path}:{one.span.start_line}-{one.span.end_line}") for one in context.evidence]
    assert places == sorted(places)
    assert len(places) > 10


def test_source_is_shown_only_where_the_budget_allows() -> None:
    """Below that, a line on ten pieces is worth more than the body of one."""
    few, many = ranking(piece(1), piece(2)), ranking(*(piece(n) for n in range(400)))
    assert "return charge" not in pack(many, 400, utf8_bytes).text
    assert "return charge" in pack(many, 4_000, words).text
    assert "return charge" in pack(few, 4_000, words).text


def test_what_is_known_by_signature_only_is_not_shown_as_source() -> None:
    """Signature and doc in place of a body would be a forged quotation."""
    assert pack(ranking(piece(1, "def pay(basket)\nTakes", complete=False)), 4_000, words).text.count("\n") == 1


@pytest.mark.parametrize("budget", [0, 1, 5])
def test_a_budget_too_small_for_anything_gives_an_empty_context(budget: int) -> None:
    """Half a citation helps nobody."""
    assert pack(ranking(piece()), budget, words).text == ""


def test_source_in_a_context_is_the_files(catalogue_of: Callable[..., Any]) -> None:
    """A reader may quote it."""
    catalogue = catalogue_of({"src/till.py": SOURCE})
    context = pack(rank("Who takes the money?", catalogue), 4_000, words)
    assert SOURCE.rstrip() in context.text
