"""What `reverie model` and `reverie budget` tell and do, without the socket."""

from __future__ import annotations

import time

import pytest
from reverie_daemon.choosing import Choosing
from reverie_daemon.core.budget import Limits
from reverie_daemon.endpoints import Endpoints
from reverie_daemon.errors import UserError
from reverie_daemon.keys import Keys
from reverie_daemon.provider import Offer, Target
from reverie_daemon.store.journal import Journal
from reverie_daemon.store.ledger import Ledger

FOUND = [
    Offer("openai", Target("openai_compatible", "https://api.openai.com/v1", ""), "OPENAI_API_KEY is set"),
    Offer(
        "ollama:tiny:1b", Target("openai_compatible", "http://127.0.0.1:11434/v1", "tiny:1b"), "answers on port 11434"
    ),
]


@pytest.fixture
def choosing(tmp_path, monkeypatch):
    monkeypatch.setattr(Choosing, "_offers", lambda self: FOUND)
    with Ledger.open(tmp_path / "ledger.db") as ledger:
        endpoints = Endpoints(Keys(tmp_path / "keys.toml", {}), time.monotonic)
        yield Choosing(tmp_path / "config.toml", Journal(ledger), endpoints, lambda: "2025-11-19")


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("ollama:tiny:1b", "http://127.0.0.1:11434/v1#tiny:1b"),
        ("openai#gpt-4o-mini", "https://api.openai.com/v1#gpt-4o-mini"),
        ("https://example.org/v1/#m", "https://example.org/v1#m"),
    ],
)
def test_a_name_that_was_listed_can_be_used(choosing, text, target):
    """Nobody should have to type an address that is on the screen."""
    chosen = choosing.use(text, ["answering"], free=False, local=False)
    assert chosen["answering"]["target"] == target and chosen["sleeping"] is None


def test_a_service_without_a_model_is_asked_for_one(choosing):
    """Which model is the user's choice, and the price hangs on it."""
    with pytest.raises(UserError) as caught:
        choosing.use("openai", ["answering"], free=False, local=False)
    assert caught.value.next_step == "reverie model use openai#MODEL"
    assert choosing.status() is None


def test_what_was_found_tells_price_and_destination(choosing):
    """Before anything is chosen."""
    openai, ollama = choosing.report()["found"]
    assert openai["name"] == "openai#MODEL" and openai["goes_to"] == "goes to api.openai.com"
    assert ollama["price"] == "price unknown" and ollama["goes_to"] == "goes to 127.0.0.1:11434"


def test_a_paid_model_without_a_budget_says_what_is_missing(choosing):
    """Chosen and not used would be a riddle."""
    chosen = choosing.use("openai#gpt-4o-mini", ["sleeping", "answering"], free=False, local=False)
    assert chosen["sleeping"]["problem"]["next_step"] == "reverie budget set --tokens-per-day N --for learning"
    choosing.limit(["learning", "questions"], Limits(microusd=500_000), "")
    status = choosing.status()
    assert status["problem"] is None and status["answering"] == "gpt-4o-mini (goes to api.openai.com)"
    assert choosing.budget_status()["questions"] == {
        "tokens": {"spent": 0, "limit": None},
        "usd": {"spent": 0.0, "limit": 0.5},
        "stopped": False,
    }


def test_free_and_local_is_the_users_word_about_this_machine_only(choosing):
    """A proxy on loopback may bill; a server elsewhere is never local."""
    chosen = choosing.use("ollama:tiny:1b", ["sleeping"], free=True, local=True)["sleeping"]
    assert (chosen["price"], chosen["goes_to"], chosen["problem"]) == ("free", "stays on this machine", None)
    for elsewhere in ("openai#gpt-4o-mini", "http://localhost.example.org/v1#m", "http://192.168.1.7/v1#m"):
        with pytest.raises(UserError):
            choosing.use(elsewhere, ["sleeping"], free=True, local=True)


def test_status_tells_of_a_broken_configuration_rather_than_failing(choosing, tmp_path):
    """It is where users look when something is wrong."""
    (tmp_path / "config.toml").write_text("[model")
    assert choosing.status()["problem"]["code"] == "config_invalid"
    assert choosing.budget_status() is None and choosing.in_use() == ()
    (tmp_path / "config.toml").write_text('[model.answering]\ntarget = "/gone/model.gguf"\n')
    assert "/gone/model.gguf" in choosing.status()["problem"]["message"]
    assert choosing.in_use() == ()
