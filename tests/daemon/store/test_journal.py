"""Calls are counted before they are made, and a reply that was paid for is never paid for again."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest
from reverie_daemon.core.budget import Amount, Denied, Limits, Usage
from reverie_daemon.core.nouns import Tokens
from reverie_daemon.store.journal import TEXT_KEPT_S, Bounds, Journal, Planned
from reverie_daemon.store.ledger import Ledger

REPO, OTHER = b"/home/ada/tea", b"/home/ada/caf\xe9"
DAY = "2025-11-19"


@pytest.fixture
def ledger(tmp_path):
    with Ledger.open(tmp_path / "ledger.db") as opened:
        yield opened


@pytest.fixture
def journal(ledger):
    return Journal(ledger)


def planned(tokens=100, *, key=b"k", side="learning", repository=REPO, today=DAY, microusd=0, at=1_000.0):
    return Planned(
        at, today, side, repository, key, "purpose", "tiny", [("user", "What is tea?")], Amount(tokens, microusd), True
    )


def bounds(tokens=None, microusd=None, repository=None):
    return Bounds(Limits(tokens, microusd), Limits(repository))


def reserve(journal, tokens=100, limits=None, **given):
    return journal.reserve(planned(tokens, **given), limits or bounds())


def test_a_thousand_calls_at_once_cannot_overrun_a_limit(journal):
    """Each alone would fit; together they must not."""
    granted, denied = [], []

    def call(number):
        outcome = reserve(journal, 10, bounds(1_000, 5_000), microusd=50, key=b"%d" % number)
        (denied if isinstance(outcome, Denied) else granted).append(outcome)

    threads = [threading.Thread(target=call, args=(number,)) for number in range(1_000)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(granted) == 100 and len(denied) == 900
    assert journal.spent(DAY, "learning") == Amount(1_000, 5_000)
    for call in granted[:50]:
        journal.received(call, Usage(prompt=4, completion=1), 10, "Leaves.")
    assert journal.spent(DAY, "learning") == Amount(500 + 250, 2_500 + 500)


def test_what_was_reserved_and_not_used_is_given_back(journal):
    """The worst case is nearly never met."""
    call = reserve(journal, 900, bounds(1_000))
    assert isinstance(reserve(journal, 900, bounds(1_000)), Denied)
    journal.received(call, Usage(prompt=80, cached=40, completion=15, reasoning=5), 7, "Leaves.")
    assert journal.spent(DAY, "learning") == Amount(100, 7)
    assert isinstance(reserve(journal, 900, bounds(1_000)), int)


def test_learning_never_touches_the_side_of_questions(journal):
    """However much was learned overnight, the morning's questions have their own."""
    reserve(journal, 1_000, bounds(1_000))
    assert isinstance(reserve(journal, 1_000, bounds(1_000), side="questions"), int)


def test_each_repository_has_a_limit_of_its_own_within_the_whole(journal):
    """One noisy repository must not eat what the others need."""
    assert isinstance(reserve(journal, 60, bounds(150, repository=100)), int)
    over = reserve(journal, 60, bounds(150, repository=100))
    assert isinstance(over, Denied) and "/home/ada/tea" in over.message
    assert isinstance(reserve(journal, 60, bounds(150, repository=100), repository=OTHER), int)
    assert isinstance(reserve(journal, 60, bounds(150), repository=OTHER), Denied)


def test_the_limit_renews_with_the_day_and_once_only(journal):
    """Work goes on by itself; a clock that is set back and forth gives nothing twice."""
    limit = bounds(100)
    assert isinstance(reserve(journal, 100, limit), int)
    denied = reserve(journal, 1, limit)
    assert isinstance(denied, Denied) and denied.until_renewal
    assert isinstance(reserve(journal, 1, limit, today="2025-11-18"), Denied)
    assert isinstance(reserve(journal, 100, limit, today="2025-11-20"), int)
    for today in (DAY, "2025-11-20", "2025-11-18", DAY, "2025-11-20"):
        assert isinstance(reserve(journal, 1, limit, today=today), Denied)


def test_a_crash_counts_what_was_reserved_as_spent(ledger, journal):
    """The server may have answered, and billed, while nobody listened."""
    reserve(journal, 100, microusd=9, key=b"lost")
    after = Journal(ledger)
    assert after.spent(DAY, "learning") == Amount(100, 9)
    assert after.times_lost(b"lost") == 1 and after.kept(b"lost") is None
    assert ledger.report()["total"]["asleep"] == {"tokens": 100, "usd": 0.000009}


def test_a_reply_that_arrived_survives_a_crash(ledger, journal):
    """It was paid for: it is replayed, not bought again."""
    journal.received(reserve(journal, 100), Usage(prompt=50, completion=5), 3, "Leaves in hot water.")
    kept = Journal(ledger).kept(b"k")
    assert kept is not None and (kept.text, kept.usage) == ("Leaves in hot water.", Usage(prompt=50, completion=5))
    assert ledger.report()["total"]["asleep"]["tokens"] == 55


def test_a_call_that_the_server_refused_costs_nothing(journal):
    """A busy server bills nobody."""
    journal.failed(reserve(journal, 100), "busy")
    assert journal.spent(DAY, "learning") == Amount(0, 0)
    assert journal.times_lost(b"k") == 0


def test_a_reply_of_no_use_is_charged_and_not_given_again(journal):
    """Otherwise a broken reply would break the same job for ever."""
    call = reserve(journal)
    journal.received(call, Usage(prompt=50), 3, "{")
    journal.unusable(call, "not of the form asked for")
    assert journal.kept(b"k") is None and journal.spent(DAY, "learning") == Amount(50, 3)


def test_a_questions_calls_belong_to_its_entry(ledger, journal):
    """One question, one line, whatever it took."""
    calls = [reserve(journal, side="questions", key=b"%d" % number) for number in range(2)]
    journal.lost(calls[0], "a timeout")
    journal.received(calls[1], Usage(prompt=50, completion=5), 3, "Leaves.")
    entry = ledger.record(
        at=1.0, date=DAY, repository=REPO, kind="awake", tokens=Tokens(prompt=150, completion=5, baseline=900),
        question="what is tea?", route="learned", model="tiny", calls=calls,
    )  # fmt: skip
    assert ledger.report()["entries"] == 1
    shown = journal.entry(entry)
    assert shown is not None and [call["state"] for call in shown["calls"]] == ["lost", "received"]
    assert Journal(ledger).entry(entry) == shown and ledger.report()["entries"] == 1


def test_a_reply_whose_answer_was_marked_as_wrong_is_not_given_again(ledger, journal):
    """Else asking the model anew would give the same words once more, from the journal."""
    call = reserve(journal, side="questions")
    journal.received(call, Usage(prompt=50, completion=5), 3, "Leaves.")
    given = {
        "at": 1.0,
        "date": DAY,
        "repository": REPO,
        "kind": "awake",
        "question": "what is tea?",
        "key": "|what|tea",
    }
    tokens = Tokens(prompt=50, completion=5, baseline=900)
    ledger.record(**given, tokens=tokens, route="learned", model="tiny", calls=[call], said="a")
    repeated = ledger.record(**given, tokens=Tokens(baseline=900), route="remembered", said="a")
    assert ledger.answer(REPO, None).number == repeated
    assert ledger.mark_wrong(repeated) and not ledger.mark_wrong(repeated)
    assert journal.kept(b"k") is None and journal.spent(DAY, "questions") == Amount(55, 3)
    assert ledger.count_wrong(REPO) == 1 and ledger.count_wrong(OTHER) == 0


def test_a_question_that_a_crash_cut_off_is_in_the_account(ledger, journal):
    """Money went; the ledger says so."""
    journal.received(reserve(journal, side="questions"), Usage(prompt=50, completion=5), 3, "Leaves.")
    Journal(ledger)
    assert ledger.report()["total"]["awake"] == {"tokens": 55, "usd": 0.000003}
    assert ledger.report()["total"]["questions"] == 0


def test_an_entry_shows_what_was_sent_and_received_for_a_while(ledger, journal):
    """To see what left the machine, one looks here."""
    journal.received(reserve(journal), Usage(prompt=50, completion=5), 3, "Leaves.")
    (entry,) = (row[0] for row in ledger._connection.execute("SELECT id FROM entry"))
    shown = journal.entry(entry)
    assert shown is not None and shown["calls"][0]["sent"] == [{"role": "user", "text": "What is tea?"}]
    assert shown["calls"][0]["received"] == "Leaves."
    assert journal.entry(999) is None
    assert journal.purge(1_000.0 + TEXT_KEPT_S) == 0
    assert journal.purge(1_001.0 + TEXT_KEPT_S) == 1
    later = journal.entry(entry)
    assert later is not None and later["calls"][0]["received"] is None and later["calls"][0]["prompt"] == 50


def test_forgetting_a_repository_deletes_what_was_sent(journal):
    """It is its user's text."""
    reserve(journal)
    reserve(journal, repository=OTHER)
    assert journal.forget(REPO) == 1


def test_forgetting_a_path_deletes_only_what_was_sent_or_received_of_it(journal):
    """Forgetting one file must not take the record of all else with it; nor leave that of a folder's files behind."""
    told = {
        b"a": ('<passage place="src/tea.py:1-4">\nLeaves.</passage>', "It brews."),
        b"b": ("What is this?", "See `src/tea.py`."),
        b"c": ('<passage place="src/teapot.py:1-4">', "A pot."),
        b"d": ('<passage place="caf\u00e9/menu.py:1-4">', "A menu."),
    }
    calls = {}
    for key, (sent, received) in told.items():
        calls[key] = journal.reserve(replace(planned(key=key), sent=[("user", sent)]), bounds())
        journal.received(calls[key], Usage(prompt=4, completion=1), 0, received)
    assert journal.forget(REPO, b"src/tea.py") == 2
    assert journal.kept(b"a") is None and journal.kept(b"b") is None and journal.kept(b"c") is not None
    assert journal.forget(REPO, "caf\u00e9".encode()) == 1
    assert journal.forget(REPO, b"src", "flows") == 0 and journal.forget(REPO, b"src", "purpose") == 1
    assert journal.spent(DAY, "learning").tokens == 20, "what it cost stays"


def test_a_ledger_of_the_first_version_is_taken_over(tmp_path):
    """Users have one."""
    from reverie_daemon.store import schema
    from reverie_daemon.store.connection import configure_writer, open_writer

    path = tmp_path / "ledger.db"
    writer = open_writer(path)
    configure_writer(writer)
    schema.migrate(writer, schema.LEDGER[:1])
    writer.execute("INSERT INTO repository(root, added_at, watched) VALUES (?, 1.0, 1)", (REPO,))
    writer.close()
    with Ledger.open(path) as ledger:
        assert ledger.repositories() == [REPO]
        assert isinstance(reserve(Journal(ledger)), int)
