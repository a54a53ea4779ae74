"""What a question asks: its kind, what it is about, and what makes it the same question as another.

Nothing is looked up here but names; the answer is composed elsewhere. `understand` never fails: a sentence that no
phrasing fits, or that names nothing this repository has, is a described question for retrieval.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from reverie_daemon.core import following, naming, pasted, pathnames, phrasings, tongues, twins
from reverie_daemon.core.naming import Subject
from reverie_daemon.core.nouns import Catalogue
from reverie_daemon.core.phrasing_table import Direction, Kind
from reverie_daemon.core.wording import IDENTIFIER, STOP, Polarity, content_terms, negations, normal, polarity_of

__all__ = ["Kind", "Question", "Subject", "content_terms", "key", "understand"]


SUBJECTS_MAX = 4
READINGS_MAX = 6


@dataclass(frozen=True, slots=True)
class Question:
    """A question understood.

    `direction` is "in" for what points at the subjects (callers) and "out" for what they point at. `polarity` is
    negative when the sentence negates. `qualifiers` narrow it ("who", "build", "in:src/flask"). `terms` are its content
    words in order, identifiers as written. For a described question `asks` is the kind its wording resembles ("how",
    "where", "why", or ""). `readings` are questions that an ambiguous name could have meant instead.
    """

    text: str
    kind: Kind
    subjects: tuple[Subject, ...] = ()
    direction: Direction = ""
    polarity: Polarity = "positive"
    qualifiers: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()
    asks: str = ""
    readings: tuple[str, ...] = ()

    @property
    def subject(self) -> Subject | None:
        return self.subjects[0] if self.subjects else None


_MENTION = re.compile(
    r"`([^`\n]{1,120})`"
    r"|(?<![\w/.])([\w./\-]+/[\w./\-]+(?::\d+)?)"
    r"|(?<![\w/.])(@?[A-Za-z_$][\w$]*(?:(?:\.|::|->|#)[A-Za-z_$][\w$]*)*(?:\(\))?(?::\d+)?)"
)
_IN_PLACE = re.compile(
    r"\s+(?:in|under|inside|within|below)\s+(?:the\s+)?(?P<place>`[^`]+`|\S+/\S*|\S+\.\w+|tests?)"
    r"(?:\s+(?:folder|directory|file|package))?$",
    re.I,
)
_PRONOUN = re.compile(
    r"^(?:it|that|this|them|they|its|these|those|this (?:function|class|method|file|one|code|thing)"
    r"|that (?:function|class|method|file|one)|the same)$",
    re.I,
)
_ASKER = re.compile(r"^(?:i|we|you|one|someone|people|users)$", re.I)
"""Who asks is no name, though "how do I use X" has the shape of "how does Y use X"."""
_COUNT = re.compile(
    r"\b(?:last|past|latest|recent)\s+(\d+)\s+(?:commits?|changes)\b|\b(\d+)\s+(?:last|latest|recent"
    r"|most recent)\b",
    re.I,
)
_ASPECTS = {
    "begun": re.compile(r"\b(?:add(?:ed)?|introduced?|created?)\b", re.I),
    "recent": re.compile(r"recent", re.I),
    "people": re.compile(r"\b(?:wrote|own|maintain|know|author|responsible|expert|ask)", re.I),
}
"""What of a history is asked for: its answer differs, so that one must not be remembered for the other."""
_SINCE = re.compile(
    r"\b(today|yesterday|this week|last week|past week|this month|last month|past month|(?:last|past) "
    r"\d+ (?:hours?|days?|weeks?|months?))\b",
    re.I,
)
_DESCRIBED_ASKS = re.compile(
    r"^(?:and |so |but )?(what|where|how|why|when|which|who|is|are|does|do|can|could|will|would|should|has|have)\b",
    re.I,
)
_SLOTLESS: frozenset[str] = frozenset({"recent", "run", "about", "commit"})


def understand(text: str, catalogue: Catalogue, *, conversation: Sequence[Question] = ()) -> Question:
    """The question that `text` puts to this repository; `conversation` holds the earlier ones, oldest first, so that
    "it" and "what about its tests" have something to stand for."""
    if "\n" in text and (question := _of_paste(text, catalogue)) is not None:
        return question
    if language := tongues.tongue(text):
        return _in_other_words(text, language, catalogue)
    tidied = phrasings.tidy(text)
    if conversation and (question := _following(text, tidied, catalogue, conversation)) is not None:
        return question
    sentence, place = _placed(following.continued(tidied, conversation), catalogue)
    qualifiers = _qualifiers(sentence, place)
    for match in _by_pronoun(phrasings.matches(sentence), conversation):
        if match.kind == "talk" and (_alone(text, sentence, qualifiers, catalogue) is not None):
            break
        question = _named(text, match, qualifiers, catalogue, conversation)
        if question is not None:
            return question
    return (
        _of_project(text, sentence, qualifiers, catalogue)
        or _alone(text, sentence, qualifiers, catalogue)
        or _described(text, sentence, qualifiers, catalogue)
    )


def _frame(place: str, name: str, catalogue: Catalogue) -> Subject | None:
    """The function around a line; the one that the frame names, where that is another: then the lines are those of
    another version."""
    subject = naming.resolve_mention(place, catalogue)
    around = subject.definition if subject is not None else None
    if subject is None or not name or (around is not None and around.symbol.name == name):
        return subject
    named = [one for one in catalogue.outline(subject.path) if one.symbol.name == name]
    return replace(subject, match="qualified", definitions=tuple(named[:1]), line=0) if named else subject


def _following(text: str, sentence: str, catalogue: Catalogue, conversation: Sequence[Question]) -> Question | None:
    """What was asked before, asked of something else: of two things at once, of another one, in one place."""
    both, qualifier = following.about_both(sentence, conversation)
    if both:
        return Question(text, "relate", both, qualifiers=(qualifier,) if qualifier else (), terms=content_terms(text))
    if (again := following.there_of(sentence, conversation)) is not None:
        place = pathnames.find_path(again[1].rstrip("/?"), catalogue.files())
        kept = tuple(one for one in again[0].qualifiers if not one.startswith("in:"))
        return replace(again[0], text=text, qualifiers=(*kept, f"in:{place}")) if place else None
    if following.continued(sentence, conversation) != sentence:
        return None
    if (again := following.same_of(sentence, conversation)) is None or _PRONOUN.match(again[1]):
        return None
    subject = naming.resolve_mention(again[1], catalogue, code_only=True)
    if subject is None or not subject.resolved or subject.match == "similar":
        return None
    last = again[0]
    return replace(
        last, text=text, subjects=(subject,), terms=content_terms(text), readings=_readings(text, [subject], last.kind)
    )


def _by_pronoun(matches: Iterator[phrasings.Match], conversation: Sequence[Question]) -> Iterator[phrasings.Match]:
    """In a conversation about something, "it" is that rather than the repository."""
    if following.subject_of(conversation) is None:
        return matches
    every = list(matches)
    return iter(sorted(every, key=lambda match: not (match.first and _PRONOUN.match(match.first))))


def _in_other_words(text: str, language: str, catalogue: Catalogue) -> Question:
    """A question in another language than English: what its few known words ask about the names that it drops."""
    spaced = tongues.set_apart(text)
    subjects = tuple(_mentioned(spaced, catalogue)) or tuple(_named_plainly(spaced, language, catalogue))
    kind, direction, qualifier = tongues.cue(text)
    if len(subjects) > 1 and kind in ("what", "how"):
        kind = "relate"
    qualifiers = (f"tongue:{language}", *((qualifier,) if qualifier else ()))
    if not any(subject.resolved for subject in subjects):
        kind, direction, subjects = "described", "", ()
    elif kind != "relate":
        subjects = subjects[:1]
    return Question(
        text, kind, subjects[:2], direction, "positive", qualifiers, content_terms(spaced),
        readings=_readings(text, subjects[:1], kind),
    )  # fmt: skip


def _named_plainly(text: str, language: str, catalogue: Catalogue) -> Iterator[Subject]:
    """Words of another language that are names here, letter by letter."""
    for word in dict.fromkeys(re.findall(r"[A-Za-z_]\w{3,}", text, re.ASCII)):
        if not tongues.is_function_word(word, language) and catalogue.definitions(word, 1):
            subject = naming.resolve_mention(word, catalogue, code_only=True)
            if subject is not None and subject.match == "exact":
                yield subject
                return


def _of_project(text: str, sentence: str, qualifiers: tuple[str, ...], catalogue: Catalogue) -> Question | None:
    """ "How do I run the tests of ripgrep?", asked in ripgrep."""
    renamed = re.sub(rf"(?<![\w./`]){re.escape(catalogue.name)}(?![\w./`])", "this project", sentence, flags=re.I)
    if renamed == sentence:
        return None
    match = next((match for match in phrasings.matches(renamed) if match.kind == "run"), None)
    return _named(text, match, qualifiers, catalogue, ()) if match else None


def _of_paste(text: str, catalogue: Catalogue) -> Question | None:
    """A pasted traceback asks about the place where it ends, a pasted diff about what it touches."""
    found = pasted.pasted(text, catalogue.files())
    if found is None:
        return None
    names = found.names or ("",) * len(found.places)
    subjects = [_frame(place, name, catalogue) for place, name in zip(found.places, names, strict=True)]
    resolved = tuple(subject for subject in subjects if subject is not None and subject.resolved)[:SUBJECTS_MAX]
    kind: Kind = "impact" if found.shape == "diff" else "what"
    return Question(text, kind, resolved, terms=content_terms(text)) if resolved else None


def _placed(sentence: str, catalogue: Catalogue) -> tuple[str, str]:
    """The sentence without "in src/flask" at its end, and that path, where it is one."""
    found = _IN_PLACE.search(sentence)
    if found is None:
        return sentence, ""
    wanted = found["place"].strip("`").removeprefix("./")
    if wanted.lower() in ("test", "tests"):
        return sentence[: found.start()], "tests"
    path = pathnames.find_path(wanted.rstrip("/"), catalogue.files())
    rest = sentence[: found.start()]
    return (rest, path) if path and len(rest.split()) > 2 else (sentence, "")


def _qualifiers(sentence: str, place: str) -> tuple[str, ...]:
    count, since = _COUNT.search(sentence), _SINCE.search(sentence)
    found = [f"in:{place}"] if place else []
    found += [f"count:{count[1] or count[2]}"] if count else []
    found += [f"since:{since[1].lower()}"] if since else []
    return tuple(found)


def aspects_of(text: str) -> tuple[str, ...]:
    """What of a thing's history is asked for, by the names in `_ASPECTS`."""
    return tuple(aspect for aspect, words in _ASPECTS.items() if words.search(text))


def _named(
    text: str,
    match: phrasings.Match,
    qualifiers: tuple[str, ...],
    catalogue: Catalogue,
    conversation: Sequence[Question],
) -> Question | None:
    """The question of a phrasing whose slots all name something, else None."""
    slots = [slot for slot in (match.first, match.second) if slot]
    subjects: list[Subject] = []
    if any(_ASKER.match(slot) for slot in slots):
        return None
    for slot in slots:
        subject = _slot(slot, match.kind, catalogue, conversation)
        if subject is None:
            return None
        if match.qualifier == "signature" and subject.resolved and not _is_called(subject):
            return None
        subjects.append(subject)
    kind: Kind = match.kind
    if kind == "what" and subjects and subjects[0].match == "unknown" and _is_repository(slots[0], catalogue):
        kind, subjects = "about", []
    extra = (match.qualifier,) if match.qualifier else ()
    if kind == "history":
        extra = (*extra, *aspects_of(text))
    return Question(
        text=text,
        kind=kind,
        subjects=tuple(subjects),
        direction=match.direction,
        polarity=polarity_of(text),
        qualifiers=tuple(dict.fromkeys((*extra, *qualifiers))),
        terms=content_terms(text),
        readings=_readings(text, subjects, kind),
    )


def _is_called(subject: Subject) -> bool:
    """Whether it is something that one calls or makes; of anything else the documents tell how it is used."""
    kind = subject.definition.symbol.kind if subject.definition is not None else ""
    return kind in naming.CALLABLE_KINDS or kind in ("class", "struct")


def _slot(slot: str, kind: Kind, catalogue: Catalogue, conversation: Sequence[Question]) -> Subject | None:
    if _PRONOUN.match(slot):
        return following.subject_of(conversation)
    if kind == "commit":
        return naming.resolve_commit(slot, catalogue)
    if kind == "what" and _is_repository(slot, catalogue) and not catalogue.definitions(naming.bare(slot), 1):
        return Subject(slot, "unknown")
    subject = naming.resolve_mention(slot, catalogue, code_only=kind == "how")
    if kind == "config" and subject is None and len(slot.split()) <= 4:
        return Subject(slot, "unknown")
    return subject


def _is_repository(slot: str, catalogue: Catalogue) -> bool:
    return naming.bare(slot).lower() == catalogue.name.lower()


def _alone(text: str, sentence: str, qualifiers: tuple[str, ...], catalogue: Catalogue) -> Question | None:
    """A bare name: "url_for?", "`Flask.run`", "src/flask/app.py:120"."""
    if len(sentence.split()) > 3:
        return None
    subject = naming.resolve_mention(sentence, catalogue)
    if subject is None or not subject.resolved:
        return None
    return Question(
        text,
        "what",
        (subject,),
        "",
        "positive",
        qualifiers,
        content_terms(text),
        readings=_readings(text, [subject], "what"),
    )


def _described(text: str, sentence: str, qualifiers: tuple[str, ...], catalogue: Catalogue) -> Question:
    asks = _DESCRIBED_ASKS.match(sentence)
    return Question(
        text=text,
        kind="described",
        subjects=tuple(_mentioned(sentence, catalogue)),
        polarity=polarity_of(text),
        qualifiers=qualifiers,
        terms=content_terms(text),
        asks=asks[1].lower() if asks else "",
    )


def _mentioned(sentence: str, catalogue: Catalogue) -> Iterator[Subject]:
    """The names that a describing sentence drops on its way, those that exist and those in backticks."""
    seen: set[str] = set()
    for found in _MENTION.finditer(sentence):
        quoted, path, word = found.groups()
        mention = quoted or path or word
        capital = bool(word) and found.start() > 0 and word[:1].isupper() and word.lower() not in STOP
        if mention in seen or not (quoted or path or capital or IDENTIFIER.search(word or "")):
            continue
        seen.add(mention)
        subject = naming.resolve_mention(mention, catalogue)
        if subject is None or (
            subject.match in ("similar", "unknown", "case") and not quoted and not IDENTIFIER.search(mention)
        ):
            continue
        yield subject
        if len(seen) >= SUBJECTS_MAX:
            return


def _readings(text: str, subjects: Sequence[Subject], kind: Kind) -> tuple[str, ...]:
    """The question again for each other thing that its first ambiguous name could mean; in few words where the name
    does not stand in it."""
    for subject in subjects:
        others = [item for item in subject.definitions[1:] if item.role != "test" and not twins.constructs(item)]
        if others and subject.match != "similar":
            names = [item.symbol.qualname for item in subject.definitions]
            mention = subject.mention.strip()
            meant = [_reading(item.symbol.qualname, item.path, names) for item in others[:READINGS_MAX]]
            return tuple(
                text.replace(mention, one, 1) if mention in text else following.put(kind, one) for one in meant
            )
    return ()


def _reading(qualname: str, path: str, names: list[str]) -> str:
    return f"`{qualname}`" if names.count(qualname) == 1 else f"`{qualname}` in {path}"


def key(question: Question) -> str:
    """The identity of a question for remembering: two questions with the same key have the same answer.

    A named question is its kind, direction, polarity, subjects and qualifiers, whatever the wording. A described one is
    its words too, in order and inflected as they are, negations included: wording is all there is to tell it by.
    """
    parts = [question.kind, question.direction, question.polarity, ",".join(sorted(question.qualifiers))]
    parts.append(
        ",".join(
            f"{subject.identity}:{subject.line}" if subject.line else subject.identity for subject in question.subjects
        )
    )
    if question.kind == "described" or any(not subject.resolved for subject in question.subjects):
        parts += [question.asks, " ".join(normal(term) for term in question.terms), " ".join(negations(question.text))]
    return "|".join(parts)
