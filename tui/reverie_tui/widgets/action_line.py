"""A line of labels of which each does something when it is clicked. The keyboard does the same by its bindings."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events
from textual.content import Content

from reverie_tui.widgets.text_line import TextLine


class ActionLine(TextLine):
    """Labels beside each other, as many as there is room for."""

    def __init__(self, *, gap: int = 1, id: str | None = None) -> None:
        super().__init__(id=id)
        self._gap = gap
        self._labels: list[tuple[Content, str]] = []
        self._ends: list[tuple[int, str]] = []

    def show_labels(self, labels: Sequence[tuple[Content, str]]) -> None:
        """Show these labels, each with its action as `run_action` takes it."""
        self._labels = list(labels)
        self._fit()

    def on_resize(self) -> None:
        """Fit the labels to the new width."""
        self._fit()

    def _fit(self) -> None:
        """Labels that do not fit go whole, from the end."""
        line = Content("")
        ends: list[tuple[int, str]] = []
        for label, action in self._labels:
            longer = line + Content(" " * self._gap) + label if ends else label
            if self.size.width and longer.cell_length > self.content_size.width:
                break
            line = longer
            ends.append((line.cell_length, action))
        self._ends = ends
        self.show(line)

    async def on_click(self, event: events.Click) -> None:
        """Do what the label under the mouse stands for."""
        offset = event.get_content_offset(self)
        if offset is not None:
            action = next((action for end, action in self._ends if offset.x < end), "")
            if action:
                await self.run_action(action)
