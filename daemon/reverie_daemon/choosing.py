"""What `reverie model` and `reverie budget` do: show what was found and what is chosen, choose, limit, keep keys.

Nothing is called here, and nothing outside this machine is contacted to look for models.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from . import choices, prices
from .choices import ROLE_OF, ROLES, Choice, Choices, Role
from .core.budget import MICRO, SIDES, Amount, Limits, Side
from .endpoints import Chosen, Endpoints, resolve
from .errors import UserError, WrongUsage
from .provider import Offer
from .providers import discover
from .providers.openai_compatible import is_loopback
from .rereading import Reread
from .store.journal import Journal

NONE = "none"


class Choosing:
    """May be used from any thread. `config_file` is where choices are kept; `today` tells the user's date."""

    def __init__(self, config_file: Path, journal: Journal, endpoints: Endpoints, today: Callable[[], str]) -> None:
        self._file = config_file
        self._choices = Reread(config_file, choices.read)
        self._journal = journal
        self._endpoints = endpoints
        self._today = today

    def choices(self) -> Choices:
        return self._choices.value()

    def report(self) -> dict[str, Any]:
        """`{"chosen": {ROLE: MODEL or null}, "found": [OFFER], "local_only": [ROOT], "unset": [VARIABLE]}` as `GET
        /v1/model` gives it. `unset` are those that could hold a key and are not in the daemon's environment, which is
        that of whoever started it."""
        chosen = self.choices()
        return {
            "chosen": self._all_shown(),
            "found": [_offer(offer) for offer in self._offers()],
            "local_only": sorted(chosen.local_only),
            "unset": [name for one in discover().values() for name in one.key_variables if not os.environ.get(name)],
        }

    def use(self, text: str, roles: Sequence[Role], *, free: bool, local: bool) -> dict[str, Any]:
        """Chooses a model, or none, for the roles; what is chosen then. Raises UserError for what cannot be used."""
        if text == NONE:
            for role in roles:
                choices.use(self._file, role, None)
            return self._all_shown()
        target = self._named(text)
        found = resolve(roles[0], Choice(target, free, local))
        if local and not found.provider.own and not is_loopback(found.target.address):
            raise WrongUsage(
                f"{found.host} is not this machine, so its models are not local.", next_step="leave out --local"
            )
        for role in roles:
            choices.use(self._file, role, Choice(found.target.label, free, local))
        self._endpoints.forgive()
        return self._all_shown()

    def limit(self, side: Sequence[Side], limits: Limits, root: str, lifted: Collection[str] = ()) -> dict[str, Any]:
        """Names what may be spent a day, and lifts the limits with these names; what holds then."""
        for one in side:
            choices.set_limits(self._file, one, limits, root, lifted)
        return self.budget(root)

    def store_key(self, host: str, key: str) -> dict[str, str]:
        """Keeps a key for a host, and lets it be tried at once."""
        found = self._endpoints.store_key(host, key)
        self._endpoints.forgive()
        return {"host": host, "kept_in": found}

    def mark_local_only(self, root: str, on: bool) -> dict[str, Any]:
        choices.set_local_only(self._file, root, on)
        return {"root": root, "local_only": on}

    def budget(self, root: str = "") -> dict[str, Any]:
        """`{SIDE: {"tokens": {"spent", "limit"}, "usd": {"spent", "limit"}, "stopped"}}`; of one repository where its
        root is given. A limit is null where none is named; `stopped` says that the day's limit is used up."""
        chosen, today = self.choices(), self._today()
        found: dict[str, Any] = {}
        for side in SIDES:
            everywhere, own = chosen.limits_of(side, root)
            spent = self._journal.spent(today, side, os.fsencode(root) if root else None)
            found[side] = _account(own if root else everywhere, spent)
        return found

    def status(self) -> dict[str, Any] | None:
        """The models in a few words, for `status`; null where none is chosen. Never raises."""
        try:
            chosen = self.choices()
        except UserError as error:
            return {**dict.fromkeys(ROLES), "problem": error.to_wire()}
        if not chosen.models:
            return None
        models = {role: self._shown(role, chosen, with_key=False) for role in ROLES}
        problems = [model["problem"] for model in models.values() if model and model["problem"]]
        return {**{role: _in_words(model) for role, model in models.items()}, "problem": next(iter(problems), None)}

    def budget_status(self) -> dict[str, Any] | None:
        """What is spent and left, and since when money was spent, for `status`; null where no model is chosen and no
        limit named. Never raises."""
        try:
            chosen = self.choices()
        except UserError:
            return None
        named = any(limits.named for limits in chosen.limits.values())
        if not (chosen.models or named):
            return None
        return {**self.budget(), "paid_since": self._journal.paid_since()}

    def in_use(self) -> tuple[Chosen, ...]:
        """The models that are chosen and can be used."""
        found = []
        try:
            models = self.choices().models
        except UserError:
            return ()
        for role, choice in models.items():
            try:
                found.append(resolve(role, choice))
            except UserError:  # status shows why
                continue
        return tuple(found)

    def _offers(self) -> list[Offer]:
        return [offer for provider in discover().values() for offer in provider.offers(os.environ)]

    def _named(self, text: str) -> str:
        """The target that a found name stands for ("ollama:tiny", "openai#gpt-5-mini"); other texts as they are."""
        if "://" in text or Path(text).suffix == ".gguf":
            return text
        name, _, model = text.partition("#")
        for offer in self._offers():
            if offer.name == name:
                if not (offer.target.model or model):
                    raise WrongUsage(f"{name} has many models: name one.", next_step=f"reverie model use {name}#MODEL")
                return f"{offer.target.address}#{model or offer.target.model}"
        return text

    def _all_shown(self) -> dict[str, Any]:
        chosen = self.choices()
        return {role: self._shown(role, chosen) for role in ROLES}

    def _shown(self, role: Role, chosen: Choices, *, with_key: bool = True) -> dict[str, Any] | None:
        """A chosen model; looking for its key can take a while, and is not for every status."""
        choice = chosen.models.get(role)
        if choice is None:
            return None
        shown = {"target": choice.target, "name": choice.target, "free": choice.free, "local": choice.local}
        try:
            found = resolve(role, choice)
            key = self._endpoints.key(found) if with_key else None
        except UserError as error:
            return {**shown, "goes_to": None, "price": None, "key": None, "problem": error.to_wire()}
        held = self._endpoints.held(found)
        problem = None if held is None else {"code": held.code, "message": held.message, "next_step": held.next_step}
        return {
            **shown,
            "name": found.name,
            "free": found.free,
            "local": found.local,
            "goes_to": prices.goes_to(found.target, local=found.local),
            "price": prices.shown(found.target, free=found.free),
            "key": None if key is None else key.found,
            "problem": problem or _lacking_budget(role, found, chosen),
        }


def _offer(offer: Offer) -> dict[str, Any]:
    own = discover()[offer.target.provider].own
    return {
        "name": offer.name if offer.target.model else f"{offer.name}#MODEL",
        "target": offer.target.label,
        "found": offer.found,
        "price": prices.shown(offer.target, free=own) if offer.target.model else "price depends on the model",
        "goes_to": prices.goes_to(offer.target, local=own),
    }


def _lacking_budget(role: Role, found: Chosen, chosen: Choices) -> dict[str, str] | None:
    side = next(side for side, of in ROLE_OF.items() if of == role)
    own = any(limits.named for (_, of), limits in chosen.repository_limits.items() if of == side)
    if found.free or own or chosen.limits.get(side, Limits()).named:
        return None
    return {
        "code": "no_budget",
        "message": f"{found.name} may cost money, so it is not used before a budget for {side} is named.",
        "next_step": f"reverie budget set --tokens-per-day N --for {side}",
    }


def _account(limits: Limits, spent: Amount) -> dict[str, Any]:
    usd = None if limits.microusd is None else limits.microusd / MICRO
    over = limits.tokens is not None and spent.tokens >= limits.tokens
    over = over or (limits.microusd is not None and (spent.microusd or 0) >= limits.microusd)
    return {
        "tokens": {"spent": spent.tokens, "limit": limits.tokens},
        "usd": {"spent": (spent.microusd or 0) / MICRO, "limit": usd},
        "stopped": over,
    }


def _in_words(model: Mapping[str, Any] | None) -> str | None:
    if model is None:
        return None
    return f"{model['name']} ({model['goes_to']})" if model["goes_to"] else str(model["name"])
