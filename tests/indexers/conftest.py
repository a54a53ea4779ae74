"""Reads the annotated samples: source files whose comments say which facts their line must give.

A sample lies at `samples/LANGUAGE/NAME.SUFFIX.sample`. A comment in the language's own syntax at the end of a line
says what the indexer has to find on that line, parts separated by ";":

    @app.route("/")  # symbol: function index; decorate: app.route; signature: def index() -> str; lines: 3; doc: Hello

- `symbol: KIND QUALNAME` on the first line of the symbol's span (its first decorator); may be followed by
  `signature:` (exactly), `doc:` (how it begins), `lines:` (its span's length) for that symbol;
- `call:`, `type:`, `inherit:`, `decorate:`, `read:` then NAME or RECEIVER.NAME, receiver as written;
- `import: MODULE`, `import: MODULE > NAME`, `import: MODULE > NAME as ALIAS`, `import: MODULE as ALIAS`;
- `nothing:` for a line that must give no fact.

An annotated line must give exactly the annotated facts, and no symbol may begin on a line without annotation.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from reverie_indexers import FileFacts, index, language_of

SAMPLES = Path(__file__).parent / "samples"

_KEYS = "symbol|signature|doc|lines|call|type|inherit|decorate|read|import|nothing"
_COMMENT = re.compile(rf"(?:#|//|/\*|--|;|<!--)\s*((?:{_KEYS}):.*?)\s*(?:\*/|-->)?\s*$")
_PART = re.compile(rf";\s*(?=(?:{_KEYS}):)")


@dataclass
class Expectations:
    """What a sample's annotations say, by line; details (signature, doc, lines) by line and qualname."""

    facts: dict[int, list[str]] = field(default_factory=lambda: defaultdict(list))
    details: dict[tuple[int, str], dict[str, str]] = field(default_factory=lambda: defaultdict(dict))


@dataclass(frozen=True)
class Sample:
    """A sample's language and text."""

    language: str
    source: str

    def disagreements(self) -> list[str]:
        """One sentence for each line whose facts are not the annotated ones."""
        return disagreements(self.source, self.language)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "sample" in metafunc.fixturenames:
        paths = sorted(SAMPLES.rglob("*.sample"))
        metafunc.parametrize("sample", paths, ids=lambda path: f"{path.parent.name}/{path.name}", indirect=True)


@pytest.fixture
def sample(request: pytest.FixtureRequest) -> Sample:
    path: Path = request.param
    data = path.read_bytes()
    language = language_of(path.name.removesuffix(".sample"), data)
    assert language == path.parent.name
    return Sample(language, data.decode())


@pytest.fixture
def sampled_languages() -> set[str]:
    return {path.parent.name for path in SAMPLES.rglob("*.sample")}


def expectations(source: str) -> Expectations:
    expected = Expectations()
    for number, line in enumerate(source.split("\n"), 1):
        comment = _COMMENT.search(line)
        subject = ""
        for part in _PART.split(comment[1]) if comment else ():
            key, _, value = part.partition(":")
            if key in ("signature", "doc", "lines"):
                expected.details[number, subject][key] = value.strip()
                continue
            if key == "symbol":
                subject = value.split()[-1]
            expected.facts[number] += [f"{key}: {value.strip()}"] if key != "nothing" else []
    return expected


def facts_by_line(facts: FileFacts) -> dict[int, list[str]]:
    """All facts as annotations write them."""
    found: dict[int, list[str]] = defaultdict(list)
    for symbol in facts.symbols:
        found[symbol.span.start_line].append(f"symbol: {symbol.kind} {symbol.qualname}")
    for use in facts.references:
        found[use.line].append(f"{use.kind}: {use.receiver}{'.' if use.receiver else ''}{use.name}")
    for item in facts.imports:
        name = f" > {item.name}" if item.name else ""
        found[item.line].append(f"import: {item.module}{name}{f' as {item.alias}' if item.alias else ''}")
    return found


def disagreements(source: str, language: str) -> list[str]:
    """One sentence for each line whose facts are not the annotated ones."""
    facts, expected = index(source, language), expectations(source)
    found = facts_by_line(facts)
    wrong = []
    for number, line_facts in sorted(expected.facts.items()):
        if sorted(line_facts) != sorted(found[number]):
            wrong.append(f"line {number}: expected {sorted(line_facts)}, found {sorted(found[number])}")
    for number, line_facts in sorted(found.items()):
        if number not in expected.facts and any(fact.startswith("symbol:") for fact in line_facts):
            wrong.append(f"line {number}: not annotated, found {line_facts}")
    return wrong + _wrong_details(facts, expected)


def _wrong_details(facts: FileFacts, expected: Expectations) -> list[str]:
    wrong = []
    symbols = {(symbol.span.start_line, symbol.qualname): symbol for symbol in facts.symbols}
    for (number, qualname), details in expected.details.items():
        symbol = symbols.get((number, qualname))
        if symbol is None:
            wrong.append(f"line {number}: no symbol {qualname}")
            continue
        length = str(symbol.span.end_line - symbol.span.start_line + 1)
        if details.get("signature", symbol.signature) != symbol.signature:
            wrong.append(f"line {number}: signature {symbol.signature!r}, expected {details['signature']!r}")
        if not symbol.doc.startswith(details.get("doc", "")) or (details.get("doc") == "" and symbol.doc):
            wrong.append(f"line {number}: doc {symbol.doc!r}, expected {details['doc']!r}")
        if details.get("lines", length) != length:
            wrong.append(f"line {number}: {length} lines, expected {details['lines']}")
    return wrong
