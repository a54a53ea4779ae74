"""How something works from end to end: a function with what it calls, read together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from reverie_indexers.facts import Span

from ..core.inputs import Recorder
from ..core.notes import Findings, Topic
from ..core.nouns import Definition
from ..core.plan import SAVED_BY_A_MODELS_NOTE, Job
from ..core.prompting import Passage
from .analysis import Analysis, Study, Survey
from .asking import SYMBOL_LINES, claims_from

FLOWS_MAX = 60
CALLEES_MAX = 8
OWN_LINES = 60
READ_TOKENS = 2_500
REPLY_TOKENS = 400


def _propose(survey: Survey) -> Iterable[Job]:
    files = {file.path: file for file in survey.catalogue.files()}
    asked = [one for one in survey.predictions if one.kind == "how" and one.topic.kind == "symbol"]
    for one in [one for one in asked if one.path in files and one.path not in survey.quiet][:FLOWS_MAX]:
        file = files[one.path]
        yield Job(
            "flows", ANALYSIS.version, one.topic, "deep", one.probability, SAVED_BY_A_MODELS_NOTE,
            READ_TOKENS + REPLY_TOKENS, stamp=file.blob, why="how it works from end to end",
        )  # fmt: skip


def _study(topic: Topic, catalogue: Recorder, passes: int) -> Study:
    path, _, qualname = topic.name.partition("::")
    own = next((one for one in catalogue.outline(path) if one.symbol.qualname == qualname), None)
    if own is None:
        return Findings()
    called = [_passage(one, SYMBOL_LINES, catalogue) for one in _called(own, catalogue)]
    passages = [one for one in (_passage(own, OWN_LINES, catalogue), *called) if one is not None]
    wanted = f"How does `{qualname}` work from end to end: which steps, in which order, and what does each rest on?"
    claims, dropped, _ = yield from claims_from(wanted, passages, catalogue, REPLY_TOKENS)
    return Findings(claims, dropped=dropped)


def _called(own: Definition, catalogue: Recorder) -> Iterator[Definition]:
    """What it calls, in order, each once, where its name means one thing only."""
    names = [use.name for use in catalogue.uses(own.path) if use.scope == own.ordinal and use.kind == "call"]
    found = (catalogue.definitions(name, 2) for name in dict.fromkeys(names))
    meant = [one for (one, *others) in filter(None, found) if not others and one.role == "source"]
    yield from meant[:CALLEES_MAX]


def _passage(one: Definition, lines_max: int, catalogue: Recorder) -> Passage | None:
    lines, span = catalogue.text(one.path), one.symbol.span
    if lines is None:
        return None
    end = min(span.end_line, span.start_line + lines_max - 1, len(lines))
    text = "\n".join(lines[span.start_line - 1 : end])
    if not text.strip():
        return None
    return Passage(one.path, one.blob, Span(span.start_line, end), one.symbol.qualname, text)


ANALYSIS = Analysis(
    "flows", 1, "deep", "how things work from end to end", propose=_propose, study=_study, uses_model=True
)
