"""The tree-sitter driver: source and language in, facts out.

One parse and one query a text; what the captures mean is decided by position in `symbols.py`, `references.py` and
`passages.py`. Grammars are imported when the first file of their language comes. It never walks a tree itself, so that
no nesting can exhaust a stack.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from re import Pattern
from typing import TYPE_CHECKING

from reverie_indexers import passages, references, symbols
from reverie_indexers.comments import CommentStyle
from reverie_indexers.facts import FileFacts, Import
from reverie_indexers.language import Language, Reading
from reverie_indexers.texts import SourceText

if TYPE_CHECKING:
    import tree_sitter

IMPORTS_MAX = 5_000
START_DEPTH_MAX = 500
"""How deep in the tree the query looks for something that begins there."""
DEBRIS_MAX = 5_000
"""How many loose tokens one node may hold: a query takes quadratic time over them."""
LONG_LINE_BYTES = 5_000
"""A line this long may hold a whole program, as minified scripts do."""
FAULTY_NODES_MAX = 1_000
REPAIRS_MAX = 2
"""How often a text is repaired and read again, as long as that helps."""


@dataclass(frozen=True)
class _Machine:
    """What is built once for a language: its parser and its compiled query."""

    parser: tree_sitter.Parser
    query: tree_sitter.Query
    top_query: tree_sitter.Query
    splitter: Pattern[str]
    comments: CommentStyle


@cache
def _machine(language: Language) -> _Machine:
    from tree_sitter import Language as Grammar
    from tree_sitter import Parser, Query

    package, _, function = language.grammar.partition(":")
    grammar = Grammar(getattr(import_module(package), function)())
    return _Machine(
        Parser(grammar),
        Query(grammar, language.query),
        Query(grammar, language.top_query),
        language.splitter(),
        CommentStyle(language.line_comments, language.block_comments),
    )


def read_code(source: str, language: Language) -> FileFacts:
    """The facts of one text in a language that has a grammar. Never raises, whatever the text."""
    machine = _machine(language)
    text = SourceText(source)
    prepared = language.prepare(text.data)
    root = machine.parser.parse(prepared).root_node
    others: Sequence[Reading] = ()
    if root.has_error:
        root, others = _mended(root, text.data, prepared, machine, language)
    if root.has_error and _is_debris(root):
        return _unread(text, language, machine)
    ordered = max(map(len, text.lines), default=0) < LONG_LINE_BYTES
    captures = _captures(machine, root, language, ordered)
    for other in others:
        _add(captures, other, machine, language, ordered)
    found = symbols.find_symbols(text, captures, language, machine.comments)
    imports = _imports(text, captures.get("import", ()), language)
    uses, uses_left_out = references.find_references(
        text, captures, language, machine.splitter, machine.comments, found, imports
    )
    stretches, stretches_left_out = passages.cut(text.lines, found.symbols, machine.comments)
    problems = [*found.problems, *uses_left_out, *stretches_left_out]
    if root.has_error:
        problems[:0] = _problem(text, root, machine, language, source)
    return FileFacts(
        language=language.name,
        symbols=tuple(found.symbols),
        references=tuple(uses),
        imports=tuple(imports),
        passages=tuple(stretches),
        problems=tuple(problems),
        lines=len(text.lines),
    )


def _mended(
    root: tree_sitter.Node, data: bytes, prepared: bytes, machine: _Machine, language: Language
) -> tuple[tree_sitter.Node, Sequence[Reading]]:
    """The tree of the text as the language mends it, where that reads better, and what else there is to read in it;
    `root` is that of the `prepared` text."""
    text, others = language.mend(data)
    best = root if text == data else _better(root, text, machine, language)
    if best is root:
        text, others = prepared, ()
    for _ in range(REPAIRS_MAX):
        if not best.has_error or _is_debris(best):
            break
        text = language.repair(text, [(fault.start_byte, fault.end_byte) for fault in _faults(best)])
        before, best = best, _better(best, text, machine, language)
        if best is before:
            break
    return best, others


def _better(root: tree_sitter.Node, text: bytes, machine: _Machine, language: Language) -> tree_sitter.Node:
    """The tree of a text where that reads better than another tree, else that."""
    again = machine.parser.parse(text).root_node
    if not again.has_error:
        return again
    if _is_debris(root) or _is_debris(again):
        return root
    return again if _badness(again, language) < _badness(root, language) else root


def _badness(root: tree_sitter.Node, language: Language) -> tuple[bool, int, int]:
    """How bad a tree is: being an error as a whole is worse than any number of faults, and the file's own are worse
    than others."""
    faults = _faults(root)
    return root.is_error, sum(not language.excuses(fault) for fault in faults), len(faults)


def _add(
    captures: dict[str, list[tree_sitter.Node]], other: Reading, machine: _Machine, language: Language, ordered: bool
) -> None:
    """Adds what another reading of the text captures in its stretches."""
    root = machine.parser.parse(other.text).root_node
    if root.has_error and _is_debris(root):
        return
    for capture, nodes in _captures(machine, root, language, ordered).items():
        captures.setdefault(capture, []).extend(node for node in nodes if other.holds(node.start_byte, node.end_byte))


def _faults(root: tree_sitter.Node) -> list[tree_sitter.Node]:
    """The nodes of a tree that are errors, or missing from the text."""
    faulty = [root]
    for node in faulty:
        if node.has_error:
            faulty.extend(child for child in node.children if child.has_error)
    return [node for node in faulty if node.is_error or node.is_missing]


def _imports(text: SourceText, nodes: list[tree_sitter.Node] | tuple[()], language: Language) -> list[Import]:
    found: list[Import] = []
    done = 0
    for start, negative_end in sorted((node.start_byte, -node.end_byte) for node in nodes[:IMPORTS_MAX]):
        if start < done:
            continue
        before = len(found)
        found.extend(language.read_imports(text.read(start, -negative_end), text.line_of(start)))
        if len(found) > before:
            done = -negative_end
    return found


def _captures(
    machine: _Machine, root: tree_sitter.Node, language: Language, ordered: bool
) -> dict[str, list[tree_sitter.Node]]:
    captures = _caught(machine.query, root, START_DEPTH_MAX, ordered)
    for capture, nodes in _caught(machine.top_query, root, 0, ordered).items():
        captures[capture] = nodes + captures.get(capture, [])
    for capture in [name for name in captures if name.partition(".")[0] == "declaration"]:
        for node in captures.pop(capture):
            for inner, found in language.unfold(node, capture):
                captures.setdefault(inner, []).append(found)
    return captures


def _caught(
    query: tree_sitter.Query, root: tree_sitter.Node, start_depth_max: int, ordered: bool
) -> dict[str, list[tree_sitter.Node]]:
    """What a query captures. In the text's order that comes a fifth faster, but in quadratic time where a statement is
    very long: all that is captured in it is held back, and looked through, until it is clear what the statement is.
    """
    from tree_sitter import QueryCursor

    cursor = QueryCursor(query)
    cursor.set_max_start_depth(start_depth_max)
    if ordered:
        return cursor.captures(root)
    captures: dict[str, list[tree_sitter.Node]] = {}
    for _, caught in cursor.matches(root):
        for capture, nodes in caught.items():
            captures.setdefault(capture, []).extend(nodes)
    # What a pattern matches in two ways is captured twice here, and once there.
    return {capture: list(dict.fromkeys(nodes)) for capture, nodes in captures.items()}


def _is_debris(root: tree_sitter.Node) -> bool:
    """Whether the text is so far from the language that a faulty node is little but a heap of tokens."""
    faulty = [root]
    for node in faulty:
        if node.child_count - node.named_child_count > DEBRIS_MAX:
            return True
        if len(faulty) < FAULTY_NODES_MAX and node.child_count <= 2 * DEBRIS_MAX:
            faulty.extend(child for child in node.children if child.has_error)
    return False


def _unread(text: SourceText, language: Language, machine: _Machine) -> FileFacts:
    stretches, left_out = passages.cut(text.lines, (), machine.comments)
    problems = (f"This is not {language.name}; it was read as plain text.", *left_out)
    return FileFacts(language.name, passages=tuple(stretches), problems=problems, lines=len(text.lines))


def _problem(
    text: SourceText, root: tree_sitter.Node, machine: _Machine, language: Language, source: str
) -> Iterable[str]:
    """What to tell of a tree's faults, if they are the file's."""
    faults = _faults(root) or [root]
    starts = [node.start_byte for node in faults if not language.excuses(node)]
    if starts and not language.is_valid(source):
        line = min(text.line_of(min(starts)), max(1, len(text.lines)))
        yield f"Line {line} is not valid {language.name}; what could be read around it was kept."
