"""`wrong`: marks an answer, so that it is not given from memory again."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from typing import Any

from ..client import Client
from .common import Command, root_of, with_json


def _wrong_options(command: argparse.ArgumentParser) -> None:
    with_json(command)
    command.add_argument(
        "entry", nargs="?", type=int, metavar="ID", help="the answer's ledger_id (default: the last answer here)"
    )


def _wrong(options: argparse.Namespace) -> int:
    client = Client.connect()
    marked = client.wrong(root=root_of(client, options), ledger_id=options.entry)
    print(json.dumps(marked) if options.json else _said(marked))
    return 0


def _said(marked: Mapping[str, Any]) -> str:
    again = " already" if marked["already"] else ""
    count = marked["marked"]
    return (
        f"Marked as wrong{again}: “{marked['question']}” (entry {marked['ledger_id']}).\n"
        "Asked again, it is worked out anew, and says so if it comes out the same. "
        f"Marked here so far: {count:,} {'answer' if count == 1 else 'answers'}."
    )


COMMANDS: dict[str, Command] = {
    "wrong": (
        _wrong,
        "Mark an answer as wrong: it is no longer remembered, and counts as saving nothing.",
        _wrong_options,
    ),
}
