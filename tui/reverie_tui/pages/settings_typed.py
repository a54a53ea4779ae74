"""What was typed into a row of the Settings page: checked before it is sent, with the error in words. Pure.

The daemon checks again, and has the last word.
"""

from __future__ import annotations

import math
import re
import shlex
from collections.abc import Callable
from pathlib import Path

from reverie_tui.calls import Wish

NUMBER_MAX = 10**12
_SPAN = re.compile(r"(?:[01]?\d|2[0-3]):[0-5]\d-(?:[01]?\d|2[0-4]):[0-5]\d")


class Mistake(ValueError):
    """What was typed does not fit; its text says why."""


class Secret(str):
    """A text that shows itself nowhere."""

    def __repr__(self) -> str:
        return "'…'"


def wish_of(row: str, text: str, root: str) -> Wish:
    """What a row with this id asks of the daemon for what was typed. Raises Mistake."""
    kind, _, rest = row.partition(":")
    text = text.strip()
    match kind:
        case "budget" | "own-budget":
            side, _, limit = rest.partition(":")
            return _budget(side, limit, text, root if kind == "own-budget" else "")
        case "model":
            return _model(rest, text)
        case "key":
            host = rest.rpartition(":")[0]
            if not text:
                raise Mistake("A key is not empty.")
            return Wish("store_key", {"host": host, "key": Secret(text)}, f"The key for {host} is kept.")
        case "add":
            return _added(text)
        case _:
            form, _, key = rest.partition(":")
            value = _VALUES[form](text)
            return Wish(
                "set_config", {"key": key, "value": value, "root": root if kind == "own" else ""}, f"{key} is set."
            )


def _budget(side: str, limit: str, text: str, root: str) -> Wish:
    read: Callable[[str], float] = _whole if limit == "tokens_per_day" else _amount
    limits, where = {limit: read(text) if text else None}, {"root": root} if root else {}
    return Wish("set_budget", {"limits": limits, "side": side, **where}, f"The budget for {side} is set.")


def _whole(text: str) -> int:
    digits = re.sub(r"[ ,_](?=\d{3}\b)", "", text)
    if not (digits.isascii() and digits.isdigit()):
        raise Mistake("A whole number of at least 0 is needed.")
    if len(digits) > 15 or int(digits) > NUMBER_MAX:
        raise Mistake(f"That is more than {NUMBER_MAX:,}.")
    return int(digits)


def _amount(text: str) -> float:
    try:
        value = float(text.removeprefix("$").replace(",", "."))
    except ValueError:
        value = -1.0
    if not 0 <= value < math.inf:
        raise Mistake("An amount of at least 0 is needed, such as 0.50.")
    if value > NUMBER_MAX:
        raise Mistake(f"That is more than {NUMBER_MAX:,}.")
    return value


def _model(role: str, text: str) -> Wish:
    address, mark, model = text.partition("#")
    if "://" in address:
        if not (mark and model):
            raise Mistake("After the address comes #MODEL, such as https://api.openai.com/v1#gpt-5-mini.")
    elif text.lower().endswith(".gguf"):
        if not text.startswith("/"):
            raise Mistake("A model's file needs its whole path, from / on.")
    else:
        raise Mistake("A model is a GGUF file, or an address that begins with http:// or https://.")
    arguments = {"target": text, "role": role, "free": False, "local": False}
    return Wish("use_model", arguments, f"{text} is used now.")


def _added(text: str) -> Wish:
    if not text.startswith(("/", "~")):
        raise Mistake("The whole path is needed, from / or ~ on.")
    return Wish("add_repository", {"path": Path(text)}, f"{text} is being read.")


def _spans(text: str) -> list[str]:
    spans = text.replace(",", " ").split()
    for span in spans:
        if not _SPAN.fullmatch(span):
            raise Mistake(f"“{span}” is no part of a day, such as 22:00-07:30.")
    return spans


def _patterns(text: str) -> list[str]:
    try:
        return shlex.split(text)
    except ValueError:
        raise Mistake("A quotation mark is not closed.") from None


_VALUES: dict[str, Callable[[str], object]] = {"number": _whole, "spans": _spans, "patterns": _patterns}
