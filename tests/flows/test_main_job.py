"""From nothing to an answer, as a user does it: the command, the daemon, a real repository."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path

from reverie_daemon.config import locations
from support.shell import Shell, git, write


def test_the_first_question_starts_the_daemon_and_is_answered(shell: Shell, kettle: Path) -> None:
    """The one thing everybody tries first must need no preparation."""
    answer = shell.json("ask", "who calls done?", cwd=kettle)
    assert "boil" in answer["answer"].split(".")[0] + answer["answer"].split("\n")[0]
    assert {"kettle/boiler.py"} == {evidence["path"] for evidence in answer["evidence"][:1]}
    assert all(evidence["verified"] for evidence in answer["evidence"])
    assert answer["route"] == "composed" and answer["fresh"]


def test_an_answer_has_every_field_that_programs_rely_on(shell: Shell, kettle: Path) -> None:
    """Other tools parse this; a missing key breaks them."""
    answer = shell.json("ask", "what does Boiler do?", cwd=kettle)
    assert set(answer) == {
        "question", "answer", "route", "confidence", "fresh", "evidence", "unverified", "readings", "marked_wrong",
        "conversation", "ledger_id", "clock", "notes_revision", "pending", "tokens", "cost_usd", "model", "latency_ms",
        "key",
    }  # fmt: skip
    assert set(answer["tokens"]) == {"prompt", "cached", "completion", "baseline", "saved"}
    assert set(answer["evidence"][0]) == {"path", "start_line", "end_line", "symbol", "blob", "verified"}


def test_citations_quote_the_file_as_it_is(shell: Shell, kettle: Path) -> None:
    """A citation that points elsewhere is worse than none."""
    for question in ("how does Boiler.boil work?", "where is BOILING_C?", "what is this repository about?"):
        for cited in shell.json("ask", question, cwd=kettle)["evidence"]:
            lines = (kettle / cited["path"]).read_text().splitlines()
            assert cited["verified"] and 1 <= cited["start_line"] <= cited["end_line"] <= len(lines)
            assert cited["blob"] == git(kettle, "hash-object", cited["path"])
            # The symbol encloses the lines: it is defined at or above their end.
            assert cited["symbol"].rpartition(".")[2] in "\n".join(lines[: cited["end_line"]])


def test_no_answer_trails_a_save(shell: Shell, kettle: Path) -> None:
    """What was saved before the question is part of the answer, whether an event came or not."""
    shell.ok("index", cwd=kettle)
    write(
        kettle,
        {"kettle/alarm.py": "from .boiler import Boiler\n\n\ndef ring(b: Boiler) -> bool:\n    return b.done()\n"},
    )
    answer = shell.json("ask", "who calls done?", cwd=kettle)
    assert "kettle/alarm.py" in {evidence["path"] for evidence in answer["evidence"]}
    (kettle / "kettle/alarm.py").unlink()
    again = shell.json("ask", "who calls done?", cwd=kettle)
    assert "alarm" not in again["answer"]


def test_asking_again_is_remembered_until_what_it_read_changes(shell: Shell, kettle: Path) -> None:
    """Remembering saves work; remembering something stale would be a lie."""
    first = shell.json("ask", "who calls done?", cwd=kettle)
    again = shell.json("ask", "what are the callers of done?", cwd=kettle)
    assert (first["route"], again["route"]) == ("composed", "remembered")
    assert again["answer"] == first["answer"]
    write(kettle, {"notes.txt": "Nothing that matters.\n"})
    assert shell.json("ask", "who calls done?", cwd=kettle)["route"] == "remembered"
    write(
        kettle,
        {"kettle/alarm.py": "from .boiler import Boiler\n\n\ndef ring(b: Boiler) -> bool:\n    return b.done()\n"},
    )
    changed = shell.json("ask", "who calls done?", cwd=kettle)
    assert changed["route"] == "composed" and "ring" in changed["answer"]


def test_context_never_exceeds_its_tokens_and_is_stable(shell: Shell, kettle: Path) -> None:
    """Another agent plans its window with it, and its prompt cache needs the same bytes."""
    one = shell.json("context", "--tokens", "120", "how is boiling detected?", cwd=kettle)
    two = shell.json("context", "--tokens", "120", "how is boiling detected?", cwd=kettle)
    assert one["tokens"] <= 120 and one["context"] == two["context"]
    first = one["evidence"][0]
    assert f"{first['path']}:{first['start_line']}-{first['end_line']}" in one["context"]


def test_a_batch_gives_a_line_for_each_line(shell: Shell, kettle: Path, tmp_path: Path) -> None:
    """Benches and scripts pair questions with answers by line and id."""
    batch = tmp_path / "questions.jsonl"
    batch.write_text('{"question": "where is Boiler?", "id": 7}\nnonsense\n{"question": "who calls read?"}\n')
    done = shell.run("ask", "--json", "--batch", str(batch), cwd=kettle)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line.get("id") for line in lines] == [7, None, None]
    assert "answer" in lines[0] and lines[1]["error"]["code"] == "wrong_usage" and "answer" in lines[2]
    assert shell.json("ledger", cwd=kettle)["entries"] == 0


def test_the_ledger_counts_what_was_asked(shell: Shell, kettle: Path) -> None:
    """The promise is tokens saved; the ledger is where it is kept."""
    answer = shell.json("ask", "how does Boiler.boil work?", cwd=kettle)
    ledger = shell.json("ledger", cwd=kettle)
    assert ledger["entries"] == 1 and answer["tokens"]["baseline"] > 0
    assert set(ledger["days"][0]) >= {"date", "asleep", "awake", "saved", "net"}


def test_status_tells_what_is_known(shell: Shell, kettle: Path) -> None:
    """Users and tools look here first when something seems wrong."""
    shell.ok("index", cwd=kettle)
    status = shell.json("status", cwd=kettle)
    assert set(status) >= {"pid", "version", "uptime_s", "sleep", "repositories", "model", "budget"}
    (repository,) = status["repositories"]
    assert repository["root"] == str(kettle) and repository["files"] == 5 and repository["symbols"] >= 8
    assert repository["head"] == git(kettle, "rev-parse", "HEAD")
    assert repository["pending"] == {"files": 0, "share": 0.0}


def test_a_branch_switch_is_seen_and_parses_nothing_known(shell: Shell, kettle: Path) -> None:
    """Switching branches is the commonest big change; both sides are known after the first time."""
    git(kettle, "checkout", "-qb", "quiet")
    write(kettle, {"kettle/boiler.py": "def hush() -> None:\n    pass\n"})
    git(kettle, "commit", "-qam", "Hush")
    assert "kettle/boiler.py" in json.dumps(shell.json("ask", "where is hush?", cwd=kettle)["evidence"])
    git(kettle, "checkout", "-q", "main")
    assert shell.json("ask", "where is Boiler?", cwd=kettle)["evidence"][0]["path"] == "kettle/boiler.py"
    assert "kettle/boiler.py" not in json.dumps(shell.json("ask", "where is hush?", cwd=kettle)["evidence"])


def test_outside_a_repository_the_exit_code_is_3(shell: Shell, tmp_path: Path) -> None:
    """Scripts tell this case from others by the code; people by the next step."""
    empty = tmp_path / "empty"
    empty.mkdir()
    done = shell.run("ask", "--json", "where?", cwd=empty)
    assert done.returncode == 3
    error = json.loads(done.stdout)["error"]
    assert error["code"] == "no_repository" and error["next_step"]


def test_status_and_stop_never_start_a_daemon(shell: Shell, kettle: Path) -> None:
    """Looking must not change what is looked at."""
    assert shell.run("status", cwd=kettle).returncode == 4
    assert shell.run("stop", cwd=kettle).returncode == 0
    assert not (shell.home / "state" / "daemon.lock").exists()


def test_stop_leaves_nothing_behind(shell: Shell, kettle: Path) -> None:
    """Leaked processes are what users of such tools complain about most."""
    shell.ok("index", cwd=kettle)
    pid = shell.json("status", cwd=kettle)["pid"]
    children = _children(pid)
    shell.ok("stop", cwd=kettle)
    assert not [one for one in [pid, *children] if _alive(one)]
    assert not locations(shell.environ).socket.exists()


def test_a_killed_daemon_comes_back_whole(shell: Shell, kettle: Path) -> None:
    """Pulling the plug loses nothing, and nothing of ours lives on."""
    shell.ok("index", cwd=kettle)
    pid = shell.json("status", cwd=kettle)["pid"]
    os.kill(pid, signal.SIGKILL)
    write(kettle, {"kettle/alarm.py": "def ring() -> None:\n    pass\n"})
    shell.ok("index", cwd=kettle)
    assert "kettle/alarm.py" in json.dumps(shell.json("ask", "where is ring?", cwd=kettle)["evidence"])


def test_a_file_in_place_of_the_socket_is_left_alone(shell: Shell, kettle: Path) -> None:
    """Deleting what we did not make could be anybody's data."""
    place = locations(shell.environ).socket
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    place.write_text("mine")
    done = shell.run("ask", "where is Boiler?", cwd=kettle)
    assert done.returncode == 4 and "not a socket" in done.stderr
    assert place.read_text() == "mine"
    place.unlink()


def test_forget_deletes_questions(shell: Shell, kettle: Path) -> None:
    """What a user asked is theirs to take back."""
    shell.ok("ask", "who calls done?", cwd=kettle)
    gone = shell.json("forget", cwd=kettle)
    assert gone["questions"] >= 1
    assert shell.json("ask", "who calls done?", cwd=kettle)["route"] == "composed"


def test_a_commit_wakes_the_daemon_through_its_hook(shell: Shell, kettle: Path) -> None:
    """The third way people use it: git tells, nothing is asked."""
    shell.ok("hooks", "install", cwd=kettle)
    shell.ok("index", cwd=kettle)
    write(kettle, {"kettle/alarm.py": "def ring() -> None:\n    pass\n"})
    git(kettle, "add", "-A")
    git(kettle, "commit", "-qm", "Add an alarm")
    shell.ok("index", cwd=kettle)
    repository = shell.json("status", cwd=kettle)["repositories"][0]
    assert repository["head"] == git(kettle, "rev-parse", "HEAD")
    answer = shell.json("ask", "what changed recently?", cwd=kettle)
    assert "Add an alarm" in answer["answer"]


def _children(pid: int) -> list[int]:
    listed = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(child) for child in listed.read_text().split()] if listed.exists() else []


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_a_context_comes_in_the_form_and_with_the_parts_that_are_asked_for(shell: Shell, kettle: Path) -> None:
    """Agents differ in what they read best; a wrong word is told apart from a wrong question."""
    shell.ok("learn", cwd=kettle)
    question = ("context", "--tokens", "300", "where is the temperature read?")
    xml = shell.ok(*question, "--format", "xml", "--include", "notes,history", cwd=kettle)
    assert "<note>kettle/sensor.py:" in xml and "Begin</note>" in xml and "<source>" not in xml
    plain = json.loads(shell.ok(*question, "--format", "json", cwd=kettle))
    assert plain["tokens"] <= 300 and "kettle/sensor.py" in {one["path"] for one in plain["evidence"]}
    wrong = shell.run(*question, "--include", "poems", cwd=kettle)
    assert wrong.returncode == 2 and "poems" in wrong.stderr
