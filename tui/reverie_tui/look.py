"""How the terminal UI looks as the user settled it, put into effect.

What is settled is the Settings page's state; which characters are drawn is in the state itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from textual.app import App

from reverie_tui.pages.settled import Look
from reverie_tui.theme import DARK, LIGHT

TERMINAL = "ansi-dark"
"""Textual's theme out of the sixteen colours that the terminal has, on its own background."""

THEMES: Mapping[str, str] = {"dark": DARK.name, "light": LIGHT.name, "terminal": TERMINAL}


def apply(app: App[Any], look: Look) -> None:
    """Make the app look so. A theme of a name that is not ours is left to the command palette."""
    theme = THEMES.get(look.theme, "")
    if theme and app.theme != theme:
        app.theme = theme
    app.animation_level = "none" if look.reduced_motion else "full"


def redraw(app: App[Any]) -> None:
    """Draw everything anew, for the characters have changed."""
    for screen in app.screen_stack:
        for widget in screen.walk_children():
            widget.refresh()
