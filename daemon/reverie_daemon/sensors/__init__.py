"""What the machine is doing, as `core.idle.Readings`: when the user last typed, what other programs use, the power.

Each sensor is a small module that answers None where it cannot tell; nothing here raises, waits longer than half a
second, or decides what a reading means.
"""

from __future__ import annotations

from .machine import Sensors

__all__ = ["Sensors"]
