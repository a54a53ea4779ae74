"""Our end of the line to the daemon: threads that make the client's blocking calls and report events.

The threads are daemon threads of our own, not Textual's workers: those run in an executor that is joined at exit, so a
call that blocks (and `events` always does) would keep the program from ending. It decides nothing: what to ask, and
what an event means, is the model's.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol

from reverie_daemon.errors import DaemonUnreachable, UserError

from reverie_tui.calls import Call
from reverie_tui.events import (
    AskEnded,
    Connected,
    Connecting,
    Event,
    ExpectedArrived,
    Lost,
    PastArrived,
    Place,
    Refused,
    Replied,
    SourceArrived,
    StatusArrived,
    Streamed,
)
from reverie_tui.literal import literal
from reverie_tui.reading import Problem

RETRY_S = (0.5, 1.0, 2.0, 4.0, 8.0, 10.0)
EXPECTED_MAX = 20
PACE_S = 0.5
"""How long a call that nobody waits for is held back: while the daemon works, much changes at once."""

AWAY = Problem("The daemon went away.", "It is looked for; ask again to start it.")


class Daemon(Protocol):
    """What we use of `reverie_daemon.client.Client`."""

    def add_repository(self, path: Path) -> str: ...
    def ask(
        self, question: str, *, root: str, conversation: str = "", again: bool = False
    ) -> Iterator[dict[str, Any]]: ...
    def questions(self, *, root: str, limit: int = 50) -> list[dict[str, Any]]: ...
    def predictions(self, *, root: str, limit: int = 100) -> dict[str, Any]: ...
    def source(self, *, root: str, path: str, start: int = 1, end: int = 0) -> dict[str, Any]: ...
    def events(self) -> Iterator[dict[str, Any]]: ...
    def close(self) -> None: ...


class Connect(Protocol):
    """Reaches the daemon, starting it where `start` allows; raises DaemonUnreachable."""

    def __call__(self, *, start: bool) -> Daemon: ...


class Line:
    """Keeps the connection and makes calls. `report` is called from its threads with every event."""

    def __init__(
        self,
        connect: Connect,
        folder: Path,
        report: Callable[[Event], None],
        retry_s: Sequence[float] = RETRY_S,
        pace_s: float = PACE_S,
        time_of_day: Callable[[], str] = lambda: time.strftime("%H:%M:%S"),
    ) -> None:
        self._time_of_day = time_of_day
        self._connect = connect
        self._folder = folder
        self._report_event = report
        self._retry_s = retry_s
        self._pace_s = pace_s
        self._daemon: Daemon | None = None
        self._root = ""
        self._asking = 0
        self._woken = threading.Event()
        self._closed = threading.Event()

    def open(self) -> None:
        """Begin to connect, and to connect again whenever the daemon goes."""
        self._start(self._keep)

    def wake(self) -> None:
        """Try again now, and start the daemon when it is not running."""
        self._woken.set()

    def close(self) -> None:
        """Report nothing more, and end what blocks."""
        self._closed.set()
        self._woken.set()
        self._asking = 0
        if self._daemon is not None:
            self._daemon.close()

    def ask(self, number: int, question: str, conversation: str, *, again: bool = False) -> None:
        """Ask, `again` for an answer that is not from memory; it comes as `Streamed` events and then `AskEnded`. An
        earlier question is dropped."""
        self._asking = number
        self._start(lambda: self._stream(number, question, conversation, again))

    def stop(self) -> None:
        """Drop the question that is being answered: its stream is closed at its next event."""
        self._asking = 0

    def fetch_source(self, place: Place) -> None:
        """Fetch the lines around a place; they come as `SourceArrived`."""
        self._start(lambda: self._report(self._source(place)))

    def call(self, call: Call) -> None:
        """Make a page's call; what comes of it is reported as `Replied`."""
        self._start(lambda: self._report(self._reply(call)))

    def fetch_past(self) -> None:
        """Fetch the questions asked before and those expected next; they come as `PastArrived` and `ExpectedArrived`. A
        failure leaves those that are known."""
        self._start(self._past)

    def _start(self, call: Callable[[], None]) -> None:
        threading.Thread(target=call, name="reverie-line", daemon=True).start()

    def _report(self, event: Event) -> None:
        if not self._closed.is_set():
            self._report_event(event)

    def _keep(self) -> None:
        start, tries = True, 0
        while not self._closed.is_set():
            if start:
                self._report(Connecting())
            next_step = ""
            try:
                daemon = self._attach(start)
                tries = 0
                for event in daemon.events():
                    self._report(StatusArrived(event))
                reason = "it stopped"
            except DaemonUnreachable as error:
                reason, next_step = error.message, error.next_step if start and self._daemon is None else ""
            except OSError as error:
                reason = str(error)
            except UserError as error:
                self._report(Refused(error))
                return
            self._daemon = None
            start = self._pause(reason, next_step, tries)
            tries += 1

    def _attach(self, start: bool) -> Daemon:
        daemon = self._connect(start=start)
        self._root = daemon.add_repository(self._folder)
        self._daemon = daemon
        self._report(Connected(self._root))
        self._past()
        return daemon

    def _pause(self, reason: str, next_step: str, tries: int) -> bool:
        """Wait before the next try; whether someone asked for the daemon meanwhile. Nobody did: whoever stopped it
        may have meant it, so it is looked for, not started."""
        delay_s = self._retry_s[min(tries, len(self._retry_s) - 1)]
        self._report(Lost(literal(reason), delay_s, literal(next_step)))
        woken = self._woken.wait(delay_s)
        if woken:  # One that comes just after the wait ended is kept for the next.
            self._woken.clear()
        return woken

    def _stream(self, number: int, question: str, conversation: str, again: bool) -> None:
        daemon, problem = self._daemon, None
        if daemon is None:
            self._report(AskEnded(number, AWAY))
            return
        try:
            for event in daemon.ask(question, root=self._root, conversation=conversation, again=again):
                if self._asking != number:
                    return
                self._report(Streamed(number, event))
        except UserError as error:
            problem = _problem(error)
        except OSError as error:
            problem = Problem(str(error), AWAY.next_step)
        self._report(AskEnded(number, problem))

    def _source(self, place: Place) -> SourceArrived:
        daemon = self._daemon
        if daemon is None:
            return SourceArrived(place, problem=AWAY)
        start, end = place.around
        try:
            return SourceArrived(place, daemon.source(root=self._root, path=place.path, start=start, end=end))
        except UserError as error:
            return SourceArrived(place, problem=_problem(error))

    def _reply(self, call: Call) -> Replied:
        if call.unhurried:
            self._closed.wait(self._pace_s)
        daemon = self._daemon
        if daemon is None:
            return Replied(call.number, self._time_of_day(), problem=AWAY)
        try:
            payload = _whole(getattr(daemon, call.wish.name)(**call.wish.arguments))
        except UserError as error:
            return Replied(call.number, self._time_of_day(), problem=_problem(error))
        return Replied(call.number, self._time_of_day(), payload)

    def _past(self) -> None:
        if self._daemon is None:
            return
        try:
            self._report(PastArrived(self._daemon.questions(root=self._root)))
            expected = self._daemon.predictions(root=self._root, limit=EXPECTED_MAX)
            self._report(ExpectedArrived(expected["predictions"]))
        except UserError:
            return


def _whole(reply: Any) -> Any:
    """The reply; of one that comes bit by bit, the last bit."""
    if not isinstance(reply, Iterator):
        return reply
    last = None
    for event in reply:
        last = event
    return last


def _problem(error: UserError) -> Problem:
    return Problem(literal(error.message), literal(error.next_step))
