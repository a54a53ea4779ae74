"""Makes room for macros where the grammars of C and C++ know none: an attribute's, a statement's, a type's.

A macro is known by its place alone, or by its place and its capitals; no name is. Works near faults only, so that what
the grammar reads is left as it is, and keeps every byte's place. Expands nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from reverie_indexers.preprocessor import blank, outline

if TYPE_CHECKING:
    from tree_sitter import Node

_ARGUMENTS = rb"\([^(){};]*+\)"
for _ in range(4):
    _ARGUMENTS = rb"\((?:[^(){};]++|" + _ARGUMENTS + rb")*+\)"
_CAPITALS = rb"\b(?:[A-Z_][A-Z0-9_]{2,}|__[a-z]\w+)\b"
_MACRO = _CAPITALS + rb"(?:[ \t]*" + _ARGUMENTS + rb")?"
_BASIC = rb"(?:void|bool|char|short|int|long|float|double|signed|unsigned)\b"
_TYPE_WORD = rb"(?:" + _BASIC + rb"|(?:struct|union|enum|class|typename)\b)"
_STORAGE = rb"(?:static|extern|inline|const|constexpr|virtual|friend|template|typedef|export|volatile)\b"
_KEYWORD = (
    rb"(?:(?:if|else|for|while|do|switch|case|default|return|goto|sizeof|new|delete|throw|using|namespace|public|private|"
    rb"protected|operator|register|auto|mutable)\b|" + _TYPE_WORD + rb"|" + _STORAGE + rb")"
)
_NAME = rb"\b(?!" + _KEYWORD + rb")[A-Za-z_]\w*\b"
_TYPE_ARGUMENTS = rb"(?:<[^<>;]*>)?"
_DECLARED = rb"(?:" + _TYPE_WORD + rb"|" + _STORAGE + rb"|[A-Za-z_][\w:]*(?:<[^;{}()]*>)?[\s*&]+[A-Za-z_~])"


def _shape(pattern: bytes) -> re.Pattern[bytes]:
    return re.compile(pattern, re.M | re.X)


_ATTRIBUTES = (
    # Behind a declared name: `int count GUARDED_BY(lock);`, `(void *data UNUSED)`.
    _shape(
        rb"(?:(?:" + _NAME + rb"|\b" + _BASIC + rb"|>)(?:\s|[*&]|\bconst\b)+|(?<=[*&]))" + _NAME
        + rb"(?:\[\w*\])?(?P<macro>(?:\s+" + _MACRO + rb")+)(?=\s*[,);=\[])"
    ),
    _shape(rb"\][ \t]+(?P<macro>" + _NAME + rb")(?=\s*[=;])"),
    # Behind a function's parameters: `int run(void) UNUSED;`, `void (*run)(void) UNUSED;`.
    _shape(
        rb"(?:" + _NAME + rb"|\))\s*" + _ARGUMENTS + rb"(?:\s*(?:const|noexcept|override|final)\b)*"
        rb"(?P<macro>(?:\s+" + _MACRO + rb")+)(?=\s*[;{=:])"
    ),
    _shape(rb"^[ \t]*(?:\w+[\s*]+)+" + _NAME + rb"\s*" + _ARGUMENTS + rb"(?P<macro>\s+" + _NAME + rb")(?=\s*[;{])"),
    # Behind an enumerator: `OLD DEPRECATED("so") = 1,`.
    _shape(rb"(?<=[{,])\s*\w+(?P<macro>\s+" + _MACRO + rb")(?=\s*[=,}])"),
    # Between a type and a name: `BOOL WINAPI run(`, `void noreturn_ run(`, `LONG (WINAPI *run)(`.
    _shape(
        rb"(?:" + _NAME + rb"\s|\b" + _BASIC + rb"\s|[*&>])\s*(?P<macro>" + _MACRO + rb"\s+)"
        rb"(?=[A-Za-z_][\w:]*" + _TYPE_ARGUMENTS + rb"[\w:]*\s*\()"
    ),
    _shape(rb"\b" + _BASIC + rb"[\s*]+(?P<macro>" + _NAME + rb"\s+)(?=" + _NAME + rb"\s*\()"),
    _shape(rb"\((?P<macro>" + _CAPITALS + rb"\s*)(?=\*+\s*\w+\s*\)\s*\()"),
    # In front of a constructor, known by its initializers or by its class: `API Store(int size) : size_(size)`.
    _shape(
        rb"^[ \t]*(?:" + _STORAGE + rb"\s+)*(?P<macro>(?:" + _MACRO + rb"\s+)+)(?=(?:explicit\s+)?(?:[\w:<>]+::)?\w+\s*"
        + _ARGUMENTS + rb"(?:\s*(?:noexcept|" + _MACRO + rb"))*\s*:[^:])"
    ),
    _shape(
        rb"^[ \t]*(?:" + _STORAGE + rb"\s+)*(?P<macro>(?:" + _MACRO + rb"\s+)+)"
        rb"(?=(?:\w+::)*(?P<class>\w+)" + _TYPE_ARGUMENTS + rb"::~?(?P=class)\s*\()"
    ),
    # In front of a type that is a keyword: `API static void run(`, `atomic_ int count;`.
    _shape(rb"(?P<macro>" + _NAME + rb"\s+)(?=(?:" + _TYPE_WORD + rb"|(?:static|extern|typedef|inline)\b))"),
    # In front of a declaration: `API const Item *find(`, `static API Item find(`, `static atomic_ Item item;`.
    _shape(rb"^[ \t]*(?:" + _STORAGE + rb"\s+)*(?P<macro>(?:" + _MACRO + rb"\s+)+)(?=" + _DECLARED + rb")"),
    _shape(
        rb"^[ \t]*(?:(?:static|extern)\s+)?(?P<macro>" + _NAME + rb"[ \t]+)(?=" + _NAME + rb"[ \t*]+" + _NAME
        + rb"\s*[=;\[(])"
    ),
    # In front of a block: `run() { TRY {`.
    _shape(rb"(?<=[;{}])[ \t]*(?P<macro>" + _CAPITALS + rb")[ \t]*(?=\{)"),
    # In front of a condition: `if IS_ZERO(x) {`, `if CONSTEXPR (x) {`.
    _shape(rb"\b(?:if|while)[ \t]+(?P<macro>" + _CAPITALS + rb")(?=[ \t]*\()"),
)  # fmt: skip
"""Where macros stand that say something of a declaration; `macro` is what is blanked out."""
_CLASS = _shape(
    rb"\b(?:class|struct|union|enum)\s+(?P<macro>(?:"
    + _MACRO
    + rb"\s+)+)(?=\w+\s*(?:<[^<>;{}]*>\s*)?(?:final\s*)?(?:\{|:[^:]))"
)
"""A macro in front of a class's name, `class API Store {`, which reads as a function that returns an API."""
_STATEMENT = _shape(
    rb"^[ \t]*(?P<storage>(?:static|extern)[ \t]+)?(?P<name>"
    + _NAME
    + rb")(?:(?P<arguments>[ \t]*"
    + _ARGUMENTS
    + rb")(?P<end>[ \t]*\r?\n)(?=\s*(?:[\w}~\[]|\Z))"
    rb"|[ \t]*\r?$(?=\s*(?:[\w}~\[{]|\Z))|[ \t]*(?=\{))"
)
_NO_EXPRESSION = re.compile(rb"\w[ \t]+\"")
_WRAPPER = _shape(rb"^[ \t]*(?P<open>" + _CAPITALS + rb"[ \t]*\()")
_DECLARATION = re.compile(
    rb"\s*(?:" + _NAME + rb"|" + _TYPE_WORD + rb"|" + _STORAGE + rb")[\w\s*]*[\s*]" + _NAME + rb"\s*(?:[=\[]|\Z)"
)
_ENUM = _shape(rb"\benum\b[^;{}()]*\{[^{}]*\}")
_ENUMERATOR = _shape(
    rb"(?<=[{,])\s*(?P<open>" + _CAPITALS + rb"[ \t]*\([ \t]*)" + _NAME + rb"(?P<rest>[^(){}]*\))(?=\s*[,}=])"
)
_ALL_CAPITALS = re.compile(_CAPITALS + rb"\Z")
_LINES_NEAR = 6
_BEFORE_BYTES_MAX = 2_000
_WRAPPED_BYTES_MAX = 4_000
_DECLARATION_BYTES_MAX = 300
_BRACKET = re.compile(rb"[()]")


def prepare(text: bytes) -> bytes:
    """The text without the macros in front of the names of classes."""
    return _CLASS.sub(lambda found: found[0].replace(found["macro"], blank(found["macro"])), text)


def repair(text: bytes, faults: Sequence[tuple[int, int]]) -> bytes:
    """The text with the macros near its faults blanked out, and those that stand for a statement ended by a `;`."""
    code, repaired = bytearray(outline(text, {}).code), bytearray(text)
    near = list(_near(bytes(code), faults))
    _unwrap(code, repaired, near)
    _end_statements(code, repaired, near)
    for start, end in near:
        for shape in _ATTRIBUTES:
            for found in list(shape.finditer(code, start, end)):
                _blank(code, repaired, *found.span("macro"))
    for enum in list(_ENUM.finditer(code)):
        if any(start < enum.end() and enum.start() < end for start, end in faults):
            for found in list(_ENUMERATOR.finditer(code, *enum.span())):
                _blank(code, repaired, *found.span("open"))
                _blank(code, repaired, *found.span("rest"))
    return bytes(repaired)


def _blank(code: bytearray, repaired: bytearray, start: int, end: int) -> None:
    code[start:end] = repaired[start:end] = blank(bytes(code[start:end]))


def _near(code: bytes, faults: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The stretches of whole lines around faults, with some lines of code before and one behind, in order and apart."""
    open_start, open_end = -1, -1
    for start, end in sorted(faults):
        first = code.rfind(b"\n", 0, start) + 1
        for _ in range(_LINES_NEAR):
            first = (
                code.rfind(
                    b"\n",
                    0,
                    len(code[max(0, first - _BEFORE_BYTES_MAX) : first].rstrip()) + max(0, first - _BEFORE_BYTES_MAX),
                )
                + 1
            )
        last = code.find(b"\n", end)
        last = (code.find(b"\n", last + 1) + 1 if last >= 0 else 0) or len(code)
        if first <= open_end:
            open_end = max(open_end, last)
            continue
        if open_end >= 0:
            yield open_start, open_end
        open_start, open_end = first, last
    if open_end >= 0:
        yield open_start, open_end


def _end_statements(code: bytearray, repaired: bytearray, near: Sequence[tuple[int, int]]) -> None:
    """Ends what stands on a line of its own where a statement begins. A call near a fault is ended by a `;`; it is
    blanked out where its arguments are none, or where a directive follows, which needs its line end. A name in capitals
    is blanked out wherever it stands, since the grammar may take it for the type of what follows."""
    for found in list(_STATEMENT.finditer(code)):
        before = bytes(code[max(0, found.start() - _BEFORE_BYTES_MAX) : found.start()]).rstrip()
        if before[-1:] not in b";{}:" or (before[-1:] == b"{" and before[:-1].rstrip()[-1:] in b"=,({"):
            continue
        if not found["arguments"]:
            if _ALL_CAPITALS.match(found["name"]) and not found["storage"]:
                _blank(code, repaired, *found.span("name"))
        elif not found["name"].startswith(b"__") and any(start <= found.start() < end for start, end in near):
            if found["storage"]:
                _blank(code, repaired, *found.span("storage"))
            at = found.start("end")
            follows = bytes(repaired[found.end("end") : found.end("end") + _BEFORE_BYTES_MAX]).lstrip(b" \t")
            if follows[:1] == b"#" or _NO_EXPRESSION.search(repaired, *found.span("arguments")):
                _blank(code, repaired, *found.span())
            else:
                code[at] = repaired[at] = ord(";")


def _unwrap(code: bytearray, repaired: bytearray, near: Sequence[tuple[int, int]]) -> None:
    """Takes statements out of the macro around them, `IGNORE_WARNINGS(run(); stop();)`, and near a fault declarations,
    `DEBUG_ONLY(int count = 0);`."""
    for found in list(_WRAPPER.finditer(code)):
        closing = _closing(code, found.end())
        inside = bytes(code[found.end() : closing]) if closing >= 0 else b""
        is_declaration = (
            any(start <= found.start() < end for start, end in near)
            and code[closing + 1 : closing + 2] == b";"
            and _DECLARATION.match(inside[:_DECLARATION_BYTES_MAX])
        )
        if (inside.rstrip().endswith(b";") and b"{" not in inside) or is_declaration:
            _blank(code, repaired, *found.span("open"))
            _blank(code, repaired, closing, closing + 1)


def _closing(code: bytearray, start: int) -> int:
    """Where the bracket closes that opens right before `start`; -1 when it does not soon."""
    depth = 1
    for found in _BRACKET.finditer(code, start, start + _WRAPPED_BYTES_MAX):
        depth += 1 if found[0] == b"(" else -1
        if not depth:
            return found.start()
    return -1


_LEFTOVER = re.compile(
    rb"(?!\d|(?:if|else|for|while|do|switch|case|default|return|goto)\b)"
    rb"(?:\w++|::|[\s*&~]|\"(?:[^\"\\]|\\.)*+\"|" + _ARGUMENTS + rb")++\Z",
    re.S,
)
"""What a macro that is not expanded leaves: names, strings, and brackets that close."""
_CALLED = re.compile(_CAPITALS + rb"\s*\Z")
_ANCESTORS_MAX = 100


def excuses(fault: Node) -> bool:
    """Whether a fault may be what a macro leaves where it is not expanded, and so is none of the file's: surplus names
    with or without arguments, a `;` that is missing behind a name or a bracket, anything among a call's arguments."""
    if fault.is_missing and fault.type == ";":
        return True
    if fault.is_error and _LEFTOVER.match(fault.text or b""):
        return True
    return not (fault.is_error and (fault.text or b"").strip() in b"(){}[]") and _is_argument(fault)


def _is_argument(fault: Node) -> bool:
    """Whether a fault stands among a call's arguments, or what looks like the parameters of a name in capitals."""
    around = fault.parent
    for _ in range(_ANCESTORS_MAX):
        if around is None or around.type in ("compound_statement", "translation_unit"):
            return False
        if around.type in ("argument_list", "macro_type_specifier"):
            return True
        if around.type in ("parameter_list", "parenthesized_declarator"):
            named = around.prev_sibling or (around.parent.prev_sibling if around.parent else None)
            return named is not None and _CALLED.search(named.text or b"") is not None
        around = around.parent
    return False
