"""The Learned page: the repository as a tree with what is known about each part, and the notes about one of them. Pure.

Levels of the tree are fetched when they are opened, and again, as long as they are open, when the repository changed.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from reverie_tui.calls import Wish
from reverie_tui.counting import counted
from reverie_tui.knowledge import Level, Name, Node, lineage, parent_of, read_level, read_names, read_notes
from reverie_tui.literal import literal_line
from reverie_tui.pages.learned_state import (
    Chosen,
    Entered,
    Forget,
    Learned,
    LearnedEvent,
    LearnNow,
    Left,
    Moved,
    Opened,
    Pane,
    Pointed,
    Searched,
    Tree,
    place_of,
    stops_of,
)
from reverie_tui.payload import count, mapping
from reverie_tui.reading import read_source

OPENED_MAX = 100
"""Levels that are open at once; the one that was opened first is closed for one more."""
NOTES_LIMIT = 40
NAMES_LIMIT = 60
SEARCH_CHARACTERS_MAX = 200

Step = tuple[Learned, tuple[Wish, ...]]


def wanted(page: Learned, root: str, changed: frozenset[str]) -> tuple[Wish, ...]:
    """All open levels and the notes on show; nothing where parts of the status changed that are not about notes."""
    if not root or (changed and "repositories" not in changed):
        return ()
    levels = tuple(_level(root, path) for path in ("", *page.tree.opened))
    names = (_names(root, page.letters),) if page.letters and not changed else ()
    return (*levels, _notes(root, page.selected), *names)


def reduce(page: Learned, event: LearnedEvent, root: str) -> Step:
    """After an event of this page."""
    match event:
        case Moved(step):
            return _moved(page, step, root)
        case Pointed(index, pane):
            return _pointed(page, index, pane, root)
        case Chosen():
            return _chosen(page, root)
        case Opened(wide):
            return _opened(page, root) if wide else _closed(page, root)
        case Entered(pane):
            return _sourced(replace(page, pane=pane), root)
        case Left():
            back: dict[Pane, Pane] = {"source": "notes", "notes": "tree", "tree": "tree"}
            return replace(page, pane=back[page.pane], source=None), ()
        case Searched(letters):
            return _searched(page, letters, root)
        case LearnNow():
            return page, (_learn(root, page.node),)
        case Forget():
            return page, (_forget(root, event),)


def replied(page: Learned, wish: Wish, payload: Any, root: str) -> Step:
    """After a reply."""
    match wish.name:
        case "tree":
            return _leveled(page, str(wish.arguments.get("path", "")), read_level(payload), root)
        case "notes":
            return _noted(page, str(wish.arguments.get("about", "")), payload, root)
        case "names":
            return _named(page, str(wish.arguments.get("letters", "")), payload, root)
        case "source":
            asked = wish.arguments.get("path"), wish.arguments.get("start"), wish.arguments.get("end")
            place = page.place
            fits = place is not None and (place.path, *place.around) == asked
            return (replace(page, source=read_source(mapping(payload))) if fits else page), ()
        case "learn" | "learn_about":
            return _again(replace(page, said=_learned_so(payload)), root)
        case "forget" | "forget_notes":
            return _again(replace(page, said=_forgotten_so(payload)), root)
    return page, ()


# Moving


def _moved(page: Learned, step: int, root: str) -> Step:
    if page.letters is not None:
        last = max(0, len(page.found) - 1)
        return replace(page, pointed=min(max(page.pointed + step, 0), last)), ()
    if page.pane == "tree":
        return _pointed(page, page.cursor + step, "tree", root)
    return _pointed(page, page.stop + step, page.pane, root)


def _pointed(page: Learned, index: int, pane: Pane, root: str) -> Step:
    if page.letters is not None and pane == "tree":
        return replace(page, pointed=min(max(index, 0), max(0, len(page.found) - 1))), ()
    if pane != "tree":
        stop = min(max(index, 0), max(0, len(page.stops) - 1))
        return _sourced(replace(page, pane=pane if page.pane == "tree" else page.pane, stop=stop), root)
    rows = page.rows
    index = min(max(index, 0), len(rows) - 1)
    node = rows[index].node or rows[index - 1].node
    return _selected(replace(page, pane="tree", source=None), node.path if node else "", root)


def _selected(page: Learned, path: str, root: str) -> Step:
    """One fetch of notes is under way at a time, however fast the cursor moves."""
    page = replace(page, selected=path, seeking=None, said=page.said if path == page.selected else "")
    if path == page.notes_of or not root:
        return page, ()
    page = replace(page, stop=0)
    if page.fetching is not None:
        return page, ()
    return replace(page, fetching=path), (_notes(root, path),)


def _chosen(page: Learned, root: str) -> Step:
    if page.letters is not None:
        return _revealed(page, page.found[page.pointed], root) if page.pointed < len(page.found) else (page, ())
    if page.pane == "tree":
        row = page.rows[page.cursor]
        if row.node and row.node.kind == "folder" and row.node.path:
            return _closed(page, root) if row.opened else _opened(page, root)
        return replace(page, pane="notes"), ()
    if page.cited is not None:
        return _sourced(replace(page, pane="source"), root)
    return page, ()


def _opened(page: Learned, root: str) -> Step:
    row = page.rows[page.cursor]
    if row.node is None or row.opened is None:
        return page, ()
    if row.opened:
        return _moved(page, 1, root) if page.rows[page.cursor + 1 :][:1] else (page, ())
    return _with_opened(page, row.node.path), (_level(root, row.node.path),) if root else ()


def _with_opened(page: Learned, *paths: str) -> Learned:
    return replace(page, tree=replace(page.tree, opened=(*page.tree.opened, *paths)[-OPENED_MAX:]))


def _closed(page: Learned, root: str) -> Step:
    row = page.rows[page.cursor]
    if row.node and row.opened and row.node.path:
        path = row.node.path
        opened = tuple(other for other in page.tree.opened if other != path)
        return replace(page, tree=replace(page.tree, opened=opened)), ()
    above = next((i for i in range(page.cursor - 1, -1, -1) if page.rows[i].depth < row.depth), 0)
    return _pointed(page, above, "tree", root)


def _sourced(page: Learned, root: str) -> Step:
    """With the source of the citation under the cursor wanted, where the reader looks at sources."""
    cited = page.cited
    place = place_of(cited) if cited else None
    if page.pane != "source" or place is None or not root:
        return replace(page, source=None), ()
    start, end = place.around
    return page, (Wish("source", {"root": root, "path": place.path, "start": start, "end": end}),)


# Searching


def _searched(page: Learned, letters: str | None, root: str) -> Step:
    if letters is None:
        return replace(page, letters=None, found=(), found_of="", pointed=0), ()
    letters = letters.strip()[:SEARCH_CHARACTERS_MAX]
    page = replace(page, letters=letters, pane="tree", source=None)
    if not letters:
        return replace(page, found=(), found_of="", pointed=0), ()
    if page.finding is not None or not root:
        return page, ()
    return replace(page, finding=letters), (_names(root, letters),)


def _named(page: Learned, letters: str, payload: Any, root: str) -> Step:
    page = replace(page, finding=None)
    if not page.letters:
        return page, ()
    if letters != page.letters:
        return replace(page, finding=page.letters), (_names(root, page.letters),)
    return replace(page, found=read_names(payload), found_of=letters, pointed=0), ()


def _revealed(page: Learned, name: Name, root: str) -> Step:
    """Open all that a name lies in, and select it; a symbol once its file's level is there."""
    within = [path for path in lineage(name.path) if path]
    if name.kind != "file":
        within.append(name.path)
    page, _ = _searched(page, None, root)
    new = tuple(path for path in within if path not in page.tree.opened)
    page = _with_opened(page, *new)
    page, wishes = _selected(page, name.path, root)
    if name.kind != "file":
        page = _sought(replace(page, seeking=(name.path, name.line)))
        if page.seeking is None:
            page, wishes = _selected(page, page.selected, root)
    return page, (*(_level(root, path) for path in new), *wishes)


def _sought(page: Learned) -> Learned:
    """With the symbol selected that was sought, once its file's level is there."""
    if page.seeking is None or page.seeking[0] not in page.tree.levels:
        return page
    file, line = page.seeking
    before = [node for node in page.tree.levels[file].children if node.line <= line]
    nearest = max(before, key=lambda node: node.line, default=None)
    return replace(page, selected=nearest.path if nearest else file, seeking=None)


# What came


def _leveled(page: Learned, path: str, level: Level, root: str) -> Step:
    there = {node.path for node in level.children}
    before = page.tree
    gone = {other for other in before.opened if other and parent_of(other) == path and other not in there}
    opened = tuple(other for other in before.opened if not (gone & {other, *lineage(other)}))
    levels = {other: kept for other, kept in before.levels.items() if other in ("", *opened)} | {path: level}
    tree = Tree(levels, opened)
    selected, page = page.selected, _sought(replace(page, tree=before if tree == before else tree))
    page = replace(page, selected=_still_there(page))
    return _selected(page, page.selected, root) if page.selected != selected else (page, ())


def _still_there(page: Learned) -> str:
    """What is selected; what it lay in, where a level says that it is gone."""
    for path in (*lineage(page.selected), page.selected):
        level = page.tree.levels.get(parent_of(path)) if path else None
        if level and not level.left_out and all(node.path != path for node in level.children):
            return parent_of(path)
    return page.selected


def _noted(page: Learned, about: str, payload: Any, root: str) -> Step:
    page = replace(page, fetching=None)
    if about != page.selected:
        return replace(page, fetching=page.selected), (_notes(root, page.selected),)
    notes = read_notes(payload, about)
    stop = page.stop if page.notes_of == about else 0
    last = max(0, sum(1 for _ in stops_of(notes)) - 1)
    return replace(page, notes=notes, notes_of=about, stop=min(stop, last)), ()


def _again(page: Learned, root: str) -> Step:
    return page, wanted(page, root, frozenset())


# Wishes


def _level(root: str, path: str) -> Wish:
    return Wish("tree", {"root": root, "path": path})


def _notes(root: str, path: str) -> Wish:
    return Wish("notes", {"root": root, "about": path, "limit": NOTES_LIMIT})


def _names(root: str, letters: str) -> Wish:
    return Wish("names", {"root": root, "letters": letters, "limit": NAMES_LIMIT})


def _learn(root: str, node: Node) -> Wish:
    if not node.path:
        return Wish("learn", {"root": root}, told="This repository is learned.")
    told = f"{literal_line(node.path)} is learned."
    return Wish("learn_about", {"root": root, "subject": node.path}, told=told)


def _forget(root: str, event: Forget) -> Wish:
    told = f"What was known about {literal_line(event.path) or 'this repository'} is forgotten."
    if event.kind in ("folder", "file") and not event.analysis:
        return Wish("forget", {"root": root, "path": event.path}, told=told)
    just_this = {"root": root, "subject": event.path, "subject_kind": event.kind, "analysis": event.analysis}
    return Wish("forget_notes", just_this, told=told)


def _learned_so(payload: Any) -> str:
    done = mapping(payload)
    jobs, failed = count(done.get("jobs")), count(done.get("jobs_failed"))
    if not jobs:
        return "learned: there was nothing new to learn"
    return f"learned: {counted(jobs, 'job')} done" + (f", {failed:,} failed" if failed else "")


def _forgotten_so(payload: Any) -> str:
    gone = mapping(payload)
    notes, questions = count(gone.get("notes")), count(gone.get("questions"))
    return f"forgotten: {counted(notes, 'note')}" + (f", {counted(questions, 'question')}" if questions else "")
