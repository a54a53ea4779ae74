"""Marking an answer as wrong: it is counted, no longer remembered, and its model's reply is not used again.

How an answer is given that comes out the same once more is decided in `answering.py`.
"""

from __future__ import annotations

import os
import time
from typing import Any

from .errors import WrongUsage
from .repository import LiveRepository
from .store.ledger import Ledger


def mark_wrong(ledger: Ledger, repository: LiveRepository, number: int | None) -> dict[str, Any]:
    """Marks the answer of that ledger entry, or the repository's last one. Marking again changes nothing. Raises
    WrongUsage where there is no such answer."""
    root = os.fsencode(repository.root)
    entry = ledger.answer(root, number)
    if entry is None and number is None:
        raise WrongUsage("No answer was given here yet.", next_step='reverie ask "where is …?"')
    if entry is None:
        raise WrongUsage(f"Entry {number} is no answer of this repository.", next_step="reverie ledger")
    if not entry.key:
        raise WrongUsage(
            f"What entry {entry.number} said is not kept.", next_step="ask it again, then reverie wrong"
        )  # fmt: skip
    dropped = repository.store.marks.mark(entry.key, entry.said, now=time.time())
    return {
        "ledger_id": entry.number,
        "question": entry.question,
        "already": not ledger.mark_wrong(entry.number),
        "dropped": dropped,
        "marked": ledger.count_wrong(root),
    }
