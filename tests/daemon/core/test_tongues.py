"""Questions that are not in English: answered from the names in them, and told so."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from reverie_daemon.core.compose import compose
from reverie_daemon.core.nouns import Composition
from reverie_daemon.core.questions import key, understand
from reverie_daemon.core.retrieve import rank
from reverie_daemon.core.tongues import tongue

KILN = {
    "kiln.py": (
        "class Oven:\n"
        '    """Bakes clay."""\n\n'
        "    def bake_slowly(self, clay):\n"
        '        """Heats the clay until it is hard."""\n'
        "        return clay\n\n\n"
        "def sell(clay):\n    return Oven().bake_slowly(clay)\n"
    )
}


@pytest.fixture
def kiln(catalogue_of: Callable[..., Any]) -> Any:
    return catalogue_of(KILN)


def ask(catalogue: Any, text: str) -> Composition:
    question = understand(text, catalogue)
    return compose(question, catalogue, lambda: rank(text, catalogue))


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Wo ist bake_slowly definiert?", "where"),
        ("wer ruft bake_slowly auf?", "callers"),
        ("warum ist bake_slowly so?", "history"),
        ("où est définie la fonction bake_slowly ?", "where"),
        ("qui appelle bake_slowly ?", "callers"),
        ("bake_slowly在哪里定义?", "where"),
        ("谁调用了bake_slowly?", "callers"),
        ("bake_slowly はどこで定義されていますか", "where"),
        ("¿cómo funciona bake_slowly en el código?", "how"),
        ("как работает bake_slowly?", "how"),
        ("was macht `Oven.bake_slowly`?", "what"),
    ],
)
def test_a_name_is_found_in_a_question_of_any_language(kiln: Any, text: str, kind: str) -> None:
    """Code is read by people who think in other languages."""
    answer = ask(kiln, text)
    assert answer.kind == kind and "Oven.bake_slowly" in answer.claims[0].text
    assert answer.claims[-1].text.endswith("A model would read the rest: `reverie model`.")


@pytest.mark.parametrize(
    "text", ["Wie wird der Ton im Ofen gebrannt?", "粘土是如何烧制的?", "Comment est-ce que le four chauffe ?"]
)
def test_without_a_name_nothing_is_made_up(kiln: Any, text: str) -> None:
    """What ranks first for words that are nowhere is chance."""
    answer = ask(kiln, text)
    assert answer.claims[0].text.startswith("I read English only") and "`reverie model`" in answer.markdown
    assert answer.confidence <= 0.05 and not answer.evidence


def test_a_word_that_is_known_here_is_gone_by_and_said_so(kiln: Any) -> None:
    """Half an answer that says what it rests on is worth more than none."""
    answer = ask(kiln, "Wie wird clay von dem Ofen gehärtet?")
    assert "I went by “clay”" in answer.markdown and answer.evidence and answer.confidence < 0.6


@pytest.mark.parametrize(
    "text",
    [
        "where is bake_slowly?", "Comment clean up", "why does die raise?", "Initialize the flag as late as possible",
        "how do I use Wo?", "", "bake_slowly", "what does `le` mean in `du.py`?", "con.execute",
    ],
)  # fmt: skip
def test_english_is_not_taken_for_another_language(text: str) -> None:
    """Most questions are English, and must not be read worse for the others."""
    assert tongue(text) == ""


def test_the_same_question_in_two_languages_is_remembered_apart(kiln: Any) -> None:
    """One of the two answers says that it went by the name only."""
    assert key(understand("wer ruft bake_slowly auf?", kiln)) != key(understand("who calls bake_slowly?", kiln))
