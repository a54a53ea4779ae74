"""The line of keys at the bottom: what can be done now, where the cursor is. A click does it, too.

One line of text where Textual's own footer is a widget for each key, which cost a third of the first screen's time.
"""

from __future__ import annotations

from textual.content import Content
from textual.screen import Screen

from reverie_tui.theme import MUTED
from reverie_tui.widgets.action_line import ActionLine

FIRST, LAST = "app.help", "app.quit"


class KeyBar(ActionLine):
    """The active bindings that want to be shown. Where they do not all fit, help stays, and what comes last goes."""

    DEFAULT_CSS = "KeyBar { padding: 0 1; text-overflow: clip; }"

    def __init__(self) -> None:
        super().__init__(gap=2)

    def on_mount(self) -> None:
        """Follow the bindings, which change with the cursor."""
        self.screen.bindings_updated_signal.subscribe(self, self._changed)

    def _changed(self, screen: Screen[object]) -> None:
        if self.is_attached and screen is self.screen:
            self.show_labels(self._keys())

    def _keys(self) -> list[tuple[Content, str]]:
        """Each shown action once, help first, quitting last."""
        found: dict[str, tuple[Content, str]] = {}
        for node, binding, enabled, _tooltip in self.screen.active_bindings.values():
            action = binding.action if "." in binding.action else _within(node, binding.action, self.app)
            if binding.show and enabled and action not in found:
                key = (self.app.get_key_display(binding), "bold $primary")
                found[action] = Content.assemble(key, " ", (binding.description, MUTED)), action
        return [found[action] for action in sorted(found, key=lambda action: (action != FIRST, action == LAST))]


def _within(node: object, action: str, app: object) -> str:
    """The action as it is called from elsewhere: on the program, on the screen, or on what has the cursor."""
    if node is app:
        return f"app.{action}"
    return f"screen.{action}" if isinstance(node, Screen) else f"focused.{action}"
