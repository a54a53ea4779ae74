"""Tokens saved, exactly as it is defined for users."""

from __future__ import annotations

from collections.abc import Sequence

from reverie_daemon.core.nouns import Claim, Commit, Evidence
from reverie_daemon.core.savings import BASELINE_TOKENS_MAX, account, figure_name, files_cited, is_counted
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


def test_a_bound_is_never_below_an_estimate() -> None:
    """One is for limits, the other for show."""
    texts = ["", "a", "def f(): ...", "naïve — ünïcödé", "漢字"]
    assert all(bound >= guess for bound, guess in zip(utf8_bytes(texts), estimate(texts), strict=True))
    assert estimate(["", "x" * 7]) == [0, 2]
