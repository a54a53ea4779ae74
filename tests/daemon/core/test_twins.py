"""Definitions of one name that are one thing: none is told of, counted or offered as a rival of the other."""

from __future__ import annotations

import pytest
from reverie_daemon.core import resolve
from reverie_daemon.core.compose import compose
from reverie_daemon.core.questions import understand

HEADER = "/* Weighs a parcel on the scale. */\nint weigh(struct parcel *p);\n"
SOURCE = '#include "scale.h"\n\nint weigh(struct parcel *p) {\n  return p->grams;\n}\n'
DEPOT = '#include "scale.h"\n\nint dispatch(struct parcel *p) {\n  return weigh(p) > 0;\n}\n'


JAVA = (
    "class Till {\n  public Till(int a) {\n  }\n}\n\nclass Shop {\n  Till open() {\n    return new Till(1);\n  }\n}\n"
)
CPP = "class Till {\n public:\n  Till(int a) {}\n};\n\nTill *open_till() {\n  return new Till(1);\n}\n"
PHP = "<?php\nclass Till {\n  function Till($a) {\n  }\n}\n\nfunction open_till() {\n  return new Till(1);\n}\n"


@pytest.mark.parametrize(("path", "text"), [("T.java", JAVA), ("T.cs", JAVA), ("t.cc", CPP), ("t.php", PHP)])
def test_a_constructor_is_no_rival_of_its_class(catalogue_of, path, text):
    """With two things of the name, each use was told as if the source did not tell which is meant."""
    catalogue = catalogue_of({path: text})
    (site,) = [one for one in catalogue.references("Till") if one.reference.kind == "call"]
    targets = resolve.resolve(site, catalogue)
    assert [one.definition.symbol.kind for one in targets] == ["class"]
    assert targets[0].certainty >= resolve.LIKELY


def test_a_declaration_in_a_header_is_no_rival_of_what_it_declares(catalogue_of):
    """C declares all that others may call: the header was offered as another reading, and fewer calls were counted."""
    catalogue = catalogue_of({"scale.h": HEADER, "scale.c": SOURCE, "depot.c": DEPOT})
    question = understand("who calls `weigh`?", catalogue)
    assert question.readings == ()
    said = compose(question, catalogue, lambda: None).claims[0].text
    assert said.startswith("`weigh` (`scale.c:3`) is called in one place, `dispatch` (`depot.c:4`)")


def test_a_function_is_told_by_the_doc_of_its_declaration(catalogue_of):
    """In C the header is where a function is described for those who call it."""
    catalogue = catalogue_of({"scale.h": HEADER, "scale.c": SOURCE})
    lead = compose(understand("what does `weigh` do?", catalogue), catalogue, lambda: None).claims[0]
    assert lead.text == "`weigh` (`scale.c:3`) weighs a parcel on the scale."
    assert {one.path for one in lead.evidence} == {"scale.c", "scale.h"}


def test_a_header_only_function_stands_for_itself(catalogue_of):
    """Headers also define."""
    catalogue = catalogue_of({"scale.h": "static inline int weigh(int grams) {\n  return grams;\n}\n"})
    assert understand("what does `weigh` do?", catalogue).subjects[0].definitions[0].path == "scale.h"
