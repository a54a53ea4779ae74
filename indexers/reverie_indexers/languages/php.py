"""PHP: definitions, uses and imports, in pages of HTML too. A used trait counts as inherited.

A namespace without braces is a symbol of its own line; what follows it is named without it, as files are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from reverie_indexers.facts import Import, SymbolKind
from reverie_indexers.language import CLASS_LIKE, Language, Mended, refine

if TYPE_CHECKING:
    from tree_sitter import Node

_NAME = "[(name) (qualified_name)]"
_READ = "[(name) (qualified_name) (class_constant_access_expression) (member_access_expression)]"

QUERY = f"""
(namespace_definition) @namespace
(class_declaration) @class
(interface_declaration) @interface
(trait_declaration) @trait
(enum_declaration) @enum
(function_definition) @function
(method_declaration) @function
(property_declaration (property_element name: (variable_name (name) @attribute.name))) @outer
(property_promotion_parameter name: (variable_name (name) @instance.name))
(const_declaration (const_element . (name) @constant.name)) @outer
(enum_case name: (name) @constant.name) @outer
((function_call_expression function: (name) @_define arguments: (arguments . (argument
  [(string (string_content) @constant.name) (encapsed_string . (string_content) @constant.name .)]))) @outer
  (#eq? @_define "define"))
(program (expression_statement (assignment_expression left: (variable_name (name) @variable.name)) @outer))

(namespace_use_declaration) @import
(require_expression) @import
(require_once_expression) @import
(include_expression) @import
(include_once_expression) @import

(function_call_expression function: {_NAME} @call (#not-eq? @call "define"))
(member_call_expression name: (name) @call.name)
(nullsafe_member_call_expression name: (name) @call.name)
(scoped_call_expression name: (name) @call.name)
(object_creation_expression {_NAME} @call)
(base_clause {_NAME} @inherit)
(class_interface_clause {_NAME} @inherit)
(use_declaration {_NAME} @inherit)
(attribute {_NAME} @decorate)
(named_type {_NAME} @type)
(binary_expression operator: "instanceof" right: {_NAME} @type)

(argument {_READ} @read)
(array_element_initializer {_READ} @read)
(return_statement {_READ} @read)
(assignment_expression right: {_READ} @read)
(binary_expression left: {_READ} @read)
(binary_expression operator: _ @_operator right: {_READ} @read (#not-eq? @_operator "instanceof"))
(unary_op_expression {_READ} @read)
(conditional_expression {_READ} @read)
(parenthesized_expression {_READ} @read)
(match_conditional_expression {_READ} @read)
(match_condition_list {_READ} @read)
(case_statement value: {_READ} @read)
(const_element (name) {_READ} @read)
(property_element default_value: {_READ} @read)
(simple_parameter default_value: {_READ} @read)
(property_promotion_parameter default_value: {_READ} @read)
(arrow_function body: {_READ} @read)
(subscript_expression . {_READ} @read)
(foreach_statement . {_READ} @read)
(echo_statement {_READ} @read)
((class_constant_access_expression . {_NAME} @read (name) @_class) (#eq? @_class "class"))
"""

_COMMENT = re.compile(r"/\*.*?\*/|(?://|#(?!\[))[^\n]*", re.S)
_USE = re.compile(r"\s*use\s+(?:function\s+|const\s+)?([^;]*)")
_GROUP = re.compile(r"(?s)\s*([\w\\]+)\\\s*\{([^}]*)\}?")
_CLAUSE = re.compile(r"(?:(?:function|const)\s+)?\\?(?:([\w\\]+)\\)?(\w+)(?:\s+as\s+(\w+))?\s*\Z", re.I)
_LAST_COMMA = re.compile(rb"(\buse\s[\w\\\s]*\{[^{}]*),(?=(?:\s|//[^\n]*\n)*\})")
_INCLUDED = re.compile(r"(?is)(?:require|include)(?:_once)?\b\s*(.*)\Z")
_PATH = re.compile(r"(?s).*[\"']([^\"'$]+)[\"']\s*\)*\s*\Z")


def _refine(kind: str, name: str, head: str, enclosing: str) -> SymbolKind | None:
    if enclosing == "namespace":
        enclosing = ""
    if kind == "constant":
        return "attribute" if enclosing in CLASS_LIKE else "constant"
    return refine(kind, name, head, enclosing)


def _body_of(node: Node) -> Node | None:
    """The body; of a function in an interface or an abstract class, the semicolon."""
    body = node.child_by_field_name("body")
    if body is not None:
        return body
    last = node.child(node.child_count - 1) if node.child_count else None
    return last if last is not None and last.type == ";" else None


def _head_of(node: Node) -> int:
    """Behind the attributes."""
    first = node.child(0)
    if first is None or first.type != "attribute_list":
        return node.start_byte
    return next((c.start_byte for c in node.children if c.type not in ("attribute_list", "comment")), node.start_byte)


def _imports(text: str, line: int) -> Iterable[Import]:
    text = _COMMENT.sub(lambda found: "\n" * found[0].count("\n"), text)
    used = _USE.match(text)
    if not used:
        yield from _included(text, line)
        return
    group = _GROUP.match(used[1])
    prefix, clauses = (group[1].lstrip("\\"), group[2]) if group else ("", used[1])
    at = line + text.count("\n", 0, used.start(1) + (group.start(2) if group else 0))
    for clause in clauses.split(","):
        found = _CLAUSE.match(clause.strip())
        if found:
            module = "\\".join(part for part in (prefix, found[1]) if part)
            skipped = len(clause) - len(clause.lstrip())
            name = found[2] if module else ""
            yield Import(module or found[2], name, found[3] or "", at + clause.count("\n", 0, skipped))
        at += clause.count("\n")


def _included(text: str, line: int) -> Iterable[Import]:
    """A file's path; of `__DIR__ . '/x.php'` what is relative to this file's folder."""
    included = _INCLUDED.match(text)
    path = _PATH.match(included[1]) if included else None
    if included and path:
        here = re.match(r"[\s(]*(?:__DIR__|dirname\s*\(\s*__FILE__\s*\))\s*\.\s*[\"']/", included[1])
        yield Import("." + path[1] if here else path[1].lstrip("/"), "*", "", line)


def _mend(data: bytes) -> Mended:
    """The grammar does not know the comma behind the last name of a group that is used."""
    return Mended(_LAST_COMMA.sub(rb"\1 ", data))


LANGUAGE = Language(
    name="php",
    suffixes=(".php", ".phtml", ".php5", ".inc"),
    shebangs=("php",),
    grammar="tree_sitter_php:language_php",
    version=1,
    query=QUERY,
    line_comments=("//",),
    block_comments=(("/*", "*/"),),
    separators=("?->", "->", "::", "\\"),
    name_pattern=r"[^\W\d]\w*",
    self_names=frozenset({"$this", "this", "self", "static"}),
    builtin_types=frozenset({"self", "static", "parent", "mixed", "never"}),
    capitals_are_global=True,
    refine=_refine,
    body_of=_body_of,
    head_of=_head_of,
    read_imports=_imports,
    mend=_mend,
)
