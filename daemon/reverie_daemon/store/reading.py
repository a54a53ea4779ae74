"""What readers of one store share: values worked out for the clock, and passages read lately, both bounded.

Whatever is kept under a clock is dropped when it ticks. Passages are kept by a number that is never given twice.
"""

from __future__ import annotations

import sqlite3
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import TypeVar, cast

from .fulltext import first_of
from .packing import StoredPassage, records_of, unpack_passage

VALUES_KEPT_MAX = 10_000
CHARACTERS_KEPT_MAX = 3_000_000

Value = TypeVar("Value")


class Shelf:
    """Shared by the readers of one store, on any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._clock = -1
        self._values: dict[Hashable, object] = {}
        self._stretches: OrderedDict[int, tuple[int, list[str]]] = OrderedDict()
        self._characters = 0

    def at(self, clock: int, key: Hashable, work_out: Callable[[], Value]) -> Value:
        """What `work_out` gives at this clock; a key always has the same type of value."""
        with self._lock:
            if self._clock == clock and key in self._values:
                return cast(Value, self._values[key])
        value = work_out()
        with self._lock:
            if clock > self._clock:
                self._clock = clock
                self._values.clear()
            if clock == self._clock and len(self._values) < VALUES_KEPT_MAX:
                self._values[key] = value
        return value

    def passage(self, reader: sqlite3.Connection, facts: int, ordinal: int) -> StoredPassage:
        """A stored passage by its blob's facts and its place among their passages."""
        number = first_of(facts) + ordinal
        (first,) = reader.execute("SELECT max(id) FROM stretch WHERE id <= ?", (number,)).fetchone()
        with self._lock:
            kept = self._stretches.get(first)
            if kept is not None:
                self._stretches.move_to_end(first)
        records = kept[1] if kept is not None else self._read(reader, first)
        return unpack_passage(records[number - first])

    def _read(self, reader: sqlite3.Connection, first: int) -> list[str]:
        (packed,) = reader.execute("SELECT passages FROM stretch WHERE id = ?", (first,)).fetchone()
        records = records_of(packed)
        characters = sum(map(len, records))
        with self._lock:
            if first not in self._stretches:
                self._stretches[first] = (characters, records)
                self._characters += characters
            while self._characters > CHARACTERS_KEPT_MAX and len(self._stretches) > 1:
                self._characters -= self._stretches.popitem(last=False)[1][0]
        return records
