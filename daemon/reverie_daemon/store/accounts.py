"""The ledger's figures: what was spent asleep and awake, what was saved, by day, model and analysis.

Sums only; what a figure means is defined in `core/savings.py`. Money is None where any price in the sum is unknown.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any

from ..core.savings import net, pays_after

MICRO = 1_000_000
RECENT_MAX = 10

_SUMS = (
    "count(CASE WHEN kind = 'awake' AND counted THEN 1 END),"
    " sum(CASE WHEN kind = 'asleep' THEN prompt + completion + reasoning ELSE 0 END),"
    " sum(CASE WHEN kind = 'awake' THEN prompt + completion + reasoning ELSE 0 END),"
    " sum(CASE WHEN kind = 'asleep' THEN cost_microusd ELSE 0 END),"
    " sum(CASE WHEN kind = 'awake' THEN cost_microusd ELSE 0 END),"
    " count(CASE WHEN kind = 'asleep' AND cost_microusd IS NULL THEN 1 END),"
    " count(CASE WHEN kind = 'awake' AND cost_microusd IS NULL THEN 1 END),"
    " sum(CASE WHEN counted AND prompt + completion > 0 THEN saved ELSE 0 END),"
    " sum(CASE WHEN counted AND prompt + completion = 0 THEN saved ELSE 0 END),"
    " sum(CASE WHEN counted AND saved < 0 THEN -saved ELSE 0 END),"
    " sum(CASE WHEN kind = 'awake' AND model != '' AND route NOT IN ('learned', 'raw')"
    " THEN prompt + completion + reasoning ELSE 0 END),"
    " sum(prompt), sum(cached)"
)


def report(reader: sqlite3.Connection, root: bytes | None) -> dict[str, Any]:
    """See `Ledger.report`."""
    condition = "1" if root is None else "repository = (SELECT id FROM repository WHERE root = ?)"
    values = () if root is None else (root,)
    entries, *sums = reader.execute(f"SELECT count(*), {_SUMS} FROM entry WHERE {condition}", values).fetchone()

    def grouped(column: str, name: str) -> list[dict[str, Any]]:
        rows = reader.execute(
            f"SELECT {column}, {_SUMS} FROM entry WHERE {condition} AND {column} != '' GROUP BY {column}"
            f" ORDER BY {column}",
            values,
        )
        return [{name: label, **_figures(figures)} for label, *figures in rows]

    total = _figures([figure or 0 for figure in sums])
    return {
        "days": grouped("date", "date"),
        "models": grouped("model", "model"),
        "analyses": grouped("analysis", "analysis"),
        "total": {**total, **_payback(total)},
        "entries": entries,
        "recent": _recent(reader, condition, values),
    }


def _recent(reader: sqlite3.Connection, condition: str, values: tuple[bytes, ...]) -> list[dict[str, Any]]:
    """The latest entries that a model was called for, newest first."""
    rows = reader.execute(
        "SELECT id, at, kind, model, prompt + completion + reasoning, cost_microusd,"
        f" CASE WHEN question != '' THEN question ELSE analysis END FROM entry WHERE {condition} AND model != ''"
        f" ORDER BY id DESC LIMIT {RECENT_MAX}",
        values,
    )
    names = ("id", "at", "kind", "model", "tokens", "usd", "what")
    return [dict(zip(names, (*row[:5], _usd(row[5]), row[6]), strict=True)) for row in rows]


def _figures(sums: Sequence[int]) -> dict[str, Any]:
    (
        questions, asleep, awake, asleep_cost, awake_cost, asleep_unknown, awake_unknown, saved, not_read, lost, wasted,
        prompt, cached,
    ) = sums  # fmt: skip
    asleep_microusd = None if asleep_unknown else asleep_cost
    awake_microusd = None if awake_unknown else awake_cost
    return {
        "questions": questions,
        "asleep": {"tokens": asleep, "usd": _usd(asleep_microusd)},
        "awake": {"tokens": awake, "usd": _usd(awake_microusd)},
        "cached_share": round(cached / prompt, 3) if prompt else 0.0,
        "saved": saved,
        "lost": lost,
        "wasted": wasted,
        "not_read": not_read,
        "net": net(saved, asleep, asleep_microusd, awake, awake_microusd),
    }


def _payback(total: dict[str, Any]) -> dict[str, Any]:
    questions, spent = total["questions"], total["awake"]
    return {
        "per_question": {
            "tokens": round(spent["tokens"] / questions) if questions else 0,
            "usd": spent["usd"] / questions if questions and spent["usd"] is not None else None,
        },
        "pays_after": pays_after(total["saved"], total["saved"] - total["net"], questions),
    }


def _usd(microusd: int | None) -> float | None:
    return None if microusd is None else microusd / MICRO
