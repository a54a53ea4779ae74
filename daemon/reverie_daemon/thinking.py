"""The model that learning uses, as learning sees it: asked within its budget, or declined with the reason.

Calls, budgets and retries are `models.py`'s; what to ask is the analyses'.
"""

from __future__ import annotations

from collections.abc import Callable

from .core.idle import Depth
from .core.notes import Ask, Completed, Declined
from .errors import UserError
from .models import Models
from .replies import Refused

_BUDGET = frozenset(("no_budget", "price_unknown", "spent"))


class ModelThinker:
    """The chosen model for sleeping. May be used from any thread."""

    def __init__(self, models: Models) -> None:
        self._models = models

    def depth(self, root: str) -> Depth | None:
        """What has to be free for it; None where none is chosen, or the chosen one cannot be used, or must not read the
        repository at `root`."""
        try:
            chosen = self._models.may_read(root, "sleeping")
        except UserError:
            return None
        if chosen is None:
            return None
        return "deep" if chosen.local else "remote"

    def complete(self, root: str, ask: Ask, analysis: str, cancelled: Callable[[], bool]) -> Completed | Declined:
        """Its reply. What stands in the way of every call (a limit, a refused key, an endpoint that rests) makes the
        job wait; what came of this one call alone speaks against the job."""
        reply = self._models.complete(
            root, "learning", ask.prompt, tokens_max=ask.tokens_max, analysis=analysis, cancelled=cancelled
        )
        if not isinstance(reply, Refused):
            return Completed(reply.text, reply.model, reply.spent.usage.total, reply.spent.microusd)
        barred = self._models.standing(root, "learning")
        if barred is not None:
            return _declined(barred, waits=True)
        return _declined(reply, waits=reply.until_renewal or reply.code in _BUDGET)


def _declined(refused: Refused, *, waits: bool) -> Declined:
    over_budget = refused.until_renewal or refused.code in _BUDGET
    return Declined(refused.message, refused.next_step, waits=waits, over_budget=over_budget)
