"""Documents are found by heading; a code sample in them must never pass for one."""

from __future__ import annotations

from textwrap import dedent

from reverie_indexers import FileFacts, index


def outline(facts: FileFacts) -> list[tuple[str, int, int]]:
    return [(symbol.qualname, symbol.span.start_line, symbol.span.end_line) for symbol in facts.symbols]


def read(text: str, language: str) -> FileFacts:
    return index(dedent(text).lstrip("\n"), language)


MARKDOWN = """
    ---
    title: Not a heading
    # nor this
    ---
    Guide to `reverie`
    ==================

    It *learns*
    your code.

    ## Install [now](https://example.org) ##

    ```sh
    # not a heading
    ~~~
    ## neither
    ```
    > # quoted

    ### With pip

        # indented code

    Usage
    -----

    | table |
    | ----- |

    <!--
    # hidden
    -->
    <h2 align="center">Licence</h2>

    * item
    ---
    #hashtag, no heading
    """


def test_markdown_headings_are_found_and_nested() -> None:
    """Atx, setext and HTML headings are what READMEs are written with."""
    assert outline(read(MARKDOWN, "markdown")) == [
        ("Guide to reverie", 5, 37),
        ("Guide to reverie > Install now", 11, 22),
        ("Guide to reverie > Install now > With pip", 20, 22),
        ("Guide to reverie > Usage", 24, 32),
        ("Guide to reverie > Licence", 33, 37),
    ]


def test_a_section_is_one_passage_under_its_path() -> None:
    """A citation into a README should show the section that was meant, and say which it is."""
    facts = read(MARKDOWN, "markdown")
    assert [(passage.title, *passage.span) for passage in facts.passages][1:4] == [
        ("Guide to reverie", 5, 9),
        ("Guide to reverie > Install now", 11, 18),
        ("Guide to reverie > Install now > With pip", 20, 22),
    ]
    assert facts.symbols[0].doc == "It *learns* your code."


def test_rst_titles_directives_and_tables_are_told_apart() -> None:
    """Sphinx documents carry options and functions in directives; tables look like titles."""
    facts = read(
        """
        =======
        Manual
        =======

        Starting
        --------

        .. code-block:: python

            Heading
            =======

        =====  =====
        A      B
        =====  =====

        .. py:function:: reverie.app.start(path, *, quiet=False)

           Starts it.

           .. confval:: quiet

              No output.

        Not in it.

        Stopping
        --------
        Sub
        ~~~
        text
        """,
        "rst",
    )
    assert outline(facts) == [
        ("Manual", 1, 31),
        ("Manual > Starting", 5, 25),
        ("Manual > Starting > start", 17, 23),
        ("Manual > Starting > start > quiet", 21, 23),
        ("Manual > Stopping", 27, 31),
        ("Manual > Stopping > Sub", 29, 31),
    ]
    assert [symbol.kind for symbol in facts.symbols][2:4] == ["key", "key"]
    assert facts.symbols[2].signature == ".. py:function:: reverie.app.start(path, *, quiet=False)"


def test_text_is_cut_at_paragraphs() -> None:
    """A licence or a changelog of thousands of lines is searched in pieces that can be shown."""
    facts = index("\n".join(["word " * 10] * 10 + [""] + ["more " * 10] * 80), "text")
    assert [tuple(passage.span) for passage in facts.passages] == [(1, 10), (12, 71), (72, 91)]


def test_a_document_beyond_the_bound_says_so() -> None:
    """Whoever misses a passage must be able to learn why."""
    facts = index("\n\n".join(f"# Heading {number}" for number in range(3_000)), "markdown")
    assert len(facts.symbols) == 2_000
    assert len(facts.passages) == 2_000
    assert len(facts.problems) == 2


def test_notebook_facts_stand_on_the_lines_of_the_file() -> None:
    """A citation into a notebook is opened in an editor that knows nothing of cells."""
    source = dedent(
        """\
        {
         "cells": [
          {
           "cell_type": "markdown",
           "metadata": {},
           "source": [
            "# Title\\n",
            "Prose with \\"quotes\\"."
           ]
          },
          {
           "cell_type": "code",
           "execution_count": 1,
           "outputs": [{"data": {"source": ["def hidden(): pass"]}}],
           "source": [
            "%matplotlib inline\\n",
            "import numpy as np\\n",
            "\\n",
            "def plot(data):\\n",
            "    return np.mean(data)"
           ]
          },
          {
           "cell_type": "code",
           "source": "%%bash\\nls -l"
          },
          {
           "cell_type": "code",
           "source": ["plot(3)"]
          }
         ],
         "metadata": {"kernelspec": {"language": "python", "name": "python3"}}
        }
        """
    )
    facts = index(source, "notebook")
    assert outline(facts) == [("Title", 7, 29), ("plot", 19, 20)]
    assert [(use.kind, use.receiver, use.name, use.line) for use in facts.references] == [
        ("call", "np", "mean", 20),
        ("call", "", "plot", 29),
    ]
    assert [tuple(item) for item in facts.imports] == [("numpy", "", "np", 17)]
    assert [(passage.title, *passage.span) for passage in facts.passages] == [
        ("Title", 7, 8),
        ("plot", 16, 20),
        ("Title", 25, 25),
        ("Title", 29, 29),
    ]
    assert facts.problems == ()


def test_what_is_no_notebook_says_so() -> None:
    """Otherwise an empty result looks like an empty notebook."""
    assert index('{"worksheets": []}', "notebook").problems == (
        "No cells were found: this is not a notebook of format 4.",
    )


def test_toml_keys_and_their_lines() -> None:
    """ "Where is the line length configured?" is answered by a key."""
    facts = read(
        """
        title = "x"  # not = this
        "quoted.key" = 1
        [tool.ruff]
        # How wide.
        line-length = 120
        select = [
            "E",  # ] not the end
            "F = 1",
        ]
        text = '''
        [not.a.table]
        no = "key"
        '''

        [[tool.mypy.overrides]]
        module = ["a"]
        """,
        "toml",
    )
    assert outline(facts) == [
        ("title", 1, 1),
        ("quoted.key", 2, 2),
        ("tool.ruff", 3, 13),
        ("tool.ruff.line-length", 5, 5),
        ("tool.ruff.select", 6, 9),
        ("tool.ruff.text", 10, 13),
        ("tool.mypy.overrides", 15, 16),
        ("tool.mypy.overrides.module", 16, 16),
    ]
    assert facts.symbols[3].doc == "How wide."


def test_yaml_keys_and_their_lines() -> None:
    """Workflows and compose files are YAML, and scripts inside them contain colons."""
    facts = read(
        """
        # A workflow
        name: CI
        on: [push]
        jobs:
          test:
            runs-on: ubuntu-latest
            steps:
            - run: |
                echo: not a key
          "lint job":
            needs: test

        script: |
          key: no
        list:
        - item: 1
        """,
        "yaml",
    )
    assert outline(facts) == [
        ("name", 2, 2),
        ("on", 3, 3),
        ("jobs", 4, 11),
        ("jobs.test", 5, 9),
        ("jobs.lint job", 10, 11),
        ("script", 13, 14),
        ("list", 15, 16),
    ]


def test_json_keys_and_their_lines() -> None:
    """package.json's scripts answer how a project is run."""
    facts = read(
        """
        {
          // a comment: with a colon
          "name": "x: \\"y\\"",
          "scripts": {
            "test": "jest",
            "build": { "deep": 1 }
          },
          "files": [{"not": 1}],
          "last": 2
        }
        """,
        "json",
    )
    assert outline(facts) == [
        ("name", 3, 3),
        ("scripts", 4, 7),
        ("scripts.test", 5, 5),
        ("scripts.build", 6, 6),
        ("files", 8, 8),
        ("last", 9, 9),
    ]


def test_json_on_one_line_keeps_its_order() -> None:
    """Minified configuration is configuration."""
    assert outline(index('{"b": {"z": 1, "a": 2}, "a": 3}', "json")) == [
        ("b", 1, 1),
        ("b.z", 1, 1),
        ("b.a", 1, 1),
        ("a", 1, 1),
    ]


def test_ini_sections_and_keys() -> None:
    """tox.ini and setup.cfg say how a project is tested."""
    facts = read(
        """
        root = true
        [tox]
        ; comment = no
        envlist =
            py311
            lint
        [testenv]
        commands: pytest
        """,
        "ini",
    )
    assert outline(facts) == [
        ("root", 1, 1),
        ("tox", 2, 6),
        ("tox.envlist", 4, 6),
        ("testenv", 7, 8),
        ("testenv.commands", 8, 8),
    ]
