"""The ledger after learning with a model and asking: what was spent on what, and whether it was worth it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from support.misbehaving import says, serving
from support.shell import Shell

REPLY = "`Boiler` heats water until its sensor says that it boils [1].\n"


def learned(shell: Shell, kettle: Path) -> dict[str, Any]:
    """The ledger after all was learned with a model and nothing asked."""
    with serving(says(REPLY)) as server:
        shell.ok("model", "use", f"{server.address}#tiny", "--free", "--local", "--for", "sleeping", cwd=kettle)
        shell.ok("learn", cwd=kettle)
        shell.ok("model", "use", "none", cwd=kettle)
    ledger: dict[str, Any] = shell.json("ledger", cwd=kettle)
    return ledger


def test_the_ledger_tells_whether_learning_has_paid_for_itself(shell: Shell, kettle: Path) -> None:
    """Spent asleep, by model and analysis; wrong guesses; the break-even, without a promise."""
    before = learned(shell, kettle)
    asleep = before["total"]["asleep"]["tokens"]
    assert asleep > 0 and before["total"]["payback"] == {
        "state": "not asked", "after": None, "asked": 0, "to_go": None
    }  # fmt: skip
    assert sum(row["asleep"]["tokens"] for row in before["analyses"]) == asleep
    assert {"purpose", "written"} <= {row["analysis"] for row in before["analyses"]}
    assert [row["model"] for row in before["models"]] == ["tiny"]
    wrong, useless = before["predictions"]["wrong"], before["predictions"]["useless"]
    assert wrong["answers"] > 0 and wrong["tokens"] > 0 and wrong["usd"] == 0.0 and useless["answers"] > 0
    written = next(row for row in before["analyses"] if row["analysis"] == "written")["asleep"]["tokens"]
    assert wrong["tokens"] + useless["tokens"] == written
    prepared = [
        one for one in shell.json("predictions", "-n", "300", cwd=kettle) if one["subject"] == "kettle/boiler.py"
    ]
    for question in {one["question"] for one in prepared} | {"what does Boiler do?"}:
        shell.ok("ask", question, cwd=kettle)
    after = shell.json("ledger", cwd=kettle)
    assert after["predictions"]["hits"] > 0
    assert after["predictions"]["wrong"]["answers"] < wrong["answers"], "what was asked for is no wrong guess any more"
    assert after["total"]["saved"] > 0 and [row["saved"] for row in after["models"]] == [after["total"]["saved"]]
    saved = {row["analysis"]: row["saved"] for row in after["analyses"]}
    assert saved["written"] > 0 and saved["purpose"] == 0, "what had the answers ready is what saved"
    payback = after["total"]["payback"]
    assert payback["state"] in ("paid", "not yet") and payback["asked"] == after["total"]["questions"]
    buckets = after["predictions"]["by_sleep"]
    assert sum(one["asked"] for one in buckets) == after["predictions"]["asked"]
    assert sum(one["hits"] for one in buckets[1:]) >= 1, "what `learn` learned counts as slept, too"
    text = shell.ok("ledger", cwd=kettle)
    assert re.search(r"Learning has (not )?paid for itself( yet)?: it takes [\d,]+ questions", text)
    assert "Wrong guesses:" in text and "Expected, by how long was learned before:" in text
    assert "A question costs 0 tokens" in text
