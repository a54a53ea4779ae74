"""Java: definitions, uses and imports. `new X` is a call of X; a constructor is a method with its class's name."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from reverie_indexers.facts import Import, SymbolKind
from reverie_indexers.language import CLASS_LIKE, Language, refine

if TYPE_CHECKING:
    from tree_sitter import Node

_NAME = "[(identifier) (field_access)]"
_TYPE = "[(type_identifier) (scoped_type_identifier)]"

QUERY = f"""
(class_declaration) @class
(record_declaration) @class
(interface_declaration) @interface
(annotation_type_declaration) @interface
(enum_declaration) @enum
(enum_constant) @attribute
(method_declaration) @function
(constructor_declaration) @function
(compact_constructor_declaration) @function
(annotation_type_element_declaration) @function
(record_declaration parameters: (formal_parameters (formal_parameter name: (identifier) @attribute.name) @outer))
(record_declaration parameters: (formal_parameters
  (spread_parameter (variable_declarator name: (identifier) @attribute.name)) @outer))
[(field_declaration) (constant_declaration)] @variable @outer
(field_declaration (variable_declarator name: (identifier) @variable.name))
(constant_declaration (variable_declarator name: (identifier) @variable.name))

(import_declaration) @import

(method_invocation !type_arguments name: (identifier) @call.name)
(method_invocation type_arguments: (_) name: (identifier) @call)
(object_creation_expression type: {_TYPE} @call)
(object_creation_expression type: (generic_type {_TYPE} @call))
(explicit_constructor_invocation constructor: (super) @call)
(marker_annotation name: (_) @decorate)
(annotation name: (_) @decorate)
(superclass {_TYPE} @inherit)
(superclass (generic_type {_TYPE} @inherit))
(super_interfaces (type_list {_TYPE} @inherit))
(super_interfaces (type_list (generic_type {_TYPE} @inherit)))
(extends_interfaces (type_list {_TYPE} @inherit))
(extends_interfaces (type_list (generic_type {_TYPE} @inherit)))
(type_identifier) @type
(scoped_type_identifier (type_identifier) @type.tail .)
(type_parameter . (type_identifier) @type_variable)
(type_parameter [(marker_annotation) (annotation)] . (type_identifier) @type_variable)

(method_reference (_) (identifier) @read.name .)
(argument_list {_NAME} @read)
(return_statement {_NAME} @read)
(yield_statement {_NAME} @read)
(variable_declarator value: {_NAME} @read)
(assignment_expression right: {_NAME} @read)
(binary_expression {_NAME} @read)
(unary_expression {_NAME} @read)
(ternary_expression {_NAME} @read)
(cast_expression value: {_NAME} @read)
(parenthesized_expression {_NAME} @read)
(array_access {_NAME} @read)
(array_initializer {_NAME} @read)
(enhanced_for_statement value: {_NAME} @read)
(lambda_expression body: {_NAME} @read)
(switch_label {_NAME} @read)
(element_value_pair value: {_NAME} @read)
(element_value_array_initializer {_NAME} @read)
(annotation_argument_list {_NAME} @read)
(annotation_type_element_declaration value: {_NAME} @read)
"""

_IMPORT = re.compile(r"import\s+(?P<static>static\s+)?(?:module\s+)?(?:(?P<module>[\w.]+)\.)?(?P<name>\w+|\*)\s*;?\Z")
_COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.S)
_AROUND_DOT = re.compile(r"\s*\.\s*")


def _refine(kind: str, name: str, head: str, enclosing: str) -> SymbolKind | None:
    if kind == "function":
        return "method" if enclosing else "function"
    if kind == "variable" and enclosing and enclosing not in CLASS_LIKE:
        return None
    return refine(kind, name, head, enclosing)


def _name_of(node: Node) -> Node | None:
    """The one name that is defined; none for a field declaration with several, whose names are captured one by one."""
    declarators = node.children_by_field_name("declarator")
    return (declarators[0] if declarators else node).child_by_field_name("name") if len(declarators) < 2 else None


def _head_of(node: Node) -> int:
    """Behind the annotations."""
    modifiers = node.named_child(0)
    if modifiers is None or modifiers.type != "modifiers":
        return node.start_byte
    behind = [*modifiers.children, *node.children[node.children.index(modifiers) + 1 :]]
    written = (part for part in behind if not part.type.endswith(("annotation", "comment")))
    return next(written, node).start_byte


def _imports(text: str, line: int) -> Iterable[Import]:
    found = _IMPORT.match(_AROUND_DOT.sub(".", _COMMENT.sub(" ", text)).strip())
    if found:
        yield Import(found["module"] or "", found["name"], "", line)


LANGUAGE = Language(
    name="java",
    suffixes=(".java",),
    grammar="tree_sitter_java:language",
    version=1,
    query=QUERY,
    line_comments=("//",),
    block_comments=(("/*", "*/"),),
    separators=(".", "::"),
    name_pattern=r"[^\W\d][\w$]*",
    self_names=frozenset({"this"}),
    builtin_types=frozenset({"var"}),
    capitals_are_global=True,
    refine=_refine,
    name_of=_name_of,
    head_of=_head_of,
    read_imports=_imports,
)
