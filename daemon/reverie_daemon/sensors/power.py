"""Mains or battery, from Linux's /sys/class/power_supply."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

SUPPLIES = Path("/sys/class/power_supply")


@dataclass(frozen=True, slots=True)
class Power:
    """Where the current comes from; `charge` is the battery's, between 0 and 1, None where there is none to read."""

    on_battery: bool = False
    charge: float | None = None


MAINS = Power()


def read(folder: Path = SUPPLIES) -> Power:
    """The system's power now. A machine without a battery, or that tells nothing, is on mains; a mouse's or a phone's
    battery is not the system's."""
    try:
        supplies = sorted(folder.iterdir())
    except OSError:
        return MAINS
    batteries = [one for one in supplies if _value(one, "type") == "Battery" and _value(one, "scope") != "Device"]
    if not batteries:
        return MAINS
    online = any(_value(one, "online") == "1" for one in supplies if _value(one, "type") in ("Mains", "USB"))
    draining = any(_value(one, "status") == "Discharging" for one in batteries)
    charges = [int(text) / 100 for one in batteries if (text := _value(one, "capacity")).isdigit()]
    return Power(draining and not online, sum(charges) / len(charges) if charges else None)


def _value(supply: Path, name: str) -> str:
    try:
        return (supply / name).read_text("ascii", "replace").strip()
    except OSError:
        return ""
