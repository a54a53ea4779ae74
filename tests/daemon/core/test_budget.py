"""Limits bind, days renew once, and what costs money waits for the user's word."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reverie_daemon.core.budget import Amount, Calendar, Limits, Scope, denied, turn

NOTHING = Amount(0, 0)


def asked(worst, *limits, spent=NOTHING, free=False):
    """The code of the denial, None where the call may be made."""
    scopes = [Scope(f"scope {number}", one, spent) for number, one in enumerate(limits)]
    reason = denied(worst, scopes, free=free, side="learning")
    return reason and reason.code


@pytest.mark.parametrize(
    ("worst", "limits", "spent", "free", "code"),
    [
        (Amount(100, 5), Limits(), NOTHING, False, "no_budget"),
        (Amount(100, 0), Limits(), NOTHING, True, None),
        (Amount(100, None), Limits(None, 1_000), NOTHING, False, "price_unknown"),
        (Amount(100, None), Limits(1_000, None), NOTHING, False, None),
        (Amount(100, 5), Limits(None, 5), NOTHING, False, None),
        (Amount(100, 6), Limits(None, 5), NOTHING, False, "too_large"),
        (Amount(100, 5), Limits(None, 9), Amount(0, 5), False, "spent"),
        (Amount(100, 5), Limits(150), Amount(50, 0), False, None),
        (Amount(100, 5), Limits(150), Amount(51, 0), False, "spent"),
        (Amount(100, 0), Limits(150), Amount(51, 0), True, "spent"),
        (Amount(100, 0), Limits(None, 0), Amount(0, 0), True, None),
        (Amount(1, 1), Limits(0), NOTHING, False, "too_large"),
    ],
)
def test_a_call_may_be_made_where_its_worst_case_fits_every_limit(worst, limits, spent, free, code):
    """Silent spending is what users of such tools complain about loudest."""
    assert asked(worst, limits, spent=spent, free=free) == code


def test_the_tightest_account_binds():
    """A repository's own limit is one more, never one instead."""
    assert asked(Amount(100, 0), Limits(10_000), Limits(50)) == "too_large"
    assert asked(Amount(100, 0), Limits(50), Limits(10_000)) == "too_large"
    assert asked(Amount(100, 0), Limits(), Limits(10_000)) is None


def test_a_denial_says_what_to_do_and_whether_waiting_helps():
    """A cap that sticks, and says nothing, is the other complaint."""
    over = denied(Amount(9), [Scope("learning", Limits(10), Amount(5))], free=False, side="learning")
    assert over is not None and over.until_renewal
    assert over.next_step == "reverie budget set --tokens-per-day N --for learning" and "5 tokens of 10" in over.message
    large = denied(Amount(11), [Scope("learning", Limits(10), Amount(5))], free=False, side="learning")
    assert large is not None and not large.until_renewal


def days(*shown):
    """The account that is charged as the clock shows these days in turn."""
    calendar, opened, accounts = None, set(), []
    for today in shown:
        calendar = turn(calendar, today, opened)
        opened.add(calendar.account)
        accounts.append(calendar.account)
    return accounts


def test_a_new_day_opens_a_new_account():
    """It resumes by itself."""
    assert days("2025-11-19", "2025-11-19", "2025-11-20") == ["2025-11-19", "2025-11-19", "2025-11-20"]


def test_a_clock_set_back_renews_nothing():
    """Neither does setting it forth again."""
    assert days("2025-11-19", "2025-11-18", "2025-11-19") == ["2025-11-19"] * 3
    assert days("2025-11-19", "2025-11-20", "2025-11-19", "2025-11-20") == [
        "2025-11-19", "2025-11-20", "2025-11-19", "2025-11-20",
    ]  # fmt: skip


def test_a_clock_that_was_a_year_ahead_is_forgiven_at_the_next_midnight():
    """Otherwise learning would stand still for a year."""
    assert days("2025-11-19", "2026-11-19", "2025-11-19", "2025-11-20")[2:] == ["2025-11-19", "2025-11-20"]


DAYS = st.lists(st.integers(10, 28).map(lambda day: f"2025-11-{day}"), min_size=1, max_size=30)


@given(DAYS)
def test_however_the_clock_moves_only_steps_forward_open_accounts(shown):
    """Each day has one account, so no sequence of moves gives more than one day's limit for it."""
    accounts = days(*shown)
    opened = {shown[0]} | {later for earlier, later in pairwise(shown) if later > earlier}
    assert set(accounts) <= opened


@given(DAYS)
def test_the_calendar_remembers_what_the_clock_showed_last(shown):
    """Forward and back are judged from there."""
    calendar = None
    for today in shown:
        calendar = turn(calendar, today, ())
    assert isinstance(calendar, Calendar) and calendar.seen == shown[-1]
