"""What the terminal UI holds: every value on show, and what is under way. Pure data; what changes it is `model.py`'s.

Widgets report events and hold nothing that matters, so what is here is all there is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import Literal

from reverie_daemon.errors import UserError

from reverie_tui.calls import Call, PageName
from reverie_tui.completing import completion
from reverie_tui.events import Place
from reverie_tui.pages.activity import Activity
from reverie_tui.pages.ask import Ask
from reverie_tui.pages.learned_state import Learned
from reverie_tui.pages.saved import Saved
from reverie_tui.pages.settings import Settings
from reverie_tui.reading import (
    Answer,
    DaemonStatus,
    Evidence,
    ExpectedQuestion,
    PastQuestion,
    Problem,
    Repository,
    Source,
)
from reverie_tui.signs import UNICODE, Signs

WIDE_COLUMNS = 120
"""From here on there is room for two panes side by side."""

PAST_MAX = 200
QUESTION_CHARACTERS_MAX = 4_000

EXAMPLES = (
    "What is this repository about?",
    "How do I run the tests?",
    "How do I build and run it?",
    "What changed recently?",
    "What did the last commit change?",
)
"""Questions that any repository can answer, for someone who has not asked anything yet."""
EXPECTED_SHOWN = 3
THREAD_MAX = 50

Phase = Literal["queued", "asking", "streaming", "done", "failed", "stopped"]
"""`queued` waits for the daemon; `asking` was sent; `streaming` shows claims; the others are ends."""

LinkState = Literal["connecting", "up", "lost"]


@dataclass(frozen=True, slots=True)
class Link:
    """How we stand with the daemon; the rest belongs to `lost`, as `events.Lost` has it."""

    state: LinkState = "connecting"
    reason: str = ""
    retry_s: float = 0.0
    next_step: str = ""


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question and what came of it. `number` tells its events from those of earlier questions."""

    number: int
    question: str
    conversation: str
    phase: Phase
    kind: str = ""
    text: str = ""
    again: bool = False
    """Asked anew: nothing is to come from memory."""
    writer: str = ""
    """The model that is asked, while `text` is what stands without it."""
    answer: Answer | None = None
    problem: Problem | None = None

    @property
    def running(self) -> bool:
        """Whether an answer may still come."""
        return self.phase in ("queued", "asking", "streaming")


@dataclass(frozen=True, slots=True)
class Preview:
    """The source pane: the place wanted, and its source once it came. `open` matters on a narrow screen only, where
    the pane takes the place of the answer."""

    place: Place | None = None
    source: Source | None = None
    problem: Problem | None = None
    open: bool = False


@dataclass(frozen=True, slots=True)
class Draft:
    """What the question box is to hold; `revision` grows whenever we, not the typist, change it. `depth` counts how
    many questions back a recall went, 0 is none; `own` is the text that was typed before it."""

    text: str = ""
    revision: int = 0
    depth: int = 0
    own: str = ""


@dataclass(frozen=True, slots=True)
class Notice:
    """Something to tell the user in passing: that a wish was done, or why not. `number` grows with each."""

    number: int = 0
    text: str = ""
    failed: bool = False


@dataclass(frozen=True, slots=True)
class State:
    """Everything that is on show. `exchange` is the question on show and `thread` what this conversation had before and
    after it, oldest first. `root` is empty until the daemon took the repository; `wide` says that the source pane has
    room beside the answer; `refusal` ends the program. `terminal_signs` are those that suit the terminal, `signs` those
    that are drawn. `page` is the one on show, `calls` what the other pages have under way, `as_of` when a page's data
    came (HH:MM:SS), `troubles` why one of its wishes, by name, could not be fulfilled."""

    folder: str = ""
    root: str = ""
    link: Link = Link()
    status: DaemonStatus | None = None
    exchange: Exchange | None = None
    thread: tuple[Exchange, ...] = ()
    asked_count: int = 0
    selected: int | None = None
    preview: Preview = Preview()
    draft: Draft = Draft()
    past: tuple[PastQuestion, ...] = ()
    expected: tuple[ExpectedQuestion, ...] = ()
    wide: bool = True
    refusal: UserError | None = None
    signs: Signs = UNICODE
    terminal_signs: Signs = UNICODE
    page: PageName = "ask"
    ask: Ask = field(default_factory=Ask)
    learned: Learned = field(default_factory=Learned)
    saved: Saved = field(default_factory=Saved)
    activity: Activity = field(default_factory=Activity)
    settings: Settings = field(default_factory=Settings)
    calls: tuple[Call, ...] = ()
    called: int = 0
    as_of: Mapping[PageName, str] = field(default_factory=dict)
    troubles: Mapping[tuple[PageName, str], Problem] = field(default_factory=dict)
    notice: Notice = Notice()

    def trouble(self, *wishes: str) -> Problem | None:
        """Why the page on show could not be brought up to date; only by these wishes, where some are named."""
        found = self.troubles.items()
        return next((why for (page, wish), why in found if page == self.page and (not wishes or wish in wishes)), None)

    @property
    def repository(self) -> Repository | None:
        """The repository on show, once the daemon told of it."""
        found = self.status.repositories if self.status else ()
        return next((repository for repository in found if repository.root == self.root), None)

    @property
    def conversation(self) -> tuple[Exchange, ...]:
        """The questions of this conversation, the one on show among them, oldest first."""
        others = (one for one in self.thread if self.exchange is None or one.number != self.exchange.number)
        shown = () if self.exchange is None else (self.exchange,)
        return tuple(sorted((*others, *shown), key=lambda one: one.number))

    @property
    def outdated(self) -> bool:
        """Whether something that the answer on show rests on has changed since."""
        answer = self.exchange.answer if self.exchange else None
        return answer is not None and answer.key == self.ask.key and self.ask.holds is False

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """The evidence of the answer on show."""
        return self.exchange.answer.evidence if self.exchange and self.exchange.answer else ()

    @property
    def selected_evidence(self) -> Evidence | None:
        """The piece of evidence that is selected."""
        return self.evidence[self.selected] if self.selected is not None else None

    @property
    def cited(self) -> Evidence | None:
        """The citation that the reader is at, on the page on show."""
        return self.learned.cited if self.page == "learned" else self.selected_evidence

    @property
    def place(self) -> Place | None:
        """The lines of a file that the reader is at, to open them in an editor."""
        return self.learned.place if self.page == "learned" else self.preview.place

    @property
    def examples(self) -> tuple[str, ...]:
        """Questions to offer while nothing is asked, beside those that are expected."""
        expected = tuple(one.question.casefold() for one in self.expected)
        return tuple(
            question
            for question in EXAMPLES
            if not any(one.startswith(question.casefold().rstrip("?")) for one in expected)
        )

    @property
    def completion(self) -> str:
        """How what is being typed may go on, as the whole text of the question box; "" where nothing is proposed."""
        past, expected = (one.question for one in self.past), (one.question for one in self.expected)
        return completion(self.ask.typed, chain(past, expected, EXAMPLES), self.ask.begun)

    @property
    def ready(self) -> tuple[str, ...]:
        """Questions that are expected and answered already; after an answer those about what it cites come first, and
        none that this conversation had."""
        asked = {exchange.question for exchange in self.conversation}
        cited = {piece.path for piece in self.evidence}
        left = [one for one in self.expected if one.question not in asked]
        left.sort(key=lambda one: one.subject.partition("::")[0] not in cited)
        return tuple(one.question for one in left[:EXPECTED_SHOWN])
