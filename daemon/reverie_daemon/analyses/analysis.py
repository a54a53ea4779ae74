"""What an analysis is, and where the ones that there are come from."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Collection, Generator, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, wraps

from ..core.idle import Depth
from ..core.inputs import Recorder
from ..core.notes import Ask, Findings, Note, Topic
from ..core.nouns import Catalogue, FileVersion
from ..core.plan import Job
from ..core.predict import Prediction

Study = Generator[Ask, str, Findings]
"""Yields what a model should read, is sent the reply, and returns what it found."""


@dataclass(frozen=True, slots=True)
class Survey:
    """What is known when jobs are proposed. `attention` is the probability that the user turns to each file, likeliest
    first; `predictions` are likeliest first; `quiet` holds files that are being edited and are left alone;
    `passes` is how often a model may think over what is known, 0 for never."""

    catalogue: Catalogue
    attention: Mapping[str, float] = field(default_factory=dict)
    predictions: Collection[Prediction] = ()
    quiet: Collection[str] = ()
    passes: int = 0

    def sources(self, limit: int) -> list[FileVersion]:
        """The source files that are likeliest turned to, without those left alone."""
        known = {file.path: file for file in self.catalogue.files()}
        found = [known[path] for path in self.attention if path in known and known[path].role == "source"]
        return [file for file in found if file.lines and file.path not in self.quiet][:limit]


@dataclass(frozen=True, slots=True)
class Analysis:
    """`version` grows when the same inputs would give other findings; what an older one found is learned again last.
    `depth` is the least that has to be free for it. `uses_model` says that `study` yields prompts."""

    name: str
    version: int
    depth: Depth
    purpose: str
    propose: Callable[[Survey], Iterable[Job]]
    study: Callable[[Topic, Recorder, int], Study]
    """Of a topic, reading the catalogue; the number is how often a model may think over the same (see `rethink`)."""
    applies: Callable[[Note, Catalogue], bool] = lambda note, catalogue: True
    """Whether a note whose inputs hold still is about what its topic means now."""
    uses_model: bool = False
    steers: bool = False
    """Whether its figures change what is worth learning: the plan is made anew when they do."""


def without_model(study: Callable[[Topic, Recorder], Findings]) -> Callable[[Topic, Recorder, int], Study]:
    """A study that asks no model, in the form of one that may."""

    @wraps(study)
    def lifted(topic: Topic, catalogue: Recorder, passes: int) -> Study:
        return study(topic, catalogue)
        yield  # makes it a generator

    return lifted


@cache
def discover() -> Mapping[str, Analysis]:
    """Every analysis of this package, by name."""
    package = importlib.import_module(__package__ or "")
    modules = [
        importlib.import_module(f"{package.__name__}.{item.name}") for item in pkgutil.iter_modules(package.__path__)
    ]
    found = [module.ANALYSIS for module in modules if hasattr(module, "ANALYSIS")]
    return {analysis.name: analysis for analysis in sorted(found, key=lambda one: one.name)}


def note_of(analysis: Analysis, topic: Topic, findings: Findings, catalogue: Recorder) -> Note:
    """The note that these findings make."""
    inputs = tuple((item.query, item.digest) for item in catalogue.inputs())
    return Note(topic, analysis.name, analysis.version, findings.claims, dict(findings.figures), inputs)
