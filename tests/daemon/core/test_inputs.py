"""An answer's inputs are exactly what it read: no change of them goes unnoticed, no other change disturbs."""

from __future__ import annotations

import pytest
from reverie_daemon.core.inputs import Input, Recorder, deserialise, serialise, unchanged
from reverie_indexers.facts import Span

FILES = {
    "a.py": '"""A."""\n\n\ndef one():\n    return two()\n\n\ndef two():\n    return 2\n',
    "b.py": "from a import one\n\n\ndef three():\n    return one()\n",
}


@pytest.fixture
def recorded(catalogue_of):
    def read(ask, files=FILES):
        recorder = Recorder(catalogue_of(files))
        ask(recorder)
        return recorder.inputs()

    return read


QUERIES = [
    lambda c: c.files(),
    lambda c: c.search(["one"], 5),
    lambda c: c.search(["one"], 5, "", ("source",)),
    lambda c: c.near("one", 5),
    lambda c: c.nearness("one"),
    lambda c: c.frequency("one"),
    lambda c: c.passage_count(),
    lambda c: c.definitions("one"),
    lambda c: c.similar_names("on"),
    lambda c: c.outline("a.py"),
    lambda c: c.references("one"),
    lambda c: c.reference_count("one"),
    lambda c: c.uses("b.py"),
    lambda c: c.imports("b.py"),
    lambda c: c.importers("a"),
    lambda c: c.text("a.py")[3:5],
    lambda c: c.text("missing.py"),
    lambda c: c.commits("a.py", 3),
    lambda c: c.commit("HEAD"),
    lambda c: c.changed_together("a.py"),
    lambda c: c.line_history("a.py", Span(1, 2)),
    lambda c: c.uncommitted(),
]


@pytest.mark.parametrize("ask", QUERIES)
def test_every_query_is_recorded_and_holds_on_the_same_files(catalogue_of, recorded, ask):
    """A query that is not recorded is a change that is not seen."""
    inputs = recorded(ask)
    assert len(inputs) == 1
    assert unchanged(inputs, catalogue_of(FILES))


def test_a_new_caller_in_a_new_file_makes_the_answer_stale(catalogue_of, recorded):
    """The files that were read are as before; only the query's result is not."""
    inputs = recorded(lambda c: c.references("one"))
    assert not unchanged(inputs, catalogue_of({**FILES, "c.py": "import a\n\na.one()\n"}))


def test_a_change_elsewhere_in_a_file_leaves_read_lines_fresh(catalogue_of, recorded):
    """A comment at the end of a long file must not make every answer about it stale."""
    inputs = recorded(lambda c: list(c.text("a.py")[3:5]))
    longer = {**FILES, "a.py": FILES["a.py"] + "\n# A remark.\n"}
    changed = {**FILES, "a.py": FILES["a.py"].replace("return two()", "return 3")}
    assert unchanged(inputs, catalogue_of(longer))
    assert not unchanged(inputs, catalogue_of(changed))


def test_reading_the_whole_text_depends_on_all_of_it(catalogue_of, recorded):
    """Iterating looks at every line."""
    inputs = recorded(lambda c: list(c.text("a.py")))
    assert not unchanged(inputs, catalogue_of({**FILES, "a.py": FILES["a.py"].replace('"""A."""', '"""B."""')}))


def test_a_file_that_appears_or_vanishes_is_noticed(catalogue_of, recorded):
    """An answer that said "there is none" ends when there is one."""
    absent = recorded(lambda c: c.text("c.py"))
    assert unchanged(absent, catalogue_of(FILES))
    assert not unchanged(absent, catalogue_of({**FILES, "c.py": "x = 1\n"}))
    present = recorded(lambda c: c.text("b.py")[0])
    assert not unchanged(present, catalogue_of({"a.py": FILES["a.py"]}))


def test_inputs_survive_the_store(catalogue_of, recorded):
    """The store keeps pairs of text."""
    inputs = recorded(lambda c: (c.definitions("one"), c.line_history("a.py", Span(4, 5)), c.text("a.py")[0:2]))
    assert deserialise(serialise(inputs)) == inputs
    assert unchanged(deserialise(serialise(inputs)), catalogue_of(FILES))


def test_a_query_of_another_version_counts_as_changed(catalogue_of):
    """What cannot be asked again cannot be called fresh."""
    assert not unchanged([Input('["gone", 1]', "x")], catalogue_of(FILES))


def test_each_query_is_asked_once(catalogue_of):
    """Composers ask the same things again; the store should not notice."""
    inner = catalogue_of(FILES)
    asked = []
    original = inner.definitions
    inner.definitions = lambda name, limit=50: asked.append(name) or original(name, limit)
    recorder = Recorder(inner)
    assert recorder.definitions("one") == recorder.definitions("one")
    assert asked == ["one"]
