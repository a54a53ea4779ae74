"""Every language reads its annotated samples as their comments say. How to annotate stands in `conftest.py`."""

from __future__ import annotations

from typing import Any

from reverie_indexers import index
from reverie_indexers.languages import discover


def test_a_sample_gives_exactly_the_annotated_facts(sample: Any) -> None:
    """Answers about callers, definitions and imports are only as right as these facts."""
    assert "\n".join(sample.disagreements()) == ""
    assert index(sample.source, sample.language).problems == ()


def test_every_language_has_a_sample(sampled_languages: set[str]) -> None:
    """A language without a sample is a language nobody checked."""
    assert set(discover()) <= sampled_languages
