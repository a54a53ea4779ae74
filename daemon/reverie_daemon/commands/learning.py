"""`learn`, `pause`, `resume`, `predictions` and `notes`: what is learned while nobody asks, and doing it at once."""

from __future__ import annotations

import argparse
import json

from .. import learning_text
from ..client import Client
from ..errors import WrongUsage
from .common import Command, follow, root_of, with_json

SHOWN = 30


def _learn_options(command: argparse.ArgumentParser) -> None:
    with_json(command)
    command.add_argument("subject", nargs="?", default="", help="a file, a folder, or path::symbol (default: all)")
    command.add_argument(
        "--dry-run", action="store_true", help="list what would be learned, in order, and learn nothing"
    )


def _learn(options: argparse.Namespace) -> int:
    client = Client.connect()
    root = root_of(client, options)
    if options.subject and options.dry_run:
        raise WrongUsage("--dry-run is about all there is to learn.", next_step="reverie learn --dry-run")
    if options.subject:
        return follow(client.learn_about(options.subject, root=root), as_json=options.json)
    if not options.dry_run:
        return follow(client.learn(root=root), as_json=options.json)
    plan = client.dry_run(root=root)
    print(json.dumps(plan) if options.json else learning_text.plan(plan))
    return 0


def _pause(options: argparse.Namespace) -> int:
    said = Client.connect(start=False).pause()
    print(
        json.dumps(said) if options.json else "Learning is paused. Questions are answered. Go on with: reverie resume"
    )
    return 0


def _resume(options: argparse.Namespace) -> int:
    said = Client.connect(start=False).pause(False)
    print(json.dumps(said) if options.json else "Learning goes on when the machine is idle.")
    return 0


def _predictions_options(command: argparse.ArgumentParser) -> None:
    with_json(command)
    command.add_argument("-n", "--limit", type=int, default=SHOWN, help=f"at most so many (default {SHOWN})")


def _predictions(options: argparse.Namespace) -> int:
    client = Client.connect()
    found = client.predictions(root=root_of(client, options), limit=max(options.limit, 0))
    print(json.dumps(found["predictions"]) if options.json else learning_text.predictions(found))
    return 0


def _notes_options(command: argparse.ArgumentParser) -> None:
    _predictions_options(command)
    command.add_argument("about", nargs="?", default="", help="a file, a folder, or path::symbol (default: all)")


def _notes(options: argparse.Namespace) -> int:
    client = Client.connect()
    found = client.notes(root=root_of(client, options), about=options.about, limit=max(options.limit, 0))
    print(json.dumps(found["notes"]) if options.json else learning_text.notes(found["notes"]))
    return 0


COMMANDS: dict[str, Command] = {
    "learn": (
        _learn,
        "Index, then do all other learning, or that of a path, without waiting for idle time.",
        _learn_options,
    ),
    "predictions": (
        _predictions,
        "Questions that are expected, likeliest first, and how guesses fared.",
        _predictions_options,
    ),
    "notes": (_notes, "What was learned about a file, folder or symbol, with its citations.", _notes_options),
    "pause": (_pause, "Learn nothing until resume; questions are answered as ever.", with_json),
    "resume": (_resume, "Learn again when the machine is idle.", with_json),
}
