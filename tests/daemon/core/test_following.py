"""Follow-ups: what was asked before, and what its answer led with, is what "it" stands for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from reverie_daemon.core.compose import compose
from reverie_daemon.core.following import taken_up
from reverie_daemon.core.nouns import Composition
from reverie_daemon.core.questions import Question, understand
from reverie_daemon.core.retrieve import rank

KILN = {
    "src/kiln/oven.py": (
        "class Oven:\n"
        '    """Bakes clay."""\n\n'
        "    def bake(self, clay):\n"
        '        """Heats the clay until it is hard."""\n'
        "        return self.cool(clay)\n\n"
        "    def cool(self, clay):\n"
        '        """Lets the clay cool down."""\n'
        "        return clay\n"
    ),
    "src/kiln/shop.py": "from kiln.oven import Oven\n\n\ndef sell(clay):\n    return Oven().bake(clay)\n",
    "src/kiln/again.py": "def cool(water):\n    return water\n",
    "tests/test_oven.py": "from kiln.oven import Oven\n\n\ndef test_bake():\n    assert Oven().bake('clay')\n",
}


@pytest.fixture
def kiln(catalogue_of: Callable[..., Any]) -> Any:
    return catalogue_of(KILN)


def talk(catalogue: Any, *texts: str) -> tuple[Question, Composition]:
    """The last question of a conversation, with its answer."""
    conversation: Sequence[Question] = ()
    question, answer = understand("", catalogue), Composition("", (), (), 0.0)
    for text in texts:
        question = understand(text, catalogue, conversation=conversation)
        asked = question
        answer = compose(asked, catalogue, lambda asked=asked: rank(asked.text, catalogue))
        conversation = (*conversation, taken_up(question, answer, catalogue))
    return question, answer


@pytest.mark.parametrize(
    ("text", "kind", "qualifiers"),
    [
        ("and who calls it?", "callers", ()),
        ("why?", "history", ("why",)),
        ("why is it like this?", "history", ("why",)),
        ("where is that?", "where", ()),
        ("and its tests?", "tests", ()),
        ("what about the tests?", "tests", ()),
        ("is it tested?", "tests", ()),
        ("who wrote it?", "history", ("who", "people")),
        ("show me the code", "what", ("source",)),
        ("how does it work?", "how", ()),
        ("tell me more", "how", ()),
        ("explain", "how", ()),
        ("what does it call?", "callees", ()),
        ("what are its parameters?", "what", ("signature",)),
        ("what breaks if I change it?", "impact", ()),
    ],
)
def test_a_follow_up_is_about_what_was_asked(kiln: Any, text: str, kind: str, qualifiers: tuple[str, ...]) -> None:
    """Nobody repeats a name in every sentence."""
    question, _ = talk(kiln, "what does Oven.bake do?", text)
    assert (question.kind, question.qualifiers) == (kind, qualifiers)
    assert question.subject is not None and question.subject.label == "Oven.bake"


def test_after_a_description_it_is_what_the_answer_led_with(kiln: Any) -> None:
    """The question named nothing; the answer did."""
    question, answer = talk(kiln, "which part heats something until it is hard?", "and who calls it?")
    assert question.kind == "callers" and "`sell` (`src/kiln/shop.py:5`)" in answer.claims[0].text


def test_what_about_another_asks_the_same_of_it(kiln: Any) -> None:
    """ "And X?" after "who calls Y?" means "who calls X?"."""
    question, _ = talk(kiln, "who calls Oven.bake?", "what about Oven.cool?")
    assert question.kind == "callers" and question.subject is not None and question.subject.label == "Oven.cool"
    question, _ = talk(kiln, "what does Oven.bake do?", "what about Oven.cool?")
    assert question.kind == "what"


def test_the_last_two_things_can_be_compared(kiln: Any) -> None:
    """ "How do they relate?" names neither."""
    question, _ = talk(kiln, "what does Oven.bake do?", "and Oven.cool?", "how do they relate?")
    assert question.kind == "relate"
    assert [subject.label for subject in question.subjects] == ["Oven.bake", "Oven.cool"]
    assert talk(kiln, "what does Oven.bake do?", "what's the difference?")[0].kind == "described"


def test_a_place_narrows_the_last_question(kiln: Any) -> None:
    """The rest of it stays as it was."""
    question, _ = talk(kiln, "who calls Oven.bake?", "and in src/kiln/shop.py?")
    assert (question.kind, question.qualifiers) == ("callers", ("in:src/kiln/shop.py",))


def test_the_code_that_is_shown_is_whole(kiln: Any) -> None:
    """Else one has to open the file."""
    _, answer = talk(kiln, "where is Oven.bake?", "show me the code")
    assert "def bake(self, clay):" in answer.markdown and "return self.cool(clay)" in answer.markdown


def test_readings_of_a_follow_up_stand_alone(kiln: Any) -> None:
    """A reading is asked as it stands; "and its callers" with nothing before it means nothing."""
    question, _ = talk(kiln, "where is cool?", "and its callers")
    assert question.readings and all("Oven.cool" in one or "again.py" in one for one in question.readings)


@pytest.mark.parametrize("text", ["thanks", "hello", "ok"])
def test_what_asks_nothing_is_told_what_can_be_asked(kiln: Any, text: str) -> None:
    """A made-up answer to "thanks" makes every other one doubtful."""
    question, answer = talk(kiln, text)
    assert question.kind == "talk" and answer.confidence == 0.0 and not answer.evidence
