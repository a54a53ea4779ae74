"""A user's home and a small repository, new for each test; the daemon is stopped afterwards."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.shell import Shell, repository


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Shell]:
    # Its path is too long for a socket, as homes can be; the daemon then uses a short one in the temporary folder.
    home = tmp_path / "reverie home" / ("long" * 10)
    environ = {key: value for key, value in os.environ.items() if not key.startswith(("GIT_", "REVERIE_"))}
    environ |= {"REVERIE_HOME": str(home), "HOME": str(tmp_path), "NO_COLOR": "1"}
    home.mkdir(parents=True, mode=0o700)
    # A model in each daemon would cost most flows more than all else; those about embeddings switch it on. So would a
    # process a core to parse five files. What is learned meanwhile would make some answers remembered that the tests
    # expect to be composed.
    (home / "config.toml").write_text("[limits]\nvectors_max = 0\nparsers = 1\n\n[learning]\nwhen_idle = false\n")
    shell = Shell(home, environ)
    yield shell
    shell.run("stop", cwd=tmp_path)


@pytest.fixture
def kettle(tmp_path: Path) -> Path:
    return repository(tmp_path / "kettle repo")
