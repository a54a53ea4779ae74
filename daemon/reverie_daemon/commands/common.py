"""What several commands need: the repository that is meant, options that many have, progress of what goes on."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from .. import cli_text
from ..client import Client

Command = tuple[Callable[[argparse.Namespace], int], str, Callable[[argparse.ArgumentParser], None]]
"""What runs it, what it does in one sentence, and what adds its options."""


def with_json(command: argparse.ArgumentParser) -> None:
    command.add_argument("--json", action="store_true", help="print JSON")


def folder_of(options: argparse.Namespace) -> Path:
    """The folder that a command is about."""
    return options.repo if options.repo is not None else Path.cwd()


def root_of(client: Client, options: argparse.Namespace) -> str:
    """The root of the repository that a command is about, watched from now on. Raises NoRepository."""
    return client.add_repository(folder_of(options))


def follow(events: Iterable[dict[str, Any]], *, as_json: bool) -> int:
    """Shows progress, then prints what was done."""
    done = progress(events)
    print(json.dumps(done) if as_json else cli_text.indexed(done))
    return 0


def progress(events: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """Shows progress events until the last, `done`, which is returned."""
    done: dict[str, Any] = {}
    with cli_text.progress_bar(sys.stderr) as show:
        for event in events:
            if event["event"] == "progress":
                show(event["phase"], event["done"], event["total"])
            elif event["event"] == "done":
                done = {key: value for key, value in event.items() if key != "event"}
    return done
