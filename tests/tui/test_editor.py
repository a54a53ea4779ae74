"""Each editor has its own way to be told a line."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from reverie_tui.editor import editor_command, located

FILE = Path("/r/a b.py")


@pytest.mark.parametrize(
    ("environment", "command"),
    [
        ({"VISUAL": "nvim", "EDITOR": "nano"}, ["nvim", "+7", "/r/a b.py"]),
        ({"EDITOR": "emacsclient -nw"}, ["emacsclient", "-nw", "+7", "/r/a b.py"]),
        ({"EDITOR": "code --wait"}, ["code", "--wait", "--goto", "/r/a b.py:7"]),
        ({"EDITOR": "'/opt/my editors/zed' -w"}, ["/opt/my editors/zed", "-w", "/r/a b.py:7"]),
        ({"EDITOR": "pycharm"}, ["pycharm", "--line", "7", "/r/a b.py"]),
        ({"EDITOR": "unheard-of"}, ["unheard-of", "/r/a b.py"]),
        ({"EDITOR": "broken 'quote"}, ["broken 'quote", "/r/a b.py"]),
        ({"EDITOR": "  "}, ["vi", "+7", "/r/a b.py"]),
        ({}, ["vi", "+7", "/r/a b.py"]),
    ],
)
def test_the_editor_opens_at_the_line(environment, command):
    """Landing at the top of a 3,000-line file is no help."""
    assert editor_command(environment, FILE, 7) == command


def test_a_path_that_is_not_utf8_is_found_by_its_escaped_name(tmp_path: Path):
    """The daemon escapes such bytes; the disk has them raw."""
    name = os.fsdecode(b"caf\xe9.py")
    (tmp_path / name).write_text("x")
    (tmp_path / "100%41.py").write_text("x")
    assert located(tmp_path, "caf%E9.py") == tmp_path / name
    assert located(tmp_path, "100%41.py") == tmp_path / "100%41.py"
