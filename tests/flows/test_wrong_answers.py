"""Marking an answer as wrong, as a user does: the command, the daemon, its socket."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest
from reverie_daemon.client import Client
from reverie_daemon.config import locations
from reverie_daemon.errors import WrongUsage
from support.shell import Shell, write

QUESTION = "who calls Boiler.done?"
WHAT = "what does Boiler do?"
WRITTEN = "`Boiler` heats water until its sensor says that it boils [1].\n"
API = Path(__file__).parents[2] / "docs" / "API.md"


def test_a_marked_answer_is_not_given_from_memory_and_says_so_when_it_comes_out_the_same(
    shell: Shell, kettle: Path
) -> None:
    """Whoever said that it is wrong must not be told the same again as if nothing had happened."""
    first = shell.json("ask", QUESTION, cwd=kettle)
    assert shell.json("ask", QUESTION, cwd=kettle)["route"] == "remembered"
    marked = shell.json("wrong", cwd=kettle)
    assert (marked["question"], marked["dropped"], marked["already"], marked["marked"]) == (QUESTION, True, False, 1)
    for _ in range(2):
        again = shell.json("ask", QUESTION, cwd=kettle)
        assert again["route"] == "composed" and again["marked_wrong"] and not first["marked_wrong"]
        assert again["answer"].startswith("You marked this answer as wrong on ")
        assert again["answer"].endswith(first["answer"])
        assert again["confidence"] < first["confidence"] and again["readings"]
    assert shell.json("ledger", cwd=kettle)["total"]["questions"] == 1, "the same wrong answer counts once"


def test_another_answer_to_a_marked_question_is_given_and_remembered_as_ever(shell: Shell, kettle: Path) -> None:
    """The mark is on what was said: once the code changed, the answer may well be right."""
    shell.ok("ask", QUESTION, cwd=kettle)
    shell.ok("wrong", cwd=kettle)
    alarm = "from .boiler import Boiler\n\n\ndef ring(boiler: Boiler) -> bool:\n    return boiler.done()\n"
    write(kettle, {"kettle/alarm.py": alarm})
    changed = shell.json("ask", QUESTION, cwd=kettle)
    assert "ring" in changed["answer"] and not changed["marked_wrong"]
    assert shell.json("ask", QUESTION, cwd=kettle)["route"] == "remembered"


def test_moved_lines_do_not_lift_a_mark(shell: Shell, kettle: Path) -> None:
    """The same words about other line numbers are as wrong as before."""
    shell.ok("ask", QUESTION, cwd=kettle)
    shell.ok("wrong", cwd=kettle)
    boiler = kettle / "kettle" / "boiler.py"
    boiler.write_text("# A comment.\n" + boiler.read_text())
    assert shell.json("ask", QUESTION, cwd=kettle)["marked_wrong"]


def test_a_prepared_answer_that_was_marked_is_not_prepared_again(shell: Shell, kettle: Path) -> None:
    """Learning must not bring back what the user has thrown out."""
    shell.ok("learn", cwd=kettle)
    answer = shell.json("ask", QUESTION, cwd=kettle)
    assert answer["route"] == "remembered"
    shell.ok("wrong", str(answer["ledger_id"]), cwd=kettle)
    shell.ok("learn", cwd=kettle)
    again = shell.json("ask", QUESTION, cwd=kettle)
    assert again["route"] == "composed" and again["marked_wrong"]


def test_a_mark_is_counted_once_and_its_answer_saves_nothing(shell: Shell, kettle: Path) -> None:
    """Tokens that a wrong answer spared nobody are no savings."""
    answer = shell.json("ask", QUESTION, cwd=kettle)
    assert shell.json("ledger", cwd=kettle)["total"]["not_read"] == answer["tokens"]["saved"] > 0
    shell.ok("wrong", cwd=kettle)
    assert shell.json("wrong", str(answer["ledger_id"]), cwd=kettle)["already"]
    total = shell.json("ledger", cwd=kettle)["total"]
    assert (total["wrong"], total["not_read"], total["questions"]) == (1, 0, 1)
    assert "1 answer was marked as wrong" in shell.ok("ledger", cwd=kettle)
    assert shell.json("ledger", "show", str(answer["ledger_id"]), cwd=kettle)["wrong"]


def test_a_written_answer_that_was_marked_is_written_anew(shell: Shell, kettle: Path, tmp_path: Path) -> None:
    """The model may do better when it is asked once more; what it wrote before is not taken from the journal."""
    recorded, other = tmp_path / "replies.jsonl", "`Boiler` has a `sensor` [1].\n`Boiler` heats water [1].\n"
    replies = [WRITTEN, other]
    recorded.write_text("".join(json.dumps({"reply": reply}) + "\n" for reply in replies[:1]))
    shell.ok("model", "use", f"replay:{recorded}", cwd=tmp_path)
    first = shell.json("ask", WHAT, cwd=kettle)
    assert first["route"] == "learned"
    shell.ok("wrong", cwd=kettle)
    same = shell.json("ask", WHAT, cwd=kettle)
    assert same["route"] == "learned" and same["tokens"]["prompt"] > 0 and same["marked_wrong"]
    assert same["answer"].endswith(first["answer"])
    recorded.write_text("".join(json.dumps({"reply": reply}) + "\n" for reply in replies[1:]))
    shell.ok("model", "use", f"replay:{recorded}", cwd=tmp_path)
    shell.ok("wrong", cwd=kettle)
    better = shell.json("ask", WHAT, cwd=kettle)
    assert better["route"] == "learned" and not better["marked_wrong"] and better["answer"] != first["answer"]
    assert shell.json("ask", WHAT, cwd=kettle)["route"] == "remembered"


def test_marks_go_when_what_they_are_about_is_forgotten(shell: Shell, kettle: Path) -> None:
    """A question that was forgotten must not stay behind as a mark."""
    shell.ok("ask", QUESTION, cwd=kettle)
    shell.ok("wrong", cwd=kettle)
    shell.ok("forget", "kettle/boiler.py", cwd=kettle)
    assert not shell.json("ask", QUESTION, cwd=kettle)["marked_wrong"]


def test_the_client_marks_over_the_socket_and_history_shows_it(shell: Shell, kettle: Path) -> None:
    """The terminal UI marks in this way."""
    answer = shell.json("ask", QUESTION, cwd=kettle)
    client = Client.connect(start=False, where=locations(shell.environ))
    assert client.wrong(root=str(kettle), ledger_id=answer["ledger_id"])["ledger_id"] == answer["ledger_id"]
    assert [one["wrong"] for one in client.questions(root=str(kettle))] == [True]
    with pytest.raises(WrongUsage):
        client.wrong(root=str(kettle), ledger_id=answer["ledger_id"] + 100)


def test_the_example_of_the_api_document_marks_the_last_answer(shell: Shell, kettle: Path) -> None:
    """An example that does not run misleads."""
    shell.ok("ask", QUESTION, cwd=kettle)
    found = re.search(r"^curl .*/v1/wrong .*$", API.read_text(encoding="utf-8"), re.M)
    assert found
    environ = shell.environ | {"SOCKET": str(locations(shell.environ).socket)}
    done = subprocess.run(found[0], shell=True, cwd=kettle, env=environ, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout)["question"] == QUESTION


def test_without_an_answer_there_is_nothing_to_mark(shell: Shell, kettle: Path) -> None:
    """It says what to do instead."""
    shell.ok("index", cwd=kettle)
    for arguments in ([], ["7"]):
        done = shell.run("wrong", *arguments, "--json", cwd=kettle)
        error = json.loads(done.stdout)["error"]
        assert done.returncode == 2 and error["next_step"]
