"""An answer given while files or commits are still being read says so, and is less sure by as much."""

from __future__ import annotations

import pytest
from reverie_daemon.core.nouns import Claim, Composition, Evidence
from reverie_daemon.core.trailing import NOTHING_READ, trailing

ANSWER = Composition("where", (Claim("`run` is in `a.py:1`."),), (Evidence(path="a.py"),), 0.8)


@pytest.mark.parametrize(
    ("files", "share", "history", "notice", "confidence"),
    [
        (1, 0.01, False, "Still to be read: a file.", 0.79),
        (1_200, 0.5, False, "Still to be read: 1,200 files.", 0.4),
        (0, 0.0, True, "Still to be read: commits.", 0.3),
        (3, 0.5, True, "Still to be read: 3 files and commits.", 0.15),
    ],
)
def test_what_is_missing_is_said_last(files: int, share: float, history: bool, notice: str, confidence: float) -> None:
    """What was found may be all there is to find, or not."""
    told = trailing(ANSWER, files=files, share=share, history=history)
    assert told.claims[0] == ANSWER.claims[0] and notice in told.claims[-1].text
    assert told.confidence == pytest.approx(confidence, abs=0.01) and told.evidence == ANSWER.evidence


def test_an_answer_from_nothing_says_only_that() -> None:
    """“There is no such thing” would be a lie about a repository that nobody has read."""
    told = trailing(ANSWER, files=0, share=1.0, history=False)
    assert ([claim.text for claim in told.claims], told.evidence, told.confidence) == ([NOTHING_READ], (), 0.0)


def test_an_answer_that_misses_nothing_stays_as_it_is() -> None:
    """Most do."""
    assert trailing(ANSWER, files=0, share=0.0, history=False) is ANSWER
