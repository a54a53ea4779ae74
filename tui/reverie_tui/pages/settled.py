"""What the user has settled, as the daemon sends it, read into values: settings, models, hooks. Pure, never raising.

Keys, targets and paths stay as they came, since they are sent back; they are made literal where they are shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import urlsplit

from reverie_tui import payload
from reverie_tui.reading import Problem, read_problem

SETTINGS_MAX = 200
OFFERS_MAX = 100
LANGUAGES_MAX = 50

Role = Literal["sleeping", "answering"]
ROLES: tuple[Role, ...] = ("sleeping", "answering")

Value = bool | int | str | tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting of config.toml. A `kind` that is not known here can be shown but not changed; `set_in` is "default",
    "everywhere" or "repository"."""

    key: str
    kind: str
    value: Value
    default: Value
    meaning: str
    set_in: str = "default"
    applies: str = ""
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Config:
    """All settings, and the file that has them."""

    file: str = ""
    settings: tuple[Setting, ...] = ()

    def value(self, key: str) -> Value:
        """What a setting is; None where there is no such setting."""
        return next((one.value for one in self.settings if one.key == key), None)


@dataclass(frozen=True, slots=True)
class Look:
    """How the terminal UI is to look."""

    theme: str = "dark"
    ascii: str = "auto"
    reduced_motion: bool = False


BY_DEFAULT = Look()


@dataclass(frozen=True, slots=True)
class Offer:
    """A model that was found on this machine. `target` is what to choose it by; one that ends in "#" needs a model's
    name after it."""

    name: str
    target: str
    price: str
    goes_to: str

    @property
    def many(self) -> bool:
        """Whether this is a place with many models, one of which has to be named."""
        return self.target.endswith("#")


@dataclass(frozen=True, slots=True)
class Chosen:
    """The model of a role. `key` is where its key was found, "" where there is none (it may need none)."""

    target: str
    name: str
    price: str
    goes_to: str
    free: bool
    local: bool
    key: str
    problem: Problem | None = None

    @property
    def host(self) -> str:
        """The host a key would be for; "" for a file."""
        try:
            return urlsplit(self.target).hostname or "" if "://" in self.target else ""
        except ValueError:
            return ""


@dataclass(frozen=True, slots=True)
class Models:
    """The models chosen, those found, and the repositories whose text never leaves this machine."""

    chosen: Mapping[Role, Chosen] = field(default_factory=dict)
    found: tuple[Offer, ...] = ()
    local_only: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Hooks:
    """Git hooks: whether they are installed, where, and why not."""

    installed: bool = False
    folder: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Language:
    """A language, and how many files are written in it."""

    name: str
    files: int


def read_config(wire: Any) -> Config:
    """`GET /v1/config`."""
    wire = payload.mapping(wire)
    found = (read_setting(row) for row in payload.mappings(wire.get("settings"))[:SETTINGS_MAX])
    return Config(payload.line(wire.get("file")), tuple(one for one in found if one.key))


def read_setting(wire: Mapping[str, Any]) -> Setting:
    """One of its settings."""
    return Setting(
        key=payload.text(wire.get("key")), kind=payload.text(wire.get("kind")), value=_value(wire.get("value")),
        default=_value(wire.get("default")), meaning=payload.line(wire.get("meaning")),
        set_in=payload.line(wire.get("set")), applies=payload.line(wire.get("applies")),
        choices=payload.lines(wire.get("choices")),
    )  # fmt: skip


def _value(wire: Any) -> Value:
    if isinstance(wire, list):
        return tuple(item for item in wire if isinstance(item, str))
    return wire if isinstance(wire, (bool, int, str)) else None


def look_of(config: Config) -> Look:
    """How the terminal UI is to look; what is missing or makes no sense is as it would be by default."""
    theme, ascii = config.value("tui.theme"), config.value("tui.ascii")
    return Look(
        theme if isinstance(theme, str) else "dark",
        ascii if isinstance(ascii, str) else "auto",
        config.value("tui.reduced_motion") is True,
    )


def read_models(wire: Any) -> Models:
    """`GET /v1/model`."""
    wire = payload.mapping(wire)
    found = (_read_offer(row) for row in payload.mappings(wire.get("found"))[:OFFERS_MAX])
    local = wire.get("local_only")
    return Models(
        read_chosen(wire.get("chosen")), tuple(one for one in found if one.target),
        tuple(root for root in local if isinstance(root, str)) if isinstance(local, list) else (),
    )  # fmt: skip


def read_chosen(wire: Any) -> Mapping[Role, Chosen]:
    """The models of the roles that have one."""
    wire = payload.mapping(wire)
    return {role: _read_model(wire[role]) for role in ROLES if isinstance(wire.get(role), Mapping)}


def _read_model(wire: Mapping[str, Any]) -> Chosen:
    return Chosen(
        target=payload.text(wire.get("target")),
        name=payload.line(wire.get("name")),
        price=payload.line(wire.get("price")),
        goes_to=payload.line(wire.get("goes_to")),
        free=wire.get("free") is True,
        local=wire.get("local") is True,
        key=payload.line(wire.get("key")),
        problem=read_problem(payload.mapping(wire.get("problem"))),
    )


def _read_offer(wire: Mapping[str, Any]) -> Offer:
    return Offer(
        payload.line(wire.get("name")), payload.text(wire.get("target")), payload.line(wire.get("price")),
        payload.line(wire.get("goes_to")),
    )  # fmt: skip


def read_hooks(wire: Any) -> Hooks:
    """`GET /v1/hooks`."""
    wire = payload.mapping(wire)
    return Hooks(wire.get("installed") is True, payload.line(wire.get("folder")), payload.line(wire.get("reason")))


def read_languages(wire: Any) -> tuple[Language, ...]:
    """`GET /v1/languages`."""
    rows = payload.mappings(payload.mapping(wire).get("languages"))[:LANGUAGES_MAX]
    return tuple(Language(payload.line(row.get("language")), payload.count(row.get("files"))) for row in rows)
