"""A pasted traceback or diff is a question about the places it points at, wherever the package was installed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from reverie_daemon.core.compose import compose
from reverie_daemon.core.evidence import is_verified, verify
from reverie_daemon.core.pasted import pasted
from reverie_daemon.core.questions import understand

FILES = {
    "src/shop/till.py": (
        '"""Tills."""\n\n\ndef ring(basket):\n    total = add(basket)\n    return total\n\n\n'
        "def add(b):\n    raise ValueError(b)\n"
    ),
    "src/shop/api.py": "from .till import ring\n\n\ndef buy(basket):\n    return ring(basket)\n",
    "src/main/java/org/shop/Till.java": "class Till {\n  void ring() {\n    add();\n  }\n}\n",
    "web/till.ts": "export function ring() {\n  throw new Error('no');\n}\n",
    "cmd/till.go": "package main\n\nfunc ring() {\n\tpanic(1)\n}\n",
    "crates/till/src/lib.rs": "fn ring() {\n    panic!();\n}\n",
}
PYTHON = """Traceback (most recent call last):
  File "/home/me/app.py", line 3, in <module>
    shop.buy(None)
  File "/usr/lib/python3/site-packages/shop/api.py", line 5, in buy
    return ring(basket)
  File "/usr/lib/python3/site-packages/shop/till.py", line 10, in add
    raise ValueError(b)
ValueError: None
"""
JAVA = """Exception in thread "main" java.lang.IllegalStateException: no
\tat org.shop.Till.ring(Till.java:3)
\tat org.elsewhere.Main.main(Main.java:7)
"""
NODE = "Error: no\n    at ring (/app/web/till.ts:2:9)\n    at Object.<anonymous> (/app/other.ts:4:1)\n"
GO = "goroutine 1 [running]:\nmain.ring()\n\t/home/me/shop/cmd/till.go:4 +0x1d\nmain.main()\n\t/x/y.go:9 +0x2\n"
RUST = "thread 'main' panicked at crates/till/src/lib.rs:2:5:\nexplicit panic\nnote: run with RUST_BACKTRACE=1\n"
DIFF = """diff --git a/src/shop/till.py b/src/shop/till.py
--- a/src/shop/till.py
+++ b/src/shop/till.py
@@ -3,4 +3,4 @@ def ring(basket):

 def ring(basket):
-    total = add(basket)
+    total = add(basket) + 1
     return total
"""


@pytest.mark.parametrize(
    ("text", "first"),
    [
        (PYTHON, "src/shop/till.py:10"),
        (JAVA, "src/main/java/org/shop/Till.java:3"),
        (NODE, "web/till.ts:2"),
        (GO, "cmd/till.go:4"),
        (RUST, "crates/till/src/lib.rs:2"),
        (DIFF, "src/shop/till.py:5"),
    ],
)
def test_the_place_that_matters_comes_first(catalogue_of: Callable[..., Any], text: str, first: str) -> None:
    """Whoever pastes an error wants to know about where it was raised, not about the interpreter."""
    found = pasted(text, catalogue_of(FILES).files())
    assert found is not None and found.places[0] == first


def test_frames_of_other_packages_are_left_out(catalogue_of: Callable[..., Any]) -> None:
    """A file of the same name elsewhere is not ours; two of ours with that name tell nothing."""
    files = catalogue_of(FILES).files()
    assert pasted(PYTHON, files) is not None and len(pasted(PYTHON, files).places) == 2  # type: ignore[union-attr]
    assert (
        pasted(PYTHON.replace("shop/", "store/").replace("till.py", "cash.py").replace("api.py", "x.py"), files) is None
    )
    twice = catalogue_of({"a/till.py": "x = 1\n", "b/till.py": "x = 2\n"}).files()
    assert pasted(PYTHON, twice) is None


def test_a_traceback_asks_about_the_function_that_raised(catalogue_of: Callable[..., Any]) -> None:
    """The answer is about `add`, and a diff's about what depends on `ring`."""
    catalogue = catalogue_of(FILES)
    raised = understand("Why does this fail?\n" + PYTHON, catalogue)
    assert raised.kind == "what" and raised.subjects[0].definition.symbol.name == "add"  # type: ignore[union-attr]
    changed = understand(DIFF, catalogue)
    assert changed.kind == "impact" and changed.subjects[0].definition.symbol.name == "ring"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "text", ["", "\n\n", "@@ -1 +1 @@\n", "+++ b/x\n@@ -1,2 +1,2 @@\n", "a\nb\nc:\n", 'File "", line 1\n\n']
)
def test_what_only_looks_like_a_paste_is_an_ordinary_question(catalogue_of: Callable[..., Any], text: str) -> None:
    """Nothing a user types may fail."""
    assert pasted(text, catalogue_of(FILES).files()) is None


def test_a_line_of_a_file_can_be_asked_for_in_words(catalogue_of: Callable[..., Any]) -> None:
    """ "What is at till.py line 5?" is how people say `till.py:5`."""
    asked = understand("What is at src/shop/till.py line 5?", catalogue_of(FILES))
    assert asked.kind == "what" and asked.subjects[0].definition.symbol.name == "ring"  # type: ignore[union-attr]


WRAPPED = """org.shop.Sold: wrapped
\tat org.shop.Store.sell(Store.java:9)
Caused by: java.lang.IllegalStateException: no
\tat org.shop.Till.ring(Till.java:3)
"""


def test_the_cause_of_a_wrapped_exception_comes_first(catalogue_of: Callable[..., Any]) -> None:
    """What it was wrapped in is further from where it began, though it stands above."""
    store = {"src/main/java/org/shop/Store.java": "class Store {\n  void sell() {\n  }\n}\n"}
    found = pasted(WRAPPED, catalogue_of({**FILES, **store}).files())
    assert found is not None and [place.rpartition("/")[2] for place in found.places] == ["Till.java:3", "Store.java:9"]


@pytest.mark.parametrize(("text", "name"), [(PYTHON, "add"), (JAVA, "ring"), (NODE, "ring"), (GO, "ring")])
def test_a_frame_says_which_function_it_is_in(catalogue_of: Callable[..., Any], text: str, name: str) -> None:
    """Lines differ between versions; names seldom do."""
    found = pasted(text, catalogue_of(FILES).files())
    assert found is not None and found.names[0] == name


def test_lines_of_another_version_are_found_by_the_functions_name(catalogue_of: Callable[..., Any]) -> None:
    """What is installed is seldom what is checked out."""
    moved = understand(PYTHON.replace("line 10, in add", "line 5, in add"), catalogue_of(FILES))
    assert moved.subjects[0].definition.symbol.name == "add" and not moved.subjects[0].line  # type: ignore[union-attr]


def test_the_answer_shows_the_line_and_how_it_was_reached(catalogue_of: Callable[..., Any]) -> None:
    """Whoever pastes a traceback wants to see the line, then the way there."""
    catalogue = catalogue_of(FILES)
    answer = compose(understand(PYTHON, catalogue), catalogue, lambda: None)
    lead = answer.claims[0].text
    assert lead.startswith("`src/shop/till.py:10` stands in `add` (`src/shop/till.py:9`): `raise ValueError(b)`")
    assert answer.claims[1].text == "It was reached through `buy` (`src/shop/api.py:5`)."
    assert all(is_verified(verify(claim, catalogue.text)) for claim in answer.claims)


def test_the_case_of_an_owner_does_not_matter(catalogue_of: Callable[..., Any]) -> None:
    """ "till.Ring" is typed from memory; a heading of that name is not meant."""
    files = {"till.py": "class Till:\n    def ring(self):\n        return 1\n", "docs/a.md": "# Ring\n\nText.\n"}
    asked = understand("where is till.Ring?", catalogue_of(files)).subject
    assert asked is not None and (asked.label, asked.match) == ("Till.ring", "case")
