"""What is looked for of a question, and that no text of a user can break the looking."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reverie_daemon.store import searching

FREQUENCIES = {'"rare"': 3, '"rarer"': 1, '"common"': 9_000, '"commoner"': 12_000, '"never"': 0}


def frequency_of(match):
    return FREQUENCIES.get(match, 500)


def test_rare_words_are_matched_anywhere_and_words_that_never_occur_not_at_all():
    """Each word matched costs time; one that occurs nowhere finds nothing."""
    assert searching.telling(['"rare"', '"never"', '"rarer"'], frequency_of) == '"rarer" OR "rare"'


def test_common_words_are_matched_in_names_and_where_they_meet():
    """Ranking half the repository for "the" takes longer than answering."""
    found = searching.telling(['"common"', '"rare"', '"commoner"'], frequency_of)
    assert found == '"rare" OR names : "common" OR names : "commoner" OR ("common" AND "commoner")'


def test_only_common_words_are_still_looked_for():
    """Better slow than nothing."""
    assert searching.telling(['"common"'], lambda match: 9_000) == '"common"'


def test_nothing_to_look_for_finds_nothing():
    """A question may consist of punctuation."""
    assert searching.telling([searching.phrase_of("?!"), ""], frequency_of) == ""


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    from reverie_daemon.store.mapping import FileRow
    from reverie_daemon.store.packing import pack
    from reverie_daemon.store.repository import RepositoryStore
    from reverie_indexers import index

    text = "def greet(name):\n    return 'hello ' + name\n"
    with RepositoryStore.open(tmp_path_factory.mktemp("fuzz") / "store.db", now=0.0) as store:
        worktree = store.worktree(b"/tree")
        packed = pack(b"b" * 20, len(text), text, index(text, "python"))
        row = FileRow(packed.blob, 1, len(text), 1, "source", "python")
        store.apply(worktree, facts=[packed], changed={b"a.py": row}, deleted=(), now=0.0)
        yield store, worktree


SYNTAX = st.sampled_from(
    ['"', "'", "*", "^", ":", "(", ")", "AND", "OR", "NOT", "NEAR(", "names:", "-", "+", "\0", "{", ","]
)


@settings(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.one_of(st.text(max_size=12), SYNTAX, st.lists(SYNTAX).map(" ".join)), max_size=6))
def test_no_text_of_a_user_breaks_a_search(filled, terms):
    """Questions hold quotes, operators and whatever was pasted."""
    store, worktree = filled
    with store.reading(worktree, None) as catalogue:
        found = catalogue.search([*terms, "hello"], 5)
        assert [hit.path for hit in found] == ["a.py"]
        for term in terms:
            assert 0 <= catalogue.frequency(term) <= 1
            catalogue.search([term], 5, "src")
            assert catalogue.reference_count(term) <= 1
            catalogue.references(term)
            catalogue.importers(term)
            catalogue.definitions(term)
            catalogue.similar_names(term)
            catalogue.commits(term)
            catalogue.outline(term)
