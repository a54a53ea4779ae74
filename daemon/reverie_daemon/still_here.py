"""Work that whoever waits for it is told goes on: a client takes a long silence for the daemon's end.

What the work is, and when it is told how far it is, is the caller's.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator
from typing import Any, Generic, TypeVar

STILL_HERE_S = 5.0
"""A model can take minutes for one job."""

Value = TypeVar("Value")


def shown(work: Callable[[], Value], done: int, total: int) -> Generator[dict[str, Any], None, Value]:
    """Does the work on a thread of its own and returns its result; meanwhile `progress` events say that it goes on."""
    step = _Step(work)
    event = {"event": "progress", "phase": "learning", "done": done, "total": total}
    yield event
    while not step.wait(STILL_HERE_S):
        yield event
    return step.result


class _Step(Generic[Value]):
    """Work on a thread of its own, so that whoever waits for it can be told that it goes on."""

    def __init__(self, work: Callable[[], Value]) -> None:
        self.result: Value
        self._work = work
        self._failed: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="step", daemon=True)
        self._thread.start()

    def wait(self, seconds: float) -> bool:
        """Whether it is done. Raises what the work raised."""
        self._thread.join(seconds)
        if self._failed is not None:
            raise self._failed
        return not self._thread.is_alive()

    def _run(self) -> None:
        try:
            self.result = self._work()
        except Exception as error:  # noqa: BLE001 - raised again by whoever waits
            self._failed = error
