"""What somebody who watches the daemon sees of its learning and can do about it: what it is at and why, what came of
it, its log; pausing, cancelling a job, learning or forgetting one thing, git hooks.

Each method gives what a route of the API answers; the work is done where its comments say.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from . import hooks, known, wire
from .activity import Doing, Ended
from .core.notes import Topic
from .errors import WrongUsage
from .repository import LiveRepository
from .store.journal import Journal
from .studies import Studies

LOG_LINES_MAX = 1_000
LOG_BYTES_MAX = 256 << 10
ENDED_SHOWN = 50


class Oversight:
    """May be used from any thread. `repository` gives the watched one at a root, raising NoRepository, `status` the
    daemon's; `log_file` is where it writes."""

    def __init__(
        self,
        repository: Callable[[str], LiveRepository],
        status: Callable[[], dict[str, Any]],
        studies: Studies,
        journal: Journal,
        log_file: Path,
    ) -> None:
        self._repository = repository
        self._status = status
        self._studies = studies
        self._journal = journal
        self._log_file = log_file
        self._digests = known.Digests()

    def activity(self, log_lines: int) -> dict[str, Any]:
        """`{"sleep", "doing", "under_way", "indexing", "readings", "ended", "log"}`, see docs/API.md."""
        status, activity = self._status(), self._studies.activity
        doing = activity.doing
        return {
            "sleep": status["sleep"],
            "doing": None if doing is None else _doing(doing),
            "under_way": [_doing(one) for one in activity.under_way()],
            "indexing": [{"root": row["root"], **row["progress"]} for row in status["repositories"] if row["progress"]],
            "readings": self._studies.readings(),
            "ended": [_ended(one) for one in activity.latest(ENDED_SHOWN)],
            "log": log_tail(self._log_file, log_lines),
        }

    def pause(self, paused: bool) -> dict[str, bool]:
        return self._studies.pause(paused)

    def predictions(self, root: str, limit: int) -> dict[str, Any]:
        return self._studies.predictions(self._repository(root), limit)

    def notes(self, root: str, about: str, limit: int) -> dict[str, Any]:
        return self._studies.notes(self._repository(root), about, limit)

    def jobs(self, root: str, limit: int) -> dict[str, Any]:
        return self._studies.jobs(self._repository(root), limit)

    def dry_run(self, root: str) -> dict[str, Any]:
        return self._studies.dry_run(self._repository(root))

    def cancel(self, root: str, analysis: str, subject: str, kind: str) -> dict[str, Any]:
        """`{"analysis", "subject", "was"}`: a job that waits is dropped, one that runs is ended."""
        return self._studies.cancel(self._repository(root), analysis, subject, kind)

    def learn(self, root: str, subject: str) -> Iterator[dict[str, Any]]:
        """Learns all there is to learn now, of one file, folder or symbol where a subject is given: `progress` events,
        then `done`."""
        repository = self._repository(root)
        return self._studies.learn_about(repository, subject) if subject else self._studies.learn(repository)

    def tree(self, root: str, path: str) -> dict[str, Any]:
        """What is known about what is in a folder or file."""
        return known.tree(self._repository(root), path, self._digests)

    def languages(self, root: str) -> dict[str, Any]:
        """`{"languages": [{"language", "files"}]}`: what a repository is written in, most files first; documents and
        files of which nothing more is known count as "text"."""
        with self._repository(root).reading() as catalogue:
            counted = Counter(file.language or "text" for file in catalogue.files())
        return {"languages": [{"language": name, "files": files} for name, files in counted.most_common()]}

    def forget_notes(self, root: str, subject: str, kind: str, analysis: str) -> dict[str, int]:
        """`{"notes", "replies"}`: how many notes of just this subject are gone, and how many kept texts of calls about
        it, so that the same reply is not used again."""
        repository = self._repository(root)
        topic = _topic(repository, subject, kind)
        gone = repository.store.forget_notes(topic, analysis)
        path = os.fsencode(topic.name.partition("::")[0]) if topic.kind in ("file", "folder", "symbol") else b""
        replies = self._journal.forget(os.fsencode(root), path, analysis, learning_only=True) if path else 0
        return {"notes": gone, "replies": replies}

    def hooks(self, root: str) -> dict[str, Any]:
        return hooks.status(self._repository(root).location).to_wire()

    def set_hooks(self, root: str, install: bool) -> dict[str, Any]:
        location = self._repository(root).location
        return (hooks.install if install else hooks.uninstall)(location).to_wire()


def _topic(repository: LiveRepository, subject: str, kind: str) -> Topic:
    """The topic that a note shown under this subject is about. Raises WrongUsage where there is no such note."""
    for note in repository.store.learned.kept_notes(""):
        if wire.escape_path(note.topic.name) == subject and kind in ("", note.topic.kind):
            return note.topic
    raise WrongUsage(f"There is no note about “{subject}”.", next_step="reverie notes")


def log_tail(file: Path, lines: int) -> list[str]:
    """The last lines of the daemon's log, at most LOG_LINES_MAX of them out of LOG_BYTES_MAX bytes; none where there is
    no log."""
    wanted = min(max(lines, 0), LOG_LINES_MAX)
    try:
        with file.open("rb") as stream:
            stream.seek(max(0, stream.seek(0, os.SEEK_END) - LOG_BYTES_MAX))
            text = stream.read().decode("utf-8", "replace")
    except FileNotFoundError:
        return []
    return text.splitlines()[-wanted:] if wanted else []


def _doing(doing: Doing) -> dict[str, Any]:
    return {
        "root": doing.root, "analysis": doing.analysis, "subject": wire.escape_path(doing.topic.name),
        "subject_kind": doing.topic.kind, "since": wire.moment(doing.since),
    }  # fmt: skip


def _ended(ended: Ended) -> dict[str, Any]:
    return {
        **_doing(ended.doing), "at": wire.moment(ended.at), "seconds": round(ended.at - ended.doing.since, 3),
        "outcome": ended.outcome, "reason": ended.reason or None,
        "cost": {"tokens": ended.doing.tokens, "usd": wire.usd(ended.doing.microusd)},
    }  # fmt: skip
