"""What a worktree maps is what is found, and nothing that is known is learned again."""

from __future__ import annotations

GREET = "def greet(name):\n    return 'hello ' + name\n"
PART = "def part(name):\n    return 'goodbye ' + name\n"


def test_a_saved_file_is_found_by_its_words_and_names(tree):
    """The point of the store."""
    clock = tree.save({b"a.py": GREET})
    assert clock == 1
    assert tree.found("hello") == [("a.py", 1)]
    with tree.reading() as catalogue:
        assert [definition.path for definition in catalogue.definitions("greet")] == ["a.py"]


def test_what_a_file_no_longer_says_is_not_found(tree):
    """Nothing may pass for current when it is not."""
    tree.save({b"a.py": GREET})
    tree.save({b"a.py": PART})
    assert tree.found("hello") == []
    assert tree.found("goodbye") == [("a.py", 1)]


def test_switching_branches_and_back_parses_nothing(tree):
    """Facts belong to blobs: what was read once is known."""
    tree.save({b"a.py": GREET})
    tree.save({b"a.py": PART})
    tree.parsed.clear()
    tree.save({b"a.py": GREET})
    assert tree.parsed == []
    assert tree.found("hello") == [("a.py", 1)]


def test_a_change_that_changes_nothing_does_not_tick_the_clock(tree):
    """Remembered answers are compared by the clock; touching a file must not outdate them."""
    before = tree.save({b"a.py": GREET})
    assert tree.save({b"a.py": GREET}) == before
    assert tree.save({}, deleted=[b"never-there.py"]) == before
    assert tree.save({}, deleted=[b"a.py"]) == before + 1


def test_the_same_blob_at_two_paths_is_found_at_both(tree):
    """Copies are common; each is somewhere to look."""
    tree.save({b"a.py": GREET, b"b/copy.py": GREET})
    assert tree.found("hello") == [("a.py", 1), ("b/copy.py", 1)]
    tree.save(deleted=[b"a.py"])
    assert tree.found("hello") == [("b/copy.py", 1)]


def test_a_worktree_finds_its_own_files_only(store, tree, tree_at):
    """Linked worktrees share a store; the branch next door is not here."""
    other = tree_at(store, b"/other")
    tree.save({b"a.py": GREET})
    other.save({b"a.py": PART, b"same.py": GREET})
    assert other.parsed == [b"a.py"]
    assert tree.found("hello", "goodbye") == [("a.py", 1)]
    assert other.found("hello", "goodbye") == [("a.py", 1), ("same.py", 1)]


def test_a_forgotten_worktree_leaves_the_others_as_they_were(store, tree, tree_at):
    """`git worktree remove` must not take what the main checkout still has."""
    other = tree_at(store, b"/other")
    tree.save({b"a.py": GREET})
    other.save({b"a.py": GREET, b"b.py": PART})
    store.forget_worktree(b"/other", now=2_000.0)
    assert tree.found("hello", "goodbye") == [("a.py", 1)]
    assert store.worktrees() == {b"/tree": tree.number}


def test_paths_that_are_not_text_survive(tree):
    """Git allows any bytes but NUL in a name; sqlite3 would raise on a surrogate."""
    odd = b"caf\xe9/new\nline.py"
    tree.save({odd: GREET})
    assert list(tree.store.file_table(tree.number)) == [odd]
    assert tree.found("hello") == [(odd.decode("utf-8", "surrogateescape"), 1)]
