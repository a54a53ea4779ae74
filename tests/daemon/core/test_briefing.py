"""What a model is given to read: within its budget, what holds first, and nothing that it could not cite."""

from __future__ import annotations

from dataclasses import replace

import pytest
from reverie_daemon.core.briefing import about, brief, settled, topics
from reverie_daemon.core.compose import compose
from reverie_daemon.core.evidence import cite, verify
from reverie_daemon.core.notes import Note, Topic
from reverie_daemon.core.nouns import Claim, Commit, Evidence
from reverie_daemon.core.prompting import Reader, as_data
from reverie_daemon.core.questions import understand
from reverie_daemon.core.retrieve import rank
from reverie_daemon.core.tokens import Budgets, utf8_bytes
from reverie_indexers.facts import Span

from .conftest import MemoryCatalogue

TEA = '''"""Brewing tea."""


def brew(leaves, water):
    """Pours hot water on the leaves and waits."""
    heat(water)
    return steep(leaves, water)


def heat(water):
    """Heats water."""
    water.celsius = 96


def steep(leaves, water):
    """Waits until the tea is strong enough."""
    return leaves.soak(water)
'''
LONG = '"""Shelves of cups."""\n\n' + "\n".join(
    f'def cup_{number}():\n    """Cup number {number} of the cupboard."""\n    return {number}\n'
    for number in range(200)
)
FILES = {"tea.py": TEA, "cups.py": LONG}
COMMIT = Commit("c" * 40, "Ada", "2025-01-01T00:00:00+00:00", "Brew at 96 degrees", "Boiling water burns `leaves`.")


def note(analysis: str, name: str, text: str, start: int, end: int, path: str = "tea.py") -> Note:
    cited = cite(path, "b", Span(start, end), FILES[path].split("\n"))
    return Note(
        Topic("file", name), analysis, 1, (Claim(f"{text} (`{path}:{start}`)", (cited,)),), {}, (("q", "d"),), "m"
    )


def briefing(question, notes=(), budgets=None, earlier=(), confidence=None):
    catalogue = MemoryCatalogue(FILES)
    understood, ranking = understand(question, catalogue, conversation=earlier), rank(question, catalogue)
    composed = compose(understood, catalogue, lambda: ranking)
    composed = replace(
        composed,
        claims=tuple(verify(claim, catalogue.text) for claim in composed.claims),
        evidence=tuple(replace(one, verified=True) for one in composed.evidence),
        confidence=composed.confidence if confidence is None else confidence,
    )
    budgets = budgets or Budgets(4_000, 20_000)
    return brief(understood, composed, ranking, notes, catalogue, utf8_bytes, budgets, earlier)


def size(found):
    return sum(utf8_bytes([as_data(number, one) for number, one in enumerate(found.passages, 1)]))


@pytest.mark.parametrize("budget", [100, 500, 1_000, 3_000])
@pytest.mark.parametrize("confidence", [0.1, 0.9])
def test_no_more_is_read_than_the_budget_allows(budget: int, confidence: float) -> None:
    """It is what makes an answer cheap."""
    known = note("purpose", "tea.py", "It makes tea.", 1, 7)
    found = briefing("how does brew work?", [known], Budgets(budget, 2 * budget), confidence=confidence)
    assert size(found) <= (2 * budget if confidence < 0.5 else budget)


def test_what_was_learned_comes_first_whatever_is_asked() -> None:
    """The same beginning for questions about the same things is what servers keep."""
    notes = [note("rethink", "tea.py", "It soaks `leaves`.", 14, 16), note("purpose", "tea.py", "It makes tea.", 1, 7)]
    first, second = (briefing(text, notes).passages for text in ("how does brew work?", "what does heat do?"))
    assert (
        [one.text for one in first[:2]] == [one.text for one in second[:2]] == ["It makes tea.", "It soaks `leaves`."]
    )
    assert all(one.learned for one in first[:2]) and not any(one.learned for one in first[2:])


def test_what_was_learned_of_lines_that_are_gone_is_left_out() -> None:
    """Its citation would not hold."""
    gone = note("purpose", "tea.py", "It makes coffee.", 1, 7)
    gone = replace(gone, claims=(replace(gone.claims[0], evidence=(replace(gone.claims[0].evidence[0], digest="0"),)),))
    found = briefing("how does brew work?", [gone])
    assert not any(one.learned for one in found.passages) and found.inputs == ()


def test_the_notes_that_were_read_are_among_what_the_answer_rests_on() -> None:
    """It is stale when they are; those that were left out do not matter."""
    short, long = note("purpose", "tea.py", "It makes tea.", 1, 7), note("rethink", "tea.py", "It " * 2_000, 1, 7)
    assert briefing("how does brew work?", [replace(long, inputs=(("other", "x"),)), short]).inputs == (("q", "d"),)


def test_a_note_about_what_is_asked_stands_in_for_what_surrounds_it() -> None:
    """To have thought before makes the question cheaper; what answers it is read all the same."""
    budgets = Budgets(1_200, 8_000)
    known = note("purpose", "cups.py", "It keeps cups.", 1, 1, "cups.py")
    other = note("purpose", "tea.py", "It makes tea.", 1, 7)
    covered, plain = (briefing("what does cup_150 do?", [one], budgets) for one in (known, other))
    assert size(covered) <= 600 < size(plain) <= 1_200
    assert any("def cup_150" in one.text for one in covered.passages)


def test_where_there_is_little_room_the_beginning_of_what_answers_is_read() -> None:
    """Without it a model could not cite the answer, and would be asked for nothing."""
    found = briefing("what does brew do?", budgets=Budgets(150, 150))
    assert found.passages[0].text.startswith("def brew") and found.passages[0].span.end_line < 7


@pytest.mark.parametrize(
    ("question", "kind", "alone"),
    [
        ("where is brew defined?", "where", True), ("who calls heat?", "callers", True),
        ("what does brew call?", "callees", True), ("how does brew work?", "how", False),
        ("what does steep do?", "what", False), ("what happens if I change heat?", "impact", False),
    ],
)  # fmt: skip
def test_no_model_is_asked_what_the_code_itself_settles(question: str, kind: str, alone: bool) -> None:
    """It could say it again, later and for money. Where the facts are in doubt, it may know better."""
    catalogue = MemoryCatalogue(FILES)
    understood = understand(question, catalogue)
    composed = replace(compose(understood, catalogue, lambda: rank(question, catalogue)), confidence=0.9)
    assert (understood.kind, settled(understood, composed)) == (kind, alone)
    assert not settled(understood, replace(composed, confidence=0.6))
    assert not settled(understood, replace(composed, readings=("what does heat do?",)))


def test_a_decision_is_read_with_its_commit_and_cited_as_one() -> None:
    """Why it is so stands in no file."""
    decided = Note(
        Topic("file", "tea.py"), "decisions", 1,
        (Claim("Boiling water burnt the `leaves`.", (Evidence(commit=COMMIT),)),), {}, (), "m",
    )  # fmt: skip
    found = briefing("why is brew like this?", [decided])
    assert 'place="commit cccccccccc"' in as_data(1, found.passages[0])
    (claim,) = Reader(found.passages, found.texts.get).feed("Hot water burns `leaves` [1].\n")
    assert claim.evidence[0].commit == COMMIT and claim.evidence[0].verified


def test_where_it_is_unsure_whole_files_are_read_and_of_a_long_one_what_was_found_in_it() -> None:
    """More tokens, spent where the answer may be."""
    found = briefing("what does cup_150 do?", confidence=0.2, budgets=Budgets(1_000, 3_000))
    assert found.raw[0] == "cups.py"
    cups = [one for one in found.passages if one.path == "cups.py"]
    assert any("def cup_150" in one.text for one in cups) and not any("def cup_10(" in one.text for one in cups)
    assert [one.span.start_line for one in cups] == sorted(one.span.start_line for one in cups)
    assert all(one.span.end_line - one.span.start_line < 60 for one in found.passages), "each can be cited"
    assert briefing("how does brew work?").raw == ()


def test_what_a_question_means_is_told_only_where_it_does_not_say_so() -> None:
    """A model sees no conversation."""
    catalogue = MemoryCatalogue(FILES)
    first = understand("what does steep do?", catalogue)
    follow_up = understand("and who calls it?", catalogue, conversation=[first])
    assert about(follow_up, [first]) == "Asked before it: what does steep do?\nIt is about `steep` in tea.py."
    assert about(first, []) == ""


def test_notes_are_looked_for_where_the_question_points() -> None:
    """About what it names before what was merely found; on a why, what history tells."""
    catalogue = MemoryCatalogue(FILES)
    asked = understand("why is brew like this?", catalogue)
    wanted = topics(asked, None, rank(asked.text, catalogue))
    assert wanted[0] == ("flows", Topic("symbol", "tea.py::brew"))
    assert wanted.index(("decisions", Topic("file", "tea.py"))) < wanted.index(("purpose", Topic("file", "tea.py")))
    described = understand("how hot is the water?", catalogue)
    assert ("decisions", Topic("file", "tea.py")) not in topics(described, None, rank(described.text, catalogue))
