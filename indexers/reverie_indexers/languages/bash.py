"""Shell scripts of Bash and its kin: functions, variables of the script itself, commands and sourced files.

A shell has no scopes worth the name, so what functions assign is not listed; built-in commands are no calls.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from reverie_indexers.facts import Import, SymbolKind
from reverie_indexers.language import Language

_BUILTINS = (
    "alias bg bind break builtin caller cd command compgen complete compopt continue declare dirs disown echo "
    "enable eval exec exit export false fc fg getopts hash help history jobs kill let local logout mapfile popd printf "
    "pushd pwd read readarray readonly return set shift shopt source suspend test times trap true type typeset ulimit "
    "umask unalias unset wait"
)
_LETTERS = bytes(code if code < 0x80 else ord("x") for code in range(256))
_NO_CALL = _BUILTINS.replace(" ", "|")


def _top(pattern: str) -> str:
    """The pattern wherever a statement of the script can stand; `_refine` drops those inside functions."""
    places = ("program", "if_statement", "else_clause", "elif_clause", "case_item", "list", "compound_statement")
    return "\n".join(f"({place} {pattern})" for place in places)


QUERY = f"""
(function_definition) @function
{_top("(variable_assignment name: (variable_name) @variable.name) @outer")}
{_top("(declaration_command (variable_assignment name: (variable_name) @variable.name)) @outer")}

((command name: (command_name (word) @_name)) @import (#any-of? @_name "source" "."))

((command name: (command_name (word) @call)) (#not-match? @call "^({_NO_CALL})$"))
((command name: (command_name (word) @_name) . argument: (word) @call)
  (#any-of? @_name "command" "exec" "eval") (#match? @call "^[A-Za-z_]"))
(command argument: (word) @read)
(simple_expansion (variable_name) @read)
(expansion (variable_name) @read)
(array (word) @read)
"""

_SOURCED = re.compile(r"(?:source|\.)\s+(?:--\s+)?(.+)")
_EXPANSION = re.compile(r"\$\{[^}]*\}|\$\(.*\)|\$\w+|\$[@*#?0-9]")
_PATH = re.compile(r"[^\s\"';&|<>]*")
_READONLY = re.compile(r"\s*(?:readonly\b|(?:declare|typeset|local)\s+-\w*r)")


def _refine(kind: str, name: str, head: str, enclosing: str) -> SymbolKind | None:
    if kind == "function":
        return "function"
    if enclosing:
        return None
    return "constant" if _READONLY.match(head) else "variable"


def _imports(text: str, line: int) -> Iterable[Import]:
    """The file that is sourced; of `"$DIR/lib.sh"` what follows the expansion."""
    found = _SOURCED.match(text)
    if not found:
        return
    tail = _EXPANSION.split(found[1])[-1].lstrip("\"'")
    path = _PATH.match(tail if _EXPANSION.search(found[1]) is None else tail.lstrip("/"))
    module = path[0] if path else ""
    if module:
        yield Import(module, "*", "", line)


def _in_ascii(text: bytes) -> bytes:
    """Every byte beyond ASCII as a letter: the grammar (tree-sitter-bash 0.25.1) ends the process, not each time, over
    characters from far beyond it, such as rare ideographs."""
    return text if text.isascii() else text.translate(_LETTERS)


LANGUAGE = Language(
    name="bash",
    suffixes=(".sh", ".bash", ".zsh"),
    filenames=(".bashrc", ".bash_profile", ".bash_aliases", ".profile", ".zshrc", ".zshenv", ".zprofile", "PKGBUILD"),
    shebangs=("bash", "sh", "zsh", "dash", "ksh", "ash"),
    grammar="tree_sitter_bash:language",
    version=2,
    query=QUERY,
    line_comments=("#",),
    block_comments=(),
    separators=("::", "."),
    name_pattern=r"[^\W\d][\w+@-]*",
    self_names=frozenset(),
    refine=_refine,
    read_imports=_imports,
    prepare=_in_ascii,
)
