"""What the Learned page says in words. Pure; no colour, no layout."""

from __future__ import annotations

from dataclasses import replace

from reverie_tui.counting import counted, dollars
from reverie_tui.knowledge import Node, Note
from reverie_tui.literal import literal_line
from reverie_tui.pages.learned_state import Learned, Row
from reverie_tui.reading import Evidence
from reverie_tui.signs import Signs
from reverie_tui.wording import SEPARATOR, evidence_detail


def state_mark(node: Node, signs: Signs) -> str:
    """The sign for how much of what is known about it holds."""
    if not node.known or (node.unchecked and not node.stale):
        return signs.unknown
    return signs.stale if node.stale or node.answers_stale else signs.fresh


def state_word(node: Node) -> str:
    """The same as a word: nothing that was not looked into is called fresh."""
    if not node.known:
        return "not yet learned"
    if node.stale:
        return f"{node.stale:,} of {node.notes:,} stale"
    if node.unchecked:
        return "not checked"
    if node.answers_stale:
        return f"{counted(node.answers_stale, 'answer')} stale"
    return "fresh" if node.notes else f"{counted(node.answers, 'answer')} ready"


def note_word(note: Note) -> str:
    """Whether what a note read is still as it was."""
    return "fresh" if note.fresh else "stale"


def title(node: Node, whole: str) -> str:
    """What is selected; `whole` names the repository."""
    return literal_line(node.path) or whole


def summary(page: Learned, learning: frozenset[str]) -> str:
    """Beneath the title: what it is, how much is known about it and all in it, and what goes on with it."""
    node = page.node
    kind = "repository" if not node.path else node.kind
    parts = [kind if node.kind != "folder" else f"{kind} of {counted(node.files, 'file')}"]
    if node.path in learning:
        parts.append("is being learned now")
    if node.notes or not node.known:
        parts.append(counted(node.notes, "note") if node.notes else "not yet learned")
    parts += [f"{number:,} {word}" for number, word in _shares(node) if number]
    if node.answers:
        stale = f" ({node.answers_stale:,} stale)" if node.answers_stale else ""
        parts.append(f"{counted(node.answers, 'answer')} ready{stale}")
    return SEPARATOR.join(parts)


def _shares(node: Node) -> tuple[tuple[int, str], ...]:
    return (node.fresh, "fresh"), (node.stale, "stale"), (node.unchecked, "not checked")


def empty(page: Learned) -> str:
    """In place of notes where there are none to show: what could be here, and how to get it."""
    node = page.node
    if page.notes_of != node.path:
        return ""
    if not node.notes and node.answers:
        return f"No notes, but {counted(node.answers, 'likely question')} about it answered already: just ask."
    if not node.notes:
        return "Nothing is known about this yet. Press l to learn it now; else the daemon learns it when you are away."
    if node.kind == "symbol":
        return f"{counted(node.notes, 'note')}, with figures for ranking answers only: there is nothing to read."
    inside = "its symbols" if node.kind == "file" else "what is in it"
    return f"Nothing to read about this {node.kind} as a whole; what is known is about {inside}: press Right."


def made(note: Note) -> str:
    """Who made a note, when, and what that took."""
    by = f"by {note.model}" if note.model else "without a model"
    when = note.made_at[:16].replace("T", " ")
    return SEPARATOR.join(part for part in (by, when, cost(note)) if part)


def citation_detail(evidence: Evidence) -> str:
    """What stands beside a citation. Whether it holds is not looked into before an answer uses it: nothing is said."""
    return evidence_detail(replace(evidence, verified=True))


def cost(note: Note) -> str:
    """What models took for a note; "" where none took part."""
    if not note.model:
        return ""
    tokens = counted(note.tokens, "token") if note.tokens else "no new tokens"
    if note.usd is None:
        return f"{tokens}, price unknown"
    return f"{tokens}, {dollars(note.usd)}" if note.usd else tokens


def left_out(row: Row) -> str:
    """For a row that stands for what a level does not list."""
    return f"{row.left_out:,} more not listed"


def forgetting(node: Node, whole: str) -> tuple[str, str]:
    """What the user is asked before all about something is forgotten, and what that takes with it."""
    notes = counted(node.notes, "note")
    if not node.path:
        return f"Forget everything about {whole}?", f"{notes} and every question asked here go. This cannot be undone."
    also = "" if node.kind == "symbol" else " and the questions that mention it"
    there = "" if node.kind == "symbol" else " about it and what is in it"
    return f"Forget {title(node, whole)}?", f"{notes}{there}{also} go. This cannot be undone."


def forgetting_note(note: Note, whole: str) -> tuple[str, str]:
    """The same before one note is forgotten."""
    subject = literal_line(note.subject) or whole
    claims = counted(len(note.claims), "claim")
    return f"Forget this note about {subject}?", f"1 note ({note.analysis}, {claims}) goes. This cannot be undone."
