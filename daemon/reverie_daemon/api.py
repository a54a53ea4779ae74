"""The server's side of the socket: routes, their arguments, and errors as JSON. See docs/API.md.

It owns no state and decides nothing: each route calls one method of the daemon it is given. Only the user who owns the
socket is served, whatever the file modes say.
"""

from __future__ import annotations

import json
import logging
import os
import socket
import struct
from collections.abc import Callable, Collection, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from anyio.to_thread import current_default_thread_limiter
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route
from uvicorn.protocols.http.h11_impl import H11Protocol

from . import __version__, api_oversight, arguments, wire
from .choices import LIMITS, ROLES
from .choosing import Choosing
from .configuring import Configuring
from .core.budget import MICRO, SIDES, Limits
from .core.packing import FORMS, PARTS, USUAL_PARTS, Form, Part
from .errors import UserError, WrongUsage
from .oversight import Oversight

BODY_BYTES_MAX = 1 << 20
QUESTION_CHARACTERS_MAX = 20_000
QUESTIONS_MAX = 500
THREADS_MAX = 400
"""Requests and open streams at once; more wait until one ends."""

log = logging.getLogger(__name__)


class Daemon(Protocol):
    """What the routes call; `app.py` provides it."""

    @property
    def choosing(self) -> Choosing: ...
    @property
    def configuring(self) -> Configuring: ...
    @property
    def oversight(self) -> Oversight: ...

    def status(self) -> dict[str, Any]: ...
    def add(self, path: Path) -> tuple[str, bool]: ...
    def remove(self, path: Path) -> str: ...
    def ask(
        self, root: str, question: str, *, path: str, conversation: str, counted: bool, again: bool
    ) -> Iterator[dict[str, Any]]: ...
    def context(
        self, root: str, question: str, *, tokens: int, path: str, form: Form, parts: Collection[Part]
    ) -> dict[str, Any]: ...
    def index(self, root: str) -> Iterator[dict[str, Any]]: ...
    def questions(self, root: str, limit: int) -> list[dict[str, Any]]: ...
    def source(self, root: str, path: str, start: int, end: int) -> dict[str, Any]: ...
    def names(self, root: str, letters: str, limit: int) -> list[dict[str, Any]]: ...
    def still_holds(self, root: str, key: str, clock: int) -> bool | None: ...
    def ledger(self, root: str) -> dict[str, Any]: ...
    def ledger_entry(self, number: int) -> dict[str, Any]: ...
    def forget(self, root: str, path: str) -> dict[str, int]: ...
    def wrong(self, root: str, number: int | None) -> dict[str, Any]: ...
    def events(self) -> Iterator[dict[str, Any] | None]: ...
    def leave(self) -> None: ...


def routes(daemon: Daemon) -> Starlette:
    """The application that serves `daemon`."""
    handlers: dict[tuple[str, str], Callable[[Daemon, dict[str, Any]], object]] = {
        ("GET", "/v1/version"): lambda daemon, given: {"version": __version__, "pid": os.getpid()},
        ("GET", "/v1/status"): lambda daemon, given: daemon.status(),
        ("GET", "/v1/repositories"): lambda daemon, given: {"repositories": daemon.status()["repositories"]},
        ("POST", "/v1/repositories"): _add,
        ("DELETE", "/v1/repositories"): _remove,
        ("POST", "/v1/ask"): _ask,
        ("POST", "/v1/context"): _context,
        ("POST", "/v1/index"): lambda daemon, given: daemon.index(arguments.text(given, "root")),
        ("GET", "/v1/questions"): _questions,
        ("GET", "/v1/source"): _source,
        ("GET", "/v1/names"): _names,
        ("GET", "/v1/holds"): _holds,
        ("GET", "/v1/ledger"): lambda daemon, given: daemon.ledger(arguments.text(given, "root", "")),
        ("GET", "/v1/ledger/entry"): lambda daemon, given: daemon.ledger_entry(arguments.number(given, "id", 0)),
        ("GET", "/v1/model"): lambda daemon, given: daemon.choosing.report(),
        ("POST", "/v1/model"): _use,
        ("POST", "/v1/model/key"): _key,
        ("POST", "/v1/model/local"): _local_only,
        ("GET", "/v1/budget"): lambda daemon, given: daemon.choosing.budget(arguments.text(given, "root", "")),
        ("POST", "/v1/budget"): _budget,
        ("POST", "/v1/forget"): _forget,
        ("GET", "/v1/config"): lambda daemon, given: daemon.configuring.report(arguments.text(given, "root", "")),
        ("POST", "/v1/config"): _config,
        ("POST", "/v1/wrong"): _wrong,
        ("GET", "/v1/events"): lambda daemon, given: daemon.events(),
        ("POST", "/v1/stop"): _stop,
    }
    for place, seen in api_oversight.HANDLERS.items():
        handlers[place] = lambda daemon, given, seen=seen: seen(daemon.oversight, given)  # type: ignore[misc]
    return Starlette(
        routes=[
            Route(path, partial(_serve, daemon, handler), methods=[method])
            for (method, path), handler in handlers.items()
        ]
    )


def _add(daemon: Daemon, given: dict[str, Any]) -> object:
    root, begun = daemon.add(Path(arguments.text(given, "path")))
    return {"root": root, "begun": begun}


def _remove(daemon: Daemon, given: dict[str, Any]) -> object:
    return {"root": daemon.remove(Path(arguments.text(given, "path")))}


def _ask(daemon: Daemon, given: dict[str, Any]) -> object:
    events = daemon.ask(
        arguments.text(given, "root"),
        _question(given),
        path=arguments.text(given, "path", ""),
        conversation=arguments.text(given, "conversation", ""),
        counted=bool(given.get("counted", True)),
        again=bool(given.get("again", False)),
    )
    if given.get("stream"):
        return events
    answer = next(event for event in events if event["event"] == "answer")
    return {key: value for key, value in answer.items() if key != "event"}


def _context(daemon: Daemon, given: dict[str, Any]) -> object:
    tokens = arguments.number(given, "tokens", 4000)
    form = arguments.one_of(FORMS, arguments.text(given, "format", "text"), "format")
    parts = [arguments.one_of(PARTS, part, "include") for part in given.get("include") or sorted(USUAL_PARTS)]
    return daemon.context(
        arguments.text(given, "root"),
        _question(given),
        tokens=max(tokens, 1),
        path=arguments.text(given, "path", ""),
        form=form,
        parts=frozenset(parts),
    )


def _questions(daemon: Daemon, given: dict[str, Any]) -> object:
    limit = min(arguments.number(given, "limit", 50), QUESTIONS_MAX)
    return {"questions": daemon.questions(arguments.text(given, "root"), limit)}


def _source(daemon: Daemon, given: dict[str, Any]) -> object:
    start, end = arguments.number(given, "start", 1), arguments.number(given, "end", 0)
    return daemon.source(arguments.text(given, "root"), arguments.text(given, "path"), start, end)


def _names(daemon: Daemon, given: dict[str, Any]) -> object:
    limit = min(arguments.number(given, "limit", 20), QUESTIONS_MAX)
    return {"names": daemon.names(arguments.text(given, "root"), arguments.text(given, "letters"), limit)}


def _holds(daemon: Daemon, given: dict[str, Any]) -> object:
    root, key, clock = arguments.text(given, "root"), arguments.text(given, "key"), arguments.number(given, "clock", 0)
    return {"holds": daemon.still_holds(root, key, clock)}


def _forget(daemon: Daemon, given: dict[str, Any]) -> object:
    return daemon.forget(arguments.text(given, "root"), arguments.text(given, "path", ""))


def _wrong(daemon: Daemon, given: dict[str, Any]) -> object:
    number = None if given.get("ledger_id") is None else arguments.number(given, "ledger_id", 0)
    return daemon.wrong(arguments.text(given, "root"), number)


def _use(daemon: Daemon, given: dict[str, Any]) -> object:
    roles = ROLES if "for" not in given else (arguments.one_of(ROLES, given["for"], "role"),)
    free, local = bool(given.get("free")), bool(given.get("local"))
    return {"chosen": daemon.choosing.use(arguments.text(given, "target"), roles, free=free, local=local)}


def _key(daemon: Daemon, given: dict[str, Any]) -> object:
    return daemon.choosing.store_key(arguments.text(given, "host"), arguments.text(given, "key"))


def _local_only(daemon: Daemon, given: dict[str, Any]) -> object:
    return daemon.choosing.mark_local_only(arguments.text(given, "root"), bool(given.get("on")))


def _budget(daemon: Daemon, given: dict[str, Any]) -> object:
    sides = SIDES if "for" not in given else (arguments.one_of(SIDES, given["for"], "side of the budget"),)
    lifted = frozenset(name for name in LIMITS if name in given and given[name] is None)
    named = {name: given[name] for name in LIMITS if name in given and name not in lifted}
    tokens = arguments.number(named, "tokens_per_day", 0) if "tokens_per_day" in named else None
    try:
        microusd = round(float(named["usd_per_day"]) * MICRO) if "usd_per_day" in named else None
    except (TypeError, ValueError, OverflowError) as error:
        raise WrongUsage('"usd_per_day" is not a number.', next_step="see docs/API.md") from error
    limits = [limit for limit in (tokens, microusd) if limit is not None]
    if not (limits or lifted) or any(limit < 0 for limit in limits):
        raise WrongUsage(
            "A budget is a number of at least 0, in tokens or in dollars.", next_step="reverie budget --help"
        )
    return daemon.choosing.limit(sides, Limits(tokens, microusd), arguments.text(given, "root", ""), lifted)


def _config(daemon: Daemon, given: dict[str, Any]) -> object:
    if "value" not in given:
        raise WrongUsage('"value" is missing; null sets a setting back.', next_step="see docs/API.md")
    return daemon.configuring.change(arguments.text(given, "key"), given["value"], arguments.text(given, "root", ""))


def _stop(daemon: Daemon, given: dict[str, Any]) -> object:
    daemon.leave()
    return {"pid": os.getpid()}


def _question(given: dict[str, Any]) -> str:
    question = arguments.text(given, "question").strip()
    if not question or len(question) > QUESTION_CHARACTERS_MAX:
        raise WrongUsage(
            f"A question has between 1 and {QUESTION_CHARACTERS_MAX:,} characters.", next_step="ask a shorter question"
        )
    return question


async def _serve(daemon: Daemon, handler: Callable[[Daemon, dict[str, Any]], object], request: Request) -> Response:
    try:
        given = await _given(request)
        # Each stream that is open waits in a thread; at the library's limit of forty all else would wait with them.
        current_default_thread_limiter().total_tokens = THREADS_MAX
        value = await run_in_threadpool(handler, daemon, given)
    except UserError as error:
        return _json({"error": error.to_wire()}, status=400 if error.exit_code == 2 else 409)
    if isinstance(value, Iterator):
        return StreamingResponse(_as_events(value), media_type="text/event-stream")
    return _json(value)


async def _given(request: Request) -> dict[str, Any]:
    if request.method == "GET":
        return dict(request.query_params)
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > BODY_BYTES_MAX:
            raise WrongUsage(f"A request has at most {BODY_BYTES_MAX:,} bytes.", next_step="send less")
    try:
        given = json.loads(body or b"{}")
    except ValueError as error:
        raise WrongUsage(f"The request is not JSON: {error}.", next_step="see docs/API.md") from error
    if not isinstance(given, dict):
        raise WrongUsage("The request is not a JSON object.", next_step="see docs/API.md")
    return given


def _json(value: object, status: int = 200) -> Response:
    return Response(wire.dumps(value), status_code=status, media_type="application/json")


def _as_events(values: Iterable[dict[str, Any] | None]) -> Iterator[str]:
    try:
        for value in values:
            yield ": still here\n\n" if value is None else f"data: {wire.dumps(value)}\n\n"
    except UserError as error:
        yield f"data: {wire.dumps({'event': 'error', 'error': error.to_wire()})}\n\n"


class PrivateProtocol(H11Protocol):
    """HTTP for the socket's owner alone: a peer with another user id is cut off before it is read."""

    def connection_made(self, transport: Any) -> None:
        peer = _peer_user(transport.get_extra_info("socket"))
        if peer is not None and peer != os.getuid():
            log.warning("refused a connection of user %d", peer)
            transport.abort()
            return
        super().connection_made(transport)


def _peer_user(connection: socket.socket) -> int | None:
    """The user id at the other end of a unix socket; None where the system does not tell."""
    if not hasattr(socket, "SO_PEERCRED"):
        return None
    credentials = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    return int(struct.unpack("3i", credentials)[1])


def bind(path: Path) -> socket.socket:
    """A listening socket at `path`, for its owner alone. A dead socket there is replaced; anything else is left alone,
    and UserError raised."""
    if path.is_socket():
        path.unlink()
    elif path.exists():
        raise UserError(f"{path} is in the way: it is not a socket.", next_step=f"move {path} away")
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(0o177)
    try:
        listener.bind(str(path))
    finally:
        os.umask(before)
    listener.listen(128)
    return listener
