"""C: definitions, uses and includes. `cpp.py` builds on it. Prototypes are functions too, since headers document them.

A macro with a value is a constant, one with parameters a macro; a macro's text is not read, as the grammar leaves it
one token. Which side of an `#if` is compiled is not asked: both are read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from reverie_indexers import macros, preprocessor
from reverie_indexers.facts import Import, SymbolKind
from reverie_indexers.language import Language, Mended, is_upper, refine

if TYPE_CHECKING:
    from tree_sitter import Node

_NAME = "[(identifier) (field_expression)]"


def declared(name: str, *others: str) -> str:
    """A pattern for a declarator around a name: plain, pointer, array, or a pointer to a function; or one of `others`.

    One flat list: of alternations inside alternations tree-sitter's queries lose some.
    """
    plain = [name, _array(name), _array(_array(name))]
    pointers = [*map(_pointer, plain), _pointer(_pointer(name)), _pointer(_pointer(_array(name)))]
    behind = [_behind(name), _behind(_array(name)), _pointer(_behind(name)), _pointer(_pointer(_behind(name)))]
    return f"[{' '.join([*plain, *pointers, *behind, *others])}]"


def _pointer(declarator: str) -> str:
    return f"(pointer_declarator declarator: {declarator})"


def _array(declarator: str) -> str:
    return f"(array_declarator declarator: {declarator})"


def _behind(declarator: str) -> str:
    return f"(function_declarator declarator: (parenthesized_declarator (pointer_declarator declarator: {declarator})))"


def declarations(variable: str) -> list[str]:
    """Patterns for the declaration of a variable: without a value and with one."""
    return [
        f"(declaration declarator: {variable}) @outer",
        f"(declaration declarator: (init_declarator declarator: {variable})) @outer",
    ]


def prototype(name: str) -> str:
    """A pattern for the declarator of a function whose name matches."""
    plain = f"(function_declarator declarator: {name})"
    pointer = f"(pointer_declarator declarator: [{plain} (pointer_declarator declarator: {plain})])"
    return f"[{plain} {pointer}]"


_PROTOTYPE = f"(declaration declarator: {prototype('(identifier)')}) @function"
_PLACES = ("translation_unit", "preproc_ifdef", "preproc_if", "preproc_elif", "preproc_else")
_TOP_LEVEL = "\n".join(
    "".join(f"({place} {pattern})" for place in _PLACES)
    + f"(linkage_specification body: (declaration_list {pattern}))(linkage_specification body: {pattern})"
    for pattern in (*declarations(declared("(identifier) @variable.name")), _PROTOTYPE)
)
_FIELD = declared("(field_identifier) @attribute.name")

SHARED_QUERY = f"""
(function_definition) @function
{_TOP_LEVEL}
(struct_specifier name: (_) body: (_)) @struct
(union_specifier name: (_) body: (_)) @union
(enum_specifier name: (_) body: (_)) @enum
(enumerator) @attribute
(type_definition) @typedef
((type_definition type: (_ name: (_) @_tag body: (_)) declarator: (type_identifier) @typedef.name @declared)
  (#not-eq? @_tag @typedef.name))
(type_definition declarator: (type_identifier) @declared)
(field_declaration type: (_ !body) declarator: {_FIELD}) @outer
(field_declaration type: (_ body: (_)) declarator: {_FIELD})
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


def refine_declared(kind: str, name: str, head: str, enclosing: str) -> SymbolKind | None:
    """The kind of a definition: a nameless struct has its typedef's name; an enumerator outside an enum is a constant;
    what looks like a prototype in a function is a variable's initialization."""
    if kind == "type":
        shape = _BARE_SHAPE.match(head)
        return shape[1] if shape else "type"  # type: ignore[return-value]
    if kind == "function" and _is_macro_block(name, head, enclosing):
        return None
    if kind == "constant" or (kind == "attribute" and enclosing in ("", "namespace")):
        return "constant"
    if enclosing in ("function", "method") and (kind == "attribute" or head.rstrip().endswith(";")):
        return None
    return refine(kind, name, head, enclosing)


def _is_macro_block(name: str, head: str, enclosing: str) -> bool:
    """Whether what looks like a function is a block behind a macro or a keyword: `CATCH(...) {` inside a function."""
    return name in _NO_NAMES or (enclosing in ("function", "method") and head.replace(" ", "").startswith(name + "("))


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
    while found is not None and found.type in _DECLARATORS:
        inner = found.child_by_field_name("declarator")
        found = inner or next((child for child in reversed(found.named_children) if child.type != "comment"), None)
    return found


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
    version=3,
    query=SHARED_QUERY + reads(_NAME),
    line_comments=("//",),
    block_comments=(("/*", "*/"),),
    separators=("->", "."),
    self_names=frozenset(),
    builtin_types=frozenset(BUILTIN_TYPES.split()),
    capitals_are_global=True,
    refine=refine_declared,
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
