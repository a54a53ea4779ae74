"""From a HEAD that moved to the store's picture of what it reaches: reads of git what is not known yet, and no more.

When to learn is not decided here, nor what a question makes of the history.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from .core.nouns import Commit
from .store.repository import RepositoryStore
from .worktree import Worktree

Each = Callable[[int], None]
"""Called with the number of commits read so far, after each; what it raises ends the reading."""


def learn_history(store: RepositoryStore, worktree: Worktree, worktree_id: int, head: str, each: Each) -> None:
    """Brings the worktree's history up to `head`, "" before its first commit. Raises `GitFailed`."""
    known = store.history_head(worktree_id)
    if known == head:
        return
    if known and worktree.is_ancestor(known, head):
        store.extend_history(worktree_id, _read(worktree, [known], each))
        return
    # HEAD is on another branch: most of what it reaches is known, from this worktree or another one.
    reached = worktree.reached()
    if not store.replace_history(worktree_id, reached, _read(worktree, store.history_heads(), each)):
        store.replace_history(worktree_id, reached, _read(worktree, [], each))


def _read(worktree: Worktree, known: Sequence[str], each: Each) -> list[Commit]:
    commits: list[Commit] = []
    for commit in worktree.history(known):
        commits.append(commit)
        each(len(commits))
    return commits
