"""What Reverie is compared with, and what it is asked: a weak opponent or an easy question proves nothing."""

from __future__ import annotations

import subprocess
import xml.etree.ElementTree as ElementTree
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from reverie_bench import measures, picture, regression
from reverie_bench.baselines import FunctionChunks, WholeFiles, words
from reverie_bench.history import score, tasks
from reverie_bench.measures import Reply
from reverie_bench.regression import Expected
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


def test_a_commit_message_that_is_not_utf_8_is_a_question_too(clone: Path) -> None:
    """Histories of twenty years hold a few such messages, and one must not end the whole measurement."""
    names = [f"src/m{number}.py" for number in range(3)]
    write(clone, dict.fromkeys(names, "x = 1\n"))
    git(clone, "add", "-A")
    git(clone, "commit", "-qm", "Add modules")
    write(clone, dict.fromkeys(names, "x = 2\n"))
    git(clone, "commit", "-qam", "Cafe: boil on all taps")
    raw = subprocess.run(
        ["git", "-C", str(clone), "cat-file", "commit", "HEAD"], check=True, capture_output=True
    ).stdout
    (clone / "commit").write_bytes(raw.replace(b"Cafe", b"Caf\xe9"))  # git commit itself would mend it
    git(clone, "update-ref", "HEAD", git(clone, "hash-object", "-t", "commit", "-w", "commit"))
    (task,) = tasks(clone, 1)
    assert task.message.endswith(": boil on all taps") and task.files == tuple(names)


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


def test_the_regression_set_holds_ten_questions_of_each_shape_and_no_code() -> None:
    """Sixty questions on six repositories; an answer key with code in it would be a copy."""
    every = [one for file in sorted(regression.FOLDER.glob("*.jsonl")) for one in regression.read(file)]
    counts = Counter(one.shape for one in every)
    assert counts == dict.fromkeys(regression.SHAPES, 10) and len({one.repo for one in every}) == 6
    assert len({one.id for one in every}) == 60 and all(len(one.commit) == 40 for one in every)
    for one in every:
        assert bool(one.lines) != bool(one.commits), one.id
        assert {path for path, _, _ in one.lines} <= set(one.files)
        assert all(1 <= first <= last for _, first, last in one.lines)


def test_an_answer_is_scored_by_the_lines_and_commits_it_cites() -> None:
    """Overlap counts, the same file elsewhere does not; abbreviated ids name commits."""
    expected = Expected("o/r", "c", "i", "flow", "?", ("a.py",), (("a.py", 5, 9), ("a.py", 20, 20)), ("abcdef0123",))
    cited = [
        {"path": "a.py", "start_line": 9, "end_line": 12, "verified": True},
        {"path": "b.py", "start_line": 20, "end_line": 20, "verified": False},
        {"commit": "abcdef0", "subject": "Begin", "date": "2020-01-01"},
    ]
    row = regression.score({"evidence": cited}, expected)
    assert row == {"first file": 1.0, "file in 3": 1.0, "lines": 0.5, "commits": 1.0, "holds": pytest.approx(2 / 3)}
    assert regression.score({"evidence": []}, expected) == {
        "first file": 0.0, "file in 3": 0.0, "lines": 0.0, "commits": 0.0
    }  # fmt: skip


def test_a_wrong_answer_that_is_sure_is_named() -> None:
    """It misleads; one that doubts itself does not."""
    expected = Expected("o/r", "c", "sure", "flow", "?", ("a.py",), (("a.py", 5, 9),), ())
    wrong = {"path": "b.py", "start_line": 1, "end_line": 2, "verified": True}
    rows = [
        (replace(expected, id=name), regression.score({"evidence": [wrong], "confidence": sure}, expected))
        for name, sure in (("sure", 0.9), ("unsure", 0.4))
    ]
    assert regression.overconfident({"flow": rows}) == ["sure"]
    assert "| 0.65 |" in regression.table({"flow": rows})
