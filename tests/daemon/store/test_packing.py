"""Facts survive being packed, whatever they hold."""

from __future__ import annotations

import pickle

from hypothesis import given, settings
from hypothesis import strategies as st
from reverie_daemon.store import packing
from reverie_indexers.facts import FileFacts, Import, Passage, Reference, Span

LINE = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=30)
KIND = st.sampled_from(["call", "type", "inherit", "decorate", "read"])
NUMBER = st.integers(min_value=1, max_value=10**6)
REFERENCE = st.builds(Reference, KIND, LINE, LINE, NUMBER, st.integers(min_value=-1, max_value=9_999))


@settings(deadline=None)
@given(st.lists(REFERENCE, max_size=20))
def test_uses_come_back_as_they_were(references):
    """Operators, generics and receivers hold commas, brackets and worse."""
    packed = packing.pack(b"b", 1, "", FileFacts("python", references=tuple(references)))
    by_line = sorted(references, key=lambda one: one.line)
    everything = packing.unpack_references(packed.references)
    assert sorted(map(repr, everything)) == sorted(map(repr, by_line))
    for name in {one.name for one in references}:
        found = packing.unpack_references(packed.references, name)
        assert found == [one for one in by_line if one.name == name]
    for line in {one.line for one in references}:
        found = packing.unpack_references(packed.references, None, line, line + 10)
        assert found == [one for one in everything if line <= one.line <= line + 10]
    used, _ = packing.unpack_mentions(packed.mentions)
    assert set(used.split("\n")) >= {packing.token_of(one.name) for one in references}


@settings(deadline=None)
@given(st.lists(st.builds(Import, LINE, LINE, LINE, NUMBER), max_size=10))
def test_imports_come_back_as_they_were(imports):
    """They resolve references across files."""
    packed = packing.pack(b"b", 1, "", FileFacts("python", imports=tuple(imports)))
    assert packing.unpack_imports(packed.imports) == imports


def test_separators_in_a_text_cannot_tear_it_apart():
    """Control characters occur in real files."""
    text = "one\x1ftwo\x1ethree\nfour"
    facts = FileFacts("text", passages=(Passage(Span(1, 1), "a\nb\x1f", -1), Passage(Span(2, 2), "", -1)))
    packed = packing.pack(b"b", len(text), text, facts)
    ((count, stretch),) = packed.stretches
    first, second = map(packing.unpack_passage, packing.records_of(stretch))
    assert count == 2 and (first.text, second.text) == ("one two three", "four")
    assert (first.span, second.span) == (Span(1, 1), Span(2, 2))


def test_long_texts_are_cut_into_stretches_in_order():
    """So that reading one passage does not inflate a whole file."""
    lines = [f"line {number} " + "x" * 500 for number in range(200)]
    passages = tuple(Passage(Span(number, number), "", -1) for number in range(1, 201))
    packed = packing.pack(b"b", 1, "\n".join(lines), FileFacts("text", passages=passages))
    assert len(packed.stretches) > 3 and sum(count for count, _ in packed.stretches) == 200
    records = [record for _, stretch in packed.stretches for record in packing.records_of(stretch)]
    assert [packing.unpack_passage(record).span.start_line for record in records] == list(range(1, 201))
    assert len(packing.digests_of(packed.digests)) == 200


def test_packed_facts_travel_between_processes():
    """They are made in a child process."""
    packed = packing.pack(b"b", 1, "a\n", FileFacts("text", passages=(Passage(Span(1, 1), "", -1),)))
    assert pickle.loads(pickle.dumps(packed)) == packed


def test_a_modules_last_part_is_found_however_it_is_written():
    """Languages write modules with dots, slashes and colons."""
    written = ["flask.json", "./util", "std::fmt", "..", "", "os"]
    assert [packing.last_part(module) for module in written] == ["json", "util", "fmt", "", "", "os"]


def test_a_passage_reads_as_it_was_written_although_its_identifiers_are_indexed_in_parts():
    """A context that says "raise Invalid URL" or "utf 8" quotes code that does not exist."""
    text = 'raise InvalidURL("utf8", HTTPServer)'
    facts = FileFacts("text", passages=(Passage(Span(1, 1), "getURL", -1),))
    ((_, stretch),) = packing.pack(b"b", len(text), text, facts).stretches
    (record,) = packing.records_of(stretch)
    passage = packing.unpack_passage(record)
    assert (passage.title, passage.names, passage.text) == ("getURL", "get URL", text)
    assert packing.words_of(record)[1].split(packing.SEAM) == ["raise Invalid", 'URL("utf', '8", HTTP', "Server)"]
