"""What Reverie is compared with, and what it is asked: a weak opponent or an easy question proves nothing."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
from reverie_bench import measures, picture
from reverie_bench.baselines import FunctionChunks, WholeFiles, words
from reverie_bench.history import score, tasks
from reverie_bench.measures import Reply
from support.shell import git, repository, write

FILES = {
    "src/boiler.py": "def boil_water(kettle):\n    kettle.heat()\n\n\ndef cool(kettle):\n    kettle.wait()\n",
    "src/lamp.py": "def shine(lamp):\n    lamp.on = True\n",
    "tests/test_boiler.py": "def test_boil_water():\n    assert boil_water\n",
}


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    return repository(tmp_path / "clone", FILES)


def test_chunks_are_found_by_the_parts_of_identifiers(clone: Path) -> None:
    """An opponent that cannot read camel case would be too easy to beat."""
    assert words("boilWater boil_water HTTPServer") == ["boil", "water", "boil", "water", "http", "server"]
    best = FunctionChunks()
    (reply,) = best.contexts(clone, ["who boils the water in a kettle? boil water"], 200)
    assert reply.evidence[0] == ("src/boiler.py", 1, 2)
    assert measures.shown(reply) == reply.evidence and "test_boiler" not in reply.text


def test_no_baseline_exceeds_its_budget(clone: Path) -> None:
    """More tokens would buy recall."""
    for subject in (FunctionChunks(), WholeFiles()):
        for budget in (15, 30, 60, 1000):
            (reply,) = subject.contexts(clone, ["boil water with a lamp"], budget)
            assert reply.tokens <= budget


def test_whole_files_come_in_the_order_of_their_best_chunk(clone: Path) -> None:
    """That is how an agent reads that greps first."""
    (reply,) = WholeFiles().contexts(clone, ["boil water"], 500)
    assert reply.evidence == (("src/boiler.py", 1, 6),) and "def cool" in reply.text


def test_a_commit_is_a_task_when_it_changed_enough_that_was_there_before(clone: Path) -> None:
    """What a commit adds cannot be found before it, and one file is not a search."""
    names = [f"src/m{number}.py" for number in range(4)]
    write(clone, dict.fromkeys(names, "x = 1\n"))
    git(clone, "add", "-A")
    git(clone, "commit", "-qm", "Add modules")
    write(clone, {**dict.fromkeys(names[:3], "x = 2\n"), "src/new.py": "y = 1\n", "README.md": "new\n"})
    git(clone, "add", "-A")
    git(clone, "commit", "-qm", "Count from two\n\nBecause one is taken.")
    write(clone, {names[0]: "x = 3\n"})
    git(clone, "commit", "-qam", "Count on")
    (task,) = tasks(clone, 10)
    assert task.files == tuple(names[:3]) and task.message.startswith("Count from two")
    assert git(clone, "log", "-1", "--format=%s", task.parent) == "Add modules"


def test_files_are_scored_in_the_order_a_context_shows_them() -> None:
    """Precision and recall at five, over distinct files."""
    text = "a.py:1-2 x\nb.py:1-2 y\na.py:9-9 z\n"
    row = score(Reply(text, 9, (("a.py", 1, 2), ("b.py", 1, 2), ("a.py", 9, 9))), ["a.py", "c.py"])
    assert (row["P@5"], row["R@5"]) == (0.2, 0.5)
    assert row["F1@5"] == pytest.approx(2 * 0.2 * 0.5 / 0.7)


def test_the_picture_is_well_formed_and_has_each_curve() -> None:
    """It stands in the documents, and browsers are strict."""
    curves = {"Reverie": [(250, 0.5), (500, 0.7)], "files & more": [(250, 0.1), (500, 0.2)]}
    root = ElementTree.fromstring(picture.panels(["Spans", "Symbols"], [curves, curves], "tokens"))
    assert len([one for one in root.iter() if one.tag.endswith("polyline")]) == 4
    assert "files & more" in "".join(root.itertext())
