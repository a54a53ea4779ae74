"""Questions taken apart into words, names and hints."""

from __future__ import annotations

import pytest
from reverie_daemon.core.terms import WORDS_MAX, Hint, split_identifier, stem, understand


def test_identifiers_are_told_from_prose() -> None:
    """Only what is written as code may be boosted as code."""
    asked = understand("Why does `flag` make get_user_name call HTTPAdapter and Session.send() after retrying?")
    assert asked.names == ("flag", "get_user_name", "HTTPAdapter", "send")
    assert asked.owners == ("Session",)


def test_plain_words_before_a_kind_are_hints() -> None:
    """ "The links method" names a method, though nothing marks it as code."""
    hints = understand("How does the links method read the Response class, unlike Django?").hints
    assert hints == (Hint("links", "method"), Hint("Response", "class"), Hint("Django", ""))


def test_the_words_that_tell_which_thing_is_meant_are_known() -> None:
    """ "The class that …, why does it …": where to look is said before what is asked about it."""
    asked = understand(
        "Why does the CLI helper class that finds and loads the application of the current user offer two ways to"
        " ensure lazy imports?"
    )
    assert {"cli", "applic"} <= asked.described and "import" not in asked.described
    assert understand("Why does it fail?").described == frozenset()


def test_words_split_identifiers_and_leave_out_filler() -> None:
    """`getUserName` should find get_user_name, and "the" nothing."""
    assert [word.text for word in understand("What is the getUserName of it?").words] == ["user", "name"]
    assert split_identifier("HTTPServer_v2") == ["http", "server", "v2"]


@pytest.mark.parametrize(
    ("one", "other"),
    [("serializes", "serialization"), ("registered", "registering"), ("tagged", "tags"), ("classes", "class"),
     ("validates", "validation"), ("dictionary", "dictionaries")],
)  # fmt: skip
def test_inflections_share_a_stem(one: str, other: str) -> None:
    """The question says "registered", the source says "register"."""
    short, long = sorted((stem(one), stem(other)), key=len)
    assert long.startswith(short) or other.startswith(stem(one))


def test_a_stem_is_a_prefix_of_its_word() -> None:
    """It is looked for as a substring of the source."""
    for word in ("serialization", "tagged", "bus", "process", "is", "availability", "running"):
        assert word.startswith(stem(word))


def test_words_that_only_ask_are_marked() -> None:
    """ "Mechanism" is how one asks, not what one asks about."""
    marked = {word.text: word.asking for word in understand("mechanism of the cookie jar").words}
    assert marked == {"mechanism": True, "cookie": False, "jar": False}


def test_paths_are_seen_and_sizes_bounded() -> None:
    """A pasted file is cut, not chewed for seconds."""
    assert "src/flask/app.py" in understand("What is in src/flask/app.py?").paths
    assert len(understand(" ".join(f"alpha{n:04d}x{n}" for n in range(5_000))).words) <= WORDS_MAX


@pytest.mark.parametrize(
    ("question", "word"),
    [
        ("where are parcels kept?", "keep"),
        ("how is a parcel found?", "find"),
        ("what colours do parcels have?", "colors"),
        ("where is behaviour overridden?", "behavior"),
    ],
)
def test_irregular_verbs_and_other_spellings_are_looked_for_as_code_has_them(question, word):
    """Code says `find_parcel` and `color`; no stem leads there from "found" or "colour"."""
    assert word in [one.text for one in understand(question).words]
