"""Python: definitions, uses and imports. Docstrings are read from the text; nothing is resolved."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterable
from inspect import cleandoc

from reverie_indexers.facts import Import, SymbolKind
from reverie_indexers.language import Language, refine

TOP_QUERY = """
(module (expression_statement (assignment left: (identifier) @variable.name)) @outer)
(module (expression_statement (assignment left: (pattern_list (identifier) @variable.name))) @outer)
(module (expression_statement (assignment left: (identifier) @function.name right: (lambda))))
(module (if_statement (block (expression_statement (assignment left: (identifier) @variable.name)) @outer)))
(module (if_statement (_ (block (expression_statement (assignment left: (identifier) @variable.name)) @outer))))
(module (try_statement (block (expression_statement (assignment left: (identifier) @variable.name)) @outer)))
(module (try_statement (_ (block (expression_statement (assignment left: (identifier) @variable.name)) @outer))))
(module (type_alias_statement left: (type (identifier) @type.name)) @outer)
"""

QUERY = """
(decorated_definition) @outer
(function_definition) @function
(class_definition) @class

(class_definition body: (block (expression_statement (assignment left: (identifier) @variable.name)) @outer))
(class_definition body: (block (expression_statement (assignment left: (identifier) @function.name right: (lambda)))))
(class_definition body: (block
  (expression_statement (assignment left: (pattern_list (identifier) @variable.name))) @outer))
(assignment left: (attribute object: (identifier) attribute: (identifier)) @instance)
(assignment left: (pattern_list (attribute object: (identifier) attribute: (identifier)) @instance))

[(import_statement) (import_from_statement) (future_import_statement)] @import

(call function: [(identifier) (attribute)] @call)
(decorator [(identifier) (attribute)] @decorate)
(decorator (call function: [(identifier) (attribute)] @decorate))
(class_definition superclasses: (argument_list [(identifier) (attribute)] @inherit))
(class_definition superclasses: (argument_list (subscript value: [(identifier) (attribute)] @inherit)))
(class_definition superclasses: (argument_list (subscript subscript: (_) @types)))
(type) @types
(except_clause value: [(identifier) (attribute)] @type)
(except_clause value: (tuple [(identifier) (attribute)] @type))
(except_clause value: (as_pattern . [(identifier) (attribute)] @type))
(except_clause value: (as_pattern (tuple [(identifier) (attribute)] @type)))

(argument_list [(identifier) (attribute)] @read)
(keyword_argument value: [(identifier) (attribute)] @read)
(default_parameter value: [(identifier) (attribute)] @read)
(typed_default_parameter value: [(identifier) (attribute)] @read)
(return_statement [(identifier) (attribute)] @read)
(assignment right: [(identifier) (attribute)] @read)
(list [(identifier) (attribute)] @read)
(tuple [(identifier) (attribute)] @read)
(set [(identifier) (attribute)] @read)
(expression_list [(identifier) (attribute)] @read)
(pair value: [(identifier) (attribute)] @read)
(subscript value: [(identifier) (attribute)] @read)
(comparison_operator [(identifier) (attribute)] @read)
(binary_operator [(identifier) (attribute)] @read)
(boolean_operator [(identifier) (attribute)] @read)
(conditional_expression [(identifier) (attribute)] @read)
(for_statement right: [(identifier) (attribute)] @read)
(if_statement condition: [(identifier) (attribute)] @read)
(interpolation expression: [(identifier) (attribute)] @read)
(raise_statement [(identifier) (attribute)] @read)
"""

_PROPERTY = re.compile(r"@\s*[\w.]*(?:property\b|\.(?:setter|getter|deleter)\b)")
_OPENING = re.compile(r"[rRuUbB]{0,2}(\"\"\"|'''|\"|')")
_BELOW = re.compile(r"[^\S\n]*(?:#[^\n]*)?\r?\n[^\S\n]*(?=[rRuU]?(?:\"\"\"|'''))")
_COMMENT = re.compile(r"#[^\n]*")
_FROM = re.compile(r"(?s)\s*from\s*((?:\.\s*)*[\w.]*)\s*import\b(.*)")
_NAMED = re.compile(r"([\w.*]+)(?:\s+as\s+(\w+))?")
_DOC_CHARACTERS_READ = 4_000


def _refine(kind: str, name: str, head: str, enclosing: str) -> SymbolKind | None:
    refined = refine(kind, name, head, enclosing)
    if refined == "method" and head.startswith("@") and _PROPERTY.search(head):
        return "property"
    return refined


def _docstring(text: str, start: int) -> str:
    """The string literal at `start`, as plain text; as far as it is read where it is not closed by then."""
    opening = _OPENING.match(text, start)
    if not opening:
        return ""
    quote, first, limit = opening[1], opening.end(), start + _DOC_CHARACTERS_READ
    # By `find`, since a pattern would look at every character.
    end = text.find(quote, first, limit)
    while end > first and text[end - 1] == "\\":
        end = text.find(quote, end + 1, limit)
    if end < 0 and len(quote) == 1:
        return ""
    written = text[first : end if end >= 0 else limit]
    # Most are one line, for which cleandoc does much to little effect.
    return written.lstrip() if end >= 0 and written.isprintable() else cleandoc(written)


def _docstring_below(text: str, end: int) -> str:
    """The string literal on the line after a value's statement."""
    match = _BELOW.match(text, end)
    return _docstring(text, match.end()) if match else ""


def _imports(text: str, line: int) -> Iterable[Import]:
    text = _COMMENT.sub("", text).replace("\\\n", " \n")
    whole = _FROM.match(text)
    if whole:
        module = "".join(whole[1].split())
        names, offset = whole[2], whole.start(2)
    else:
        module, names, offset = "", text.partition("import")[2], text.find("import") + 6
    for match in _NAMED.finditer(names):
        at = line + text.count("\n", 0, offset + match.start())
        alias = match[2] or ""
        yield Import(module, match[1], alias, at) if whole else Import(match[1], "", alias, at)


def _is_valid(source: str) -> bool:
    """Whether Python itself reads it: the grammar lags behind the language here and there."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            ast.parse(source)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return False
    return True


LANGUAGE = Language(
    name="python",
    suffixes=(".py", ".pyi", ".pyw"),
    filenames=("SConstruct", "SConscript", "wscript"),
    shebangs=("python", "pypy"),
    grammar="tree_sitter_python:language",
    version=2,
    query=QUERY,
    top_query=TOP_QUERY,
    line_comments=("#",),
    block_comments=(),
    builtin_types=frozenset(["None", "str", "int", "float", "bool", "bytes", "object", "type", "self", "cls"]),
    self_names=frozenset({"self", "cls"}),
    refine=_refine,
    doc_inside=_docstring,
    doc_after=_docstring_below,
    read_imports=_imports,
    is_valid=_is_valid,
)
