"""What the user may set, by key: what each means, its default, and reading and writing config.toml.

Comments and everything unknown in that file are kept when it is written. Nothing here acts on a setting.
"""

from __future__ import annotations

import os
import tempfile
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from .config import WRITING
from .core.idle import Policy, QuietHours, quiet_hours
from .core.tokens import Budgets
from .errors import UserError, WrongUsage

Kind = Literal["switch", "number", "choice", "spans", "patterns"]
Value = bool | int | str | list[str]
PATTERNS_MAX = 500
NAME_CHARACTERS_MAX = 60


@dataclass(frozen=True, slots=True)
class Preference:
    """One setting. A `switch` is true or false, a `number` a whole one of at least 0, a `choice` one of `choices` (or
    any other name, where `names` says so, which whoever acts on it may know), `spans` parts of the day such as
    "22:00-07:30", `patterns` lines as a .gitignore has them. `at_start` says that a change takes effect when the daemon
    starts again; `by_repository` that a repository can have its own besides."""

    key: str
    kind: Kind
    default: Value
    meaning: str
    at_start: bool = False
    by_repository: bool = False
    choices: tuple[str, ...] = ()
    names: bool = False


PREFERENCES: Mapping[str, Preference] = {
    one.key: one
    for one in (
        Preference("learning.when_idle", "switch", True, "learn by itself; off: only when told, by reverie learn"),
        Preference("learning.idle_after_s", "number", 30, "begin when the user has done nothing for so many seconds"),
        Preference("learning.quiet_hours", "spans", [], "parts of the day without learning, such as 22:00-07:30"),
        Preference("learning.on_battery", "switch", True, "learn on battery, too, down to 40 % of its charge"),
        Preference("learning.file_quiet_s", "number", 60, "study an edited file once it was left alone for so long"),
        Preference("learning.rethink_passes", "number", 1, "how often a model thinks over what it learned; 0: never"),
        Preference("learning.remote_calls", "number", 4, "calls of a remote model under way at once, 64 at most"),
        Preference("answering.evidence_tokens", "number", 1_000, "what a model reads of a repository for a question"),
        Preference("answering.raw_tokens", "number", 6_000, "the same where it is unsure what to read"),
        Preference("answering.facts_alone", "switch", True, "ask no model what is read off the code, such as callers"),
        Preference(
            "index.ignore", "patterns", [],
            "paths that are not read, as in a .gitignore, besides what git and .reverieignore ignore",
            by_repository=True,
        ),
        Preference("limits.source_bytes_max", "number", 1 << 20, "larger source files are listed, not read", True),
        Preference("limits.parsers", "number", 0, "parser processes at most; 0: one a core, four at most", True),
        Preference("limits.vectors_max", "number", 60_000, "passages of a repository to embed; 0: none", True),
        Preference(
            "tui.theme", "choice", "dark",
            "the terminal UI's colours; terminal: those that the terminal has; Ctrl+P, Theme lists others",
            choices=("dark", "light", "terminal"), names=True,
        ),
        Preference(
            "tui.ascii", "choice", "auto", "draw with ASCII characters alone; auto: where the terminal has no others",
            choices=("auto", "on", "off"),
        ),
        Preference("tui.reduced_motion", "switch", False, "nothing on the terminal UI's screen slides or fades"),
        Preference("tui.welcomed", "switch", False, "the terminal UI's first steps were shown; off: show them again"),
    )
}  # fmt: skip
REMOTE_CALLS_MAX = 64
"""As many connections as a provider opens."""
_WORDS = {"true": True, "on": True, "yes": True, "false": False, "off": False, "no": False}


@dataclass(frozen=True, slots=True)
class Learning:
    """When to learn, for how long an edited file is left alone after a save, in seconds, how often a model thinks over
    what it learned, and how many calls of a remote model may be under way at once."""

    policy: Policy
    file_quiet_s: float
    rethink_passes: int = 1
    remote_calls: int = 4


@dataclass(frozen=True, slots=True)
class Answering:
    """How much of a repository a model reads for a question, and whether it is spared what facts alone settle."""

    budgets: Budgets = field(default_factory=Budgets)
    facts_alone: bool = True


def read(config_file: Path) -> dict[str, Value]:
    """Every setting's value, the default where the file says nothing. Raises UserError for a file or value that cannot
    be used."""
    said = given(config_file)
    return {key: said.get(key, preference.default) for key, preference in PREFERENCES.items()}


def given(config_file: Path, root: str = "") -> dict[str, Value]:
    """What the file says, by key: for all repositories, or for the one at `root` alone. Raises UserError."""
    tables: Mapping[str, Any] = _tables(config_file)
    if root:
        tables = _table_in(_table_in(tables, "repositories"), root)
    values: dict[str, Value] = {}
    for key, preference in PREFERENCES.items():
        table, _, name = key.partition(".")
        found = _table_in(tables, table)
        if name not in found or (root and not preference.by_repository):
            continue
        if not _fits(preference, found[name]):
            raise UserError(
                f"In {config_file}, {key} is not {_wanted(preference)}.",
                next_step=f"reverie config {key} VALUE, or mend that line",
                code="config_invalid",
            )
        values[key] = found[name]
    return values


def _table_in(tables: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = tables.get(name, {})
    return found if isinstance(found, dict) else {}


def ignored(config_file: Path, root: str) -> tuple[str, ...]:
    """The patterns of what is not read of the repository at `root`: those for all, then its own. Raises UserError."""
    found: list[str] = []
    for said in (given(config_file), given(config_file, root)):
        patterns = said.get("index.ignore")
        found += patterns if isinstance(patterns, list) else []
    return tuple(found)


def learning(config_file: Path) -> Learning:
    """The settings that learning goes by. Raises UserError."""
    values = read(config_file)
    idle_s = float(_number(values["learning.idle_after_s"]))
    spans = values["learning.quiet_hours"]
    policy = Policy(
        when_idle=bool(values["learning.when_idle"]),
        user_idle_s=(idle_s, min(idle_s, Policy().user_idle_s[1])),
        on_battery=bool(values["learning.on_battery"]),
        quiet_hours=tuple(map(quiet_hours, spans)) if isinstance(spans, list) else (),
    )
    numbers = ("file_quiet_s", "rethink_passes", "remote_calls")
    quiet_s, passes, calls = (_number(values[f"learning.{name}"]) for name in numbers)
    return Learning(policy, float(quiet_s), passes, min(max(calls, 1), REMOTE_CALLS_MAX))


def answering(config_file: Path) -> Answering:
    """The settings that asking a model goes by. Raises UserError."""
    values = read(config_file)
    budgets = Budgets(*(_number(values[f"answering.{name}"]) for name in ("evidence_tokens", "raw_tokens")))
    return Answering(budgets, bool(values["answering.facts_alone"]))


def write(config_file: Path, key: str, texts: list[str], root: str = "") -> Value:
    """Sets a key to what the user wrote, and returns the value; with no texts, to its default. Raises as `put`."""
    return put(config_file, key, _parsed(_known(key), texts) if texts else None, root)


def put(config_file: Path, key: str, value: object, root: str = "") -> Value:
    """Sets a key, for all repositories or for the one at `root`, and returns the value; None sets it back to its
    default. Raises WrongUsage for an unknown key or a value that does not fit, UserError for a file that cannot be
    written."""
    preference = _known(key)
    if value is not None and not _fits(preference, value):
        raise WrongUsage(f"{key} takes {_wanted(preference)}.", next_step=f"reverie config {key}")
    if root and not preference.by_repository:
        raise WrongUsage(f"{key} holds for all repositories.", next_step=f"reverie config {key} VALUE, without --repo")
    import tomlkit  # 40 ms, and only needed to write

    table, _, name = key.partition(".")
    place = ("repositories", root, table) if root else (table,)
    try:
        with WRITING:
            document = tomlkit.parse(config_file.read_text("utf-8")) if config_file.exists() else tomlkit.document()
            if value is None:
                _within(document, place, create=False).pop(name, None)
            else:
                _within(document, place, create=True)[name] = value
            _replace(config_file, tomlkit.dumps(document))
    except (OSError, ValueError, AttributeError, TypeError) as error:
        raise UserError(
            f"The configuration {config_file} cannot be written: {error}.",
            next_step="mend or remove that file",
            code="config_invalid",
        ) from error
    return preference.default if value is None else value  # type: ignore[return-value]


def _known(key: str) -> Preference:
    preference = PREFERENCES.get(key)
    if preference is None:
        raise WrongUsage(f"There is no setting {key}.", next_step="reverie config")
    return preference


def _within(document: Any, names: tuple[str, ...], *, create: bool) -> Any:
    import tomlkit

    for name in names:
        if name not in document:
            if not create:
                return {}
            document[name] = tomlkit.table()
        document = document[name]
    return document


def _tables(config_file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(config_file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise UserError(
            f"The configuration {config_file} cannot be read: {error}.",
            next_step="mend or remove that file",
            code="config_invalid",
        ) from error


def _parsed(preference: Preference, texts: list[str]) -> Value:
    text = " ".join(texts).strip()
    value: object = text
    if preference.kind == "switch":
        value = _WORDS.get(text.lower(), text)
    elif preference.kind == "number":
        value = int(text) if text.isdigit() else text
    elif preference.kind == "choice":
        value = text.lower()
    elif preference.kind == "patterns":
        value = [one for one in texts if one.strip()]
    else:
        value = [part for part in text.replace(",", " ").split() if part]
    if not _fits(preference, value):
        raise WrongUsage(f"{preference.key} takes {_wanted(preference)}.", next_step=f"reverie config {preference.key}")
    return value  # type: ignore[return-value]


def _fits(preference: Preference, value: object) -> bool:
    if preference.kind == "switch":
        return isinstance(value, bool)
    if preference.kind == "number":
        return type(value) is int and value >= 0
    if preference.kind == "choice":
        return value in preference.choices or (preference.names and isinstance(value, str) and _is_name(value))
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        return False
    return _are_patterns(value) if preference.kind == "patterns" else all(_span(one) is not None for one in value)


def _is_name(text: str) -> bool:
    return len(text) <= NAME_CHARACTERS_MAX and all(part.isalnum() for part in text.split("-"))


def _are_patterns(lines: list[str]) -> bool:
    from pathspec import GitIgnoreSpec  # 20 ms, and only needed where there are any

    try:
        GitIgnoreSpec.from_lines(lines)
    except ValueError:
        return False
    return len(lines) <= PATTERNS_MAX and not any("\n" in line for line in lines)


def _span(text: str) -> QuietHours | None:
    try:
        return quiet_hours(text)
    except ValueError:
        return None


def _wanted(preference: Preference) -> str:
    return {
        "switch": "true or false",
        "number": "a whole number of at least 0",
        "choice": f"one of {', '.join(preference.choices)}{', or a name' if preference.names else ''}",
        "spans": "a list of spans such as 22:00-07:30",
        "patterns": f"a list of at most {PATTERNS_MAX} patterns as a .gitignore has them",
    }[preference.kind]


def _number(value: Value) -> int:
    return value if isinstance(value, int) else 0


def _replace(path: Path, text: str) -> None:
    """In one step, so that nobody reads half a file; for its owner alone."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".config-")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            stream.write(text)
        Path(name).replace(path)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise
