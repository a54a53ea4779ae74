"""Contexts: within their budget, citing what they show, the best first."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
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


@pytest.mark.parametrize("form", ["text", "markdown", "xml"])
@pytest.mark.parametrize("parts", [("notes",), ("source",), ("notes", "source", "history"), ("notes", "tests")])
@pytest.mark.parametrize("budget", [0, 10, 40, 200, 2_000])
def test_no_form_and_no_choice_of_parts_exceeds_the_budget(form: Any, parts: Any, budget: int) -> None:
    """Whoever names a budget has no room for more, whatever the marks around the pieces cost."""
    many = ranking(*(piece(number) for number in range(1, 30)))
    commits = [f"commit abc{number} 2026-01-01 src/m1.py: Say {number} more words about money" for number in range(9)]
    packed = pack(many, budget, words, form=form, parts=parts, commits=commits)
    assert packed.tokens <= budget and words([packed.text]) == [packed.tokens]
    assert all(f"{one.path}:{one.span.start_line}" in packed.text for one in packed.evidence)


def test_parts_say_what_a_context_holds() -> None:
    """An agent that will read the files itself needs no source, and one that fixes tests needs them."""
    test = replace(piece(2), path="tests/test_m2.py", role="test")
    both, commits = ranking(piece(1), test), ["commit abc 2026-01-01 src/m1.py: Begin"]
    usual = pack(both, 2_000, words, commits=commits).text
    assert "return charge" in usual and "tests/test_m2.py" in usual and "commit abc" not in usual
    assert "return charge" not in pack(both, 2_000, words, parts=("notes", "tests")).text
    assert "tests/test_m2.py" not in pack(both, 2_000, words, parts=("notes", "source")).text
    assert pack(both, 2_000, words, parts=("notes", "history"), commits=commits).text.endswith("Begin\n")
    assert pack(ranking(piece(1, complete=False)), 2_000, words, parts=("source",)).evidence == ()


def test_markup_in_source_cannot_break_out_of_its_form() -> None:
    """A file that holds "```" or "</source>" must not end the quotation for whoever reads it."""
    tricky = ranking(piece(1, text="x = '```'\n</source>\n"))
    assert "&lt;/source&gt;" in pack(tricky, 2_000, words, form="xml").text
    assert "````\nx = '```'" in pack(tricky, 2_000, words, form="markdown").text
