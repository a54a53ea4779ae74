"""The package's face: what it offers, and that asking for little imports little."""

from __future__ import annotations

import subprocess
import sys

import pytest
from reverie_daemon import worktree


def test_everything_offered_is_there_and_nothing_else():
    """The names are imported late, so a typing error would show only in use."""
    assert sorted(worktree._HOMES) == sorted(worktree.__all__)
    for name in worktree.__all__:
        assert getattr(worktree, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        worktree.nothing  # noqa: B018 - reading it is the test


@pytest.mark.parametrize("name", ["find", "snapshot"])
def test_finding_and_reading_load_no_heavy_library(name):
    """The command line answers within a quarter of a second, and parsing processes start by the dozen."""
    heavy = "{'git', 'watchdog', 'pathspec', 'tree_sitter'}"
    script = f"import sys; from reverie_daemon.worktree import {name}; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
