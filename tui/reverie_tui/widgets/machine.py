"""What the daemon does this moment and why, which models it uses, and what the machine's sensors tell."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Static

from reverie_tui import wording_activity as wording
from reverie_tui.state import State
from reverie_tui.theme import MUTED
from reverie_tui.workings import Reading

LABEL_COLUMNS = 9
_STATE_STYLE = {"learning": "bold $success", "paused": "bold $warning"}


class Machine(Static):
    """The state at a glance. It is drawn again only when something in it changed."""

    DEFAULT_CSS = "Machine { height: auto; text-wrap: nowrap; text-overflow: ellipsis; }"

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id, markup=False)
        self._shown = Content("")
        self._state: State | None = None

    def show(self, state: State) -> None:
        """Show how the daemon stands."""
        self._state = state
        lines = [
            self._line("Now", Content.styled(f"{_mark(state)} {wording.standing(state)}", _style(state))),
            self._line("Why", Content(wording.reason(state))),
            self._line("Doing", Content(wording.doing(state))),
            self._line("Model", Content(wording.models(state))),
            *self._readings(state.activity.workings.readings),
        ]
        wanted = Content("\n").join(lines)
        if not wanted.is_same(self._shown):
            self._shown = wanted
            self.update(wanted)

    def on_resize(self) -> None:
        """What learning asks for stands beside a reading where there is room, else beneath it."""
        if self._state is not None:
            self.show(self._state)

    def _line(self, label: str, content: Content) -> Content:
        return Content.assemble((f"{label:<{LABEL_COLUMNS}}", MUTED), content)

    def _readings(self, readings: tuple[Reading, ...]) -> list[Content]:
        """That nothing stands in the way (no question, no pause, no quiet hours) goes without saying."""
        shown = [reading for reading in readings if reading.value is not False or reading.wanted == "on"]
        return [self._reading("" if i else "Machine", reading) for i, reading in enumerate(shown)]

    def _reading(self, label: str, reading: Reading) -> Content:
        line = self._line(label, Content(reading.text))
        if not reading.wanted:
            return line
        wanted = Content.styled(f"wanted: {reading.wanted}", MUTED)
        if not self.size.width or line.cell_length + wanted.cell_length + 2 <= self.content_size.width:
            return Content.assemble(line, "  ", wanted)
        return Content("\n").join((line, self._line("", wanted)))


def _mark(state: State) -> str:
    return state.signs.off if state.link.state == "lost" else state.signs.on


def _style(state: State) -> str:
    if state.link.state == "lost":
        return "bold $warning"
    return _STATE_STYLE.get(state.status.sleep_state if state.status else "", "bold")
