"""The rows of the Settings page: one for each thing that can be settled, with what it is, what it means in a sentence,
and what changing it asks of the daemon. Pure; what is typed into a row is checked in `settings_typed.py`.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from reverie_tui.calls import Wish
from reverie_tui.counting import dollars
from reverie_tui.literal import literal_line
from reverie_tui.pages.figures import Budget, Side
from reverie_tui.pages.settled import ROLES, Chosen, Config, Role, Setting, Value
from reverie_tui.reading import Repository

if TYPE_CHECKING:
    from reverie_tui.pages.settings import Settings

Act = Literal["do", "choose", "type", "secret", "show"]
"""What Enter does: `do` the wish, `choose` among picks, `type` a value, or a `secret` one; or nothing but `show`."""

HIDDEN = ("tui.welcomed",)
REPOSITORIES_MAX = 500

_SECTIONS = {
    "learning": "When to learn",
    "index": "What is read",
    "tui": "Look",
    "limits": "Limits",
}
_ROLE_NAMES: dict[Role, str] = {"sleeping": "learning", "answering": "answering"}
_SIDES = ("learning", "questions")


@dataclass(frozen=True, slots=True)
class Pick:
    """One of a row's choices. Without a wish its text is to be completed: `start` begins it."""

    label: str
    detail: str = ""
    wish: Wish | None = None
    start: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """Something that can be settled. `notes` stand below its meaning; `typed` is what its field begins with and `hint`
    says what goes there; `back` sets it back; `leaves` is the repository that can be removed here."""

    id: str
    section: str
    label: str
    value: str
    meaning: str
    act: Act = "show"
    wish: Wish | None = None
    picks: tuple[Pick, ...] = ()
    typed: str = ""
    hint: str = ""
    notes: tuple[str, ...] = ()
    back: Wish | None = None
    leaves: str = ""
    troubled: bool = field(default=False)


def rows(page: Settings, root: str, repositories: Sequence[Repository]) -> tuple[Row, ...]:
    """All rows, section by section."""
    own = next((one.name for one in repositories if one.root == root), "") or "this repository"
    found = [*_models(page), *_budget(page.budget), *_budget(page.own_budget, root, own)]
    for section in ("learning", "index"):
        found += _settings(page.config, section)
    found += _settings(page.own, "index", root, own)
    found += [*_repositories(page, repositories), *_hooks(page, root, own)]
    others = dict.fromkeys(one.key.partition(".")[0] for one in page.config.settings)
    for section in ("tui", "limits", *others):
        if section not in ("learning", "index") and not any(row.section == _section(section) for row in found):
            found += _settings(page.config, section)
    return tuple(found)


def _section(prefix: str) -> str:
    return _SECTIONS.get(prefix, literal_line(prefix).capitalize())


def _models(page: Settings) -> Iterator[Row]:
    for role in ROLES:
        chosen = page.models.chosen.get(role)
        yield _model(page, role, chosen)
        if chosen is not None and chosen.host:
            yield from _of_model(role, chosen)


def _model(page: Settings, role: Role, chosen: Chosen | None) -> Row:
    none = Pick("none", "answers and notes are composed without a model", _use("none", role, "No model"))
    picks = [none]
    for offer in page.models.found:
        wish = None if offer.many else _use(offer.target, role, offer.name)
        picks.append(Pick(offer.name, f"{offer.price}; {offer.goes_to}", wish, offer.target if offer.many else ""))
    picks.append(Pick("another", "a GGUF file, or a base URL with #MODEL"))
    problem = chosen.problem if chosen else None
    notes = [f"{chosen.price}; {chosen.goes_to}" if chosen and chosen.goes_to else ""]
    notes += [f"{problem.message} {problem.next_step}".strip() if problem else ""]
    return Row(
        f"model:{role}", "Models", f"model for {_ROLE_NAMES[role]}", chosen.name if chosen else "none",
        "Thinks while you do not ask." if role == "sleeping" else "Writes answers out of what was learned.",
        "choose", picks=tuple(picks), typed=chosen.target if chosen else "",
        hint="/path/to/model.gguf, or https://host/v1#model", notes=tuple(note for note in notes if note),
        troubled=problem is not None,
    )  # fmt: skip


def _use(target: str, role: Role, name: str, *, free: bool = False, local: bool = False) -> Wish:
    arguments = {"target": target, "role": role, "free": free, "local": local}
    return Wish("use_model", arguments, f"{name} is used for {_ROLE_NAMES[role]} now.")


def _of_model(role: Role, chosen: Chosen) -> Iterator[Row]:
    """What only the user can know about a model behind an address."""
    use = {"target": chosen.target, "role": role}
    yield Row(
        f"free:{role}", "Models", "  costs nothing", _on(chosen.free),
        "A model that costs nothing needs no budget before it is used.", "do",
        Wish("use_model", {**use, "free": not chosen.free, "local": chosen.local}, f"{chosen.name} is set."),
    )  # fmt: skip
    yield Row(
        f"local:{role}", "Models", "  runs on this machine", _on(chosen.local),
        "Text that goes to a model on this machine leaves it for nobody else.", "do",
        Wish("use_model", {**use, "free": chosen.free, "local": not chosen.local}, f"{chosen.name} is set."),
    )  # fmt: skip
    yield Row(
        f"key:{chosen.host}:{role}", "Models", "  key", f"in {chosen.key}" if chosen.key else "none",
        f"The key for {chosen.host}; it is kept in the system's keyring, or in a file that is yours alone.", "secret",
        hint="the key, not shown",
    )  # fmt: skip


def _budget(budget: Budget, root: str = "", own: str = "") -> Iterator[Row]:
    """The limits for all repositories together, or those of the one at `root` besides, which is called `own`."""
    there = f" in {own}" if own else ""
    besides = "The limit for all holds, too." if own else "Nothing that costs money runs before a limit is named."
    for name in _SIDES:
        side: Side = getattr(budget, name)
        tokens, usd = side.tokens_limit, side.usd_limit
        limit = partial(_limit, root, own, name)
        yield limit(
            "tokens_per_day", "tokens a day", "" if tokens is None else str(tokens),
            "no limit" if tokens is None else f"{tokens:,}", f"{side.tokens:,} spent today",
            f"What {name}{there} may use in tokens a day; it binds free models, too.",
            "a whole number, empty for no limit",
        )  # fmt: skip
        yield limit(
            "usd_per_day", "dollars a day", "" if usd is None else f"{usd:g}",
            "no limit" if usd is None else dollars(usd), f"{dollars(side.usd)} spent today",
            f"What {name}{there} may cost in dollars a day. {besides}", "an amount such as 0.50, empty for no limit",
        )  # fmt: skip


def _limit(
    root: str, own: str, side: str, limit: str, unit: str, typed: str, value: str, note: str, meaning: str, hint: str
) -> Row:
    arguments = {"limits": {limit: None}, "side": side, **({"root": root} if root else {})}
    lifted = Wish("set_budget", arguments, f"{side.capitalize()} has no limit in {unit}{f' in {own}' if own else ''}.")
    kind, section = ("own-budget", f"Budget of {own}") if own else ("budget", "Budget")
    return Row(
        f"{kind}:{side}:{limit}", section, f"{side}, {unit}", value, meaning, "type", typed=typed, hint=hint,
        notes=(note,), back=lifted if typed else None,
    )  # fmt: skip


def _settings(config: Config, prefix: str, root: str = "", own: str = "") -> Iterator[Row]:
    for one in config.settings:
        table, _, name = one.key.partition(".")
        if table == prefix and one.key not in HIDDEN:
            yield _setting(one, name, root, own)


def _setting(one: Setting, name: str, root: str, own: str) -> Row:
    label, unit = _named(name, own if root else "")
    arguments = {"key": one.key, "root": root}
    picks = tuple(
        Pick(choice, wish=Wish("set_config", {**arguments, "value": choice}, f"{label}: {choice}"))
        for choice in one.choices
    )
    acts: dict[str, Act] = {"switch": "do", "choice": "choose", "number": "type", "spans": "type", "patterns": "type"}
    default = "" if one.value == one.default else f"{_shown(one.default)}{unit} by default"
    back = Wish("set_config", {**arguments, "value": None}, f"{label}: set back")
    facts = (literal_line(one.key), default, f"takes effect {one.applies}" if one.applies else "")
    return Row(
        f"{'own' if root else 'set'}:{one.kind}:{one.key}", _section(one.key.partition(".")[0]), label,
        _shown(one.value) + unit, _sentence(one.meaning), acts.get(one.kind, "show"),
        wish=_switched(one, arguments, label) if one.kind == "switch" else None, picks=picks,
        typed=_typed(one.value), hint=_HINTS.get(one.kind, ""),
        notes=(" · ".join(fact for fact in facts if fact),),
        back=back if one.set_in != "default" else None,
    )  # fmt: skip


def _named(name: str, own: str) -> tuple[str, str]:
    """A setting's name and unit, for people."""
    unit = " s" if name.endswith("_s") else ""
    label = "ignored paths" if name == "ignore" else name.removesuffix("_s").replace("_", " ")
    return literal_line(label) + (f" in {own}" if own else ""), unit


_HINTS = {
    "number": "a whole number of at least 0",
    "spans": "such as 22:00-07:30 12:00-13:00, empty for none",
    "patterns": "such as build/ *.min.js 'my docs/', empty for none",
}


def _switched(one: Setting, arguments: dict[str, str], label: str) -> Wish:
    on = one.value is not True
    return Wish("set_config", {**arguments, "value": on}, f"{label}: {_on(on)}")


def _on(on: bool) -> str:
    return "on" if on else "off"


def _shown(value: Value) -> str:
    match value:
        case bool():
            return _on(value)
        case int():
            return f"{value:,}"
        case str():
            return literal_line(value)
        case tuple():
            return literal_line(", ".join(value)) or "none"
        case _:
            return "?"


def _typed(value: Value) -> str:
    """As the field begins: what could be typed for this value."""
    if isinstance(value, tuple):
        return " ".join(map(shlex.quote, value))
    return str(value) if isinstance(value, (int, str)) and not isinstance(value, bool) else ""


def _sentence(meaning: str) -> str:
    return f"{meaning[:1].upper()}{meaning[1:]}{'' if meaning.endswith('.') else '.'}" if meaning else ""


def _repositories(page: Settings, repositories: Sequence[Repository]) -> Iterator[Row]:
    section = "Repositories"
    yield Row(
        "add", section, "add a repository", "", "Reverie reads it and learns about it while nobody asks.", "type",
        hint="the path of a folder in it",
    )  # fmt: skip
    for one in repositories[:REPOSITORIES_MAX]:
        kept = one.root in page.models.local_only
        wish = Wish(
            "mark_local_only", {"root": one.root, "on": not kept},
            f"The text of {one.name} {'may go to the model that is chosen' if kept else 'never leaves this machine'}.",
        )  # fmt: skip
        problem = one.problem
        yield Row(
            f"repository:{one.root}", section, one.name or literal_line(one.root),
            "text stays on this machine" if kept else "text may go to the model",
            "Enter changes whether its text may go to a model elsewhere; x removes it.", "do", wish, leaves=one.root,
            notes=(literal_line(one.root), *((f"{problem.message} {problem.next_step}".strip(),) if problem else ())),
            troubled=problem is not None,
        )  # fmt: skip


def removal(root: str) -> Wish:
    """To watch a repository no longer."""
    return Wish("remove_repository", {"path": Path(root)}, f"{literal_line(root)} is watched no longer.")


def _hooks(page: Settings, root: str, own: str) -> Iterator[Row]:
    if page.hooks is None:
        return
    installed = page.hooks.installed
    told = f"Git hooks were {'removed from' if installed else 'installed in'} {own}."
    yield Row(
        "hooks", "Hooks", f"git hooks in {own}", "installed" if installed else "not installed",
        "Git wakes Reverie after a commit, checkout, merge or rebase; other hooks are left as they are.", "do",
        Wish("set_hooks", {"install": not installed, "root": root}, told),
        notes=tuple(note for note in (page.hooks.reason, literal_line(page.hooks.folder)) if note),
    )  # fmt: skip
