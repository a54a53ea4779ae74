"""Which questions are expected, and how sure that is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reverie_daemon.core import predict
from reverie_daemon.core.centrality import Places, graph_of, pagerank
from reverie_daemon.core.nouns import Commit
from reverie_daemon.core.predict import Habits
from reverie_daemon.core.questions import key, understand
from reverie_indexers.facts import Import

FILES = {
    "pot/boil.py": "class Boiler:\n    def run(self):\n        return heat()\n\n\ndef heat():\n    return 1\n",
    "pot/use.py": "from pot.boil import heat\n\n\ndef use():\n    return heat()\n",
}
COMMIT = Commit("ab12cd34ef" * 4, "Ada", "2025-01-01T00:00:00+00:00", "Heat", "Because.", (("M", "pot/boil.py"),))


def test_the_likelier_file_has_the_likelier_questions(catalogue_of: Callable[..., Any]) -> None:
    """The product of three probabilities: the file, the symbol in it, the kind of question."""
    symbols = [(one, 1.0) for one in catalogue_of(FILES).outline("pot/boil.py") if predict.worth_asking(one)]
    found = predict.about_file("pot/boil.py", 0.5, symbols, Habits())
    less = predict.about_file("pot/boil.py", 0.05, symbols, Habits())
    assert {one.question for one in less} <= {one.question for one in found}
    assert sum(one.probability for one in found) <= 0.5
    callers = next(one for one in found if one.question == "who calls `heat`?")
    assert callers.topic.name == "pot/boil.py::heat" and callers.kind == "callers"


def test_every_predicted_question_is_understood_as_the_kind_it_was_predicted_for(
    catalogue_of: Callable[..., Any],
) -> None:
    """A prediction that is read otherwise would prepare the wrong answer."""
    catalogue = catalogue_of(FILES, commits=[COMMIT])
    symbols = [(one, 1.0) for one in catalogue.outline("pot/boil.py") if predict.worth_asking(one)]
    habits = Habits()
    found = predict.about_file("pot/boil.py", 0.5, symbols, habits)
    found += predict.about_repository(habits) + predict.about_commit(COMMIT, habits, 1.0)
    assert len(found) > 20
    for one in found:
        question = understand(one.question, catalogue)
        assert question.kind == one.kind, one.question
        if one.topic.kind in ("file", "symbol"):
            assert question.subject is not None and question.subject.identity == one.topic.name
    assert len({key(understand(one.question, catalogue)) for one in found}) == len(found)


def test_what_is_being_edited_is_asked_about_first_and_for_what_hangs_on_it(catalogue_of: Callable[..., Any]) -> None:
    """Its author knows what it does, and is about to ask who calls it and what tests it."""
    symbols = [(one, 1.0) for one in catalogue_of(FILES).outline("pot/boil.py") if predict.worth_asking(one)]
    heat = [one for one, _ in symbols if one.symbol.name == "heat"]
    found = predict.about_file("pot/boil.py", 0.5, symbols, Habits(), heat)
    of_symbols = [one for one in predict.likeliest(found, 100) if one.topic.kind == "symbol"]
    assert of_symbols[0].topic.name == "pot/boil.py::heat" and of_symbols[0].kind in predict.EDITED_KINDS
    assert sum(one.probability for one in found) <= 0.5


def test_who_has_asked_for_a_while_is_no_newcomer() -> None:
    """What the repository is about is asked once, not before every question, nor by somebody who is changing it."""
    habits = Habits()
    first = predict.about_repository(habits)[0].probability
    assert predict.about_repository(habits, edits=True)[0].probability < first / 4
    for _ in range(20):
        habits = habits.after("how", "pot/boil.py")
    assert predict.about_repository(habits)[0].probability < first / 4


def test_habits_follow_the_users_own_questions() -> None:
    """Whoever always asks for tests is expected to ask for tests."""
    habits = Habits()
    for _ in range(30):
        habits = habits.after("tests", "pot/boil.py")
    assert habits.kind_share("tests") > 3 * Habits().kind_share("tests")
    assert habits.asked["pot/boil.py"] == 1.0
    for _ in range(60):
        habits = habits.after("how", "pot/use.py")
    assert "pot/boil.py" not in habits.asked


def test_the_newest_commit_is_asked_about_while_it_is_new() -> None:
    """After a commit: what did this change, and why?"""
    new, old = (predict.about_commit(COMMIT, Habits(), share)[0] for share in (1.0, 0.1))
    assert new.question == "what did the last commit change, and why?" and new.probability > 5 * old.probability


def test_a_question_is_expected_once_as_likely_as_its_best_reason() -> None:
    """Two files with a function of one name make one question."""
    twice = predict.about_commit(COMMIT, Habits(), 1.0) + predict.about_commit(COMMIT, Habits(), 0.5)
    found = predict.likeliest(twice, 2)
    assert len(found) == 2 and found[0].probability == max(one.probability for one in twice)


def imported(module: str, name: str = "") -> Import:
    return Import(module, name, "", 1)


def test_what_all_import_is_the_most_central() -> None:
    """Also through a package's relative import; what is foreign or means too many files counts for nobody."""
    places = Places(["pkg/__init__.py", "pkg/base.py", "pkg/app.py", "pkg/cli.py"])
    graph = graph_of(
        [
            ("pkg/app.py", [imported(".base", "Base"), imported("os")]),
            ("pkg/cli.py", [imported("pkg.base"), imported("pkg.app", "App"), imported("json", "loads")]),
            ("pkg/base.py", []),
        ],
        places,
    )
    ranks = pagerank(graph)
    assert max(ranks, key=lambda path: ranks[path]) == "pkg/base.py"
    assert ranks["pkg/app.py"] > ranks["pkg/cli.py"]
    assert abs(sum(ranks.values()) - 1.0) < 1e-6
    assert pagerank({}) == {}
