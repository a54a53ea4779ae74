"""The one way to any model: budget first, patience within bounds, every token in the account, no secret out."""

from __future__ import annotations

import json
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from reverie_daemon import prices
from reverie_daemon.choices import Choice, Choices
from reverie_daemon.core.budget import Amount, Limits, Usage
from reverie_daemon.core.prompting import Prompt
from reverie_daemon.endpoints import PAUSE_S, Endpoints
from reverie_daemon.keys import Keys
from reverie_daemon.models import Models, today
from reverie_daemon.replies import Refused, Reply, Spent
from reverie_daemon.store.journal import Journal
from reverie_daemon.store.ledger import Ledger
from support import misbehaving
from support.misbehaving import KEY, fails, says, serving

ROOT = "/home/ada/tea"
PROMPT = Prompt("Be brief.", ("Tea is made of leaves.",), "What is tea?")
NOON = 1_763_550_000.0
DAY_S = 86_400.0
SHAPE = {"type": "object", "properties": {"purpose": {"type": "string"}}, "required": ["purpose"]}


@dataclass
class Clock:
    """Time that passes only when somebody sleeps."""

    now: float = NOON
    slept: list[float] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.slept.append(seconds)


@dataclass
class House:
    """Models with a real ledger and chosen endpoints."""

    folder: Path
    clock: Clock
    choices: Choices = field(default_factory=Choices)
    environ: dict[str, str] = field(default_factory=lambda: {"REVERIE_API_KEY": KEY})

    def __post_init__(self) -> None:
        self.ledger = Ledger.open(self.folder / "ledger.db")
        self.journal = Journal(self.ledger)
        self.endpoints = Endpoints(Keys(self.folder / "keys.toml", self.environ), lambda: self.clock.now)
        self.models = Models(
            self.journal, self.endpoints, lambda: self.choices,
            now=lambda: self.clock.now, sleep=self.clock.sleep, chance=lambda: 0.5,
        )  # fmt: skip

    def choose(self, target: str, *, free=False, local=False, tokens=1_000_000, usd=None, local_only=()) -> None:
        choice = Choice(target, free, local)
        limits = Limits(tokens, usd)
        self.choices = Choices(
            {"sleeping": choice, "answering": choice},
            {"learning": limits, "questions": limits},
            local_only=frozenset(local_only),
        )

    def learn(self, prompt=PROMPT, **given):
        return self.models.complete(ROOT, "learning", prompt, tokens_max=50, **given)

    def answer(self):
        return list(self.models.stream(ROOT, "questions", PROMPT, tokens_max=50))

    def spent(self, side="learning"):
        return self.journal.spent(today(self.clock.now), side)

    def reopen(self) -> None:
        """What a new daemon finds."""
        self.endpoints.close()
        self.ledger.close()
        self.__post_init__()


@pytest.fixture
def house(tmp_path):
    made = House(tmp_path, Clock())
    yield made
    made.endpoints.close()
    made.ledger.close()


def test_a_reply_is_counted_as_the_server_counts_it(house):
    """Cached tokens included, and in the ledger before anybody uses the text."""
    with serving(says("Leaves.")) as server:
        house.choose(f"{server.address}#tiny")
        reply = house.learn(analysis="purpose")
    assert isinstance(reply, Reply) and reply.text == "Leaves."
    assert reply.spent.usage == Usage(prompt=100, cached=40, completion=10) and reply.spent.microusd is None
    assert house.spent().tokens == 110
    total = house.ledger.report()["total"]
    assert total["asleep"] == {"tokens": 110, "usd": None}


def test_the_same_request_of_learning_is_not_paid_for_twice(house):
    """A killed daemon learns on from where it was."""
    with serving(says("Leaves.")) as server:
        house.choose(f"{server.address}#tiny")
        house.learn()
        house.reopen()
        again = house.learn()
        assert isinstance(again, Reply) and again.replayed and again.text == "Leaves." and again.spent == Spent()
        assert len(server.bodies) == 1
        house.learn(Prompt("Be brief.", ("Tea is made of roots.",), "What is tea?"))
        assert len(server.bodies) == 2


def test_nothing_that_costs_money_runs_until_a_budget_is_named(house):
    """Loopback included: proxies live there."""
    with serving(says("Leaves.")) as server:
        house.choose(f"{server.address}#tiny", tokens=None)
        refused = house.learn()
        assert isinstance(refused, Refused) and refused.code == "no_budget" and "budget set" in refused.next_step
        assert server.bodies == []
        house.choose(f"{server.address}#tiny", tokens=None, free=True, local=True)
        assert isinstance(house.learn(), Reply)


def test_at_the_limit_work_stops_says_so_and_goes_on_the_next_day(house):
    """Nobody has to switch it on again."""
    with serving(says("Leaves.")) as server:
        house.choose(f"{server.address}#tiny", tokens=400)
        assert isinstance(house.learn(), Reply)
        number = 0
        while isinstance(refused := house.learn(Prompt("Be brief.", (), f"What is tea {number}?")), Reply):
            number += 1
        assert refused.code == "spent" and refused.until_renewal and "midnight" in refused.message
        assert house.spent().tokens <= 400
        house.clock.now += DAY_S
        assert isinstance(house.learn(Prompt("Be brief.", (), "What is coffee?")), Reply)


@pytest.mark.parametrize(
    ("script", "calls", "waited_s"),
    [
        ([fails(429, retry_after="7"), says("Leaves.")], 2, (7, 8)),
        ([fails(429), fails(500), says("Leaves.")], 3, (1, 5)),
        ([misbehaving.cuts, says("Leaves.")], 2, (0.4, 2)),
        ([misbehaving.resets, fails(500), says("Leaves.")], 3, (1, 5)),
        ([misbehaving.sends_broken_json, says("Leaves.")], 2, (0.4, 2)),
        ([says(""), says("Leaves.")], 2, (0.4, 2)),
        ([fails(400, "context length exceeded"), says("Leaves.")], 2, (0, 0)),
    ],
)
def test_what_passes_is_waited_for(house, script, calls, waited_s):
    """A server has bad minutes."""
    with serving(*script) as server:
        house.choose(f"{server.address}#tiny")
        reply = house.learn()
        assert isinstance(reply, Reply) and reply.text == "Leaves." and len(server.bodies) == calls
    assert waited_s[0] <= sum(house.clock.slept) <= waited_s[1] and len(reply.spent.calls) == calls


@pytest.mark.parametrize(
    ("behaviour", "code", "calls"),
    [
        (fails(429), "busy", 4),
        (fails(429, retry_after="3600"), "busy", 1),
        (fails(500), "broken", 4),
        (misbehaving.cuts, "lost", 2),
        (misbehaving.resets, "lost", 2),
        (misbehaving.sends_broken_json, "lost", 2),
        (misbehaving.sends_wrong_json, "lost", 2),
        (misbehaving.sends_a_page, "lost", 2),
        (says(""), "unusable", 2),
        (fails(401), "refused", 1),
        (fails(404), "missing", 1),
        (fails(400), "rejected", 1),
        (fails(400, "context length exceeded"), "overflow", 2),
    ],
)
def test_what_does_not_pass_fails_visibly_after_bounded_attempts(house, behaviour, code, calls):
    """Never again and again."""
    with serving(behaviour) as server:
        house.choose(f"{server.address}#tiny")
        refused = house.learn()
        assert isinstance(refused, Refused) and refused.code == code and refused.message and refused.next_step
        assert len(server.bodies) == calls


def test_a_call_whose_reply_never_came_counts_and_is_made_once_more_never_a_third_time(house):
    """Also when the daemon was killed in between: each may have been billed."""
    with serving(misbehaving.cuts) as server:
        house.choose(f"{server.address}#tiny")
        refused = house.learn()
        assert isinstance(refused, Refused) and refused.spent.usage.total == house.spent().tokens > 0
        house.reopen()
        house.clock.now += 2 * DAY_S
        again = house.learn()
        assert isinstance(again, Refused) and again.code == "lost_twice" and len(server.bodies) == 2


def test_a_call_that_a_crash_cut_off_is_made_once_more_only(house):
    """The first may have been billed, and so may the second."""
    with serving(misbehaving.cuts) as server:
        house.choose(f"{server.address}#tiny")
        house.models.complete(ROOT, "learning", PROMPT, tokens_max=50, cancelled=lambda: len(server.bodies) > 0)
        assert len(server.bodies) == 1
        house.reopen()
        assert isinstance(house.learn(), Refused) and len(server.bodies) == 2


def test_a_model_chosen_no_longer_is_let_go(house, gguf):
    """It holds memory."""
    house.choose(str(gguf), tokens=None)
    assert isinstance(house.learn(), Reply)
    chosen = house.models.chosen("sleeping")
    connection = house.endpoints.connection(chosen)
    house.clock.now = time.monotonic()
    house.endpoints.rest((chosen,))
    assert connection.pid is not None
    house.endpoints.rest(())
    assert connection.pid is None


def test_a_prompt_that_is_too_long_is_sent_shorter(house):
    """The least relevant passages go first."""
    with serving(fails(400, "maximum context length is 10"), says("Leaves.")) as server:
        house.choose(f"{server.address}#tiny")
        passages = tuple(f"passage {number} is about tea" for number in range(9))
        assert isinstance(house.learn(Prompt("Be brief.", passages, "What is tea?")), Reply)
        first, second = (json.loads(body)["messages"][1]["content"] for body in server.bodies)
    assert "passage 8" in first and "passage 8" not in second and "passage 0" in second


def test_no_prompt_is_above_its_cap(house):
    """A file of a million lines must not become a bill."""
    with serving(says("Leaves.")) as server:
        house.choose(f"{server.address}#tiny")
        assert isinstance(house.learn(Prompt("Be brief.", ("tea " * 4_000,) * 10, "What?")), Reply)
        assert len(server.bodies[0]) < 60_000
        refused = house.learn(Prompt("Be brief.", (), "tea " * 20_000))
        assert isinstance(refused, Refused) and refused.code == "too_long" and len(server.bodies) == 1


def test_a_reply_of_the_wrong_form_is_paid_for_and_asked_for_once_more(house):
    """Half a note is no note."""
    with serving(says("Tea, you see"), says('{"purpose": 3}')) as server:
        house.choose(f"{server.address}#tiny")
        refused = house.learn(schema=SHAPE)
        assert isinstance(refused, Refused) and refused.code == "unusable" and len(server.bodies) == 2
        assert house.spent().tokens == 220 == refused.spent.usage.total
        server.script = [says('{"purpose": "tea"}')]
        reply = house.learn(schema=SHAPE)
        assert isinstance(reply, Reply) and reply.value == {"purpose": "tea"}
        replayed = house.learn(schema=SHAPE)
        assert isinstance(replayed, Reply) and replayed.replayed and replayed.value == {"purpose": "tea"}


def test_a_refused_key_pauses_the_endpoint_until_there_is_another(house):
    """One request an hour may ask again; a thousand jobs may not."""
    with serving(fails(401, f"bad key {KEY}")) as server:
        house.choose(f"{server.address}#tiny")
        assert KEY not in repr(house.learn())
        paused = house.learn()
        assert isinstance(paused, Refused) and paused.code == "key_refused" and "model key" in paused.next_step
        assert KEY not in repr(paused) and len(server.bodies) == 1
        server.script = [says("Leaves.")]
        house.environ["REVERIE_API_KEY"] = "another"
        assert isinstance(house.learn(), Reply)


def test_a_pause_ends_by_itself(house):
    """Whoever paid their bill need not tell us."""
    with serving(fails(402), says("Leaves.")) as server:
        house.choose(f"{server.address}#tiny")
        house.learn()
        house.clock.now += PAUSE_S + 1
        assert isinstance(house.learn(), Reply)


def test_an_endpoint_that_keeps_failing_is_left_alone_then_tried_again(house):
    """Without anybody doing anything."""
    with serving(fails(500)) as server:
        house.choose(f"{server.address}#tiny")
        house.learn()
        house.learn()
        calls = len(server.bodies)
        resting = house.learn()
        assert isinstance(resting, Refused) and resting.code == "resting" and len(server.bodies) == calls
        server.script = [says("Leaves.")]
        house.clock.now += 60
        assert isinstance(house.learn(), Reply)


def test_a_local_only_repository_never_reaches_a_remote_endpoint(house):
    """Shown at the socket: nobody even connects."""
    with serving(says("Leaves.")) as server:
        connected: list[object] = []
        server.verify_request = lambda request, address: not connected.append(address)
        house.choose(f"{server.address}#tiny", local_only=[ROOT])
        refused = house.learn()
        assert isinstance(refused, Refused) and refused.code == "local_only"
        (answered,) = house.answer()
        assert isinstance(answered, Refused) and answered.code == "local_only"
        assert connected == []
        house.choose(f"{server.address}#tiny", local=True, free=True, local_only=[ROOT])
        assert isinstance(house.learn(), Reply) and len(connected) == 1


def test_odd_file_names_and_secrets_are_mended_before_anything_is_sent(house):
    """Whoever built the prompt: this is the last gate."""
    secret = "gh" + "p_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"
    with serving(says("Leaves.")) as server:
        house.choose(f"{server.address}#tiny")
        prompt = Prompt("Be brief.", (f"caf\udce9.py holds {secret}",), f"What is {secret}?", f"token = {secret}")
        assert isinstance(house.learn(prompt), Reply)
        assert secret not in server.bodies[0].decode() and b"[redacted]" in server.bodies[0]


def test_a_question_streams_and_waits_for_nobody_long(house):
    """A person sits there."""
    with serving(says("Leaves in hot water.")) as server:
        house.choose(f"{server.address}#tiny")
        *pieces, reply = house.answer()
        assert "".join(pieces) == "Leaves in hot water." and len(pieces) > 1 and isinstance(reply, Reply)
        server.script = [fails(429, retry_after="30")]
        (refused,) = house.answer()
        assert isinstance(refused, Refused) and refused.code == "busy" and not house.clock.slept
    assert house.spent("questions").tokens == 110 and house.spent("learning") == Amount(0, 0)


def test_nothing_is_shown_twice_when_a_stream_breaks(house):
    """What was read cannot be taken back."""
    with serving(misbehaving.cuts, says("Leaves.")) as server:
        house.choose(f"{server.address}#tiny")
        *pieces, refused = house.answer()
        assert "".join(pieces) == "It begins, and" and isinstance(refused, Refused) and len(server.bodies) == 1


def test_a_reader_who_leaves_in_the_midst_is_counted(house):
    """The server wrote it all the same."""
    with serving(says("Leaves in hot water, and more of them.", pause_s=0.01)) as server:
        house.choose(f"{server.address}#tiny")
        stream = house.models.stream(ROOT, "questions", PROMPT, tokens_max=50)
        next(stream)
        stream.close()
    assert house.spent("questions").tokens > 0


def test_prices_are_applied_and_cached_tokens_are_cheaper(house, monkeypatch):
    """What the provider bills is what the ledger says."""
    known = prices.Target("openai_compatible", "https://api.openai.com/v1", "gpt-4o-mini")
    full = prices.cost_microusd(known, Usage(prompt=1_000_000))
    cached = prices.cost_microusd(known, Usage(prompt=1_000_000, cached=1_000_000))
    thought = prices.cost_microusd(known, Usage(reasoning=1_000))
    assert full is not None and cached is not None and 0 < cached < full
    assert thought == prices.cost_microusd(known, Usage(completion=1_000)) and thought
    assert prices.cost_microusd(prices.Target("openai_compatible", "http://127.0.0.1:1/v1", "x"), Usage(1)) is None
    assert prices.cost_microusd(known, Usage(prompt=1), free=True) == 0


def test_the_first_money_spent_is_told_once(house, monkeypatch):
    """Nobody should learn of it from a bill."""
    monkeypatch.setattr(prices, "cost_microusd", lambda target, usage, free=False: usage.total)
    with serving(says("Leaves.")) as server:
        house.choose(f"{server.address}#tiny", usd=1_000_000)
        assert house.journal.paid_since() is None
        first, second = house.answer()[-1], house.answer()[-1]
    assert first.spent.first_paid and first.spent.microusd == 110 and not second.spent.first_paid
    assert house.journal.paid_since() == today(NOON)


def test_a_budget_in_dollars_alone_cannot_bind_a_model_of_unknown_price(house):
    """It would bind nothing."""
    with serving(says("Leaves.")) as server:
        house.choose(f"{server.address}#tiny", tokens=None, usd=1_000_000)
        refused = house.learn()
        assert isinstance(refused, Refused) and refused.code == "price_unknown" and server.bodies == []


def test_many_calls_at_once_stay_within_the_limit(house):
    """Through the whole of it: reservation, network, settlement."""
    with serving(says("Leaves.")) as server:
        house.choose(f"{server.address}#tiny", tokens=2_000)
        replies: list[object] = []
        threads = [
            threading.Thread(target=lambda n=number: replies.append(house.learn(Prompt("", (), f"What is {n}?"))))
            for number in range(60)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    done = [reply for reply in replies if isinstance(reply, Reply)]
    assert len(replies) == 60 and 0 < len(done) < 60
    assert house.spent().tokens == 110 * len(done) <= 2_000


def test_whoever_plans_work_can_ask_whether_any_could_be_done(house):
    """Asking costs nothing and reserves nothing."""
    assert house.models.standing(ROOT, "learning").code == "no_model"
    with serving(fails(401)) as server:
        house.choose(f"{server.address}#tiny", tokens=None)
        assert house.models.standing(ROOT, "learning").code == "no_budget"
        house.choose(f"{server.address}#tiny")
        assert house.models.standing(ROOT, "learning") is None and house.spent() == Amount(0, 0)
        assert server.bodies == []
        house.learn()
        assert house.models.standing(ROOT, "learning").code == "key_refused"
        house.choose(f"{server.address}#tiny", local_only=[ROOT])
        assert house.models.standing(ROOT, "learning").code == "local_only"


def test_no_model_chosen_is_said_with_the_way_to_choose_one(house):
    """Nothing is used that the user has not chosen."""
    refused = house.learn()
    assert isinstance(refused, Refused) and (refused.code, refused.next_step) == ("no_model", "reverie model")


def test_a_model_that_cannot_be_used_is_a_reason_not_a_crash(house):
    """Files move."""
    house.choose("/no/such/model.gguf")
    refused = house.learn()
    assert (
        isinstance(refused, Refused) and refused.code == "model_unusable" and "/no/such/model.gguf" in refused.message
    )


def test_a_small_real_model_goes_through_the_same_way(house, gguf):
    """Free and local by itself: it needs no budget, and its tokens are counted all the same."""
    house.choose(str(gguf), tokens=None)
    reply = house.learn(Prompt("You are brief.", (), "Say hello."))
    assert isinstance(reply, Reply) and reply.spent.microusd == 0
    assert house.spent().tokens == reply.spent.usage.total > 0
    cancelled = house.learn(Prompt("You are brief.", (), "Say goodbye."), cancelled=lambda: True)
    assert isinstance(cancelled, Refused) and cancelled.code == "cancelled"
    again = house.learn(Prompt("You are brief.", (), "Say goodbye."))
    assert isinstance(again, Reply)
