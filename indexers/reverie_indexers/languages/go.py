"""Go: definitions, uses and imports. A method is named with its receiver's type; embedding counts as inheriting."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from reverie_indexers.facts import Import, SymbolKind
from reverie_indexers.language import Language, refine

if TYPE_CHECKING:
    from tree_sitter import Node

_NAME = "[(identifier) (selector_expression)]"
_TYPE = "[(type_identifier) (qualified_type)]"

QUERY = f"""
(function_declaration) @function
(method_declaration) @function
(type_spec) @typedef
(type_alias) @typedef
(method_elem) @function
(type_spec type: (struct_type (field_declaration_list
  (field_declaration name: (field_identifier) @attribute.name) @outer)))
(source_file (const_declaration (const_spec name: (identifier) @constant.name) @outer))
(source_file (var_declaration (var_spec name: (identifier) @variable.name) @outer))
(source_file (var_declaration (var_spec_list (var_spec name: (identifier) @variable.name) @outer)))
(var_spec name: (identifier) value: (expression_list . (func_literal) .)) @function
(short_var_declaration left: (expression_list . (identifier) .) right: (expression_list . (func_literal) .)) @function

(import_declaration) @import

(call_expression function: {_NAME} @call)
(field_declaration !name type: {_TYPE} @inherit)
(field_declaration !name type: (generic_type type: {_TYPE} @inherit))
(interface_type (type_elem . {_TYPE} @inherit .))
(interface_type (type_elem . (generic_type type: {_TYPE} @inherit) .))
(type_identifier) @type
(qualified_type name: (type_identifier) @type.tail)
(type_parameter_declaration name: (identifier) @type_variable)
(method_declaration receiver: (parameter_list (parameter_declaration name: (identifier) @self)))
(method_declaration receiver: (parameter_list (parameter_declaration type: [
  (type_identifier) @declared
  (pointer_type (type_identifier) @declared)
  (generic_type type: (type_identifier) @declared)
  (pointer_type (generic_type type: (type_identifier) @declared))])))

(argument_list {_NAME} @read)
(return_statement (expression_list {_NAME} @read))
(assignment_statement right: (expression_list {_NAME} @read))
(short_var_declaration right: (expression_list {_NAME} @read))
(var_spec value: (expression_list {_NAME} @read))
(const_spec value: (expression_list {_NAME} @read))
(keyed_element value: (literal_element {_NAME} @read))
(literal_value (literal_element {_NAME} @read))
(binary_expression {_NAME} @read)
(unary_expression {_NAME} @read)
(index_expression {_NAME} @read)
(slice_expression operand: {_NAME} @read)
(range_clause right: {_NAME} @read)
(expression_case value: (expression_list {_NAME} @read))
(expression_switch_statement value: {_NAME} @read)
(send_statement {_NAME} @read)
(if_statement condition: {_NAME} @read)
(parenthesized_expression {_NAME} @read)
"""

_BUILTIN_TYPES = (
    "any bool byte comparable complex128 complex64 error float32 float64 int int16 int32 int64 int8 rune string "
    "uint uint16 uint32 uint64 uint8 uintptr"
)
_IMPORTED = re.compile(r"(?:([\w.]+)\s*)?(?:\"([^\"\n]+)\"|`([^`\n]+)`)")
_COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.S)
_VERSION = re.compile(r"/v\d+\Z|\.v\d+\Z")
_PACKAGE = re.compile(r"(?:.*/)?(?:go-)?([\w.]+?)(?:-go|\.go)?\Z")


def _refine(kind: str, name: str, head: str, enclosing: str) -> SymbolKind | None:
    if name == "_":
        return None
    if kind == "type":
        shape = head.rstrip().rpartition(" ")[2]
        return "struct" if shape == "struct" else "interface" if shape == "interface" else "type"
    if kind == "variable" and not enclosing:
        return "variable"
    return refine(kind, name, head, enclosing)


def _name_of(node: Node) -> Node | None:
    left = node.child_by_field_name("left")
    return left.named_child(0) if left else node.child_by_field_name("name")


def _body_of(node: Node) -> Node | None:
    body = node.child_by_field_name("body")
    if body is not None:
        return body
    shape = node.child_by_field_name("type")
    if shape is not None and shape.type in ("struct_type", "interface_type"):
        return shape.child(1)
    values = node.child_by_field_name("right") or node.child_by_field_name("value")
    value = values.named_child(0) if values else None
    return value.child_by_field_name("body") if value else None


def _head_of(node: Node) -> int:
    """At the keyword, unless it opens a group."""
    parent = node.parent
    alone = parent is not None and parent.type == "type_declaration" and parent.child(1) == node
    return parent.start_byte if alone and parent else node.start_byte


def _owner_of(node: Node) -> str:
    """The type of a method's receiver, without pointer and type arguments."""
    receiver = node.child_by_field_name("receiver")
    parameter = receiver.named_child(0) if receiver else None
    written = parameter.child_by_field_name("type") if parameter else None
    return (
        re.split(r"\[", (written.text or b"").decode("utf-8", "replace").lstrip("*( "))[0].strip(") ")
        if written
        else ""
    )


def _imports(text: str, line: int) -> Iterable[Import]:
    text = _COMMENT.sub(lambda found: "\n" * found[0].count("\n"), text).removeprefix("import")
    for match in _IMPORTED.finditer(text):
        at = line + text.count("\n", 0, match.start())
        module, alias = match[2] or match[3], match[1] or ""
        if alias == ".":
            yield Import(module, "*", "", at)
        else:
            yield Import(module, "", alias or _package(module), at)


def _package(path: str) -> str:
    """The name that a package has by convention, "" where it is its path."""
    found = _PACKAGE.match(_VERSION.sub("", path))
    name = found[1].rpartition(".")[2] if found else ""
    return name if name != path else ""


LANGUAGE = Language(
    name="go",
    suffixes=(".go",),
    grammar="tree_sitter_go:language",
    version=1,
    query=QUERY,
    line_comments=("//",),
    block_comments=(("/*", "*/"),),
    self_names=frozenset(),
    builtin_types=frozenset(_BUILTIN_TYPES.split()),
    capitals_are_global=True,
    refine=_refine,
    name_of=_name_of,
    body_of=_body_of,
    head_of=_head_of,
    owner_of=_owner_of,
    read_imports=_imports,
)
