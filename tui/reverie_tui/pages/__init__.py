"""What each page but Ask holds, and how it changes: pure, one page a file, each with the same three functions.

`wanted(page, root, changed)` is what to fetch when the page is shown (`changed` is empty) or when these top-level parts
of the daemon's status changed; `reduce(page, event, root)` is the page and its wishes after an event of its own;
`replied(page, wish, payload, root)` the same after the daemon's reply to a wish.
"""

from __future__ import annotations

from typing import Any, Protocol

from reverie_tui.calls import Wish

Step = tuple[Any, tuple[Wish, ...]]


class PageModule(Protocol):
    """A page's module, as the dispatcher in `model.py` sees it."""

    def wanted(self, page: Any, root: str, changed: frozenset[str]) -> tuple[Wish, ...]: ...
    def reduce(self, page: Any, event: Any, root: str) -> Step: ...
    def replied(self, page: Any, wish: Wish, payload: Any, root: str) -> Step: ...
