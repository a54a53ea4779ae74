"""The words and columns of `model`, `budget` and `ledger` for people. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

MICRO = 1_000_000


def models(report: Mapping[str, Any]) -> str:
    """What is chosen, then what was found."""
    lines = [line for role in ("sleeping", "answering") for line in _chosen(role, report["chosen"][role])]
    lines += ["", "found on this machine:" if report["found"] else "Nothing else was found on this machine."]
    for offer in report["found"]:
        lines.append(f"  {offer['name']:<32} {offer['price']}; {offer['goes_to']} ({offer['found']})")
    lines += [f"local-only: {root}" for root in report["local_only"]]
    lines += ["", "Choose one: reverie model use NAME, FILE.gguf or URL#MODEL [--for sleeping|answering]"]
    return "\n".join(lines)


def chosen(models: Mapping[str, Any]) -> str:
    return "\n".join(line for role in ("sleeping", "answering") for line in _chosen(role, models[role]))


def _chosen(role: str, model: Mapping[str, Any] | None) -> Iterator[str]:
    if model is None:
        yield f"{role:<10} none: no model is used"
        return
    facts = [model["price"], model["goes_to"], f"key: {model['key']}" if model["key"] else ""]
    yield f"{role:<10} {model['name']} ({'; '.join(fact for fact in facts if fact)})"
    if model["problem"]:
        yield f"{'':<10} {model['problem']['message']} Next: {model['problem']['next_step']}"


def budget(sides: Mapping[str, Any]) -> str:
    """A line a side: what is spent today, and of how much."""
    return "\n".join(budget_line(side, account) for side, account in sides.items())


def budget_line(side: str, account: Mapping[str, Any]) -> str:
    tokens, usd = account["tokens"], account["usd"]
    of = "no limit" if tokens["limit"] is None else f"of {tokens['limit']:,}"
    money = f"${usd['spent']:.4f} " + ("no limit" if usd["limit"] is None else f"of ${usd['limit']:.2f}")
    stopped = "; used up until midnight" if account["stopped"] else ""
    return f"{side:<10} today {tokens['spent']:,} tokens {of}, {money}{stopped}"


def ledger(ledger: Mapping[str, Any]) -> str:
    """A row a day, a model and an analysis, and the total; losses keep their sign."""
    rows = [_head("day"), *(_row(day["date"], day) for day in ledger["days"]), _row("total", ledger["total"])]
    for title, label in (("models", "model"), ("analyses", "analysis")):
        if ledger[title]:
            rows += ["", _head(label), *(_row(row[label], row) for row in ledger[title])]
    rows += ["", *_notes(ledger["total"])]
    if ledger["recent"]:
        rows += ["", "latest calls of models (reverie ledger show ID):", *map(_recent, ledger["recent"])]
    return "\n".join(rows)


def _recent(entry: Mapping[str, Any]) -> str:
    when = datetime.fromtimestamp(entry["at"]).strftime("%Y-%m-%d %H:%M")
    return (
        f"{entry['id']:>7}  {when}  {entry['kind']:<7}{entry['model'][:24]:<25}{entry['tokens']:>9,}  {entry['what']}"
    )


def _head(label: str) -> str:
    named = f"{label:<18}{'asked':>7}{'awake':>11}{'asleep':>11}{'cached':>8}{'cost':>11}"
    return f"{named}{'saved':>11}{'not read':>11}{'net':>11}"


def _row(label: str, row: Mapping[str, Any]) -> str:
    costs = [row["awake"]["usd"], row["asleep"]["usd"]]
    cost = "unknown" if None in costs else f"${sum(costs):.4f}"
    return (
        f"{label[:17]:<18}{row['questions']:>7,}{row['awake']['tokens']:>11,}{row['asleep']['tokens']:>11,}"
        f"{row['cached_share']:>8.0%}{cost:>11}{row['saved']:>11,}{row['not_read']:>11,}{row['net']:>11,}"
    )


def _notes(total: Mapping[str, Any]) -> Iterator[str]:
    yield "saved: by a model's answers. not read: tokens an agent would have read for answers that needed no model."
    if total["wrong"]:
        yield f"{_answers(total['wrong'])} marked as wrong; what such an answer saved does not count."
    if total["wasted"]:
        yield f"{total['wasted']:,} tokens went into replies that were not good enough to be shown."
    if not total["asleep"]["tokens"]:
        return
    after = total["pays_after"]
    pays = "never" if after is None else f"after {after:,} questions"
    each = total["per_question"]["tokens"]
    yield f"Like this, the learning pays for itself {pays}; a question costs {each:,} tokens."


def _answers(count: int) -> str:
    return "1 answer was" if count == 1 else f"{count:,} answers were"


def entry(entry: Mapping[str, Any]) -> str:
    """Everything that is kept of one entry: each call, what was sent, what came back."""
    when = datetime.fromtimestamp(entry["at"]).astimezone().isoformat(sep=" ", timespec="seconds")
    what = entry["question"] or entry["analysis"] or entry["kind"]
    lines = [f"entry {entry['id']}, {when}, {entry['kind']}: {what}"]
    if not entry["calls"]:
        lines.append("No model was called.")
    return "\n".join(lines + [line for call in entry["calls"] for line in _call(call)])


def _call(call: Mapping[str, Any]) -> Iterator[str]:
    cost = "price unknown" if call["cost_microusd"] is None else f"${call['cost_microusd'] / MICRO:.6f}"
    used = f"{call['prompt']:,} tokens in ({call['cached']:,} cached), {call['completion'] + call['reasoning']:,} out"
    yield f"\n{call['model']}, {call['state']}: {used}, {cost}" + (f" — {call['reason']}" if call["reason"] else "")
    yield from _text("sent", [f"[{one['role']}]\n{one['text']}" for one in call["sent"] or ()])
    yield from _text("received", [] if call["received"] is None else [call["received"]])


def _text(title: str, texts: Sequence[str]) -> Iterator[str]:
    yield f"--- {title}" + ("" if texts else ": nothing is kept (texts are kept for 30 days)")
    yield from texts
