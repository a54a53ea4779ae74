"""Where attention goes next, from a history told commit by commit."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from reverie_daemon.core.attention import BEGINNING, SIGNALS, Attention, Chronicle, Situation
from reverie_daemon.core.nouns import Commit

NOTHING = Situation()


def commit(*paths: str, status: str = "M") -> Commit:
    return Commit("0" * 40, "Ada", "2025-01-01T00:00:00+00:00", "Work", "", tuple((status, path) for path in paths))


def told(*commits: Commit) -> Chronicle:
    chronicle = Chronicle()
    for one in commits:
        chronicle.add(one)
    return chronicle


def signal(chronicle: Chronicle, path: str, name: str, now: Situation = NOTHING) -> float:
    return chronicle.table([path], now)[path][SIGNALS.index(name)]


def test_what_was_touched_lately_and_often_comes_first() -> None:
    """The commonest pattern in any history."""
    chronicle = told(*[commit("old.py")] * 3, *[commit("other.py")] * 30, *[commit("now.py")] * 3)
    ranked = BEGINNING.rank(chronicle.table(["old.py", "other.py", "now.py", "never.py"], NOTHING))
    assert ranked[0] in ("now.py", "other.py") and ranked[-1] == "never.py"
    assert signal(chronicle, "now.py", "recency") > signal(chronicle, "old.py", "recency")


def test_what_goes_together_is_expected_together() -> None:
    """Whoever changes the parser changes its tests next."""
    chronicle = told(*[commit("parse.py", "test_parse.py")] * 5, *[commit("else.py")] * 5, commit("parse.py"))
    assert signal(chronicle, "test_parse.py", "together") > 0.5
    assert signal(chronicle, "else.py", "together") == 0.0


def test_a_reformatting_says_nothing_about_what_goes_together() -> None:
    """One commit over all files would make everything expected."""
    files = [f"f{number}.py" for number in range(80)]
    assert signal(told(commit(*files)), "f1.py", "together") == 0.0


def test_a_deleted_file_is_gone() -> None:
    """Nobody turns to what is not there."""
    assert told(commit("a.py", "b.py"), commit("a.py", status="D")).files == {"b.py"}


def test_uncommitted_branch_central_and_asked_raise_the_probability() -> None:
    """Each signal of the design is a signal here, and speaks for the file."""
    chronicle = told(commit("a.py"), *[commit("b.py")] * 50)
    plain = BEGINNING.probability(chronicle.table(["a.py"], NOTHING)["a.py"])
    for now in (
        Situation(uncommitted={"a.py"}), Situation(branch={"a.py"}), Situation(central={"a.py": 1.0}),
        Situation(asked={"a.py": 1.0}),
    ):  # fmt: skip
        assert BEGINNING.probability(chronicle.table(["a.py"], now)["a.py"]) > plain


def test_weights_are_learned_from_what_the_user_turns_to() -> None:
    """One who always asks about central files gets central files first, though nobody edits them."""
    chronicle = told(*[commit(f"f{number}.py") for number in range(40)])
    now = Situation(central={"f3.py": 1.0})
    table = chronicle.table(sorted(chronicle.files), now)
    learned = BEGINNING
    assert learned.rank(table)[0] != "f3.py"
    for _ in range(60):
        learned = learned.turned_to({"f3.py"}, table)
    assert learned.rank(table)[0] == "f3.py" and learned.learned == 60


@given(st.lists(st.lists(st.sampled_from("abcdef"), min_size=1, max_size=4, unique=True), max_size=30), st.data())
def test_probabilities_are_probabilities_whatever_the_history(commits: list[list[str]], data: st.DataObject) -> None:
    """Weights never run away, and signals stay where they are defined."""
    chronicle, attention = Chronicle(), BEGINNING
    for paths in commits:
        table = chronicle.table(sorted(chronicle.files), NOTHING)
        attention = attention.turned_to(set(paths), table)
        chronicle.add(commit(*paths))
    for signals in chronicle.table("abcdefg", NOTHING).values():
        assert len(signals) == len(SIGNALS) and all(0 <= one <= 2 for one in signals)
        assert 0 < attention.probability(signals) < 1
    assert isinstance(attention, Attention)
