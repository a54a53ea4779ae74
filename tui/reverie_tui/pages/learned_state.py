"""What the Learned page holds, and what can happen on it. Pure; what changes it is `learned.py`'s.

What is selected is remembered by its path, so that new data moves nothing under the reader's eyes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from reverie_tui.events import Place
from reverie_tui.knowledge import Level, Name, Node, Note, lineage
from reverie_tui.literal import literal_line
from reverie_tui.reading import Evidence, Source

ROWS_MAX = 20_000

_JOINTS = re.compile(r"\.| > ")
"""What joins a symbol's name to that of the one it stands in; headings stand in headings."""

Pane = Literal["tree", "notes", "source"]
"""Where the reader is; on a narrow screen the only one on show."""


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the tree, called `name` there. `opened` is None for what holds nothing; a row without a node counts
    what is left out."""

    node: Node | None
    depth: int
    name: str = ""
    opened: bool | None = None
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class Stop:
    """A place in the notes where the cursor rests: a note, or (with a claim's and its evidence's number) a citation."""

    note: int
    claim: int = -1
    evidence: int = -1

    @property
    def is_note(self) -> bool:
        """Whether it is the note itself."""
        return self.claim < 0


@dataclass(frozen=True)
class Tree:
    """The levels that are known, and the paths of those that are open below the repository's, the first opened first.
    What is drawn of it is worked out once: moving the cursor changes nothing here, however many rows there are."""

    levels: Mapping[str, Level] = field(default_factory=dict)
    opened: tuple[str, ...] = ()

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """The tree as it is open now."""
        return (Row(self.whole, 0, opened=True), *self._under("", 1))[:ROWS_MAX]

    @cached_property
    def at(self) -> Mapping[str, int]:
        """The row of each path that has one."""
        return {row.node.path: i for i, row in enumerate(self.rows) if row.node}

    @cached_property
    def whole(self) -> Node:
        """The repository itself, with the counts of all in it."""
        inside = self.levels[""].children if "" in self.levels else ()
        return Node(
            path="",
            name="",
            kind="folder",
            files=sum(node.files for node in inside),
            notes=sum(node.notes for node in inside),
            fresh=sum(node.fresh for node in inside),
            stale=sum(node.stale for node in inside),
            answers=sum(node.answers for node in inside),
            answers_stale=sum(node.answers_stale for node in inside),
        )

    def _under(self, path: str, depth: int) -> Iterator[Row]:
        level = self.levels.get(path, Level(()))
        names = {node.path for node in level.children if node.kind == "symbol"}
        for node in level.children:
            holds = node.kind != "symbol"
            opened = node.path in self.opened if holds else None
            around, name = _within(node, names)
            yield Row(node, depth + around, name, opened)
            if opened:
                yield from self._under(node.path, depth + 1)
        if level.left_out:
            yield Row(None, depth, left_out=level.left_out)


@dataclass(frozen=True)
class Learned:
    """What the page holds. `selected` is the path under the cursor; `seeking` a line of a file whose symbol is to be
    selected once it is known; `letters` what is searched for, None while nothing is; `fetching` and `finding` name the
    notes and names under way; `said` is what came of the last thing that was learned or forgotten."""

    tree: Tree = field(default_factory=Tree)
    selected: str = ""
    seeking: tuple[str, int] | None = None
    notes: tuple[Note, ...] = ()
    notes_of: str | None = None
    fetching: str | None = None
    stop: int = 0
    pane: Pane = "tree"
    source: Source | None = None
    letters: str | None = None
    found: tuple[Name, ...] = ()
    found_of: str = ""
    finding: str | None = None
    pointed: int = 0
    said: str = ""

    @property
    def rows(self) -> tuple[Row, ...]:
        """The tree as it is open now."""
        return self.tree.rows

    @property
    def cursor(self) -> int:
        """Which row is selected; the nearest one that is there, while it is not."""
        at = self.tree.at
        return next((at[path] for path in (self.selected, *reversed(lineage(self.selected))) if path in at), 0)

    @property
    def whole(self) -> Node:
        """The repository itself."""
        return self.tree.whole

    @property
    def node(self) -> Node:
        """What is selected."""
        return self.rows[self.cursor].node or self.whole

    @cached_property
    def stops(self) -> tuple[Stop, ...]:
        """Where the cursor can rest in the notes."""
        return tuple(stops_of(self.notes if self.notes_of == self.node.path else ()))

    @property
    def note(self) -> Note | None:
        """The note that the cursor is in."""
        stops = self.stops
        return self.notes[stops[self.stop].note] if self.stop < len(stops) else None

    @property
    def cited(self) -> Evidence | None:
        """The citation under the cursor."""
        stops = self.stops
        if self.pane == "tree" or self.stop >= len(stops) or stops[self.stop].is_note:
            return None
        stop = stops[self.stop]
        return self.notes[stop.note].claims[stop.claim].evidence[stop.evidence]

    @property
    def place(self) -> Place | None:
        """The lines of a file that the reader is at: of a citation, else of the file or symbol that is selected."""
        if self.cited is not None:
            return place_of(self.cited)
        node = self.node
        return None if node.kind == "folder" else Place(node.file, max(1, node.line), max(1, node.line))


def stops_of(notes: Iterable[Note]) -> Iterator[Stop]:
    """Each note, then its citations, as they are read."""
    for i, note in enumerate(notes):
        yield Stop(i)
        for j, claim in enumerate(note.claims):
            for k in range(len(claim.evidence)):
                yield Stop(i, j, k)


def place_of(evidence: Evidence) -> Place | None:
    """Where a citation leads; a commit leads nowhere."""
    return Place(evidence.path, evidence.start_line, evidence.end_line) if evidence.path else None


def _within(node: Node, names: set[str]) -> tuple[int, str]:
    """How many symbols of its file a symbol stands in, and its name in the innermost of them."""
    joints = [joint for joint in _JOINTS.finditer(node.path) if node.path[: joint.start()] in names]
    if not joints:
        return 0, node.name
    return len(joints), literal_line(node.path[joints[-1].end() :])


# What happens on the page


@dataclass(frozen=True, slots=True)
class Moved:
    """The cursor goes so many rows down (up where negative), in the pane or among what was found."""

    step: int


@dataclass(frozen=True, slots=True)
class Pointed:
    """The cursor goes to a row of the tree, to a stop of the notes or to one of the names found."""

    index: int
    pane: Pane = "tree"


@dataclass(frozen=True, slots=True)
class Chosen:
    """Enter: a folder opens or closes, any other row leads to its notes, a citation to its source."""


@dataclass(frozen=True, slots=True)
class Opened:
    """The row is opened, or closed; where it is already, the cursor goes into it, or to what it lies in."""

    open: bool


@dataclass(frozen=True, slots=True)
class Entered:
    """The reader went to a pane."""

    pane: Pane


@dataclass(frozen=True, slots=True)
class Left:
    """Back by one step: from the source to the notes, from there to the tree."""


@dataclass(frozen=True, slots=True)
class Searched:
    """Letters to search for; None ends the search."""

    letters: str | None


@dataclass(frozen=True, slots=True)
class LearnNow:
    """All there is to learn about what is selected is to be learned."""


@dataclass(frozen=True, slots=True)
class Forget:
    """What is known about `path` and all in it is to be forgotten; with an analysis, only its note about just that."""

    path: str
    kind: str
    analysis: str = ""


LearnedEvent = Moved | Pointed | Chosen | Opened | Entered | Left | Searched | LearnNow | Forget
