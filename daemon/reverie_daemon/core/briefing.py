"""What a model is given to read for a question: what was learned of its subjects, then source, within a budget.

What was learned comes first and in an order of its own, so that questions about the same things begin alike and servers
can reuse what they have read. Where retrieval is unsure, the best files themselves are read instead, into a larger
budget. Pure: notes are an argument, and are fresh; what to make of the reply is `prompting`'s and `writing`'s.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from reverie_indexers.facts import Span

from reverie_daemon.core import evidence
from reverie_daemon.core.evidence import TextOf
from reverie_daemon.core.notes import Note, Pairs, Topic
from reverie_daemon.core.nouns import Catalogue, Composition, Evidence
from reverie_daemon.core.prompting import Passage, as_data, main_evidence
from reverie_daemon.core.questions import Question
from reverie_daemon.core.ranking import Ranking
from reverie_daemon.core.tokens import COVERED_SHARE, Budgets, Count

SETTLED_KINDS = frozenset({"where", "callers", "callees", "tests", "family", "recent", "commit", "talk"})
"""What these ask for is read off the code and its history as it is: a model could only say it again."""
SETTLED_CONFIDENCE = 0.8
RAW_CONFIDENCE = 0.5
"""Below this half of the composed answers have the wrong file first."""
RAW_FILES_MAX = 4
RAW_FILE_SHARE = 0.5
RAW_LINES = 50
NOTES_SHARE = 0.3
"""What was learned says more in fewer tokens than source, but it is the source that is cited."""
FILES_MAX, SYMBOLS_MAX = 3, 3
PASSAGES_MAX = 12
PASSAGE_LINES = 20
MAIN_LINES = 60
"""The places that the composed answer rests on share so many lines."""

Value = TypeVar("Value")

_PLACES = re.compile(r"\s*\((?:`[^`\n]+:\d+`(?:, )?)+\)\s*$")


@dataclass(frozen=True, slots=True)
class Briefing:
    """`passages` as they are numbered, with the lines of their files as they were then; `about` tells what the question
    means. `raw` are the files that were read as they are, none where retrieval was sure enough. `inputs` is what the
    notes rest on that were used."""

    passages: tuple[Passage, ...]
    texts: Mapping[str, Sequence[str]]
    about: str = ""
    raw: tuple[str, ...] = ()
    inputs: Pairs = ()


def topics(question: Question | None, composed: Composition | None, ranking: Ranking) -> list[tuple[str, Topic]]:
    """(analysis, topic) of the notes that may help: of what the question is about, then of what was found for it."""
    subjects = question.subjects if question is not None else ()
    cited = composed.evidence if composed is not None else ()
    defined = [(one.path, one.symbol.qualname) for subject in subjects for one in subject.definitions[:1]]
    symbols = [*defined, *((one.path, one.symbol) for one in cited if one.path and one.symbol)]
    symbols += [(one.path, one.definition.symbol.qualname) for one in ranking.pieces if one.definition]
    places = [subject.path for subject in subjects if subject.path]
    files = [*places, *(path for path, _ in defined), *(one.path for one in cited if one.path)]
    files += [path for path, _ in ranking.files]
    wanted = [("flows", Topic("symbol", f"{path}::{name}")) for path, name in _first(symbols, SYMBOLS_MAX)]
    for path in _first(files, FILES_MAX):
        if path.endswith("/"):
            wanted.append(("purpose", Topic("folder", path.rstrip("/"))))
        else:
            wanted += [(analysis, Topic("file", path)) for analysis in _of_a_file(question)]
    if question is not None and question.kind == "about":
        wanted.insert(0, ("purpose", Topic("repository")))
    return wanted


def _of_a_file(question: Question | None) -> tuple[str, ...]:
    asks_why = question is not None and (question.kind == "history" or question.asks == "why")
    return ("decisions", "rethink", "purpose") if asks_why else ("rethink", "purpose")


def settled(question: Question, composed: Composition) -> bool:
    """Whether a model has nothing to add to what was composed."""
    sure = composed.confidence >= SETTLED_CONFIDENCE and not composed.readings
    return question.kind in SETTLED_KINDS and sure


def _first(values: Iterable[Value], limit: int) -> list[Value]:
    return list(dict.fromkeys(values))[:limit]


def brief(
    question: Question,
    composed: Composition,
    ranking: Ranking,
    notes: Sequence[Note],
    catalogue: Catalogue,
    count: Count,
    budgets: Budgets,
    earlier: Sequence[Question] = (),
) -> Briefing:
    """What to read for the question; `notes` best first, `earlier` the conversation's questions, oldest first."""
    texts = _Texts(catalogue)
    unsure = composed.confidence < RAW_CONFIDENCE
    budget = budgets.raw if unsure else budgets.evidence
    learned, used = _learned(notes, texts.get, int(budgets.evidence * NOTES_SHARE), count)
    covered = not unsure and _covered(composed, used)
    room = int(budget * (COVERED_SHARE if covered else 1)) - sum(_sizes(learned, count))
    chosen = _raw(composed, ranking, texts, room, count) if unsure else _passages(composed, ranking, texts, room, count)
    passages = (*learned, *chosen)
    return Briefing(
        passages,
        {one.path: texts.get(one.path) or () for one in passages if one.path},
        about(question, earlier),
        tuple(dict.fromkeys(one.path for one in chosen)) if unsure else (),
        tuple(dict.fromkeys(pair for note in used for pair in note.inputs)),
    )


def about(question: Question, earlier: Sequence[Question]) -> str:
    """What the question means, where its words alone do not say it: "and who calls it?" is about something."""
    named = [one for one in question.subjects if one.resolved and one.label not in question.text]
    where = [f"`{one.label}`" + (f" in {one.definition.path}" if one.definition else "") for one in named]
    told = f"It is about {', '.join(where)}." if where else ""
    before = f"Asked before it: {earlier[-1].text}" if earlier and where else ""
    return "\n".join(filter(None, (before, told)))


class _Texts:
    """The lines of files, each read once."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._kept: dict[str, Sequence[str] | None] = {}

    def get(self, path: str) -> Sequence[str] | None:
        if path not in self._kept:
            self._kept[path] = self._catalogue.text(path)
        return self._kept[path]


def learned_of(notes: Sequence[Note], text_of: TextOf) -> Iterator[tuple[Note, Passage]]:
    """The claims of notes as passages that cite what those cite, as far as that holds; each text once."""
    seen: set[str] = set()
    for note in notes:
        for claim in note.claims:
            text = _PLACES.sub("", claim.text)
            checked = evidence.verify(claim, text_of)
            if text in seen or not evidence.is_verified(checked):
                continue
            seen.add(text)
            cited = checked.evidence[0]
            yield note, Passage(cited.path, cited.blob, cited.span, cited.symbol, text, cited.commit, learned=True)


def _learned(notes: Sequence[Note], text_of: TextOf, room: int, count: Count) -> tuple[list[Passage], tuple[Note, ...]]:
    """As many claims of the best notes as there is room for, by what they are about; and the notes they are of."""
    found = list(learned_of(notes, text_of))
    kept = _fitting([passage for _, passage in found], room, count)
    chosen = [(note, passage) for note, passage in found if passage in kept]
    chosen.sort(key=lambda one: (one[0].topic.name, one[0].analysis))
    used = {id(note): note for note, _ in chosen}
    return [passage for _, passage in chosen], tuple(used.values())


def _covered(composed: Composition, used: Sequence[Note]) -> bool:
    """Whether a note is about a thing that the composed answer rests on."""
    things = {name for one in main_evidence(composed) for name in (one.path, f"{one.path}::{one.symbol}") if one.path}
    return any(note.topic.kind in ("symbol", "file") and note.topic.name in things for note in used)


def _passages(composed: Composition, ranking: Ranking, texts: _Texts, room: int, count: Count) -> list[Passage]:
    """What the composed answer rests on, then what ranks best, each place once, the beginning of each."""
    main = [one for one in main_evidence(composed) if one.path]
    lines = {_key(one): max(PASSAGE_LINES, MAIN_LINES // len(main)) for one in main}
    places = [(one.path, one.blob, one.span, one.symbol) for one in composed.evidence if one.verified and one.path]
    places += [(one.path, one.blob, one.span, one.title) for one in ranking.pieces[: 2 * PASSAGES_MAX]]
    found: list[Passage] = []
    for path, blob, span, symbol in places:
        end = span.start_line + lines.get((path, span.start_line), PASSAGE_LINES) - 1
        shown = Span(span.start_line, min(span.end_line, end))
        passage = _passage(path, blob, shown, symbol, texts.get(path) or ())
        if passage is not None and not any(_overlap(passage, other) for other in found):
            found.append(passage)
    shortened = [_shortened(one, room, count) for one in found[:1]]
    return _fitting([*shortened, *found[1:]], room, count)[:PASSAGES_MAX]


def _shortened(passage: Passage, room: int, count: Count) -> Passage:
    """As much of its beginning as there is room for, a line at least: without what answers, nothing can be said."""
    lines = passage.text.split("\n")
    while len(lines) > 1 and _sizes([passage], count)[0] > room:
        lines = lines[: len(lines) // 2]
        span = Span(passage.span.start_line, passage.span.start_line + len(lines) - 1)
        passage = replace(passage, span=span, text="\n".join(lines))
    return passage


def _key(one: Evidence) -> tuple[str, int]:
    return one.path, one.span.start_line


def _raw(composed: Composition, ranking: Ranking, texts: _Texts, room: int, count: Count) -> list[Passage]:
    """The best files as they are: of a long one the stretches around what was found in it first, shown in order."""
    found: list[tuple[str, str, Span]] = [(one.path, one.blob, one.span) for one in composed.evidence if one.path]
    found += [(one.path, one.blob, one.span) for one in ranking.pieces]
    blobs = {path: blob for path, blob, _ in found}
    cited = [one.path for one in composed.evidence if one.path]
    chosen: list[Passage] = []
    for path in _first([*cited, *(path for path, _ in ranking.files)], RAW_FILES_MAX):
        lines = texts.get(path) or ()
        stretches = [
            Span(start, min(start + RAW_LINES - 1, len(lines))) for start in range(1, len(lines) + 1, RAW_LINES)
        ]
        marked = [span for other, _, span in found if other == path]
        stretches.sort(key=lambda span: _rank(span, marked))
        passages = [one for span in stretches if (one := _passage(path, blobs[path], span, "", lines))]
        taken = _fitting(passages, int(room * RAW_FILE_SHARE) if not chosen else room, count)
        room -= sum(_sizes(taken, count))
        chosen += sorted(taken, key=lambda one: one.span.start_line)
    return chosen


def _rank(span: Span, marked: Sequence[Span]) -> int:
    return next((at for at, other in enumerate(marked) if _meets(span, other)), len(marked))


def _passage(path: str, blob: str, span: Span, symbol: str, lines: Sequence[str]) -> Passage | None:
    end = min(span.end_line, len(lines))
    text = "\n".join(lines[span.start_line - 1 : end])
    if not 1 <= span.start_line <= end or not text.strip():
        return None
    return Passage(path, blob, Span(span.start_line, end), symbol, text)


def _fitting(passages: Sequence[Passage], room: int, count: Count) -> list[Passage]:
    """Those that fit, best first; what is too long makes room for what is not."""
    kept = []
    for passage, size in zip(passages, _sizes(passages, count), strict=True):
        if size <= room:
            room -= size
            kept.append(passage)
    return kept


def _sizes(passages: Sequence[Passage], count: Count) -> Sequence[int]:
    return count([as_data(PASSAGES_MAX, one) + "\n" for one in passages]) if passages else ()


def _overlap(one: Passage, other: Passage) -> bool:
    return one.path == other.path and _meets(one.span, other.span)


def _meets(one: Span, other: Span) -> bool:
    return one.start_line <= other.end_line and other.start_line <= one.end_line


def learned_lines(notes: Sequence[Note], text_of: TextOf, limit: int) -> list[str]:
    """The claims of notes for who reads a context, each with its place."""
    found = []
    for _, one in learned_of(notes, text_of):
        place = (
            f"{one.path}:{one.span.start_line}" if one.path else f"commit {one.commit.oid[:10]}" if one.commit else ""
        )
        found.append(f"learned: {one.text} ({place})")
    return found[:limit]
