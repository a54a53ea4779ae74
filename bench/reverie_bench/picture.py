"""Curves as an SVG picture, written by hand so that the bench needs no plotting library. Knows nothing of measures."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from html import escape

WIDTH, HEIGHT = 420, 300
LEFT, RIGHT, TOP, BOTTOM = 46, 14, 34, 40
COLOURS = ("#1b6ca8", "#c0392b", "#7f8c8d", "#27ae60")

Curve = Sequence[tuple[float, float]]
"""(x, y) points, x positive and ascending, y between 0 and 1."""


def panels(titles: Sequence[str], curves: Sequence[Mapping[str, Curve]], x_label: str) -> str:
    """One panel a title, side by side, each with its named curves; x is drawn on a logarithmic scale."""
    body = "".join(
        f'<g transform="translate({number * WIDTH},0)">{_panel(title, of, x_label)}</g>'
        for number, (title, of) in enumerate(zip(titles, curves, strict=True))
    )
    size = f'width="{WIDTH * len(titles)}" height="{HEIGHT}"'
    style = "<style>text{font:12px sans-serif;fill:#333}</style>"
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size}>{style}<rect {size} fill="white"/>{body}</svg>\n'


def _panel(title: str, curves: Mapping[str, Curve], x_label: str) -> str:
    every = sorted({x for curve in curves.values() for x, _ in curve})
    if not every:
        return ""
    low, high = math.log(every[0]), math.log(every[-1])

    def across(x: float) -> float:
        share = (math.log(x) - low) / (high - low) if high > low else 0.5
        return LEFT + share * (WIDTH - LEFT - RIGHT)

    drawn = [f'<text x="{LEFT}" y="18" font-weight="bold">{escape(title)}</text>']
    for tenth in range(0, 11, 2):
        y = _up(tenth / 10)
        drawn.append(f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="#ddd"/>')
        drawn.append(f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{tenth / 10:.1f}</text>')
    marks = (f'<text x="{across(x):.1f}" y="{HEIGHT - 22}" text-anchor="middle">{x:g}</text>' for x in every)
    drawn.extend(marks)
    drawn.append(f'<text x="{WIDTH / 2}" y="{HEIGHT - 6}" text-anchor="middle">{escape(x_label)}</text>')
    for number, (name, curve) in enumerate(curves.items()):
        colour = COLOURS[number % len(COLOURS)]
        points = " ".join(f"{across(x):.1f},{_up(y):.1f}" for x, y in curve)
        drawn.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>')
        y = HEIGHT - BOTTOM - 12 - 16 * (len(curves) - 1 - number)
        drawn.append(
            f'<text x="{WIDTH - RIGHT - 4}" y="{y}" text-anchor="end" style="fill:{colour}">{escape(name)}</text>'
        )
    return "".join(drawn)


def _up(y: float) -> float:
    return HEIGHT - BOTTOM - y * (HEIGHT - TOP - BOTTOM)
