"""The Learned page without a screen: what each event and reply makes of the tree, the notes and the search."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reverie_tui.calls import Wish
from reverie_tui.counting import counted
from reverie_tui.knowledge import lineage, read_level, read_names, read_notes
from reverie_tui.pages import learned as page_module
from reverie_tui.pages.learned import OPENED_MAX, reduce, replied, wanted
from reverie_tui.pages.learned_state import (
    Chosen,
    Entered,
    Forget,
    Learned,
    LearnNow,
    Left,
    Moved,
    Opened,
    Pointed,
    Searched,
)
from reverie_tui.signs import ASCII, UNICODE
from reverie_tui.wording_learned import (
    cost,
    empty,
    forgetting,
    left_out,
    made,
    state_mark,
    state_word,
    summary,
)
from support.json_values import payloads

ROOT = "/r"


def wish(name, **arguments):
    return Wish(name, {"root": ROOT, **arguments})


def tree_wish(path):
    return wish("tree", path=path)


def notes_wish(path):
    return wish("notes", about=path, limit=page_module.NOTES_LIMIT)


def level(*nodes, left_out=0):
    return {"children": list(nodes), "left_out": left_out}


@pytest.fixture
def page(wire):
    """A repository with a folder, opened, and a file in it and beside it."""
    page = got(Learned(), tree_wish(""), level(wire.node("src", "folder", 3, 1), wire.node("README.md")))
    page, _ = reduce(page, Pointed(1), ROOT)
    page, _ = reduce(page, Opened(True), ROOT)
    return got(page, tree_wish("src"), level(wire.node("src/app.py", notes=3, stale=1, answers=2)))


def got(page, made_wish, payload):
    return replied(page, made_wish, payload, ROOT)[0]


def paths(page):
    return [row.node.path if row.node else None for row in page.rows]


def went(page, *events):
    for event in events:
        page, _ = reduce(page, event, ROOT)
    return page


def test_when_it_is_shown_it_wants_the_open_levels_and_the_notes_of_what_is_selected(page):
    """Everything on show is brought up to date, and nothing else."""
    assert wanted(page, ROOT, frozenset()) == (tree_wish(""), tree_wish("src"), notes_wish("src"))
    assert wanted(page, ROOT, frozenset({"repositories"})) == wanted(page, ROOT, frozenset())
    assert wanted(page, ROOT, frozenset({"sleep", "saved"})) == ()
    assert wanted(page, "", frozenset()) == ()


def test_the_tree_shows_what_is_open_in_order_and_depth(page):
    """Ten thousand files are fetched a level at a time, when someone looks."""
    assert paths(page) == ["", "src", "src/app.py", "README.md"]
    assert [row.depth for row in page.rows] == [0, 1, 2, 1]
    assert [row.opened for row in page.rows] == [True, True, False, False]
    assert paths(went(page, Opened(False))) == ["", "src", "README.md"]


def test_symbols_stand_beneath_what_they_stand_in(page, wire):
    """A flat list of qualified names hides the class that a method belongs to."""
    page = went(page, Pointed(2), Opened(True))
    names = ("src/app.py::App", "src/app.py::App.run", "src/app.py::main")
    page = got(page, tree_wish("src/app.py"), level(*(wire.node(name, "symbol", line=1) for name in names)))
    symbols = [(row.depth, row.name) for row in page.rows if row.node and row.node.kind == "symbol"]
    assert symbols == [(3, "App"), (4, "run"), (3, "main")]


def test_headings_stand_beneath_their_headings_whatever_dots_they_have(page, wire):
    """A version number is no chain of names."""
    page = went(page, Pointed(3), Opened(True))
    names = ("README.md::Changes", "README.md::Changes > Version 3.1.0", "README.md::Version 3.1.0 > Fixed")
    page = got(page, tree_wish("README.md"), level(*(wire.node(name, "symbol", line=1) for name in names)))
    symbols = [(row.depth, row.name) for row in page.rows if row.node and row.node.kind == "symbol"]
    assert symbols == [(2, "Changes"), (3, "Version 3.1.0"), (2, "Version 3.1.0 > Fixed")]


def test_what_a_level_does_not_list_is_counted_and_cannot_be_selected(wire):
    """A folder of 5,000 files must not pass for one of 1,000."""
    page = got(Learned(), tree_wish(""), level(wire.node("a.py"), left_out=4_000))
    assert page.rows[-1].node is None and left_out(page.rows[-1]) == "4,000 more not listed"
    assert went(page, Pointed(2)).node.path == "a.py"


def test_the_repository_sums_up_what_is_in_it(page):
    """The first row answers how far learning is."""
    assert (page.whole.notes, page.whole.stale, page.whole.files) == (3, 1, 2)


def test_the_cursor_moves_within_the_rows_and_takes_the_notes_along(page):
    """Looking through the tree is looking through what is known."""
    moved, wishes = reduce(page, Moved(1), ROOT)
    assert (moved.node.path, wishes) == ("src/app.py", ())
    assert went(page, Moved(-99)).node.path == ""
    assert went(page, Moved(99)).node.path == "README.md"


def test_one_fetch_of_notes_is_under_way_however_fast_the_cursor_moves(page, wire):
    """An arrow key that is held down must not ask for the notes of every row it passes."""
    page = got(page, notes_wish("src"), {"notes": []})
    page, wishes = reduce(page, Moved(1), ROOT)
    assert wishes == (notes_wish("src/app.py"),)
    page, wishes = reduce(page, Moved(1), ROOT)
    assert wishes == ()
    page, wishes = replied(page, notes_wish("src/app.py"), {"notes": [wire.note("src/app.py")]}, ROOT)
    assert (page.notes_of, wishes) == ("src", (notes_wish("README.md"),))
    page, wishes = replied(page, notes_wish("README.md"), {"notes": [wire.note("README.md")]}, ROOT)
    assert (page.notes_of, len(page.notes), wishes) == ("README.md", 1, ())


def test_only_notes_about_just_what_is_selected_are_shown(wire):
    """Asking about a file tells of its symbols, too; they have rows of their own."""
    notes = read_notes({"notes": [wire.note("a.py"), wire.note("a.py::f"), wire.note("")]}, "a.py")
    assert [note.subject for note in notes] == ["a.py"]


def test_new_data_moves_nothing_under_the_cursor(page, wire):
    """The daemon learns while one reads."""
    page = went(page, Pointed(2))
    page = got(page, tree_wish(""), level(wire.node("docs", "folder"), wire.node("src", "folder"), wire.node("z.py")))
    assert (page.node.path, page.cursor) == ("src/app.py", 3)


def test_moving_and_the_same_data_again_work_nothing_out_anew(page, wire):
    """With ten thousand rows each key would take a tenth of a second."""
    rows = page.rows
    assert went(page, Moved(1), Moved(-1)).rows is rows
    again = level(wire.node("src/app.py", notes=3, stale=1, answers=2))
    assert got(page, tree_wish("src"), again).rows is rows


def test_what_is_gone_hands_the_cursor_to_what_it_lay_in(page, wire):
    """A branch switch deletes files; the cursor should stay as near as can be."""
    page = went(page, Pointed(2))
    assert got(page, tree_wish("src"), level(wire.node("src/new.py"))).selected == "src"
    page = got(page, tree_wish(""), level(wire.node("README.md")))
    assert (page.selected, page.tree.opened) == ("", ())


def test_a_folder_that_is_closed_keeps_the_cursor_and_forgets_its_level(page):
    """What nobody looks at is not fetched again and again."""
    page = went(page, Opened(False))
    assert tree_wish("src") not in wanted(page, ROOT, frozenset())


def test_left_goes_to_what_the_row_lies_in_and_right_into_it(page):
    """As in every tree with a keyboard."""
    assert went(page, Pointed(2), Opened(False)).node.path == "src"
    assert went(page, Opened(True)).node.path == "src/app.py"
    assert went(page, Pointed(0), Opened(False)).node.path == ""


def test_the_oldest_of_too_many_open_levels_is_closed(page):
    """All open levels are fetched whenever something changes: their number is a cost."""
    tree = replace(page.tree, opened=tuple(f"d{i}" for i in range(OPENED_MAX)))
    opened = went(replace(page, tree=tree, selected="README.md"), Opened(True)).tree.opened
    assert len(opened) == OPENED_MAX and opened[-1] == "README.md" and "d0" not in opened


def test_enter_opens_a_folder_and_leads_from_a_file_to_its_notes(page):
    """Enter does the next thing that one would want."""
    assert went(page, Chosen()).tree.opened == ()
    assert went(page, Pointed(2), Chosen()).pane == "notes"


@pytest.fixture
def reading(page, wire):
    """The notes about a file are on show, and the reader is in them."""
    page = went(page, Pointed(2))
    notes = [
        wire.note("src/app.py", claims=[{"text": "One.", "evidence": [wire.evidence(), wire.evidence("b.py", 3, 5)]}]),
        wire.note("src/app.py", "history", claims=[{"text": "Two.", "evidence": [{"commit": "c12a5d"}]}]),
    ]
    page = replace(page, fetching=None, selected="src/app.py")
    return went(got(page, notes_wish("src/app.py"), {"notes": notes}), Entered("notes"))


def test_the_cursor_rests_on_notes_and_citations(reading):
    """One moves from claim to claim, not from line to line."""
    stops = [(stop.note, stop.claim, stop.evidence) for stop in reading.stops]
    assert stops == [(0, -1, -1), (0, 0, 0), (0, 0, 1), (1, -1, -1), (1, 0, 0)]
    assert went(reading, Moved(99)).stop == 4 and went(reading, Moved(-99)).stop == 0


def test_a_citation_is_what_the_editor_opens_and_else_the_file(reading):
    """The key for the editor means what the cursor is on."""
    assert (reading.place.path, reading.place.start_line) == ("src/app.py", 1)
    cited = went(reading, Moved(2))
    assert (cited.place.path, cited.place.start_line, cited.place.end_line) == ("b.py", 3, 5)
    assert went(reading, Moved(4)).place is None


def test_enter_on_a_citation_shows_its_source_and_moving_on_shows_the_next(reading, wire):
    """Checking a claim costs one key, checking all of them one key each."""
    page, wishes = reduce(went(reading, Moved(1)), Chosen(), ROOT)
    source = wish("source", path="src/flask/app.py", start=1, end=949)
    assert (page.pane, wishes) == ("source", (source,))
    assert got(page, source, wire.source()).source is not None
    page, wishes = reduce(page, Moved(1), ROOT)
    assert wishes == (wish("source", path="b.py", start=1, end=405),)
    assert got(page, source, wire.source()).source is None


def test_enter_on_a_note_or_a_commit_shows_no_source(reading):
    """There is nothing to show."""
    assert reduce(reading, Chosen(), ROOT) == (reading, ())
    assert reduce(went(reading, Moved(4)), Chosen(), ROOT)[1] == ()


def test_back_goes_from_the_source_to_the_notes_to_the_tree(reading):
    """The same key must never take away more than one sees go."""
    page = went(reading, Moved(1), Chosen(), Left())
    assert page.pane == "notes"
    assert went(page, Left()).pane == "tree"
    assert went(page, Left(), Left()).pane == "tree"


def test_notes_that_come_again_leave_the_cursor_where_it_is(reading, wire):
    """They come again whenever something is learned."""
    page = went(reading, Moved(1))
    assert got(page, notes_wish("src/app.py"), {"notes": [wire.note("src/app.py")]}).stop == 1
    assert got(page, notes_wish("src/app.py"), {"notes": []}).stop == 0


# Searching


def names_wish(letters):
    return wish("names", letters=letters, limit=page_module.NAMES_LIMIT)


def found(*names):
    return {"names": [{"name": name, "kind": kind, "path": path, "line": line} for name, kind, path, line in names]}


def test_a_search_asks_for_the_letters_that_are_there_now(page):
    """One search is under way at a time; a fast typist waits for the last one only."""
    page, wishes = reduce(page, Searched("a"), ROOT)
    assert wishes == (names_wish("a"),)
    page, wishes = reduce(went(page, Searched("ap")), Searched("app"), ROOT)
    assert wishes == ()
    page, wishes = replied(page, names_wish("a"), found(("a", "file", "a", 1)), ROOT)
    assert (page.found, wishes) == ((), (names_wish("app"),))
    page = got(page, names_wish("app"), found(("App", "class", "src/app.py", 9)))
    assert [name.name for name in page.found] == ["App"]


def test_an_empty_search_asks_for_nothing(page):
    """There is no best name without a letter."""
    page, wishes = reduce(page, Searched("  "), ROOT)
    assert (page.letters, wishes) == ("", ())


def test_a_search_that_ended_is_not_revived_by_its_reply(page):
    """Replies can come late."""
    page = went(page, Searched("app"), Searched(None))
    page = got(page, names_wish("app"), found(("App", "class", "src/app.py", 9)))
    assert (page.letters, page.found) == (None, ())


def test_choosing_a_file_that_was_found_opens_all_it_lies_in(wire):
    """The tree shows where it is."""
    page = got(Learned(), tree_wish(""), level(wire.node("src", "folder")))
    page = got(went(page, Searched("x")), names_wish("x"), found(("src/a/x.py", "file", "src/a/x.py", 1)))
    page, wishes = reduce(page, Chosen(), ROOT)
    assert page.letters is None and page.selected == "src/a/x.py"
    assert wishes == (tree_wish("src"), tree_wish("src/a"), notes_wish("src/a/x.py"))
    page = got(page, tree_wish("src"), level(wire.node("src/a", "folder")))
    page = got(page, tree_wish("src/a"), level(wire.node("src/a/x.py")))
    assert page.node.path == "src/a/x.py"


def test_choosing_a_symbol_that_was_found_selects_it_once_its_file_is_there(page, wire):
    """A search names a symbol by its line; its path in the tree is known later."""
    page = got(went(page, Searched("run")), names_wish("run"), found(("run", "function", "src/app.py", 20)))
    page, wishes = reduce(page, Chosen(), ROOT)
    assert tree_wish("src/app.py") in wishes
    nodes = (wire.node("src/app.py::App", "symbol", line=9), wire.node("src/app.py::App.run", "symbol", line=20))
    page, wishes = replied(page, tree_wish("src/app.py"), level(*nodes), ROOT)
    assert page.node.path == "src/app.py::App.run"


def test_choosing_among_nothing_does_nothing(page):
    """Enter is pressed before the names are there."""
    page = went(page, Searched("zz"))
    assert reduce(page, Chosen(), ROOT) == (page, ())


# Learning and forgetting


def test_learning_now_names_what_is_selected(page):
    """The same key learns a symbol or all of it."""
    assert reduce(page, LearnNow(), ROOT)[1][0].arguments == {"root": ROOT, "subject": "src"}
    whole = reduce(went(page, Pointed(0)), LearnNow(), ROOT)[1][0]
    assert (whole.name, whole.arguments) == ("learn", {"root": ROOT})


def test_what_came_of_learning_is_told_and_everything_fetched_again(page):
    """“Done” alone leaves one wondering whether anything happened."""
    made_wish = reduce(page, LearnNow(), ROOT)[1][0]
    page, wishes = replied(page, made_wish, {"jobs": 12, "jobs_failed": 1}, ROOT)
    assert page.said == "learned: 12 jobs done, 1 failed"
    assert tree_wish("src") in wishes
    assert replied(page, made_wish, None, ROOT)[0].said == "learned: there was nothing new to learn"


@pytest.mark.parametrize(
    ("event", "name", "arguments"),
    [
        (Forget("src", "folder"), "forget", {"path": "src"}),
        (Forget("", "folder"), "forget", {"path": ""}),
        (
            Forget("a.py::f", "symbol"),
            "forget_notes",
            {"subject": "a.py::f", "subject_kind": "symbol", "analysis": ""},
        ),
        (
            Forget("a.py", "file", "purpose"),
            "forget_notes",
            {"subject": "a.py", "subject_kind": "file", "analysis": "purpose"},
        ),
    ],
)
def test_forgetting_takes_what_was_named_and_no_more(page, event, name, arguments):
    """A note about a file is not all that is known about the file."""
    made_wish = reduce(page, event, ROOT)[1][0]
    assert (made_wish.name, made_wish.arguments) == (name, {"root": ROOT, **arguments})
    page, _ = replied(page, made_wish, {"notes": 3, "questions": 1}, ROOT)
    assert page.said == "forgotten: 3 notes, 1 question"


def test_what_was_said_goes_when_the_cursor_goes_on(page):
    """It was about another row."""
    assert went(replace(page, said="learned: 1 job done"), Moved(1)).said == ""


# Reading and wording


def test_a_node_says_in_a_word_how_much_of_it_holds(wire):
    """What nobody looked into must not pass for fresh."""
    nodes = read_level(
        level(
            wire.node("a"),
            wire.node("b", notes=3),
            wire.node("c", notes=3, stale=2),
            wire.node("d", notes=3, fresh=1, unchecked=2),
            wire.node("e", answers=8),
            wire.node("f", notes=1, answers=8, answers_stale=3),
        )
    ).children
    words = ["not yet learned", "fresh", "2 of 3 stale", "not checked", "8 answers ready", "3 answers stale"]
    assert [state_word(node) for node in nodes] == words
    assert [state_mark(node, UNICODE) for node in nodes] == ["·", "✓", "~", "·", "✓", "~"]
    assert all(state_mark(node, ASCII).isascii() for node in nodes)


def test_who_made_a_note_and_what_it_took(wire):
    """Money was spent for some of them."""

    def told(**changes):
        return made(read_notes({"notes": [wire.note("a", **changes)]}, "a")[0])

    assert told() == "without a model · 2026-11-24 13:05"
    paid = {"model": "gpt-5", "cost": {"tokens": 1234, "usd": 0.0021}}
    assert told(**paid) == "by gpt-5 · 2026-11-24 13:05 · 1,234 tokens, $0.0021"
    unpriced = {"model": "m", "cost": {"tokens": 1, "usd": None}}
    assert told(**unpriced).endswith("1 token, price unknown")
    assert cost(read_notes({"notes": [wire.note("a", model="m")]}, "a")[0]) == "no new tokens"


def test_forgetting_says_how_many_notes_go(page):
    """It cannot be undone."""
    question, detail = forgetting(page.node, "flask")
    assert question == "Forget src?"
    assert detail.startswith("3 notes about it and what is in it and the questions that mention it go.")
    assert forgetting(page.whole, "flask")[0] == "Forget everything about flask?"


def test_an_empty_pane_says_how_to_fill_it(page):
    """A blank half of the screen looks broken."""
    assert empty(page) == ""
    page = got(page, notes_wish("src"), {"notes": []})
    assert "press Right" in empty(page)
    page = got(went(page, Pointed(3)), notes_wish("README.md"), {"notes": []})
    assert "Press l to learn it now" in empty(page)


def test_the_summary_counts_and_says_what_goes_on(page):
    """At a glance: how much of it is known."""
    page = went(page, Pointed(2))
    assert summary(page, frozenset()) == "file · 3 notes · 2 fresh · 1 stale · 2 answers ready"
    assert "is being learned now" in summary(page, frozenset({"src/app.py"}))
    assert counted(1, "note") == "1 note"


def test_lineage_leads_from_the_repository_down():
    """Opening all that something lies in begins at the top."""
    assert lineage("src/a/x.py::App.run") == ("", "src", "src/a", "src/a/x.py")
    assert lineage("") == ()


KEYS = ["children", "path", "name", "kind", "notes", "fresh", "left_out", "names", "line", "subject", "claims"]
KEYS += ["evidence", "cost", "text", "model", "jobs", "questions", "lines", "start_line"]
PAYLOADS = payloads(KEYS)
WISHES = ["tree", "notes", "names", "source", "learn", "learn_about", "forget", "forget_notes", "else"]
EVENTS = [Moved(1), Moved(-1), Moved(99), Pointed(1), Pointed(3, "notes"), Chosen(), Opened(True), Opened(False)]
EVENTS += [Entered("notes"), Left(), Searched("a"), Searched(None), LearnNow(), Forget("a", "file")]


@given(st.lists(st.tuples(st.sampled_from(WISHES), PAYLOADS) | st.sampled_from(EVENTS), max_size=8))
def test_anything_that_is_sent_and_done_can_be_shown(steps):
    """A daemon of another version must not take the screen down, whatever one does meanwhile."""
    page = Learned()
    for step in steps:
        if isinstance(step, tuple):
            arguments = {"path": "", "about": page.selected, "letters": page.letters or "", "root": ROOT}
            page, _ = replied(page, Wish(step[0], arguments), step[1], ROOT)
        else:
            page, _ = reduce(page, step, ROOT)
        assert 0 <= page.cursor < len(page.rows)
        summary(page, frozenset())
        empty(page)
        _ = page.place, page.note, page.stops
        read_names(step[1] if isinstance(step, tuple) else None)
