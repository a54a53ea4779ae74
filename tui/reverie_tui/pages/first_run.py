"""The first steps of somebody new: what was found, which model, what it may spend, git hooks. Pure.

They are shown when nothing was ever asked and nothing is settled, and once only: however they end, the setting
`tui.welcomed` says that they were seen. Nothing is settled before the last step, so Esc leaves everything as it was.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from reverie_tui import payload
from reverie_tui.calls import Wish
from reverie_tui.pages.settled import Language, Offer, read_languages
from reverie_tui.reading import Repository

if TYPE_CHECKING:
    from reverie_tui.pages.settings import Settings

Stage = Literal["unknown", "asking", "due", "over"]
"""`asking`: whether anything was ever asked or settled is not known yet; `due`: the steps are on show."""

StepName = Literal["found", "model", "budget", "hooks"]

WELCOMED = Wish("set_config", {"key": "tui.welcomed", "value": True, "root": ""})
BUDGETS: tuple[tuple[str, dict[str, float]], ...] = (
    ("100,000 tokens and $0.20 a day", {"tokens_per_day": 100_000, "usd_per_day": 0.2}),
    ("500,000 tokens and $1.00 a day", {"tokens_per_day": 500_000, "usd_per_day": 1.0}),
    ("2,000,000 tokens and $5.00 a day", {"tokens_per_day": 2_000_000, "usd_per_day": 5.0}),
)
LANGUAGES_SHOWN = 4
MODELS_SHOWN = 3


@dataclass(frozen=True, slots=True)
class FirstRun:
    """How far the first steps are. `asked_before` is None until it is known; `model` and `budget` are what was chosen
    on the way, None for none."""

    stage: Stage = "unknown"
    step: StepName = "found"
    asked_before: bool | None = None
    have: frozenset[str] = frozenset()
    languages: tuple[Language, ...] = ()
    model: Offer | None = None
    budget: int | None = None


@dataclass(frozen=True, slots=True)
class Card:
    """One step as it is shown: its place among the steps, what it says, and what can be chosen."""

    title: str
    lines: tuple[str, ...]
    choices: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class StepTaken:
    """The user took one of a step's choices."""

    index: int


@dataclass(frozen=True, slots=True)
class WentBack:
    """The user wants the step before."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """The user wants none of this."""


@dataclass(frozen=True, slots=True)
class Postponed:
    """There is no room for the steps now, since the user is asking already; another time."""


FirstRunEvent = StepTaken | WentBack | Skipped | Postponed


def wanted(steps: FirstRun, root: str, changed: frozenset[str]) -> tuple[Wish, ...]:
    """A repository that is being read grows while the steps are on show."""
    return (_languages(root),) if steps.stage == "due" and "repositories" in changed else ()


def _languages(root: str) -> Wish:
    return Wish("languages", {"root": root})


def replied(steps: FirstRun, wish: Wish, reply: Any, page: Settings, root: str) -> tuple[FirstRun, tuple[Wish, ...]]:
    """After a reply, which `page` has taken over already: whether the steps are due, and what they show."""
    if wish.name == "languages":
        return replace(steps, languages=read_languages(reply)), ()
    if steps.stage == "unknown" and wish.name == "config" and not wish.arguments.get("root"):
        if any(one.set_in != "default" for one in page.config.settings) or not page.config.settings:
            return replace(steps, stage="over"), ()
        ledger = Wish("ledger", {"root": ""})
        hooks = Wish("hooks", {"root": root})
        return replace(steps, stage="asking"), (ledger, Wish("models"), Wish("budget"), hooks, _languages(root))
    if steps.stage != "asking":
        return steps, ()
    if wish.name == "ledger":
        steps = replace(steps, asked_before=payload.count(payload.mapping(reply).get("entries")) > 0)
    steps = replace(steps, have=steps.have | {wish.name})
    if not steps.have >= {"ledger", "models", "budget", "hooks"}:
        return steps, ()
    settled = bool(steps.asked_before or page.models.chosen or page.budget.named)
    return replace(steps, stage="over" if settled else "due"), ()


def reduce(steps: FirstRun, event: FirstRunEvent, page: Settings, root: str) -> tuple[FirstRun, tuple[Wish, ...]]:
    """After a choice, or after the user went back or had enough."""
    if steps.stage != "due":
        return steps, ()
    match event:
        case Skipped():
            return replace(steps, stage="over"), (WELCOMED,)
        case Postponed():
            return replace(steps, stage="over"), ()
        case WentBack():
            order = _order(steps, page)
            return replace(steps, step=order[max(0, order.index(steps.step) - 1)]), ()
        case StepTaken(index):
            return _taken(steps, index, page, root)


def _taken(steps: FirstRun, index: int, page: Settings, root: str) -> tuple[FirstRun, tuple[Wish, ...]]:
    offers = _offers(page)
    if steps.step == "model":
        steps = replace(steps, model=offers[index - 1] if 1 <= index <= len(offers) else None)
    elif steps.step == "budget":
        steps = replace(steps, budget=index - 1 if 1 <= index <= len(BUDGETS) else None)
    order = _order(steps, page)
    following = order.index(steps.step) + 1
    if following < len(order):
        return replace(steps, step=order[following]), ()
    hooks = steps.step == "hooks" and index == 0
    return replace(steps, stage="over"), (*_settled(steps, hooks, root), WELCOMED)


def _order(steps: FirstRun, page: Settings) -> list[StepName]:
    """The steps that make sense: a budget only for a model that may cost something, hooks where there are none."""
    order: list[StepName] = ["found", "model"]
    if steps.model and not _free(steps.model):
        order.append("budget")
    if page.hooks and not page.hooks.installed:
        order.append("hooks")
    return order


def _free(offer: Offer) -> bool:
    return offer.price == "free"


def _settled(steps: FirstRun, hooks: bool, root: str) -> Iterator[Wish]:
    if steps.model:
        arguments = {"target": steps.model.target, "role": "", "free": False, "local": False}
        yield Wish("use_model", arguments, f"{steps.model.name} is used now.")
    if steps.model and not _free(steps.model) and steps.budget is not None:
        named, limits = BUDGETS[steps.budget]
        yield Wish("set_budget", {"limits": limits, "side": ""}, f"Budget: {named}, each for learning and questions.")
    if hooks:
        yield Wish("set_hooks", {"install": True, "root": root}, "Git wakes Reverie from now on.")


def _offers(page: Settings) -> list[Offer]:
    """A place with many models is for the Settings page, where one can be named."""
    return [offer for offer in page.models.found if not offer.many]


def card(steps: FirstRun, page: Settings, repository: Repository | None) -> Card:
    """The step on show."""
    order = _order(steps, page)
    number = order.index(steps.step) + 1
    title, lines, choices = {
        "found": lambda: _found(steps, page, repository),
        "model": lambda: _model(page),
        "budget": lambda: _budget(steps),
        "hooks": _hooks,
    }[steps.step]()
    return Card(f"{title} ({number} of {len(order)})", tuple(lines), tuple(choices))


Told = tuple[str, list[str], list[tuple[str, str]]]


def _found(steps: FirstRun, page: Settings, repository: Repository | None) -> Told:
    lines = [_size(repository)]
    if steps.languages:
        named = [f"{one.name} {one.files:,}" for one in steps.languages[:LANGUAGES_SHOWN]]
        rest = sum(one.files for one in steps.languages[LANGUAGES_SHOWN:])
        lines.append(f"Files by language: {', '.join([*named, *([f'others {rest:,}'] if rest else [])])}.")
    names = [offer.name.removesuffix("#MODEL") for offer in page.models.found[:MODELS_SHOWN]]
    lines.append(f"Models found: {', '.join(names) or 'none'}.")
    lines += [
        "",
        "What is learned stays on this machine, in .git/reverie; secrets are redacted before. Nothing is sent "
        "anywhere unless you choose a model elsewhere, and then to that one only.",
    ]
    return "Welcome to Reverie", lines, [("Go on", "under a minute; nothing changes before the last step")]


def _size(repository: Repository | None) -> str:
    if repository is None:
        return "The repository is being opened."
    if repository.progress:
        done, total = repository.progress.done, repository.progress.total
        return f"{repository.name} is being read: {done:,} of {total:,} files." if total else "It is being read."
    return f"{repository.name}: {repository.files:,} files, {repository.symbols:,} symbols."


def _model(page: Settings) -> Told:
    lines = ["Without a model, answers are put together from what is read. With one they are written, and it can think "
             "ahead while you do not ask."]  # fmt: skip
    choices = [("None for now", "nothing is sent, nothing costs anything")]
    choices += [(offer.name, f"{offer.price}; {offer.goes_to}") for offer in _offers(page)]
    named = [offer.name.partition("#")[0] for offer in page.models.found if offer.many]
    if named:
        lines.append(f"Also found: {', '.join(named)}; name one of its models in Settings (F6).")
    elif not choices[1:]:
        lines.append("None was found on this machine; a file or an address can be named in Settings (F6).")
    return "A model?", lines, choices


def _budget(steps: FirstRun) -> Told:
    model = steps.model.name if steps.model else ""
    lines = [f"{model} may cost money, so it runs within a daily budget only. At the limit it stops until midnight."]
    choices = [("None for now", "the model is chosen, and not used before a budget is named")]
    return (
        "What may it spend?",
        lines,
        [*choices, *((named, "each for learning and for questions") for named, _ in BUDGETS)],
    )


def _hooks() -> Told:
    lines = ["Git hooks wake Reverie after a commit, checkout, merge or rebase. A hook is one line of sh that drops a "
             "file; hooks that are there stay as they are."]  # fmt: skip
    return (
        "Git hooks?",
        lines,
        [("Install them", "reverie hooks uninstall removes them"), ("No", "HEAD is watched instead")],
    )
