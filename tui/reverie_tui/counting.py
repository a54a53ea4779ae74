"""Numbers in words, as short as they can be read. Pure."""

from __future__ import annotations


def counted(number: int, noun: str) -> str:
    """ "1 note", "2 notes"."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def dollars(value: float) -> str:
    """An amount of money, with as many decimals as small ones need."""
    decimals = 2 if abs(value) >= 0.1 or not value else 4
    return f"-${-value:,.{decimals}f}" if value < 0 else f"${value:,.{decimals}f}"


def compact(value: float) -> str:
    """A number in four characters or so: 0.12, 34.5, 1.2k, 3.4M."""
    for unit, size in (("M", 1e6), ("k", 1e3)):
        if abs(value) >= size:
            return f"{value / size:.1f}{unit}"
    return f"{value:.0f}" if abs(value) >= 100 or value == int(value) else f"{value:.2g}"
