"""What the daemon sends becomes values, and values become words: both pure, tested together where they meet."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reverie_tui import wording
from reverie_tui.events import Connected, Connecting, Lost, Place, StatusArrived
from reverie_tui.literal import literal, literal_line
from reverie_tui.model import reduce
from reverie_tui.reading import (
    ANSWER_CHARACTERS_MAX,
    EVIDENCE_MAX,
    LINE_CHARACTERS_MAX,
    DaemonStatus,
    Evidence,
    read_answer,
    read_evidence,
    read_past,
    read_source,
    read_status,
)
from reverie_tui.state import Exchange, Preview, State
from reverie_tui.widgets.answer import markdown_parser
from support.json_values import JSON

KEYS = [
    "answer",
    "evidence",
    "tokens",
    "sleep",
    "repositories",
    "saved",
    "model",
    "lines",
    "path",
    "pending",
    "progress",
]


@given(st.dictionaries(st.sampled_from(KEYS), JSON))
def test_anything_can_be_read(wire_data):
    """A daemon of another version must not take the screen down."""
    read_answer(wire_data)
    read_evidence(wire_data)
    read_source(wire_data)
    read_status(wire_data, DaemonStatus())
    read_status({"repositories": [wire_data]}, DaemonStatus())
    read_past([wire_data])


@given(st.text())
def test_literal_text_can_always_be_printed(text):
    """Control characters drive the terminal; halves of characters make writing to it fail."""
    shown = literal(text)
    shown.encode()
    assert not any((char < " " and char not in "\n\t") or "\x7f" <= char <= "\x9f" for char in shown)
    assert "\n" not in literal_line(text)


def test_literal_keeps_what_is_harmless():
    """Emoji are joined by invisible characters; they are not an attack."""
    assert literal("naïve 设计 👩‍💻 [b]x[/b]\n\ty") == "naïve 设计 👩‍💻 [b]x[/b]\n\ty"
    assert literal("\x1b[2J\u202e") == "␛[2J⟨202e⟩"
    assert literal_line("a\tb\nc") == "a   b␊c"


def test_what_is_too_much_is_cut_and_says_so():
    """A 5 MB line or an answer without end must not stop the keys."""
    answer = read_answer({"answer": "x" * (ANSWER_CHARACTERS_MAX + 1), "evidence": [{"path": "a"}] * 500})
    assert len(answer.text) < ANSWER_CHARACTERS_MAX + 200
    assert "too long" in answer.text
    assert len(answer.evidence) == EVIDENCE_MAX
    assert read_source({"lines": ["y" * 9_000]}).lines[0] == "y" * LINE_CHARACTERS_MAX + "…"


def test_without_a_model_nothing_is_called_saved(wire):
    """Claiming savings that are not there is what users complain about."""
    line = wording.tokens(read_answer(wire.answer()))
    assert line == "12,431 tokens an agent would have read"
    state = reduce(State(), StatusArrived(wire.snapshot()))
    assert wording.totals(state) == "98,231 tokens an agent would have read, so far"


@pytest.mark.parametrize(
    ("baseline", "words"), [(9_000, "7,800 tokens saved (spent 1,200)"), (200, "1,000 tokens lost (spent 1,200)")]
)
def test_with_a_model_savings_and_losses_are_both_told(wire, baseline, words):
    """A loss that is hidden makes every saving unbelievable."""
    tokens = {"prompt": 1000, "cached": 900, "completion": 200, "baseline": baseline}
    assert wording.tokens(read_answer(wire.answer(tokens=tokens))) == words


def test_the_line_beneath_an_answer_tells_what_is_missing(wire):
    """An answer given too early has to say so."""
    reply = wire.answer(fresh=False, pending={"files": 120}, unverified=["x"], route="remembered", latency_ms=1234.6)
    line = (
        "remembered · changed since · 1,235 ms · 12,431 tokens an agent would have read"
        " · 120 files not indexed yet · 1 unverified"
    )
    state = State(exchange=Exchange(1, "?", "", "done", answer=read_answer(reply)))
    assert wording.answer_line(state) == line


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "flask · main"),
        ({"branch": ""}, "flask · detached at 3f2a1c9d0e"),
        ({"branch": "", "head": ""}, "flask · no commits yet"),
    ],
)
def test_the_repository_and_where_it_stands(wire, changes, words):
    """A detached or empty repository is a state, not an error."""
    state = reduce(State(), Connected("/home/ada/flask"))
    state = reduce(state, StatusArrived(wire.snapshot(repositories=[wire.repository(**changes)])))
    assert wording.identity(state) == words


def test_what_the_daemon_does_is_told_with_its_reason(wire):
    """Users want to know why their fan spins, or why nothing happens."""
    state = reduce(State(), Connecting())
    assert wording.activity(state) == "reaching the daemon…"
    sleep = {"state": "waiting", "reason": "CPU busy (cargo)"}
    state = reduce(reduce(state, Connected("/r")), StatusArrived(wire.snapshot(sleep=sleep)))
    assert wording.activity(state) == "waiting: CPU busy (cargo)"
    state = reduce(state, Lost("it stopped", 0.5))
    assert wording.activity(state) == "daemon away: it stopped"
    assert wording.standing(state) == "trying again in 0.5 s; a question starts it at once"
    state = reduce(state, Lost("it did not start", 8.0, "reverie logs"))
    assert wording.standing(state) == "trying again in 8 s; reverie logs"


def test_a_bar_is_full_only_at_the_end(wire):
    """A full bar that goes on is a lie."""
    found = read_status({"repositories": [wire.repository(progress={"done": 235, "total": 236})]}, DaemonStatus())
    assert wording.bar(found.repositories[0], 10) == "━━━━━━━━━─"
    found = read_status({"repositories": [wire.repository(progress={"phase": "linking"})]}, DaemonStatus())
    assert (wording.bar(found.repositories[0], 10), wording.progress(found.repositories[0])) == ("", "linking…")


def test_a_preview_of_a_changed_file_says_so():
    """Lines that moved since the answer would be read as the cited ones."""
    place = Place("a.py", 3, 9)
    source = read_source({"path": "a.py", "blob": "new", "lines": ["x"]})
    evidence = Evidence("a.py", 3, 9, blob="old")
    assert wording.preview_title(Preview(place, source), evidence) == "a.py:3-9 · changed since it was cited"
    assert wording.preview_title(Preview(place, source), None) == "a.py:3-9"


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("see `src/app.py:10-24`.", Place("src/app.py", 10, 24)),
        ("see (src/app.py:7)", Place("src/app.py", 7, 7)),
        ("`my notes/设计 (v2).md:3`", Place("my notes/设计 (v2).md", 3, 3)),
        ("`100%25.py:3`", Place("100%25.py", 3, 3)),
    ],
)
def test_citations_become_links_that_lead_back_to_their_place(text, place):
    """A link that names another file than the text is worse than none."""
    children = markdown_parser().parseInline(wording.linked(text))[0].children or []
    links = [child for child in children if child.type == "link_open"]
    assert [wording.place_of(str(link.attrs["href"])) for link in links] == [place]
    assert "".join(child.content for child in children) == text.replace("`", "")


@pytest.mark.parametrize(
    "text", ["at 12:30", "localhost:8080", "std::vec:3", "```\na.py:3\n```", "[a.py:3](x)", "x: 3"]
)
def test_what_is_no_citation_stays_as_it_is(text):
    """Times, ports and code are not files."""
    assert wording.linked(text) == text


def test_other_links_lead_nowhere_in_the_repository():
    """Text from a repository must not steer the preview by lookalikes."""
    assert wording.place_of("https://example.com/a.py:3") is None
    assert wording.place_of("cite:a.py") is None


def test_questions_asked_before_are_told_once():
    """The ledger keeps every asking; a reader wants each question."""
    found = read_past([{"question": "A?"}, {"question": "B?"}, {"question": "A?"}, {"question": " "}, 7])
    assert [item.question for item in found] == ["A?", "B?"]


def test_a_very_long_answer_is_markdown_up_to_a_line_and_loses_nothing():
    """Each paragraph is a widget; ten thousand of them would take minutes to draw."""
    text = "\n".join(f"Line {i}." for i in range(10_000))
    head, rest = wording.parted(text)
    assert head.count("\n") < wording.MARKDOWN_LINES_MAX
    assert f"{head}\n{rest}" == text
    assert wording.parted("short\nanswer") == ("short\nanswer", "")
    one_line = wording.parted("x" * 50_000)
    assert one_line == ("", "x" * 50_000)


def test_a_code_block_that_is_cut_is_closed():
    """Or the note after it would be code."""
    head, rest = wording.parted("```python\n" + "x = 1\n" * 500 + "```\nDone.")
    assert head.count("```") == 2
    assert rest.endswith("Done.")


def test_a_repository_that_was_never_read_has_no_figures_yet(wire):
    """ "0 files" would be a finding; nobody has looked yet."""
    new = wire.repository(clock=0, files=0, symbols=0)
    status = read_status(wire.snapshot(repositories=[new])["status"], DaemonStatus())
    assert wording.standing(State(root=new["root"], status=status)) == "about to be read for the first time"
