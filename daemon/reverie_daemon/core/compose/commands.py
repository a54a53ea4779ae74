"""The commands that a repository's own files give, and what each is for. Nothing is made up: every command is a line
that stands in a file, or a target that a build tool's file defines.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reverie_daemon.core.compose import prose
from reverie_daemon.core.nouns import Catalogue, FileVersion
from reverie_daemon.core.pathnames import beside

READ_LINES_MAX = 2_000
FILES_MAX = 20
COMMANDS_MAX = 6


@dataclass(frozen=True, slots=True)
class Command:
    """A command as it stands in a file, with what it is for: "test", "build", "run", "install", "docs", "types"
    or "lint". `source` says
    what kind of place that is, as it goes on after a citation: ", in CI"."""

    text: str
    purpose: str
    version: FileVersion
    line: int
    source: str = ""


_BEFORE = (
    r"^(?:[A-Z_][A-Z0-9_]*=\S* )*(?:sudo |npx |uv run (?:--?[\w-]+(?:[= ][\w./-]+)? )*?|poetry run |pipenv "
    r"run |hatch run |python3? -[Wm] ?)*"
)
_PURPOSES: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (purpose, re.compile(_BEFORE + pattern))
    for purpose, pattern in (
        ("install", r"(?:pip3? install|pipx install|uv (?:sync|add|pip install|tool install)|poetry (?:install|add)"
            r"|npm (?:install|i|ci)\b|yarn (?:add|install)|yarn$"
         r"|pnpm (?:add|install|i\b)|bun (?:add|install)|go (?:get|install)\b|cargo (?:install|add)\b|brew "
             r"install|apt(?:-get)? install|conda (?:install|env create|create)"
         r"|gem install|bundle install|composer (?:require|install)|dotnet add|make install|(?:python3? "
             r"|\./)?setup\.py (?:install|develop)|git clone)(?=\s|$)"),
        ("docs", r"(?:sphinx-(?:build|autobuild)|mkdocs|mdbook|typedoc|jsdoc|cargo doc|godoc|make (?:html|docs?)"
            r"|(?:npm|yarn|pnpm|bun)(?: run)? docs?\S*|(?:tox|nox)(?: \S+)* -[es] ?docs?\S*)(?=\s|$)"),
        ("types", r"(?:mypy|pyright|pytype|ty check|tsc --noEmit|vue-tsc|(?:npm|yarn|pnpm|bun)(?: run)? type-?checks?"
            r"|(?:tox|nox)(?: \S+)* -[es] ?(?:typ\w+|mypy))(?=\s|$)"),
        ("test", r"(?:(?:coverage run (?:--?\S+ )*-m )?(?:pytest|py\.test|unittest)|tox|nox|jest|vitest|mocha|ctest"
            r"|rspec|phpunit|go test|cargo (?:test|nextest)"
         r"|(?:npm|yarn|pnpm|bun)(?: run)? test\S*|make (?:check|tests?)|mvn (?:\S+ )*(?:test|verify)|"
             r"(?:\./)?gradlew? (?:\S+ )*(?:test|check)"
         r"|(?:\./)?bin/(?:test|doctest)\S*|\S*run_?tests?\S*|dotnet test|rake (?:test|spec)|bats|(?:python3? "
             r"|\./)?setup\.py test|doctest)(?=\s|$)"),
        ("lint", r"(?:ruff|flake8|black|eslint|prettier|golangci-lint|cargo (?:clippy|fmt)|gofmt|go vet"
            r"|pre-commit|pylint|(?:npm|yarn|pnpm)(?: run)? (?:lint|format)|make (?:lint"
            r"|format|fmt))(?=\s|$)"),
        ("build", r"(?:make|cmake|cargo build|go build|(?:npm|yarn|pnpm|bun)(?: run)? build|build$|hatch build|uv "
            r"build|flit build|poetry build|mvn (?:\S+ )*(?:package|install|compile)"
         r"|(?:\./)?gradlew? (?:\S+ )*(?:build|assemble)|tsc|webpack|vite build|rollup|docker build|meson|ninja"
             r"|\./configure|dotnet build|(?:python3? |\./)?setup\.py (?:build|sdist|bdist))(?=\s|$)"),
        ("run", r"(?:flask (?:run|--app)|npm (?:start|run (?:dev|start|serve))|yarn (?:start|dev)|pnpm (?:start|dev"
            r"|run dev)|cargo run|go run|python3? -m \w+|python3? \S+\.py|uvicorn|gunicorn"
         r"|docker(?: |-)compose up|docker run|rails s|node \S+\.js|dotnet run|php artisan serve)(?=\s|$)"),
    )
)  # fmt: skip
_OTHER_ENVIRONMENT = re.compile(r"^(?:tox|nox)\b.* -[es] ?(?:lint\w*|style|regen|coverage)\s*$")
_PROMPT = re.compile(r"^(?:\$|%|>|PS>|C:\\>|#(?=\s*(?:pip|npm|apt|make|cargo|go|docker)))\s*")
_FENCE = re.compile(r"^\s*(?:```+|~~~+)\s*(?P<tag>[\w.+-]*)")
_SHELLS = frozenset(
    ["plain", "sh", "bash", "console", "shell", "shell-session", "zsh", "text", "terminal", "powershell", "ps1", "none",
     "fish"]
)  # fmt: skip
_LITERAL = re.compile(r"^\s*\.\. (?:code-block|code|sourcecode|prompt|tab)::?\s*(?P<tag>\w*)")
_GUIDE = re.compile(
    r"^(?:readme|contributing|install(?:ation|ing)?|building|development|hacking|getting[-_ ]?started"
    r"|testing|quick[-_ ]?start|agents)(?:\.(?:md|rst|txt))?$"
)
_MANIFESTS = frozenset(
    ["package.json", "makefile", "gnumakefile", "justfile", "tox.ini", "pyproject.toml", "setup.cfg"]
)
_ENVIRONMENT = re.compile(r"^\[(?:tool\.tox\.env\.|testenv:)([\w-]+)\]")
_VARIANT = re.compile(r"\w:\w")
_FOR_MACHINES = re.compile(r"(?i)(?:agents|claude|gemini)\.md$")
_BUILDS = re.compile(r"\bbuild(?:s|ing)?\b", re.I)
_TARGETS = {
    "test": "test", "tests": "test", "check": "test", "build": "build", "all": "build", "install": "install",
    "run": "run",
    "lint": "lint", "format": "lint", "fmt": "lint", "start": "run", "serve": "run", "setup": "install", "dev": "run",
    "compile": "build", "typecheck": "types", "typing": "types", "types": "types", "mypy": "types", "style": "lint",
    "doc": "docs", "docs": "docs",
}  # fmt: skip


def purpose_of(text: str) -> str:
    """What a command line is for, "" when it is none that is known."""
    parts = re.split(r"\s*&&\s*|\s*;\s*", text)
    found = [next((purpose for purpose, pattern in _PURPOSES if pattern.match(part)), "") for part in parts]
    kept = "lint" if _OTHER_ENVIRONMENT.search(text) else ""
    return kept or next((purpose for purpose in reversed(found) if purpose), "")


def best(commands: Sequence[Command]) -> list[Command]:
    """Each command once: guides and manifests at the root first, what stands beside the product last, at most six; a
    task before its variants (`test` before `test:watch`)."""
    seen: dict[str, Command] = {}
    for item in sorted(
        commands,
        key=lambda item: (
            _rank(item),
            item.version.path.count("/"),
            len(item.text.split()) > 3,
            bool(_VARIANT.search(item.text)),
            item.version.path,
            item.line,
        ),
    ):
        seen.setdefault(item.text, item)
    kept = list(seen.values())
    first = [item for item in kept if _rank(item) < 4]
    return (first or kept)[:COMMANDS_MAX]


def _rank(item: Command) -> int:
    path = item.version.path
    if "/" not in path:
        return 1 if item.version.role == "config" or _FOR_MACHINES.match(path) else 0
    if path.startswith("."):
        return 3
    return 4 if beside(path) or path.count("/") > 1 else 2


def commands(catalogue: Catalogue) -> list[Command]:
    """All commands that guides, manifests and workflows give, file by file."""
    return [
        command
        for version in _guides(catalogue)
        for command in _read(version, (catalogue.text(version.path) or ())[:READ_LINES_MAX])
    ]


def _read(version: FileVersion, lines: Sequence[str]) -> Iterator[Command]:
    name = version.path.rpartition("/")[2].lower()
    if name == "package.json":
        return _npm(version, lines)
    if name in ("makefile", "gnumakefile", "justfile"):
        return _targets(version, lines, "just" if name == "justfile" else "make")
    if name in ("tox.ini", "pyproject.toml", "setup.cfg"):
        return _tox(version, lines)
    if name.endswith((".yml", ".yaml")):
        return _workflow(version, lines)
    return _shown(version, lines)


def _guides(catalogue: Catalogue) -> list[FileVersion]:
    """The files that say how to run things: manifests and guides near the root, then workflows."""
    found = []
    for version in catalogue.files():
        name, depth = version.path.rpartition("/")[2].lower(), version.path.count("/")
        guide = bool(_GUIDE.match(name)) and depth <= 2 and version.role not in ("vendored", "generated", "source")
        workflow = version.path.startswith(".github/workflows/") and name.endswith((".yml", ".yaml"))
        if guide or (name in _MANIFESTS and depth == 0) or workflow:
            found.append(version)
    found.sort(key=lambda version: (version.path.count("/"), version.path))
    return found[:FILES_MAX]


def _npm(version: FileVersion, lines: Sequence[str]) -> Iterator[Command]:
    try:
        scripts = json.loads("\n".join(lines)).get("scripts", {})
    except (json.JSONDecodeError, AttributeError):
        return
    for name, script in scripts.items() if isinstance(scripts, dict) else ():
        purpose = _TARGETS.get(name.split(":")[0], "")
        if purpose:
            line = next((at for at, text in enumerate(lines, 1) if f'"{name}"' in text and ":" in text), 1)
            text = f"npm run {name}" if name not in ("test", "start") else f"npm {name}"
            yield Command(text, purpose, version, line, f", which runs {prose.code(str(script), 80)}")


def _targets(version: FileVersion, lines: Sequence[str], tool: str) -> Iterator[Command]:
    for number, line in enumerate(lines, 1):
        found = re.match(r"^([A-Za-z][\w-]*)(?:\s+[\w=\"' -]*)?:(?!=)", line)
        if found and found[1] in _TARGETS:
            yield Command(f"{tool} {found[1]}", _TARGETS[found[1]], version, number)


def _tox(version: FileVersion, lines: Sequence[str]) -> Iterator[Command]:
    """What tox runs, whichever file says it, and the pytest that a pyproject configures."""
    inside = False
    for number, line in enumerate(lines, 1):
        if (found := _ENVIRONMENT.match(line)) and (purpose := _TARGETS.get(found[1])):
            yield Command(f"tox -e {found[1]}", purpose, version, number, ", which defines that environment")
        if re.match(r"^\[(?:tool\.)?(?:pytest\.ini_options|pytest|tool:pytest)\]", line):
            yield Command("pytest", "test", version, number, ", which configures it")
        if re.match(r"^(?:\[tox\]|\[tool\.tox\])", line):
            yield Command("tox", "test", version, number, ", which configures it")
        if re.match(r"^\s*commands(?:_\w+)?\s*=", line):
            inside = True
        elif re.match(r"^[\w\[]", line):
            inside = False
        if inside:
            quoted = re.findall(r'"([^"]+)"', line) if version.path.endswith(".toml") else []
            text = " ".join(quoted) or re.sub(r"^\s*commands\s*=", "", line).strip()
            text = re.split(r" (?:\{|--basetemp=\{)", re.sub(r"^\{env:\w+:?[^}]*\}\s*", "", text))[0]
            if (purpose := purpose_of(text)) and "{" not in text and purpose != "install":
                yield Command(text, purpose, version, number, ", as tox runs it")


def _workflow(version: FileVersion, lines: Sequence[str]) -> Iterator[Command]:
    block = -1
    for number, line in enumerate(lines, 1):
        indent = len(line) - len(line.lstrip())
        found = re.match(r"^\s*(?:-\s+)?run:\s*(?P<text>.*)$", line)
        if found:
            block = indent if found["text"].strip() in ("|", "|-", ">", ">-") else -1
        elif line.strip() and indent <= block:
            block = -1
        text = (found["text"] if found else line if block >= 0 else "").strip()
        if (
            text
            and "${{" not in text
            and not text.startswith(("|", "#"))
            and not text.endswith("\\")
            and (purpose := purpose_of(text))
        ):
            yield Command(text, purpose, version, number, ", in CI")


def _shown(version: FileVersion, lines: Sequence[str]) -> Iterator[Command]:
    """Command lines in the code blocks of a guide, and short commands quoted in its sentences."""
    fence, literal, told = "", False, ""
    for number, line in enumerate(lines, 1):
        fenced, directive = _FENCE.match(line), _LITERAL.match(line)
        if fenced:
            fence = "" if fence else (fenced["tag"].lower() or "plain")
            continue
        if directive or line.rstrip().endswith("::"):
            literal = directive is None or directive["tag"].lower() in ("", *_SHELLS)
            continue
        indented = line.startswith(("    ", "\t", "   ", "  $"))
        literal = literal and (indented or not line.strip())
        bare = line.strip()
        text = re.split(r"\s{2,}#", _PROMPT.sub("", bare))[0].strip()
        inside = fence in _SHELLS or (literal and indented) or (indented and bare.startswith("$"))
        if inside and text and (purpose := purpose_of(text)) and _is_command(text):
            yield Command(text, purpose, version, number)
            if purpose == "test" and _BUILDS.search(told):
                # One command may do both: "To build the project: mvn verify".
                yield Command(text, "build", version, number)
        elif not fence and not indented:
            told = line if bare else told
            yield from _inline(version, number, line)


def _inline(version: FileVersion, number: int, line: str) -> Iterator[Command]:
    for found in re.finditer(r"``?([^`\n]{3,60})``?", line):
        text = _PROMPT.sub("", found[1]).strip()
        purpose = purpose_of(text)
        told = re.search(r"^(?:npm|yarn|pnpm|make|cargo|go|tox|nox|just|mvn|gradle|dotnet)\b| -|[/.]\w| test\b", text)
        if purpose in ("test", "build", "run") and " " in text and told and _is_command(text):
            yield Command(text, purpose, version, number)


def _is_command(text: str) -> bool:
    first = text.split()[0]
    word = bool(re.match(r"^(?:[A-Z_]+=\S*|[\w./~\\-]+)$", first))
    return (
        word
        and first not in ("import", "from", "def", "class")
        and not text.endswith((".", ":"))
        and "<http" not in text
        and len(text) < 160
    )
