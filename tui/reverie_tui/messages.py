"""The one message by which widgets and threads report events to the app."""

from __future__ import annotations

from textual.message import Message

from reverie_tui.events import Event


class Happened(Message):
    """Something happened; the app reduces it."""

    def __init__(self, event: Event) -> None:
        super().__init__()
        self.event = event
