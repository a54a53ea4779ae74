"""Rust: definitions, uses and imports. Methods are named with the type of their `impl`; macros are calls by name."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from reverie_indexers.facts import Import, SymbolKind
from reverie_indexers.language import CLASS_LIKE, Language, refine

if TYPE_CHECKING:
    from tree_sitter import Node

_NAME = "[(identifier) (scoped_identifier) (field_expression)]"
_PATH = "[(identifier) (scoped_identifier)]"
_TYPE = "[(type_identifier) (scoped_type_identifier)]"

QUERY = f"""
(mod_item body: (_)) @namespace
(struct_item) @struct
(union_item) @union
(enum_item) @enum
(enum_variant) @attribute
(trait_item) @trait
(impl_item) @container
(function_item) @function
(function_signature_item) @function
(macro_definition) @macro
(type_item) @typedef
(associated_type) @typedef
(const_item) @constant
(static_item) @variable
(field_declaration) @attribute
(attribute_item) @before

(use_declaration) @import
(extern_crate_declaration) @import
(mod_item !body) @import

(call_expression function: {_NAME} @call)
(call_expression function: (generic_function function: {_NAME} @call))
(macro_invocation macro: {_PATH} @call)
(struct_expression name: {_TYPE} @call)
(struct_expression name: (generic_type_with_turbofish type: (_) @call))
(attribute . {_PATH} @decorate)
(attribute (identifier) @_derive arguments: (token_tree (identifier) @decorate) (#eq? @_derive "derive"))
(impl_item trait: {_TYPE} @inherit)
(impl_item trait: (generic_type type: {_TYPE} @inherit))
(impl_item type: (type_identifier) @declared)
(impl_item type: (generic_type type: (type_identifier) @declared))
(trait_item bounds: (trait_bounds {_TYPE} @inherit))
(trait_item bounds: (trait_bounds (generic_type type: {_TYPE} @inherit)))
(type_identifier) @type
(scoped_type_identifier name: (type_identifier) @type.tail)
(type_parameter name: (type_identifier) @type_variable)

(arguments {_NAME} @read)
(reference_expression value: {_NAME} @read)
(unary_expression {_NAME} @read)
(binary_expression {_NAME} @read)
(range_expression {_NAME} @read)
(type_cast_expression value: {_NAME} @read)
(assignment_expression right: {_NAME} @read)
(compound_assignment_expr right: {_NAME} @read)
(let_declaration value: {_NAME} @read)
(let_condition value: {_NAME} @read)
(const_item value: {_NAME} @read)
(static_item value: {_NAME} @read)
(return_expression {_NAME} @read)
(break_expression {_NAME} @read)
(try_expression {_NAME} @read)
(await_expression {_NAME} @read)
(index_expression {_NAME} @read)
(array_expression {_NAME} @read)
(tuple_expression {_NAME} @read)
(parenthesized_expression {_NAME} @read)
(field_initializer value: {_NAME} @read)
(if_expression condition: {_NAME} @read)
(while_expression condition: {_NAME} @read)
(for_expression value: {_NAME} @read)
(match_expression value: {_NAME} @read)
(match_arm value: {_NAME} @read)
(match_pattern {_PATH} @read)
(or_pattern {_PATH} @read)
(tuple_struct_pattern type: {_PATH} @read)
(closure_expression body: {_NAME} @read)
(block {_NAME} @read .)
"""

_MACRO_NESTING_MAX = 4


def _in_macros(pattern: str) -> str:
    """Looks for a pattern in the token trees of macros only: those of attributes hold conditions, not code."""
    nested = [f"{'(token_tree ' * depth}{pattern}{')' * depth}" for depth in range(1, _MACRO_NESTING_MAX + 1)]
    return "".join(f"(macro_invocation {tokens})\n(macro_rule right: {tokens})\n" for tokens in nested)


QUERY += _in_macros('(identifier) @call.tail . (token_tree "(")') + _in_macros("(identifier) @read.tail")

_BUILTIN_TYPES = "Self bool char f32 f64 i8 i16 i32 i64 i128 isize str u8 u16 u32 u64 u128 usize"
_COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.S)
_VISIBILITY = r"(?:#\s*\[[^\]]*\]\s*)*(?:pub\s*(?:\([^)]*\)\s*)?)?"
_MODULE = re.compile(rf"\s*{_VISIBILITY}mod\s+(?:r#)?(\w+)\s*;?\s*\Z")
_CRATE = re.compile(rf"\s*{_VISIBILITY}extern\s+crate\s+(\w+)(?:\s+as\s+(\w+))?\s*;?\s*\Z")
_USE = re.compile(rf"\s*{_VISIBILITY}use\b")
_TOKEN = re.compile(r"::|[{},*]|(?:r#)?\w+")
_MUTABLE = re.compile(r"\bstatic\s+mut\b")
_INNER_DOC = re.compile(r"\{?\s*(?://(?!!)[^\n]*\n\s*)?((?:[ \t]*//![^\n]*\n?)+)")
_WRAPPING = frozenset({"reference_type", "pointer_type", "generic_type"})


def _refine(kind: str, name: str, head: str, enclosing: str) -> SymbolKind | None:
    if name == "_" or (kind == "namespace" and enclosing in ("function", "method")):
        return None
    if kind == "variable" and enclosing in ("", "namespace"):
        return "variable" if _MUTABLE.search(head) else "constant"
    if kind == "attribute" and enclosing not in (*CLASS_LIKE, "attribute"):
        return None
    return refine(kind, name, head, enclosing)


def _name_of(node: Node) -> Node | None:
    """A definition's name; for an `impl`, its type's, without what is wrapped around it."""
    if node.type != "impl_item":
        return node.child_by_field_name("name")
    named = node.child_by_field_name("type")
    while named is not None and named.type in _WRAPPING:
        named = named.child_by_field_name("type")
    if named is not None and named.type == "scoped_type_identifier":
        return named.child_by_field_name("name")
    return named


def _body_of(node: Node) -> Node | None:
    """Where the signature ends: not before a tuple's types, which are all that tells what it holds."""
    body = node.child_by_field_name("body")
    if body is not None and body.type == "ordered_field_declaration_list":
        return None
    if node.type == "macro_definition":
        return next((child for child in node.children if child.type in ("(", "[", "{")), None)
    return body


def _doc_inside(text: str, start: int) -> str:
    """The `//!` lines at a body's start."""
    found = _INNER_DOC.match(text, start)
    return "\n".join(line.strip()[3:].removeprefix(" ") for line in found[1].splitlines()).strip() if found else ""


def _imports(text: str, line: int) -> Iterable[Import]:
    text = _COMMENT.sub(lambda found: "\n" * found[0].count("\n"), text)
    module = _MODULE.match(text)
    if module:
        return [Import(module[1], "", "", line)]
    crate = _CRATE.match(text)
    if crate:
        return [Import(crate[1], "", crate[2] or "", line)]
    use = _USE.match(text)
    return _use_tree(text, use.end(), line) if use else ()


def _use_tree(text: str, start: int, line: int) -> Iterable[Import]:
    """The names of a use tree, walked token by token, with the paths of the open braces on a stack."""
    around: list[list[str]] = []
    path: list[str] = []
    alias, aliased, at = "", False, line
    for token in _TOKEN.finditer(text, start):
        word = token[0].removeprefix("r#")
        if word == "{":
            around.append(path)
        elif word in (",", "}"):
            yield from _used(path, around, alias, at)
            alias, aliased = "", False
            if word == "}" and around:
                around.pop()
            path = around[-1] if around else []
        elif word == "as":
            aliased = True
        elif aliased:
            alias = word
        elif word != "::":
            path = [*path, word]
            at = line + text.count("\n", 0, token.start())
    yield from _used(path, around, alias, at)


def _used(path: list[str], around: list[list[str]], alias: str, line: int) -> Iterable[Import]:
    """The import that a finished path is, if anything was added to the path of the braces around it."""
    if len(path) <= (len(around[-1]) if around else 0):
        return
    if path[-1] == "self" and len(path) > 1:
        path = path[:-1]
    if len(path) == 1:
        yield Import(path[0], "", alias, line)
    else:
        yield Import("::".join(path[:-1]), path[-1], alias, line)


LANGUAGE = Language(
    name="rust",
    suffixes=(".rs",),
    shebangs=("rust-script",),
    grammar="tree_sitter_rust:language",
    version=1,
    query=QUERY,
    line_comments=("//",),
    block_comments=(("/*", "*/"),),
    separators=("::", "."),
    self_names=frozenset({"self", "Self"}),
    builtin_types=frozenset(_BUILTIN_TYPES.split()),
    refine=_refine,
    name_of=_name_of,
    body_of=_body_of,
    doc_inside=_doc_inside,
    read_imports=_imports,
)
