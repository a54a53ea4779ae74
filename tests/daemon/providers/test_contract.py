"""What holds for every provider, found rather than listed: adding a file adds it here."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from reverie_daemon.core.budget import Usage
from reverie_daemon.errors import UserError
from reverie_daemon.provider import ChatRequest, ModelFailure
from reverie_daemon.providers import discover
from support.misbehaving import KEY, says, serving

REQUEST = ChatRequest((("system", "You are brief."), ("user", "Say hello.")), 16, wait_s=120)


@dataclass
class Ready:
    """A provider with a target that works."""

    name: str
    text: str


@pytest.fixture(params=sorted(discover()))
def ready(request: pytest.FixtureRequest, tmp_path: Path):
    """Each provider with something real behind it: a small model, a server, a recording."""
    with ExitStack() as stack:
        if request.param == "llama":
            text = str(request.getfixturevalue("gguf"))
        elif request.param == "replay":
            (tmp_path / "replies.jsonl").write_text(json.dumps({"reply": "Hello there, you."}))
            text = f"replay:{tmp_path / 'replies.jsonl'}"
        else:
            assert request.param == "openai_compatible", "give the new provider something real to speak to"
            text = f"{stack.enter_context(serving(says('Hello there, you.', pause_s=0.01))).address}#tiny"
        yield Ready(request.param, text)


@pytest.fixture
def connection(ready: Ready):
    provider = discover()[ready.name]
    target = provider.understands(ready.text)
    assert target is not None
    opened = provider.connect(target, KEY, True, True)
    yield opened
    opened.close()


def test_a_target_is_understood_by_its_provider_alone(ready: Ready) -> None:
    """Otherwise which one is used would depend on the order of files."""
    understood = {}
    for name, provider in discover().items():
        target = provider.understands(ready.text)
        if target is not None:
            understood[name] = target
    assert list(understood) == [ready.name]
    target = understood[ready.name]
    assert target.provider == ready.name and discover()[ready.name].understands(target.label) == target


def test_a_reply_streams_and_ends_with_its_usage(connection) -> None:
    """Answers are shown as they come, and every token is counted."""
    pieces = list(connection.stream(REQUEST, lambda: False))
    assert isinstance(pieces[-1], Usage) and pieces[-1].prompt > 0 and pieces[-1].completion > 0
    assert len(pieces) > 2 and "".join(piece for piece in pieces if isinstance(piece, str)).strip()


def test_what_is_cancelled_before_it_begins_never_begins(connection) -> None:
    """The machine is needed, or the daemon leaves."""
    with pytest.raises(ModelFailure) as caught:
        list(connection.stream(REQUEST, lambda: True))
    assert caught.value.kind == "cancelled"


def test_a_local_reply_can_be_stopped_in_its_midst(connection) -> None:
    """Its user came back."""
    stop = threading.Event()
    stream = connection.stream(REQUEST, stop.is_set)
    next(stream)
    stop.set()
    with pytest.raises(ModelFailure) as caught:
        list(stream)
    assert caught.value.kind == "cancelled"


def test_a_connection_can_be_used_again_after_it_was_stopped_closed_or_rested(connection) -> None:
    """All three happen many times a day."""
    with pytest.raises(ModelFailure):
        list(connection.stream(REQUEST, lambda: True))
    connection.rest(1e12)
    assert list(connection.stream(REQUEST, lambda: False))
    connection.close()
    assert list(connection.stream(REQUEST, lambda: False))


@pytest.mark.parametrize("name", sorted(discover()))
@pytest.mark.parametrize("text", ["", "nonsense", "replay:", "http://", "https://#", "/no/such/file.gguf", "x.gguf#y"])
def test_what_cannot_be_used_is_refused_with_a_next_step_or_left_to_others(name: str, text: str) -> None:
    """Users type these."""
    try:
        assert discover()[name].understands(text) is None
    except UserError as error:
        assert error.message and error.next_step


def test_looking_for_models_tells_no_keys() -> None:
    """What is found is printed."""
    for provider in discover().values():
        assert KEY not in repr(provider.offers({"OPENAI_API_KEY": KEY, "OPENROUTER_API_KEY": KEY}))


def test_discovering_imports_no_library_of_a_provider() -> None:
    """The daemon, the command line and the TUI start without them."""
    code = (
        "import sys; from reverie_daemon import cli, app; from reverie_daemon.providers import discover; discover();"
        "print([name for name in ('openai', 'xllamacpp', 'genai_prices', 'keyring', 'tomlkit') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
