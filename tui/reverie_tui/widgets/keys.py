"""The line of keys at the bottom: what can be done now, where the cursor is. A click does it, too.

One line of text where Textual's own footer is a widget for each key, which cost a third of the first screen's time.
"""

from __future__ import annotations

from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

from reverie_tui.theme import MUTED

HELP = "app.help"
LAST = ("app.quit", "quit")


class KeyBar(Static):
    """The active bindings that want to be shown. Where they do not all fit, help stays, and what comes last goes."""

    DEFAULT_CSS = "KeyBar { height: 1; padding: 0 1; text-wrap: nowrap; text-overflow: clip; }"

    def __init__(self) -> None:
        super().__init__(markup=False)

    def on_mount(self) -> None:
        """Follow the bindings, which change with the cursor."""
        self.screen.bindings_updated_signal.subscribe(self, self._changed)

    def on_resize(self) -> None:
        """Fit the keys to the new width."""
        self._changed(self.screen)

    def _changed(self, screen: Screen[object]) -> None:
        if self.is_attached and screen is self.screen and self.size.width:
            self.update(_fitted(self._keys(), self.size.width - 2))

    def _keys(self) -> list[Content]:
        """Each shown action once, help first, quitting last."""
        found: dict[str, Content] = {}
        for _node, binding, enabled, _tooltip in self.screen.active_bindings.values():
            if binding.show and enabled and binding.action not in found:
                key = Content.styled(self.app.get_key_display(binding), "bold $primary")
                label = Content.assemble(key, " ", (binding.description, MUTED))
                found[binding.action] = label.stylize(f"@click={binding.action}" if "." in binding.action else "")
        order = sorted(found, key=lambda action: (action != HELP, action in LAST))
        return [found[action] for action in order]


def _fitted(keys: list[Content], columns: int) -> Content:
    """As many of them as there is room for."""
    line = Content("")
    for key in keys:
        longer = line + Content("  ") + key if line.cell_length else key
        if longer.cell_length > columns:
            break
        line = longer
    return line
