"""`model`, `budget` and `ledger`: which model is used, what it may cost, and what it did cost.

A key is read from a prompt or from stdin, never from the command line, where other users and histories see it.
"""

from __future__ import annotations

import argparse
import getpass
import json
import os
import sys
from pathlib import Path
from typing import Any

from .. import models_text
from ..client import Client
from ..errors import WrongUsage
from .common import Command, root_of, with_json

REPLAY = "replay:"


def _model_options(command: argparse.ArgumentParser) -> None:
    with_json(command)
    command.add_argument(
        "action",
        nargs="?",
        choices=["use", "key", "local-only"],
        help="use TARGET (a name from the list, FILE.gguf, URL#MODEL, or none); key HOST (read from stdin); local-only"
        " on|off (the repository's text then never leaves this machine)",
    )
    command.add_argument("what", nargs="?", metavar="TARGET", help="what the action is about")
    command.add_argument("--for", dest="role", choices=["sleeping", "answering"], default="", help="default: both")
    command.add_argument("--free", action="store_true", help="it costs nothing: no budget is needed")
    command.add_argument("--local", action="store_true", help="it runs on this machine, whatever its address")


def _model(options: argparse.Namespace) -> int:
    if options.action is not None and not options.what:
        raise WrongUsage(f"model {options.action} takes one thing more.", next_step="reverie model --help")
    client = Client.connect(start=True)
    if options.action is None:
        report = _with_shell(client.models())
        print(json.dumps(report) if options.json else models_text.models(report))
    elif options.action == "use":
        _use(client, options)
    elif options.action == "key":
        kept = client.store_key(options.what, _secret(options.what))
        print(json.dumps(kept) if options.json else f"The key for {kept['host']} is kept in {kept['kept_in']}.")
    else:
        _local_only(client, options)
    return 0


def _with_shell(report: dict[str, Any]) -> dict[str, Any]:
    """The report with `only_here`: keys that are set here and that the daemon, started elsewhere, cannot see."""
    return {**report, "only_here": [name for name in report["unset"] if os.environ.get(name)]}


def _use(client: Client, options: argparse.Namespace) -> None:
    target = _absolute(options.what)
    chosen = client.use_model(target, role=options.role, free=options.free, local=options.local)["chosen"]
    only_here = _with_shell(client.models())["only_here"]
    if options.json:
        print(json.dumps({"chosen": chosen, "only_here": only_here}))
        return
    print("\n".join([models_text.chosen(chosen), *models_text.unseen(only_here)]))


def _absolute(target: str) -> str:
    """Files are named from the folder that the user is in; the daemon is in another."""
    if target.startswith(REPLAY):
        return f"{REPLAY}{Path(target.removeprefix(REPLAY)).expanduser().absolute()}"
    return str(Path(target).expanduser().absolute()) if target.lower().endswith(".gguf") else target


def _secret(host: str) -> str:
    asked = f"Key for {host} (not shown): "
    key = (getpass.getpass(asked) if sys.stdin.isatty() else sys.stdin.readline()).strip()
    if not key:
        raise WrongUsage("No key was given.", next_step=f"reverie model key {host}, then type or pipe it")
    return key


def _local_only(client: Client, options: argparse.Namespace) -> None:
    if options.what not in ("on", "off"):
        raise WrongUsage("local-only is on or off.", next_step="reverie model local-only on")
    marked = client.mark_local_only(root_of(client, options), options.what == "on")
    words = "never leaves this machine" if marked["local_only"] else "may go to the model that is chosen"
    print(json.dumps(marked) if options.json else f"What {marked['root']} holds {words}.")


def _budget_options(command: argparse.ArgumentParser) -> None:
    with_json(command)
    command.add_argument("action", nargs="?", choices=["set"], help="set what may be spent a day")
    command.add_argument("--tokens-per-day", type=int, metavar="N", help="binds every model, free ones too")
    command.add_argument("--usd-per-day", type=float, metavar="X", help="binds models whose price is known")
    command.add_argument("--for", dest="side", choices=["learning", "questions"], default="", help="default: both")


def _budget(options: argparse.Namespace) -> int:
    limits = {"tokens_per_day": options.tokens_per_day, "usd_per_day": options.usd_per_day}
    named = {name: value for name, value in limits.items() if value is not None}
    if (options.action == "set") != bool(named):
        raise WrongUsage("What may be spent is not said.", next_step="reverie budget set --tokens-per-day N")
    client = Client.connect(start=True)
    root = "" if options.repo is None else root_of(client, options)
    sides = client.set_budget(named, side=options.side, root=root) if named else client.budget(root=root)
    print(json.dumps(sides) if options.json else models_text.budget(sides))
    return 0


def _ledger_options(command: argparse.ArgumentParser) -> None:
    with_json(command)
    command.add_argument("action", nargs="?", choices=["show"], help="show what was sent and received for an entry")
    command.add_argument("entry", nargs="?", type=int, metavar="ID", help="the entry (an answer's ledger_id)")


def _ledger(options: argparse.Namespace) -> int:
    client = Client.connect(start=True)
    if options.action == "show":
        if options.entry is None:
            raise WrongUsage("Which entry is not said.", next_step="reverie ledger show ID")
        entry = client.ledger_entry(options.entry)
        print(json.dumps(entry) if options.json else models_text.entry(entry))
        return 0
    report = client.ledger(root="" if options.repo is None else root_of(client, options))
    print(json.dumps(report) if options.json else models_text.ledger(report))
    return 0


COMMANDS: dict[str, Command] = {
    "model": (_model, "Show the models that were found and those in use, or choose one.", _model_options),
    "budget": (_budget, "Show what may be spent a day and what is spent, or set it.", _budget_options),
    "ledger": (_ledger, "Tokens and money spent and saved; show ID: what was sent and received.", _ledger_options),
}
