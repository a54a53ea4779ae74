"""What stands before a dot, judged by its name alone: the class around a scope, variables named after a class."""

from __future__ import annotations

import re
from functools import lru_cache

from reverie_daemon.core.naming import TYPE_KINDS
from reverie_daemon.core.nouns import Definition

RECEIVERS_KEPT = 4_096
"""One question meets the same few receivers hundreds of times."""
_SEPARATOR = re.compile(r"\.|::|->|/")


def own_class(scope: Definition | None) -> str:
    """The name of the class around a scope, "" when there is none."""
    if scope is None:
        return ""
    if scope.symbol.kind in TYPE_KINDS:
        return scope.symbol.name
    parts = scope.symbol.qualname.split(".")[:-1]
    return next((part for part in reversed(parts) if part[:1].isupper() or scope.symbol.kind == "method"), "")


def has_name_of(receiver: str, owner: str) -> bool:
    """Whether a variable's name is a class's whole name: "blueprint" and "blue_print" are for Blueprint."""
    return _bare(receiver) == owner.lower()


@lru_cache(RECEIVERS_KEPT)
def ends_of(receiver: str) -> tuple[str, str]:
    """The first and the last name of a chain: "self" and "name" of "self.path.name"."""
    return _SEPARATOR.split(receiver)[0].lstrip("&*$@"), _SEPARATOR.split(receiver.rstrip("()?!"))[-1].lstrip("&*$@")


@lru_cache(RECEIVERS_KEPT)
def resembles(receiver: str, owner: str) -> bool:
    """Whether a variable's name reads like an instance of a class: "blueprint", "bp" and "cmd" do for Blueprint,
    BluePrint and Command."""
    name, kind = _bare(receiver), owner.lower()
    if len(name) < 2 or not kind:
        return False
    initials = "".join(letter for letter in owner if letter.isupper()).lower()
    if name == kind or (len(initials) >= 2 and name == initials):
        return True
    if len(name) <= 4:
        return kind.endswith(name) or _abbreviates(name, kind)
    return kind.endswith(name) or name.endswith(kind) or kind.startswith(name)


def _bare(receiver: str) -> str:
    return receiver.lower().replace("_", "").strip("$&*")


def _abbreviates(name: str, kind: str) -> bool:
    """Whether a short name is a word's first letter and consonants, in order: "cmd", "ctx", "req"."""
    if kind[0] != name[0] or len(kind) > 3 * len(name) or len(name) < 3:
        return False
    at = 0
    for letter in name:
        at = kind.find(letter, at) + 1
        if not at:
            return False
    return True


def type_annotated(name: str, signature: str) -> str:
    """The type that a signature gives a parameter, its last name only; "" when it gives none."""
    pattern = rf"\b{re.escape(name)}\b\s*:\s*{_WRAPPED}(?:[\w.]+[.:])?(?P<type>[A-Z]\w*)"
    found = re.search(pattern, signature)
    return found["type"] if found else ""


def type_made(name: str, text: str) -> str:
    """The type of the constructor that a body fills a local from, or of its declaration; "" when it shows none."""
    at = text.find(name)
    while at >= 0:
        found = _MADE.match(text, at + len(name)) or _DECLARED.search(text[max(0, at - 80) : at])
        before = text[at - 1] if at else " "
        whole = not (before.isalnum() or before in "_.")
        if found is not None and whole:
            return found["type"]
        at = text.find(name, at + len(name))
    return ""


def type_of_field(name: str, signature: str) -> str:
    """The type that a field's declaration gives it or fills it with, its last name only; "" when it tells none."""
    declared = _OWNER.sub("", signature)
    go = re.match(rf"{re.escape(name)}\s+\*?(?:\w+\.)?(?P<type>[A-Z]\w*)$", declared)
    return go["type"] if go else type_annotated(name, declared) or type_made(name, declared)


_OWNER = re.compile(r"^(?:self|this|cls)\.")
_WRAPPED = r"(?:&?(?:mut )?|['\"]|t?\.?Optional\[|(?:Option|Arc|Rc|Box|RefCell|Mutex|RwLock)<)*"
_MADE = re.compile(r"\s*(?::=|=)\s*(?:new |await |&)?(?:[\w.]+(?:\.|::))?(?P<type>[A-Z]\w*)(?:::\w+)?\s*[({]")
_DECLARED = re.compile(r"(?:^|[\s(,;{])(?P<type>[A-Z]\w*)(?:<[^<>]*>)?[&*]* $")
