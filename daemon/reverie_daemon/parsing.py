"""Parsing in child processes: sources in, facts packed for the store out. What a child does is in `parser.py`.

py-tree-sitter holds the interpreter's lock, so parsing beside the daemon's event loop would stall it. A child that dies
of a file is replaced, and the file indexed without facts, with the problem said.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor

from .children import Child
from .parser import Source, unparsable
from .store.packing import PackedFacts

BATCH_BYTES = 256 << 10
REST_AFTER_S = 60.0
PARSE_WAIT_S = 60.0
"""A batch that takes longer has met a file that the parser cannot finish; its child is replaced."""


def batches(sources: Iterable[Source], bytes_max: int = BATCH_BYTES) -> Iterator[list[Source]]:
    """Sources in the order they come, in lists of about `bytes_max` bytes."""
    batch: list[Source] = []
    size = 0
    for source in sources:
        batch.append(source)
        size += source.size + 256
        if size >= bytes_max:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


class PoolClosed(Exception):
    """The pool was closed before this was parsed."""


class ParserPool:
    """Up to `workers` child processes, started when there is work, that leave when there is none for a while."""

    def __init__(self, workers: int, monotonic_s: Callable[[], float] = time.monotonic) -> None:
        self._workers = workers
        self._monotonic_s = monotonic_s
        self._used_s = monotonic_s()
        self._idle: queue.LifoQueue[Child] = queue.LifoQueue()
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix="parsing")
        self._children: set[Child] = set()
        self._lock = threading.Lock()
        self._closed = False

    def parse(self, sources: Iterable[Source]) -> Iterator[list[PackedFacts]]:
        """Facts in batches, in the order of the sources; at most a few batches are read ahead of the consumer. Raises
        PoolClosed."""
        ahead: queue.SimpleQueue[Future[list[PackedFacts]]] = queue.SimpleQueue()
        for batch in batches(sources):
            ahead.put(self._submit(batch))
            if ahead.qsize() > self._workers + 2:
                yield _result(ahead.get())
        while not ahead.empty():
            yield _result(ahead.get())

    def warm(self, bulk: bool = False) -> None:
        """Starts one child if there is none, or all for a `bulk` of files, so that what is about to be parsed does not
        wait for it."""
        self._used_s = self._monotonic_s()
        with self._lock:
            missing = 0 if self._closed else (self._workers if bulk else 1) - len(self._children)
        for _ in range(missing):
            self._idle.put(self._start())

    def rest(self) -> None:
        """Ends the children that have nothing to do, when nobody has had any work for a while."""
        if self._monotonic_s() - self._used_s < REST_AFTER_S:
            return
        while True:
            try:
                child = self._idle.get_nowait()
            except queue.Empty:
                return
            self._end(child)

    def close(self) -> None:
        """Ends every child, busy or not; whoever waits for facts has PoolClosed."""
        with self._lock:
            self._closed = True
            children = list(self._children)
        for child in children:
            self._end(child)
        self._threads.shutdown(wait=True, cancel_futures=True)

    def process_ids(self) -> list[int]:
        """The children that live now."""
        with self._lock:
            return [child.pid for child in self._children]

    def _submit(self, batch: Sequence[Source]) -> Future[list[PackedFacts]]:
        with self._lock:
            if self._closed:
                raise PoolClosed
            return self._threads.submit(self._parse_batch, batch)

    def _parse_batch(self, batch: Sequence[Source]) -> list[PackedFacts]:
        facts = self._ask(batch)
        if facts is not None:
            return facts
        return [fact for source in batch for fact in self._parse_alone(source)]

    def _parse_alone(self, source: Source) -> list[PackedFacts]:
        return self._ask([source]) or [unparsable(source, "The parser failed on this file; it can only be listed.")]

    def _ask(self, batch: Sequence[Source]) -> list[PackedFacts] | None:
        self._used_s = self._monotonic_s()
        try:
            child = self._idle.get_nowait()
        except queue.Empty:
            child = self._start()
        facts: list[PackedFacts] | None = child.ask(batch, PARSE_WAIT_S)
        if facts is None:
            self._end(child)
            if self._closed:
                raise PoolClosed
        else:
            self._idle.put(child)
        return facts

    def _start(self) -> Child:
        with self._lock:
            # A child that was killed by closing looks like one that died of a file, and must not be replaced.
            if self._closed:
                raise PoolClosed
            child = Child("reverie_daemon.parser")
            self._children.add(child)
        return child

    def _end(self, child: Child) -> None:
        child.close()
        with self._lock:
            self._children.discard(child)


def _result(future: Future[list[PackedFacts]]) -> list[PackedFacts]:
    try:
        return future.result()
    except CancelledError:
        raise PoolClosed from None
