"""Numbers as characters: what a chart and a gauge must not lie about."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reverie_tui.charts import columns, gauge, short
from reverie_tui.counting import dollars
from reverie_tui.signs import ASCII, UNICODE

AMOUNTS = st.lists(st.floats(-1e9, 1e9, allow_nan=False).map(lambda value: round(value, 6)), min_size=1, max_size=20)


def test_the_largest_value_reaches_the_top_and_the_others_are_in_proportion():
    """A chart is read by its heights."""
    assert columns([0, 4, 8, 16], 2, UNICODE).above == ("   █", " ▄██")


def test_losses_hang_below_the_line_on_the_same_scale():
    """A loss drawn to another scale would look smaller than the gains beside it."""
    drawn = columns([10, -10], 2, UNICODE)
    assert drawn.above == ("█ ", "█ ")
    assert drawn.below == (" █", " █")
    assert columns([100, -1], 2, UNICODE).below == (" ▔",)


def test_only_losses_are_drawn_too():
    """A repository where learning never pays has a chart as well."""
    assert columns([-4, -2], 2, UNICODE).below == ("██", "█ ")


def test_bars_and_gaps_have_the_width_that_is_wanted():
    """Neither a gap too many at the end, nor bars that run together."""
    assert columns([1, 1], 1, UNICODE, bar=2, gap=1).above == ("██ ██",)


@given(AMOUNTS, st.integers(1, 6), st.sampled_from([UNICODE, ASCII]))
def test_whatever_is_not_nothing_can_be_seen(values, rows, signs):
    """A day of few tokens beside one of many is not a day of none."""
    drawn = columns(values, rows, signs)
    assert len(drawn.above) == rows and len(drawn.below) <= rows
    for i, value in enumerate(values):
        seen_above = any(row[i] != " " for row in drawn.above)
        assert seen_above == (value > 0)
        assert any(row[i] != " " for row in drawn.below) == (value < 0)
    if signs is ASCII:
        assert "".join([*drawn.above, *drawn.below]).isascii()


@pytest.mark.parametrize(
    ("part", "drawn"), [(0, "----"), (1, "=---"), (500, "==--"), (999, "===-"), (1000, "===="), (2000, "====")]
)
def test_a_gauge_is_full_only_at_the_limit_and_empty_only_at_nothing(part, drawn):
    """Who looks at a budget wants to know whether anything runs."""
    assert gauge(part, 1000, 4, ASCII) == drawn


@pytest.mark.parametrize(
    ("value", "words"), [(0, "0"), (940, "940"), (12_431, "12.4k"), (-3_100_000, "-3.1M"), (450_000, "450k")]
)
def test_counts_are_short_and_keep_their_sign(value, words):
    """A column of a table has eight characters."""
    assert short(value) == words


@pytest.mark.parametrize(
    ("value", "words"), [(0, "$0.00"), (0.0123, "$0.0123"), (-0.5, "-$0.50"), (1234.5, "$1,234.50")]
)
def test_small_amounts_of_money_do_not_become_nothing(value, words):
    """A tenth of a cent a day is what a small model costs."""
    assert dollars(value) == words
