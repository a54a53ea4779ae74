"""C#: definitions, uses and usings. A namespace is a symbol, but no part of the names in it, as it is no part of the
names that code uses.

XML tags in documentation comments are left as they are written.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from reverie_indexers import preprocessor
from reverie_indexers.facts import Import, SymbolKind
from reverie_indexers.language import Language, Mended, refine

if TYPE_CHECKING:
    from tree_sitter import Node

_NAME = "[(identifier) (member_access_expression)]"


def _type(use: str) -> str:
    """A type's name, with arguments or without, also where it may be null or is repeated in an array."""
    plain = f"""(identifier) @{use} (qualified_name) @{use} (generic_name (identifier) @{use})
  (qualified_name name: (generic_name (identifier) @{use}.tail))"""
    return f"[{plain} (nullable_type [{plain}]) (array_type [{plain}])]"


QUERY = f"""
(namespace_declaration name: (_) @namespace.name)
(file_scoped_namespace_declaration name: (_) @namespace.name)
(class_declaration) @class
(record_declaration) @class
(struct_declaration) @struct
(interface_declaration) @interface
(enum_declaration) @enum
(delegate_declaration) @typedef
(method_declaration) @function
(constructor_declaration) @function
(operator_declaration) @function
(conversion_operator_declaration) @function
(local_function_statement) @function
(property_declaration) @property
(indexer_declaration) @property
(event_declaration) @property
(enum_member_declaration) @attribute
(field_declaration (variable_declaration (variable_declarator name: (identifier) @attribute.name))) @outer
(event_field_declaration (variable_declaration (variable_declarator name: (identifier) @attribute.name))) @outer
(record_declaration (parameter_list (parameter name: (identifier) @attribute.name) @outer))

(using_directive) @import

(invocation_expression function: {_NAME} @call)
(invocation_expression function: (generic_name (identifier) @call))
(invocation_expression function: (member_access_expression name: (generic_name (identifier) @call.tail)))
(invocation_expression function: (conditional_access_expression
  (member_binding_expression name: (identifier) @call.tail) .))
(object_creation_expression type: {_type("call")})
(attribute name: (_) @decorate)
(base_list {_type("inherit")})
(primary_constructor_base_type type: {_type("inherit")})
(_ type: {_type("type")})
(_ returns: {_type("type")})
(type_argument_list {_type("type")})
(type_parameter_constraint type: {_type("type")})
(as_expression right: {_type("type")})
(is_expression right: {_type("type")})
(type_parameter name: (identifier) @type_variable)

(argument {_NAME} @read)
(return_statement {_NAME} @read)
(arrow_expression_clause {_NAME} @read)
(assignment_expression right: {_NAME} @read)
(variable_declarator name: (_) {_NAME} @read)
(binary_expression {_NAME} @read)
(prefix_unary_expression {_NAME} @read)
(conditional_expression {_NAME} @read)
(parenthesized_expression {_NAME} @read)
(element_access_expression expression: {_NAME} @read)
(cast_expression value: {_NAME} @read)
(initializer_expression {_NAME} @read)
(foreach_statement right: {_NAME} @read)
(await_expression {_NAME} @read)
(throw_statement {_NAME} @read)
(lambda_expression body: {_NAME} @read)
(constant_pattern {_NAME} @read)
(interpolation {_NAME} @read)
(switch_statement value: {_NAME} @read)
"""

_BUILTIN_TYPES = "var dynamic nint nuint String Object Boolean Int32 Int64 Double Byte Char Decimal"
_USING = re.compile(r"(?:global\s+)?using\s+(static\s+)?(?:unsafe\s+)?(?:(@?\w+)\s*=\s*)?(?:global::)?([\w.:@\s]+)")
_HIDDEN = re.compile(
    rb"""//[^\r\n]* | /\*.*?(?:\*/|\Z) | (?P<quotes>\"{3,}).*?(?P=quotes) | [$]?@[$]?"(?:[^"]|"")*"?
      | "(?:[^"\\\r\n]|\\.)*"? | '(?:[^'\\\r\n]|\\.){1,10}'
      | """
    + preprocessor.DIRECTIVE,
    re.M | re.S | re.X,
)
"""What is no code: comments, strings, characters, directives."""
_MARK = b"\xef\xbb\xbf"
_KEYED = re.compile(rb"(?<=[{,])(\s*)\[(\w+)\](?=\s*=[^=>])")
_UNNAMED = frozenset({"this", "operator"})


def _refine(kind: str, name: str, head: str, enclosing: str) -> SymbolKind | None:
    return (
        "function"
        if kind == "function" and enclosing in ("method", "property")
        else refine(kind, name, head, enclosing)
    )


def _name_of(node: Node) -> Node | None:
    """The name; `this` of an indexer, `operator` of an operator."""
    name = node.child_by_field_name("name")
    return name or next((child for child in node.children if child.type in _UNNAMED), None)


def _body_of(node: Node) -> Node | None:
    """Where the signature ends: a body, the accessors, a constructor's call of another, `=> …`."""
    found = node.child_by_field_name("body") or node.child_by_field_name("accessors")
    if node.type == "constructor_declaration":
        return next((child for child in node.named_children if child.type == "constructor_initializer"), found)
    if found is None and node.type in ("property_declaration", "indexer_declaration"):
        return node.child_by_field_name("value")
    return found


def _head_of(node: Node) -> int:
    """Behind the attributes inside a definition."""
    inside = ("attribute_list", "comment")
    return next((child.start_byte for child in node.children if child.type not in inside), node.start_byte)


def _imports(text: str, line: int) -> Iterable[Import]:
    found = _USING.match(text)
    if not found:
        return
    module = "".join(found[3].split())
    yield Import(module, "" if found[2] else "*", found[2] or "", line)


def _mend(text: bytes) -> Mended:
    """The text without directives, which the grammar knows only around whole declarations, without the mark of UTF-8,
    and with `key = value` for the `[key] = value` of an initializer."""
    text = b"   " + text[3:] if text.startswith(_MARK) else text
    program, others = preprocessor.read(text, preprocessor.outline(text, {b"true": True, b"false": False}, _HIDDEN))
    return Mended(_KEYED.sub(rb"\1 \2 ", program), others)


LANGUAGE = Language(
    name="csharp",
    suffixes=(".cs", ".csx"),
    grammar="tree_sitter_c_sharp:language",
    version=2,
    query=QUERY,
    line_comments=("//",),
    block_comments=(("/*", "*/"),),
    separators=("?.", "::", "."),
    name_pattern=r"@?[^\W\d]\w*",
    self_names=frozenset({"this"}),
    builtin_types=frozenset(_BUILTIN_TYPES.split()),
    capitals_are_global=True,
    refine=_refine,
    name_of=_name_of,
    body_of=_body_of,
    head_of=_head_of,
    read_imports=_imports,
    mend=_mend,
)
