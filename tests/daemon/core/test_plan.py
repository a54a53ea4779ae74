"""Expected value: what is learned first, and why."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reverie_daemon.core.notes import Topic
from reverie_daemon.core.plan import JOBS_MAX, Job, order, tokens_of, total


def job(name: str = "a", probability: float = 0.1, saved: int = 1_000, cost: int = 0, seconds: float = 0.05) -> Job:
    return Job("purpose", 1, Topic("file", name), "light", probability, saved, cost, seconds)


jobs = st.builds(
    job, st.text("abc", min_size=1, max_size=4), st.floats(0, 1), st.integers(0, 32_000), st.integers(0, 9_000)
)


def test_value_is_probability_times_savings_over_cost() -> None:
    """Plain arithmetic: a sleep-time token counts a tenth, a second of processor time twenty tokens."""
    assert job(probability=0.5, saved=8_000, cost=2_000, seconds=1.0).value == pytest.approx(0.5 * 8_000 / 220)


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        (job(probability=0.2), job(probability=0.1)),
        (job(saved=2_000), job(saved=1_000)),
        (job(cost=100), job(cost=1_000)),
        (job(seconds=0.1), job(seconds=2.0)),
    ],
)
def test_each_part_counts(better: Job, worse: Job) -> None:
    """Likelier, more useful, cheaper: each alone puts a job first."""
    assert order([worse, better]) == [better, worse]


@given(st.lists(jobs, max_size=30), st.randoms())
def test_the_order_depends_on_the_jobs_alone(some: list[Job], chance: st.DrawFn) -> None:
    """The same jobs in another order make the same plan, so that a restart changes nothing."""
    shuffled = list(some)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert [one.value for one in order(shuffled)] == [one.value for one in order(some)]
    assert sorted(order(some), key=lambda one: -one.value) == order(some)


def test_a_plan_is_bounded_and_adds_up() -> None:
    """A large repository has more topics than will ever be studied."""
    many = order(job(str(number), probability=number / 10_000) for number in range(JOBS_MAX + 10))
    assert len(many) == JOBS_MAX and many[0].topic.name == str(JOBS_MAX + 9)
    found = total([job(probability=0.5, cost=10), job(probability=0.25, cost=20)])
    assert (found.jobs, found.tokens_saved, found.tokens_cost) == (2, 750.0, 30)
    assert tokens_of(10) == 100 and tokens_of(1_000_000) == 32_000
