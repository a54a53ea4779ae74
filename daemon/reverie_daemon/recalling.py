"""What models learned about things, for whoever answers: the notes that hold now, and no others.

Which notes may help is `core/briefing.py`'s to say. Notes made without a model repeat what is composed anyway.
"""

from __future__ import annotations

from collections.abc import Iterable

from .core.inputs import deserialise, read_notes, unchanged
from .core.notes import Note, Topic
from .repository import LiveRepository
from .store.catalogue import StoreCatalogue


def fresh_notes(
    repository: LiveRepository, catalogue: StoreCatalogue, wanted: Iterable[tuple[str, Topic]]
) -> list[Note]:
    """Of each (analysis, topic) the newest note of a model that holds at the catalogue's moment, in the same order."""
    wanted = list(wanted)
    if not repository.store.learned.has_notes_of({analysis for analysis, _ in wanted}):
        return []  # as ever without a model
    digests: dict[str, str] = {}
    found = []
    for analysis, topic in wanted:
        for note in repository.store.learned.notes_of(analysis, topic):
            if note.model and note.claims and _holds(note, repository, catalogue, digests):
                found.append(note)
                break
    return found


def _holds(note: Note, repository: LiveRepository, catalogue: StoreCatalogue, digests: dict[str, str]) -> bool:
    known = (note.clock, note.moment) == (catalogue.clock, repository.moment) and not read_notes(note.inputs)
    return known or unchanged(deserialise(note.inputs), catalogue, digests)
