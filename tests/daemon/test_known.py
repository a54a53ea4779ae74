"""What queries gave is kept for a repository's latest moment, and beyond it only what history gave."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from reverie_daemon.known import Digests

COMMITS = '["commits", "a.py", 5]'
LINES, LINES_OF_B = '["line_history", "a.py", [1, 9]]', '["line_history", "b.py", [1, 9]]'


def moment(clock: int = 1, head: str = "a", revision: int = 1, root: str = "/r", **blobs: str) -> tuple[Any, Any, Any]:
    """A repository, its catalogue and its files at one moment."""
    store = SimpleNamespace(notes_revision=lambda: revision)
    return (
        SimpleNamespace(root=root, moment=head, store=store),
        SimpleNamespace(clock=clock),
        {f"{name}.py": blob for name, blob in blobs.items()},
    )


def test_levels_looked_at_together_share_what_queries_gave() -> None:
    """Opening a folder must not look into all notes again: with 343 of them that took two seconds a level."""
    digests = Digests()
    with digests.at(*moment()) as first:
        first["a query"] = "its digest"
    with digests.at(*moment(root="/other")) as other:
        assert other == {}
    with digests.at(*moment()) as second:
        assert second == {"a query": "its digest"}


def test_nothing_is_kept_once_the_repository_its_head_or_its_notes_changed() -> None:
    """A note would pass for fresh that is not."""
    for changed in (moment(clock=2), moment(head="b"), moment(revision=2)):
        digests = Digests()
        with digests.at(*moment()) as first:
            first['["text", "a.py", 0, 5]'] = first['["files", ""]'] = "its digest"
        with digests.at(*changed) as second:
            assert second == {}


def test_a_save_leaves_what_history_gave_of_all_other_files() -> None:
    """Asking git again about every file takes half a second, and a save changes none of it."""
    digests = Digests()
    with digests.at(*moment(a="1", b="1")) as first:
        first |= {COMMITS: "x", LINES: "y", LINES_OF_B: "z", '["references", "f", 200]': "w"}
    with digests.at(*moment(clock=2, a="2", b="1")) as second:
        assert second == {COMMITS: "x", LINES_OF_B: "z"}
    with digests.at(*moment(clock=2, head="b", a="2", b="1")) as third:
        assert third == {}
