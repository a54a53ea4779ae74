"""Which command opens a file at a line in the user's editor. Pure; it starts nothing."""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import unquote_to_bytes

_PLUS_LINE = {"vi", "vim", "nvim", "view", "gvim", "nano", "emacs", "emacsclient", "micro", "kak", "ne", "joe", "mg"}
_GOTO = {"code", "code-insiders", "codium", "vscodium", "cursor", "windsurf"}
_COLON = {"subl", "zed", "zeditor", "hx", "helix"}
_LINE_OPTION = {"idea", "pycharm", "webstorm", "goland", "clion", "rubymine", "phpstorm", "rustrover", "rider", "kate"}


def editor_command(environment: Mapping[str, str], path: Path, line: int) -> list[str]:
    """The command, as $VISUAL, $EDITOR or else vi has it, that opens `path` at `line` (counted from 1). An editor that
    is not known gets the path alone."""
    chosen = environment.get("VISUAL", "").strip() or environment.get("EDITOR", "").strip() or "vi"
    command = _split(chosen)
    name = Path(command[0]).name.removesuffix(".exe").removesuffix(".cmd")
    if name in _PLUS_LINE:
        return [*command, f"+{line}", str(path)]
    if name in _GOTO:
        return [*command, "--goto", f"{path}:{line}"]
    if name in _COLON:
        return [*command, f"{path}:{line}"]
    if name in _LINE_OPTION:
        return [*command, "--line", str(line), str(path)]
    return [*command, str(path)]


def located(root: Path, path: str) -> Path:
    """Where a path of the daemon lies on disk; one that is not UTF-8 comes percent-escaped."""
    plain = root / path
    return plain if plain.exists() else root / os.fsdecode(unquote_to_bytes(path))


def _split(command: str) -> list[str]:
    try:
        return shlex.split(command) or ["vi"]
    except ValueError:
        return [command]
