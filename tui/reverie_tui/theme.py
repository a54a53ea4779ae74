"""The colours: calm ones, for dark and for light terminals. Others can be chosen with Ctrl+P."""

from __future__ import annotations

from textual.theme import Theme

MUTED = "$foreground 65%"
"""What stands beside the matter: details, separators."""

FAINT = "$foreground 40%"
"""What is only there to be counted: the numbers of lines."""

DARK = Theme(
    name="reverie",
    primary="#8fb4e8",
    secondary="#7fbbb3",
    accent="#c4a7e7",
    foreground="#d3d7df",
    background="#15181e",
    surface="#1b1f27",
    panel="#222732",
    success="#9ac48a",
    warning="#dfc184",
    error="#e88a8f",
    dark=True,
    variables={
        "block-cursor-background": "#3a5478",
        "block-cursor-foreground": "#eef1f6",
        "block-cursor-blurred-background": "#242b37",
        "block-cursor-blurred-foreground": "#d3d7df",
        "block-cursor-text-style": "none",
        "scrollbar": "#2e3542",
        "scrollbar-background": "#15181e",
        "scrollbar-corner-color": "#15181e",
    },
)

LIGHT = Theme(
    name="reverie-light",
    primary="#2f5d9e",
    secondary="#2d7a74",
    accent="#7a4fa3",
    foreground="#2b3038",
    background="#fafaf8",
    surface="#f1f1ee",
    panel="#e6e6e1",
    success="#3d7a35",
    warning="#96690f",
    error="#b3393f",
    dark=False,
    variables={
        "block-cursor-background": "#bcd0ec",
        "block-cursor-foreground": "#16202e",
        "block-cursor-blurred-background": "#e4e9f0",
        "block-cursor-blurred-foreground": "#2b3038",
        "block-cursor-text-style": "none",
        "scrollbar": "#cfcfc9",
        "scrollbar-background": "#fafaf8",
        "scrollbar-corner-color": "#fafaf8",
    },
)
