"""One page or dialog a file. Pages other than Ask are loaded when they are first gone to."""

from __future__ import annotations

import importlib

from reverie_tui.calls import PageName
from reverie_tui.screens.page import PageScreen


def screen_of(page: PageName) -> type[PageScreen]:
    """The screen of a page: of each module here, the one class that is named after it."""
    module = importlib.import_module(f"{__name__}.{page}")
    screen: type[PageScreen] = getattr(module, f"{page.capitalize()}Screen")
    return screen
