"""What readers of one store share: values worked out for the clock, and passages read lately, both bounded.

Whatever is kept under a clock is dropped when it ticks. Passages are kept by a number that is never given twice.
"""

from __future__ import annotations

import sqlite3
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable
from typing import TypeVar, cast

from .packing import StoredPassage, records_of, unpack_passage

VALUES_KEPT_MAX = 10_000
LATELY_KEPT_MAX = 2_000
CHARACTERS_KEPT_MAX = 3_000_000

Value = TypeVar("Value")


class Shelf:
    """Shared by the readers of one store, on any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._clock = -1
        self._values: dict[Hashable, object] = {}
        self._lately: OrderedDict[Hashable, object] = OrderedDict()
        self._stretches: OrderedDict[int, tuple[int, list[str]]] = OrderedDict()
        self._characters = 0

    def at(self, clock: int, key: Hashable, work_out: Callable[[], Value]) -> Value:
        """What `work_out` gives at this clock; a key always has the same type of value."""
        with self._lock:
            if self._clock == clock and key in self._values:
                return cast(Value, self._values[key])
        value = work_out()
        with self._lock:
            if self._is_now(clock) and len(self._values) < VALUES_KEPT_MAX:
                self._values[key] = value
        return value

    def lately(self, clock: int, key: Hashable, work_out: Callable[[], Value]) -> Value:
        """The same for what there is too much of to keep it all: what was asked for longest ago goes first."""
        with self._lock:
            if self._clock == clock and key in self._lately:
                self._lately.move_to_end(key)
                return cast(Value, self._lately[key])
        value = work_out()
        with self._lock:
            if self._is_now(clock):
                self._lately[key] = value
                while len(self._lately) > LATELY_KEPT_MAX:
                    self._lately.popitem(last=False)
        return value

    def _is_now(self, clock: int) -> bool:
        """Whether this is the newest clock that was seen; what was kept under an older one is dropped."""
        if clock > self._clock:
            self._clock = clock
            self._values.clear()
            self._lately.clear()
        return clock == self._clock

    def passages(self, reader: sqlite3.Connection, numbers: Iterable[int]) -> dict[int, StoredPassage]:
        """Stored passages by their numbers."""
        found = {}
        first, records = 0, list[str]()
        for number in sorted(set(numbers)):
            if not first <= number < first + len(records):
                first, records = self._stretch(reader, number)
            found[number] = unpack_passage(records[number - first])
        return found

    def _stretch(self, reader: sqlite3.Connection, number: int) -> tuple[int, list[str]]:
        """The stretch that a passage is part of, and the number of its first."""
        first, packed = reader.execute(
            "SELECT id, passages FROM stretch WHERE id <= ? ORDER BY id DESC LIMIT 1", (number,)
        ).fetchone()
        with self._lock:
            kept = self._stretches.get(first)
            if kept is not None:
                self._stretches.move_to_end(first)
                return first, kept[1]
        records = records_of(packed)
        characters = sum(map(len, records))
        with self._lock:
            if first not in self._stretches:
                self._stretches[first] = (characters, records)
                self._characters += characters
            while self._characters > CHARACTERS_KEPT_MAX and len(self._stretches) > 1:
                self._characters -= self._stretches.popitem(last=False)[1][0]
        return first, records
