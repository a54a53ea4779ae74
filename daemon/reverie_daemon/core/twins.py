"""Of several definitions that bear one name, those that are one and the same thing: overloads, accessors, a declaration
and what it declares, a constructor and its class.

Which of different things of one name is meant is not decided here; `naming` does that.
"""

from __future__ import annotations

from collections.abc import Sequence

from reverie_daemon.core.nouns import Definition

DECLARING = frozenset({"c", "cpp"})
"""Languages that declare a function in one file and define it in another."""
_NAMED_CONSTRUCTORS = frozenset({"java", "csharp", "cpp", "php"})
"""Languages whose constructors bear their class's name; in PHP it was so once."""
_FUNCTIONS = frozenset({"function", "method"})
_HEADERS = (".h", ".hh", ".hpp", ".hxx")


def without_overloads(definitions: Sequence[Definition]) -> tuple[Definition, ...]:
    """One definition for each qualified name of a file: of overloads and accessors, the one with most to say."""
    best: dict[tuple[str, str], Definition] = {}
    for definition in definitions:
        key = (definition.path, definition.symbol.qualname)
        if key not in best or _weight(definition) > _weight(best[key]):
            best[key] = definition
    return tuple(best.values())


def _weight(definition: Definition) -> tuple[bool, int]:
    span = definition.symbol.span
    return (bool(definition.symbol.doc), span.end_line - span.start_line)


def without_declarations(definitions: Sequence[Definition]) -> tuple[Definition, ...]:
    """What a C or C++ file of the product defines without its declarations in headers, which are no other things."""
    defined = {
        item.symbol.qualname
        for item in definitions
        if item.language in DECLARING and item.role == "source" and not item.path.endswith(_HEADERS)
    }
    return tuple(item for item in definitions if not (declares(item) and item.symbol.qualname in defined))


def declares(definition: Definition) -> bool:
    """Whether it is a function in a header, where its body seldom is."""
    in_header = definition.language in DECLARING and definition.path.endswith(_HEADERS)
    return in_header and definition.symbol.kind in _FUNCTIONS


def without_constructors(definitions: Sequence[Definition]) -> tuple[Definition, ...]:
    """Classes without the constructors that bear their names: `new Basket()` means the class."""
    names = {item.symbol.qualname for item in definitions}
    return tuple(item for item in definitions if not (constructs(item) and _owner(item) in names))


def constructs(definition: Definition) -> bool:
    """Whether it is a constructor that bears its class's name."""
    named = definition.language in _NAMED_CONSTRUCTORS and definition.symbol.kind in _FUNCTIONS
    return named and _owner(definition).rpartition(".")[2] == definition.symbol.name


def _owner(definition: Definition) -> str:
    return definition.symbol.qualname.rpartition(".")[0]
