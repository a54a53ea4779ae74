"""Answers about the repository as a whole: what it is about, and how it is run, built and tested.

Commands are quoted from files that are there, never made up; what the files do not say is not said.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reverie_daemon.core.compose import citing, prose
from reverie_daemon.core.compose.definitions import kept
from reverie_daemon.core.compose.describing import file_doc
from reverie_daemon.core.nouns import Catalogue, Claim, Evidence, FileVersion
from reverie_daemon.core.questions import Question

READ_LINES_MAX = 400
COMMANDS_MAX = 8
FOLDERS_MAX = 8


@dataclass(frozen=True, slots=True)
class Command:
    """A command as it stands in a file, with what it is for: "test", "build", "run", "install", "lint" or ""."""

    text: str
    purpose: str
    version: FileVersion
    line: int
    source: str


_PURPOSES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("test", re.compile(r"\b(?:pytest|py\.test|unittest|tox|nox|jest|vitest|mocha|ctest|rspec|phpunit|go test|cargo (?:test|nextest)|(?:npm|yarn|pnpm|bun)(?: run)? (?:test|t\b)|make (?:check|tests?)|mvn (?:\S+ )*(?:test|verify)|gradlew? (?:\S+ )*(?:test|check)|bin/test|run_tests?|dotnet test|rake (?:test|spec)|bats)\b")),
    ("lint", re.compile(r"\b(?:ruff|flake8|black|mypy|eslint|prettier|golangci-lint|clippy|cargo fmt|gofmt|pre-commit|pylint|lint|format|typecheck|pyright|tsc --noEmit)\b")),
    ("install", re.compile(r"\b(?:pip3? install|pipx install|uv (?:sync|add|pip install|tool install)|poetry (?:install|add)|npm (?:install|i|ci)\b|yarn (?:add|install)|pnpm (?:add|install|i\b)|bun (?:add|install)|go (?:get|install)|cargo (?:install|add)|brew install|apt(?:-get)? install|conda install|gem install|bundle install|composer (?:require|install)|dotnet add|make install|setup\.py install|choco install|pacman -S|dnf install|git clone)\b")),
    ("build", re.compile(r"\b(?:make(?! (?:test|check|install|lint))|cmake|cargo build|go build|npm run build|yarn build|pnpm (?:run )?build|python -m build|hatch build|uv build|flit build|poetry build|mvn (?:\S+ )*(?:package|install|compile)|gradlew? (?:\S+ )*(?:build|assemble)|tsc\b|webpack|vite build|rollup|docker build|meson|ninja|\./configure|dotnet build|setup\.py (?:build|sdist|bdist))")),
    ("run", re.compile(r"\b(?:flask run|flask --app|npm (?:start|run (?:dev|start|serve))|yarn (?:start|dev)|pnpm (?:start|dev|run dev)|cargo run|go run|python3? -m \w+|python3? \S+\.py|uvicorn|gunicorn|docker(?: |-)compose up|docker run|rails s|node \S+\.js|dotnet run|php artisan serve|sh \S+\.sh|\./\S+)")),
)  # fmt: skip
_PROMPT = re.compile(r"^(?:\$|%|>|PS>|C:\\>|#(?=\s*(?:pip|npm|apt|make|cargo|go|docker)))\s*")
_FENCE = re.compile(r"^\s*(?:```+|~~~+)\s*(?P<tag>[\w.+-]*)")
_SHELLS = frozenset({"", "sh", "bash", "console", "shell", "shell-session", "zsh", "text", "terminal", "powershell", "ps1", "none", "pycon", "fish"})  # fmt: skip
_README = re.compile(r"^(?:readme|contributing|install(?:ation|ing)?|building|development|hacking|getting[-_ ]?started|testing|quick[-_ ]?start|agents)(?:\.\w+)?$", re.I)  # fmt: skip


def run(question: Question, catalogue: Catalogue) -> list[Claim]:
    """The commands that the repository itself gives, those asked for first."""
    wanted = _purpose(question)
    commands = list(_commands(catalogue))
    order = [wanted] if wanted else ["install", "build", "run", "test", "lint"]
    chosen = {purpose: _best([item for item in commands if item.purpose == purpose]) for purpose in order}
    claims = []
    for purpose in order:
        if chosen[purpose]:
            claims.append(_purpose_claim(catalogue, purpose, chosen[purpose]))
    if not claims:
        other = _best([item for item in commands if item.purpose])
        claims = [_nothing_said(catalogue, wanted, other)]
    return kept([*claims, *_requirements(catalogue, wanted)])


def _purpose(question: Question) -> str:
    words = {*question.qualifiers}
    for purpose, names in {
        "test": ("test",), "build": ("build", "building", "compile", "compiling", "built", "compiled", "package", "release", "publish"),
        "install": ("install", "installing", "installed", "set up", "setup", "setting up", "installation", "getting started", "get started with", "quick start", "quickstart", "development", "develop", "contribute to"),
        "run": ("run", "running", "start", "starting", "started", "launch", "serve", "debug", "use", "deploy"),
        "lint": ("lint", "linting", "format", "formatting", "type check", "typecheck"),
    }.items():  # fmt: skip
        if words & set(names):
            return purpose
    return ""


def _best(commands: Sequence[Command]) -> list[Command]:
    """Each command once, manifests and contribution guides before other documents, at most eight."""
    seen: dict[str, Command] = {}
    for item in sorted(
        commands, key=lambda item: (_rank(item), item.version.path.count("/"), item.version.path, item.line)
    ):
        seen.setdefault(item.text, item)
    return list(seen.values())[:COMMANDS_MAX]


def _rank(item: Command) -> int:
    name = item.version.path.rpartition("/")[2].lower()
    if name.startswith(
        ("readme", "contributing", "agents", "install", "building", "development", "hacking", "testing")
    ):
        return 0
    if item.version.role == "config" or name in ("makefile", "justfile", "noxfile.py"):
        return 1
    return 3 if item.version.path.startswith(".") else 2


_SAYING = {
    "test": "To run the tests", "build": "To build it", "install": "To install it", "run": "To run it", "lint": "To check style and types",
}  # fmt: skip


def _purpose_claim(catalogue: Catalogue, purpose: str, found: Sequence[Command]) -> Claim:
    first = found[0]
    text = f"{_SAYING[purpose]}, use {prose.code(first.text, 140)} ({citing.mark(first.version.path, first.line)}{first.source})."
    others = found[1:5]
    if others:
        parts = [
            f"{prose.code(item.text, 110)} ({citing.mark(item.version.path, item.line)}{item.source})"
            for item in others
        ]
        text += f" The files also give {prose.joined(parts)}."
    evidence = [
        e
        for item in found[:5]
        for e in citing.span_evidence(catalogue, item.version.path, item.version.blob, item.line, item.line + 1)
    ]
    return citing.claim(text, evidence)


def _nothing_said(catalogue: Catalogue, wanted: str, others: Sequence[Command]) -> Claim:
    what = {
        "test": "run the tests",
        "build": "build it",
        "install": "install it",
        "run": "run it",
        "lint": "check it",
    }.get(wanted, "run, build or test it")
    text = f"No file in this repository gives a command to {what}"
    if others:
        item = others[0]
        text += f"; the nearest is {prose.code(item.text)} ({citing.mark(item.version.path, item.line)})"
        return citing.claim(
            f"{text}.", citing.span_evidence(catalogue, item.version.path, item.version.blob, item.line, item.line + 1)
        )
    return citing.claim(f"{text}.")


def _commands(catalogue: Catalogue) -> Iterator[Command]:
    for version in _guides(catalogue):
        name = version.path.rpartition("/")[2].lower()
        lines = (catalogue.text(version.path) or ())[:READ_LINES_MAX]
        if name == "package.json":
            yield from _npm(version, lines)
        elif name in ("makefile", "gnumakefile", "justfile"):
            yield from _targets(version, lines, "just" if name == "justfile" else "make")
        elif name in ("tox.ini", "pyproject.toml", "setup.cfg"):
            yield from _tox(version, lines)
        elif name in ("cargo.toml", "go.mod", "pom.xml", "build.gradle", "build.gradle.kts"):
            continue
        elif version.path.endswith((".yml", ".yaml")):
            yield from _workflow(version, lines)
        else:
            yield from _shown(version, lines)


def _guides(catalogue: Catalogue) -> list[FileVersion]:
    """The files that say how to run things: manifests and guides near the root, then workflows."""
    manifests = {"package.json", "makefile", "gnumakefile", "justfile", "tox.ini", "pyproject.toml", "setup.cfg"}
    found = []
    for version in catalogue.files():
        name = version.path.rpartition("/")[2].lower()
        depth = version.path.count("/")
        guide = (
            bool(_README.match(name))
            and depth <= 2
            and name.endswith((".md", ".rst", ".txt", "readme", "install", "contributing"))
        )
        workflow = version.path.startswith(".github/workflows/") and name.endswith((".yml", ".yaml"))
        if (guide and version.role not in ("vendored", "generated")) or (name in manifests and depth == 0) or workflow:
            found.append(version)
    found.sort(key=lambda version: (version.path.count("/"), version.path))
    return found[:16]


def _npm(version: FileVersion, lines: Sequence[str]) -> Iterator[Command]:
    try:
        scripts = json.loads("\n".join(lines)).get("scripts", {})
    except (json.JSONDecodeError, AttributeError):
        return
    for name, script in scripts.items() if isinstance(scripts, dict) else ():
        line = next((at for at, text in enumerate(lines, 1) if f'"{name}"' in text and ":" in text), 1)
        purpose = next((kind for kind, words in (("test", ("test", "check")), ("build", ("build", "compile")), ("lint", ("lint", "format")), ("run", ("start", "dev", "serve"))) if name.split(":")[0] in words), "")  # fmt: skip
        text = f"npm run {name}" if name not in ("test", "start") else f"npm {name}"
        if purpose:
            yield Command(text, purpose, version, line, f", which runs {prose.code(str(script), 80)}")


def _targets(version: FileVersion, lines: Sequence[str], tool: str) -> Iterator[Command]:
    purposes = {"test": "test", "tests": "test", "check": "test", "build": "build", "all": "build", "install": "install", "run": "run",
                "lint": "lint", "format": "lint", "fmt": "lint", "start": "run", "serve": "run", "setup": "install"}  # fmt: skip
    for number, line in enumerate(lines, 1):
        found = re.match(r"^([A-Za-z][\w-]*)(?:\s+[\w=\"' -]*)?:(?!=)", line)
        if found and found[1] in purposes:
            yield Command(f"{tool} {found[1]}", purposes[found[1]], version, number, "")


def _tox(version: FileVersion, lines: Sequence[str]) -> Iterator[Command]:
    """`commands =` of tox, whichever file carries them, and the tools that a pyproject names."""
    inside = False
    for number, line in enumerate(lines, 1):
        if re.match(r"^\s*commands(?:_\w+)?\s*=", line):
            inside = True
        elif re.match(r"^\S", line) and not line.startswith((" ", "\t", "]")):
            inside = False
        if not inside:
            continue
        text = (
            " ".join(re.findall(r'"([^"]+)"', line)) if "[" in line else re.sub(r"^\s*commands\s*=", "", line).strip()
        )
        purpose = purpose_of(text)
        if purpose and "{" not in text.split(" ")[0]:
            yield Command(text.split(" {")[0], purpose, version, number, ", as tox runs it")


def _workflow(version: FileVersion, lines: Sequence[str]) -> Iterator[Command]:
    for number, line in enumerate(lines, 1):
        text = re.sub(r"^\s*(?:-\s*)?run:\s*\|?", "", line).strip() if "run:" in line else ""
        if text and "${{" not in text and (purpose := purpose_of(text)):
            yield Command(text, purpose, version, number, ", in CI")


def _shown(version: FileVersion, lines: Sequence[str]) -> Iterator[Command]:
    """Command lines in the code blocks of a guide."""
    fence, literal = "", False
    for number, line in enumerate(lines, 1):
        opened = _FENCE.match(line)
        if opened:
            fence = "" if fence else (opened["tag"].lower() or "plain")
            continue
        if re.match(
            r"^\.\. (?:code-block|code|sourcecode|prompt|tab)::?\s*(?:sh|bash|console|shell|text|none)?", line
        ) or line.rstrip().endswith("::"):
            literal = True
            continue
        if literal and line.strip() and not line.startswith((" ", "\t")):
            literal = False
        indented = line.startswith(("    ", "\t", "   ", "  $"))
        prompted = _PROMPT.match(line.strip())
        inside = (
            (fence and (fence == "plain" or fence in _SHELLS))
            or (literal and indented)
            or (indented and prompted and prompted[0].startswith("$"))
        )
        text = _PROMPT.sub("", line.strip())
        if inside and text and (purpose := purpose_of(text)) and _is_command(text):
            yield Command(re.split(r"\s{2,}#", text)[0].strip(), purpose, version, number, "")


def _is_command(text: str) -> bool:
    first = text.split()[0]
    return bool(re.match(r"^(?:[A-Z_]+=\S+|[\w./~\\-]+)$", first)) and not text.endswith((".", ":")) and len(text) < 160


def purpose_of(text: str) -> str:
    """What a command line is for, "" when it is none of ours."""
    return next((purpose for purpose, pattern in _PURPOSES if pattern.search(text)), "")


def _requirements(catalogue: Catalogue, wanted: str) -> list[Claim]:
    """What the manifest asks for: the language's version and the dependencies."""
    if wanted not in ("", "install"):
        return []
    for version in _manifests(catalogue):
        lines = (catalogue.text(version.path) or ())[:READ_LINES_MAX]
        asked = [
            (number, line.strip())
            for number, line in enumerate(lines, 1)
            if re.match(r"\s*[\"']?(?:requires-python|python_requires|rust-version|go |node)\b", line)
        ]
        if asked:
            number, line = asked[0]
            text = f"{citing.mark(version.path, number)} asks for {prose.code(line.rstrip(','))}."
            return [citing.claim(text, citing.span_evidence(catalogue, version.path, version.blob, number, number))]
    return []


def _manifests(catalogue: Catalogue) -> list[FileVersion]:
    names = (
        "pyproject.toml",
        "package.json",
        "Cargo.toml",
        "go.mod",
        "pom.xml",
        "setup.cfg",
        "setup.py",
        "composer.json",
        "build.gradle",
        "Gemfile",
        "CMakeLists.txt",
    )
    files = {version.path: version for version in catalogue.files() if "/" not in version.path}
    return [files[name] for name in names if name in files]


def about(question: Question, catalogue: Catalogue) -> list[Claim]:
    """What the repository says of itself, how it is laid out, where one begins, and how big it is."""
    files = catalogue.files()
    lead = _described(catalogue) or _bare_lead(catalogue, files)
    claims = [
        lead,
        _readme_more(catalogue),
        _layout(catalogue, files),
        _entry_points(catalogue),
        _size(catalogue, files),
    ]
    if any(word in question.text.lower() for word in ("language", "how big", "how large", "how many")):
        claims.insert(0, claims.pop())
    if any(word in question.text.lower() for word in ("entry point", "start", "begin")) and claims[3].text:
        claims.insert(0, claims.pop(3))
    return kept(claims)


def _described(catalogue: Catalogue) -> Claim | None:
    """One sentence: the manifest's description, else the README's first."""
    name = catalogue.name
    for version in _manifests(catalogue):
        lines = (catalogue.text(version.path) or ())[:READ_LINES_MAX]
        said, line = _description(version.path, lines)
        if said:
            verb = "is" if re.match(r"(?i)(?:an?|the|your) ", said) else ""
            text = f"{_title(name)} is {_lower(said)}" if verb else f"{_title(name)}: {said.rstrip('.')}"
            return citing.claim(
                f"{prose.ended(text).rstrip('.')} ({citing.mark(version.path, line)}).",
                citing.span_evidence(catalogue, version.path, version.blob, line, line),
            )
    found = _readme_paragraphs(catalogue)
    if found:
        version, line, end, text = found[0]
        sentence = prose.sentences(text)[0]
        evidence = citing.span_evidence(catalogue, version.path, version.blob, line, end)
        return citing.claim(f"{prose.ended(sentence).rstrip('.')} ({citing.mark(version.path, line)}).", evidence)
    return None


def _title(name: str) -> str:
    return name[:1].upper() + name[1:] if name.islower() and name.isalpha() else name


def _lower(text: str) -> str:
    return (text[:1].lower() + text[1:] if text.split(" ")[0] in ("A", "An", "The", "Your") else text).rstrip(".")


def _description(path: str, lines: Sequence[str]) -> tuple[str, int]:
    said = ""
    text = "\n".join(lines)
    if path.endswith(".toml"):
        try:
            table = tomllib.loads(text)
        except tomllib.TOMLDecodeError:
            table = {}
        for section in (
            table.get("project"),
            table.get("package"),
            table.get("tool", {}).get("poetry") if isinstance(table.get("tool"), dict) else None,
        ):
            if isinstance(section, dict) and isinstance(section.get("description"), str):
                said = section["description"]
    else:
        found = re.search(
            r"^\s*[\"']?description[\"']?\s*[:=]\s*[\"']?(?P<said>[^\"'\n]{8,300})|<description>\s*(?P<xml>[^<]{8,300})",
            text,
            re.M,
        )
        said = (found["said"] or found["xml"]).strip() if found else ""
    line = next((number for number, text in enumerate(lines, 1) if "description" in text), 1)
    return " ".join(said.split()), line


def _readme(catalogue: Catalogue) -> FileVersion | None:
    found = [
        version
        for version in catalogue.files()
        if "/" not in version.path and version.path.lower().startswith("readme")
    ]
    return found[0] if found else None


def _readme_paragraphs(catalogue: Catalogue) -> list[tuple[FileVersion, int, int, str]]:
    """The README's first prose paragraphs with their lines; badges, tables, headings and code left out."""
    version = _readme(catalogue)
    lines = (catalogue.text(version.path) or ())[:120] if version is not None else ()
    if version is None:
        return []
    found: list[tuple[FileVersion, int, int, str]] = []
    start, block, fenced = 0, [""][:0], False
    for number, line in enumerate([*lines, ""], 1):
        if _FENCE.match(line):
            fenced = not fenced
        bare = line.strip()
        skip = (
            fenced
            or not bare
            or bare.startswith(("#", "<", "|", "[![", "![", "```", "..", "-", "*", ">", "[!", ":", "=", "+"))
            or line.startswith("    ")
        )
        if not skip:
            start, block = start or number, [*block, bare]
            continue
        text = prose.plain(" ".join(block))
        if block and len(text) > 40 and re.search(r"[a-z]{3} [a-z]", text) and not (bare and set(bare) <= set("=-~")):
            found.append((version, start, number - 1, text))
        start, block = 0, []
    return found


def _readme_more(catalogue: Catalogue) -> Claim:
    found = _readme_paragraphs(catalogue)[:3]
    if not found:
        return citing.claim("")
    version, line, _, _ = found[0]
    texts: list[str] = []
    evidence: list[Evidence] = []
    for one, start, end, text in found:
        if sum(map(len, texts)) + len(text) > 700 and texts:
            break
        texts.append(prose.shorten(text, 500))
        evidence += citing.span_evidence(catalogue, one.path, one.blob, start, end)
    return citing.claim(f"The README ({citing.mark(version.path, line)}) says: " + "\n\n".join(texts), evidence)


def _bare_lead(catalogue: Catalogue, files: Sequence[FileVersion]) -> Claim:
    languages = _languages(files)
    main = languages[0][0] if languages else "text"
    return citing.claim(
        f"{_title(catalogue.name)} has no README or manifest that describes it; it is mostly {main}, in {prose.count(len(files), 'file')}."
    )


def _languages(files: Sequence[FileVersion]) -> list[tuple[str, int]]:
    counts: dict[str, int] = {}
    for version in files:
        if version.role in ("source", "test") and version.language not in (
            "",
            "text",
            "markdown",
            "rst",
            "json",
            "yaml",
            "toml",
            "ini",
        ):
            counts[version.language] = counts.get(version.language, 0) + version.lines
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))


def _layout(catalogue: Catalogue, files: Sequence[FileVersion]) -> Claim:
    """The folders with most source, with what each says of itself."""
    source = [version for version in files if version.role == "source"]
    sizes: dict[str, int] = {}
    for version in source:
        folder = _main_folder(version.path, source)
        if folder:
            sizes[folder] = sizes.get(folder, 0) + version.lines
    ranked = sorted(sizes.items(), key=lambda pair: (-pair[1], pair[0]))[:FOLDERS_MAX]
    if not ranked:
        return citing.claim("")
    rows: list[str] = []
    evidence: list[Evidence] = []
    for folder, lines in sorted(ranked):
        inside = [version for version in source if version.path.startswith(folder)]
        lead = next((v for v in inside if v.path[len(folder):] in ("__init__.py", "mod.rs", "lib.rs", "index.ts", "index.js", "doc.go", "package-info.java")), inside[0])  # fmt: skip
        doc = file_doc(catalogue, lead.path)
        evidence += doc.evidence or citing.span_evidence(catalogue, lead.path, lead.blob, 1, 1)
        said = f": {prose.shorten(doc.text, 120)}" if doc and lead.path[len(folder) :].count("/") == 0 else ""
        rows.append(f"- `{folder}` ({prose.count(len(inside), 'file')}, {lines:,} lines){said}")
    return citing.claim("The source is laid out like this:\n\n" + "\n".join(rows), evidence)


def _main_folder(path: str, source: Sequence[FileVersion]) -> str:
    """The folder that a file counts under: the first below a lone top folder such as src/NAME."""
    parts = path.split("/")[:-1]
    if not parts:
        return ""
    lone = parts[0] in ("src", "lib", "pkg", "packages", "crates", "internal", "app") or sum(
        v.path.startswith(f"{parts[0]}/") for v in source
    ) > 0.8 * len(source)
    if lone and len(parts) > 1 and parts[0] in ("src", "lib") and len(parts) > 2:
        return "/".join(parts[:3]) + "/"
    return "/".join(parts[: 2 if lone else 1]) + "/"


def _entry_points(catalogue: Catalogue) -> Claim:
    """Scripts that the manifest names, `main` functions, `__main__.py`."""
    parts: list[str] = []
    evidence: list[Evidence] = []
    for version in _manifests(catalogue):
        lines = (catalogue.text(version.path) or ())[:READ_LINES_MAX]
        section = ""
        for number, line in enumerate(lines, 1):
            section = line.strip() if line.startswith("[") else section
            if (
                section in ("[project.scripts]", "[tool.poetry.scripts]", "[project.gui-scripts]")
                and "=" in line
                or re.match(r'\s*"(?:main|bin|module)":\s*"', line)
            ):
                parts.append(f"{prose.code(line.strip().rstrip(','))} ({citing.mark(version.path, number)})")
                evidence += citing.span_evidence(catalogue, version.path, version.blob, number, number)
    for version in catalogue.files():
        tail = version.path.rpartition("/")[2]
        if version.role == "source" and tail in ("__main__.py", "main.go", "main.rs", "manage.py") and len(parts) < 5:
            parts.append(citing.mark(version.path, 1))
            evidence += citing.span_evidence(catalogue, version.path, version.blob, 1, min(10, version.lines))
    if not parts:
        return citing.claim("")
    return citing.claim(f"It is entered through {prose.joined(parts[:5])}.", evidence)


def _size(catalogue: Catalogue, files: Sequence[FileVersion]) -> Claim:
    languages = _languages(files)
    if not languages:
        return citing.claim("")
    listed = prose.joined([f"{lines:,} lines of {language}" for language, lines in languages[:4]])
    tests = sum(version.lines for version in files if version.role == "test")
    share = f", {tests:,} of them tests" if tests else ""
    first = next((version for version in files if version.language == languages[0][0]), files[0])
    return citing.claim(
        f"In size that is {prose.count(len(files), 'file')} and {listed}{share}.",
        citing.span_evidence(catalogue, first.path, first.blob, 1, 1),
    )
