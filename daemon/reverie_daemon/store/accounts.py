"""The ledger's figures: what was spent asleep and awake, what was saved, by day, model and analysis.

Sums only; what a figure means is defined in `core/savings.py`. Money is None where any price in the sum is unknown.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any

from ..core.savings import net, payback

MICRO = 1_000_000
RECENT_MAX = 10
USEFUL_MAX = 10

_WRITTEN = "route IN ('learned', 'raw', 'remembered') AND model != ''"
"""What a model wrote, when it was asked for or beforehand. A composed answer given since a model's reply was not good
enough has a model too: it saved nothing by it, and lost what that took."""
_ANSWERED = "kind = 'awake' AND counted"

_SUMS = (
    "count(CASE WHEN kind = 'awake' AND counted THEN 1 END),"
    " sum(CASE WHEN kind = 'asleep' THEN prompt + completion + reasoning ELSE 0 END),"
    " sum(CASE WHEN kind = 'awake' THEN prompt + completion + reasoning ELSE 0 END),"
    " sum(CASE WHEN kind = 'asleep' THEN cost_microusd ELSE 0 END),"
    " sum(CASE WHEN kind = 'awake' THEN cost_microusd ELSE 0 END),"
    " count(CASE WHEN kind = 'asleep' AND cost_microusd IS NULL THEN 1 END),"
    " count(CASE WHEN kind = 'awake' AND cost_microusd IS NULL THEN 1 END),"
    f" sum(CASE WHEN NOT ({_ANSWERED}) THEN 0 WHEN {_WRITTEN} THEN saved ELSE saved - baseline END),"
    f" sum(CASE WHEN NOT ({_ANSWERED}) OR {_WRITTEN} THEN 0 ELSE baseline END),"
    f" sum(CASE WHEN NOT ({_ANSWERED}) THEN 0 WHEN {_WRITTEN} THEN max(-saved, 0) ELSE baseline - saved END),"
    f" sum(CASE WHEN kind = 'awake' AND NOT ({_WRITTEN}) THEN prompt + completion + reasoning ELSE 0 END),"
    " count(CASE WHEN wrong THEN 1 END), sum(prompt), sum(cached)"
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
        "useful": _useful(reader, condition, values),
        "idle": _idle(reader),
    }


def _recent(reader: sqlite3.Connection, condition: str, values: tuple[bytes, ...]) -> list[dict[str, Any]]:
    """The latest entries that a model was called for, newest first."""
    rows = reader.execute(
        "SELECT id, at, kind, model, prompt + completion + reasoning, cost_microusd,"
        f" CASE WHEN question != '' THEN question ELSE analysis END FROM entry WHERE {condition} AND model != ''"
        " AND prompt + completion + reasoning > 0"
        f" ORDER BY id DESC LIMIT {RECENT_MAX}",
        values,
    )
    names = ("id", "at", "kind", "model", "tokens", "usd", "what")
    return [dict(zip(names, (*row[:5], _usd(row[5]), row[6]), strict=True)) for row in rows]


def _useful(reader: sqlite3.Connection, condition: str, values: tuple[bytes, ...]) -> list[dict[str, Any]]:
    """The answers that learning had ready and that saved most, all the times they were given together."""
    rows = reader.execute(
        "SELECT question, analysis, model, count(*), sum(saved) AS gain, max(id) AS latest FROM entry"
        f" WHERE {condition} AND {_ANSWERED} AND analysis != '' AND question != ''"
        " GROUP BY repository, CASE key WHEN '' THEN question ELSE key END"
        f" HAVING gain > 0 ORDER BY gain DESC, latest DESC LIMIT {USEFUL_MAX}",
        values,
    )
    return [dict(zip(("question", "analysis", "model", "times", "saved"), row[:5], strict=True)) for row in rows]


def _idle(reader: sqlite3.Connection) -> dict[str, Any]:
    """Of the time in which the machine allowed learning, what was used, by day."""
    rows = reader.execute("SELECT date, idle_s, used_s FROM idle_day ORDER BY date").fetchall()
    whole = _share_used(sum(row[1] for row in rows), sum(row[2] for row in rows))
    return {**whole, "days": [{"date": date, **_share_used(idle_s, used_s)} for date, idle_s, used_s in rows]}


def _share_used(idle_s: float, used_s: float) -> dict[str, float]:
    share = min(1.0, used_s / idle_s) if idle_s else 0.0
    return {"seconds": round(idle_s, 1), "used_seconds": round(used_s, 1), "share": round(share, 3)}


def _figures(sums: Sequence[int]) -> dict[str, Any]:
    (
        questions, asleep, awake, asleep_cost, awake_cost, asleep_unknown, awake_unknown, saved, not_read, lost, wasted,
        wrong, prompt, cached,
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
        "wrong": wrong,
        "net": net(saved, asleep, asleep_microusd, awake, awake_microusd),
    }


def _payback(total: dict[str, Any]) -> dict[str, Any]:
    questions, spent = total["questions"], total["awake"]
    paid = payback(total["saved"], total["saved"] - total["net"], questions)
    return {
        "per_question": {
            "tokens": round(spent["tokens"] / questions) if questions else 0,
            "usd": spent["usd"] / questions if questions and spent["usd"] is not None else None,
        },
        "pays_after": paid.after,
        "payback": {"state": paid.state, "after": paid.after, "asked": paid.asked, "to_go": paid.to_go},
    }


def _usd(microusd: int | None) -> float | None:
    return None if microusd is None else microusd / MICRO
