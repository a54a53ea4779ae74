"""Servers fail in many ways; each has a name, and none raises anything else or waits forever."""

from __future__ import annotations

import json
import socket
import threading
import time

import pytest
from reverie_daemon.core.budget import Usage
from reverie_daemon.errors import WrongUsage
from reverie_daemon.provider import ChatRequest, Cut, ModelFailure, Target
from reverie_daemon.providers import openai_compatible
from reverie_daemon.providers.openai_compatible import PROVIDER
from support import misbehaving
from support.misbehaving import KEY, fails, says, says_at_once, serving

REQUEST = ChatRequest((("system", "Be brief."), ("user", "What is tea?")), 50, wait_s=5)
UNFOLLOWED = ChatRequest(REQUEST.messages, 50, wait_s=5, followed=False)


def reply(server, request=REQUEST, *, local=False, cancelled=lambda: False):
    """The text and the usage of one call."""
    connection = PROVIDER.connect(Target("openai_compatible", server.address, "tiny"), KEY, local, False)
    pieces = list(connection.stream(request, cancelled))
    usages = [piece for piece in pieces if isinstance(piece, Usage)]
    return "".join(piece for piece in pieces if isinstance(piece, str)), usages[-1] if usages else None


def failure(*script, **given):
    with serving(*script) as server, pytest.raises(ModelFailure) as caught:
        reply(server, **given)
    return caught.value


def test_a_reply_comes_with_its_usage():
    """Cached tokens are cheaper, and reasoning is no part of the text: both are told apart."""
    used = {**misbehaving.USAGE, "completion_tokens_details": {"reasoning_tokens": 4}}
    with serving(says("Leaves in hot water.", used)) as server:
        assert reply(server) == ("Leaves in hot water.", Usage(prompt=100, cached=40, completion=6, reasoning=4))
        sent = json.loads(server.bodies[0])
    assert (sent["model"], sent["max_tokens"], sent["stream"]) == ("tiny", 50, True)
    assert [message["role"] for message in sent["messages"]] == ["system", "user"]


def test_a_reply_that_nobody_follows_comes_in_one_piece():
    """Token by token it costs the daemon twice as much, and learning takes a thousand replies."""
    with serving(says_at_once("Leaves in hot water.")) as server:
        assert reply(server, UNFOLLOWED) == ("Leaves in hot water.", Usage(prompt=100, cached=40, completion=10))
        sent = json.loads(server.bodies[0])
    assert not sent.get("stream") and "stream_options" not in sent


def test_a_local_reply_is_followed_even_where_nobody_reads_along():
    """It has to stop in its midst when its user comes back."""
    with serving(says("Leaves.")) as server:
        assert reply(server, UNFOLLOWED, local=True)[0] == "Leaves."
        assert json.loads(server.bodies[0])["stream"] is True


@pytest.mark.parametrize(("behaviour", "request_"), [(says, UNFOLLOWED), (says_at_once, REQUEST)])
def test_a_server_that_replies_in_the_other_way_is_understood(behaviour, request_):
    """Some can only stream, some never do."""
    with serving(behaviour("Leaves.")) as server:
        assert reply(server, request_)[0] == "Leaves."


@pytest.mark.parametrize(
    "behaviour",
    [
        misbehaving.cuts_the_whole,
        misbehaving.never_ends_the_whole,
        misbehaving.sends_a_page,
        misbehaving.resets,
        lambda handler: handler.whole(200, b'{"error": {"message": "the engine crashed"}}'),
        lambda handler: handler.whole(200, b'{"choices": [{"message": {"content": "It'),
        lambda handler: handler.whole(200, b'{"choices": [{"message": "hello"}]}'),
        lambda handler: handler.whole(200, b'["hello"]'),
    ],
)
def test_a_whole_reply_that_is_none_is_lost(behaviour):
    """It may have been paid for: the account counts it at its worst."""
    assert failure(behaviour, request=UNFOLLOWED).kind == "lost"


@pytest.mark.parametrize("behaviour", [misbehaving.hangs, misbehaving.hangs_midway])
def test_a_whole_reply_is_not_waited_for_longer_than_it_may_take(behaviour):
    """Nothing comes meanwhile that would tell a slow server from a dead one."""
    assert failure(behaviour, request=ChatRequest(REQUEST.messages, 50, wait_s=0.4, followed=False)).kind == "lost"


def test_a_server_that_tells_no_usage_still_replies():
    """Old servers do not; what was used is then assumed at its worst."""
    with serving(says("Leaves.", None)) as server:
        assert reply(server) == ("Leaves.", None)


@pytest.mark.parametrize(
    ("behaviour", "kind", "after_s"),
    [
        (fails(429, retry_after="7"), "busy", 7.0),
        (fails(429), "busy", None),
        (fails(503, retry_after="Wed, 21 Oct 2015 07:28:00 GMT"), "busy", 0.0),
        (fails(429, retry_after="soon"), "busy", None),
        (fails(500), "broken", None),
        (fails(502, "<html>"), "broken", None),
        (fails(400, "This model's maximum context length is 8192 tokens", "context_length_exceeded"), "overflow", None),
        (fails(400, "request (9000 tokens) exceeds the available context size"), "overflow", None),
        (fails(400, "bad request"), "rejected", None),
        (fails(401), "refused", None),
        (fails(403), "refused", None),
        (fails(402), "refused", None),
        (fails(429, code="insufficient_quota"), "refused", None),
        (fails(404), "missing", None),
        (misbehaving.resets, "lost", None),
        (misbehaving.cuts, "lost", None),
        (misbehaving.cuts_rudely, "lost", None),
        (misbehaving.sends_broken_json, "lost", None),
        (misbehaving.sends_wrong_json, "lost", None),
        (misbehaving.sends_a_page, "lost", None),
        (misbehaving.sends_an_error_event, "lost", None),
    ],
)
def test_each_way_to_fail_has_its_name(behaviour, kind, after_s):
    """What follows (wait, shrink, pause, stop) depends on nothing else."""
    failed = failure(behaviour)
    assert (failed.kind, failed.retry_after_s) == (kind, after_s)


@pytest.mark.parametrize("behaviour", [misbehaving.hangs, misbehaving.hangs_midway])
def test_silence_ends(behaviour):
    """A question waits for it, and a job holds its lease."""
    began_s = time.monotonic()
    failed = failure(behaviour, request=ChatRequest(REQUEST.messages, 50, wait_s=0.4))
    assert failed.kind == "lost"
    assert time.monotonic() - began_s < 20


def test_a_connection_that_comes_after_its_end_is_cut_all_the_same():
    """On a busy machine connecting takes longer than the call may; it must not then be waited for."""
    ours, theirs = socket.socketpair()
    cut = Cut()
    cut.now("lost")
    cut.watch(ours)
    assert ours.recv(1) == b"" and theirs.recv(1) == b""
    ours.close()
    theirs.close()


def test_nobody_there_means_that_nothing_was_sent():
    """It costs nothing, so it may be tried again freely."""
    with serving(says("")) as server:
        address = server.address
    connection = PROVIDER.connect(Target("openai_compatible", address, "tiny"), None, False, False)
    with pytest.raises(ModelFailure) as caught:
        list(connection.stream(REQUEST, lambda: False))
    assert caught.value.kind == "unreachable"


def test_an_endless_reply_is_cut_at_its_bound():
    """Some servers ignore the limit; the account must not."""
    with serving(misbehaving.never_ends) as server:
        text, _ = reply(server)
    assert 0 < text.count("and on") <= REQUEST.tokens_max + 16


def test_replies_that_were_cut_do_not_use_up_the_connections():
    """There is a limit of them; a hundred endless replies must not end all learning."""
    with serving(misbehaving.never_ends) as server:
        connection = PROVIDER.connect(Target("openai_compatible", server.address, "tiny"), KEY, False, False)
        request = ChatRequest(REQUEST.messages, 1, wait_s=5)
        for _ in range(openai_compatible.CONNECTIONS_MAX + 3):
            assert list(connection.stream(request, lambda: False))
        connection.close()


def test_an_option_that_a_server_does_not_know_is_left_out():
    """Servers differ; the user should not have to know how."""
    script = [fails(400, "Unknown field: response_format"), fails(422, "stream_options not permitted"), says("{}")]
    with serving(*script) as server:
        assert reply(server, ChatRequest(REQUEST.messages, 50, {"type": "object"}, 5))[0] == "{}"
        sent = [json.loads(body) for body in server.bodies]
    assert "response_format" in sent[0] and "response_format" not in sent[1]
    assert "stream_options" not in sent[2]


def test_the_name_of_the_limit_is_changed_where_the_other_is_wanted():
    """Newer models refuse max_tokens, older servers do not know its successor."""
    with serving(fails(400, "Unsupported parameter: 'max_tokens'"), says("Leaves.")) as server:
        reply(server)
        assert json.loads(server.bodies[1])["max_completion_tokens"] == 50


def test_a_redirect_is_not_followed():
    """Text goes to the address that the user chose; a redirect could lead off the machine."""
    with serving(says("stolen")) as elsewhere, serving(misbehaving.redirects(f"{elsewhere.address}/x")) as server:
        with pytest.raises(ModelFailure):
            reply(server)
        assert elsewhere.bodies == []


def test_a_remote_call_in_flight_finishes_though_cancelled():
    """It is paid for; throwing it away would pay for nothing."""
    stop = threading.Event()
    with serving(says("Leaves in hot water, no more.", pause_s=0.02)) as server:
        connection = PROVIDER.connect(Target("openai_compatible", server.address, "tiny"), KEY, False, False)
        stream = connection.stream(REQUEST, stop.is_set)
        first = next(stream)
        stop.set()
        rest = [piece for piece in stream if isinstance(piece, str)]
    assert first + "".join(rest) == "Leaves in hot water, no more."


@pytest.mark.parametrize("behaviour", [misbehaving.hangs, misbehaving.hangs_midway, misbehaving.never_ends])
def test_a_local_call_stops_when_cancelled(behaviour):
    """It takes the machine that its user came back to."""
    began_s = time.monotonic()
    stop = threading.Timer(0.2, lambda: None)
    stop.start()
    request = ChatRequest(REQUEST.messages, 10**7, wait_s=30)
    failed = failure(behaviour, request=request, local=True, cancelled=lambda: not stop.is_alive())
    assert failed.kind == "cancelled"
    assert time.monotonic() - began_s < 10


def test_the_key_is_sent_and_never_told(monkeypatch):
    """Servers repeat keys in their errors, and errors end up in logs."""
    monkeypatch.setenv("OPENAI_ORG_ID", "org-1234")
    failed = failure(fails(401, f"Incorrect API key provided: {KEY}. \x1b[31mSee our page."))
    assert KEY not in failed.message and "\x1b" not in failed.message
    with serving(says("Leaves.")) as server:
        reply(server)
        assert server.seen[0]["authorization"] == f"Bearer {KEY}"
        assert "openai-organization" not in server.seen[0]


@pytest.mark.parametrize(
    "address", [f"http://me:{KEY}@host/v1#tiny", f"https://host/v1?api-key={KEY}#tiny", "http://host/v1"]
)
def test_an_address_that_carries_a_key_or_no_model_is_refused(address):
    """Addresses are shown everywhere."""
    with pytest.raises(WrongUsage) as caught:
        PROVIDER.understands(address)
    assert KEY not in caught.value.message + caught.value.next_step


def test_what_is_offered_is_what_the_environment_and_this_machine_have():
    """Looking contacts nobody outside; a service is offered because its key is there."""
    with serving(says("")) as server:
        found = openai_compatible.offers({"OPENAI_API_KEY": KEY}, {server.server_port: "ollama", 1: "nothing"})
    assert [offer.name for offer in found] == ["openai", "ollama:tiny", "ollama:small"]
    assert KEY not in repr(found)


@pytest.mark.parametrize(
    ("address", "variable"),
    [
        ("https://api.openai.com/v1", "OPENAI_API_KEY"),
        ("https://me.openai.azure.com/openai/v1", "AZURE_OPENAI_API_KEY"),
        ("https://api.openai.com.evil.example/v1", "REVERIE_API_KEY"),
        ("http://127.0.0.1:8080/v1", "REVERIE_API_KEY"),
    ],
)
def test_a_key_goes_to_the_host_it_belongs_to(address, variable):
    """OpenAI's key sent to another host is OpenAI's key given away."""
    assert PROVIDER.key_variable(Target("openai_compatible", address, "m")) == variable
