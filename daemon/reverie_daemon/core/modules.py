"""Whether the module that an import names can be the file that a definition stands in, for every import style.

Dots, "./", "::", "\\" and package folders are compared as parts of a path, from the end. No build file is read, so this
is a judgement with a certainty, not a fact.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from reverie_indexers.facts import Import

from reverie_daemon.core.nouns import Definition
from reverie_daemon.core.pathnames import path_parts

_FOLDER_IS_PACKAGE = frozenset({"go", "java", "csharp", "c_sharp", "php", "kotlin"})
_TEST_ROOT = re.compile(r"(?<![^/])src/\w*[tT]est\w*/(?=java/|kotlin/|groovy/|scala/)")
"""Maven's and Gradle's folders of tests: src/test, src/androidTest, src/integrationTest."""
_SOURCE_FOLDERS = frozenset({"src", "lib"})
"""What a package's folder has around its modules, and an import does not name: `zod/v4` is packages/zod/src/v4."""
_SELF_CRATES = frozenset({"crate", "self", "super", "std", "core", "alloc"})


def import_certainty(imported: Import, candidate: Definition, path: str, repository: str) -> float:
    """How sure it is that what `imported` brings into `path` is (in) the candidate's file, between 0 and 1."""
    wanted = module_parts(imported.module, path)
    have = path_parts(candidate.path)
    if imported.name not in ("", "*") and candidate.symbol.name != imported.name and have[-1:] == [imported.name]:
        return 0.9 if not wanted or _ends(have[:-1], wanted) else 0.0
    if not wanted:
        return 0.5
    if imported.module.startswith("."):
        return _relative(wanted, have)
    if _ends(have, wanted):
        return 0.95 if len(wanted) > 1 or len(have) <= 2 or have[-2] in ("src", "lib") else 0.75
    return _within(wanted, have, candidate, repository)


def _relative(wanted: list[str], have: list[str]) -> float:
    if wanted == have:
        return 0.97
    return 0.75 if have[: len(wanted)] == wanted else 0.0


def _within(wanted: list[str], have: list[str], candidate: Definition, repository: str) -> float:
    """A package that exports what a module inside it defines; a class's file named by its package and name."""
    folder = have[:-1]
    if candidate.language in _FOLDER_IS_PACKAGE and (
        _ends(folder, wanted[-1:]) or (not folder and wanted[-1] == repository)
    ):
        return 0.9
    if _ends([*have, candidate.symbol.name], wanted) or _ends([*folder, candidate.symbol.name], wanted):
        return 0.95
    bare = [part for part in folder if part not in _SOURCE_FOLDERS]
    for size in range(len(wanted), 0, -1):
        if _holds(folder, wanted[-size:]) or _holds(bare, wanted[-size:]):
            return 0.8 if size == len(wanted) else 0.45 if size > 1 else 0.0
    tail = wanted[1:] if len(wanted) > 1 else wanted
    return 0.6 if len(wanted) > 1 and _ends(have, tail) else 0.0


def _holds(have: list[str], wanted: list[str]) -> bool:
    return any(have[start : start + len(wanted)] == wanted for start in range(len(have) - len(wanted) + 1))


def _ends(have: list[str], wanted: list[str]) -> bool:
    return bool(wanted) and have[-len(wanted) :] == wanted


def module_parts(module: str, path: str) -> list[str]:
    """A module as written in a file, as the parts of the path it names: relative ones from that file's folder."""
    folder = list(PurePosixPath(path).parts[:-1])
    text = module.strip("<>\"'")
    if text.startswith(("./", "../")) or text in (".", ".."):
        return _walk(folder, text.split("/"))
    if text.startswith("."):
        dots = len(text) - len(text.lstrip("."))
        base = folder[: len(folder) - (dots - 1)] if dots > 1 else folder
        return [*base, *[part for part in text[dots:].split(".") if part]]
    if "::" in text or (text in _SELF_CRATES and path.endswith(".rs")):
        return _rust([part for part in text.split("::") if part], path)
    text = re.sub(r"\.(?:h|hpp|hh|hxx|js|mjs|cjs|ts|tsx|jsx|rb|php|py|sh)$", "", text)
    separator = r"[/\\]" if re.search(r"[/\\]", text) else r"\."
    return [part for part in re.split(separator, text) if part and part != "."]


def _walk(folder: list[str], steps: list[str]) -> list[str]:
    parts = list(folder)
    for step in steps:
        if step == ".." and parts:
            parts.pop()
        elif step not in ("", ".", ".."):
            parts.append(re.sub(r"\.(?:js|mjs|cjs|ts|tsx|jsx|vue|json|rb|php|h|hpp|sh|bash|zsh)$", "", step))
    return parts[:-1] if parts and parts[-1] == "index" else parts


def _rust(parts: list[str], path: str) -> list[str]:
    if parts[0] == "super":
        return [*path_parts(path)[:-1], *[part for part in parts if part != "super"]]
    if parts[0] == "self":
        return [*path_parts(path), *parts[1:]]
    return parts[1:] if parts[0] in _SELF_CRATES or len(parts) > 1 else parts


def same_package(candidate: Definition, path: str) -> bool:
    """Whether a bare name sees the candidate because both files are in one folder and the language makes that a
    package; the sources of a Java package and its tests lie below different roots."""
    return candidate.language in _FOLDER_IS_PACKAGE and _package_folder(candidate.path) == _package_folder(path)


def _package_folder(path: str) -> str:
    return _TEST_ROOT.sub("src/main/", str(PurePosixPath(path).parent), count=1)


def includes(item: Import) -> bool:
    """A C header, a C# using or a Ruby require: all its names, under their own names."""
    return not item.name and not item.alias and (item.module.endswith((".h", ".hpp", ".hh")) or "/" in item.module)


def local_name(item: Import) -> str:
    """The name that an import gives to what it brings in."""
    if item.alias:
        return item.alias
    if item.name and item.name != "*":
        return item.name
    parts = [part for part in re.split(r"[./\\:]+", item.module) if part]
    if not parts:
        return item.module
    return parts[0] if "." in item.module and "/" not in item.module and not item.name else parts[-1]
