"""A line to type in, whose keys act in the order in which they were pressed.

Textual acts on a character where it is typed, and on a key such as Ctrl+U or Enter only once that has passed through
every widget around: while the program is busy, what was typed after the key came before it. What a line is for, and
what becomes of its text, is decided by those who use it.
"""

from __future__ import annotations

from textual import events
from textual.reactive import reactive
from textual.widgets import Input


class LineInput(Input):
    """The cursor does not blink: it would wake the program twice a second."""

    cursor_blink = reactive(False, init=False)

    async def on_key(self, event: events.Key) -> None:
        """Act at once on a key that means something in the line."""
        if event.is_printable:
            return
        found = self.screen.active_bindings.get(event.key)
        if found is not None and found.node is self and found.enabled:
            event.stop()
            event.prevent_default()
            await self.run_action(found.binding.action)
