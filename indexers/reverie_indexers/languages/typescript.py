"""TypeScript: JavaScript's definitions, uses and imports, with types. `tsx.py` reads the same with JSX."""

from __future__ import annotations

import re

from reverie_indexers.language import Language, Mended
from reverie_indexers.languages import javascript

_NAME = "[(identifier) (member_expression)]"

SHARED_QUERY = f"""
{javascript.SHARED_QUERY}
(abstract_class_declaration) @class
(export_statement declaration: (abstract_class_declaration)) @outer
(class_body (decorator) @before)
(class_body [(method_signature) (abstract_method_signature)] @function)
(public_field_definition) @variable
(required_parameter (accessibility_modifier) pattern: (identifier) @instance.name)
(optional_parameter (accessibility_modifier) pattern: (identifier) @instance.name)
(required_parameter "readonly" pattern: (identifier) @instance.name)
(function_signature) @function
(interface_declaration) @interface
(interface_body [(method_signature) @function (property_signature) @variable])
(type_alias_declaration) @typedef
(type_alias_declaration value: (object_type [(method_signature) @method (property_signature) @variable]))
(enum_declaration) @enum
(enum_body (property_identifier) @attribute.name)
(enum_body (enum_assignment name: (property_identifier) @attribute.name) @outer)
(internal_module) @namespace
(module) @namespace
(ambient_declaration {javascript.DECLARATION})
(internal_module body: (statement_block [{javascript.DECLARATION} (export_statement {javascript.DECLARATION})]))
(program (lexical_declaration (variable_declarator value: (_ {javascript.OBJECT}))))
(program (export_statement (lexical_declaration (variable_declarator value: (_ {javascript.OBJECT})))))
(program (export_statement value: (_ {javascript.OBJECT})))
(import_alias) @import

(class_heritage (extends_clause value: {_NAME} @inherit))
(class_heritage (extends_clause value: (call_expression arguments: (arguments {_NAME} @inherit))))
(implements_clause [(type_identifier) (nested_type_identifier)] @inherit)
(implements_clause (generic_type name: (_) @inherit))
(extends_type_clause type: [(type_identifier) (nested_type_identifier)] @inherit)
(extends_type_clause type: (generic_type name: (_) @inherit))
(type_identifier) @type
(type_parameter name: (type_identifier) @type_variable)
(nested_type_identifier name: (type_identifier) @type.tail)
(type_query {_NAME} @read)
(as_expression . {_NAME} @read)
(satisfies_expression . {_NAME} @read)
(non_null_expression {_NAME} @read)
"""

_UNKNOWN_TO_THE_GRAMMAR = re.compile(
    rb"(?<=export )type(?=\s*\*)|(?<=[<,\s])(?:in|out|in\s+out)(?=\s+[A-Z$_][\w$]*\s*(?:,|>|=[^=>]|extends\b))"
)
"""`export type * from`, and variance in `interface Box<in out T>`."""
_TYPE_OF_IMPORT = re.compile(rb"(?<=[<,])(\s*)typeof\s+import\s*\(\s*(?:\"[^\"\n]*\"|'[^'\n]*')\s*\)")
_CALL_SIGNATURE = re.compile(rb"^([ \t]*(?:(?:<[^\n]*>)?\([^\n]*)?\)[ \t]*:[^\n;{}]*[^\s;{},])\n(?=\s*<[A-Z])", re.M)


def mend(data: bytes) -> Mended:
    """Blanks out syntax newer than the grammar; ends a call's signature where only the line ends, before `<T>(…)`; and
    reads the type of a module, `load<typeof import("./store")>()`, as any type."""
    data = _UNKNOWN_TO_THE_GRAMMAR.sub(lambda found: b" " * len(found[0]), data)
    data = _TYPE_OF_IMPORT.sub(lambda found: found[1] + b"any".ljust(len(found[0]) - len(found[1])), data)
    return Mended(_CALL_SIGNATURE.sub(rb"\1;", data))


BUILTIN_TYPES = frozenset({"const"})

LANGUAGE = Language(
    name="typescript",
    suffixes=(".ts", ".mts", ".cts"),
    shebangs=("deno", "ts-node", "tsx"),
    grammar="tree_sitter_typescript:language_typescript",
    version=2,
    query=SHARED_QUERY,
    line_comments=("//",),
    block_comments=(("/*", "*/"),),
    name_pattern=javascript.NAME_PATTERN,
    self_names=frozenset({"this"}),
    builtin_types=BUILTIN_TYPES,
    refine=javascript.refine_script,
    name_of=javascript.name_of,
    body_of=javascript.body_of,
    head_of=javascript.head_of,
    owner_of=javascript.owner_of,
    read_imports=javascript.read_imports,
    mend=mend,
    excuses=javascript.excuses,
)
