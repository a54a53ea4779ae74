"""The Settings page: what is settled, which row the cursor is on, and what is being changed. Pure.

The rows themselves are `settings_rows.py`'s, what is typed into them `settings_typed.py`'s; the first steps of somebody
new, which settle the same things, `first_run.py`'s.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from reverie_tui.calls import Wish
from reverie_tui.pages import first_run
from reverie_tui.pages.figures import Budget, read_budget
from reverie_tui.pages.first_run import FirstRun, FirstRunEvent
from reverie_tui.pages.settings_rows import Row, removal
from reverie_tui.pages.settings_typed import Mistake, wish_of
from reverie_tui.pages.settled import (
    BY_DEFAULT,
    Config,
    Hooks,
    Look,
    Models,
    look_of,
    read_config,
    read_hooks,
    read_models,
)
from reverie_tui.reading import Problem

CONFIG = Wish("config", {"root": ""})


@dataclass(frozen=True, slots=True)
class Editing:
    """A row that is being changed: by choosing among its picks, or by typing, where `start` begins the text. `wish` is
    what was sent and is not answered yet; `error` says why what was typed is not taken."""

    row: Row
    choosing: bool = False
    start: str = ""
    wish: Wish | None = None
    error: str = ""


@dataclass(frozen=True, slots=True)
class Settings:
    """What the Settings page holds. `own` and `own_budget` are what the repository on show has of its own; `hooks` are
    None until they are told; `selected` is the id of the row that the cursor is on, `look_at_start` how it looks until
    the daemon tells how it should."""

    config: Config = field(default_factory=Config)
    own: Config = field(default_factory=Config)
    models: Models = field(default_factory=Models)
    budget: Budget = field(default_factory=Budget)
    own_budget: Budget = field(default_factory=Budget)
    hooks: Hooks | None = None
    selected: str = ""
    editing: Editing | None = None
    look_at_start: Look = BY_DEFAULT
    first_run: FirstRun = field(default_factory=FirstRun)

    @property
    def look(self) -> Look:
        """How the terminal UI is to look."""
        return look_of(self.config) if self.config.settings else self.look_at_start


@dataclass(frozen=True, slots=True)
class Moved:
    """The cursor is on this row."""

    row: str


@dataclass(frozen=True, slots=True)
class Opened:
    """The user wants to change this row."""

    row: Row


@dataclass(frozen=True, slots=True)
class Picked:
    """The user took one of the picks of the row that is being changed."""

    index: int


@dataclass(frozen=True, slots=True)
class Typed:
    """The user is done typing into the row that is being changed."""

    text: str


@dataclass(frozen=True, slots=True)
class Cancelled:
    """The user leaves the row as it is."""


@dataclass(frozen=True, slots=True)
class SetBack:
    """The user wants this row's default."""

    row: Row


@dataclass(frozen=True, slots=True)
class Removed:
    """The user confirmed that this repository is to be watched no longer."""

    root: str


@dataclass(frozen=True, slots=True)
class ThemeChosen:
    """The user chose a theme in the palette, by its name in the configuration."""

    theme: str


SettingsEvent = ThemeChosen | Moved | Opened | Picked | Typed | Cancelled | SetBack | Removed | FirstRunEvent

Step = tuple[Settings, tuple[Wish, ...]]


def wanted(page: Settings, root: str, changed: frozenset[str]) -> tuple[Wish, ...]:
    """Everything when the page is shown; then what the changed parts are about."""
    if not changed:
        own, hooks = Wish("config", {"root": root}), Wish("hooks", {"root": root})
        return CONFIG, own, Wish("models"), *_budgets(root), hooks
    wishes = [Wish("models")] if "model" in changed else []
    wishes += _budgets(root) if "budget" in changed else ()
    return *wishes, *first_run.wanted(page.first_run, root, changed)


def _budgets(root: str) -> tuple[Wish, Wish]:
    return Wish("budget"), Wish("budget", {"root": root})


def reduce(page: Settings, event: SettingsEvent, root: str) -> Step:
    """After an event of this page, or of the first steps."""
    match event:
        case Moved(row):
            return replace(page, selected=row), ()
        case Opened(row):
            return _opened(page, row)
        case Picked(index):
            return _picked(page, index)
        case Typed(text):
            return _typed(page, text, root)
        case Cancelled():
            return replace(page, editing=None), ()
        case SetBack(row):
            return page, (row.back,) if row.back else ()
        case ThemeChosen(theme):
            return page, (Wish("set_config", {"key": "tui.theme", "value": theme, "root": ""}, f"theme: {theme}"),)
        case Removed(gone):
            return page, (removal(gone),)
        case _:
            steps, wishes = first_run.reduce(page.first_run, event, page, root)
            return replace(page, first_run=steps), wishes


def _opened(page: Settings, row: Row) -> Step:
    match row.act:
        case "do" if row.wish:
            return page, (row.wish,)
        case "choose":
            return replace(page, editing=Editing(row, choosing=True)), ()
        case "type" | "secret":
            return replace(page, editing=Editing(row, start=row.typed)), ()
        case _:
            return page, ()


def _picked(page: Settings, index: int) -> Step:
    editing = page.editing
    if editing is None or not 0 <= index < len(editing.row.picks):
        return page, ()
    pick = editing.row.picks[index]
    if pick.wish is None:
        typing = Editing(editing.row, start=pick.start or editing.row.typed)
        return replace(page, editing=typing), ()
    return replace(page, editing=replace(editing, wish=pick.wish, error="")), (pick.wish,)


def _typed(page: Settings, text: str, root: str) -> Step:
    if page.editing is None:
        return page, ()
    try:
        wish = wish_of(page.editing.row.id, text, root)
    except Mistake as mistake:
        return replace(page, editing=replace(page.editing, error=str(mistake))), ()
    return replace(page, editing=replace(page.editing, wish=wish, error="")), (wish,)


def replied(page: Settings, wish: Wish, payload: Any, root: str) -> Step:
    """After a reply: what was being changed is done, and what it changed is shown as it is now."""
    if page.editing and page.editing.wish == wish:
        page = replace(page, editing=None)
    page, wishes = _read(page, wish, payload)
    steps, more = first_run.replied(page.first_run, wish, payload, page, root)
    return replace(page, first_run=steps), (*wishes, *more)


def _read(page: Settings, wish: Wish, payload: Any) -> Step:
    match wish.name:
        case "config" | "set_config":
            found = read_config(payload)
            return replace(page, own=found) if wish.arguments.get("root") else replace(page, config=found), ()
        case "models":
            return replace(page, models=read_models(payload)), ()
        case "use_model" | "store_key" | "mark_local_only":
            return page, (Wish("models"),)
        case "budget" | "set_budget":
            told = read_budget(payload)
            return replace(page, own_budget=told) if wish.arguments.get("root") else replace(page, budget=told), ()
        case "hooks" | "set_hooks":
            return replace(page, hooks=read_hooks(payload)), ()
        case _:
            return page, ()


def failed(page: Settings, wish: Wish, problem: Problem) -> Step | None:
    """What was refused while a row is being changed is told beside its field; None for everything else."""
    if page.editing is None or page.editing.wish != wish:
        return None
    error = " ".join(part for part in (problem.message, problem.next_step) if part)
    return replace(page, editing=replace(page.editing, wish=None, error=error)), ()
