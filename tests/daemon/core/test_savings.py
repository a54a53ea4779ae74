"""Tokens saved, exactly as it is defined for users."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from reverie_daemon.core.nouns import Claim, Commit, Evidence
from reverie_daemon.core.savings import BASELINE_TOKENS_MAX, account, figure_name, files_cited, is_counted, net, payback
from reverie_daemon.core.tokens import estimate, utf8_bytes
from reverie_indexers.facts import Span

QUESTION = "who calls run here"


def words(texts: Sequence[str]) -> list[int]:
    return [len(text.split()) for text in texts]


def claim(*paths: str, verified: bool = True) -> Claim:
    return Claim("c", tuple(Evidence(path=path, span=Span(1, 1), verified=verified) for path in paths))


def text_of(path: str) -> Sequence[str] | None:
    return None if path == "gone.py" else ["one two three", "four five"]


def test_the_baseline_is_the_question_and_the_cited_files_once() -> None:
    """It stands for what an agent would have read; citing a file twice is not reading it twice."""
    result = account(QUESTION, [claim("a.py", "b.py"), claim("a.py")], text_of, words)
    assert result.tokens.baseline == 4 + 2 * 5
    assert result.files == ("a.py", "b.py")


def test_unverified_evidence_and_commits_count_for_nothing() -> None:
    """Otherwise a wrong answer would look like a saving."""
    commit = Evidence(commit=Commit("abc", "Ann", "2024-01-01", "s", ""), verified=True)
    assert (
        account(QUESTION, [claim("a.py", verified=False), Claim("c", (commit,))], text_of, words).tokens.baseline == 4
    )


def test_five_files_at_most_and_each_once_a_conversation() -> None:
    """A figure that grows with every citation would be boasting."""
    many = claim(*(f"{n}.py" for n in range(9)))
    first = account(QUESTION, [many], text_of, words)
    assert (first.tokens.baseline, len(first.files)) == (4 + 25, 5)
    assert account(QUESTION, [many], text_of, words, already_read=first.files).tokens.baseline == 4


def test_the_baseline_has_a_ceiling() -> None:
    """No agent reads on forever."""
    assert account(QUESTION, [claim("a.py")], lambda _: ["w "] * 99_999, words).tokens.baseline == BASELINE_TOKENS_MAX


def test_saved_may_be_negative() -> None:
    """Losses are shown."""
    tokens = account(QUESTION, [claim("gone.py")], text_of, words, prompt=100, cached=80, completion=10).tokens
    assert (tokens.spent, tokens.saved) == (110, -106)


def test_files_keep_the_order_of_their_first_citation() -> None:
    """The five that count are those the answer leads with."""
    assert files_cited([claim("b.py", "a.py"), claim("c.py", "b.py")]) == ("b.py", "a.py", "c.py")


def test_without_a_model_the_figure_has_another_name() -> None:
    """Nothing was spent, so nothing was saved in money."""
    free = account(QUESTION, [], text_of, words).tokens
    paid = account(QUESTION, [], text_of, words, prompt=1).tokens
    assert figure_name(free) != figure_name(paid) == "tokens saved"


def test_repeats_and_measurements_enter_no_total() -> None:
    """Asking the same thing in a loop must not look like work."""
    assert is_counted(repeated=False, measured=False)
    assert not is_counted(repeated=True, measured=False)
    assert not is_counted(repeated=False, measured=True)


@pytest.mark.parametrize(
    ("saved", "learning", "questions", "state", "after", "to_go"),
    [
        (0, 0, 0, "nothing spent", 0, 0),
        (500, 0, 3, "nothing spent", 0, 0),
        (0, 1_000, 0, "not asked", None, None),
        (0, 1_000, 4, "never", None, None),
        (-50, 1_000, 4, "never", None, None),
        (400, 1_000, 4, "not yet", 10, 6),
        (999, 1_000, 9, "not yet", 10, 1),
        (1_000, 1_000, 9, "paid", 9, 0),
        (4_000, 1_000, 4, "paid", 1, 0),
    ],
)
def test_learning_pays_for_itself_or_it_is_said_that_it_does_not(
    saved: int, learning: int, questions: int, state: str, after: int | None, to_go: int | None
) -> None:
    """A figure that is only shown when it flatters is worth nothing."""
    found = payback(saved, learning, questions)
    assert (found.state, found.after, found.to_go, found.asked) == (state, after, to_go, questions)


def test_where_no_price_is_known_ten_sleep_time_tokens_are_one_test_time_token() -> None:
    """The paper's convention; where both prices are known, they are what counts."""
    assert net(1_000, 5_000, None, 200, 10) == 500
    assert net(1_000, 5_000, 0, 200, 10) == 500
    assert net(1_000, 5_000, 40, 200, 10) == 1_000 - 40 * 200 // 10


def test_a_bound_is_never_below_an_estimate() -> None:
    """One is for limits, the other for show."""
    texts = ["", "a", "def f(): ...", "naïve — ünïcödé", "漢字"]
    assert all(bound >= guess for bound, guess in zip(utf8_bytes(texts), estimate(texts), strict=True))
    assert estimate(["", "x" * 7]) == [0, 2]
