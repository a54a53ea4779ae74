"""Remembered answers: recalled as they were, counted, and forgotten for good."""

from __future__ import annotations

import hashlib
import json

from reverie_daemon.core.notes import Topic
from reverie_daemon.core.predict import Prediction
from reverie_daemon.store.foresight import Asked

GREET = "def greet(name):\n    return 'hello ' + name\n"


def remember(store, key, question="where is greet?", path="src/app.py", now=5.0, answer="It is there."):
    evidence = [{"path": path, "start_line": 1, "end_line": 2}]
    inputs = [("text src/app.py", "d1")]
    store.remember(key, question, {"answer": answer, "evidence": evidence}, inputs, clock=3, head="abc", now=now)


def test_an_answer_is_recalled_with_what_it_read(store):
    """Freshness is decided from the inputs, so they come back exactly."""
    remember(store, "where|greet")
    recalled = store.recall("where|greet")
    assert recalled is not None
    assert (recalled.question, recalled.clock, recalled.head) == ("where is greet?", 3, "abc")
    assert recalled.inputs == (("text src/app.py", "d1"),)
    assert recalled.answer["answer"] == "It is there."
    assert store.recall("another") is None


def test_the_notes_revision_ticks_when_what_is_remembered_changes(store):
    """`context` promises the same for the same clock and notes revision."""
    before = store.notes_revision()
    remember(store, "k")
    assert store.notes_revision() == before + 1
    store.recall("k")
    assert store.notes_revision() == before + 1
    store.forget(None)
    assert store.notes_revision() == before + 2


def test_questions_come_newest_first_and_once_for_each_key(store):
    """The same question asked again is one question."""
    remember(store, "a", "first?", now=1.0)
    remember(store, "b", "second?", now=2.0)
    remember(store, "a", "first again?", now=3.0)
    assert [one.question for one in store.questions(5)] == ["first again?", "second?"]
    assert [one.question for one in store.questions(1)] == ["first again?"]


def test_forgetting_a_path_takes_what_cites_or_names_it(store):
    """The user means the file, wherever it was written about."""
    remember(store, "cites", path="docs/secret plan.md")
    remember(store, "escaped", path="docs/secret%20plan.md")
    remember(store, "asks", question="what is in docs/secret plan.md?")
    remember(store, "under", path="docs/other.md")
    remember(store, "else", path="docs/secret plan.md.bak")
    assert store.forget(b"docs/secret plan.md").questions == 3
    assert {one.key for one in store.questions(9)} == {"under", "else"}
    assert store.forget(b"docs").questions == 2


def test_forgotten_text_is_gone_from_the_disk(store, tmp_path):
    """Deleting a row leaves its bytes in the file; the user asked for them to be gone."""
    remember(store, "a", answer="The password is swordfish." * 50)
    remember(store, "a", answer="The password is swordfish, again." * 50)
    assert store.forget(None).questions == 1
    for file in (tmp_path / "reverie").iterdir():
        assert b"swordfish" not in file.read_bytes(), file.name


def test_half_a_character_is_no_reason_to_fail(store):
    """JSON can carry a lone surrogate; SQLite cannot."""
    remember(store, "k\ud800", question="what is \ud800?")
    assert store.recall("k\ud800") is not None
    json.dumps(store.questions(1)[0].question).encode()


def noise(number: int, characters: int = 1_600) -> str:
    """Text that does not get shorter by being packed, another for each number."""
    return "".join(hashlib.sha256(b"%d %d" % (number, part)).hexdigest() for part in range(characters // 64))


def test_what_is_remembered_weighs_little_beside_the_source(store):
    """Hundreds of questions about a small repository must not outweigh it; the newest answers are the likeliest to be
    asked for again."""
    for number in range(300):
        store.remember(
            f"k{number}",
            f"why {number}?",
            {"text": noise(number)},
            [("q", "d")],
            clock=1,
            head="",
            now=float(number),
        )
    store.settle()
    kept = store.questions(1_000)
    assert 20 < len(kept) < 250
    assert [one.question for one in kept[:2]] == ["why 299?", "why 298?"]
    store.remember("big", "and all?", {"text": noise(1, 1_000_000)}, [], clock=1, head="", now=400.0)
    store.settle()
    assert [one.question for one in store.questions(5)] == ["and all?"]


def test_as_many_prepared_answers_as_are_expected_stay_and_beyond_that_the_likeliest(store):
    """What was learned and then thrown away for lack of room was learned for nothing; and the best are learned first,
    so that the oldest are the last that may go."""

    def prepare(numbers, text):
        likely = {number: 1.0 / (number + 2) for number in numbers}
        store.learned.replan(1, [], [
            Prediction(f"why {number}?", Topic("repository"), "about", likely[number]) for number in numbers
        ])  # fmt: skip
        for number in numbers:
            answer = {"text": text(number)}
            store.remember(f"k{number}", f"why {number}?", answer, [("q", "d")], clock=1, head="", now=float(number))
            store.learned.prepared(1, f"why {number}?", f"k{number}")
        store.settle()

    def usual(number):
        return ("It is there because the kettle says so. " * 100) + noise(number, 1_024)

    prepare(range(300), usual)
    assert len(store.questions(1_000)) == 300
    store.learned.asked(1, Asked("k299", "about", "", 1_000.0))
    prepare(range(300), lambda number: noise(number, 8_192))
    kept = [one.question for one in store.questions(1_000)]
    assert 40 < len(kept) < 200 and kept[0] == "why 299?", "what was asked for last stays"
    assert sorted(kept[1:], key=lambda one: int(one[4:-1])) == [f"why {number}?" for number in range(len(kept) - 1)]
