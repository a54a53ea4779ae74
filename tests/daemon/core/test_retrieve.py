"""What is ranked first, for questions that name things and for questions that only describe them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from reverie_daemon.core.candidates import LOOKUPS_MAX
from reverie_daemon.core.pathnames import named_after
from reverie_daemon.core.ranking import Ranking, asks_for
from reverie_daemon.core.retrieve import rank

SHOP = {
    "src/shop/basket.py": (
        '"""Baskets."""\n\n\n'
        "class Basket:\n"
        '    """Holds what a customer is about to buy."""\n\n'
        "    def add(self, item):\n"
        '        """Puts an item in."""\n'
        "        self.items.append(item)\n\n"
        "    def close(self):\n"
        '        """No item can be added from here on."""\n'
        "        self.closed = True\n"
        "        settle(self)\n"
    ),
    "src/shop/money.py": (
        "def settle(basket):\n    return sum(price(item) for item in basket.items)\n\n\n"
        "def price(item):\n    return item.cents\n"
    ),
    "src/shop/labels.py": "\n\n".join(f"def label_{n}(text):\n    return text + '{n}'\n" for n in range(30)),
    "tests/test_basket.py": (
        "from shop.basket import Basket\n\n\n"
        "def test_closed_basket_takes_no_item():\n"
        "    basket = Basket()\n    basket.close()\n    basket.add('item')\n\n\n"
        "class Till:\n    def ring(self):\n        return 'ring'\n"
    ),
    "docs/baskets.md": "# Baskets\n\nA closed basket takes no item from the customer.\n",
}


@pytest.fixture
def shop(catalogue_of: Callable[..., Any]) -> Any:
    return catalogue_of(SHOP)


def titles(ranking: Ranking) -> list[str]:
    return [piece.title for piece in ranking.pieces]


def test_what_the_question_names_comes_first(shop: Any) -> None:
    """An identifier in a question is the surest sign there is."""
    assert titles(rank("What does `settle` return?", shop))[0] == "settle"
    assert titles(rank("How does Basket.close work?", shop))[0] == "Basket.close"


def test_a_plain_word_is_a_name_where_one_thing_bears_it_and_is_of_the_kind_said(
    catalogue_of: Callable[..., Any],
) -> None:
    """ "The links method" is as sure as `links`, though more words of the question stand elsewhere."""
    files = {
        "page.py": "class Page:\n    def links(self):\n        return parse_link_header(self.header)\n",
        "parse.py": (
            "def parse_link_header(header):\n"
            '    """Splits a link header with several entries of the same relation."""\n'
            "    return [entry.relation for entry in header.split(',')]\n"
        ),
    }
    asked = "How does the {} handle a link header whose entries have the same relation?"
    catalogue = catalogue_of(files)
    assert titles(rank(asked.format("links method"), catalogue))[0] == "Page.links"
    assert titles(rank(asked.format("links class"), catalogue))[0] == "parse_link_header"


def test_files_that_use_what_is_named_come_before_those_that_only_sound_like_it(
    catalogue_of: Callable[..., Any],
) -> None:
    """Who asks about a thing by name mostly needs to see who relies on it as well."""
    asked = "Why does `LoweredKeys` keep the case of the keys that were set?"
    files = {
        "keys.py": "class LoweredKeys:\n    def set(self, key):\n        self.keys[key.lower()] = key\n",
        "cases.py": "def keep_case(keys):\n    return [key for key in keys if key.case_was_set]\n",
        "wire.py": "def receive(pairs):\n    return LoweredKeys(pairs)\n",
    }
    found = rank(asked, catalogue_of(files)).files
    assert [path for path, _ in found] == ["keys.py", "wire.py", "cases.py"]
    many = {f"user_{n}.py": "def receive(pairs):\n    return LoweredKeys(pairs)\n" for n in range(20)}
    assert [path for path, _ in rank(asked, catalogue_of(files | many)).files][:2] == ["keys.py", "cases.py"]


def test_a_test_that_is_named_brings_the_file_it_is_about(catalogue_of: Callable[..., Any]) -> None:
    """Who asks why a test is as it is mostly wants what it tests."""
    files = {
        "src/table.py": "def show(rows):\n    return '\\n'.join(rows)\n\n\ndef width(rows):\n    return max(rows)\n",
        "src/format.py": "def format_rows(rows):\n    return [f'{row:separate}' for row in rows]\n",
        "tests/test_table.py": "class TestShowing:\n    def test_rows(self):\n        assert True\n",
    }
    found = rank("Why does TestShowing have separate rows to format, and what does it show?", catalogue_of(files)).files
    assert next(path for path, _ in found if path.startswith("src/")) == "src/table.py"


@pytest.mark.parametrize(
    ("path", "name"),
    [("tests/test_basket.py", "basket"), ("basket_test.go", "basket"), ("src/basket.spec.ts", "basket"),
     ("BasketTest.java", "Basket"), ("spec/basket_spec.rb", "basket"), ("testing/python/fixtures.py", "fixtures"),
     ("tests/contest.py", "contest")],
)  # fmt: skip
def test_the_name_of_a_test_file_tells_what_it_is_about(path: str, name: str) -> None:
    """Each language has its own way of naming tests."""
    assert named_after(path) == name


def test_a_described_thing_is_found_by_its_words(shop: Any) -> None:
    """Most questions name nothing."""
    assert titles(rank("Where are items put into what a customer buys?", shop))[0] in ("Basket", "Basket.add")


def test_source_goes_before_tests_and_documents_that_say_the_same(shop: Any) -> None:
    """A test repeats the words of what it tests, more often than the source does."""
    paths = [path for path, _ in rank("Can a closed basket take an item?", shop).files]
    assert paths[0] == "src/shop/basket.py"
    assert {"tests/test_basket.py", "docs/baskets.md"} <= set(paths[1:])


def test_a_question_for_tests_or_documents_gets_them(shop: Any) -> None:
    """Whoever asks for the tests should not have to scroll past the source."""
    assert rank("Which tests cover a closed basket that takes no item?", shop).files[0][0] == "tests/test_basket.py"
    documents = rank("Where in the documentation does a closed basket take no item from the customer?", shop)
    assert documents.files[0][0] == "docs/baskets.md"


def test_a_thing_being_tested_is_no_question_for_tests() -> None:
    """ "The operators being tested in X" tells which operators are meant; asked for is where they are."""
    assert asks_for("Where is the class whose operators are being tested in test_paths_compare?") == set()
    assert asks_for("Where is it tested that paths compare?") == {"test"}


def test_a_helper_that_only_tests_define_is_found_by_name(shop: Any) -> None:
    """It is in a test file, and still the one right answer."""
    assert rank("Where is the Till class defined?", shop).files[0][0] == "tests/test_basket.py"


def test_what_a_strong_piece_calls_comes_along(shop: Any) -> None:
    """`settle` shares no word with the question; only the call leads there."""
    ranking = rank("What happens when a basket is closed?", shop)
    assert "settle" in titles(ranking)
    assert titles(ranking).index("settle") < 6


def test_the_folder_asked_about_bounds_everything(shop: Any) -> None:
    """In a monorepo the neighbours are noise, also those reached by name or by a call."""
    ranking = rank("How does `settle` close a basket?", shop, under="tests")
    assert {path for path, _ in ranking.files} == {"tests/test_basket.py"}
    assert not rank("How does `settle` work?", shop, under="src/sho").pieces


def test_no_piece_is_longer_than_a_citation_may_be(catalogue_of: Callable[..., Any]) -> None:
    """A span over 60 lines counts for nothing and cannot be checked."""
    long = "def endless(basket):\n" + "".join(f"    basket.step_{n}()\n" for n in range(400))
    ranking = rank("What does endless do with the basket?", catalogue_of({"src/a.py": long}))
    assert ranking.pieces
    assert all(piece.span.end_line - piece.span.start_line < 60 for piece in ranking.pieces)


def test_the_same_question_gives_the_same_ranking(catalogue_of: Callable[..., Any]) -> None:
    """Same clock, same context: answers and their freshness depend on it."""
    question = "Which label does text get?"
    assert rank(question, catalogue_of(SHOP)) == rank(question, catalogue_of(SHOP))


@pytest.mark.parametrize(
    "question", ["", "?", "what is the", "\N{SNOWMAN}", "zzz qqq", "(((", 'a "b" OR c*', "x" * 5000]
)
def test_any_text_is_a_question(shop: Any, question: str) -> None:
    """Users paste anything; nothing found is an answer, an exception is not."""
    assert isinstance(rank(question, shop), Ranking)


def test_lookups_are_bounded_however_many_names_a_question_has(catalogue_of: Callable[..., Any]) -> None:
    """A pasted stack trace must not cost thousands of queries."""
    catalogue = catalogue_of(SHOP)
    asked: list[str] = []
    found = catalogue.definitions

    def definitions(name: str, limit: int = 50) -> Any:
        asked.append(name)
        return found(name, limit)

    catalogue.definitions = definitions
    rank(" ".join(f"`name_{n}.call_{n}()` label_{n}()" for n in range(500)), catalogue)
    assert len(asked) <= LOOKUPS_MAX


def test_what_says_the_same_in_other_words_is_found_once_meanings_are_known(catalogue_of: Callable[..., Any]) -> None:
    """Half of all questions share no word with what answers them."""
    question = "Where is the purchase brought to an end?"

    def meanings(asked: str, passage: str) -> float:
        return 0.7 if asked == question and "closed = True" in passage else 0.0

    assert rank(question, catalogue_of(SHOP)).pieces == ()
    assert titles(rank(question, catalogue_of(SHOP, meanings=meanings)))[0] == "Basket.close"


def test_a_passage_found_by_word_and_by_meaning_counts_for_both_and_once(catalogue_of: Callable[..., Any]) -> None:
    """Agreement of the two is the surest sign after a name."""
    question = "How are the labels settled?"

    def meanings(asked: str, passage: str) -> float:
        return 0.8 if "def settle" in passage else 0.0

    found = titles(rank(question, catalogue_of(SHOP, meanings=meanings)))
    assert found[0] == "settle" and found.count("settle") == 1


def test_examples_and_benchmarks_stand_behind_the_product_unless_asked_for(catalogue_of: Callable[..., Any]) -> None:
    """They use the words of what they show off, and answer nothing about how it works."""
    text = "def boil_water(kettle):\n    kettle.heat()\n"
    files = {"src/kettle.py": text, "examples/a_kettle.py": text, "bench/kettle.py": text}
    assert rank("How is water boiled in the kettle?", catalogue_of(files)).files[0][0] == "src/kettle.py"
    assert rank("Which example boils water in a kettle?", catalogue_of(files)).files[0][0] == "examples/a_kettle.py"
