"""Which questions are likely, and how sure that is.

The probability of a question is the product of three that can be looked at one by one: that the user turns to the file
(`core/attention.py`), that of the file's symbols it is this one, and that it is asked in this way. The first is learned
from history and from the user's questions, the last from the user's questions alone. Answers are composed elsewhere.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from reverie_daemon.core.attention import BEGINNING, Attention
from reverie_daemon.core.naming import CALLABLE_KINDS, TYPE_KINDS
from reverie_daemon.core.notes import Topic
from reverie_daemon.core.nouns import Commit, Definition
from reverie_daemon.core.phrasing_table import Kind

FADE = 0.9
"""What an earlier question about a file still counts after each later question."""
ASKED_MIN = 0.02
ASKED_KEPT = 500
SYMBOLS_A_FILE = 12
LIKELY_MIN = 1e-5
COMMIT_ASKED = 0.25
"""How likely a commit that just came is asked about, before the user's own questions say otherwise."""
ABOUT_ASKED = 0.15
"""How likely a newcomer asks about the repository as a whole; half as likely after so many questions:"""
NEWCOMER_QUESTIONS = 5
EDITOR_SHARE = 0.1
EDITED_WEIGHT = 10.0
"""What speaks for a symbol, times this where its lines differ from HEAD."""
EDITED_KINDS: Mapping[Kind, float] = {"impact": 4.0, "tests": 4.0, "callers": 3.0}
"""Whoever edits a thing knows what it is, and asks so many times as often what hangs on it."""

BEFOREHAND: Mapping[Kind, float] = {
    "what": 5, "how": 5, "callers": 4, "where": 4, "impact": 2, "tests": 2, "history": 2, "callees": 1, "family": 1,
    "recent": 2, "commit": 2, "about": 1, "run": 2, "config": 1, "described": 6,
}  # fmt: skip
"""How often each kind is asked before anything is known of this user: counts, so that thirty questions of one's own
weigh as much."""

_OF_SYMBOLS: Mapping[Kind, str] = {
    "what": "what does `{name}` do?",
    "how": "how does `{name}` work?",
    "callers": "who calls `{name}`?",
    "where": "where is `{name}` defined?",
    "impact": "what happens if I change `{name}`?",
    "tests": "which tests cover `{name}`?",
    "history": "why is `{name}` like this?",
    "callees": "what does `{name}` call?",
}
_OF_FILES: Mapping[Kind, str] = {
    "what": "what does {name} do?",
    "history": "why is {name} like this?",
    "tests": "which tests cover {name}?",
    "impact": "what happens if I change {name}?",
}
_OF_TYPES: Mapping[Kind, str] = {**_OF_SYMBOLS, "family": "which classes inherit from `{name}`?"}
_OF_REPOSITORY: Sequence[tuple[Kind, str]] = (
    ("about", "what is this repository about?"),
    ("recent", "what changed recently?"),
    ("run", "how do I run the tests?"),
)
FILE_ITSELF, FILE_ITSELF_EDITED = 0.3, 0.1
"""Of the questions about a file's content, so many are about the file as a whole; and where a part is being edited."""


@dataclass(frozen=True, slots=True)
class Habits:
    """What was learned from the user's questions: how often each kind was asked, how much about which path, and what
    the signals of attention count."""

    kinds: Mapping[str, float] = field(default_factory=dict)
    asked: Mapping[str, float] = field(default_factory=dict)
    attention: Attention = BEGINNING

    def kind_share(self, kind: Kind) -> float:
        """That a question is of this kind."""
        every = sum(BEFOREHAND.values()) + sum(self.kinds.values())
        return (BEFOREHAND[kind] + self.kinds.get(kind, 0.0)) / every

    @property
    def questions(self) -> float:
        """How many there were."""
        return sum(self.kinds.values())

    def after(self, kind: Kind, path: str) -> Habits:
        """With one more question of this kind, about this path ("" for none)."""
        faded = {other: count * FADE for other, count in self.asked.items() if count * FADE >= ASKED_MIN}
        if path:
            faded[path] = min(1.0, faded.get(path, 0.0) + 0.5)
        kept = dict(sorted(faded.items(), key=lambda item: (-item[1], item[0]))[:ASKED_KEPT])
        return replace(self, kinds={**self.kinds, kind: self.kinds.get(kind, 0.0) + 1.0}, asked=kept)


@dataclass(frozen=True, slots=True)
class Prediction:
    """A question expected. `path` is what it is about as a file, "" where it is about none."""

    question: str
    topic: Topic
    kind: Kind
    probability: float
    path: str = ""


def about_file(
    path: str,
    likely: float,
    symbols: Sequence[tuple[Definition, float]],
    habits: Habits,
    edited: Collection[Definition] = (),
) -> list[Prediction]:
    """Questions about a file and its symbols. `likely` is the probability that the user turns to the file, each
    symbol's number how much speaks for it among them (how often it is used, say); those that nothing speaks for are
    left out. `edited` are those that are being changed."""
    file, favoured = Topic("file", path), EDITED_KINDS if edited else {}
    itself = FILE_ITSELF_EDITED if edited else FILE_ITSELF
    found = list(_asked_of(file, path, path, _OF_FILES, likely * itself, habits, favoured))
    weighed = [(one, weight * (EDITED_WEIGHT if one in edited else 1.0)) for one, weight in symbols]
    chosen = sorted(weighed, key=lambda item: (-item[1], item[0].ordinal))[:SYMBOLS_A_FILE]
    every = sum(weight for _, weight in chosen)
    for definition, weight in chosen:
        share = likely * (1 - itself) * weight / every if every else 0.0
        found += _about_symbol(definition, share, habits, EDITED_KINDS if definition in edited else {})
    return [one for one in found if one.probability >= LIKELY_MIN]


def _about_symbol(
    definition: Definition, likely: float, habits: Habits, favoured: Mapping[Kind, float]
) -> Iterable[Prediction]:
    name = definition.symbol.qualname
    topic = Topic("symbol", f"{definition.path}::{name}")
    texts = _OF_TYPES if definition.symbol.kind in TYPE_KINDS else _OF_SYMBOLS
    return _asked_of(topic, name, definition.path, texts, likely, habits, favoured)


def _asked_of(
    topic: Topic, name: str, path: str, texts: Mapping[Kind, str], likely: float, habits: Habits,
    favoured: Mapping[Kind, float],
) -> Iterable[Prediction]:  # fmt: skip
    """The kinds of question about one thing: as often as they are asked, with more of those that are `favoured`."""
    shares = {kind: habits.kind_share(kind) * favoured.get(kind, 1.0) for kind in texts}
    scale = sum(map(habits.kind_share, texts)) / sum(shares.values())
    for kind, text in texts.items():
        yield Prediction(text.format(name=name), topic, kind, likely * shares[kind] * scale, path)


def about_repository(habits: Habits, *, edits: bool = False) -> list[Prediction]:
    """What is asked about a repository as a whole, most by those who are new to it; who `edits` it is not."""
    new = NEWCOMER_QUESTIONS / (NEWCOMER_QUESTIONS + habits.questions) * (EDITOR_SHARE if edits else 1.0)
    return [
        Prediction(text, Topic("repository"), kind, new * ABOUT_ASKED * habits.kind_share(kind) / habits_share(kind))
        for kind, text in _OF_REPOSITORY
    ]


def habits_share(kind: Kind) -> float:
    """The share of a kind before anything was learned."""
    return BEFOREHAND[kind] / sum(BEFOREHAND.values())


def about_commit(commit: Commit, habits: Habits, share_left: float) -> list[Prediction]:
    """What the newest commit changed, and why: asked most often just after it came. `share_left` is how much of that
    curiosity its age has left, between 0 and 1."""
    likely = min(0.9, share_left * COMMIT_ASKED * habits.kind_share("commit") / habits_share("commit"))
    short = commit.oid[:10]
    topic = Topic("commit", commit.oid)
    return [
        Prediction("what did the last commit change, and why?", topic, "commit", likely),
        Prediction(f"what did commit {short} change?", topic, "commit", likely / 2),
        Prediction(f"why was commit {short} made?", topic, "commit", likely / 3),
    ]


def worth_asking(definition: Definition) -> bool:
    """Whether people ask about such a symbol at all: not about what only a language's machinery calls."""
    return definition.symbol.kind in CALLABLE_KINDS | TYPE_KINDS and not definition.symbol.name.startswith("__")


def likeliest(predictions: Iterable[Prediction], limit: int) -> list[Prediction]:
    """Each question once, the likeliest first."""
    best: dict[str, Prediction] = {}
    for one in predictions:
        if one.question not in best or best[one.question].probability < one.probability:
            best[one.question] = one
    return sorted(best.values(), key=lambda one: (-one.probability, one.question))[:limit]
