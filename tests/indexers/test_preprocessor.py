"""What the preprocessor does to C, C++ and C#: no fact is lost to it, and no problem is reported that it made."""

from __future__ import annotations

import pytest
from reverie_indexers import FileFacts, index
from reverie_indexers.preprocessor import outline, read


def names(facts: FileFacts) -> set[str]:
    return {symbol.qualname for symbol in facts.symbols}


def uses(facts: FileFacts, kind: str) -> set[str]:
    return {use.name for use in facts.references if use.kind == kind}


BRANCHES = """
#include "store.h"
int put(int key) {
#ifdef FAST
    if (is_quick(key)) {
#else
    if (is_slow(key)) {
#endif
#define STEP 2
        keep(key);
    }
    return STEP;
}
int get(void) { return 1; }
"""


def test_branches_that_exclude_each_other_lose_nothing() -> None:
    """Both sides of an `#else` are code that people ask about."""
    facts = index(BRANCHES, "c")
    assert facts.problems == ()
    assert names(facts) == {"put", "get", "put.STEP"}
    assert uses(facts, "call") == {"is_quick", "is_slow", "keep"}
    assert [item.module for item in facts.imports] == ["store.h"]


def test_a_block_opened_under_a_condition_is_closed_under_the_same() -> None:
    """`#ifdef A` opens what a later `#ifdef A` closes, and a later `#ifndef A` does not."""
    text = b"#ifdef A\nif (x) {\n#else\n{\n#endif\n#ifndef A\n} else {\n#endif\n}\n"
    main, _ = read(text, outline(text, {}))
    assert main.split() == b"if (x) { }".split()
    assert len(main) == len(text) and main.count(b"\n") == text.count(b"\n")


@pytest.mark.parametrize("text", ["#if 1\n", "#endif\n#else\n", "#if A\n#elif B\n#if C\n", "#if 0\n" * 300, '#if "\n'])
def test_directives_that_do_not_match_are_survived(text: str) -> None:
    """Files are read while they are typed."""
    found = outline(text.encode(), {})
    main, others = read(text.encode(), found)
    assert {len(main), *(len(other.text) for other in others)} == {len(text)}


MACROS = [
    ("static int find(void *data UNUSED, int count)\n{\n\treturn look(data);\n}\n", {"find"}, {"look"}),
    ("API const struct item *\nitem_next(struct item *at);\nint a;\n", {"item_next", "a"}, set()),
    ("void list(struct list *l) {\n  list_each(l, at) {\n    visit(at);\n  }\n}\n", {"list"}, {"list_each", "visit"}),
    ('REGISTER(one, "1")\nREGISTER(two, "2")\nint run(void) { return go(); }\n', {"run"}, {"REGISTER", "go"}),
    ("int run(va_list rest) { return take(va_arg(rest, char *)); }\n", {"run"}, {"take", "va_arg"}),
    ('enum code {\n  OLD DEPRECATED("since 2") = 1,\n  NEW\n};\n', {"code", "code.OLD", "code.NEW"}, set()),
    ("static atomic_ size_t used = 0;\nint get(void) { return 1; }\n", {"used", "get"}, set()),
    ("int f(void) {\n  QUIET(\n    old(1);\n    old(2);\n  )\n  return 0;\n}\n", {"f"}, {"old"}),
]


@pytest.mark.parametrize(("text", "symbols", "calls"), MACROS)
def test_macros_lose_nothing_and_are_no_problem(text: str, symbols: set[str], calls: set[str]) -> None:
    """A file that compiles is not broken, and most files of C have such macros."""
    facts = index(text, "c")
    assert facts.problems == ()
    assert names(facts) == symbols
    assert uses(facts, "call") == calls


@pytest.mark.parametrize(
    "text",
    [
        "int f(void) {\n  return 1;\n",
        "int f(void) {\n  return 1 + ;\n}\n",
        "int f(void) { return 1; }\n}\n",
        "int f(void) {\n  if (a {\n  b();\n}\n",
        "struct {\n  int x = ;\n",
    ],
)
@pytest.mark.parametrize("language", ["c", "cpp"])
def test_a_broken_file_is_still_a_problem(text: str, language: str) -> None:
    """What macros are excused for must not hide what is wrong."""
    assert len(index(text, language).problems) == 1


def test_an_exported_class_is_a_class() -> None:
    """The grammar takes `class API Store {` for a function, without a word."""
    facts = index("class API Store final : public Base {\n public:\n  void put();\n};\n", "cpp")
    assert [(symbol.kind, symbol.qualname) for symbol in facts.symbols] == [("class", "Store"), ("method", "Store.put")]
    assert facts.problems == () and uses(facts, "inherit") == {"Base"}


def test_a_test_made_by_a_macro_has_the_names_it_is_given() -> None:
    """A file of tests that are all called TEST answers no question."""
    facts = index("TEST(StoreTest, keeps_items) {\n  put();\n}\n", "cpp")
    assert names(facts) == {"StoreTest.keeps_items"}
    assert facts.symbols[facts.references[-1].scope].name == "keeps_items"


@pytest.mark.parametrize("language", ["c", "cpp"])
def test_what_a_declarator_wraps_around_a_variable_does_not_hide_it(language: str) -> None:
    """Tables and pointers to functions are where C keeps its behaviour."""
    declarators = "void *(*run)(int); int (*table[3])(void); int plain, *pointer = 0, array[2][3]; char **lines;"
    expected = {"run", "table", "plain", "pointer", "array", "lines"}
    assert names(index(declarators, language)) == expected
    assert names(index(f"#ifdef A\n{declarators}\n#endif\n", language)) == expected


def test_values_of_a_namespace_are_found_whatever_their_shape() -> None:
    """Constants of a library in C++ are arrays as often as not."""
    facts = index('namespace {\nconst char kName[] = "a";\nint &alias = other;\n}\n', "cpp")
    assert names(facts) == {"kName", "alias"}


def test_an_operator_is_named_by_all_of_it() -> None:
    """`[]` and `<<` are what people call."""
    assert names(index("class A\n  def [](key) = 1\n  def <<(item) = 2\nend\n", "ruby")) == {"A", "A.[]", "A.<<"}
    facts = index("struct A {\n  A &operator<<(int a);\n  int operator[](int a);\n};\n", "cpp")
    assert names(facts) == {"A", "A.operator<<", "A.operator[]"}


def test_a_directive_inside_an_expression_of_csharp_is_read_past() -> None:
    """Conditional code for older frameworks is everywhere in libraries."""
    text = "class A {\n  bool F(int v) {\n    if (v < Low() ||\n#if NEW\n v > High()\n#else\n v > Top()\n#endif\n) G();"
    facts = index(text + "\n    return true;\n  }\n}\n", "csharp")
    assert facts.problems == ()
    assert uses(facts, "call") == {"Low", "High", "Top", "G"}


def test_an_ampersand_in_markup_is_no_problem() -> None:
    """JSX allows it; only the grammar does not."""
    facts = index('export const A = () => <b title="x?a=1&b=2">Salt & pepper {run()}</b>\n', "tsx")
    assert facts.problems == ()
    assert "run" in uses(facts, "call")


@pytest.mark.parametrize(
    "text",
    [
        "type Use<S> = {\n  (): State<S>\n  <U>(pick: (state: S) => U): U\n}\n",
        'const a = await load<typeof import("./store")>()\n',
    ],
)
def test_late_typescript_is_no_problem(text: str) -> None:
    """The language moves faster than its grammar."""
    assert index(text, "typescript").problems == ()
