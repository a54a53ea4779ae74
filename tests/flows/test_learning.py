"""Learning as a user meets it: the commands, the real daemon, a real repository."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

from support.shell import Shell, git, write

KEYS = {"question", "subject", "kind", "probability", "answered", "fresh"}


def test_learning_prepares_answers_that_are_then_remembered(shell: Shell, kettle: Path) -> None:
    """The promise: the thinking is done before the question comes, and costs nothing then."""
    done = shell.json("learn", cwd=kettle)
    assert done["jobs"] > 20 and done["jobs_failed"] == 0 and done["notes"] >= done["jobs"]
    expected = shell.json("predictions", cwd=kettle)
    assert all(set(one) == KEYS for one in expected) and all(one["answered"] and one["fresh"] for one in expected[:10])
    assert [one["probability"] for one in expected] == sorted((one["probability"] for one in expected), reverse=True)
    answer = shell.json("ask", "what are the callers of Boiler.done?", cwd=kettle)
    assert answer["route"] == "remembered" and answer["tokens"]["prompt"] == answer["tokens"]["completion"] == 0
    assert "boil" in answer["answer"] and all(one["verified"] for one in answer["evidence"])
    score = shell.json("ledger", cwd=kettle)
    assert score["predictions"]["asked"] == score["predictions"]["hits"] == 1
    assert score["total"]["questions"] == 1, "the first answer counts, prepared or not"


def test_a_prepared_answer_is_never_given_once_what_it_read_changed(shell: Shell, kettle: Path) -> None:
    """Something stale that passes for current is worse than nothing prepared."""
    shell.ok("learn", cwd=kettle)
    alarm = "from .boiler import Boiler\n\n\ndef ring(b: Boiler) -> bool:\n    return b.done()\n"
    write(kettle, {"kettle/alarm.py": alarm})
    answer = shell.json("ask", "who calls Boiler.done?", cwd=kettle)
    assert answer["route"] == "composed" and "ring" in answer["answer"]
    outdated = {one["question"]: one["fresh"] for one in shell.json("predictions", "-n", "300", cwd=kettle)}
    assert outdated["who calls `Sensor.read`?"]


def test_a_dry_run_lists_everything_and_learns_nothing(shell: Shell, kettle: Path) -> None:
    """Before anything is spent the user sees on what."""
    plan = shell.json("learn", "--dry-run", cwd=kettle)
    assert plan["total"]["jobs"] == len(plan["jobs"]) > 20 and plan["total"]["tokens_cost"] == 0
    values = [job["value"] for job in plan["jobs"]]
    assert values == sorted(values, reverse=True)
    for job in plan["jobs"]:
        assert {"analysis", "subject", "probability", "tokens_saved", "tokens_cost"} <= set(job)
    assert shell.json("predictions", cwd=kettle) == [] and shell.json("notes", cwd=kettle) == []
    text = shell.ok("learn", "--dry-run", cwd=kettle)
    assert "centrality: the repository" in text and "tokens expected to be saved" in text


def test_notes_are_shown_by_what_they_are_about(shell: Shell, kettle: Path) -> None:
    """What was learned can be read, with its citations."""
    shell.ok("learn", cwd=kettle)
    notes = shell.json("notes", "kettle/boiler.py", cwd=kettle)
    assert {note["analysis"] for note in notes} == {"history", "tests"}
    assert all(note["fresh"] and note["claims"] and note["model"] is None for note in notes)
    assert "kettle/boiler.py: history" in shell.ok("notes", "kettle", cwd=kettle)
    assert "Nothing is noted" in shell.ok("notes", "nowhere.py", cwd=kettle)
    gone = shell.json("forget", "kettle/boiler.py", cwd=kettle)
    assert gone["notes"] >= 2 and shell.json("notes", "kettle/boiler.py", cwd=kettle) == []


def test_a_pause_holds_over_a_restart_until_it_is_taken_back(shell: Shell, kettle: Path) -> None:
    """Whoever paused it does not expect it to work after a reboot."""
    assert shell.run("pause", cwd=kettle).returncode == 4, "it starts no daemon"
    shell.ok("index", cwd=kettle)
    shell.ok("pause", cwd=kettle)
    shell.ok("restart", cwd=kettle)
    sleep = shell.json("status", cwd=kettle)["sleep"]
    assert (sleep["state"], sleep["reason"]) == ("paused", "until you run: reverie resume")
    shell.ok("resume", cwd=kettle)
    assert shell.json("status", cwd=kettle)["sleep"]["state"] == "waiting"


def test_settings_are_shown_set_and_used_by_the_running_daemon(shell: Shell, kettle: Path) -> None:
    """The file keeps its comments; a wrong value is refused before it can do harm."""
    config = shell.home / "config.toml"
    config.write_text("# mine\n[learning]\nwhen_idle = false  # for now\n")
    shell.ok("index", cwd=kettle)
    assert shell.json("config", cwd=kettle)["learning.when_idle"] is False
    assert shell.ok("config", "learning.quiet_hours", "22:00-07:00", cwd=kettle).strip().endswith('["22:00-07:00"]')
    wrong = shell.run("config", "learning.quiet_hours", "always", cwd=kettle)
    assert wrong.returncode == 2 and "spans such as" in wrong.stderr
    assert shell.run("config", "learning.nothing", cwd=kettle).returncode == 2
    assert "# mine" in config.read_text() and "# for now" in config.read_text()
    shell.ok("config", "--unset", "learning.quiet_hours", cwd=kettle)
    assert "quiet_hours" not in config.read_text()
    reason = "learning.when_idle is off; reverie learn learns at once"
    assert _until(lambda: shell.json("status", cwd=kettle)["sleep"]["reason"], reason) == reason


def test_a_daemon_killed_while_learning_goes_on_afterwards(shell: Shell, kettle: Path) -> None:
    """Nothing is lost, nothing done twice is wrong, and no process of ours lives on."""
    shell.ok("index", cwd=kettle)
    status = shell.json("status", cwd=kettle)
    learning = shell.start("learn", "--json", cwd=kettle)
    _until(lambda: shell.json("status", cwd=kettle)["sleep"]["state"], "learning")
    os.kill(status["pid"], signal.SIGKILL)
    learning.wait(60)
    done = shell.json("learn", cwd=kettle)
    assert done["jobs_failed"] == 0
    assert shell.json("ask", "who calls Boiler.done?", cwd=kettle)["route"] == "remembered"


def test_a_commit_is_explained_before_anybody_asks(shell: Shell, kettle: Path) -> None:
    """The hook's moment: what did this change, and why?"""
    shell.ok("hooks", "install", cwd=kettle)
    shell.ok("learn", cwd=kettle)
    write(kettle, {"kettle/alarm.py": "def ring() -> None:\n    pass\n"})
    git(kettle, "add", "-A")
    git(kettle, "commit", "-qm", "Add an alarm\n\nNobody heard the water boil.")
    shell.ok("learn", cwd=kettle)
    answer = shell.json("ask", "what did this change, and why?", cwd=kettle)
    assert answer["route"] == "remembered"
    assert "Add an alarm" in answer["answer"] and "Nobody heard" in answer["answer"]


def _until(look: Callable[[], str], wanted: str) -> str:
    """What is seen once it is what is wanted, or after a minute."""
    deadline = time.monotonic() + 60
    while (seen := look()) != wanted and time.monotonic() < deadline:
        time.sleep(0.05)
    return seen
