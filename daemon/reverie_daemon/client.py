"""The caller's side of the socket: what the command line, the terminal UI and other tools use.

Everything here blocks, and imports little, since a command line pays for it at every call. It knows routes and errors,
and nothing of what the daemon does with them. Starting and replacing daemons is `service.py`'s.
"""

from __future__ import annotations

import http.client
import json
import socket
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlencode

from . import service
from .config import Locations, locations
from .errors import DaemonUnreachable, NoRepository, OverBudget, UserError, WrongUsage

REPLY_WAIT_S = 120
"""The longest silence of the daemon within one reply before it counts as unreachable."""

_ERRORS = {kind.code: kind for kind in (WrongUsage, NoRepository, DaemonUnreachable, OverBudget)}


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: Path, timeout_s: float | None) -> None:
        super().__init__("reverie", timeout=timeout_s)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))


class Client:
    """A daemon that answers. Every method raises UserError for what the daemon refuses, DaemonUnreachable when it has
    gone."""

    def __init__(self, socket_path: Path) -> None:
        self._socket = socket_path
        self._streams: set[http.client.HTTPConnection] = set()

    @classmethod
    def connect(cls, *, start: bool = True, where: Locations | None = None) -> Self:
        """A client of the running daemon of this version or newer; with `start`, one is started (and an older one
        replaced) when need be. Raises DaemonUnreachable."""
        where = where or locations()
        service.ensure(where) if start else service.require(where)
        return cls(where.socket)

    def close(self) -> None:
        """Ends the streams that are still open."""
        for connection in list(self._streams):
            if connection.sock is not None:
                connection.sock.shutdown(socket.SHUT_RDWR)

    def status(self) -> dict[str, Any]:
        return self._call("GET", "/v1/status")

    def repositories(self) -> list[dict[str, Any]]:
        repositories: list[dict[str, Any]] = self._call("GET", "/v1/repositories")["repositories"]
        return repositories

    def add_repository(self, path: Path) -> str:
        """The root of the repository around `path`, watched from now on. Raises NoRepository."""
        return self.open_repository(path)[0]

    def open_repository(self, path: Path) -> tuple[str, bool]:
        """The same, with whether anything of it is indexed yet."""
        opened = self._call("POST", "/v1/repositories", {"path": str(path.expanduser().absolute())})
        return opened["root"], opened["begun"]

    def remove_repository(self, path: Path) -> str:
        root: str = self._call("DELETE", "/v1/repositories", {"path": str(path.absolute())})["root"]
        return root

    def ask(
        self,
        question: str,
        *,
        root: str,
        path: str = "",
        conversation: str = "",
        counted: bool = True,
        again: bool = False,
    ) -> Iterator[dict[str, Any]]:
        """The answer as it comes: `understood`, perhaps `composed`, `claim`s, then `answer`. `again` asks anew what is
        remembered, and a model even where facts alone settle it."""
        body = {"root": root, "question": question, "path": path, "conversation": conversation, "counted": counted}
        body["again"] = again
        return self._stream("POST", "/v1/ask", {**body, "stream": True}, last="answer")

    def answer(
        self, question: str, *, root: str, path: str = "", conversation: str = "", counted: bool = True
    ) -> dict[str, Any]:
        """The whole answer at once."""
        body = {"root": root, "question": question, "path": path, "conversation": conversation, "counted": counted}
        return self._call("POST", "/v1/ask", body)

    def context(
        self,
        question: str,
        *,
        root: str,
        tokens: int,
        path: str = "",
        form: str = "text",
        include: Sequence[str] = (),
    ) -> dict[str, Any]:
        """What to read for a question; nothing in `include` means the usual parts."""
        body = {"root": root, "question": question, "tokens": tokens, "path": path}
        body |= {"format": form, "include": list(include)}
        return self._call("POST", "/v1/context", body)

    def index(self, *, root: str) -> Iterator[dict[str, Any]]:
        return self._stream("POST", "/v1/index", {"root": root}, last="done")

    def learn(self, *, root: str) -> Iterator[dict[str, Any]]:
        return self._stream("POST", "/v1/learn", {"root": root}, last="done")

    def learn_about(self, subject: str, *, root: str) -> Iterator[dict[str, Any]]:
        """Learns all there is to learn about a file, a folder or "path::symbol"."""
        return self._stream("POST", "/v1/learn", {"root": root, "subject": subject}, last="done")

    def dry_run(self, *, root: str) -> dict[str, Any]:
        """What `learn` would do, best first, with the total."""
        return self._call("POST", "/v1/learn", {"root": root, "dry_run": True})

    def pause(self, paused: bool = True) -> dict[str, Any]:
        """Learning waits until it is resumed; or it may go on."""
        return self._call("POST", "/v1/pause" if paused else "/v1/resume", {})

    def predictions(self, *, root: str, limit: int = 100) -> dict[str, Any]:
        return self._call("GET", "/v1/predictions", query={"root": root, "limit": limit})

    def notes(self, *, root: str, about: str = "", limit: int = 100) -> dict[str, Any]:
        return self._call("GET", "/v1/notes", query={"root": root, "about": about, "limit": limit})

    def jobs(self, *, root: str, limit: int = 2_000) -> dict[str, Any]:
        """What waits or runs, what was given up and what was cancelled, at most `limit` of each."""
        return self._call("GET", "/v1/jobs", query={"root": root, "limit": limit})

    def cancel_job(self, *, root: str, analysis: str, subject: str, subject_kind: str = "") -> dict[str, Any]:
        """Drops a job that waits, ends one that runs. Raises WrongUsage where there is none."""
        body = {"root": root, "analysis": analysis, "subject": subject, "subject_kind": subject_kind}
        return self._call("POST", "/v1/jobs/cancel", body)

    def tree(self, *, root: str, path: str = "") -> dict[str, Any]:
        """What is known about each folder and file in a folder, or each symbol in a file."""
        return self._call("GET", "/v1/tree", query={"root": root, "path": path})

    def activity(self, *, log: int = 50) -> dict[str, Any]:
        """What the daemon does now and why, what came of its work lately, and the end of its log."""
        return self._call("GET", "/v1/activity", query={"log": log})

    def questions(self, *, root: str, limit: int = 50) -> list[dict[str, Any]]:
        questions: list[dict[str, Any]] = self._call("GET", "/v1/questions", query={"root": root, "limit": limit})[
            "questions"
        ]
        return questions

    def source(self, *, root: str, path: str, start: int = 1, end: int = 0) -> dict[str, Any]:
        """Lines of a file as on disk now; `end` 0 means to the end."""
        return self._call("GET", "/v1/source", query={"root": root, "path": path, "start": start, "end": end})

    def names(self, *, root: str, letters: str, limit: int = 20) -> dict[str, Any]:
        """Symbols and files with these letters in this order, the best first."""
        return self._call("GET", "/v1/names", query={"root": root, "letters": letters, "limit": limit})

    def still_holds(self, *, root: str, key: str, clock: int) -> dict[str, Any]:
        """Whether what the answer with this key and clock read is as it was; `holds` is null where nobody knows."""
        return self._call("GET", "/v1/holds", query={"root": root, "key": key, "clock": clock})

    def ledger(self, *, root: str = "") -> dict[str, Any]:
        return self._call("GET", "/v1/ledger", query={"root": root})

    def ledger_entry(self, number: int) -> dict[str, Any]:
        """One entry with the calls that were made for it. Raises WrongUsage where there is none."""
        return self._call("GET", "/v1/ledger/entry", query={"id": number})

    def models(self) -> dict[str, Any]:
        """The models that were found, and those that are chosen."""
        return self._call("GET", "/v1/model")

    def use_model(self, target: str, *, role: str = "", free: bool = False, local: bool = False) -> dict[str, Any]:
        """Chooses a model for a role ("" for both), or "none". Raises UserError for one that cannot be used."""
        body: dict[str, Any] = {"target": target, "free": free, "local": local, **({"for": role} if role else {})}
        return self._call("POST", "/v1/model", body)

    def store_key(self, host: str, key: str) -> dict[str, Any]:
        return self._call("POST", "/v1/model/key", {"host": host, "key": key})

    def mark_local_only(self, root: str, on: bool) -> dict[str, Any]:
        return self._call("POST", "/v1/model/local", {"root": root, "on": on})

    def budget(self, *, root: str = "") -> dict[str, Any]:
        return self._call("GET", "/v1/budget", query={"root": root})

    def set_budget(self, limits: Mapping[str, float | None], *, side: str = "", root: str = "") -> dict[str, Any]:
        """Names limits (`tokens_per_day`, `usd_per_day`; None lifts one) for a side ("" for both), everywhere or in one
        repository."""
        return self._call("POST", "/v1/budget", {**limits, "root": root, **({"for": side} if side else {})})

    def forget(self, *, root: str, path: str = "") -> dict[str, Any]:
        return self._call("POST", "/v1/forget", {"root": root, "path": path})

    def forget_notes(self, *, root: str, subject: str, subject_kind: str = "", analysis: str = "") -> dict[str, Any]:
        """Forgets what was noted about just this subject. Raises WrongUsage where nothing was."""
        body = {"root": root, "subject": subject, "subject_kind": subject_kind, "analysis": analysis}
        return self._call("POST", "/v1/notes/forget", body)

    def config(self, *, root: str = "") -> dict[str, Any]:
        """Every setting with its meaning; with a root what that repository can have of its own."""
        return self._call("GET", "/v1/config", query={"root": root})

    def set_config(self, key: str, value: object, *, root: str = "") -> dict[str, Any]:
        """Sets a setting, None back to its default; all of them afterwards. Raises WrongUsage for what does not fit."""
        return self._call("POST", "/v1/config", {"key": key, "value": value, "root": root})

    def languages(self, *, root: str) -> dict[str, Any]:
        """What a repository is written in, by the number of files, most first."""
        return self._call("GET", "/v1/languages", query={"root": root})

    def hooks(self, *, root: str) -> dict[str, Any]:
        return self._call("GET", "/v1/hooks", query={"root": root})

    def set_hooks(self, install: bool, *, root: str) -> dict[str, Any]:
        """Installs or removes git hooks; how they are then."""
        return self._call("POST", "/v1/hooks", {"root": root, "install": install})

    def wrong(self, *, root: str, ledger_id: int | None = None) -> dict[str, Any]:
        """Marks an answer as wrong, by its ledger id, or the repository's last: it is not given from memory again.
        Raises WrongUsage where there is no such answer."""
        return self._call("POST", "/v1/wrong", {"root": root, "ledger_id": ledger_id})

    def events(self) -> Iterator[dict[str, Any]]:
        """A snapshot, then what changes, until the daemon goes or `close` is called."""
        return self._stream("GET", "/v1/events", timeout_s=None)

    def _call(
        self, method: str, route: str, body: Mapping[str, Any] | None = None, query: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        connection = _UnixConnection(self._socket, REPLY_WAIT_S)
        try:
            reply = self._send(connection, method, route, body, query)
            value: dict[str, Any] = json.loads(reply.read())
        except (OSError, http.client.HTTPException) as error:
            raise _gone(error) from error
        finally:
            connection.close()
        return value

    def _stream(
        self,
        method: str,
        route: str,
        body: Mapping[str, Any] | None = None,
        *,
        last: str = "",
        timeout_s: float | None = REPLY_WAIT_S,
    ) -> Iterator[dict[str, Any]]:
        """Events as they come; one that ends before its `last` event was cut off, which the protocol does not tell."""
        connection = _UnixConnection(self._socket, timeout_s)
        self._streams.add(connection)
        try:
            reply = self._send(connection, method, route, body, None)
            for line in reply:
                if line.startswith(b"data: "):
                    event: dict[str, Any] = json.loads(line[6:])
                    if event["event"] == "error":
                        raise _from_wire(event["error"])
                    yield event
                    if event["event"] == last:
                        return
            if last:
                raise http.client.HTTPException("it left")
        except (OSError, http.client.HTTPException) as error:
            raise _gone(error) from error
        finally:
            self._streams.discard(connection)
            connection.close()

    def _send(
        self,
        connection: http.client.HTTPConnection,
        method: str,
        route: str,
        body: Mapping[str, Any] | None,
        query: Mapping[str, Any] | None,
    ) -> http.client.HTTPResponse:
        payload = None if body is None else json.dumps(body).encode()
        target = f"{route}?{urlencode(query)}" if query else route
        connection.request(method, target, payload, {"content-type": "application/json"} if payload else {})
        reply = connection.getresponse()
        if reply.status >= 500:
            raise UserError(
                "The daemon failed on this request; its log says why.", next_step="reverie logs", code="daemon_failed"
            )
        if reply.status >= 400:
            raise _from_wire(json.loads(reply.read())["error"])
        return reply


def _from_wire(error: Mapping[str, str]) -> UserError:
    kind = _ERRORS.get(error["code"], UserError)
    return kind(error["message"], next_step=error["next_step"], code=error["code"])


def _gone(error: Exception) -> DaemonUnreachable:
    reason = str(error) or type(error).__name__
    return DaemonUnreachable(f"The daemon stopped answering ({reason}).", next_step="reverie start, or reverie logs")
