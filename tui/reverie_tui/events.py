"""What can happen to the terminal UI: what the user does, and what the daemon sends. Values only; `model.reduce` says
what each of them means.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reverie_daemon.errors import UserError

from reverie_tui.calls import PageName
from reverie_tui.reading import Problem

CONTEXT_LINES = 400
"""How many lines are fetched after a citation, and before one that lies deep in a file."""

WHOLE_LINES_MAX = 3_000
"""Up to this line a file is fetched from its beginning, since highlighting is only sure from there."""


@dataclass(frozen=True, slots=True)
class Place:
    """Lines of a file to show."""

    path: str
    start_line: int
    end_line: int

    @property
    def around(self) -> tuple[int, int]:
        """The first and last line to fetch, so that there is something to scroll to."""
        start = 1 if self.start_line <= WHOLE_LINES_MAX else self.start_line - CONTEXT_LINES
        return start, self.end_line + CONTEXT_LINES


@dataclass(frozen=True, slots=True)
class Connecting:
    """We try to reach the daemon, and start it when it is not running."""


@dataclass(frozen=True, slots=True)
class Connected:
    """The daemon has the repository at `root`."""

    root: str


@dataclass(frozen=True, slots=True)
class Lost:
    """The daemon is away; we try again in `retry_s` seconds. `next_step` is there when it could not even be started."""

    reason: str
    retry_s: float
    next_step: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """The daemon cannot work with this folder; `error` says why, for the caller to print."""

    error: UserError


@dataclass(frozen=True, slots=True)
class StatusArrived:
    """A `snapshot` or a `delta` of the daemon's events, as sent."""

    payload: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class PastArrived:
    """Questions asked before, as sent."""

    payload: Sequence[Any]


@dataclass(frozen=True, slots=True)
class ExpectedArrived:
    """Questions that the daemon expects to be asked, as sent."""

    payload: Sequence[Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """The user asks. Where the question was `typed`, the box has emptied itself: what it holds since is not ours."""

    question: str
    typed: bool = False


@dataclass(frozen=True, slots=True)
class Streamed:
    """A part of the answer to question `number`, as sent: `understood`, `composed`, `claim`s, `answer`…"""

    number: int
    payload: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class AskEnded:
    """Nothing more comes for question `number`; `problem` says why, where it failed."""

    number: int
    problem: Problem | None = None


@dataclass(frozen=True, slots=True)
class Escaped:
    """The user backs out: of the narrow preview, of a running answer, or of the answer on show."""


@dataclass(frozen=True, slots=True)
class Selected:
    """The user moved to the evidence at `index`; `open` shows it on a narrow screen too."""

    index: int
    open: bool = False


@dataclass(frozen=True, slots=True)
class Cited:
    """The user followed a citation in the answer's text."""

    place: Place


@dataclass(frozen=True, slots=True)
class SourceArrived:
    """The source of a place, as sent; or why there is none."""

    place: Place
    payload: Mapping[str, Any] | None = None
    problem: Problem | None = None


@dataclass(frozen=True, slots=True)
class Recalled:
    """The user steps through earlier questions: 1 is further back, -1 towards now. `text` is what the box holds."""

    step: int
    text: str


@dataclass(frozen=True, slots=True)
class Stepped:
    """The user goes through the answers of the conversation: -1 is the one before, 1 the one after."""

    step: int


@dataclass(frozen=True, slots=True)
class Redone:
    """The user wants the question on show answered anew."""


@dataclass(frozen=True, slots=True)
class NextAsked:
    """The user asks the likeliest of the questions that are expected."""


@dataclass(frozen=True, slots=True)
class Mentioned:
    """The user chose a name in the finder: it goes between what the box holds `before` and `after` the cursor."""

    name: str
    before: str
    after: str = ""


@dataclass(frozen=True, slots=True)
class Resized:
    """The terminal has a new size; `wide` when there is room for two panes side by side."""

    wide: bool


@dataclass(frozen=True, slots=True)
class PageChosen:
    """The user goes to a page."""

    page: PageName


@dataclass(frozen=True, slots=True)
class Within:
    """Something happened on a page other than Ask; `event` is one of that page's module."""

    page: PageName
    event: object


@dataclass(frozen=True, slots=True)
class Replied:
    """The daemon's reply to call `number`, or why there is none. `at` is the local time of day, HH:MM:SS."""

    number: int
    at: str
    payload: Any = None
    problem: Problem | None = None


AskEvent = (
    PastArrived
    | ExpectedArrived
    | Asked
    | Streamed
    | AskEnded
    | Escaped
    | Selected
    | Cited
    | SourceArrived
    | Recalled
    | Stepped
    | Redone
    | NextAsked
    | Mentioned
)
"""What concerns the Ask page."""

PageEvent = PageChosen | Within | Replied
"""What concerns the other pages, and which one is on show."""

Event = Connecting | Connected | Lost | Refused | StatusArrived | Resized | PageEvent | AskEvent
