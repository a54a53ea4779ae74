"""The settings as the daemon's API shows and changes them, and what a change sets in motion.

What the settings are, and how the file is written, is `preferences.py`'s; `reverie config` writes the same file, and a
change made there or by hand is noticed here.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from . import preferences
from .errors import UserError
from .preferences import PREFERENCES
from .rereading import Stamp, stamp

log = logging.getLogger(__name__)


class Configuring:
    """May be used from any thread. `other_rules` is called when other files are to be read than before."""

    def __init__(self, config_file: Path, other_rules: Callable[[], None]) -> None:
        self._file = config_file
        self._other_rules = other_rules
        self._lock = threading.Lock()
        self._ignored: dict[str, tuple[str, ...]] = {}
        self._stamp: Stamp = None

    def report(self, root: str = "") -> dict[str, Any]:
        """`{"file", "settings": [{"key", "kind", "choices", "value", "default", "meaning", "set", "applies",
        "by_repository"}]}`. With a root, only what a repository can have of its own, as it is there. `set` says where
        the value comes from: "default", "everywhere" or "repository". Raises UserError."""
        everywhere, own = preferences.given(self._file), preferences.given(self._file, root) if root else {}
        said = own if root else everywhere
        return {
            "file": str(self._file),
            "settings": [
                {
                    "key": one.key, "kind": one.kind, "value": said.get(one.key, one.default), "default": one.default,
                    "meaning": one.meaning,
                    "set": "default" if one.key not in said else "repository" if root else "everywhere",
                    "applies": "after reverie restart" if one.at_start else "at once",
                    "by_repository": one.by_repository, "choices": list(one.choices),
                }
                for one in PREFERENCES.values()
                if one.by_repository or not root
            ],
        }  # fmt: skip

    def change(self, key: str, value: object, root: str = "") -> dict[str, Any]:
        """Sets a key, as JSON has its value or as text that `reverie config` would take; null sets it back. The report
        afterwards. Raises WrongUsage and UserError."""
        with self._lock:
            if isinstance(value, str):
                preferences.write(self._file, key, value.split() or [value], root)
            else:
                preferences.put(self._file, key, value, root)
        self.look()
        return self.report(root)

    def ignored(self, root: str) -> tuple[str, ...]:
        """The patterns of what is not read of a repository; those known before while the file cannot be used. Raises
        UserError where none are known."""
        written = stamp(self._file)
        with self._lock:
            if written != self._stamp:
                stale, self._ignored, self._stamp = self._ignored, {}, written
            else:
                stale = {}
            if root not in self._ignored:
                self._ignored[root] = self._read(root, stale)
            return self._ignored[root]

    def _read(self, root: str, before: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
        try:
            return preferences.ignored(self._file, root)
        except UserError as error:
            if root not in before:
                raise
            log.warning("%s", error.message)
            return before[root]

    def look(self) -> None:
        """Sets in motion what a change of the file since the last look makes due."""
        before = dict(self._ignored)
        try:
            changed = [root for root, patterns in before.items() if self.ignored(root) != patterns]
        except UserError as error:
            log.warning("%s", error.message)
            return
        if changed:
            self._other_rules()
