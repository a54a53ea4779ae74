"""The sensors of macOS and Windows: what their tools print and their calls return, read.

Reading what was printed or returned is kept apart from asking, so that it can be tested on recorded outputs anywhere.
"""

from __future__ import annotations

import os
import re
import struct
import subprocess

from .power import MAINS, Power

TOOL_WAIT_S = 0.5
_NANO = 1_000_000_000
_HID_IDLE = re.compile(r'"HIDIdleTime"\s*=\s*(\d+)')
_CHARGE = re.compile(r"(\d{1,3})%")
_LAST_INPUT = struct.Struct("<II")
_POWER_STATUS = struct.Struct("<BBBBII")
_UNKNOWN = 255


def mac_idle_s() -> float | None:
    return ioreg_idle_s(_printed("ioreg", "-c", "IOHIDSystem", "-d", "4"))


def mac_power() -> Power:
    return pmset_power(_printed("pmset", "-g", "batt"))


def load_average() -> tuple[float | None, str]:
    """The share of all cores by the last minute's load; whose it is, is not known."""
    try:
        return min(1.0, os.getloadavg()[0] / (os.cpu_count() or 1)), ""
    except OSError:
        return None, ""


def ioreg_idle_s(printed: str) -> float | None:
    """Seconds since the last input, from what `ioreg -c IOHIDSystem` prints; None when it does not say."""
    found = [int(value) / _NANO for value in _HID_IDLE.findall(printed)]
    return min(found, default=None)


def pmset_power(printed: str) -> Power:
    """From what `pmset -g batt` prints; a Mac without a battery is on mains."""
    charge = _CHARGE.search(printed)
    if "InternalBattery" not in printed or charge is None:
        return MAINS
    return Power("'Battery Power'" in printed, min(1.0, int(charge[1]) / 100))


def last_input_idle_s(returned: bytes, ticks_ms: int) -> float | None:
    """Seconds since the last input, from Windows' LASTINPUTINFO and the tick count of that moment, which both start
    again from 0 after 49.7 days; None for a structure of another size."""
    if len(returned) != _LAST_INPUT.size:
        return None
    _, last_ms = _LAST_INPUT.unpack(returned)
    return float((ticks_ms - last_ms) % (1 << 32)) / 1_000


def system_power(returned: bytes) -> Power:
    """From Windows' SYSTEM_POWER_STATUS; mains where it is of another size, or does not know."""
    if len(returned) != _POWER_STATUS.size:
        return MAINS
    line, _, percent, *_ = _POWER_STATUS.unpack(returned)
    return Power(line == 0, None if percent == _UNKNOWN else min(1.0, percent / 100))


def _printed(*command: str) -> str:
    try:
        done = subprocess.run(command, capture_output=True, timeout=TOOL_WAIT_S, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.decode("utf-8", "replace")
