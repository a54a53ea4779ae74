"""The child process that plans and studies: requests in, findings out, at the lowest priority.

Thinking in Python beside the daemon's threads would hold up whoever asks a question, and could not be stopped; a child
can be ended at any moment, and loses only the one topic it was at. A study that wants a model's reply says so and waits
to be sent it: calls, budgets and the store's writing are the daemon's.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from .analyses import discover
from .analyses.analysis import Study, note_of
from .core.idle import Depth
from .core.inputs import Recorder
from .core.notes import Answered, Ask, Findings, Note, Topic
from .disk import Disk
from .planning import Plan, moment_of, plan
from .priority import lowest
from .serving import serve
from .store.beside import StoreReader
from .store.catalogue import StoreCatalogue
from .worktree import RepositoryLocation, Worktree

PLACES_KEPT = 8
WAITING_MAX = 256
"""More studies than this never wait for a model; one that does so beyond it was given up and is forgotten."""


@dataclass(frozen=True, slots=True)
class Place:
    """A worktree to study: where its store lies, its number there, and where it is checked out."""

    store: Path
    worktree_id: int
    location: RepositoryLocation
    source_bytes_max: int


@dataclass(frozen=True, slots=True)
class MakePlan:
    """Asks for a `Plan`; see `planning.plan`. `model_depth` is None without a model."""

    place: Place
    now_s: float
    quiet_s: float
    model_depth: Depth | None = None
    passes: int = 0
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Begin:
    """Asks for a topic to be studied; `study` names it among those under way."""

    place: Place
    study: int
    analysis: str
    topic: Topic
    passes: int = 0


@dataclass(frozen=True, slots=True)
class GoOn:
    """A model's reply to what this study asked, and the model's name."""

    study: int
    reply: str
    model: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """A study wants a model's reply."""

    study: int
    ask: Ask


@dataclass(frozen=True, slots=True)
class Studied:
    """A study is done: its note, and the answer it prepared, as of the note's clock and moment."""

    study: int
    note: Note
    answer: Answered | None
    dropped: int = 0


@dataclass(frozen=True, slots=True)
class Unknown:
    """No such study is under way: its process was ended meanwhile."""

    study: int


@dataclass(frozen=True, slots=True)
class Broken:
    """What was asked for ended in an error; `problem` says which."""

    problem: str


Request = MakePlan | Begin | GoOn
Reply = Plan | Wanted | Studied | Unknown | Broken


class _Room:
    """One place, opened."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.store = StoreReader(place.store)
        self.worktree = Worktree(place.location, size_max=place.source_bytes_max)
        self._disk = Disk(self.worktree)

    @contextmanager
    def reading(self) -> Iterator[StoreCatalogue]:
        with self.store.reading(self.place.worktree_id, self._disk) as catalogue:
            yield catalogue


@dataclass(slots=True)
class _UnderWay:
    room: _Room
    begun: Begin
    study: Study
    recorder: Recorder
    clock: int
    moment: str
    model: str = ""


class Scholar:
    """What the child does; holds the studies that wait for a model."""

    def __init__(self) -> None:
        self._rooms: dict[Place, _Room] = {}
        self._waiting: dict[int, _UnderWay] = {}

    def reply(self, request: Request) -> Reply:
        """Whatever goes wrong in an analysis or a plan is said, and becomes a failed job; the process goes on."""
        try:
            match request:
                case MakePlan():
                    return self._plan(request)
                case Begin():
                    return self._begin(request)
                case GoOn():
                    return self._go_on(request)
        except Exception as error:  # noqa: BLE001
            return Broken(f"{type(error).__name__}: {error}")

    def _plan(self, request: MakePlan) -> Plan:
        room = self._room(request.place)
        with room.reading() as catalogue:
            return plan(
                catalogue, room.store, room.worktree, request.place.worktree_id,
                now_s=request.now_s, quiet_s=request.quiet_s, model_depth=request.model_depth, passes=request.passes,
                subject=request.subject,
            )  # fmt: skip

    def _begin(self, request: Begin) -> Reply:
        room = self._room(request.place)
        analysis = discover()[request.analysis]
        with room.reading() as catalogue:
            recorder = Recorder(catalogue)
            moment = moment_of(room.worktree, room.store, request.place.worktree_id)
            under_way = _UnderWay(
                room,
                request,
                analysis.study(request.topic, recorder, request.passes),
                recorder,
                catalogue.clock,
                moment,
            )
            return self._step(under_way, None)

    def _go_on(self, request: GoOn) -> Reply:
        under_way = self._waiting.pop(request.study, None)
        if under_way is None:
            return Unknown(request.study)
        under_way.model = request.model
        # A new moment: what was read before stays as it was, and is compared again when the note arrives.
        with under_way.room.reading():
            return self._step(under_way, request.reply)

    def _step(self, under_way: _UnderWay, reply: str | None) -> Reply:
        number = under_way.begun.study
        try:
            ask = next(under_way.study) if reply is None else under_way.study.send(reply)
        except StopIteration as finished:
            return self._studied(under_way, finished.value)
        while len(self._waiting) >= WAITING_MAX:
            self._waiting.pop(next(iter(self._waiting)))
        self._waiting[number] = under_way
        return Wanted(number, ask)

    def _studied(self, under_way: _UnderWay, findings: Findings) -> Studied:
        begun = under_way.begun
        note = note_of(discover()[begun.analysis], begun.topic, findings, under_way.recorder)
        note = replace(note, clock=under_way.clock, moment=under_way.moment, model=under_way.model)
        return Studied(begun.study, note, findings.answer, findings.dropped)

    def _room(self, place: Place) -> _Room:
        if place not in self._rooms:
            while len(self._rooms) >= PLACES_KEPT:
                self._rooms.pop(next(iter(self._rooms))).store.close()
            self._rooms[place] = _Room(place)
        return self._rooms[place]


if __name__ == "__main__":
    # As the daemon knows it: this file run as a program has classes of its own, which no request is one of.
    from reverie_daemon.studying import Scholar as KnownScholar

    lowest()
    serve(KnownScholar().reply)
