"""Learned context: what a note is about, what an analysis found, and how it asks a model on its way. No behaviour."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from reverie_daemon.core.nouns import Claim, Composition
from reverie_daemon.core.prompting import Prompt

TopicKind = Literal["repository", "folder", "file", "symbol", "commit", "question"]

Pairs = tuple[tuple[str, str], ...]
"""What was read, as (query, digest of its result); see `core/inputs.py`."""


@dataclass(frozen=True, slots=True)
class Topic:
    """What is studied. `name` is a path, "path::qualname" for a symbol, an object id, the question's text, and "" for
    the repository."""

    kind: TopicKind
    name: str = ""

    @property
    def path(self) -> str:
        """The file it lies in; "" where there is no one file."""
        return self.name.partition("::")[0] if self.kind in ("file", "symbol") else ""


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer to a question that nobody asked yet, under the key that asking it will have."""

    key: str
    question: str
    composition: Composition


@dataclass(frozen=True, slots=True)
class Findings:
    """What an analysis came to. `figures` are for the scheduler (ranks, say) and shown to nobody as facts. `dropped`
    counts the claims of a model whose citations did not hold."""

    claims: tuple[Claim, ...] = ()
    figures: Mapping[str, Any] = field(default_factory=dict)
    answer: Answered | None = None
    dropped: int = 0


@dataclass(frozen=True, slots=True)
class Ask:
    """What an analysis wants a model to read; the reply has at most `tokens_max` tokens."""

    prompt: Prompt
    tokens_max: int


@dataclass(frozen=True, slots=True)
class Completed:
    """What a model wrote, under its name, and what that cost now: nothing for a reply that was paid for before. The
    money, in micro-dollars, is None where its price is unknown."""

    text: str
    model: str
    tokens: int = 0
    microusd: int | None = 0


@dataclass(frozen=True, slots=True)
class Declined:
    """Why no model was asked, or none replied: a sentence for people and what they can do. `over_budget` says that a
    limit stands in the way, and nothing else; `waits` that something else does that concerns every call, such as a
    refused key."""

    message: str
    next_step: str
    over_budget: bool = False
    waits: bool = False


@dataclass(frozen=True, slots=True)
class Note:
    """Findings as they are kept.

    `version` is the analysis', `model` "" where none took part, `made_at` in seconds since the epoch; (`clock`,
    `moment`) is when `inputs` were last known to hold. `tokens` and `microusd` (None where a price is unknown) are what
    models took for it.
    """

    topic: Topic
    analysis: str
    version: int
    claims: tuple[Claim, ...]
    figures: Mapping[str, Any]
    inputs: Pairs
    model: str = ""
    made_at: float = 0.0
    clock: int = 0
    moment: str = ""
    tokens: int = 0
    microusd: int | None = 0
