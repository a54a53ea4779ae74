"""The measures that quality is judged by: a bench that flatters is worse than none."""

from __future__ import annotations

import pytest
from reverie_bench import measures
from reverie_bench.measures import Reply

LINES = {"src/a.py": ["def run(path):", "    return stat(path)"], "src/b.py": ["flag = 1"]}


def reply(text: str, *evidence: measures.Span) -> Reply:
    return Reply(text, 10, evidence)


def test_evidence_counts_only_where_its_place_stands_in_the_text() -> None:
    """`src/a.py:10` does not show `src/a.py:1`, and `xsrc/a.py:1` is another file."""
    spans = (("src/a.py", 1, 2), ("src/a.py", 10, 12))
    assert measures.shown(reply("src/a.py:10-12 run", *spans)) == spans[1:]
    assert measures.shown(reply("lib/src/a.py:1-2", spans[0])) == ()


def test_a_span_over_sixty_lines_shows_nothing() -> None:
    """Otherwise a whole file would be a perfect citation."""
    text = "src/a.py:1"
    assert measures.shown(reply(text, ("src/a.py", 1, 60)))
    assert not measures.shown(reply(text, ("src/a.py", 1, 61)))


def test_files_are_counted_by_their_first_shown_piece() -> None:
    """Ten pieces of one file are one file."""
    text = "src/a.py:1 src/a.py:2 src/b.py:1"
    found = reply(text, ("src/a.py", 1, 1), ("src/a.py", 2, 2), ("src/b.py", 1, 1))
    assert measures.file_recall(found, ["src/b.py"], 1) == 0
    assert measures.file_recall(found, ["src/b.py"], 2) == 1
    assert measures.file_recall(found, ["src/b.py", "src/c.py"], 2) == 0.5


def test_spans_count_when_they_overlap() -> None:
    """Gold cites single lines of what is best shown whole."""
    found = reply("src/a.py:5-9", ("src/a.py", 5, 9))
    assert measures.span_recall(
        found, [("src/a.py", 9, 30), ("src/a.py", 10, 30), ("src/b.py", 5, 9)]
    ) == pytest.approx(1 / 3)


def test_a_symbol_must_stand_in_the_text_and_on_disk_there() -> None:
    """A name that is only mentioned, or only somewhere in the file, was not shown."""
    found = reply("src/a.py:1-2 run; uses stat, flag", ("src/a.py", 1, 2))
    recall = measures.symbol_recall(found, ["run", "stat", "flag", "path"], lambda path: LINES[path])
    assert recall == 0.5


def test_an_interval_holds_its_mean_and_repeats() -> None:
    """Figures in the documents must come out again."""
    values = [0.0, 1.0, 1.0, 0.5] * 10
    mean = measures.mean(values)
    assert mean.low < mean.value == 0.625 < mean.high
    assert mean == measures.mean(values)
    with pytest.raises(ValueError, match="no question"):
        measures.mean([])


def test_tokens_for_a_recall_lie_between_the_points_of_the_curve() -> None:
    """The headline ratio; a step would flatter or punish by a factor of two."""
    curve = [(250, 0.2), (1000, 0.6), (4000, 0.8)]
    assert measures.tokens_for(curve, 0.1) == 250
    assert measures.tokens_for(curve, 0.4) == pytest.approx(500)
    assert measures.tokens_for(curve, 0.8) == pytest.approx(4000)
    assert measures.tokens_for(curve, 0.9) is None


def test_reliability_tells_how_sure_and_how_right_answers_were() -> None:
    """Confidence that does not match being right is worse than none."""
    bins = measures.reliability([(0.9, True), (0.9, True), (1.0, False), (0.3, False)])
    assert [(one.low, one.count) for one in bins] == [(0.2, 1), (0.8, 3)]
    assert bins[1].confidence == pytest.approx(2.8 / 3) and bins[1].right == pytest.approx(2 / 3)
    assert measures.calibration_error(bins) == pytest.approx((0.3 + 3 * (2.8 - 2) / 3) / 4)


def test_a_percentile_is_one_of_the_values() -> None:
    """p95 of a hundred latencies is one that somebody waited for."""
    assert measures.percentile([5.0, 1.0, 3.0], 0.5) == 3.0
    assert measures.percentile(list(range(100)), 0.95) == 95
    with pytest.raises(ValueError, match="nothing"):
        measures.percentile([], 0.5)
