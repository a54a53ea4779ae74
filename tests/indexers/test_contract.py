"""What holds for the facts of every language and every text: daemon, store and answers rely on it without checking."""

from __future__ import annotations

import subprocess
import sys
from typing import Any, get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reverie_indexers import FileFacts, index, indexer_version, language_of, languages, split_lines
from reverie_indexers.facts import NO_SYMBOL, ReferenceKind, Symbol, SymbolKind
from reverie_indexers.language import CLASS_LIKE
from reverie_indexers.languages import discover, named

NASTY = {
    "empty": "",
    "blank": "\n\n  \n\t\n",
    "only carriage returns": "a = 1\r\rdef f():\r    pass\r" * 3,
    "windows line ends": "def f():\r\n    return g(1)\r\n\r\nclass A {\r\n}\r\n",
    "no line end": "x = f(1)",
    "keys without a name": '{"": 1, "a": {"": 2}, :3, {:,',
    "NULs": "def f():\0\n\0  return 1\n\0\0",
    "lone surrogates": "name = '\udcff\ud800' + f('\udc80')\n",
    "form feeds and line separators": "a = 1\x0c\nb = 2\u2028c = f(3)\x85d\n# Section\x0b\n",
    "byte order mark": "\ufeffimport os\n# Title\nkey = 1\n",
    "nested brackets": "(" * 10_000 + "x" + ")" * 10_000,
    "open brackets": "f(" * 3_000,
    "open braces": "{" * 10_000,
    "closing braces": "}" * 10_000,
    "nested JSON": '{"a":' * 6_000 + "1" + "}" * 6_000,
    "nested lists": "[" * 10_000 + "]" * 10_000,
    "nested blocks": "".join("  " * depth + f"def f{depth}():\n" for depth in range(200)),
    "nested functions": "function f(){" * 500 + "}" * 500,
    "open string": '"""never closed\n' * 50,
    "open comment": "/* never closed\n" * 50,
    "open values": "a = [\n" * 300,
    "quotes": "'\"`" * 2_000,
    "one long line": "x = [" + "f(1), " * 11_000 + "]",
    "one long word": "a" * 300_000,
    "many spaces": "a" + " " * 200_000 + "b: c = d",
    "many hashes": "#" * 100_000 + "\n" + "=" * 100_000 + "\n" + "-" * 100_000,
    "loose tokens": "- " * 100_000 + "if " * 50_000,
    "adornments": "=====\n" * 500,
    "unicode": "class Grüße:\n    def 名前(self): return self.été.日本()\nfunc 世界() {}\n# Überschrift\n",
}


SCOPES_REACH_FURTHER = frozenset({"rust"})
"""Languages in which a type's scope reaches beyond its span: what an `impl` block says is said of the type."""


def is_within(line: int, symbol: Symbol) -> bool:
    return symbol.span.start_line <= line <= symbol.span.end_line


def assert_sane(facts: FileFacts, source: str) -> None:
    """Every promise that `facts.py` makes."""
    lines = split_lines(source)
    assert facts.lines == len(lines)
    for position, symbol in enumerate(facts.symbols):
        assert symbol.kind in get_args(SymbolKind)
        assert symbol.name and symbol.qualname.endswith(symbol.name)
        assert "\n" not in symbol.signature and len(symbol.signature) <= 300
        assert len(symbol.doc) <= 2_000
        assert 1 <= symbol.span.start_line <= symbol.span.end_line <= len(lines)
        assert NO_SYMBOL <= symbol.parent < position
        if symbol.parent != NO_SYMBOL:
            around = facts.symbols[symbol.parent].span
            assert around.start_line <= symbol.span.start_line and symbol.span.end_line <= around.end_line
    for use in facts.references:
        assert use.kind in get_args(ReferenceKind)
        assert use.name and len(use.receiver) <= 80 and "\n" not in use.receiver
        assert 1 <= use.line <= len(lines)
        assert NO_SYMBOL <= use.scope < len(facts.symbols)
        if use.scope != NO_SYMBOL and facts.language not in SCOPES_REACH_FURTHER:
            assert is_within(use.line, facts.symbols[use.scope])
        elif use.scope != NO_SYMBOL and not is_within(use.line, facts.symbols[use.scope]):
            assert facts.symbols[use.scope].kind in CLASS_LIKE
    assert [use.line for use in facts.references] == sorted(use.line for use in facts.references)
    for item in facts.imports:
        assert 1 <= item.line <= len(lines) and (item.module or item.name)
    assert_passages_sane(facts, lines)


def assert_passages_sane(facts: FileFacts, lines: list[str]) -> None:
    covered: list[int] = []
    for passage in facts.passages:
        assert 1 <= passage.span.start_line <= passage.span.end_line <= len(lines)
        assert passage.span.end_line - passage.span.start_line < 60
        assert NO_SYMBOL <= passage.symbol < len(facts.symbols)
        covered += range(passage.span.start_line, passage.span.end_line + 1)
    assert covered == sorted(set(covered))
    if facts.language != "notebook" and not any("passages" in problem for problem in facts.problems):
        assert {number for number, line in enumerate(lines, 1) if line.strip()} <= set(covered)


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("source", NASTY.values(), ids=NASTY)
def test_nasty_text_gives_sane_facts(language: str, source: str) -> None:
    """One broken file must not stop a repository from being indexed."""
    assert_sane(index(source, language), source)


def test_a_sample_gives_sane_facts_wherever_it_is_cut(sample: Any) -> None:
    """Files are read while they are typed."""
    source = sample.source
    for end in range(0, len(source), max(1, len(source) // 60)):
        assert_sane(index(source[:end], sample.language), source[:end])
        assert_sane(index(source[end:], sample.language), source[end:])


def test_a_long_line_changes_nothing_of_what_is_found(sample: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A minified script is read by another way through its tree, which takes no quadratic time over a statement that is
    the whole program; it must see the same."""
    in_order = index(sample.source, sample.language)
    monkeypatch.setattr("reverie_indexers.parse.LONG_LINE_BYTES", 0)
    assert index(sample.source, sample.language) == in_order


@pytest.mark.parametrize("language", languages())
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), database=None)
@given(source=st.text(max_size=200) | st.text(alphabet="aB1_ .:;,=(){}[]<>#/*'\"`\\@$&|!?-+\n\t", max_size=200))
def test_any_text_gives_sane_facts(language: str, source: str) -> None:
    """Nobody can list what people keep in files."""
    assert_sane(index(source, language), source)


FAR_TEXTS = """
import random
from reverie_indexers import index
for seed in range(400):
    drawn = random.Random(seed)
    codes = (drawn.choice([drawn.randrange(32, 127), drawn.randrange(0x10000, 0x10ffff), 10]) for _ in range(200))
    index("".join(map(chr, codes)), "bash")
"""


def test_characters_from_far_beyond_ascii_end_no_process() -> None:
    """The grammar of shells crashes over them in about half of all processes; hence several."""
    ended = [subprocess.run([sys.executable, "-c", FAR_TEXTS], timeout=120).returncode for _ in range(8)]
    assert ended == [0] * 8


@pytest.mark.parametrize("language", languages())
def test_the_same_text_gives_the_same_facts(language: str) -> None:
    """Facts are kept by the text's digest."""
    assert index(NASTY["unicode"], language) == index(NASTY["unicode"], language)
    assert indexer_version(language) > 0


def test_no_two_languages_claim_one_file() -> None:
    """Otherwise the order of imports would decide how a file is read."""
    claims = [claim for language in discover().values() for claim in (*language.suffixes, *language.filenames)]
    assert sorted(claims) == sorted(set(claims))
    contested = {suffix for language in discover().values() for suffix in language.contested}
    assert contested <= set(claims)


def test_a_language_is_found_without_the_others_files() -> None:
    """Each parser process that starts would pay for a dozen languages, to read one."""
    program = (
        "import sys\nfrom reverie_indexers import index\nassert index('def f(): pass', 'python').symbols\n"
        "print(*(name for name in sys.modules if name.startswith('reverie_indexers.languages.')))"
    )
    imported = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert imported.split() == ["reverie_indexers.languages.python"]


def test_a_name_that_is_no_languages_names_nothing() -> None:
    """A notebook says what its language is, and may say anything."""
    assert [named(name) for name in ("text", "__init__", "a.b", "..python", "")] == [None] * 5
    assert all(named(name) is language and language.name == name for name, language in discover().items())


def test_an_unknown_language_is_read_as_text() -> None:
    """A store may name a language that this version does not have."""
    facts = index("one\n\ntwo\n", "klingon")
    assert (facts.language, facts.lines, len(facts.passages)) == ("text", 3, 1)


@pytest.mark.parametrize(
    ("path", "source", "expected"),
    [
        ("a/b.py", b"", "python"),
        ("a/B.PY", b"", "python"),
        ("bin/run", b"#!/usr/bin/env python3\n", "python"),
        ("bin/run", b"#!/usr/bin/env -S python3.11 -u\n", "python"),
        ("bin/run", b"#!/usr/bin/python\n", "python"),
        ("bin/run", b"#! /opt/klingon\n", "text"),
        ("a/b.h", b"struct node { int class; void *private; };\n", "c"),
        ("a/b.h", b'/* class Store {}; */\n#define NAME "std::"\n', "c"),
        ("a/b.h", b'#ifdef __cplusplus\nextern "C" {\nclass Store;\n#endif\nint run(void);\n', "c"),
        ("a/b.h", b"#include <stdint.h>\nint mask(int a, int b);\n", "c"),
        ("a/b.h", b"#pragma once\n#include <vector>\n", "cpp"),
        ("a/b.h", b"namespace shop {\nclass Store;\n}\n", "cpp"),
        ("a/b.h", b"template <typename T> T twice(T value);\n", "cpp"),
        ("a/b.h", b"struct Store {\n  virtual ~Store();\n};\n", "cpp"),
        ("a/b.h", b"std::string name();\n", "cpp"),
        ("README.md", b"", "markdown"),
        ("docs/index.rst", b"", "rst"),
        ("a.ipynb", b"{}", "notebook"),
        ("pyproject.toml", b"", "toml"),
        (".github/workflows/ci.yml", b"", "yaml"),
        ("package.json", b"", "json"),
        ("setup.cfg", b"", "ini"),
        (".gitignore", b"", "text"),
        ("LICENSE", b"", "text"),
        (".py", b"", "text"),
        ("picture.py", b"\x89PNG\0\0", None),
        ("ends.with.dot.", b"", "text"),
        ("", b"", "text"),
    ],
)
def test_a_files_language(path: str, source: bytes, expected: str | None) -> None:
    """A file read in the wrong language gives facts that are wrong."""
    assert language_of(path, source) == expected
