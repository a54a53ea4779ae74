"""Numbers in words, as short as they can be read. Pure."""

from __future__ import annotations


def counted(number: int, noun: str) -> str:
    """ "1 note", "2 notes"."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def dollars(usd: float) -> str:
    """Money, with as many digits as a small sum needs."""
    return f"${usd:,.2f}" if usd >= 0.1 else f"${usd:.4f}"


def compact(value: float) -> str:
    """A number in four characters or so: 0.12, 34.5, 1.2k, 3.4M."""
    for unit, size in (("M", 1e6), ("k", 1e3)):
        if abs(value) >= size:
            return f"{value / size:.1f}{unit}"
    return f"{value:.0f}" if abs(value) >= 100 or value == int(value) else f"{value:.2g}"
