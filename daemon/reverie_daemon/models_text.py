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
    lines += ["", *unseen(report["only_here"])] if report["only_here"] else []
    lines += ["", "Choose one: reverie model use NAME, FILE.gguf or URL#MODEL [--for sleeping|answering]"]
    return "\n".join(lines)


def unseen(variables: Sequence[str]) -> list[str]:
    """Keys that this shell has and the daemon, started elsewhere, has not."""
    said = "is set in this shell, but the daemon was started without it. Next: reverie restart"
    return [f"{name} {said}" for name in variables]


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
    rows += ["", *_notes(ledger["total"]), *_guesses(ledger["predictions"]), *_idle(ledger["idle"])]
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
    yield "saved: by what models wrote, less losses. not read: tokens an agent would have read for composed answers."
    if total["wrong"]:
        yield f"{_answers(total['wrong'])} marked as wrong; what such an answer saved does not count."
    if total["wasted"]:
        yield f"{total['wasted']:,} tokens went into replies that were not good enough to be shown."
    each = total["per_question"]
    if total["questions"]:
        usd = "an unknown price" if each["usd"] is None else f"${each['usd']:.6f}"
        yield f"A question costs {each['tokens']:,} tokens and {usd} on average."
    yield _payback(total["payback"])


def _payback(payback: Mapping[str, Any]) -> str:
    """Whether learning has paid for itself, in a sentence that promises nothing."""
    state, after = payback["state"], payback["after"]
    if state == "nothing spent":
        return "Learning has cost no tokens, so there is nothing to pay back."
    if state == "not asked":
        return "Learning has not paid for itself yet: nothing was asked."
    if state == "never":
        return f"At this rate learning never pays for itself: {payback['asked']:,} questions saved nothing as a whole."
    rate = f"{after:,} questions at what one saved so far on average; {payback['asked']:,} were asked"
    return (
        f"Learning has paid for itself: it takes {rate}."
        if state == "paid"
        else (f"Learning has not paid for itself yet: it takes {rate}, so {payback['to_go']:,} more.")
    )


def _guesses(score: Mapping[str, Any]) -> Iterator[str]:
    """What wrong predictions cost, and whether sleeping longer helps."""
    wrong, useless = score["wrong"], score["useless"]
    if wrong["answers"]:
        yield (
            f"Wrong guesses: {wrong['answers']:,} answers that nobody asked for so far took {wrong['tokens']:,} tokens"
            f" ({_dollars(wrong['usd'])}) to prepare."
        )
    if useless["answers"]:
        yield f"{useless['answers']:,} more were prepared in vain, not being good enough: {useless['tokens']:,} tokens."
    if wrong["extra_tokens"]:
        yield f"Questions that were not expected took {wrong['extra_tokens']:,} tokens more than if they had been."
    if score["asked"]:
        yield "Expected, by how long was learned before: " + ", ".join(
            f"{_slept(one)} {one['hits']} of {one['asked']}" for one in score["by_sleep"] if one["asked"]
        )


def _slept(bucket: Mapping[str, Any]) -> str:
    longest, shortest = bucket["slept_s_max"], bucket["slept_s_min"]
    if longest is None:
        return f"over {shortest / 60:.0f} min"
    if not longest:
        return "not at all"
    return f"up to {longest:.0f} s" if longest < 60 else f"up to {longest / 60:.0f} min"


def _idle(idle: Mapping[str, Any]) -> Iterator[str]:
    if idle["seconds"]:
        used, of = idle["used_seconds"] / 60, idle["seconds"] / 60
        yield f"Of {of:,.1f} min in which the machine was free to learn, {used:,.1f} were used ({idle['share']:.0%})."


def _dollars(usd: float | None) -> str:
    return "price unknown" if usd is None else f"${usd:.4f}"


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
