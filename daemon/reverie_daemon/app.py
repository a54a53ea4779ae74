"""The composition root: builds the daemon's parts, introduces them to each other, starts and stops them.

`python -m reverie_daemon.app` is the daemon. It holds the user's lock for as long as it lives, serves its socket, and
leaves within two seconds of SIGTERM. What its parts do is theirs; nothing is decided here.
"""

from __future__ import annotations

import fcntl
import gc
import logging
import logging.handlers
import os
import random
import signal
import socket
import sys
import threading
import time
from collections.abc import Collection, Iterator
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import uvicorn

from . import __version__, api, preferences
from .choosing import Choosing
from .config import Locations, Settings, locations, private_folder, settings
from .configuring import Configuring
from .core.packing import Form, Part
from .endpoints import Endpoints
from .errors import UserError, WrongUsage
from .events import EventHub
from .finder import with_letters
from .keys import Keys
from .leaving import Server
from .marking import mark_wrong
from .meaning import Embedder, Meaning
from .models import Models, today
from .oversight import Oversight
from .parsing import ParserPool
from .remembering import still_holds
from .repository import LiveRepository
from .store.journal import Journal
from .store.ledger import Ledger
from .store.repository import RepositoryStore
from .studies import Studies
from .thinking import ModelThinker
from .tokens import TokenCounter
from .watched import Watched
from .worktree import RepositoryLocation
from .writing import Writing

if TYPE_CHECKING:
    from .answering import Answering

LOG_BYTES_MAX = 1 << 20
LOG_FILES = 3
PARSERS_MAX = 4
LEAVE_WAIT_S = 1
TIDY_EVERY_S = 30.0
SWITCH_S = 0.001
"""How long a thread may keep the interpreter from the others: a question must not wait for the indexing thread."""

log = logging.getLogger(__name__)


class Reverie:
    """The daemon behind the API: the repositories it watches, and the ledger."""

    def __init__(self, where: Locations, chosen: Settings) -> None:
        self._where = where
        self._started = time.monotonic()
        self._settings = chosen
        self._ledger = Ledger.open(where.ledger)
        self._journal = Journal(self._ledger)
        self._endpoints = Endpoints(Keys(where.keys_file), time.monotonic)
        self.choosing = Choosing(where.config_file, self._journal, self._endpoints, _today)
        self._models = Models(self._journal, self._endpoints, self.choosing.choices, chance=random.random)
        self._pool = ParserPool(chosen.parsers or min(os.cpu_count() or 1, PARSERS_MAX))
        self._hub = EventHub(self.status)
        self._counter = TokenCounter()
        self._embedder = Embedder()
        self._meaning = Meaning(enabled=chosen.vectors_max > 0)
        self._watched = Watched(where, self._ledger, self._made, self._added)
        self._studies = Studies(where, self._watched.every, self._hub.poke, ModelThinker(self._models))
        self.configuring = Configuring(where.config_file, self._list_again)
        self.oversight = Oversight(self._watched.at, self.status, self._studies, self._journal, where.log)
        self._answering_made: Answering | None = None
        self._making_answering = threading.Lock()
        self._closing = threading.Event()
        threading.Thread(target=self._tidy, name="tidy", daemon=True).start()
        self._studies.start()

    @property
    def _answering(self) -> Answering:
        # Made once there is something to ask about: to import all that composes answers is a fifth of the daemon's
        # start, and a repository's first index must not wait for it.
        from .answering import Answering

        with self._making_answering:
            if self._answering_made is None:
                writing = Writing(self._models, lambda: preferences.answering(self._where.config_file))
                self._answering_made = Answering(
                    self._ledger, self._counter, self._meaning, writing, self._studies.asked
                )
            return self._answering_made

    def _warm_answering(self) -> None:
        threading.Thread(target=lambda: self._answering.warm(), name="warm", daemon=True).start()

    def leave(self) -> None:
        """Begins to stop, as SIGTERM does."""
        os.kill(os.getpid(), signal.SIGTERM)

    def _tidy(self) -> None:
        """Lets children go that nobody needs."""
        while not self._closing.wait(TIDY_EVERY_S):
            self._pool.rest()
            self._counter.rest()
            self._embedder.rest()
            self._meaning.rest()
            self._endpoints.rest(self.choosing.in_use())
            self.configuring.look()
            self._settle_idle()
            try:
                self._journal.purge(time.time())
            except UserError as error:
                log.warning("old texts of calls stay for now: %s", error.message)

    def _settle_idle(self) -> None:
        idle_s, used_s = self._studies.idle_since_settled()
        if idle_s:
            try:
                self._ledger.add_idle(_today(), idle_s, used_s)
            except UserError as error:
                log.warning("%.0f seconds of idle time are not accounted for: %s", idle_s, error.message)

    def close(self) -> None:
        """Stops every part; what was applied stays."""
        self._closing.set()
        self._hub.close()
        self._studies.close()
        self._settle_idle()
        self._watched.cancel()
        self._pool.close()
        self._embedder.close()
        self._meaning.close()
        self._counter.close()
        self._endpoints.close()
        self._watched.stop()
        self._ledger.close()

    def status(self) -> dict[str, Any]:
        rows = [one.status() | self._studies.counts(one) for one in self._watched.every()]
        rows += self._watched.unusable()
        busy = next((row for row in rows if row["progress"]), None)
        return {
            "pid": os.getpid(),
            "version": __version__,
            "uptime_s": round(time.monotonic() - self._started, 1),
            "sleep": _indexing(busy) if busy else self._studies.sleep(),
            "repositories": rows,
            "model": self.choosing.status(),
            "budget": self.choosing.budget_status(),
            "saved": self._ledger.saved(_today()),
            "socket": str(self._where.socket),
        }

    def resume(self) -> None:
        """Takes up the repositories that the ledger knows."""
        self._watched.resume()

    def add(self, path: Path) -> tuple[str, bool]:
        """Watches the repository around `path`; its root, and whether anything of it is indexed yet."""
        return self._watched.add(path)

    def remove(self, path: Path) -> str:
        """Watches the repository around `path` no longer; its root."""
        root = self._watched.remove(path)
        self._hub.poke()
        return root

    def _made(self, location: RepositoryLocation, store: RepositoryStore) -> LiveRepository:
        repository = LiveRepository(
            location,
            store,
            self._pool,
            self._embedder,
            self._meaning,
            self._settings,
            poke=self._changed,
            when_begun=self._warm_answering,
            may_learn=self._studies.may_learn,
            ignore=partial(self.configuring.ignored, str(location.root)),
        )
        if not repository.begun:
            self._pool.warm(bulk=True)
        return repository

    def _added(self, begun: bool) -> None:
        if begun:
            self._warm_answering()
        self._hub.poke()

    def _list_again(self) -> None:
        """Other files are to be read than before."""
        for repository in self._watched.every():
            repository.look_again("config")

    def _changed(self) -> None:
        self._hub.poke()
        self._studies.wake()

    def ask(
        self, root: str, question: str, *, path: str, conversation: str, counted: bool, again: bool
    ) -> Iterator[dict[str, Any]]:
        repository = self._watched.at(root)
        with self._studies.question():
            yield from self._answering.ask(
                repository, question, under=path, conversation=conversation, counted=counted, again=again
            )
        self._hub.poke()

    def context(
        self, root: str, question: str, *, tokens: int, path: str, form: Form, parts: Collection[Part]
    ) -> dict[str, Any]:
        from .contexts import context

        repository, count = self._watched.at(root), self._counter.count
        with self._studies.question():
            return context(repository, question, count, tokens_max=tokens, under=path, form=form, parts=parts)

    def index(self, root: str) -> Iterator[dict[str, Any]]:
        return self._watched.at(root).index()

    def questions(self, root: str, limit: int) -> list[dict[str, Any]]:
        return self._ledger.questions(os.fsencode(root), limit)

    def source(self, root: str, path: str, start: int, end: int) -> dict[str, Any]:
        return self._watched.at(root).source(path, start, end)

    def names(self, root: str, letters: str, limit: int) -> list[dict[str, Any]]:
        with self._watched.at(root).reading() as catalogue:
            return with_letters(catalogue, letters, limit)

    def still_holds(self, root: str, key: str, clock: int) -> bool | None:
        return still_holds(self._watched.at(root), key, clock)

    def ledger(self, root: str) -> dict[str, Any]:
        report = self._ledger.report(os.fsencode(root) if root else None)
        known = [one for one in self._watched.every() if root in ("", one.root)]
        score, claims = self._studies.score(known), self._studies.claims(known)
        return report | {"today": _today(), "predictions": score, "claims": claims}

    def ledger_entry(self, number: int) -> dict[str, Any]:
        entry = self._journal.entry(number)
        if entry is None:
            raise WrongUsage(f"The ledger has no entry {number}.", next_step="reverie ledger")
        return entry

    def forget(self, root: str, path: str) -> dict[str, int]:
        remembered = self._watched.at(root).store.forget(os.fsencode(path) if path else None)
        asked = self._ledger.forget(os.fsencode(root), os.fsencode(path))
        self._journal.forget(os.fsencode(root), os.fsencode(path))
        return {"questions": max(asked, remembered.questions), "notes": remembered.notes}

    def wrong(self, root: str, number: int | None) -> dict[str, Any]:
        return mark_wrong(self._ledger, self._watched.at(root), number)

    def events(self) -> Iterator[dict[str, Any] | None]:
        return self._hub.listen()

    def end_streams(self) -> None:
        """Lets go of listeners and of those who wait for work to be done, so that serving can end."""
        self._hub.close()
        self._watched.cancel()


def _indexing(busy: dict[str, Any]) -> dict[str, str]:
    return {"state": "learning", "depth": "light", "reason": f"{busy['progress']['phase']} {busy['name']}"}


def _today() -> str:
    return today(time.time())


def _take_lock(where: Locations) -> IO[str] | None:
    """The user's one daemon lock; None when another daemon lives."""
    file = where.lock.open("a+")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        return None
    return file


def _log_to(path: Path) -> None:
    handler = logging.handlers.RotatingFileHandler(
        path, maxBytes=LOG_BYTES_MAX, backupCount=LOG_FILES, encoding="utf-8"
    )
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    for chatty in ("uvicorn.error", "httpx2", "httpcore2", "openai"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    path.chmod(0o600)


def _serve(where: Locations, listener: socket.socket) -> None:
    reverie = Reverie(where, settings(where.config_file))
    config = uvicorn.Config(
        api.routes(reverie),
        http=api.PrivateProtocol,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=LEAVE_WAIT_S,
    )
    # uvicorn raises the signal that ended it once more when it is done; the default would skip what follows.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda signum, frame: None)
    threading.Thread(target=reverie.resume, name="resume", daemon=True).start()
    gc.freeze()
    sys.setswitchinterval(SWITCH_S)
    try:
        Server(config, reverie.end_streams).run(sockets=[listener])
    finally:
        reverie.close()


def main() -> int:
    """Runs the daemon until it is told to leave; 0 also when another one was there first."""
    os.umask(0o077)
    where = locations()
    private_folder(where.state)
    private_folder(where.socket.parent)
    _log_to(where.log)
    lock = _take_lock(where)
    if lock is None:
        return 0
    log.info("starting, version %s, process %d", __version__, os.getpid())
    try:
        _serve(where, api.bind(where.socket))
    except UserError as error:
        log.error("%s Next: %s", error.message, error.next_step)
        return error.exit_code
    finally:
        lock.close()
    where.socket.unlink(missing_ok=True)
    log.info("stopped")
    return 0


if __name__ == "__main__":
    sys.exit(main())
