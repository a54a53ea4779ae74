"""What people do to a working tree, for hypothesis: saves, deletions, renames, commits, checkouts, stashes."""

from __future__ import annotations

import subprocess
from pathlib import Path

from hypothesis import strategies as st

from support.shell import git

NAMES = ["a.py", "b.py", "pkg/c.py", "pkg/deep/d.py", "notes.md"]


def body(number: int) -> str:
    """One of a few texts that call each other, so that an edit changes who calls what."""
    name, callee = ("alpha", "beta", "shared")[number % 3], ("shared", "alpha", "beta")[number % 3]
    return f'def {name}(limit):\n    """Checks limit {number}."""\n    return {callee}(limit)\n'


EDITS = st.one_of(
    st.tuples(st.just("write"), st.sampled_from(NAMES), st.integers(0, 8)),
    st.tuples(st.just("delete"), st.sampled_from(NAMES), st.just(0)),
    st.tuples(st.just("rename"), st.sampled_from(NAMES), st.integers(0, 4)),
    st.tuples(st.just("commit"), st.just(""), st.just(0)),
    st.tuples(st.just("checkout"), st.just(""), st.integers(0, 1)),
    st.tuples(st.just("stash"), st.just(""), st.just(0)),
    st.tuples(st.just("unstash"), st.just(""), st.just(0)),
)


def do(root: Path, edit: tuple[str, str, int]) -> None:
    """Does one of `EDITS`; what git refuses changes nothing."""
    action, name, number = edit
    path = root / name
    if action == "write":
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(body(number))
    elif action == "delete":
        path.unlink(missing_ok=True)
    elif action == "rename" and path.is_file():
        target = root / NAMES[number]
        target.parent.mkdir(parents=True, exist_ok=True)
        path.replace(target)
    elif action == "commit":
        git(root, "add", "-A")
        git(root, "commit", "-qm", "Change", "--allow-empty")
    elif action in ("checkout", "stash", "unstash"):
        commands = {
            "checkout": ["checkout", "-q", ("main", "other")[number]],
            "stash": ["stash"],
            "unstash": ["stash", "pop"],
        }
        try:
            git(root, *commands[action])
        except subprocess.CalledProcessError:
            return
