""" "How do I …": what documents say and show goes before how it is done inside."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from reverie_daemon.core.compose import compose
from reverie_daemon.core.nouns import Composition
from reverie_daemon.core.questions import understand
from reverie_daemon.core.retrieve import rank

KILN = {
    "src/kiln/oven.py": (
        "class Oven:\n"
        '    """Bakes clay."""\n\n'
        "    def add_glaze(self, glaze):\n"
        '        """Applies a glaze to what stands in the oven."""\n'
        "        self.glazes.append(glaze)\n"
    ),
    "docs/glazes.md": (
        "# Glazes\n\nGlazes are coats of glass.\n\n## Adding a glaze\n\n```{contents}\n:depth: 2\n```\n\n"
        "Before the firing, add the glaze to the oven:\n\n```python\noven.add_glaze(Celadon())\n```\n\n"
        "That is all there is to it.\n"
    ),
    "docs/firing.rst": (
        "Firing\n======\n\nFire the clay slowly, like this::\n\n    oven = Oven()\n\n    oven.heat(to=900)\n\n"
        "Then let it cool.\n"
    ),
    "docs/options.md": (
        "# Options of a firing\n\n- `cone`: Sets the firing cone.\n- `hold`: Keeps the peak for minutes.\n"
    ),
    "pyproject.toml": (
        '[tool.tox.env.docs]\ndescription = "build docs"\ncommands = [["sphinx-build", "docs", "out"]]\n\n'
        '[tool.tox.env.typing]\ncommands = [\n    ["mypy"],\n]\n'
    ),
    "README.md": "# Kiln\n\n## Building\n\nGradle builds the project:\n\n```\nmvn clean verify\n```\n",
}


@pytest.fixture
def ask(catalogue_of: Callable[..., Any]) -> Callable[[str], Composition]:
    catalogue = catalogue_of(KILN, name="kiln")
    return lambda text: compose(understand(text, catalogue), catalogue, lambda: rank(text, catalogue))


def test_the_documents_sentence_comes_with_the_code_that_follows_it(ask: Callable[[str], Composition]) -> None:
    """Whoever asks how to do something wants to copy it, not to read how it works inside."""
    answer = ask("How do I add a glaze?")
    assert answer.claims[0].text.startswith("Before the firing, add the glaze to the oven (“")
    assert "`docs/glazes.md:" in answer.claims[0].text
    assert "```python\noven.add_glaze(Celadon())\n```" in answer.claims[0].text
    assert "`Oven.add_glaze` (`src/kiln/oven.py:4`), which applies a glaze" in answer.markdown
    assert ":depth:" not in answer.markdown, "a table of contents is no example"


def test_indented_code_with_empty_lines_is_one_example(ask: Callable[[str], Composition]) -> None:
    """reST sets code apart by indentation; half of an example does not run."""
    assert "```\noven = Oven()\n\noven.heat(to=900)\n```" in ask("how do I fire clay slowly?").markdown


def test_one_item_of_a_list_is_quoted_alone(ask: Callable[[str], Composition]) -> None:
    """The other items are about other things."""
    said = ask("how do I keep the peak of a firing?").claims[0].text
    assert said.startswith("`hold`: Keeps the peak for minutes (") and "cone" not in said.split("(")[0]


def test_a_question_how_something_works_is_not_for_the_documents(ask: Callable[[str], Composition]) -> None:
    """It asks about the code."""
    assert ask("how does Oven.add_glaze work?").evidence[0].path == "src/kiln/oven.py"


@pytest.mark.parametrize(
    ("question", "command"),
    [
        ("How do I build the documentation?", "tox -e docs"),
        ("How do I run the type checker here?", "tox -e typing"),
        ("how do I build this project?", "mvn clean verify"),
        ("how do I run the tests?", "mvn clean verify"),
    ],
)
def test_what_a_build_file_offers_is_found_by_what_it_is_for(
    ask: Callable[[str], Composition], question: str, command: str
) -> None:
    """A tox environment is called "typing", and people ask for the type checker."""
    answer = ask(question)
    assert answer.kind == "run" and f"```sh\n{command}\n```" in answer.claims[0].text


def test_the_plain_task_of_a_guide_for_people_leads(catalogue_of: Callable[..., Any]) -> None:
    """Watching, or what a file for agents says, is not what whoever asks wants first."""
    files = {
        "AGENTS.md": "# Agents\n\nUse `pnpm test:watch`, or `pnpm test` once.\n",
        "CONTRIBUTING.md": "# Contributing\n\n**`pnpm test:watch`** watches.\n\n**`pnpm test`** runs them all.\n",
    }
    catalogue = catalogue_of(files, name="kiln")
    lead = compose(understand("how do I run the tests?", catalogue), catalogue, lambda: None).claims[0].text
    assert lead.startswith("To run the tests (`CONTRIBUTING.md:5`):\n\n```sh\npnpm test\n```")


def test_a_label_is_no_answer(catalogue_of: Callable[..., Any]) -> None:
    """References give each option its type and default before they say what it is for."""
    docs = {
        "docs/hooks.md": (
            "# Hooks\n\n## Hook before firing\n\n**Type: `FiringHook[]`**\\\n**Default: `[]`**\n\n"
            "Called right before the clay is fired:\n\n```js\nhooks.beforeFiring.push(check);\n```\n"
        )
    }
    catalogue = catalogue_of({**KILN, **docs})
    text = "how do I add a hook before firing?"
    said = compose(understand(text, catalogue), catalogue, lambda: rank(text, catalogue)).claims[0].text
    assert said.startswith("Called right before the clay is fired (“")


def test_who_asks_is_no_name(ask: Callable[[str], Composition]) -> None:
    """ "How do I use X" has the shape of "how does Y use X", and was answered with 'nothing is named “I”'."""
    assert ask("How do I use a glaze?").kind == "described"


def test_how_to_use_what_is_not_called_is_told_by_the_documents(catalogue_of: Callable[..., Any]) -> None:
    """An interface has no call to show; what its name stands for is explained to people."""
    files = {
        "glaze.go": "package kiln\n\ntype glazing interface {\n\tGlaze(clay Clay) Clay\n}\n",
        "README.md": "# Kiln\n\n## Glazing\n\nTo use glazing, hand it to the kiln:\n\n```go\nkiln.With(celadon)\n```\n",
    }
    catalogue = catalogue_of(files, name="kiln")
    text = "how do I use glazing?"
    said = compose(understand(text, catalogue), catalogue, lambda: rank(text, catalogue)).claims[0].text
    assert said.startswith("To use glazing, hand it to the kiln (“")
