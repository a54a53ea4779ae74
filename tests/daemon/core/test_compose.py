"""Answers put together without a model: what their first sentence says, what they cite, what they must not claim."""

from __future__ import annotations

import re

import pytest
from reverie_daemon.core.compose import compose
from reverie_daemon.core.evidence import is_verified, names_missing, verify
from reverie_daemon.core.nouns import Commit
from reverie_daemon.core.questions import understand
from reverie_daemon.core.retrieve import rank

from .conftest import MemoryCatalogue

SHOP = '''"""A shop that sells things."""

import os

from shop.prices import price_of, Discount
from shop.stock import Stock

CURRENCY = os.environ.get("SHOP_CURRENCY", "EUR")


class ShopError(Exception):
    """The shop could not do what was asked."""


class Shop:
    """Sells what is in stock.

    A shop can be closed once and is never opened again.
    """

    def __init__(self, stock: Stock):
        self.stock = stock
        self._closed = False

    def sell(self, name, amount=1):
        """Sell some of a thing and return what it costs.

        Raises ShopError when the shop is closed.
        """
        self._check_open()
        # Reserve first, so that two customers do not buy the same piece.
        self.stock.reserve(name, amount)
        return price_of(name) * amount

    def close(self):
        """Close the shop for good."""
        self._closed = True

    def _check_open(self):
        if self._closed:
            raise ShopError("The shop is closed.")


class OnlineShop(Shop):
    """Sells over the network."""

    def sell(self, name, amount=1):
        """Sell and ship."""
        return super().sell(name, amount) + 5


def open_shop(path):
    """Open a shop with the stock that a file lists."""
    stock = Stock(path)
    return Shop(stock)
'''
PRICES = '''"""What things cost."""

RATES = {"tea": 3, "cup": 7}


class Discount:
    """Makes things cheaper."""

    def apply(self, price):
        """Apply the discount to a price."""
        return price - 1


def price_of(name):
    """Look up the price of a thing."""
    if name not in RATES:
        raise KeyError(name)
    return RATES[name]
'''
STOCK = '''"""What is there to sell."""


class Stock:
    """Things and how many there are."""

    def __init__(self, path):
        self.path = path
        self.counts = {}

    def reserve(self, name, amount):
        """Take some of a thing out of the stock."""
        self.counts[name] = self.counts.get(name, 0) - amount
'''
FILES = {
    "README.md": "# Shop\n\nShop is a small library that sells tea and cups.\n\n## Testing\n\n```sh\n$ python -m "
        "pytest -q\n```\n",
    "pyproject.toml": (
        '[project]\nname = "shop"\ndescription = "A library that sells tea."\nrequires-python = ">=3.11"\n\n'
        '[project.scripts]\nshop = "shop.cli:main"\n\n[tool.pytest.ini_options]\ntestpaths = ["tests"]\n'
    ),
    "Makefile": "build:\n\tpython -m build\n",
    "shop/__init__.py": '"""The shop package."""\n',
    "shop/shop.py": SHOP,
    "shop/prices.py": PRICES,
    "shop/stock.py": STOCK,
    "tests/test_shop.py": (
        "import pytest\nfrom shop.shop import Shop, open_shop\n\n\ndef test_a_closed_shop_sells_nothing():\n"
        "    shop = Shop(None)\n    shop.close()\n    with pytest.raises(Exception):\n        shop.sell('tea')\n\n\n"
        "def test_open():\n    assert open_shop('x')\n"
    ),
}  # fmt: skip
COMMITS = (
    Commit(
        "f" * 40,
        "Ada",
        "2024-03-02T10:00:00+01:00",
        "Reserve before selling",
        "Two customers bought the same piece.\n\nSigned-off-by: Ada",
        (("M", "shop/shop.py"), ("A", "tests/test_shop.py")),
    ),
    Commit(
        "e" * 40,
        "Bo",
        "2024-02-01T10:00:00+01:00",
        "bump version",
        "",
        (("M", "pyproject.toml"), ("M", "shop/shop.py")),
    ),
)


@pytest.fixture
def shop(catalogue_of):
    return catalogue_of(FILES, name="shop", commits=COMMITS, uncommitted=("shop/stock.py",))


def answered(catalogue, text):
    return compose(understand(text, catalogue), catalogue, lambda: rank(text, catalogue))


def first(composition):
    return composition.claims[0].text.split("\n\n")[0]


QUESTIONS = [
    "where is price_of",
    "what is Shop",
    "what does Shop.sell do",
    "what does sell do",
    "who calls price_of",
    "what does Shop.sell call",
    "how does Shop.sell work",
    "how does Shop work",
    "how do Shop and OnlineShop relate",
    "how do Shop and Stock relate",
    "how do Discount and Stock relate",
    "what happens if i change price_of",
    "what happens if i change Shop",
    "which tests cover Shop.sell",
    "which tests cover price_of",
    "why is Shop.sell like this",
    "who changed shop/shop.py",
    "what changed recently",
    "what did i change",
    "what did the last commit change",
    "where is the currency configured",
    "what environment variables are there",
    "how do i run the tests",
    "how do i build this",
    "how do i install it",
    "what is this repo about",
    "subclasses of Shop",
    "base classes of OnlineShop",
    "shop/prices.py",
    "what is in shop/",
    "shop/shop.py:40",
    "what is CURRENCY",
    "what is Shop._closed",
    "where is SHOP_CURRENCY",
    "where is frobnicate",
    "where is price_off",
    "the flag that stops selling after closing",
    "how is a piece reserved before it is sold",
    "why does selling fail when the shop was closed",
    "what makes a thing cheaper",
    "difference between Shop and OnlineShop",
    "what methods does Stock have",
    "signature of Shop.sell",
    "who calls Discount.apply",
    "unrelated words zebra quantum",
]


@pytest.mark.parametrize("text", QUESTIONS)
def test_every_citation_holds_and_every_mark_is_cited(shop, text):
    """One citation that does not hold costs the reader's trust in all others."""
    composition = answered(shop, text)
    assert composition.claims
    assert 0 <= composition.confidence <= 1
    for claim in composition.claims:
        checked = verify(claim, shop.text)
        assert not names_missing(claim.text, claim.evidence, shop.text), claim.text
        assert all(evidence.verified for evidence in checked.evidence), claim.text
        for path, line in re.findall(r"`([\w./-]+):(\d+)`", claim.text):
            spans = [e.span for e in claim.evidence if e.path == path]
            assert any(span.start_line <= int(line) <= span.end_line for span in spans), (claim.text, path, line)


@pytest.mark.parametrize("text", QUESTIONS)
def test_prose_is_whole(shop, text):
    """Template seams are what makes an answer read like a form."""
    markdown = answered(shop, text).markdown
    prose = re.sub(r"`[^`]*`|```.*?```", "x", markdown, flags=re.S)
    assert not re.search(r"\b(?:None|sorry|unfortunately)\b|\(\)|  \w|,,|\.\.(?!\.)| ,| \.(?:\s|$)|: :", prose), (
        markdown
    )


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("where is price_of", ["`price_of`", "`shop/prices.py:14`"]),
        ("what does price_of do", ["`shop/prices.py:14`", "looks up the price of a thing"]),
        ("what is Shop", ["`shop/shop.py:15`", "sells what is in stock"]),
        ("who calls price_of", ["one place", "`Shop.sell`", "`shop/shop.py:33`"]),
        ("what does Shop.sell call", ["`Shop._check_open`", "`Stock.reserve`", "`price_of`"]),
        ("how does Shop.sell work", ["`Shop.sell` (`shop/shop.py:25`)", "sells some of a thing"]),
        ("how do Shop and OnlineShop relate", ["`OnlineShop` (`shop/shop.py:44`) extends `Shop` (`shop/shop.py:15`)"]),
        ("how do Shop and Stock relate", ["`Shop`", "`Stock`"]),
        ("what happens if i change price_of", ["One place", "`price_of`"]),
        ("which tests cover Shop.sell", ["`test_a_closed_shop_sells_nothing`", "`tests/test_shop.py:9`"]),
        ("why is Shop.sell like this", ["Reserve before selling", "Two customers bought the same piece"]),
        ("who changed shop/shop.py", ["Ada", "2024-03-02"]),
        ("what changed recently", ["Reserve before selling"]),
        ("what did i change", ["`shop/stock.py`"]),
        ("what did the last commit change", ["Ada", "Reserve before selling"]),
        ("where is the currency configured", ["`SHOP_CURRENCY`", "`shop/shop.py:8`"]),
        ("what environment variables are there", ["`SHOP_CURRENCY`"]),
        ("what is this repo about", ["sells tea"]),
        ("subclasses of Shop", ["`OnlineShop`"]),
        ("base classes of OnlineShop", ["`Shop`"]),
        ("where is SHOP_CURRENCY", ["`shop/shop.py:8`"]),
        ("what makes a thing cheaper", ["`Discount"]),
        ("the method that takes some of a thing out of the stock", ["`Stock.reserve`", "`shop/stock.py:11`"]),
    ],
)
def test_the_first_sentence_answers(shop, text, facts):
    """A reader who stops after one sentence should have the answer."""
    sentence = first(answered(shop, text))
    for fact in facts:
        assert fact in sentence


def test_a_flow_is_told_in_the_order_things_happen(shop):
    """Checking, reserving and pricing are in that order in the source."""
    markdown = answered(shop, "how does Shop.sell work").markdown
    places = [markdown.index(name) for name in ("`Shop._check_open`", "`Stock.reserve`", "`price_of`")]
    assert places == sorted(places)
    assert "two customers do not buy the same piece" in markdown


def test_a_condition_is_told_with_what_it_leads_to(shop):
    """What raises, and when, is what people ask about."""
    markdown = answered(shop, "how does Shop._check_open work").markdown
    assert "f `self._closed`, it raises `ShopError` (“The shop is closed.”)" in markdown


def test_a_description_finds_the_method_and_its_condition(shop):
    """Most questions name nothing."""
    markdown = answered(shop, "what raises an error when something is sold after the shop was closed").markdown
    assert "`shop/shop.py:4" in markdown
    assert "`self._closed`" in markdown


def test_what_nobody_calls_is_said_to_be_uncalled(shop):
    """A caller that is none would be worse than none."""
    composition = answered(shop, "who calls Discount.apply")
    assert "Nothing in this repository calls `Discount.apply`" in first(composition)


def test_callers_do_not_include_namesakes(catalogue_of):
    """`close` is everywhere; only some of them close a shop."""
    files = {
        **FILES,
        "shop/door.py": "class Door:\n    def close(self):\n        pass\n\n\ndef shut(door):\n    door.close()\n",
    }
    markdown = answered(catalogue_of(files), "who calls Shop.close").markdown
    assert "shop/door.py" not in first(answered(catalogue_of(files), "who calls Shop.close"))
    assert "tests/test_shop.py:7" in markdown


def test_things_that_do_not_relate_are_not_related(shop):
    """Inventing a connection is the worst answer to this question."""
    assert "do not name each other" in first(answered(shop, "how do Discount and Stock relate"))


def test_impact_counts_tests_and_overriding_methods(shop):
    """A changed signature breaks overrides first."""
    markdown = answered(shop, "what happens if i change Shop.sell").markdown
    assert "`OnlineShop.sell`" in markdown
    assert "tests/test_shop.py:9" in markdown


def test_commands_are_those_of_the_files(shop):
    """A made-up command is a broken promise."""
    assert "```sh\npython -m pytest -q\n```" in answered(shop, "how do i run the tests").markdown
    assert "```sh\nmake build\n```" in answered(shop, "how do i build this").markdown


def test_a_repository_without_commands_says_so(catalogue_of):
    """Nothing is invented where nothing is said."""
    bare = catalogue_of({"a.py": "x = 1\n"})
    composition = answered(bare, "how do i run the tests")
    assert "No file in this repository gives a command to run the tests" in first(composition)
    assert "pytest" not in composition.markdown


def test_a_name_that_does_not_exist_is_pointed_out_with_low_confidence(shop):
    """The reader should learn that the name is wrong before reading about another."""
    composition = answered(shop, "where is frobnicate_widget")
    assert "frobnicate_widget" in first(composition)
    assert composition.confidence < 0.4


def test_a_typo_is_answered_with_a_word_about_it(shop):
    """`price_off` is surely `price_of`, but only nearly surely."""
    composition = answered(shop, "where is price_off")
    assert "“price_off”" in first(composition)
    assert "shop/prices.py:14" in composition.markdown
    assert composition.confidence < answered(shop, "where is price_of").confidence


def test_an_ambiguous_name_lowers_confidence_and_gives_readings(shop):
    """There are two `sell`."""
    composition = answered(shop, "what does sell do")
    assert composition.readings
    assert composition.confidence < answered(shop, "what does Shop.sell do").confidence


def test_ranking_is_asked_for_only_where_names_do_not_answer(shop):
    """Ranking costs time, and makes an answer depend on everything."""

    def never():
        raise AssertionError("ranked for nothing")

    for text in ("where is price_of", "who calls price_of", "what changed recently", "how do i run the tests"):
        assert compose(understand(text, shop), shop, never).claims


def test_an_empty_repository_is_answered_about(catalogue_of):
    """The first thing some people do is ask in an empty folder."""
    empty = catalogue_of({})
    for text in (
        "what is this repo about",
        "where is x",
        "how do i run this",
        "what changed recently",
        "the thing that sells",
    ):
        assert answered(empty, text).claims


def test_an_answer_is_the_same_every_time(shop):
    """Remembered and composed again must not differ."""
    for text in QUESTIONS[:12]:
        assert answered(shop, text) == answered(shop, text)


def test_a_described_answer_is_surer_the_further_its_file_leads(catalogue_of):
    """Confidence is to say how often such an answer is right; two files that fit alike are a coin toss."""
    one = {"src/kettle.py": "def boil_water(kettle):\n    kettle.heat()\n", "src/lamp.py": "def shine():\n    pass\n"}
    two = {**one, "src/pan.py": "def boil_water(pan):\n    pan.heat()\n"}
    text = "where is water boiled until it is hot"
    sure, unsure = answered(catalogue_of(one), text).confidence, answered(catalogue_of(two), text).confidence
    assert 0.3 < unsure < sure < 1


def test_why_a_file_was_added_is_told_from_the_commit_that_added_it(catalogue_of):
    """The last commits say why it is as it is; the question is why it is there at all."""
    later = [
        Commit(
            f"{number:040d}", "Cy", "2024-05-01T10:00:00+01:00", f"Polish {number}", "", (("M", "tests/test_shop.py"),)
        )
        for number in range(9)
    ]
    shop = catalogue_of(FILES, name="shop", commits=(*later, *COMMITS))
    answer = answered(shop, "Why was tests/test_shop.py added?")
    assert "Reserve before selling" in first(answer) and "Two customers bought" in first(answer)
    assert answer.claims[0].evidence[0].commit.oid == "f" * 40


def test_a_doc_longer_than_a_citation_is_cited_where_it_says_so(catalogue_of):
    """Else what the doc's end says would be marked as unverified."""
    body = "\n".join(f"    Word number {number}." for number in range(80))
    end = '    Call `cool_down` when the clay is hard.\n    """\n\n    x = 1\n'
    source = f'class Kiln:\n    """Bakes clay.\n\n{body}\n\n{end}'
    catalogue = catalogue_of({"kiln.py": source})
    text = "how is clay handled that is hard?"
    answer = compose(understand(text, catalogue), catalogue, lambda: rank(text, catalogue))
    told = next(claim for claim in answer.claims if "cool_down" in claim.text)
    assert is_verified(verify(told, catalogue.text))
    assert any(piece.span.start_line > 80 for piece in told.evidence)


def test_the_lines_of_all_callers_that_are_named_are_cited(catalogue_of):
    """A caller that calls twice must not push the next one out of the evidence."""
    source = "def load():\n    return 1\n\n\ndef a():\n    load()\n    load()\n    load()\n\n\ndef b():\n    load()\n"
    catalogue = catalogue_of({"kiln.py": source})
    answer = compose(understand("who calls load?", catalogue), catalogue, lambda: None)
    assert "`b`" in answer.claims[0].text and is_verified(verify(answer.claims[0], catalogue.text))


def test_a_constructor_is_no_reading_of_its_class(catalogue_of):
    """In Java both have the same name, and whoever says the name means the class."""
    catalogue = catalogue_of({"Kiln.java": "class Kiln {\n  Kiln() {}\n\n  void bake() {}\n}\n"})
    assert understand("what is Kiln?", catalogue).readings == ()


class Unread(MemoryCatalogue):
    """A repository whose commits git has, and which were not read yet."""

    def commits(self, path: str = "", limit: int = 20):
        return ()


def test_that_there_are_no_commits_is_said_only_where_git_has_none():
    """A first index is there seconds before the history is."""
    files = {"tea.py": "def brew():\n    pass\n"}
    made = Commit("a" * 40, "Ada", "2025-01-01T00:00:00+00:00", "Brew", "")
    for question, none in (("who last changed tea.py?", "Git has no commit"), ("what changed recently?", "no commits")):
        for commits, expected in (((), none), ((made,), "No commit was read yet; the newest is “Brew”")):
            catalogue = Unread(files, commits=commits)
            said = compose(understand(question, catalogue), catalogue, lambda one=catalogue: rank("", one))
            assert expected in said.claims[0].text


MILL = {
    "mill/grind.py": (
        "from mill.sieve import sift\n\n\ndef grind(corn):\n    return sift(corn)\n\n\n"
        "def bran(corn):\n    return corn\n"
    ),
    "mill/sieve.py": "def sift(flour):\n    return flour.fine\n",
    "tests/test_grind.py": "from mill.grind import grind\n\n\ndef test_grind():\n    assert grind(corn)\n",
}


@pytest.mark.parametrize(
    ("text", "lead"),
    [
        ("is `sift` used anywhere?", "Yes: `sift` (`mill/sieve.py:1`) is called in one place"),
        ("is `sift` unused?", "No: `sift` (`mill/sieve.py:1`) is called in one place"),
        ("is `bran` used anywhere?", "No: nothing in this repository calls `bran`"),
        ("is `grind` tested?", "Yes: one test covers `grind`"),
        ("is `grind` used by the tests?", "Yes: one test covers `grind`"),
        ("does `grind` call `sift`?", "Yes: `grind` (`mill/grind.py:4`) "),
        ("does `sift` call `grind`?", "Only the other way round: `grind` (`mill/grind.py:4`) "),
        ("does `sift` call `bran`?", "Not that I can see: `sift` (`mill/sieve.py:1`) and `bran`"),
        ("who calls `sift`?", "`sift` (`mill/sieve.py:1`) is called in one place"),
    ],
)
def test_what_is_asked_yes_or_no_is_answered_so(catalogue_of, text, lead):
    """The reader of a list of places has to work the answer out."""
    assert answered(catalogue_of(MILL), text).claims[0].text.startswith(lead)


def test_a_plain_word_is_no_example_or_test_of_that_name(catalogue_of):
    """ "How does pagination work?" was answered with the size of `examples/pagination.py`."""
    files = {**MILL, "examples/milling.py": "print(grind(corn))\n", "tests/milling.py": "MILLS = 3\n"}
    assert understand("how does milling work?", catalogue_of(files)).kind == "described"


def test_an_option_is_what_is_documented_rather_than_what_sets_the_projects_own_tools(catalogue_of):
    """The time limit of a test runner in `package.json` is no option of the library."""
    files = {
        "package.json": '{\n  "ava": {\n    "timeout": "10m"\n  }\n}\n',
        "docs/options.md": "# Options\n\n## `timeout`\n\nHow long to wait for a reply.\n",
    }
    assert "`docs/options.md:3`" in answered(catalogue_of(files), "which options control timeouts?").claims[0].text


def test_a_value_is_not_said_to_be_unused_because_no_read_of_it_is_known(catalogue_of):
    """Reads of fields are not facts in every language; "nothing calls it" would be taken for "nobody needs it"."""
    rust = "pub struct Opts {\n    pub case_sensitive: bool,\n}\n"
    rust += "\nfn run(opts: Opts) -> bool {\n    opts.case_sensitive\n}\n"
    said = answered(catalogue_of({"src/cli.rs": rust}), "who uses `Opts.case_sensitive`?").claims[0].text
    assert "calls" not in said and said.startswith("I find no use of `Opts.case_sensitive` (`src/cli.rs:2`) by name")


def test_the_one_call_that_may_reach_it_is_shown(catalogue_of):
    """The sentence ended in a colon with nothing after it."""
    files = {
        "mill/sieve.py": "class Sieve:\n    def put(self, corn):\n        return corn\n",
        "mill/bin.py": "class Bin:\n    def put(self, corn):\n        return corn\n",
        "mill/grind.py": "def grind(place, corn):\n    place.put(corn)\n",
    }
    said = answered(catalogue_of(files), "who calls `Sieve.put`?").claims[0].text
    assert said.endswith("that it could be: `grind` (`mill/grind.py:2`): `place.put(corn)`.")


def test_tests_that_are_in_a_file_of_its_name_are_told_of(catalogue_of):
    """ "No test names it" was said of an option that a whole test file is about: its tests set it by a key."""
    files = {
        "src/options.ts": "export class Options {\n  /** How pages are asked for. */\n  pagination = {};\n}\n",
        "test/pagination.ts": "test('pages', () => {\n  got({pagination: {limit: 1}});\n});\n",
    }
    said = answered(catalogue_of(files), "which tests test pagination?").claims[0].text
    assert said == "By name, `test/pagination.ts:1` is the test file for `pagination`."


def test_a_message_with_an_apostrophe_is_quoted_whole(catalogue_of):
    """ "It raises `nil` (“t have queries”)" was said of a Go function."""
    go = (
        'package mill\n\nimport "errors"\n\nfunc Queries(corn int) ([]string, error) {\n\tif corn == 0 {\n'
        '\t\treturn nil, errors.New("mill: the corn doesn\'t have queries")\n\t}\n\treturn grind(corn), nil\n}\n'
    )
    said = answered(catalogue_of({"mill.go": go}), "how does `Queries` work?").markdown
    assert "it raises `errors.New` (“mill: the corn doesn't have queries”)" in said
