"""Doc comments turned into prose that fits into a sentence."""

from __future__ import annotations

import pytest
from reverie_daemon.core.compose import prose


@pytest.mark.parametrize(
    ("sentence", "said"),
    [
        ("Return the user", "returns the user"),
        ("Tries again", "tries again"),
        ("Try again later", "tries again later"),
        ("Push the context and pop the rest", "pushes the context and pops the rest"),
        ("A proxy for the request", "is a proxy for the request"),
        ("The class that is used for requests", "is the class that is used for requests"),
        ("The flask object implements an application", ""),
        ("Sell some of a thing", "sells some of a thing"),
        ("Sells what is in stock", "sells what is in stock"),
        ("Lazily load the module", "lazily loads the module"),
        ("Alternative error attach function", ""),
        ("Like `before`, but later", ""),
        ("This function converts bytes", "converts bytes"),
        ("`x` is the thing", ""),
        ("", ""),
    ],
)
def test_a_doc_sentence_becomes_what_a_thing_does(sentence, said):
    """A "`f` Return the user" is how templates talk."""
    assert prose.predicate(sentence) == said


@pytest.mark.parametrize(
    ("doc", "paragraphs"),
    [
        ("One line.", ["One line."]),
        ("Summary\nover two lines.\n\nMore.", ["Summary over two lines.", "More."]),
        ("Summary.\n\n:param x: the x\n:return: y\n", ["Summary."]),
        ("Summary.\n\nArgs:\n    x: the x\n", ["Summary."]),
        ("Summary.\n\nParameters\n----------\nx : int\n", ["Summary."]),
        ("See :class:`~flask.Flask` and ``x``.", ["See `Flask` and `x`."]),
        ("The :attr:`title <a.b.c>` of it.", ["The `title` of it."]),
        ("Uses {@link Foo#bar} here.", ["Uses `bar` here."]),
        ("<p>Some <b>bold</b> text.</p>", ["Some bold text."]),
        ("", []),
    ],
)
def test_markup_is_read_as_prose(doc, paragraphs):
    """Every language has its own doc markup."""
    assert prose.paragraphs(doc) == paragraphs


def test_sentences_do_not_end_at_abbreviations():
    """Half a sentence is worse than a long one."""
    assert prose.sentences("Use it, e.g. Twice. Then stop.") == ["Use it, e.g. Twice.", "Then stop."]


def test_code_that_goes_on_in_further_lines_is_closed():
    """ "It returns {" ends in the air."""
    assert prose.code("{") == "`{…}`" and prose.code("make( ") == "`make(…)`" and prose.code("{ a }") == "`{ a }`"


def test_shortening_never_cuts_inside_code():
    """A lone backtick would turn the rest of the answer into code."""
    assert prose.shorten("words before `some_long_name and more` here", 24).count("`") % 2 == 0
    cut = prose.code("call(first_argument, second_argument)", 20)
    assert cut.endswith("…`")
    assert "second" not in cut


def test_lists_and_counts_read_naturally():
    """A "1 places" is a template's seam."""
    assert prose.joined(["a", "b", "c"]) == "a, b and c"
    assert prose.count(1, "place") == "one place"
    assert prose.count(1200, "line") == "1,200 lines"


def test_what_is_still_to_do_is_not_what_a_thing_does():
    """An answer that leads with somebody's reminder says nothing of the function."""
    assert prose.first_sentence("TODO: this could be faster.") == ""
    assert prose.first_sentence("Prints an entry.\n\nTODO: this could be faster.") == "Prints an entry"


def test_a_clause_in_the_past_is_no_description_of_its_subject():
    """ "`ProxyError` is an error occurred while …" is no English."""
    assert prose.predicate("An error occurred while connecting to the proxy.") == ""
    assert prose.predicate("A parcel from abroad is not supported.") == ""
    assert prose.predicate("A proxy for the request that is current.") == "is a proxy for the request that is current."


def test_a_yes_or_no_goes_before_the_sentence_it_stands_for():
    """What begins with code keeps its letters."""
    assert prose.yes_or_no(True, "Two tests exercise it.") == "Yes: two tests exercise it."
    assert prose.yes_or_no(False, "`Till` is used in one place.") == "No: `Till` is used in one place."


def test_a_sentence_that_promises_a_list_says_nothing_by_itself():
    """ "It will do the following" without what follows."""
    assert prose.first_sentence("Finish will do the following:\n- close\n- leave") == ""


def test_a_hard_break_of_markdown_is_no_part_of_a_sentence():
    """A backslash at the end of a line asks for a new one."""
    assert (
        prose.plain("Called first.\\ It may wait, as C:\\\\temp does.")
        == "Called first. It may wait, as C:\\\\temp does."
    )


@pytest.mark.parametrize(
    ("sentence", "said"),
    [
        ("Refuse replies to the request with a status code.", "replies to the request with a status code."),
        ("Refuse automatically sets the header on requests.", "automatically sets the header on requests."),
        ("Refuse class of refusals.", ""),
    ],
)
def test_what_stands_after_its_own_name_is_what_it_does(sentence, said):
    """Go's docs begin with the name: it was said twice, as "`Refuse`, a function at …: Refuse replies …"."""
    assert prose.predicate(sentence, "Refuse") == said
