"""What a request carries, checked: each function takes the parsed body or query and raises WrongUsage, with the name of
what is wrong, where it is not as docs/API.md says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from .errors import WrongUsage

Given = Mapping[str, Any]
Name = TypeVar("Name", bound=str)


def text(given: Given, key: str, default: str | None = None) -> str:
    value = given.get(key, default)
    if not isinstance(value, str):
        raise WrongUsage(f'"{key}" is missing or is not text.', next_step="see docs/API.md")
    return value


def number(given: Given, key: str, default: int) -> int:
    try:
        return int(given.get(key, default))
    except (TypeError, ValueError) as error:
        raise WrongUsage(f'"{key}" is not a whole number.', next_step="see docs/API.md") from error


def switch(given: Given, key: str) -> bool:
    value = given.get(key)
    if not isinstance(value, bool):
        raise WrongUsage(f'"{key}" is missing or is neither true nor false.', next_step="see docs/API.md")
    return value


def one_of(known: Sequence[Name], wanted: object, what: str) -> Name:
    for name in known:
        if name == wanted:
            return name
    raise WrongUsage(f"“{wanted}” is no {what}; there are {', '.join(known)}.", next_step="use one of these")
