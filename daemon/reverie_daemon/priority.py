"""The lowest priority there is, for processor and disk: what works while nobody asks must not be felt."""

from __future__ import annotations

import ctypes
import os
import platform
import sys

NICENESS = 19
_IOPRIO_SET = {"x86_64": 251, "aarch64": 30, "riscv64": 30, "i686": 289, "armv7l": 314}
_THIS_PROCESS = 1
_IDLE_CLASS = 3 << 13
"""Linux serves such a process only when no other waits for the disk (ioprio_set(2))."""


def lowest() -> None:
    """For this process from now on; what a system does not offer is left out."""
    os.setpriority(os.PRIO_PROCESS, 0, NICENESS)
    number = _IOPRIO_SET.get(platform.machine())
    if sys.platform == "linux" and number is not None:
        ctypes.CDLL(None).syscall(number, _THIS_PROCESS, 0, _IDLE_CLASS)
