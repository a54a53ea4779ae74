"""A real small model in a child of ours: it answers, stops at once, and leaves no process behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from reverie_daemon.errors import UserError
from reverie_daemon.provider import ChatRequest, ModelFailure
from reverie_daemon.providers import llama as llama_file
from reverie_daemon.providers.llama import PROVIDER, UNLOAD_AFTER_S

LONG = ChatRequest((("user", "Tell a very long story about a kettle that travels the world."),), 2_000, wait_s=300)
SHORT = ChatRequest((("user", "Say hello."),), 4, wait_s=120)


@pytest.fixture
def llama(gguf: Path):
    target = PROVIDER.understands(str(gguf))
    assert target is not None
    connection = PROVIDER.connect(target, None, True, True)
    yield connection
    connection.close()


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def ticks(pid: int) -> int:
    """CPU time that a process has used, in clock ticks; what it had is gone with it."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0
    return int(fields[11]) + int(fields[12])


@pytest.mark.parametrize("prompt", [LONG, ChatRequest((("user", "kettle steam " * 2_500),), 50, wait_s=300)])
def test_generation_stops_when_cancelled(llama, prompt) -> None:
    """Both while it writes and while it still reads a long prompt. The ceiling is generous: machines of tests are busy;
    the figure stands in bench."""
    list(llama.stream(SHORT, lambda: False))
    stop = threading.Event()
    threading.Timer(0.5, stop.set).start()
    began_s = 0.0
    with pytest.raises(ModelFailure) as caught:
        for _ in llama.stream(prompt, stop.is_set):
            began_s = began_s or time.monotonic()
    stopped_s = time.monotonic()
    assert caught.value.kind == "cancelled"
    assert stopped_s - began_s < 30 or not began_s
    if llama.pid is not None:
        used = ticks(llama.pid)
        time.sleep(0.3)
        assert ticks(llama.pid) - used <= 5, "the child still computes"


def test_a_prompt_longer_than_the_model_takes_is_told_from_other_failures(llama) -> None:
    """It is then shortened."""
    with pytest.raises(ModelFailure) as caught:
        list(llama.stream(ChatRequest((("user", "steam " * 12_000),), 8, wait_s=120), lambda: False))
    assert caught.value.kind == "overflow"


def test_a_reply_can_be_held_to_a_form(llama) -> None:
    """Notes are stored as claims; prose would be lost."""
    schema = {
        "type": "object", "properties": {"hot": {"type": "boolean"}}, "required": ["hot"],
        "additionalProperties": False,
    }  # fmt: skip
    request = ChatRequest((("user", "Is steam hot?"),), 40, schema, wait_s=120)
    text = "".join(piece for piece in llama.stream(request, lambda: False) if isinstance(piece, str))
    assert isinstance(json.loads(text)["hot"], bool)


def test_a_model_that_is_unused_leaves_memory_and_comes_back(llama) -> None:
    """A model takes gigabytes."""
    list(llama.stream(SHORT, lambda: False))
    first = llama.pid
    llama.rest(time.monotonic())
    assert llama.pid == first
    llama.rest(time.monotonic() + UNLOAD_AFTER_S + 1)
    assert llama.pid is None and not alive(first)
    assert list(llama.stream(SHORT, lambda: False))


def test_a_child_that_is_killed_is_a_lost_reply_and_is_started_again(llama) -> None:
    """The system kills what takes too much memory."""
    with pytest.raises(ModelFailure) as caught:
        for piece in llama.stream(LONG, lambda: False):
            if isinstance(piece, str):
                os.kill(llama.pid, signal.SIGKILL)
    assert caught.value.kind == "lost"
    assert list(llama.stream(SHORT, lambda: False))


def test_the_child_leaves_with_a_daemon_that_is_killed(gguf: Path) -> None:
    """Leaked processes that eat a core are what users of such tools curse."""
    code = (
        "import sys, time; from reverie_daemon.provider import ChatRequest;"
        "from reverie_daemon.providers.llama import PROVIDER;"
        "c = PROVIDER.connect(PROVIDER.understands(sys.argv[1]), None, True, True);"
        "list(c.stream(ChatRequest((('user', 'hi'),), 2), lambda: False)); print(c.pid, flush=True); time.sleep(600)"
    )
    daemon = subprocess.Popen([sys.executable, "-c", code, str(gguf)], stdout=subprocess.PIPE, text=True)
    assert daemon.stdout is not None
    child = int(daemon.stdout.readline())
    assert alive(child)
    daemon.kill()
    daemon.wait()
    daemon.stdout.close()
    for _ in range(600):
        if not alive(child):
            break
        time.sleep(0.05)
    assert not alive(child)


def test_a_file_that_is_no_model_is_refused_before_anything_starts(tmp_path: Path) -> None:
    """The library's own message says nothing."""
    (tmp_path / "page.gguf").write_text("<html>")
    for path in (tmp_path / "page.gguf", tmp_path / "gone.gguf", tmp_path):
        with pytest.raises(UserError) as caught:
            PROVIDER.understands(f"{path}" if path.suffix else f"{path}/.gguf")
        assert caught.value.next_step


def test_a_missing_extra_is_said_with_the_command_that_installs_it(tmp_path: Path, monkeypatch) -> None:
    """Into the environment that Reverie runs in, wherever that is."""
    (tmp_path / "tiny.gguf").write_bytes(b"GGUF")
    monkeypatch.setattr(llama_file, "find_spec", lambda name: None)
    with pytest.raises(UserError) as caught:
        PROVIDER.understands(str(tmp_path / "tiny.gguf"))
    assert caught.value.next_step == f"{sys.executable} -m pip install xllamacpp"


def test_a_model_file_that_is_damaged_fails_with_words(tmp_path: Path, gguf: Path) -> None:
    """Half a download has the right magic."""
    (tmp_path / "half.gguf").write_bytes(gguf.read_bytes()[:1_000_000])
    target = PROVIDER.understands(str(tmp_path / "half.gguf"))
    assert target is not None
    connection = PROVIDER.connect(target, None, True, True)
    with pytest.raises(ModelFailure) as caught:
        list(connection.stream(SHORT, lambda: False))
    assert caught.value.kind == "missing" and "half.gguf" in caught.value.message
    connection.close()
