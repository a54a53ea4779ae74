"""What a model reads for a question: what was learned of its subjects while that holds, and source itself where nothing
surely answers; and what an answer says about the model in every case."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from support.misbehaving import fails, says, serving
from support.shell import Shell

LEARNED = "It keeps the water from boiling over"
GOOD = "`Boiler` heats water until its sensor says that it boils [1][2][3][4].\n"
DESCRIBED = "until when is water heated before it stops?"
UNSURE = "which espresso pump, grinder, nozzle and pressure gauge does a barista couple with steam and water?"


def replaying(shell: Shell, folder: Path, *replies: dict[str, Any]) -> None:
    recorded = folder / "replies.jsonl"
    recorded.write_text("".join(json.dumps(reply) + "\n" for reply in replies))
    shell.ok("model", "use", f"replay:{recorded}", cwd=folder)


def sent(shell: Shell, answer: dict[str, Any], root: Path) -> str:
    """What the model was sent for an answer, as the ledger shows it."""
    (call,) = shell.json("ledger", "show", str(answer["ledger_id"]), cwd=root)["calls"]
    return "\n".join(one["text"] for one in call["sent"])


@pytest.fixture
def learned(shell: Shell, kettle: Path, tmp_path: Path) -> Path:
    """The kettle, learned by a model that says one thing about each file."""
    purpose = {"contains": ["What is the file"], "reply": f"{LEARNED}. [1]\n"}
    question = {"contains": ["Question:"], "reply": GOOD}
    replaying(shell, tmp_path, purpose, question, {"reply": "Nothing."})
    shell.ok("learn", cwd=kettle)
    return kettle


def test_what_was_learned_is_read_first_and_within_the_budget(shell: Shell, learned: Path) -> None:
    """It is what sleep-time compute paid for; and the same beginning is what servers have read before."""
    answer = shell.json("ask", DESCRIBED, cwd=learned)
    text = sent(shell, answer, learned)
    first = text[text.index("<passage") : text.index("</passage>")]
    assert 'number="1"' in first and 'learned="yes"' in first and LEARNED in first
    assert 0 < answer["tokens"]["prompt"] < 1_300, "a thousand tokens of the repository, and the instructions"
    assert answer["route"] == "learned" and all(one["verified"] for one in answer["evidence"])


def test_what_no_longer_holds_is_not_read(shell: Shell, learned: Path) -> None:
    """A model believes what it reads."""
    for path in (learned / "kettle").glob("*.py"):
        path.write_text(path.read_text().replace('"""', '"""Now electric. ', 1) or "X = 1\n")
    text = sent(shell, shell.json("ask", DESCRIBED, cwd=learned), learned)
    assert "class Boiler" in text and LEARNED not in text and 'learned="yes"' not in text[text.index("<passage") :]


def test_an_answer_from_notes_is_given_anew_when_what_they_rest_on_changes(shell: Shell, learned: Path) -> None:
    """Remembered, it would pass on what the notes said of text that is gone."""
    shell.ok("ask", DESCRIBED, cwd=learned)
    assert shell.json("ask", DESCRIBED, cwd=learned)["route"] == "remembered"
    boiler = learned / "kettle" / "boiler.py"
    boiler.write_text(boiler.read_text().replace('"""Heating water."""', '"""Heating any water."""'))
    assert shell.json("ask", DESCRIBED, cwd=learned)["route"] == "learned"


def test_other_agents_are_given_what_was_learned(shell: Shell, learned: Path) -> None:
    """`context` is read by models, too; and it keeps its budget."""
    context = shell.json("context", "--tokens", "600", DESCRIBED, cwd=learned)
    assert f"learned: {LEARNED}" in context["context"] and context["tokens"] <= 600
    without = shell.json("context", "--tokens", "600", "--include", "source", DESCRIBED, cwd=learned)
    assert "learned:" not in without["context"]


def test_where_nothing_surely_answers_the_source_is_read_and_the_answer_says_so(
    shell: Shell, kettle: Path, tmp_path: Path
) -> None:
    """More tokens, and the user sees both that and why."""
    before = shell.json("ask", UNSURE, cwd=kettle)
    assert before["confidence"] < 0.5
    reply = "`Boiler` knows no pressure, its `sensor` reads a temperature [1].\n"
    replaying(shell, tmp_path, {"contains": ["class Boiler", "def boil"], "reply": reply}, {"reply": "No."})
    answer = shell.json("ask", UNSURE, cwd=kettle)
    assert (answer["route"], answer["model"]["used"]) == ("raw", True), answer["model"]
    assert "`kettle/boiler.py`" in answer["answer"] and "read.*" in answer["answer"]
    whole, boiler = sent(shell, answer, kettle), kettle / "kettle" / "boiler.py"
    assert all(line in whole for line in boiler.read_text().splitlines()), "all of the file"
    assert (
        answer["tokens"]["saved"]
        == answer["tokens"]["baseline"] - answer["tokens"]["prompt"] - (answer["tokens"]["completion"])
    )
    total = shell.json("ledger", cwd=kettle)["total"]
    assert total["wasted"] == 0 and total["awake"]["tokens"] > 0
    assert shell.json("ask", UNSURE, cwd=kettle)["route"] == "remembered"


def test_a_model_is_told_what_a_follow_up_is_about(shell: Shell, kettle: Path, tmp_path: Path) -> None:
    """“And who calls it?” says nothing by itself."""
    replaying(shell, tmp_path, {"reply": GOOD})
    first = shell.json("ask", "what does Boiler.done do?", cwd=kettle)
    again = shell.json("ask", "--conversation", first["conversation"], "--again", "and who calls it?", cwd=kettle)
    text = sent(shell, again, kettle)
    assert "Asked before it: what does Boiler.done do?" in text
    assert "It is about `Boiler.done` in kettle/boiler.py." in text
    assert "Asked before" not in sent(shell, first, kettle)


def test_what_servers_had_cached_is_in_the_ledger(shell: Shell, kettle: Path, tmp_path: Path) -> None:
    """Cached tokens are cheaper; whether the prompts' order pays is seen there."""
    usage = {"prompt": 800, "cached": 600, "completion": 40}
    replaying(shell, tmp_path, {"reply": GOOD, "usage": usage})
    assert shell.json("ask", "what does Boiler do?", cwd=kettle)["tokens"]["cached"] == 600
    assert shell.json("ledger", cwd=kettle)["total"]["cached_share"] == 0.75
    assert "75%" in shell.ok("ledger", cwd=kettle)


def test_an_answer_says_in_every_case_what_came_of_the_model(shell: Shell, kettle: Path, tmp_path: Path) -> None:
    """Nobody should have to guess why a model that they chose did not write the answer."""
    question = "what does Boiler do?"
    assert shell.json("ask", question, cwd=kettle)["model"] is None, "none is chosen"
    replaying(shell, tmp_path, {"reply": "`Boiler` makes `tea` [1].\n"})
    for route in ("composed", "remembered"):
        answer = shell.json("ask", question, cwd=kettle)
        assert (answer["route"], answer["model"]["used"]) == (route, False)
        assert answer["model"]["reason"] == "only 0 of its 1 claims hold" and answer["model"]["refused"] is None
    shell.ok("forget", cwd=kettle)
    replaying(shell, tmp_path, {"reply": GOOD})
    for route in ("learned", "remembered"):
        answer = shell.json("ask", question, cwd=kettle)
        assert (answer["route"], answer["model"]["used"], answer["model"]["reason"]) == (route, True, "")
    shell.ok("learn", cwd=kettle)
    prepared = shell.json("ask", "who calls Boiler.done?", cwd=kettle)
    assert prepared["route"] == "remembered" and not prepared["model"]["used"]
    assert prepared["model"]["reason"] == "the answer was composed before it was asked for"
    assert shell.json("ask", "who calls Boiler.done?", cwd=kettle)["tokens"]["prompt"] == 0, "it stays the answer"


def test_an_endpoint_that_rests_and_a_key_that_was_refused_are_said(shell: Shell, kettle: Path) -> None:
    """Also by the questions after the one that found out: they reach no server any more."""
    with serving(fails(500)) as server:
        shell.ok("model", "use", f"{server.address}#tiny", cwd=kettle)
        shell.ok("budget", "set", "--tokens-per-day", "1000000", cwd=kettle)
        names = ["Boiler", "Sensor", "Boiler.done", "Boiler.boil", "Sensor.read", "BOILING_C"]
        asked = [shell.json("ask", f"what does {name} do?", cwd=kettle) for name in names]
        codes = [answer["model"]["refused"]["code"] for answer in asked]
        assert codes[0] == "broken" and codes[-1] == "resting" and "tried again" in asked[-1]["model"]["reason"]
    with serving(fails(401)) as server:
        shell.ok("model", "use", f"{server.address}#tiny", cwd=kettle)
        for code in ("refused", "key_refused"):
            answer = shell.json("ask", f"where is Sensor? {code}", cwd=kettle)
            assert answer["model"]["refused"]["code"] == code and answer["model"]["refused"]["next_step"]
        assert len(server.bodies) == 1


def test_nothing_is_paid_for_where_there_is_nothing_to_read(shell: Shell, kettle: Path) -> None:
    """A model that is shown nothing can only make something up."""
    with serving(says(GOOD)) as server:
        shell.ok("model", "use", f"{server.address}#tiny", cwd=kettle)
        shell.ok("budget", "set", "--tokens-per-day", "1000000", cwd=kettle)
        answer = shell.json("ask", "zxqv wvut?", cwd=kettle)
        assert server.bodies == [] and "nothing for it to read" in answer["model"]["reason"]
