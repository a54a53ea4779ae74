"""What `reverie` starts: the terminal UI where nothing else is said, the command line otherwise.

The terminal UI is met many times a day, and its first screen should not wait for what only commands need. It is found
by its module's name, and imported by no module of the daemon: looking through the entry points of everything that is
installed takes 40 ms of processor time.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from .errors import UserError

TERMINAL_UI = "reverie_tui.app"


def main() -> int:
    """Runs the program; its exit code."""
    if sys.argv[1:]:
        return _command_line()
    try:
        return terminal_ui(Path.cwd())
    except (UserError, KeyboardInterrupt, BrokenPipeError) as error:
        from . import cli

        return cli.ended_by(error)


def terminal_ui(folder: Path) -> int:
    """Runs the terminal UI for the repository around a folder. Raises UserError."""
    # A tenth of the time to the first screen would go into looking for garbage among what is just being loaded; the
    # terminal UI begins to collect once that screen is there.
    gc.disable()
    try:
        module = import_module(TERMINAL_UI)
    except ModuleNotFoundError as error:
        raise UserError("The terminal UI is not installed.", next_step="reverie ask QUESTION") from error
    run: Callable[..., int] = module.main
    return run(root=folder.absolute())


def _command_line() -> int:
    from . import cli

    return cli.main()


if __name__ == "__main__":
    sys.exit(main())
