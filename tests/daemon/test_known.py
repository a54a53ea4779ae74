"""What queries gave is kept for a repository's latest moment only."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from reverie_daemon.known import Digests


def moment(clock: int = 1, head: str = "a", revision: int = 1, root: str = "/r") -> tuple[Any, Any]:
    """A repository and its catalogue at one moment."""
    store = SimpleNamespace(notes_revision=lambda: revision)
    return SimpleNamespace(root=root, moment=head, store=store), SimpleNamespace(clock=clock)


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
            first["a query"] = "its digest"
        with digests.at(*changed) as second:
            assert second == {}
