"""What the user has chosen about models: which one for sleeping and which for answering, what may be spent, and which
repositories never leave this machine. Kept in config.toml, where comments and everything else stay as they are.

    [model.answering]
    target = "https://api.openai.com/v1#gpt-5-mini"     # as `reverie model use` takes it
    free = false                                        # costs nothing
    local = false                                       # runs on this machine

    [budget.learning]                                   # and [budget.questions]
    tokens_per_day = 200000
    usd_per_day = 0.5

    [repositories."/home/ada/tea"]
    local_only = true
    [repositories."/home/ada/tea".budget.learning]      # binds besides the one for all
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from .config import WRITING
from .core.budget import MICRO, SIDES, Limits, Side
from .errors import UserError

Role = Literal["sleeping", "answering"]
ROLES: tuple[Role, ...] = ("sleeping", "answering")
LIMITS = ("tokens_per_day", "usd_per_day")
ROLE_OF: Mapping[Side, Role] = {"learning": "sleeping", "questions": "answering"}


@dataclass(frozen=True, slots=True)
class Choice:
    """A model as the user named it, and what the user says about it."""

    target: str
    free: bool = False
    local: bool = False


@dataclass(frozen=True, slots=True)
class Choices:
    """Everything chosen; nothing where the file has nothing. Repositories are named by their root."""

    models: Mapping[Role, Choice] = field(default_factory=dict)
    limits: Mapping[Side, Limits] = field(default_factory=dict)
    repository_limits: Mapping[tuple[str, Side], Limits] = field(default_factory=dict)
    local_only: frozenset[str] = frozenset()

    def limits_of(self, side: Side, root: str) -> tuple[Limits, Limits]:
        """The side's limits, and the repository's own for that side."""
        return self.limits.get(side, Limits()), self.repository_limits.get((root, side), Limits())


def read(file: Path) -> Choices:
    """What the file says. Raises UserError where it cannot be used."""
    try:
        tables = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Choices()
    except (OSError, ValueError) as error:
        raise _invalid(file, str(error)) from error
    try:
        return _choices(tables)
    except (TypeError, ValueError, AttributeError, KeyError) as error:
        raise _invalid(file, f"a table about models or budgets is not as it should be ({error})") from error


def _invalid(file: Path, reason: str) -> UserError:
    return UserError(
        f"The configuration {file} cannot be used: {reason}.", next_step="mend that file", code="config_invalid"
    )


def _choices(tables: Mapping[str, Any]) -> Choices:
    models = {
        role: Choice(str(chosen["target"]), _flag(chosen, "free"), _flag(chosen, "local"))
        for role, chosen in tables.get("model", {}).items()
        if role in ROLES
    }
    repositories: Mapping[str, Any] = tables.get("repositories", {})
    return Choices(
        models,
        {side: _limits(tables.get("budget", {}).get(side, {})) for side in SIDES},
        {
            (root, side): _limits(table.get("budget", {}).get(side, {}))
            for root, table in repositories.items()
            for side in SIDES
        },
        frozenset(root for root, table in repositories.items() if _flag(table, "local_only")),
    )


def _flag(table: Mapping[str, Any], name: str) -> bool:
    value = table.get(name, False)
    if not isinstance(value, bool):
        raise ValueError(f"{name} is neither true nor false")
    return value


def _limits(table: Mapping[str, Any]) -> Limits:
    tokens, usd = table.get("tokens_per_day"), table.get("usd_per_day")
    for value in (tokens, usd):
        if value is not None and (isinstance(value, bool) or not isinstance(value, (int, float)) or value < 0):
            raise ValueError("a limit is not a number of at least 0")
    return Limits(None if tokens is None else int(tokens), None if usd is None else round(usd * MICRO))


def use(file: Path, role: Role, choice: Choice | None) -> None:
    """Chooses a model for a role; None for none."""

    def change(document: Any) -> None:
        if choice is None:
            document.get("model", {}).pop(role, None)
            return
        _table(document, "model", role).update({"target": choice.target, "free": choice.free, "local": choice.local})

    _edit(file, change)


def set_limits(file: Path, side: Side, limits: Limits, root: str = "", lifted: Collection[str] = ()) -> None:
    """Sets the limits that are named, of a side or of one repository's, and lifts those of LIMITS that are to go; the
    others stay."""

    def change(document: Any) -> None:
        table = _table(document, *(("repositories", root) if root else ()), "budget", side)
        if limits.tokens is not None:
            table["tokens_per_day"] = limits.tokens
        if limits.microusd is not None:
            table["usd_per_day"] = limits.microusd / MICRO
        for name in lifted:
            table.pop(name, None)

    _edit(file, change)


def set_local_only(file: Path, root: str, on: bool) -> None:
    """Marks a repository as one whose text never leaves this machine, or no longer."""
    _edit(file, lambda document: _table(document, "repositories", root).update({"local_only": on}))


def _table(document: Any, *names: str) -> Any:
    import tomlkit

    for name in names:
        if name not in document:
            document[name] = tomlkit.table()
        document = document[name]
    return document


def _edit(file: Path, change: Callable[[Any], None]) -> None:
    """Changes the file as a whole or not at all; what it says otherwise, comments included, stays."""
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    try:
        with WRITING:
            document = tomlkit.parse(file.read_text(encoding="utf-8")) if file.exists() else tomlkit.document()
            change(document)
            file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            beside = file.with_name(f"{file.name}.new")
            beside.write_text(tomlkit.dumps(document), encoding="utf-8")
            beside.replace(file)
    except (OSError, TOMLKitError, AttributeError, TypeError) as error:
        raise _invalid(file, str(error)) from error
