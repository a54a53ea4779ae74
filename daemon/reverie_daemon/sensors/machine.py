"""All sensors of this machine, read together. Which of them exist is decided here, once, by the system it runs on."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

from ..core.idle import Readings
from . import elsewhere, power
from .gpu import GpuOthers
from .input_idle import InputIdle
from .processor import ProcessorOthers

SLOWLY_S = 10.0
"""Batteries and GPUs are looked at so seldom: the one changes slowly, the other takes milliseconds."""


class Sensors:
    """Reads the machine; used by one thread at a time."""

    def __init__(self, platform: str = sys.platform) -> None:
        mac = platform == "darwin"
        self._user_idle_s: Callable[[], float | None] = elsewhere.mac_idle_s if mac else InputIdle().seconds
        self._processor: Callable[[], tuple[float | None, str]] = (
            elsewhere.load_average if mac else ProcessorOthers().share
        )
        self._read_power: Callable[[], power.Power] = elsewhere.mac_power if mac else power.read
        self._gpu = GpuOthers()
        self._slow: tuple[power.Power, float | None] = (power.MAINS, None)
        self._slow_due_s = 0.0

    def read(self) -> Readings:
        """The machine now. Whether a question waits or learning is paused is not a sensor's to know."""
        now_s, clock = time.monotonic(), time.localtime()
        if now_s >= self._slow_due_s:
            self._slow_due_s = now_s + SLOWLY_S
            self._slow = (self._read_power(), self._gpu.share())
        source, gpu_share = self._slow
        processor_share, busiest = self._processor()
        return Readings(
            at_s=now_s,
            minute_of_day=clock.tm_hour * 60 + clock.tm_min,
            user_idle_s=self._user_idle_s(),
            processor_share=processor_share,
            busiest=busiest,
            on_battery=source.on_battery,
            battery_share=source.charge,
            gpu_share=gpu_share,
        )
