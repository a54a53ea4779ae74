"""What is known of a repository, as the daemon tells it: the tree a level at a time, notes, and names that were found.

Reading only, pure and never raising. Names and claims are made literal here; paths stay as they came, since they are
sent back, and are made literal where they are drawn.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast

from reverie_tui import payload
from reverie_tui.literal import literal
from reverie_tui.reading import Evidence, read_evidence

CHILDREN_MAX = 1_000
NOTES_MAX = 40
CLAIMS_MAX = 60
EVIDENCE_MAX = 20
CLAIM_CHARACTERS_MAX = 4_000
NAMES_MAX = 60

_COUNTS = ("line", "files", "notes", "fresh", "stale", "answers", "answers_stale")

NodeKind = Literal["folder", "file", "symbol"]


@dataclass(frozen=True, slots=True)
class Node:
    """A folder, file or symbol, and how many notes there are about it and all in it: of these `fresh` are known to hold
    and `stale` known not to; the rest was not looked into. `path` names it to the daemon, "" the whole repository;
    `answers` are expected questions that are answered already, of which `answers_stale` no longer hold."""

    path: str
    name: str
    kind: NodeKind
    line: int = 0
    files: int = 0
    notes: int = 0
    fresh: int = 0
    stale: int = 0
    answers: int = 0
    answers_stale: int = 0

    @property
    def known(self) -> bool:
        """Whether anything is known about it or what is in it."""
        return self.notes + self.answers > 0

    @property
    def file(self) -> str:
        """The file it is or stands in."""
        return self.path.partition("::")[0]

    @property
    def parent(self) -> str:
        """The path of what it lies in: of a symbol its file."""
        return parent_of(self.path)

    @property
    def unchecked(self) -> int:
        """Notes that nobody looked into."""
        return max(0, self.notes - self.fresh - self.stale)


@dataclass(frozen=True, slots=True)
class Level:
    """What lies right in a folder or file; `left_out` more are not listed."""

    children: tuple[Node, ...]
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class NoteClaim:
    """One statement of a note, with what it rests on."""

    text: str
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Note:
    """What one analysis found about a subject: who made it ("" for no model), when, and what that took. `usd` is None
    where the price is unknown."""

    subject: str
    kind: str
    analysis: str
    model: str
    made_at: str
    fresh: bool
    claims: tuple[NoteClaim, ...]
    tokens: int = 0
    usd: float | None = 0.0


@dataclass(frozen=True, slots=True)
class Name:
    """A file or symbol that a search found, and where it begins."""

    name: str
    kind: str
    path: str
    line: int


def parent_of(path: str) -> str:
    """The path of what a file, folder or symbol lies in; the repository lies in itself."""
    file, separator, _ = path.partition("::")
    return file if separator else path.rpartition("/")[0]


def lineage(path: str) -> tuple[str, ...]:
    """The paths of all that something lies in, the repository first."""
    found: list[str] = []
    while path:
        path = parent_of(path)
        found.append(path)
    return tuple(reversed(found))


def read_level(wire: Any) -> Level:
    """`GET /v1/tree`."""
    found = payload.mapping(wire)
    rows = payload.mappings(found.get("children"))
    nodes = tuple(_read_node(row) for row in rows[:CHILDREN_MAX] if payload.text(row.get("path")))
    left_out = payload.count(found.get("left_out")) + max(0, len(rows) - CHILDREN_MAX)
    return Level(tuple({node.path: node for node in nodes}.values()), max(0, left_out))


def read_notes(wire: Any, subject: str) -> tuple[Note, ...]:
    """Of `GET /v1/notes`, those about just this subject; the repository's own have an empty one."""
    rows = payload.mappings(payload.mapping(wire).get("notes"))
    return tuple(_read_note(row) for row in rows if payload.text(row.get("subject")) == subject)[:NOTES_MAX]


def read_names(wire: Any) -> tuple[Name, ...]:
    """`GET /v1/names`."""
    rows = payload.mappings(payload.mapping(wire).get("names"))
    found = (
        Name(
            payload.line(row.get("name")),
            payload.line(row.get("kind")),
            payload.text(row.get("path")),
            payload.count(row.get("line")),
        )
        for row in rows
    )
    return tuple(dict.fromkeys(name for name in found if name.path))[:NAMES_MAX]


def _read_node(wire: Mapping[str, Any]) -> Node:
    kind = wire.get("kind")
    counts = (max(0, payload.count(wire.get(key))) for key in _COUNTS)
    return Node(
        payload.text(wire.get("path")),
        payload.line(wire.get("name")),
        cast(NodeKind, kind) if kind in ("folder", "symbol") else "file",
        *counts,
    )


def _read_note(wire: Mapping[str, Any]) -> Note:
    cost = payload.mapping(wire.get("cost"))
    usd = cost.get("usd", 0.0)
    return Note(
        subject=payload.text(wire.get("subject")),
        kind=payload.text(wire.get("subject_kind")),
        analysis=payload.line(wire.get("analysis")),
        model=payload.line(wire.get("model")),
        made_at=payload.line(wire.get("made_at")),
        fresh=wire.get("fresh") is True,
        claims=tuple(_read_claim(row) for row in payload.mappings(wire.get("claims"))[:CLAIMS_MAX]),
        tokens=payload.count(cost.get("tokens")),
        usd=None if usd is None else payload.number(usd),
    )


def _read_claim(wire: Mapping[str, Any]) -> NoteClaim:
    evidence = payload.mappings(wire.get("evidence"))[:EVIDENCE_MAX]
    text = literal(payload.text(wire.get("text"))[:CLAIM_CHARACTERS_MAX])
    return NoteClaim(text, tuple(read_evidence(row) for row in evidence))
