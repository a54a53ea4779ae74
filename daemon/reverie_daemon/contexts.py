"""From a question to what a model or another agent should read for it, within a budget; nothing is answered.

The thinking is the core's (`rank`, `pack`); here it is given the repository as it is now and what was learned of it.
"""

from __future__ import annotations

import time
from collections.abc import Collection
from typing import Any

from . import wire
from .core.briefing import learned_lines, topics
from .core.packing import Context, Form, Part, pack
from .core.ranking import Ranking
from .core.retrieve import rank
from .core.tokens import Count
from .recalling import fresh_notes
from .repository import CATCH_UP_S, LiveRepository
from .store.catalogue import StoreCatalogue

HISTORY_FILES_MAX, HISTORY_COMMITS_MAX = 3, 3
NOTES_MAX = 6


def context(
    repository: LiveRepository,
    text: str,
    count: Count,
    *,
    tokens_max: int,
    under: str,
    form: Form,
    parts: Collection[Part],
) -> dict[str, Any]:
    """The context as `POST /v1/context` gives it, of at most `tokens_max` tokens as `count` counts them."""
    began_s = time.perf_counter()

    def work(catalogue: StoreCatalogue) -> tuple[Context, int, int]:
        ranking = rank(text, catalogue, under=under)
        commits = _last_commits(ranking, catalogue) if "history" in parts else ()
        notes = fresh_notes(repository, catalogue, topics(None, None, ranking)) if "notes" in parts else ()
        learned = learned_lines(notes, catalogue.text, NOTES_MAX)
        packed = pack(ranking, tokens_max, count, form=form, parts=parts, commits=commits, learned=learned)
        return packed, catalogue.clock, catalogue.notes_revision

    repository.expect(text)
    (packed, clock, revision), pending = repository.read(
        work, CATCH_UP_S, lambda found: {one.path for one in found[0].evidence if one.path}
    )
    return {
        "question": text,
        "context": packed.text,
        "tokens": packed.tokens,
        "evidence": [wire.piece_to_wire(piece) for piece in packed.evidence],
        "pending": pending.to_wire(),
        "clock": clock,
        "notes_revision": revision,
        "latency_ms": round((time.perf_counter() - began_s) * 1000, 1),
    }


def _last_commits(ranking: Ranking, catalogue: StoreCatalogue) -> tuple[str, ...]:
    """A line on each of the last commits of the files that matter most, each commit once."""
    found: dict[str, str] = {}
    for path, _ in ranking.files[:HISTORY_FILES_MAX]:
        for commit in catalogue.commits(path, HISTORY_COMMITS_MAX):
            found.setdefault(commit.oid, f"commit {commit.oid[:10]} {commit.date[:10]} {path}: {commit.subject}")
    return tuple(found.values())
