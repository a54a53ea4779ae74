"""How the terminal UI looks as the user settled it: read before the first screen, and put into effect.

What is settled is the Settings page's state; which characters are drawn is in the state itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from textual.app import App
from textual.theme import ThemeProvider

from reverie_tui.events import Within
from reverie_tui.messages import Happened
from reverie_tui.pages.settings import ThemeChosen
from reverie_tui.pages.settled import BY_DEFAULT, Config, Look, look_of, read_setting
from reverie_tui.theme import DARK, LIGHT

TERMINAL = "ansi-dark"
"""Textual's theme out of the sixteen colours that the terminal has, on its own background."""

THEMES: Mapping[str, str] = {"dark": DARK.name, "light": LIGHT.name, "terminal": TERMINAL}
"""Our names of themes; any other goes by its own."""


def configured(config_file: Path) -> Look:
    """How it is to look as the configuration has it: whoever wants it light is not to see it dark first. What cannot be
    read is as it would be by default; the daemon, which reads it again, says what is wrong."""
    try:
        text = config_file.read_text("utf-8")
        import tomllib  # 2 ms, and only needed where there is anything to read

        table = tomllib.loads(text).get("tui", {})
    except (OSError, ValueError):
        return BY_DEFAULT
    rows = table.items() if isinstance(table, dict) else ()
    return look_of(Config(settings=tuple(read_setting({"key": f"tui.{key}", "value": value}) for key, value in rows)))


def apply(app: App[Any], look: Look) -> None:
    """Make the app look so."""
    theme = THEMES.get(look.theme, look.theme)
    if theme not in app.available_themes:
        app.notify(f"There is no theme {theme}. Ctrl+P, then Theme, lists those there are.", markup=False)
    elif app.theme != theme:
        app.theme = theme
    app.animation_level = "none" if look.reduced_motion else "full"


def redraw(app: App[Any]) -> None:
    """Draw everything anew, for the characters have changed."""
    for screen in app.screen_stack:
        for widget in screen.walk_children():
            widget.refresh()


class Themes(ThemeProvider):
    """The themes in the palette. Choosing one is reported, so that it is kept."""

    @property
    def commands(self) -> list[tuple[str, Callable[[], None]]]:
        """Ours by the names that the configuration has, then Textual's."""
        others = sorted(self.app.available_themes.keys() - set(THEMES.values()))
        return [(name, partial(self._choose, name)) for name in (*THEMES, *others)]

    def _choose(self, name: str) -> None:
        self.app.post_message(Happened(Within("settings", ThemeChosen(name))))
