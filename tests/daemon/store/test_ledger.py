"""The user's account: what counts, what is a loss, and what is kept apart."""

from __future__ import annotations

import pytest
from reverie_daemon.core.nouns import Tokens
from reverie_daemon.errors import UserError
from reverie_daemon.store.ledger import Ledger

REPO, OTHER = b"/home/ada/tea", b"/home/ada/caf\xe9"


@pytest.fixture
def ledger(tmp_path):
    with Ledger.open(tmp_path / "state" / "ledger.db") as opened:
        yield opened


def ask(ledger, question="where?", *, date="2025-11-19", repository=REPO, at=100.0, route="composed", **given):
    tokens = given.pop("tokens", Tokens(baseline=1_000))
    return ledger.record(
        at=at,
        date=date,
        repository=repository,
        kind="awake",
        question=question,
        route=route,
        tokens=tokens,
        **given,
    )


def test_repositories_are_watched_until_removed(ledger):
    """The daemon takes them up again at its next start."""
    ledger.add_repository(REPO, now=1.0)
    ledger.add_repository(OTHER, now=2.0)
    ledger.add_repository(REPO, now=3.0)
    assert ledger.repositories() == [REPO, OTHER]
    ledger.remove_repository(REPO)
    assert ledger.repositories() == [OTHER]


def test_a_day_tells_savings_losses_and_what_needed_no_model_apart(ledger):
    """A saving that hides losses, or counts what no model would have cost, is a claim nobody believes."""
    ask(ledger, tokens=Tokens(baseline=1_000))
    written = {"route": "learned", "model": "tiny"}
    ask(ledger, tokens=Tokens(prompt=300, cached=100, completion=50, baseline=2_000), cost_microusd=1_500, **written)
    ask(ledger, tokens=Tokens(prompt=900, completion=100, baseline=400), cost_microusd=500, **written)
    ledger.record(
        at=9.0, date="2025-11-19", repository=REPO, kind="asleep", tokens=Tokens(prompt=2_000, completion=500),
        reasoning=500, cost_microusd=7,
    )  # fmt: skip
    report = ledger.report(REPO)
    (day,) = report["days"]
    assert day == {
        "date": "2025-11-19",
        "questions": 3,
        "asleep": {"tokens": 3_000, "usd": 0.000007},
        "awake": {"tokens": 1_350, "usd": 0.002},
        "cached_share": round(100 / 3_200, 3),
        "saved": 1_650 - 600,
        "lost": 600,
        "wasted": 0,
        "not_read": 1_000,
        "wrong": 0,
        "net": 1_050 - round(7 * 1_350 / 2_000),
    }
    assert report["entries"] == 4
    assert report["total"].items() >= {name: figure for name, figure in day.items() if name != "date"}.items()
    assert report["total"]["per_question"] == {"tokens": 450, "usd": 0.002 / 3}
    assert report["total"]["pays_after"] == 1
    assert report["total"]["payback"] == {"state": "paid", "after": 1, "asked": 3, "to_go": 0}


def test_a_reply_that_was_not_used_is_a_loss_and_never_a_saving(ledger):
    """The composed answer would have been given without it: what it saved was not by the model."""
    ask(ledger, tokens=Tokens(prompt=300, completion=50, baseline=2_000), model="tiny")
    (row,) = ledger.report(REPO)["models"]
    assert (row["saved"], row["lost"], row["wasted"], row["not_read"]) == (-350, 350, 350, 2_000)
    assert ledger.report(REPO)["total"]["net"] == -350


def test_an_answer_that_a_model_wrote_beforehand_is_its_saving(ledger):
    """That is what was paid for while nobody asked; only so can learning pay for itself."""
    learning = {"at": 9.0, "date": "2025-11-19", "repository": REPO, "kind": "asleep", "cost_microusd": None}
    ledger.record(tokens=Tokens(prompt=50_000, completion=10_000), model="tiny", **learning)
    ask(ledger, tokens=Tokens(baseline=2_000), route="remembered", model="tiny")
    ask(ledger, tokens=Tokens(baseline=1_000), route="remembered")
    report = ledger.report(REPO)
    assert (report["total"]["saved"], report["total"]["not_read"], report["total"]["net"]) == (2_000, 1_000, -4_000)
    assert report["total"]["payback"] == {"state": "not yet", "after": 6, "asked": 2, "to_go": 4}
    assert [one["kind"] for one in report["recent"]] == ["asleep"], "nothing was called for a remembered answer"


def test_the_most_useful_of_what_was_prepared(ledger):
    """What learning was good for can be seen answer by answer; an answer in other words is the same answer."""
    had = {"route": "remembered", "analysis": "foreseen"}
    ask(ledger, "who calls f?", key="f", **had)
    ask(ledger, "callers of f?", key="f", **had)
    ask(ledger, "why g?", tokens=Tokens(baseline=1_500), model="tiny", **{**had, "analysis": "asking"})
    ask(ledger, "nothing gained", tokens=Tokens(completion=50), **had)
    ask(ledger, "not prepared", tokens=Tokens(baseline=9_000))
    ask(ledger, "elsewhere", repository=OTHER, **had)
    ask(ledger, "did not count", counted=False, **had)
    assert ledger.report(REPO)["useful"] == [
        {"question": "callers of f?", "analysis": "foreseen", "model": "", "times": 2, "saved": 2_000},
        {"question": "why g?", "analysis": "asking", "model": "tiny", "times": 1, "saved": 1_500},
    ]
    assert len(ledger.report(None)["useful"]) == 3


def test_idle_time_is_summed_by_day(ledger):
    """Whether the machine's idle time was used is a question about weeks, not about this daemon's life."""
    assert ledger.report()["idle"] == {"seconds": 0, "used_seconds": 0, "share": 0.0, "days": []}
    ledger.add_idle("2025-11-18", 100.0, 25.0)
    ledger.add_idle("2025-11-19", 60.0, 30.0)
    ledger.add_idle("2025-11-19", 40.0, 45.0)
    idle = ledger.report(REPO)["idle"]
    assert (idle["seconds"], idle["used_seconds"], idle["share"]) == (200.0, 100.0, 0.5)
    assert [(day["date"], day["share"]) for day in idle["days"]] == [("2025-11-18", 0.25), ("2025-11-19", 0.75)]


def test_each_model_and_analysis_has_its_row(ledger):
    """One model may pay for itself and another not."""
    written = {"route": "learned", "model": "tiny"}
    ask(ledger, tokens=Tokens(prompt=300, completion=50, baseline=2_000), cost_microusd=None, **written)
    ask(ledger)
    (row,) = ledger.report(REPO)["models"]
    assert (row["model"], row["awake"], row["saved"]) == ("tiny", {"tokens": 350, "usd": None}, 1_650)
    assert row["wasted"] == 0
    assert ledger.report(REPO)["analyses"] == []


def test_what_does_not_count_is_recorded_but_in_no_total(ledger):
    """A question repeated at the same clock would otherwise save its tokens again and again."""
    ask(ledger, counted=False)
    report = ledger.report()
    assert report["entries"] == 1
    assert report["total"]["not_read"] == report["total"]["questions"] == 0
    assert ledger.saved("2025-11-19") == {"tokens": 0, "today": 0}


def test_an_unknown_price_makes_the_sum_unknown(ledger):
    """Zero would be a lie."""
    ask(ledger, cost_microusd=None)
    assert ledger.report()["total"]["awake"]["usd"] is None
    assert ledger.report()["total"]["asleep"]["usd"] == 0.0


def test_an_empty_ledger_is_all_zeros(ledger):
    """The first thing a new user looks at."""
    report = ledger.report(REPO)
    assert report["days"] == [] and report["entries"] == 0
    assert report["total"]["saved"] == 0 and report["total"]["awake"] == {"tokens": 0, "usd": 0.0}


def test_each_repository_has_its_own_account(ledger):
    """And all of them together are the user's."""
    ask(ledger, date="2025-11-18")
    ask(ledger, repository=OTHER)
    assert [day["date"] for day in ledger.report(REPO)["days"]] == ["2025-11-18"]
    assert [day["date"] for day in ledger.report()["days"]] == ["2025-11-18", "2025-11-19"]
    assert ledger.saved("2025-11-19") == {"tokens": 2_000, "today": 1_000}


def test_a_conversation_knows_the_files_it_has_counted(ledger):
    """An agent would have read each once."""
    odd = b"caf\xe9.py".decode("utf-8", "surrogateescape")
    ask(ledger, conversation="c1", files=["a.py", odd])
    ask(ledger, conversation="c1", files=["a.py", "b.py"])
    ask(ledger, conversation="c2", files=["z.py"])
    assert ledger.conversation_files("c1") == {"a.py", "b.py", odd}
    assert ledger.conversation_files("c9") == frozenset()


def test_questions_come_newest_first(ledger):
    """The history in the TUI."""
    ask(ledger, "first?", at=1.0)
    number = ask(ledger, "second?", at=2.0, conversation="c1")
    ask(ledger, "elsewhere?", repository=OTHER)
    newest, oldest = ledger.questions(REPO, 9)
    assert (newest["question"], newest["ledger_id"], newest["conversation"]) == ("second?", number, "c1")
    assert oldest["question"] == "first?" and newest["saved"] == 1_000 and "T" in newest["asked_at"]
    assert len(ledger.questions(REPO, 1)) == 1


def test_forgetting_deletes_the_questions_and_keeps_the_account(ledger, tmp_path):
    """The text is the user's to delete; what it cost was still spent."""
    ask(ledger, "what is in plan swordfish?", files=["docs/plan.md"])
    ask(ledger, "what says docs/plan.md?")
    ask(ledger, "where is tea?", files=["docs2/tea.py"])
    assert ledger.forget(REPO, b"docs") == 2
    assert [one["question"] for one in ledger.questions(REPO, 9)] == ["where is tea?"]
    assert ledger.report(REPO)["total"]["not_read"] == 3_000
    assert ledger.forget(OTHER) == 0
    assert ledger.forget(REPO) == 1
    for file in (tmp_path / "state").iterdir():
        assert b"swordfish" not in file.read_bytes()


def test_a_damaged_ledger_is_moved_aside(tmp_path):
    """The daemon must start; the file may still be wanted."""
    (tmp_path / "ledger.db").write_bytes(b"x" * 5_000)
    with Ledger.open(tmp_path / "ledger.db") as ledger:
        assert ledger.repaired == tmp_path / "ledger.db.broken-1"
        assert ledger.repositories() == []


def test_a_ledger_of_a_newer_version_is_refused(tmp_path):
    """Money is counted in it."""
    with Ledger.open(tmp_path / "ledger.db") as ledger:
        ledger._connection.execute("PRAGMA user_version = 9")
    with pytest.raises(UserError) as caught:
        Ledger.open(tmp_path / "ledger.db")
    assert caught.value.code == "store_newer"
