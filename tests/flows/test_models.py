"""Choosing a model, limiting and paying it, as a user does: the command, the daemon, a server on loopback."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from pathlib import Path

import pytest
from support.misbehaving import KEY, fails, hangs, says, serving
from support.shell import Shell

ANSWER = "`Boiler` heats water until its sensor says that it boils [1].\n"


def test_nothing_is_used_that_was_not_chosen(shell: Shell, kettle: Path) -> None:
    """A key in the environment is an offer, not a choice."""
    shell.environ["OPENAI_API_KEY"] = KEY
    report = shell.json("model", cwd=kettle)
    assert report["chosen"] == {"sleeping": None, "answering": None}
    (offer,) = [offer for offer in report["found"] if offer["name"] == "openai#MODEL"]
    assert offer["goes_to"] == "goes to api.openai.com" and KEY not in json.dumps(report)
    assert shell.json("status", cwd=kettle)["model"] is None
    assert shell.json("ask", "what does Boiler do?", cwd=kettle)["route"] == "composed"


def test_a_key_that_the_running_daemon_cannot_see_is_told_with_what_to_do(shell: Shell, kettle: Path) -> None:
    """It was started from another shell, at login say: a key that is exported here seems to be ignored."""
    shell.environ.pop("GROQ_API_KEY", None)
    shell.ok("index", cwd=kettle)
    assert shell.json("model", cwd=kettle)["only_here"] == []
    shell.environ["GROQ_API_KEY"] = KEY
    assert shell.json("model", cwd=kettle)["only_here"] == ["GROQ_API_KEY"]
    said = "GROQ_API_KEY is set in this shell, but the daemon was started without it. Next: reverie restart"
    assert said in shell.ok("model", cwd=kettle) and KEY not in shell.ok("model", cwd=kettle)
    assert said in shell.ok("model", "use", "https://api.groq.com/openai/v1#tiny", cwd=kettle)
    shell.ok("restart", cwd=kettle)
    report = shell.json("model", cwd=kettle)
    assert report["only_here"] == [] and "groq#MODEL" in [offer["name"] for offer in report["found"]]


def test_a_model_is_chosen_for_a_role_and_status_names_where_text_goes(shell: Shell, kettle: Path) -> None:
    """Users must see what leaves their machine, and where to."""
    shell.ok("model", "use", "https://api.openai.com/v1#gpt-4o-mini", "--for", "answering", cwd=kettle)
    chosen = shell.json("model", cwd=kettle)["chosen"]
    assert chosen["sleeping"] is None and "$0.15 in" in chosen["answering"]["price"]
    status = shell.ok("status", cwd=kettle)
    assert "gpt-4o-mini (goes to api.openai.com)" in status and "reverie budget set" in status
    shell.ok("model", "use", "none", cwd=kettle)
    assert shell.json("model", cwd=kettle)["chosen"]["answering"] is None


def test_a_choice_keeps_what_the_user_wrote_in_the_configuration(shell: Shell, kettle: Path) -> None:
    """It is their file."""
    shell.home.mkdir(parents=True, exist_ok=True)
    (shell.home / "config.toml").write_text("# mine\n[limits]\nparsers = 1  # one is enough\n")
    shell.ok("model", "use", "http://127.0.0.1:1/v1#tiny", "--free", "--local", cwd=kettle)
    shell.ok("budget", "set", "--tokens-per-day", "5000", "--for", "learning", cwd=kettle)
    shell.ok("--repo", str(kettle), "budget", "set", "--usd-per-day", "0.25", cwd=kettle)
    text = (shell.home / "config.toml").read_text()
    assert text.startswith("# mine\n[limits]\nparsers = 1  # one is enough\n")
    budget = shell.json("budget", cwd=kettle)
    assert (
        budget["learning"]["tokens"] == {"spent": 0, "limit": 5000} and budget["questions"]["tokens"]["limit"] is None
    )
    own = shell.json("--repo", str(kettle), "budget", cwd=kettle)
    assert own["learning"]["usd"] == {"spent": 0.0, "limit": 0.25}


@pytest.mark.parametrize(
    "arguments",
    [
        ["model", "use"],
        ["model", "use", "nonsense"],
        ["model", "use", "https://example.org/v1"],
        ["model", "use", "gone.gguf"],
        ["model", "use", "https://example.org/v1#m", "--free", "--local"],
        ["model", "local-only", "maybe"],
        ["budget", "set"],
        ["budget", "set", "--tokens-per-day", "-5"],
        ["ledger", "show"],
        ["ledger", "show", "99"],
    ],
)
def test_what_cannot_be_meant_is_refused_with_a_next_step(shell: Shell, kettle: Path, arguments: list[str]) -> None:
    """Nothing is half chosen."""
    done = shell.run(*arguments, "--json", cwd=kettle)
    error = json.loads(done.stdout)["error"]
    assert done.returncode == 2 and error["message"] and error["next_step"]
    assert shell.json("model", cwd=kettle)["chosen"] == {"sleeping": None, "answering": None}


def test_a_key_is_piped_in_and_seen_nowhere(shell: Shell, kettle: Path) -> None:
    """Not in the output, the log, the ledger, nor in a file that others can read."""
    shell.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"
    with serving(fails(401, f"Incorrect API key provided: {KEY}")) as server:
        shell.ok("model", "use", f"{server.address}#tiny", cwd=kettle)
        shell.ok("budget", "set", "--tokens-per-day", "100000", cwd=kettle)
        stored = shell.run("model", "key", "127.0.0.1", cwd=kettle, stdin=f"{KEY}\n")
        assert stored.returncode == 0 and KEY not in stored.stdout + stored.stderr
        answer = shell.json("ask", "what does Boiler do?", cwd=kettle)
        assert server.seen[0]["authorization"] == f"Bearer {KEY}"
        said = json.dumps([answer, shell.json("status", cwd=kettle), shell.json("model", cwd=kettle)])
        said += shell.ok("status", cwd=kettle) + shell.ok("model", cwd=kettle)
        said += shell.ok("ledger", "show", str(answer["ledger_id"]), cwd=kettle)
    assert KEY not in said and "refused the key" in said and "reverie model key" in said
    shell.ok("stop", cwd=kettle)
    for file in (path for path in [*shell.home.rglob("*"), *kettle.rglob(".git/reverie/*")] if path.is_file()):
        if KEY.encode() in file.read_bytes():
            assert file.name == "keys.toml" and file.stat().st_mode & 0o077 == 0
    (shell.home / "keys.toml").chmod(0o644)
    assert "chmod 600" in shell.ok("model", cwd=kettle)


def test_an_answer_of_a_model_is_in_the_ledger_with_what_was_sent(shell: Shell, kettle: Path) -> None:
    """What left the machine, and what it cost, can be looked up."""
    with serving(says(ANSWER)) as server:
        shell.ok("model", "use", f"{server.address}#tiny", cwd=kettle)
        shell.ok("budget", "set", "--tokens-per-day", "100000", cwd=kettle)
        answer = shell.json("ask", "what does Boiler do?", cwd=kettle)
        assert answer["route"] == "learned" and answer["cost_usd"] is None
        assert answer["tokens"]["prompt"] == 100 and answer["tokens"]["cached"] == 40
        entry = shell.json("ledger", "show", str(answer["ledger_id"]), cwd=kettle)
        (call,) = entry["calls"]
        sent = json.loads(server.bodies[0])["messages"]
        assert [one["text"] for one in call["sent"]] == [message["content"] for message in sent]
        assert call["received"] == ANSWER
        report = shell.json("ledger", cwd=kettle)
        assert [row["model"] for row in report["models"]] == ["tiny"] and report["recent"][0]["id"] == answer[
            "ledger_id"
        ]
        assert shell.json("budget", cwd=kettle)["questions"]["tokens"]["spent"] == 110
        assert "tiny" in shell.ok("ledger", cwd=kettle)


def test_a_question_is_never_refused(shell: Shell, kettle: Path) -> None:
    """Without budget it is composed, and says why."""
    with serving(says(ANSWER)) as server:
        shell.ok("model", "use", f"{server.address}#tiny", cwd=kettle)
        answer = shell.json("ask", "what does Boiler do?", cwd=kettle)
        assert answer["route"] == "composed" and answer["model"]["refused"]["code"] == "no_budget"
        assert "reverie budget set" in shell.ok("ask", "what does Sensor do?", cwd=kettle)
        assert server.bodies == []


def test_a_local_only_repository_is_answered_without_a_remote_model(shell: Shell, kettle: Path) -> None:
    """Marked once, nothing of it goes anywhere."""
    with serving(says(ANSWER)) as server:
        shell.ok("model", "use", f"{server.address}#tiny", cwd=kettle)
        shell.ok("budget", "set", "--tokens-per-day", "100000", cwd=kettle)
        shell.ok("model", "local-only", "on", cwd=kettle)
        answer = shell.json("ask", "what does Boiler do?", cwd=kettle)
        assert answer["route"] == "composed" and answer["model"]["refused"]["code"] == "local_only"
        assert server.bodies == []


def test_a_daemon_that_is_killed_in_the_midst_of_a_call_has_spent_it(shell: Shell, kettle: Path) -> None:
    """The server may have billed it; the account must not forget."""
    with serving(hangs) as server:
        shell.ok("model", "use", f"{server.address}#tiny", cwd=kettle)
        shell.ok("budget", "set", "--tokens-per-day", "100000", cwd=kettle)
        shell.ok("index", cwd=kettle)
        pid = shell.json("status", cwd=kettle)["pid"]
        asking = threading.Thread(target=shell.run, args=("ask", "what does Boiler do?"), kwargs={"cwd": kettle})
        asking.start()
        while not server.bodies:
            time.sleep(0.02)
        os.kill(pid, signal.SIGKILL)
        asking.join()
        reserved = shell.json("budget", cwd=kettle)["questions"]["tokens"]["spent"]
        assert reserved > len(server.bodies[0])
        assert shell.json("ledger", cwd=kettle)["total"]["awake"]["tokens"] == reserved
