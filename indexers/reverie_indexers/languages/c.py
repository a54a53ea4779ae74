"""C: definitions, uses and includes. `cpp.py` builds on it. Prototypes are functions too, since headers document them.

A macro with a value is a constant, one with parameters a macro; a macro's text is not read, as the grammar leaves it
one token. Which side of an `#if` is compiled is not asked: both are read.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from reverie_indexers import macros, preprocessor
from reverie_indexers.facts import Import, SymbolKind
from reverie_indexers.language import Language, Mended, is_upper, refine

if TYPE_CHECKING:
    from tree_sitter import Node

_NAME = "[(identifier) (field_expression)]"


PLACES = (
    "translation_unit", "preproc_ifdef", "preproc_if", "preproc_elif", "preproc_else", "declaration_list",
    "linkage_specification body:",
)  # fmt: skip
"""Where a declaration stands that is not a local variable's."""


def declarations(capture: str, *places: str) -> str:
    """Patterns for the declarations in some places. `unfold` tells what they declare: patterns of declarators cost a
    second to compile in C++, since each is studied against the whole grammar again in every place."""
    return "\n".join(f"({place} (declaration) @{capture})" for place in places)


SHARED_QUERY = f"""
(function_definition) @function
(struct_specifier name: (_) body: (_)) @struct
(union_specifier name: (_) body: (_)) @union
(enum_specifier name: (_) body: (_)) @enum
(enumerator) @attribute
(type_definition) @typedef
((type_definition type: (_ name: (_) @_tag body: (_)) declarator: (type_identifier) @typedef.name @declared)
  (#not-eq? @_tag @typedef.name))
(type_definition declarator: (type_identifier) @declared)
(field_declaration) @declaration
(preproc_def value: (_)) @constant
(preproc_function_def) @macro

(preproc_include) @import

(call_expression function: {_NAME} @call)
(call_expression function: (parenthesized_expression (pointer_expression argument: {_NAME} @call)))
(attribute name: (identifier) @decorate)
(type_identifier) @type
"""


def reads(name: str) -> str:
    """The places where an expression's value is used; `name` is a pattern for a name."""
    return f"""
(argument_list {name} @read)
(return_statement {name} @read)
(init_declarator value: {name} @read)
(assignment_expression right: {name} @read)
(initializer_list {name} @read)
(initializer_pair value: {name} @read)
(binary_expression {name} @read)
(unary_expression argument: {name} @read)
(pointer_expression argument: {name} @read)
(cast_expression value: {name} @read)
(conditional_expression {name} @read)
(parenthesized_expression {name} @read)
(subscript_expression {name} @read)
(array_declarator size: {name} @read)
(case_statement value: {name} @read)
(enumerator value: {name} @read)
"""


QUERY = f"""
{SHARED_QUERY}
{declarations("declaration", *PLACES)}
{reads(_NAME)}
"""

BUILTIN_TYPES = (
    "bool size_t ssize_t ptrdiff_t intptr_t uintptr_t int8_t int16_t int32_t int64_t uint8_t uint16_t uint32_t "
    "uint64_t intmax_t uintmax_t va_list FILE wchar_t"
)
_BARE_SHAPE = re.compile(r"typedef\b[^{;]*?\b(struct|union|enum)\b(?:\s+[A-Z_]+|\s*__attribute__.*)?\s*\Z", re.S)
_INCLUDED = re.compile(r"#\s*(?:include|include_next|import)\s*(?:\"([^\"\n]+)\"|<([^>\n]+)>)")
_TRAILING_DOC = re.compile(r"[ \t]*[,;]?[ \t]*(?://[/!]<|/\*[*!]?<?)[ \t]*([^\n]*?)[ \t]*(?:\*/[ \t]*)?(?=\r?\n|\Z)")
_LIST_ARGUMENT = re.compile(rb"([(,][ \t]*)\{([^(){};]*)\}(?=[ \t]*[,)])")
_LINE_CHARACTERS_READ = 1_000
_NO_NAMES = frozenset({"if", "for", "while", "switch", "else", "do", "return", "catch"})
_DECLARATORS = frozenset(
    {
        "pointer_declarator", "function_declarator", "array_declarator", "parenthesized_declarator",
        "attributed_declarator", "init_declarator", "reference_declarator",
    }
)  # fmt: skip
_FUNCTION_NAMES = frozenset({"identifier"})


def refine_declared(kind: str, name: str, head: str, enclosing: str) -> SymbolKind | None:
    """The kind of a definition: a nameless struct has its typedef's name; an enumerator outside an enum is a constant;
    what looks like a prototype in a function is a variable's initialization."""
    if kind == "type":
        shape = _BARE_SHAPE.match(head)
        return shape[1] if shape else "type"  # type: ignore[return-value]
    if name in _NO_NAMES or (kind == "function" and _is_macro_block(name, head, enclosing)):
        return None
    if kind == "constant" or (kind == "attribute" and enclosing in ("", "namespace")):
        return "constant"
    if enclosing in ("function", "method") and (kind == "attribute" or head.rstrip().endswith(";")):
        return None
    return refine(kind, name, head, enclosing)


def _is_macro_block(name: str, head: str, enclosing: str) -> bool:
    """Whether what looks like a function is a block behind a macro: `CATCH(...) {` inside a function."""
    return enclosing in ("function", "method") and head.replace(" ", "").startswith(name + "(")


def made_by_macro(node: Node) -> list[Node]:
    """The names that a macro with a body is given, `TEST(store, keeps_items) {`, outermost first, at most two; no name
    where it is given anything else."""
    declarator = node.child_by_field_name("declarator") if node.type == "function_definition" else None
    if declarator is None or declarator.type != "function_declarator" or node.child_by_field_name("type"):
        return []
    macro, given = declarator.child_by_field_name("declarator"), declarator.child_by_field_name("parameters")
    if macro is None or given is None or not is_upper((macro.text or b"").decode()):
        return []
    names = [child.named_children[0] for child in given.named_children if child.named_child_count == 1]
    plain = len(names) == given.named_child_count and all(name.type == "type_identifier" for name in names)
    return names[:2] if plain else []


def owner_of(node: Node) -> str:
    """What a definition that a macro makes belongs to."""
    names = made_by_macro(node)
    return (names[0].text or b"").decode("utf-8", "replace") if len(names) > 1 else ""


def name_of(node: Node) -> Node | None:
    """What a declaration declares, inside pointers and parentheses; nothing for a typedef of a struct with a name of
    its own, which is the symbol."""
    made = made_by_macro(node)
    if made:
        return made[-1]
    if node.type == "type_definition":
        of = node.child_by_field_name("type")
        if of is not None and of.child_by_field_name("body") and of.child_by_field_name("name"):
            return None
    found = node.child_by_field_name("name") or node.child_by_field_name("declarator")
    name = _path(found)[-1] if found else None
    return name if name is not None and name.type not in _DECLARATORS else None


def _path(declarator: Node) -> list[Node]:
    """A declarator, the one in it, and so on to the name."""
    path = [declarator]
    while path[-1].type in _DECLARATORS:
        inside = reversed(path[-1].named_children)
        inner = path[-1].child_by_field_name("declarator") or next((x for x in inside if x.type != "comment"), None)
        if inner is None:
            break
        path.append(inner)
    return path


def _is_misread(types: Sequence[str]) -> bool:
    """Whether a macro was taken for a declarator: no function gives a function, `API int (put)(int)`, and parentheses
    stand around a pointer only."""
    return any(
        (outer == "function_declarator" == inner)
        or (outer == "parenthesized_declarator" and inner != "pointer_declarator")
        for outer, inner in pairwise(types)
    )


def declared(node: Node, functions: Collection[str]) -> Iterable[tuple[str, Node]]:
    """What a declaration captures: itself for a function whose name is of one of these types, and the names of its
    variables or fields. It belongs to them, unless it defines their type, too."""
    is_field = node.type == "field_declaration"
    value, value_type = ("attribute.name", "field_identifier") if is_field else ("variable.name", "identifier")
    names = []
    for declarator in node.children_by_field_name("declarator"):
        path = _path(declarator)
        types = [part.type for part in path]
        if types[-1] == "operator_cast" or types[-2:-1] == ["function_declarator"]:
            if types[-1] in functions and types[0] != "init_declarator" and not _is_misread(types):
                yield "function", node
        elif types[-1] == value_type and not _is_misread(types):
            names.append(path[-1])
    if names and not (is_field and _defines_type(node)):
        yield "outer", node
    yield from ((value, name) for name in names)


def _defines_type(declaration: Node) -> bool:
    of = declaration.child_by_field_name("type")
    return of is not None and of.child_by_field_name("body") is not None


def _unfold(node: Node, capture: str) -> Iterable[tuple[str, Node]]:
    return declared(node, _FUNCTION_NAMES)


def body_of(node: Node) -> Node | None:
    """Where a definition's signature ends: its body, the body of a typedef's nameless struct, a macro's text."""
    if node.type == "type_definition":
        of = node.child_by_field_name("type")
        return of.child_by_field_name("body") if of else None
    if node.type == "preproc_function_def":
        return node.child_by_field_name("value")
    return node.child_by_field_name("body")


def doc_after(text: str, start: int) -> str:
    """The comment that follows a value on its line: `/* so */`, `///< so`."""
    line_end = text.find("\n", start, start + _LINE_CHARACTERS_READ)
    line = text[start : line_end if line_end >= 0 else start + _LINE_CHARACTERS_READ]
    found = _TRAILING_DOC.match(line)
    return found[1] if found else ""


def read_include(text: str, line: int) -> Iterable[Import]:
    """The file that an `#include` names; none where a macro names it."""
    found = _INCLUDED.match(text)
    if found:
        yield Import(found[1] or found[2], "*", "", line)


def _mend(text: bytes) -> Mended:
    """The text without directives, as C's compiler knows it."""
    return Mended(*preprocessor.read(macros.prepare(text), preprocessor.outline(text, {b"__cplusplus": False})))


def _repair(text: bytes, faults: Sequence[tuple[int, int]]) -> bytes:
    """Makes room for macros, and puts a list in braces that is given to one, `set(colors, {"red"})`, in brackets."""
    return _LIST_ARGUMENT.sub(rb"\1(\2)", macros.repair(text, faults))


LANGUAGE = Language(
    name="c",
    suffixes=(".c", ".h"),
    grammar="tree_sitter_c:language",
    version=4,
    query=QUERY,
    line_comments=("//",),
    block_comments=(("/*", "*/"),),
    separators=("->", "."),
    self_names=frozenset(),
    builtin_types=frozenset(BUILTIN_TYPES.split()),
    capitals_are_global=True,
    refine=refine_declared,
    unfold=_unfold,
    name_of=name_of,
    owner_of=owner_of,
    body_of=body_of,
    read_imports=read_include,
    doc_after=doc_after,
    prepare=macros.prepare,
    mend=_mend,
    excuses=macros.excuses,
    repair=_repair,
)
