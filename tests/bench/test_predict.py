"""The replay of a history, on one that is made up so that the right answer is known."""

from __future__ import annotations

from reverie_bench.predict import replay
from reverie_daemon.core.nouns import Commit


def commit(*paths: str, status: str = "M") -> Commit:
    return Commit("0" * 40, "Ada", "2025-01-01T00:00:00+00:00", "Work", "", tuple((status, path) for path in paths))


def test_a_commit_is_predicted_from_what_came_before_it_only() -> None:
    """A replay that looks ahead would praise any predictor."""
    files = [f"f{number:02}.py" for number in range(60)]
    told = [commit(path, status="A") for path in files] + [commit("f00.py")] * 20 + [commit("f59.py")]
    shares, _ = replay(told, 1)
    assert shares["changed most often", 10] == [0.0] and shares["changed last", 10] == [1.0]
    shares, _ = replay([*told[:-1], commit("new.py", status="A")], 1)
    assert shares == {}, "what a commit adds nobody can know"


def test_what_is_worked_on_is_found_among_many() -> None:
    """Seven pairs of files in turn, between others that were only ever added."""
    files = [f"f{number:02}.py" for number in range(60)]
    work = [commit(f"f{number % 7:02}.py", f"f{number % 7 + 20:02}.py") for number in range(80)]
    shares, attention = replay([*(commit(path, status="A") for path in files), *work], 40)
    assert sum(shares["Reverie", 30]) / 40 > 0.9 and attention.learned >= 40
