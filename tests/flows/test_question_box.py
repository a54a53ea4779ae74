"""What a question box needs beside answers: names by their letters, and whether an answer on show still holds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from reverie_daemon.client import Client
from reverie_daemon.config import locations

QUESTION = "what does Boiler.done do?"


def asked(shell, kettle: Path) -> tuple[Client, dict[str, Any]]:
    """An answer, and a client of the daemon that gave it."""
    answer = shell.json("ask", QUESTION, cwd=kettle)
    return Client(locations(shell.environ).socket), answer


def test_names_are_found_by_their_letters(shell, kettle):
    """`@` in the question box offers what the repository has."""
    client, _ = asked(shell, kettle)
    (boiler, *others) = client.names(root=str(kettle), letters="boil")["names"]
    assert boiler == {"name": "boil", "kind": "method", "path": "kettle/boiler.py", "line": 15}
    assert {one["name"] for one in others} >= {"Boiler", "kettle/boiler.py", "BOILING_C"}
    assert client.names(root=str(kettle), letters="ket/sens")["names"][0]["path"] == "kettle/sensor.py"
    assert client.names(root=str(kettle), letters=" ")["names"] == []


def test_an_answer_on_show_is_told_to_hold_until_what_it_read_changes(shell, kettle):
    """A comment elsewhere leaves it alone; the function itself does not."""
    client, answer = asked(shell, kettle)
    about = {"root": str(kettle), "key": answer["key"], "clock": answer["clock"]}
    assert client.still_holds(**about) == {"holds": True}
    boiler = kettle / "kettle" / "boiler.py"
    shell.json("ask", QUESTION, cwd=kettle)
    assert client.still_holds(**about) == {"holds": True}
    boiler.write_text(boiler.read_text().replace("BOILING_C\n", "BOILING_C + 1\n"))
    shell.json("index", cwd=kettle)
    assert client.still_holds(**about) == {"holds": False}
    shell.json("ask", QUESTION, cwd=kettle)
    assert client.still_holds(**about) == {"holds": False}, "another answer has taken its place"
    assert client.still_holds(**{**about, "key": "none"}) == {"holds": None}


def test_fifty_windows_leave_room_for_a_question(shell, kettle, monkeypatch):
    """Each window listens for as long as it is open; the one that asks must not wait until another is told that it is
    still there, which takes fifteen seconds."""
    monkeypatch.setattr("reverie_daemon.client.REPLY_WAIT_S", 10)
    client, _ = asked(shell, kettle)
    streams = [client.events() for _ in range(50)]
    assert all(next(stream)["event"] == "snapshot" for stream in streams)
    assert client.status()["repositories"]
    client.close()
