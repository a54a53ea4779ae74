"""What the terminal UI asks of the daemon while it works, over the real socket: seeing, stepping in, setting."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from reverie_daemon.client import Client
from reverie_daemon.config import locations
from reverie_daemon.errors import UserError, WrongUsage
from support.misbehaving import hangs, says, serving
from support.shell import Shell, git, write


def client_of(shell: Shell, root: Path) -> Client:
    """A client of the daemon that has indexed the repository."""
    shell.ok("index", cwd=root)
    return Client(locations(shell.environ).socket)


def until(look: Callable[[], Any]) -> Any:
    """What is seen once there is something to see, or after a minute."""
    deadline = time.monotonic() + 60
    while not (seen := look()) and time.monotonic() < deadline:
        time.sleep(0.05)
    return seen


def children(client: Client, root: Path, path: str = "") -> dict[str, dict[str, Any]]:
    return {one["path"]: one for one in client.tree(root=str(root), path=path)["children"]}


def test_activity_tells_what_is_read_what_was_done_and_what_the_log_says(shell: Shell, kettle: Path) -> None:
    """Whoever wonders what it does, or why not, must not have to guess."""
    client = client_of(shell, kettle)
    before = client.activity(log=5)
    assert before["doing"] is None and before["ended"] == []
    readings = {one["name"]: one for one in before["readings"]}
    assert {"user idle", "other programs' CPU", "battery", "other programs' GPU", "paused"} <= set(readings)
    assert all(set(one) == {"name", "value", "unit", "text", "wanted"} and one["text"] for one in before["readings"])
    assert readings["learning by itself"]["text"] == "learning.when_idle is off"
    for paused in (True, False):
        client.pause(paused)
        told = next(one for one in client.activity()["readings"] if one["name"] == "paused")
        assert told["value"] is paused, "at once, however lately the sensors were read"
    list(client.learn(root=str(kettle)))
    after = client.activity(log=1)
    assert 20 < len(after["ended"]) <= 50 and {one["outcome"] for one in after["ended"]} == {"done"}
    newest = after["ended"][0]
    assert newest["root"] == str(kettle) and newest["analysis"] and newest["at"] >= newest["since"]
    assert newest["cost"] == {"tokens": 0, "usd": 0.0} and newest["reason"] is None
    assert len(after["log"]) <= 1 and client.activity(log=0)["log"] == []
    assert any("starting, version" in line for line in client.activity(log=50)["log"])
    assert "other programs use" in shell.ok("status", cwd=kettle) or "is not known yet" in shell.ok(
        "status", cwd=kettle
    )


def test_a_waiting_job_that_is_cancelled_is_not_done_until_its_file_changes(shell: Shell, kettle: Path) -> None:
    """A user who says no is not asked again by the next plan."""
    client = client_of(shell, kettle)
    root = str(kettle)
    with serving(hangs) as server:
        shell.ok("model", "use", f"{server.address}#tiny", "--free", "--local", cwd=kettle)
        learning = shell.start("learn", "--json", cwd=kettle)
        try:
            doing = until(lambda: (one := client.activity()["doing"]) and server.bodies and one)
            assert doing["root"] == root and doing["since"]
            waiting = [one for one in client.jobs(root=root)["jobs"] if not one["running"]]
            purpose = next(one for one in waiting if one["analysis"] == "purpose" and one["subject_kind"] == "file")
            said = client.cancel_job(root=root, analysis="purpose", subject=purpose["subject"])
            assert said["was"] == "waiting"
            said = client.cancel_job(root=root, analysis=doing["analysis"], subject=doing["subject"])
            assert said["was"] == "running"
            ended = until(lambda: [one for one in client.activity()["ended"] if one["outcome"] == "cancelled"])
            assert (ended[0]["subject"], ended[0]["reason"]) == (doing["subject"], "you cancelled it")
        finally:
            learning.kill()
            learning.wait(30)
        shell.ok("model", "use", "none", cwd=kettle)
        shell.ok("stop", cwd=kettle)
    client = client_of(shell, kettle)
    kept = {(one["analysis"], one["subject"]) for one in client.jobs(root=root)["cancelled"]}
    assert {("purpose", purpose["subject"]), (doing["analysis"], doing["subject"])} <= kept, "also after a restart"
    with serving(says("It heats water. [1]\n")) as server:
        shell.ok("model", "use", f"{server.address}#tiny", "--free", "--local", cwd=kettle)
        list(client.learn(root=root))
        notes = client.notes(root=root, about=purpose["subject"])["notes"]
        assert "purpose" not in {note["analysis"] for note in notes}
        path = kettle / purpose["subject"]
        path.write_text(path.read_text() + "\n\nMORE = 1\n")
        git(kettle, "commit", "-qam", "More")  # what is being edited is left alone for a while
        list(client.learn(root=root))
        assert ("purpose", purpose["subject"]) not in {
            (one["analysis"], one["subject"]) for one in client.jobs(root=root)["cancelled"]
        }
    with pytest.raises(WrongUsage, match="no job"):
        client.cancel_job(root=root, analysis="purpose", subject="nowhere.py")


def test_one_path_is_learned_at_once_and_nothing_else(shell: Shell, kettle: Path) -> None:
    """“Learn this now” is not “learn everything now”; what was cancelled is done when it is asked for."""
    client = client_of(shell, kettle)
    root = str(kettle)
    assert {one["state"] for one in children(client, kettle).values()} == {"not yet learned"}
    done = shell.json("learn", "kettle/sensor.py", cwd=kettle)
    assert done["jobs"] >= 3 and done["jobs_failed"] == 0 and done["notes"] >= 2
    inside = children(client, kettle, "kettle")
    assert inside["kettle/sensor.py"]["state"] == "fresh" and inside["kettle/sensor.py"]["answers"] > 0
    assert inside["kettle/boiler.py"]["state"] == "not yet learned"
    waiting = {(one["analysis"], one["subject"]) for one in client.jobs(root=root)["jobs"]}
    assert ("history", "kettle/boiler.py") in waiting
    assert len(client.jobs(root=root, limit=1)["jobs"]) == 1 < len(waiting)
    client.cancel_job(root=root, analysis="history", subject="kettle/boiler.py")
    list(client.learn_about("kettle/boiler.py", root=root))
    assert client.jobs(root=root)["cancelled"] == []
    assert children(client, kettle, "kettle")["kettle/boiler.py"]["state"] == "fresh"
    error = json.loads(shell.run("learn", "nowhere", "--json", cwd=kettle).stdout)["error"]
    assert error["code"] == "no_file" and error["next_step"] == "reverie index"


def test_the_tree_tells_fresh_from_stale_from_not_yet_learned(shell: Shell, kettle: Path) -> None:
    """The Learned screen is this, a level at a time."""
    client = client_of(shell, kettle)
    list(client.learn(root=str(kettle)))
    top = children(client, kettle)
    assert list(top)[:2] == ["kettle", "tests"] and top["kettle"]["kind"] == "folder" and top["kettle"]["files"] == 3
    assert top["README.md"]["kind"] == "file"
    inside = children(client, kettle, "kettle")
    assert sum(one["notes"] for one in inside.values()) == top["kettle"]["notes"] > 0
    symbols = children(client, kettle, "kettle/boiler.py")
    names = [one["name"] for one in symbols.values()]
    assert names[:3] == ["BOILING_C", "Boiler", "Boiler.__init__"] and names[-1] == "Boiler.done"
    assert all(one["line"] for one in symbols.values())
    boil = symbols["kettle/boiler.py::Boiler.boil"]
    assert boil["answers"] > 0 and (boil["answers_stale"], boil["state"]) == (0, "fresh")
    write(kettle, {"kettle/boiler.py": (kettle / "kettle/boiler.py").read_text().replace("100", "99")})
    git(kettle, "commit", "-qam", "Boil at 99")
    list(client.index(root=str(kettle)))
    changed = until(lambda: (one := children(client, kettle, "kettle")["kettle/boiler.py"])["stale"] and one)
    assert changed["state"] == "stale" and changed["answers_stale"] > 0
    with pytest.raises(UserError, match="Nothing of nowhere is indexed"):
        client.tree(root=str(kettle), path="nowhere")


def test_a_note_tells_who_made_it_when_and_what_it_cost_and_can_be_forgotten(shell: Shell, kettle: Path) -> None:
    """A wrong note is looked through, then thrown away, with the reply that it came from."""
    client = client_of(shell, kettle)
    root, subject = str(kettle), "kettle/boiler.py"
    with serving(says("It heats water until it boils. [1]\n")) as server:
        shell.ok("model", "use", f"{server.address}#tiny", "--free", "--local", cwd=kettle)
        list(client.learn_about(subject, root=root))
        notes = {one["analysis"]: one for one in client.notes(root=root, about=subject)["notes"]}
        purpose = notes["purpose"]
        assert purpose["model"] == "tiny" and purpose["made_at"].startswith("20")
        assert purpose["cost"] == {"tokens": 110, "usd": 0.0} and purpose["claims"][0]["evidence"]
        assert notes["history"]["model"] is None and notes["history"]["cost"] == {"tokens": 0, "usd": 0.0}
        gone = client.forget_notes(root=root, subject=subject, analysis="purpose")
        assert gone == {"notes": 1, "replies": gone["replies"]} and gone["replies"] >= 1
        left = {one["analysis"] for one in client.notes(root=root, about=subject)["notes"]}
        assert "purpose" not in left and "history" in left
        asked = len(server.bodies)
        list(client.learn_about(subject, root=root))
        assert len(server.bodies) > asked, "the reply that was thrown away is not used again"
    with pytest.raises(WrongUsage, match="no note about"):
        client.forget_notes(root=root, subject="nowhere.py")


def test_settings_are_changed_over_the_api_with_comments_kept(shell: Shell, kettle: Path) -> None:
    """The screen and the command are two ways to one file."""
    config = shell.home / "config.toml"
    config.write_text("# mine\n[learning]\nwhen_idle = false  # for now\n")
    client = client_of(shell, kettle)
    rows = {one["key"]: one for one in client.config()["settings"]}
    assert rows["learning.when_idle"]["set"] == "everywhere" and rows["learning.idle_after_s"]["set"] == "default"
    assert rows["limits.parsers"]["applies"] == "after reverie restart" and all(one["meaning"] for one in rows.values())
    changed = {one["key"]: one for one in client.set_config("learning.idle_after_s", 5)["settings"]}
    assert changed["learning.idle_after_s"]["value"] == 5
    assert shell.json("config", "learning.idle_after_s", cwd=kettle) == {"learning.idle_after_s": 5}
    client.set_config("learning.quiet_hours", "22:00-07:00")
    assert "# mine" in config.read_text() and "# for now" in config.read_text() and "22:00-07:00" in config.read_text()
    for key, value in (("learning.idle_after_s", True), ("learning.idle_after_s", -1), ("learning.nothing", 1)):
        with pytest.raises(WrongUsage):
            client.set_config(key, value)
    with pytest.raises(WrongUsage, match="holds for all repositories"):
        client.set_config("learning.idle_after_s", 5, root=str(kettle))
    client.set_config("tui.theme", "Light")
    look = {one["key"]: one for one in client.config()["settings"]}["tui.theme"]
    assert look["value"] == "light" and look["choices"] == ["dark", "light", "terminal"]
    with pytest.raises(WrongUsage, match="one of dark, light, terminal"):
        client.set_config("tui.theme", "pink!")
    assert client.set_config("tui.theme", "nord")["settings"]
    client.set_config("learning.idle_after_s", None)
    assert "idle_after_s" not in config.read_text()


def test_ignored_paths_are_forgotten_and_come_back_with_the_setting(shell: Shell, kettle: Path) -> None:
    """What a user rules out is not answered from, whichever way it was ruled out."""
    client = client_of(shell, kettle)
    root = str(kettle)

    def paths() -> set[str]:
        return set(children(client, kettle)) | set(children(client, kettle, "kettle"))

    rows = client.set_config("index.ignore", ["tests/"], root=root)["settings"]
    assert [(one["key"], one["value"], one["set"]) for one in rows] == [("index.ignore", ["tests/"], "repository")]
    assert until(lambda: "tests" not in paths())
    client.set_config("index.ignore", ["kettle/sensor.py"])
    assert until(lambda: "kettle/sensor.py" not in paths() and "tests" not in paths())
    write(kettle, {"tests/test_more.py": "def test_more():\n    pass\n"})
    assert not shell.json("ask", "where is test_more?", cwd=kettle)["evidence"]
    shell.ok("config", "--unset", "index.ignore", cwd=kettle)
    assert shell.json("ask", "where is Sensor?", cwd=kettle)["evidence"], "a question notices what the command changed"
    shell.ok("--repo", root, "config", "--unset", "index.ignore", cwd=kettle)
    assert shell.json("ask", "where is test_more?", cwd=kettle)["evidence"]
    with pytest.raises(WrongUsage, match="patterns"):
        client.set_config("index.ignore", [1])


def test_a_budget_is_named_and_lifted_over_the_api(shell: Shell, kettle: Path) -> None:
    """Without a way back a limit is a trap."""
    client = client_of(shell, kettle)
    client.set_budget({"tokens_per_day": 5, "usd_per_day": 0.5}, side="learning")
    told = client.set_budget({"tokens_per_day": None}, side="learning")["learning"]
    assert (told["tokens"]["limit"], told["usd"]["limit"]) == (None, 0.5)
    with pytest.raises(WrongUsage):
        client.set_budget({}, side="learning")


def test_languages_and_the_day_of_the_account_are_told(shell: Shell, kettle: Path) -> None:
    """What somebody new is shown first, and where the charts end."""
    client = client_of(shell, kettle)
    languages = client.languages(root=str(kettle))["languages"]
    assert languages[0]["language"] == "python"
    assert sum(one["files"] for one in languages) == client.status()["repositories"][0]["files"]
    assert client.ledger()["today"] == time.strftime("%Y-%m-%d")


def test_hooks_are_installed_and_removed_over_the_api(shell: Shell, kettle: Path) -> None:
    """The same as the command, since it is the same code."""
    client = client_of(shell, kettle)
    root = str(kettle)
    assert client.hooks(root=root)["installed"] is False
    assert client.set_hooks(True, root=root) == shell.json("hooks", "status", cwd=kettle)
    assert client.hooks(root=root)["installed"] is True
    assert client.set_hooks(False, root=root)["installed"] is False
    assert not (kettle / ".git/hooks/post-commit").exists()
