"""Meanings are learned behind the user's back, and found by the next question; nothing ever waits for them."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from support.shell import Shell

QUESTION = "Which part finds out how hot it gets?"
"""No word of it stands in the sample."""


@pytest.fixture
def learning(shell: Shell) -> Shell:
    (shell.home / "config.toml").unlink()
    return shell


def context(shell: Shell, root: Path) -> dict[str, Any]:
    given: dict[str, Any] = shell.json("context", "--tokens", "400", QUESTION, cwd=root)
    return given


def first_path(given: dict[str, Any]) -> str:
    return given["evidence"][0]["path"] if given["evidence"] else ""


def test_after_learning_a_question_in_other_words_finds_its_passage(learning: Shell, kettle: Path) -> None:
    """The whole way: store, child for learning, child for questions, ranking. One revision has one context."""
    before = context(learning, kettle)
    seen: dict[int, str] = {before["notes_revision"]: before["context"]}
    learning.ok("learn", cwd=kettle)
    for _ in range(100):
        given = context(learning, kettle)
        assert seen.setdefault(given["notes_revision"], given["context"]) == given["context"]
        if first_path(given) == "kettle/sensor.py" and len(seen) > 1:
            break
        time.sleep(0.2)
    assert first_path(given) == "kettle/sensor.py"
    again = context(learning, kettle)
    assert (again["context"], again["notes_revision"]) == (given["context"], given["notes_revision"])
