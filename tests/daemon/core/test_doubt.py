"""What an answer says, whichever lines it cites; and how one that was marked is given."""

from __future__ import annotations

from reverie_daemon.core.doubt import doubted, said_by
from reverie_daemon.core.nouns import Claim, Composition, Evidence


def composition(*texts: str, readings: tuple[str, ...] = ()) -> Composition:
    evidence = (Evidence(path="a.py", symbol="first"), Evidence(path="b.py", symbol="Second.run"))
    return Composition("where", tuple(map(Claim, texts)), evidence, 0.8, readings)


def test_an_answer_is_told_by_its_words_not_by_its_lines() -> None:
    """A comment added above must not make a wrong answer pass for another one."""
    assert said_by(composition("It is in `a.py:3`.")) == said_by(composition("It is in `a.py:30-41`."))
    assert said_by(composition("It is in `a.py:3`.")) != said_by(composition("It is in `b.py:3`."))
    assert said_by(composition("It takes 3 tries.")) != said_by(composition("It takes 4 tries."))


def test_a_marked_answer_offers_the_readings_of_its_question_first() -> None:
    """An ambiguous name is the likeliest reason why an answer is wrong."""
    meant = doubted(composition("This.", readings=("who calls `A.x`?",)), "2026-11-24")
    assert meant.readings == ("who calls `A.x`?",) and meant.claims[-1].text == "This."
    assert "2026-11-24" in meant.claims[0].text and meant.confidence == 0.4


def test_a_marked_answer_without_readings_offers_what_else_it_cites() -> None:
    """Something has to follow; what was cited further down is the best guess."""
    assert doubted(composition("This."), "2026-11-24").readings == ("what does `Second.run` do?",)
