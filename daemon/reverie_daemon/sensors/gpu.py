"""How busy other programs keep the GPU, where NVIDIA's management library is installed (nvidia-ml-py) and a driver is.

Utilisation is known per GPU, not per program: it counts as the others' as soon as a program that is not ours computes
or draws there.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

PARENTS_MAX = 20


class GpuOthers:
    """Used by one thread; the library is loaded at the first reading."""

    def __init__(self, library: Any = None) -> None:
        self._library = library
        self._absent = False

    def share(self) -> float | None:
        """Utilisation of the busiest GPU that others use, between 0 and 1; None without a GPU that can be read."""
        library = self._loaded()
        if library is None:
            return None
        try:
            handles = [library.nvmlDeviceGetHandleByIndex(number) for number in range(library.nvmlDeviceGetCount())]
            used = [self._used(library, handle) for handle in handles]
        except library.NVMLError:
            self._absent = True
            return None
        return max(used, default=None)

    def _loaded(self) -> Any:
        if self._absent:
            return None
        if self._library is None:
            try:
                import pynvml
            except ImportError:
                self._absent = True
                return None
            self._library = pynvml
            try:
                pynvml.nvmlInit()
            except pynvml.NVMLError:
                self._absent = True
                return None
        return self._library

    def _used(self, library: Any, handle: Any) -> float:
        utilisation = library.nvmlDeviceGetUtilizationRates(handle).gpu / 100
        running = [
            *library.nvmlDeviceGetComputeRunningProcesses(handle),
            *library.nvmlDeviceGetGraphicsRunningProcesses(handle),
        ]
        # Without the right to see who runs there, whoever keeps it busy is somebody else.
        if running and all(_is_ours(process.pid) for process in running):
            return 0.0
        return float(utilisation)


def _is_ours(pid: int) -> bool:
    """Whether a process is this one, or was started by it."""
    for _ in range(PARENTS_MAX):
        if pid == os.getpid():
            return True
        if pid <= 1:
            return False
        try:
            pid = int(Path(f"/proc/{pid}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()[1])
        except (OSError, IndexError, ValueError):
            return False
    return False
