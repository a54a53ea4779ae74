"""C++: C's definitions, uses and includes, with classes, namespaces and templates.

A member that is defined outside its class is named with it (`Store::put` is "Store.put"), and so is a namespace's. A
header that could be C's (`.h`) is C++ where its first bytes say what only C++ can say, outside `#ifdef __cplusplus`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from reverie_indexers import macros, preprocessor
from reverie_indexers.facts import Import, SymbolKind
from reverie_indexers.language import Language, Mended
from reverie_indexers.languages import c

if TYPE_CHECKING:
    from tree_sitter import Node

_NAME = "[(identifier) (field_expression) (qualified_identifier)]"
_TEMPLATE = "(template_function name: (identifier) @{use}.tail)"
_CALLEE = f"""[{_NAME} @call
  (template_function name: (identifier) @call)
  (qualified_identifier name: (template_function name: (identifier) @call.tail))
  (qualified_identifier name: (qualified_identifier name: (template_function name: (identifier) @call.tail)))
  (field_expression field: (template_method name: (field_identifier) @call.tail))]"""
_PLAIN_PLACES = ("translation_unit", "linkage_specification body:")
_PLACES = (
    *(place for place in c.PLACES if place not in _PLAIN_PLACES),
    "field_declaration_list",
    "template_declaration",
)


def _base(use: str) -> str:
    """The names of types in a list, with their arguments or without."""
    return f"""[(type_identifier) @{use} (qualified_identifier) @{use}
  (template_type name: (type_identifier) @{use})
  (qualified_identifier name: (template_type name: (type_identifier) @{use}.tail))
  (qualified_identifier name: (qualified_identifier name: (template_type name: (type_identifier) @{use}.tail)))]"""


QUERY = f"""
{c.SHARED_QUERY}
(namespace_definition) @namespace
(class_specifier name: (_) body: (_)) @class
(template_declaration [(class_specifier body: (_)) (struct_specifier body: (_)) (function_definition)
  (alias_declaration) (concept_definition) (declaration) (field_declaration)]) @outer
{c.declarations("declaration.plain", *_PLAIN_PLACES)}
{c.declarations("declaration", *_PLACES)}
(alias_declaration) @typedef
(concept_definition) @typedef
(init_declarator declarator: (identifier) value: (lambda_expression)) @function
(using_declaration) @import

(call_expression function: {_CALLEE})
(new_expression type: {_base("call")})
(base_class_clause {_base("inherit")})
(qualified_identifier name: (type_identifier) @type.tail)
(qualified_identifier name: (template_type name: (type_identifier) @type.tail))
(type_parameter_declaration (type_identifier) @type_variable)
(optional_type_parameter_declaration name: (type_identifier) @type_variable)
(variadic_type_parameter_declaration (type_identifier) @type_variable)
(condition_clause value: {_NAME} @read)
(for_range_loop right: {_NAME} @read)
(throw_statement {_NAME} @read)
(template_argument_list {_NAME} @read)
{c.reads(_NAME)}
"""

_USING = re.compile(r"using\s+(namespace\s+|enum\s+|typename\s+)?(?:::)?([\w:\s]+?)\s*;")
_INNERMOST = re.compile(r"<[^<>]*>")
_UNKNOWN = re.compile(
    rb"""(?:(?<=\w)|(?<=\w[ ])|(?<=>))\*+(?=\[\w+\])  # new Item*[2]
      | (?<=using[ ])typename(?=[ ]) | (?<=[(,])\s*throw(?=\s)
      | (?<=\()\*(?=this\)) | ->\*(?=[\w(]) | \.\*(?=[\w(])
      | ^[ \t]*(?:export[ \t]+)?(?:module|import)\b[ \t]*[\w.:<>"/]*[ \t]*;
      | =\s*delete\s*(?=;) | =\s*\{\s*\}(?=\s*[,)]) | (?<=enum)\s*:\s*[\w:]+(?=\s*\{)
      | \b\w+::(?=\*\w) | \b(?:unsigned|signed|short|long)(?=\()
      | (?<=[.>])operator(?:\[\]|\(\)) | \boperator\(\)<[^<>;]*>(?=\() | ^extern\s+template\b[^;{}]*;
    """,
    re.M | re.X,
)
_ONLY_CPP = re.compile(
    rb"""\bclass\s+\w+[\w\s]*(?::[^:]|[{;]) | \bnamespace(?:\s+[\w:]+)?\s*\{ | \btemplate\s*<
      | \busing\s+(?:namespace\b|\w+\s*=|\w+::) | \b(?:public|private|protected)\s*:\s*$ | \w::~?\w
      | \bvirtual\s+[\w~] | \)\s*(?:const\s*)?(?:noexcept|override)\b | \)\s*=\s*(?:delete|default)\s*;
      | \b(?:static|dynamic|reinterpret|const)_cast\s*< | \boperator\s*[^\w\s,;)] | \bconst\s+\w+\s*&\s*\w*\s*[,)]
    """,
    re.M | re.X,
)
_HEADER_OF_CPP = re.compile(rb"^[ \t]*#[ \t]*include[ \t]*(?:<\w+>|[<\"][\w/.+-]+\.(?:hpp|hh|hxx)[>\"])", re.M)
_QUALIFIED = "qualified_identifier"
_PLAIN_NAMES = frozenset({"identifier"})
_FUNCTION_NAMES = frozenset(
    {"identifier", "field_identifier", "qualified_identifier", "operator_name", "destructor_name", "operator_cast"}
)
_SELF_CONTAINED = frozenset({"destructor_name", "operator_name", "operator_cast"})


def _unfold(node: Node, capture: str) -> Iterable[tuple[str, Node]]:
    return c.declared(node, _PLAIN_NAMES if capture == "declaration.plain" else _FUNCTION_NAMES)


def _innermost(node: Node | None) -> Node | None:
    while node is not None and node.type == _QUALIFIED:
        node = node.child_by_field_name("name")
    return node


def _name_of(node: Node) -> Node | None:
    if node.type in ("namespace_definition", "alias_declaration", "concept_definition"):
        return node.child_by_field_name("name")
    name = _innermost(c.name_of(node))
    return name.child_by_field_name("name") or name if name is not None and name.type.startswith("template") else name


def _owner_of(node: Node) -> str:
    """What a definition outside its class or namespace is qualified with, without template arguments."""
    made = c.owner_of(node)
    if made:
        return made
    found = c.name_of(node) if node.type != "namespace_definition" else None
    innermost = _innermost(found)
    if found is None or innermost is None or found.type != _QUALIFIED:
        return ""
    written = (found.text or b"")[: innermost.start_byte - found.start_byte].decode("utf-8", "replace")
    while "<" in written and _INNERMOST.search(written):
        written = _INNERMOST.sub("", written)
    return written.replace(" ", "").strip(":")


def _body_of(node: Node) -> Node | None:
    """Where the signature ends; a constructor's at its initializers."""
    if node.type == "init_declarator":
        value = node.child_by_field_name("value")
        return value.child_by_field_name("body") if value else None
    first = next((child for child in node.named_children if child.type == "field_initializer_list"), None)
    return first or c.body_of(node)


def _refine(kind: str, name: str, head: str, enclosing: str) -> SymbolKind | None:
    if enclosing in ("function", "method") and kind in ("class", "struct", "union", "enum"):
        return kind  # type: ignore[return-value]
    return c.refine_declared(kind, name, head, enclosing)


def _imports(text: str, line: int) -> Iterable[Import]:
    if text.startswith("#"):
        yield from c.read_include(text, line)
        return
    found = _USING.match(text)
    if not found:
        return
    whole = "".join(found[2].split())
    if (found[1] or "").strip() in ("namespace", "enum"):
        yield Import(whole, "*", "", line)
        return
    module, _, name = whole.rpartition("::")
    if module:
        yield Import(module, name, "", line)


def _claims(source: bytes) -> bool:
    """Whether a header's first bytes are C++ where C reads them too."""
    found = preprocessor.outline(source, {b"__cplusplus": False})
    if _ONLY_CPP.search(preprocessor.compiled(found, found.code)):
        return True
    return _HEADER_OF_CPP.search(preprocessor.compiled(found, source)) is not None


def _mend(text: bytes) -> Mended:
    """The text without directives, as C++'s compiler knows it."""
    return Mended(*preprocessor.read(macros.prepare(text), preprocessor.outline(text, {b"__cplusplus": True})))


def _repair(text: bytes, faults: Sequence[tuple[int, int]]) -> bytes:
    """Makes room for macros, and for what the grammar does not know: `new Item*[2]`, `using typename Base::item`."""
    return _UNKNOWN.sub(_known, macros.repair(text, faults))


def _known(found: re.Match[bytes]) -> bytes:
    """A name for an operator that is called by its own, an operator for what joins a member pointer; else nothing."""
    if found[0].startswith(b"operator"):
        return b"operator".ljust(len(found[0]), b"_")
    return b"+".center(len(found[0])) if found[0] in (b"->*", b".*") else preprocessor.blank(found[0])


LANGUAGE = Language(
    name="cpp",
    suffixes=(".cpp", ".cc", ".cxx", ".c++", ".hpp", ".hh", ".hxx", ".h++", ".ipp", ".inl", ".tpp", ".cppm"),
    contested=(".h",),
    claims=_claims,
    grammar="tree_sitter_cpp:language",
    version=4,
    query=QUERY,
    line_comments=("//",),
    block_comments=(("/*", "*/"),),
    separators=("::", "->", "."),
    self_names=frozenset({"this"}),
    builtin_types=frozenset(c.BUILTIN_TYPES.split()),
    capitals_are_global=True,
    refine=_refine,
    unfold=_unfold,
    name_of=_name_of,
    owner_of=_owner_of,
    body_of=_body_of,
    read_imports=_imports,
    doc_after=c.doc_after,
    prepare=macros.prepare,
    mend=_mend,
    excuses=macros.excuses,
    repair=_repair,
)
