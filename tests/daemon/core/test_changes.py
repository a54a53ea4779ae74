"""Settling file events: transcripts of what editors and git do, and what they amount to."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reverie_daemon.core.changes import (
    EVENTS_MAX,
    QUIET_MS,
    WAIT_MS_MAX,
    FileEvent,
    Rescan,
    Wait,
    settle,
)
from reverie_daemon.core.nouns import ChangeSet


def events(*steps: str, start_ms: float = 0.0) -> list[FileEvent]:
    """`+a` changed, `-a` deleted, `a>b` moved; a millisecond apart."""
    made = []
    for number, step in enumerate(steps):
        at_ms = start_ms + number
        if ">" in step:
            source, _, target = step.partition(">")
            made.append(FileEvent("moved", source, at_ms, target))
        else:
            made.append(FileEvent("changed" if step[0] == "+" else "deleted", step[1:], at_ms))
    return made


@pytest.mark.parametrize(
    ("saved_by", "steps"),
    [
        ("writing in place", ["+a", "+a", "+a"]),
        ("an atomic save", ["+.a.tmp", "+.a.tmp", ".a.tmp>a"]),
        ("vim with a backup", ["a>a~", "+a", "+a", "-a~"]),
        ("vim's probe", ["+4913", "-4913", "a>a~", "+a", "-a~"]),
        ("delete and write again", ["-a", "+a"]),
    ],
)
def test_however_an_editor_saves_the_file_has_changed(saved_by, steps):
    """None of these dances may look like a deletion: that would drop what was learned about the file."""
    settled = settle(events(*steps), 1_000)
    assert isinstance(settled, ChangeSet)
    assert settled.changed == ("a",), saved_by
    assert "a" not in settled.deleted


def test_a_rename_is_a_new_file_and_a_gone_one():
    """Its blob is known, so nothing is parsed again."""
    assert settle(events("a>b"), 1_000) == ChangeSet(changed=("b",), deleted=("a",))


def test_a_move_out_of_the_worktree_is_a_deletion():
    """There is no other half to hear of."""
    assert settle(events("a>"), 1_000) == ChangeSet(deleted=("a",))


def test_a_burst_is_waited_for():
    """Taking each file of a checkout by itself would be a hundred small transactions."""
    waiting = settle(events("+a", "+b"), QUIET_MS)
    assert waiting == Wait(1.0)
    assert settle(events("+a", "+b"), QUIET_MS + 1) == ChangeSet(changed=("a", "b"))


def test_a_file_that_is_always_written_to_holds_nobody_back():
    """A log in the worktree never falls silent; a save beside it must still be taken in time."""
    steady = [FileEvent("changed", "x.txt", float(at_ms)) for at_ms in range(0, int(WAIT_MS_MAX) + 1, 10)]
    assert isinstance(settle(steady, WAIT_MS_MAX - 1), Wait)
    assert settle(steady, WAIT_MS_MAX) == ChangeSet(changed=("x.txt",))


def test_a_flood_is_a_rescan_without_waiting():
    """Past the bound a listing is cheaper, and events may have been dropped."""
    flood = [FileEvent("changed", str(number), 0.0) for number in range(EVENTS_MAX)]
    assert settle(flood, 0.0) == Rescan(f"a burst of {EVENTS_MAX} file events")


def test_nothing_heard_is_nothing_changed():
    """The caller may ask at any time."""
    assert settle([], 0.0) == ChangeSet()


@given(
    st.lists(st.tuples(st.sampled_from(["+", "-", ">"]), st.sampled_from("abc"), st.sampled_from("abc")), max_size=12),
    st.floats(0, 500),
)
def test_the_last_word_on_each_path_decides_and_waiting_is_bounded(steps, now_ms):
    """Whatever the sequence: each path named once, and never a wait longer than the bound."""
    heard = events(*(f"{one}>{other}" if kind == ">" else kind + one for kind, one, other in steps))
    settled = settle(heard, now_ms)
    if isinstance(settled, Wait):
        assert 0 < settled.ms <= WAIT_MS_MAX
        return
    assert isinstance(settled, ChangeSet)
    named = {event.path for event in heard} | {event.moved_to for event in heard if event.moved_to}
    assert sorted(settled.changed + settled.deleted) == sorted(named)
