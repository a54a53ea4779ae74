"""`config`: the settings, one of them, or a new value for it. It reads and writes the file; the daemon sees it."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from .. import preferences
from ..config import locations
from ..errors import WrongUsage
from ..worktree import find
from .common import Command, with_json


def _config_options(command: argparse.ArgumentParser) -> None:
    with_json(command)
    command.add_argument("key", nargs="?", help="a setting, such as learning.quiet_hours (default: all)")
    command.add_argument("value", nargs="*", help="its new value")
    command.add_argument("--unset", action="store_true", help="back to the default")


def _config(options: argparse.Namespace) -> int:
    file = locations().config_file
    root = "" if options.repo is None else str(find(options.repo).root)
    if options.unset and (options.value or not options.key):
        raise WrongUsage("--unset takes a setting and no value.", next_step="reverie config")
    if options.value or options.unset:
        preferences.write(file, options.key, options.value, root)
    values = preferences.read(file) if not root else _own(file, root)
    if options.key and options.key not in values:
        raise WrongUsage(f"There is no setting {options.key}.", next_step="reverie config")
    shown = {options.key: values[options.key]} if options.key else values
    if options.json:
        print(json.dumps(shown))
        return 0
    for key, value in shown.items():
        meaning = preferences.PREFERENCES[key].meaning
        print(f"{key} = {json.dumps(value)}" if options.key else f"{f'{key} = {json.dumps(value)}':<42} {meaning}")
    if not options.key:
        print(f"in {file}")
    return 0


def _own(file: Path, root: str) -> dict[str, preferences.Value]:
    """What a repository can have of its own, as it is there."""
    said = preferences.given(file, root)
    return {key: said.get(key, one.default) for key, one in preferences.PREFERENCES.items() if one.by_repository}


COMMANDS: dict[str, Command] = {
    "config": (_config, "Show the settings, or change one: reverie config KEY VALUE.", _config_options),
}
