"""Reads files of a working tree: their stat, their bytes as one consistent snapshot, their blob id, their text.

Blob ids are always computed from the bytes on disk. Git's index could spare that for clean entries, but only after
ruling out filters, line-ending and encoding attributes, conflicts and racy timestamps, and hashing all of sympy (32 MB)
takes 90 ms, once; an unchanged file is recognised by its stat, without being read.

Nothing here imports git, so that a parsing process can use it cheaply.
"""

from __future__ import annotations

import codecs
import hashlib
import os
import stat
import time
from dataclasses import dataclass
from typing import Literal, Protocol

from reverie_daemon.worktree.location import ObjectFormat

SOURCE_BYTES_MAX = 1 << 20
UNSETTLED_NS = -1
"""Stands in `FileStat.mtime_ns` for a file that may have changed again without a trace: it equals no stat, so the next
sweep reads the file once more."""

_RACY_NS = 20_000_000
_RACY_COARSE_NS = 2_000_000_000
_READ_FLAGS = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)

Absence = Literal["gone", "link", "special", "too large", "unreadable"]


class StatLike(Protocol):
    """What a stored row must say of a file, as `FileStat` does."""

    @property
    def mtime_ns(self) -> int: ...
    @property
    def size(self) -> int: ...
    @property
    def inode(self) -> int: ...


@dataclass(frozen=True, slots=True)
class FileStat:
    """By what a file is recognised as unchanged.

    `mtime_ns` is the later of its modification and its status change, so that a tool which puts an old time back is
    noticed; `size` is in bytes.
    """

    mtime_ns: int
    size: int
    inode: int


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A file's bytes with the stat and the blob id that belong to just these bytes."""

    stat: FileStat
    blob: str
    content: bytes


def stat_of(result: os.stat_result) -> FileStat:
    """The recognisable part of a stat result."""
    return FileStat(max(result.st_mtime_ns, result.st_ctime_ns), result.st_size, result.st_ino)


def same(one: StatLike, other: StatLike) -> bool:
    """Whether two stats are of the same content, as far as stats can tell."""
    return one.mtime_ns == other.mtime_ns and one.size == other.size and one.inode == other.inode


def settled(mtime_ns: int, now_ns: int) -> int:
    """`mtime_ns`, or UNSETTLED_NS when a later change could still get the same one from the filesystem's clock."""
    granularity_ns = _RACY_COARSE_NS if mtime_ns % 1_000_000_000 == 0 else _RACY_NS
    return UNSETTLED_NS if abs(now_ns - mtime_ns) < granularity_ns else mtime_ns


def blob_of(content: bytes, object_format: ObjectFormat = "sha1") -> str:
    """Git's object id of these bytes as a blob: the digest of `blob LENGTH NUL` and the bytes."""
    digest = hashlib.new(object_format, b"blob %d\0" % len(content), usedforsecurity=False)
    digest.update(content)
    return digest.hexdigest()


def snapshot(
    root: bytes, path: bytes, *, object_format: ObjectFormat = "sha1", size_max: int = SOURCE_BYTES_MAX
) -> Snapshot | Absence:
    """The file at `path` under `root`, or why it cannot be had. Follows no link, opens no pipe, reads at most
    `size_max` bytes."""
    absence = _absence(root, path, size_max)
    if absence is not None:
        return absence
    try:
        descriptor = os.open(os.path.join(root, path), _READ_FLAGS)  # noqa: PTH118 - paths are bytes here
    except OSError as error:
        return "gone" if isinstance(error, FileNotFoundError | NotADirectoryError) else "unreadable"
    try:
        opened = os.fstat(descriptor)
        if not stat.S_ISREG(opened.st_mode):
            return "special"
        # One byte more than expected shows that the file grew; what came short or long is read again by the next sweep.
        content = os.read(descriptor, min(opened.st_size, size_max) + 1)
        after = os.fstat(descriptor)
    except OSError:
        return "unreadable"
    finally:
        os.close(descriptor)
    if len(content) > size_max:
        return "too large"
    kept = stat_of(after)
    steady = kept == stat_of(opened) and kept.size == len(content)
    mtime_ns = settled(kept.mtime_ns, time.time_ns()) if steady else UNSETTLED_NS
    return Snapshot(FileStat(mtime_ns, kept.size, kept.inode), blob_of(content, object_format), content)


def absence_of(result: os.stat_result, size_max: int) -> Absence | None:
    """Why a file with this `lstat` is not read, None when it is."""
    if stat.S_ISLNK(result.st_mode):
        return "link"
    if not stat.S_ISREG(result.st_mode):
        return "special"
    return "too large" if result.st_size > size_max else None


def beyond_link(root: bytes, folder: bytes, known: dict[bytes, bool]) -> bool:
    """Whether `folder` or one above it, below `root`, is a link. `known` remembers answers between calls."""
    if not folder:
        return False
    answer = known.get(folder)
    if answer is None:
        answer = beyond_link(root, folder.rpartition(b"/")[0], known)
        if not answer:
            answer = os.path.islink(root + b"/" + folder)  # noqa: PTH114 - paths are bytes here
        known[folder] = answer
    return answer


def decode(content: bytes) -> str:
    """The bytes as text: by their byte order mark, else as UTF-8, else as Latin-1, which never fails. Line ends
    stay."""
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if content.startswith(mark):
            return content.decode(encoding, "replace")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("latin-1")


def is_binary(content: bytes) -> bool:
    """Whether these bytes are no text: a NUL among the first 8,000, as git judges, unless a UTF-16 mark explains it."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return False
    return b"\0" in content[:8000]


def _absence(root: bytes, path: bytes, size_max: int) -> Absence | None:
    if beyond_link(root, path.rpartition(b"/")[0], {}):
        return "link"
    try:
        return absence_of(os.lstat(root + b"/" + path), size_max)
    except (FileNotFoundError, NotADirectoryError):
        return "gone"
    except OSError:
        return "unreadable"
