"""Parsing in child processes: sources in, facts packed for the store out.

py-tree-sitter holds the interpreter's lock, so parsing beside the daemon's event loop would stall it. Each child is a
fresh interpreter that speaks pickle over its two pipes, and leaves when its input closes: whether the daemon stopped it,
or was killed. It is handed bytes and never opens a file. A child that dies of a file is replaced and the file indexed
without facts, with the problem said.
"""

from __future__ import annotations

import os
import pickle
import queue
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import IO

from reverie_indexers import index, indexer_version
from reverie_indexers.facts import FileFacts

from .core.redact import redact
from .store.packing import FACTS_VERSION, PackedFacts, pack

BATCH_BYTES = 256 << 10
BINARY = "binary"
"""The language of files that are listed but have no text."""
PARSE_WAIT_S = 60.0
"""A batch that takes longer has met a file that the parser cannot finish; its child is replaced."""
LENGTH_BYTES = 8


@dataclass(frozen=True, slots=True)
class Source:
    """One blob to parse: its id, its size in bytes, and its text (not redacted yet) in a language."""

    blob: bytes
    size: int
    language: str
    text: str


def version_of(language: str) -> int:
    """Grows when the same bytes would be stored as other facts."""
    return indexer_version(language) * 1_000 + FACTS_VERSION


def parse(source: Source) -> PackedFacts:
    """The facts of one blob, redacted and packed for the store."""
    version = version_of(source.language)
    if source.language == BINARY:
        return pack(source.blob, source.size, "", FileFacts(BINARY), version)
    text = redact(source.text)
    return pack(source.blob, source.size, text, index(text, source.language), version)


def unparsable(source: Source, reason: str) -> PackedFacts:
    """What is stored of a blob that no parser survived."""
    facts = FileFacts(source.language, problems=(reason,))
    return pack(source.blob, source.size, "", facts, version_of(source.language))


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


class ParserPool:
    """Up to `workers` child processes, started when there is work, that leave when told to rest."""

    def __init__(self, workers: int) -> None:
        self._workers = workers
        self._idle: queue.LifoQueue[_Child] = queue.LifoQueue()
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix="parsing")
        self._children: set[_Child] = set()
        self._lock = threading.Lock()

    def parse(self, sources: Iterable[Source]) -> Iterator[list[PackedFacts]]:
        """Facts in batches, in the order of the sources; at most a few batches are read ahead of the consumer."""
        ahead: queue.SimpleQueue[Future[list[PackedFacts]]] = queue.SimpleQueue()
        for batch in batches(sources):
            ahead.put(self._threads.submit(self._parse_batch, batch))
            if ahead.qsize() > self._workers + 2:
                yield ahead.get().result()
        while not ahead.empty():
            yield ahead.get().result()

    def warm(self) -> None:
        """Starts one child if there is none, so that a file about to be parsed does not wait for it."""
        with self._lock:
            if self._children:
                return
        self._idle.put(self._start())

    def rest(self) -> None:
        """Ends the children that have nothing to do."""
        while True:
            try:
                child = self._idle.get_nowait()
            except queue.Empty:
                return
            self._end(child)

    def close(self) -> None:
        """Ends every child, busy or not."""
        with self._lock:
            children = list(self._children)
        for child in children:
            self._end(child)
        self._threads.shutdown(wait=True, cancel_futures=True)

    def process_ids(self) -> list[int]:
        """The children that live now."""
        with self._lock:
            return [child.pid for child in self._children]

    def _parse_batch(self, batch: Sequence[Source]) -> list[PackedFacts]:
        facts = self._ask(batch)
        if facts is not None:
            return facts
        return [fact for source in batch for fact in self._parse_alone(source)]

    def _parse_alone(self, source: Source) -> list[PackedFacts]:
        return self._ask([source]) or [unparsable(source, "The parser failed on this file; it can only be listed.")]

    def _ask(self, batch: Sequence[Source]) -> list[PackedFacts] | None:
        try:
            child = self._idle.get_nowait()
        except queue.Empty:
            child = self._start()
        facts = child.parse(batch)
        if facts is None:
            self._end(child)
        else:
            self._idle.put(child)
        return facts

    def _start(self) -> _Child:
        child = _Child()
        with self._lock:
            self._children.add(child)
        return child

    def _end(self, child: _Child) -> None:
        child.close()
        with self._lock:
            self._children.discard(child)


class _Child:
    """One parser process and its pipes."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "reverie_daemon.parsing"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            close_fds=True,
        )
        assert self._process.stdin is not None and self._process.stdout is not None
        self._input, self._output = self._process.stdin, self._process.stdout

    @property
    def pid(self) -> int:
        return self._process.pid

    def parse(self, batch: Sequence[Source]) -> list[PackedFacts] | None:
        """The batch's facts; None when the child died or had to be killed."""
        watch = threading.Timer(PARSE_WAIT_S, self._process.kill)
        watch.daemon = True
        watch.start()
        try:
            _send(self._input, batch)
            facts: list[PackedFacts] | None = _receive(self._output)
        except (OSError, ValueError):  # ValueError: the pipe was closed under us by close()
            return None
        finally:
            watch.cancel()
        return facts

    def close(self) -> None:
        self._process.kill()
        for pipe in (self._input, self._output):
            try:
                pipe.close()
            except OSError:  # flushing what the dead child never read
                continue
        self._process.wait()


def _send(pipe: IO[bytes], value: object) -> None:
    payload = pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
    pipe.write(len(payload).to_bytes(LENGTH_BYTES, "little"))
    pipe.write(payload)
    pipe.flush()


def _receive(pipe: IO[bytes]) -> list[PackedFacts] | None:
    length = pipe.read(LENGTH_BYTES)
    if len(length) < LENGTH_BYTES:
        return None
    payload = pipe.read(int.from_bytes(length, "little"))
    value: list[PackedFacts] | None = pickle.loads(payload)
    return value


def _serve() -> None:
    """The child's main: a thread reads requests, so that a closed input ends the process even in the midst of one."""
    requests: queue.SimpleQueue[list[Source]] = queue.SimpleQueue()

    def read() -> None:
        pipe = sys.stdin.buffer
        try:
            while len(length := pipe.read(LENGTH_BYTES)) == LENGTH_BYTES:
                requests.put(pickle.loads(pipe.read(int.from_bytes(length, "little"))))
        finally:
            # Also after half a request: whoever was writing it is dead.
            os._exit(0)

    threading.Thread(target=read, daemon=True).start()
    while True:
        _send(sys.stdout.buffer, [parse(source) for source in requests.get()])


if __name__ == "__main__":
    _serve()
