"""Ruby: modules, classes, methods and what defines them in calls (`attr_accessor`, `define_method`, `Struct.new`).

A bare word may be a local variable or a call. It counts as a call where only a call makes sense: as a statement that
another follows, alone in a method without parameters, or with `?` or `!` at its end.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from reverie_indexers.facts import Import, SymbolKind
from reverie_indexers.language import Language, refine

if TYPE_CHECKING:
    from tree_sitter import Node

_CONSTANT = "[(constant) (scope_resolution)]"
_NO_CALLS = (
    "include|extend|prepend|require|require_relative|load|autoload|attr|attr_reader|attr_writer|attr_accessor|"
    "cattr_reader|cattr_writer|cattr_accessor|mattr_reader|mattr_writer|mattr_accessor|class_attribute|"
    "define_method|alias_method|private|public|protected|module_function|private_class_method|private_constant|"
    "raise|puts|print|lambda|proc|block_given[?]|binding"
)
_FOLLOWED = "[(call) (assignment) (operator_assignment) (identifier) (if) (unless) (return) (yield) (super) (begin)]"

_PLACES = (
    "body_statement block_body then else if unless elsif while if_modifier unless_modifier conditional binary unary "
    "argument_list parenthesized_statements assignment operator_assignment array pair interpolation call program"
)
_SURE = "\n".join(
    f'(({place} (identifier) @call) (#match? @call "[?!]$") (#not-eq? @call "block_given?"))'
    for place in _PLACES.split()
).replace("(call (identifier)", "(call receiver: (identifier)")

QUERY = f"""
(module) @module
(class) @class
(method) @function
(singleton_method) @function
(alias name: [(identifier) (constant)] @function.name) @outer
((call !receiver method: (identifier) @_m arguments: (argument_list . (simple_symbol) @function.name)) @outer
  (#any-of? @_m "define_method" "alias_method"))
((call !receiver method: (identifier) @_m arguments: (argument_list (simple_symbol) @attribute.name)) @outer
  (#match? @_m "^([cm]?attr_(reader|writer|accessor)|attr|class_attribute)$"))
(assignment left: (constant) @constant.name) @outer
((assignment left: (constant) right: (call receiver: (constant) @_r method: (identifier) @_m)) @class
  (#any-of? @_r "Struct" "Class" "Data") (#any-of? @_m "new" "define"))
((assignment left: (constant) right: (call receiver: (constant) @_r method: (identifier) @_m)) @module
  (#eq? @_r "Module") (#eq? @_m "new"))

((call !receiver method: (identifier) @_m) @import
  (#any-of? @_m "require" "require_relative" "load" "autoload"))

((call !receiver method: (identifier) @call.name) (#not-match? @call.name "^({_NO_CALLS})$"))
((call receiver: (_) method: (_) @call.name) (#not-eq? @call.name "new"))
((call receiver: [(identifier) (self) (call) (instance_variable)] method: (identifier) @call.name)
  (#eq? @call.name "new"))
((call receiver: {_CONSTANT} @call method: (identifier) @_m) (#eq? @_m "new"))
{_SURE}
((body_statement (identifier) @call . (comment)* . {_FOLLOWED}) (#not-match? @call "^({_NO_CALLS})$"))
((method !parameters body: (body_statement . (identifier) @call . (comment)* .)) (#not-match? @call "^({_NO_CALLS})$"))

(superclass {_CONSTANT} @inherit)
((assignment right: (call receiver: (constant) @_r method: (identifier) @_m
  arguments: (argument_list . {_CONSTANT} @inherit .))) (#eq? @_r "Class") (#eq? @_m "new"))
((call !receiver method: (identifier) @_m arguments: (argument_list {_CONSTANT} @inherit))
  (#any-of? @_m "include" "extend" "prepend"))
(exceptions {_CONSTANT} @type)

(argument_list {_CONSTANT} @read)
(array {_CONSTANT} @read)
(pair value: {_CONSTANT} @read)
(assignment right: {_CONSTANT} @read)
(operator_assignment right: {_CONSTANT} @read)
(binary {_CONSTANT} @read)
(unary {_CONSTANT} @read)
(return (argument_list {_CONSTANT} @read))
(body_statement {_CONSTANT} @read)
(block_body {_CONSTANT} @read)
(interpolation {_CONSTANT} @read)
(conditional {_CONSTANT} @read)
(then {_CONSTANT} @read)
(pattern {_CONSTANT} @read)
(optional_parameter value: {_CONSTANT} @read)
(keyword_parameter value: {_CONSTANT} @read)
(element_reference object: {_CONSTANT} @read)
(splat_argument {_CONSTANT} @read)
(call receiver: {_CONSTANT} @read method: (_) @_m (#not-eq? @_m "new"))
"""

_LOADED = re.compile(
    r"(?P<how>require_relative|require|load|autoload)[\s(]+(?::(?P<name>\w+)\s*,\s*)?(?P<quote>[\"'])(?P<path>[^\"'#]+)(?P=quote)"
)


def _refine(kind: str, name: str, head: str, enclosing: str) -> SymbolKind | None:
    if kind == "function" and enclosing == "module":
        return "method"
    # The name in `Point = Struct.new(:x)` stands inside the class that it names.
    if kind == "constant" and head == name:
        return None
    return refine(kind, name, head, enclosing)


def _name_of(node: Node) -> Node | None:
    name = node.child_by_field_name("name") or node.child_by_field_name("left")
    return name.child_by_field_name("name") if name is not None and name.type == "setter" else name


def _body_of(node: Node) -> Node | None:
    """The body, the block of `Struct.new(…) do`, or the `end` of what has none."""
    body = node.child_by_field_name("body")
    if body is not None:
        return body
    made = node.child_by_field_name("right")
    if made is not None:
        return made.child_by_field_name("block")
    last = node.child(node.child_count - 1) if node.child_count else None
    return last if last is not None and last.type == "end" else None


def _owner_of(node: Node) -> str:
    """The object of `def Store.make` and `def helper.make`; none for `def self.make`."""
    held = node.child_by_field_name("object")
    return (held.text or b"").decode("utf-8", "replace") if held is not None and held.type == "constant" else ""


def _imports(text: str, line: int) -> Iterable[Import]:
    found = _LOADED.match(text)
    if not found:
        return
    path = found["path"]
    if found["how"] == "require_relative" and not path.startswith("."):
        path = "./" + path
    yield Import(path, found["name"] or "", "", line)


LANGUAGE = Language(
    name="ruby",
    suffixes=(".rb", ".rake", ".gemspec", ".ru"),
    filenames=("Rakefile", "Gemfile", "Guardfile", "Capfile", "Vagrantfile", "Brewfile", "Podfile"),
    shebangs=("ruby", "jruby"),
    grammar="tree_sitter_ruby:language",
    version=2,
    query=QUERY,
    line_comments=("#",),
    block_comments=(("=begin", "=end"),),
    separators=("&.", ".", "::", ":"),
    name_pattern=r"[^\W\d]\w*[?!=]?",
    self_names=frozenset({"self"}),
    capitals_are_global=True,
    refine=_refine,
    name_of=_name_of,
    body_of=_body_of,
    owner_of=_owner_of,
    read_imports=_imports,
)
