"""JavaScript, ES modules and CommonJS alike: definitions, uses and imports. `typescript.py` builds on what is here.

Object literals give symbols only where they are a module's face: assigned at module level, exported, or returned by a
function. Blocks of test frameworks (`describe`, `it`) are calls, not symbols.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from reverie_indexers.facts import Import, SymbolKind
from reverie_indexers.language import CLASS_LIKE, Language, refine

if TYPE_CHECKING:
    from tree_sitter import Node

_FUNCTION = "[(arrow_function) (function_expression) (generator_function)]"
_NAME = "[(identifier) (member_expression)]"
_MEMBER = f"[(method_definition) @method (pair value: {_FUNCTION}) @method]"
OBJECT = f"(object {_MEMBER})"
_NESTED = f"(object (pair value: {OBJECT}))"
_IN_CALL = f"(call_expression arguments: (arguments [{OBJECT} {_NESTED}]))"
_FACE = f"[{OBJECT} {_NESTED} {_IN_CALL}]"
_PATTERN = """[
  (identifier) @{kind}.name
  (object_pattern [(shorthand_property_identifier_pattern) @{kind}.name
                   (pair_pattern value: (identifier) @{kind}.name)
                   (object_assignment_pattern left: (shorthand_property_identifier_pattern) @{kind}.name)])
  (array_pattern [(identifier) @{kind}.name (assignment_pattern left: (identifier) @{kind}.name)])
]"""
_REQUIRE_CALL = "(call_expression function: (identifier) @_require arguments: (arguments . (string) .))"
_IS_REQUIRE = '(#eq? @_require "require")'
DECLARATION = f"""[
  (lexical_declaration kind: "const" (variable_declarator name: {_PATTERN.format(kind="constant")}) @outer)
  (lexical_declaration kind: "let" (variable_declarator name: {_PATTERN.format(kind="variable")}) @outer)
  (variable_declaration (variable_declarator name: {_PATTERN.format(kind="variable")}) @outer)
]"""

SHARED_QUERY = f"""
(function_declaration) @function
(generator_function_declaration) @function
(class_declaration) @class
(class_body (method_definition) @function)
(variable_declarator name: (identifier) value: {_FUNCTION}) @function
(variable_declarator name: (identifier) value: (assignment_expression right: {_FUNCTION})) @function
(variable_declarator name: (identifier) value: (class)) @class
(export_statement value: {_FUNCTION}) @function
(export_statement value: (class)) @class
(export_statement declaration: (class_declaration)) @outer
(assignment_expression left: (member_expression) right: {_FUNCTION}) @function
(assignment_expression left: (member_expression) right: (class)) @class
((assignment_expression left: (member_expression) @function.name right: (assignment_expression right: {_FUNCTION}))
  (#not-match? @function.name "^(module|exports)\\b"))
(program (expression_statement (call_expression
  arguments: (arguments (function_expression name: (identifier)) @function))))
(assignment_expression left: (member_expression object: (this)) @instance)

(program {DECLARATION})
(program (export_statement declaration: {DECLARATION}))
(program (expression_statement (assignment_expression
  left: (member_expression object: [(identifier) (member_expression)] @_owner)) @variable)
  (#match? @_owner "^(module\\\\.exports|exports|[A-Z][\\\\w$]*(\\\\.prototype)?)$"))

(program (lexical_declaration (variable_declarator value: {_FACE})))
(program (variable_declaration (variable_declarator value: {_FACE})))
(program (export_statement declaration: (lexical_declaration (variable_declarator value: {_FACE}))))
(program (export_statement value: {_FACE}))
(program (expression_statement (assignment_expression right: {_FACE})))
(program (expression_statement (assignment_expression right: (assignment_expression right: {_FACE}))))
((assignment_expression left: (member_expression property: (property_identifier) @_prototype) right: {OBJECT})
  @container (#eq? @_prototype "prototype"))
(return_statement {OBJECT})
(arrow_function body: (parenthesized_expression {OBJECT}))

(import_statement) @import
(export_statement source: (string)) @import
(call_expression function: (import) arguments: (arguments . (string))) @import
({_REQUIRE_CALL} @import {_IS_REQUIRE})
((variable_declarator value: {_REQUIRE_CALL}) @import {_IS_REQUIRE})
((variable_declarator value: (member_expression object: {_REQUIRE_CALL})) @import {_IS_REQUIRE})
((variable_declarator value: (call_expression function: {_REQUIRE_CALL})) @import {_IS_REQUIRE})
(variable_declarator value: (await_expression (call_expression function: (import)))) @import

(call_expression function: {_NAME} @call)
(new_expression constructor: {_NAME} @call)
(decorator {_NAME} @decorate)
(decorator (call_expression function: {_NAME} @decorate))

(arguments {_NAME} @read)
(pair value: {_NAME} @read)
(shorthand_property_identifier) @read
(spread_element {_NAME} @read)
(array {_NAME} @read)
(assignment_pattern right: {_NAME} @read)
(return_statement {_NAME} @read)
(throw_statement {_NAME} @read)
(await_expression {_NAME} @read)
(variable_declarator value: {_NAME} @read)
(assignment_expression right: {_NAME} @read)
(augmented_assignment_expression right: {_NAME} @read)
(binary_expression {_NAME} @read)
(unary_expression argument: {_NAME} @read)
(ternary_expression {_NAME} @read)
(parenthesized_expression {_NAME} @read)
(arrow_function body: {_NAME} @read)
(subscript_expression object: {_NAME} @read)
(subscript_expression index: {_NAME} @read)
(for_in_statement right: {_NAME} @read)
(template_substitution {_NAME} @read)
"""

JSX_QUERY = f"""
(jsx_expression {_NAME} @read)
((jsx_opening_element name: {_NAME} @call) (#match? @call "^[A-Z]|[.]"))
((jsx_self_closing_element name: {_NAME} @call) (#match? @call "^[A-Z]|[.]"))
"""

QUERY = f"""
{SHARED_QUERY}
{JSX_QUERY}
(field_definition) @variable
(class_heritage {_NAME} @inherit)
(class_heritage (call_expression arguments: (arguments {_NAME} @inherit)))
"""

NAME_PATTERN = r"#?(?:[^\W\d]|\$)[\w$]*"
_FUNCTION_TYPES = frozenset({"arrow_function", "function_expression", "generator_function", "class", "object_type"})
_NOT_AN_OWNER = re.compile(r"(?:module|exports|module\.exports|this|self|that|_this|window|global|globalThis)\Z")
_CHAIN = re.compile(r"[\w$]+(?:\.[\w$]+)*\Z")
_ACCESSOR = re.compile(r"(?:^|\s)[gs]et\s+[\w$#'\"\[\].]+\s*\(")
_FUNCTION_FIELD = re.compile(r"=>\s*\Z|=\s*(?:(?:async\s+)?function|class)\b[^{]*\Z")
_PLAIN_ALIAS = re.compile(r"[^=]*=\s*[\w$.]*[A-Za-z_$][\w$.]*\Z")
_MEMBER_TARGET = re.compile(r"[\w$]+\s*\.")
_EXPORTS_TARGET = re.compile(r"(?:module\s*\.\s*)?exports\b")
_PROTOTYPE_TARGET = re.compile(r"[\w$.]+\.prototype\s*=")
_KEY = re.compile(r"(?:async\s+)?(?:\*\s*)?[\w$'\"\[\].]+\s*[:(]")


def refine_script(kind: str, name: str, head: str, enclosing: str) -> SymbolKind | None:
    """The kind of a definition: a field that holds a function is a method, an accessor a property; what only names a
    required module or another value again is no symbol."""
    if kind in ("variable", "constant"):
        return _refine_value(kind, name, head, enclosing)
    refined = refine(kind, name, head, enclosing)
    if refined == "method" and ("get " in head or "set " in head) and _ACCESSOR.search(head):
        return "property"
    if refined == "function" and _CHAIN.match(head) and "." in head:
        return "method"
    return "function" if refined == "method" and not enclosing and _KEY.match(head) else refined


def _refine_value(kind: str, name: str, head: str, enclosing: str) -> SymbolKind | None:
    if enclosing in CLASS_LIKE:
        # The name in `const A = class {}` and `exports.A = class {}` stands inside the class that it names.
        if head == name or _MEMBER_TARGET.match(head):
            return None
        return "method" if _FUNCTION_FIELD.search(head) else "attribute"
    if ("require" in head or "import" in head) and _REQUIRE_ONLY.match(head):
        return None
    if enclosing == "" and _MEMBER_TARGET.match(head):
        if _FUNCTION_FIELD.search(head) or _PLAIN_ALIAS.match(head) or _PROTOTYPE_TARGET.match(head):
            return None
        return refine(kind, name, head, "") if _EXPORTS_TARGET.match(head) else "attribute"
    return "attribute" if enclosing == "type" else refine(kind, name, head, enclosing)


def name_of(node: Node) -> Node | None:
    """The name of a declaration, of an assignment's target, of an object's key; "default" for a nameless export."""
    kind = node.type
    if kind == "assignment_expression":
        named = node.parent is not None and node.parent.type == "variable_declarator"
        return None if named else _target(node)
    if kind == "export_statement":
        return _own_name(node.child_by_field_name("value")) or next(
            (c for c in node.children if c.type == "default"), None
        )
    return _own_name(node)


def head_of(node: Node) -> int:
    """Behind the decorators inside a definition."""
    first = node.child(0)
    if first is None or first.type != "decorator":
        return node.start_byte
    return next((c.start_byte for c in node.children if c.type not in ("decorator", "comment")), node.start_byte)


def _own_name(node: Node | None) -> Node | None:
    if node is None:
        return None
    name = node.child_by_field_name("name") or node.child_by_field_name("key") or node.child_by_field_name("property")
    if name is None or name.type not in ("string", "computed_property_name"):
        return name
    inner = name.named_child(0)
    if inner is None or b" " in (inner.text or b""):
        return None
    return inner.child_by_field_name("property") or inner


def _target(node: Node) -> Node | None:
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    name = left.child_by_field_name("property") if left else None
    if left is None or name is None or right is None:
        return name
    if name.text == b"exports":
        return right.child_by_field_name("name") or name
    return left.child_by_field_name("object") if name.text == b"prototype" else name


def owner_of(node: Node) -> str:
    """The object that an assignment's target belongs to: `Foo` for `Foo.prototype.bar = …`; none for `exports`."""
    if node.type != "assignment_expression":
        return ""
    left = node.child_by_field_name("left")
    owner = left.child_by_field_name("object") if left else None
    written = (owner.text or b"").decode("utf-8", "replace") if owner else ""
    if not _CHAIN.match(written) or _NOT_AN_OWNER.match(written):
        return ""
    return written.removeprefix("module.exports.").removeprefix("exports.").removesuffix(".prototype")


def body_of(node: Node) -> Node | None:
    """Where a definition's signature ends: its own body, or that of the function or class it names."""
    body = node.child_by_field_name("body")
    if body is not None:
        return body
    value = node.child_by_field_name("value") or node.child_by_field_name("right")
    while value is not None and value.type == "assignment_expression":
        value = value.child_by_field_name("right")
    if value is None or value.type not in _FUNCTION_TYPES:
        return None
    return value if value.type == "object_type" else value.child_by_field_name("body")


_COMMENT = re.compile(r"/\*.*?\*/|(?<!:)//[^\n]*", re.S)
_QUOTED = r"(?:\"([^\"\n]*)\"|'([^'\n]*)'|`([^`\n]*)`)"
_LOADED = rf"(?:await\s+)?(?:require|import)\s*\(\s*{_QUOTED}\s*,?\s*\)"
_REQUIRE_ONLY = re.compile(rf"(?s).*?=\s*{_LOADED}(?:\.[\w$]+)*\s*\Z")
_REQUIRE = re.compile(rf"(?s)(?:(.*)=\s*\(?\s*)?{_LOADED}\)?(?:\.([\w$]+))?")
_FROM = re.compile(rf"(?s)(?:import|export)\b(.*?)(?:\bfrom\s*)?{_QUOTED}\s*(?:(?:with|assert)\b.*)?;?\s*\Z")
_EQUALS = re.compile(rf"(?:export\s+)?import\s+(?:type\s+)?([\w$]+)\s*=\s*(?:require\s*\(\s*{_QUOTED}|([\w$.]+))")
_NAMED = re.compile(r"(?:type\s+(?!as\b|,|\}))?([\w$]+|\"[^\"]*\"|'[^']*')(?:\s+as\s+([\w$]+)|\s*:\s*([\w$]+))?")


def read_imports(text: str, line: int) -> Iterable[Import]:
    """The imports of a statement: static, type-only, re-exporting, `require` or dynamic `import()`."""
    text = _COMMENT.sub(lambda found: "\n" * found[0].count("\n"), text)
    if not text.startswith(("import", "export")) or re.match(r"import\s*\(", text):
        yield from _required(text, line)
        return
    equals = _EQUALS.match(text)
    if equals:
        module = equals[2] or equals[3] or equals[4]
        yield Import(module, "", equals[1], line) if module else _entity(equals[5], equals[1], line)
        return
    whole = _FROM.match(text)
    if not whole:
        return
    module, clause = whole[2] or whole[3] or whole[4] or "", whole[1]
    if not clause.strip():
        yield Import(module, "", "", line)
        return
    yield from _clause(clause, module, text, line + text.count("\n", 0, whole.start(1)))


def _entity(entity: str, alias: str, line: int) -> Import:
    module, _, name = entity.rpartition(".")
    return Import(module or name, name if module else "", alias if alias != name else "", line)


def _clause(clause: str, module: str, statement: str, line: int) -> Iterable[Import]:
    """What stands between `import` and `from`."""
    head, brace, named = clause.partition("{")
    star = re.search(r"\*(?:\s*as\s+([\w$]+))?", head)
    if star:
        re_exported = not star[1]
        yield Import(module, "*" if re_exported else "", star[1] or "", line + head.count("\n", 0, star.start()))
        head = head[: star.start()].strip().rstrip(",").removeprefix("type")
    default = re.match(r"\s*(?:type\s+(?=[\w$]))?([\w$]+)\s*,?\s*\Z", head)
    if default and not (brace and default[1] == "type"):
        yield Import(module, "default", default[1], line)
    if brace:
        yield from _names(named.partition("}")[0], module, line + head.count("\n"))


def _names(named: str, module: str, line: int) -> Iterable[Import]:
    for match in _NAMED.finditer(named):
        alias = match[2] or match[3] or ""
        name = match[1].strip("\"'")
        yield Import(module, name, alias if alias != name else "", line + named.count("\n", 0, match.start()))


def _required(text: str, line: int) -> Iterable[Import]:
    found = _REQUIRE.match(text)
    if not found:
        return
    target, member = found[1] or "", found[5] or ""
    module = found[2] or found[3] or found[4] or ""
    if target.startswith("{"):
        yield from _names(re.sub(r"=\s*[^,}]+|\.\.\.", "", target).strip("{} "), module, line)
        return
    name = re.match(r"[\w$]*", target)
    alias = name[0] if name else ""
    yield Import(module, member, alias if alias != member else "", line)


_MARKUP = frozenset({"jsx_element", "jsx_fragment", "jsx_attribute", "string"})


def excuses(fault: Node) -> bool:
    """Whether a fault is an `&` in markup that begins no entity, `<b>Salt & pepper</b>`: JSX allows it, the grammar
    does not. What stands around it is read all the same."""
    return fault.is_error and (fault.text or b"").startswith(b"&") and (fault.parent or fault).type in _MARKUP


LANGUAGE = Language(
    name="javascript",
    suffixes=(".js", ".mjs", ".cjs", ".jsx"),
    filenames=("Jakefile",),
    shebangs=("node", "nodejs", "bun"),
    grammar="tree_sitter_javascript:language",
    version=2,
    query=QUERY,
    line_comments=("//",),
    block_comments=(("/*", "*/"),),
    name_pattern=NAME_PATTERN,
    self_names=frozenset({"this"}),
    refine=refine_script,
    name_of=name_of,
    body_of=body_of,
    head_of=head_of,
    owner_of=owner_of,
    read_imports=read_imports,
    excuses=excuses,
)
