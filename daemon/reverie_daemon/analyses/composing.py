"""What the analyses without a model share: a question about a topic, composed as it would be when asked."""

from __future__ import annotations

from ..core.compose import compose
from ..core.inputs import Recorder
from ..core.nouns import Composition
from ..core.questions import Question, understand
from ..core.retrieve import rank

CONFIDENCE_MIN = 0.6
"""Composed below this an answer rests on words that merely occur; it is not worth keeping."""


def composed(text: str, catalogue: Recorder) -> tuple[Question, Composition]:
    """The answer that asking this would give now."""
    question = understand(text, catalogue.unrecorded)
    return question, compose(question, catalogue, lambda: rank(text, catalogue))
