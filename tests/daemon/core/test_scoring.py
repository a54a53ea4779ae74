"""How predictions fared, as sums that a reader can check by hand."""

from __future__ import annotations

from reverie_daemon.core.scoring import SLEPT_BOUNDS_S, Guesses, Score, added, added_guesses, by_sleep


def test_each_question_counts_in_the_bucket_of_how_long_was_learned_before() -> None:
    """Only so is it seen whether longer sleep makes more hits."""
    questions = [(0.0, False), (0.1, True), (10.0, False), (10.1, True), (600.0, True), (9_999.0, True)]
    found = by_sleep(questions)
    assert [(one.asked, one.hits) for one in found] == [(1, 0), (2, 1), (1, 1), (1, 1), (0, 0), (1, 1)]
    assert [one.slept_s_max for one in found] == [*SLEPT_BOUNDS_S, None]
    assert found[1].rate == 0.5 and found[4].rate == 0.0
    assert [one.slept_s_min for one in found[1:]] == list(SLEPT_BOUNDS_S)


def test_a_miss_costs_what_it_took_beyond_what_a_hit_takes() -> None:
    """A question that costs the same, expected or not, cost nothing extra; and a gain is no negative cost."""
    assert Score(asked=3, hits=1, spent_on_hits=100, spent_on_misses=900).extra_tokens == 700
    assert Score(asked=2, hits=0, spent_on_misses=900).extra_tokens == 900
    assert Score(asked=3, hits=1, spent_on_hits=500, spent_on_misses=900).extra_tokens == 0
    assert Score().extra_tokens == 0 and Score().rate == 0.0


def test_repositories_are_summed_and_one_unknown_price_makes_the_sum_unknown() -> None:
    """Zero would be a lie."""
    assert added([Score(2, 1, 10, 3, 4, 5), Score(1, 1, 1, 1, 1, 1)]) == Score(3, 2, 11, 4, 5, 6)
    assert added([]) == Score()
    assert added_guesses([Guesses(1, 10, 5), Guesses(2, 20, 6)]) == Guesses(3, 30, 11)
    assert added_guesses([Guesses(1, 10, 5), Guesses(2, 20, None)]).microusd is None
