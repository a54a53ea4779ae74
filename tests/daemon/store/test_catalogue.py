"""The catalogue's answers about one worktree, from facts of real source."""

from __future__ import annotations

import pytest
from reverie_daemon.core.nouns import Catalogue
from reverie_daemon.store.catalogue import StoreCatalogue

KETTLE = '''
"""Boils water."""

import os.path
from .thermo import Probe as Sensor


class Kettle(Vessel):
    """Holds water."""

    def boil(self, degrees):
        """Heats until the probe says so."""
        while self.probe.read() < degrees:
            self.heat(step(1))

    def setTargetTemperature(self, degrees):
        self.target = degrees


def make_tea(kettle):
    kettle.boil(95)
    return Kettle
'''
TEST_KETTLE = """
from kettle import make_tea, Kettle


def test_tea():
    make_tea(Kettle()).boil(95)
"""


@pytest.fixture
def filled(tree):
    tree.save({b"src/kettle.py": KETTLE, b"tests/test_kettle.py": TEST_KETTLE, b"README.md": "# Tea\n\nHow to boil.\n"})
    return tree


def test_it_is_the_catalogue_that_the_core_asks_for():
    """mypy sees that the two agree; here it is written down."""
    asked: type[Catalogue] = StoreCatalogue
    assert asked is StoreCatalogue


def test_files_come_by_path_with_what_is_known_of_them(filled):
    """The core counts on the order."""
    with filled.reading() as catalogue:
        assert [(file.path, file.language, file.role) for file in catalogue.files()] == [
            ("README.md", "markdown", "source"),
            ("src/kettle.py", "python", "source"),
            ("tests/test_kettle.py", "python", "test"),
        ]
        assert [file.path for file in catalogue.files("src")] == ["src/kettle.py"]
        assert catalogue.files("sr") == []
        assert catalogue.files()[1].lines == 22


def test_a_definition_is_what_the_source_says(filled):
    """Signatures and docs are quoted to the user."""
    with filled.reading() as catalogue:
        (boil,) = catalogue.definitions("boil")
        assert (boil.path, boil.symbol.kind, boil.symbol.qualname) == ("src/kettle.py", "method", "Kettle.boil")
        assert boil.symbol.doc.startswith("Heats until")
        assert "degrees" in boil.symbol.signature
        outline = catalogue.outline("src/kettle.py")
        assert outline[boil.ordinal] == boil
        assert outline[boil.symbol.parent].symbol.name == "Kettle"
        assert catalogue.definitions("Boil") == []
        assert catalogue.outline("nowhere.py") == ()


def test_uses_of_a_name_say_where_and_inside_of_what(filled):
    """ "Who calls X?" is answered from these; sources come before tests."""
    with filled.reading() as catalogue:
        sites = [site for site in catalogue.references("boil") if site.reference.kind == "call"]
        assert [(site.path, site.scope and site.scope.symbol.qualname) for site in sites] == [
            ("src/kettle.py", "make_tea"),
            ("tests/test_kettle.py", "test_tea"),
        ]
        assert sites[0].reference.receiver == "kettle"
        assert catalogue.reference_count("boil") == 2
        assert catalogue.reference_count("Boil") == 0
        assert len(catalogue.references("boil", limit=1)) == 1


def test_all_uses_of_a_file_come_in_order_of_line(filled):
    """A flow is told in the order things happen."""
    with filled.reading() as catalogue:
        uses = catalogue.uses("src/kettle.py")
        assert [use.line for use in uses] == sorted(use.line for use in uses)
        assert {"read", "heat", "step", "boil"} <= {use.name for use in uses}
        first, last = uses[1].line, uses[-2].line
        assert catalogue.uses("src/kettle.py", first, last) == [use for use in uses if first <= use.line <= last]


def test_importers_are_found_by_the_modules_last_part(filled):
    """Whatever stands before it: packages are imported absolutely, relatively and under other names."""
    with filled.reading() as catalogue:
        assert [(path, one.module) for path, one in catalogue.importers("kettle")] == [
            ("tests/test_kettle.py", "kettle"),
            ("tests/test_kettle.py", "kettle"),
        ]
        (probe,) = [one for one in catalogue.imports("src/kettle.py") if one.name == "Probe"]
        assert (probe.module, probe.alias) == (".thermo", "Sensor")
        assert catalogue.importers("kett") == []


@pytest.mark.parametrize(
    ("asked", "first"),
    [
        ("MAKE_TEA", "make_tea"),
        ("makeTea", "make_tea"),
        ("set_target_temperature", "setTargetTemperature"),
        ("setTarget", "setTargetTemperature"),
        ("setTargetTemprature", "setTargetTemperature"),
        ("kettel", "Kettle"),
        ("akettle", "Kettle"),
    ],
)
def test_a_name_that_is_nearly_right_finds_the_one_meant(filled, asked, first):
    """People write from memory: other case, other style, half of it, a typo."""
    with filled.reading() as catalogue:
        assert catalogue.similar_names(asked)[0] == first


def test_names_that_went_are_not_offered(filled):
    """What nothing defines any more is no suggestion."""
    filled.save(deleted=[b"src/kettle.py"])
    with filled.reading() as catalogue:
        assert catalogue.similar_names("make_te") == []


def test_a_passage_comes_with_its_text_and_definition(filled):
    """The core ranks by text, and names what it shows."""
    with filled.reading() as catalogue:
        hit = catalogue.search(["heats", "probe"], 5)[0]
        assert hit.definition is not None and hit.definition.symbol.qualname == "Kettle.boil"
        assert "self.probe.read" in hit.text and hit.score > 0
        assert hit.title == "Kettle.boil" and hit.span.start_line <= 11 <= hit.span.end_line


def test_words_are_found_by_stem_and_inside_identifiers(filled):
    """Nobody asks with the exact identifier in mind."""
    with filled.reading() as catalogue:
        assert [hit.title for hit in catalogue.search(["temperatures"], 5)] == ["Kettle.setTargetTemperature"]
        assert catalogue.frequency("temperature") == 1
        assert catalogue.frequency("setTargetTemperature") == 1
        assert catalogue.frequency("zebra") == catalogue.frequency("?!") == 0


def test_search_stays_in_the_folder_and_the_roles_asked_for(filled):
    """A monorepo's user means one part of it."""
    with filled.reading() as catalogue:
        assert {hit.path for hit in catalogue.search(["boil"], 9, "tests")} == {"tests/test_kettle.py"}
        assert {hit.path for hit in catalogue.search(["boil"], 9, "src/kettle.py")} == {"src/kettle.py"}
        assert catalogue.search(["boil"], 9, "test") == []
        assert {hit.path for hit in catalogue.search(["boil"], 9, roles=("test",))} == {"tests/test_kettle.py"}


def test_a_word_that_is_everywhere_is_still_found_when_asked_for_alone(tree):
    """Leaving out common words must leave something to look for."""
    tree.save({b"%d.py" % number: f"def f{number}():\n    return common + thing{number}\n" for number in range(60)})
    with tree.reading() as catalogue:
        assert len(catalogue.search(["common"], 80)) == 60
        assert [hit.path for hit in catalogue.search(["common", "thing7"], 1)] == ["7.py"]


def test_ties_come_in_order_of_path(tree):
    """The same clock gives the same context, and so does a fresh index of the same files."""
    text = "def same():\n    return 'equal words'\n"
    tree.save({b"b.py": text + "\n", b"a.py": text, b"c.py": text + "\n\n"})
    with tree.reading() as catalogue:
        assert [hit.path for hit in catalogue.search(["equal"], 9)] == ["a.py", "b.py", "c.py"]


def test_what_is_near_in_meaning_is_read_where_it_stands_now(tree):
    """Vectors know content only; an answer needs a path and lines, of this worktree and of the asked folder."""
    text = "def boil():\n    return 1\n"
    tree.save({b"src/a.py": text, b"tests/a.py": "def test_a():\n    pass\n"})

    def near(vectors, question, limit, among):
        places, _ = vectors.standing()
        every = [int.from_bytes(places[at : at + 8], "little") for at in range(0, len(places), 8)]
        return [(place, 0.5) for place in every if among is None or place in among]

    def found(**options):
        with tree.reading(near) as catalogue:
            return [(hit.path, hit.title) for hit in catalogue.near("hot water", 5, **options)]

    assert found() == [("src/a.py", "boil"), ("tests/a.py", "test_a")]
    assert found(under="tests") == found(roles=["test"]) == [("tests/a.py", "test_a")]
    tree.save({b"src/b.py": text}, deleted=[b"src/a.py"])
    assert found(under="src") == [("src/b.py", "boil")]
    with tree.reading(near) as catalogue:
        hits = catalogue.near("hot water", 5)
        assert catalogue.nearness("hot water") == {hit.place: 0.5 for hit in hits}
