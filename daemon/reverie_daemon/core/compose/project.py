"""Answers about the repository as a whole: what it is about, and how it is run, built and tested.

Commands are quoted from files that are there, never made up; what the files do not say is not said.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence

from reverie_daemon.core.compose import citing, prose
from reverie_daemon.core.compose.commands import READ_LINES_MAX, Command, best, commands
from reverie_daemon.core.compose.definitions import kept
from reverie_daemon.core.compose.describing import file_doc
from reverie_daemon.core.nouns import Catalogue, Claim, Evidence, FileVersion
from reverie_daemon.core.pathnames import beside
from reverie_daemon.core.questions import Question

FOLDERS_MAX = 8
_FOLDER_HEADS = ("__init__.py", "mod.rs", "lib.rs", "index.ts", "index.js", "doc.go", "package-info.java")
"""Files that speak for their folder."""


_FENCE = re.compile(r"^\s*(?:```+|~~~+)")


def run(question: Question, catalogue: Catalogue) -> list[Claim]:
    """The commands that the repository itself gives, those asked for first."""
    wanted = _purpose(question)
    found = commands(catalogue)
    order = [wanted] if wanted else ["install", "build", "run", "test", "lint", "types", "docs"]
    chosen = {purpose: best([item for item in found if item.purpose == purpose]) for purpose in order}
    claims = [_purpose_claim(catalogue, purpose, chosen[purpose]) for purpose in order if chosen[purpose]]
    if not claims:
        claims = [_nothing_said(catalogue, wanted, best(found))]
    return kept([*claims, *_requirements(catalogue, wanted)])


_ASKED = {
    "test": "test",
    "build": "build building compile compiling built compiled package release publish",
    "install": "install installing installed setup set_up setting_up installation getting_started get_started_with"
    " quick_start quickstart development develop contribute_to",
    "run": "run running start starting started launch serve debug use deploy",
    "lint": "lint linting format formatting",
    "docs": "docs",
    "types": "types type_check typecheck",
}


def _purpose(question: Question) -> str:
    """What the question wants to do with the repository, "" for everything."""
    words = {qualifier.replace(" ", "_") for qualifier in question.qualifiers}
    return next((purpose for purpose, names in _ASKED.items() if words & set(names.split())), "")


_SAYING = {
    "test": "To run the tests", "build": "To build it", "install": "To install it", "run": "To run it",
    "lint": "To check the style", "docs": "To build the documentation", "types": "To check the types",
}  # fmt: skip


def _purpose_claim(catalogue: Catalogue, purpose: str, found: Sequence[Command]) -> Claim:
    """The best command as a block to copy, then the others in a sentence."""
    first, others = found[0], found[1:5]
    at = citing.mark(first.version.path, first.line)
    text = f"{_SAYING[purpose]} ({at}{first.source}):\n\n```sh\n{first.text}\n```"
    if others:
        parts = [f"{_quoted(item)} ({citing.mark(item.version.path, item.line)}{item.source})" for item in others]
        text += f"\n\nThe files also give {prose.joined(parts)}."
    return citing.claim(text, [piece for item in found[:5] for piece in _line_of(catalogue, item)])


def _line_of(catalogue: Catalogue, item: Command) -> tuple[Evidence, ...]:
    return citing.span_evidence(catalogue, item.version.path, item.version.blob, item.line, item.line + 1)


def _quoted(item: Command) -> str:
    """A command as code where it stands so in its file; a target's command, which the tool's name makes, in quotes."""
    made = item.text.startswith(("npm ", "make ", "just ", "tox -e "))
    return f"“{item.text}”" if made else prose.code(item.text, 110)


_WANTED = {
    "test": "run the tests", "build": "build it", "install": "install it", "run": "run it", "lint": "check its style",
    "docs": "build the documentation", "types": "check the types",
}  # fmt: skip


def _nothing_said(catalogue: Catalogue, wanted: str, others: Sequence[Command]) -> Claim:
    text = f"No file in this repository gives a command to {_WANTED.get(wanted, 'run, build or test it')}"
    if not others:
        manifest = _manifests(catalogue)[:1]
        evidence = [piece for one in manifest for piece in citing.span_evidence(catalogue, one.path, one.blob, 1, 20)]
        return citing.claim(f"{text}.", evidence)
    item = others[0]
    text += f"; the nearest is {_quoted(item)} ({citing.mark(item.version.path, item.line)})"
    return citing.claim(f"{text}.", _line_of(catalogue, item))


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


_MANIFESTS = (
    "pyproject.toml", "package.json", "Cargo.toml", "go.mod", "pom.xml", "setup.cfg", "setup.py", "composer.json",
    "build.gradle", "Gemfile", "CMakeLists.txt",
)  # fmt: skip


def _manifests(catalogue: Catalogue) -> list[FileVersion]:
    """The manifests at the root, then those of the package that has the repository's name."""
    own = f"/{catalogue.name}/"
    files = [v for v in catalogue.files() if v.path.count("/") <= 2 and v.path.rpartition("/")[2] in _MANIFESTS]
    kept = [v for v in files if "/" not in v.path or own in f"/{v.path}"]
    return sorted(kept, key=lambda v: (v.path.count("/"), _MANIFESTS.index(v.path.rpartition("/")[2])))


def talk(question: Question, catalogue: Catalogue) -> list[Claim]:
    """To what asks nothing: what can be asked."""
    text = (
        "Ask me where something is, what it does, who calls it, how it works, what its tests are, why it is as it is, "
        f"how {_title(catalogue.name)} is built or run, or describe what you look for."
    )
    return [citing.claim(text)]


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
        begin = text.find("setup(") if path.endswith(".py") else 0
        if begin < 0:
            return "", 1
        found = re.compile(
            r"^\s*[\"']?description[\"']?\s*[:=]\s*[\"']?(?P<said>[^\"'\n]{8,300})"
            r"|<description>\s*(?P<xml>[^<]{8,300})",
            re.M,
        ).search(text, begin)
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
        if block and len(text) > 25 and re.search(r"[a-z]{3} [a-z]", text) and not (bare and set(bare) <= set("=-~")):
            found.append((version, start, number - 1, text))
        start, block = 0, []
    return found


def _readme_more(catalogue: Catalogue) -> Claim:
    found = [item for item in _readme_paragraphs(catalogue) if not item[3].endswith(":")][:3]
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
    main = f"mostly {prose.language(languages[0][0])}" if languages else "text"
    text = f"{_title(catalogue.name)} has no README or manifest that describes it; it is {main}"
    first = next((version for version in files if languages and version.language == languages[0][0]), None)
    evidence = citing.span_evidence(catalogue, first.path, first.blob, 1, 1) if first is not None else ()
    return citing.claim(f"{text}, in {prose.count(len(files), 'file')}.", evidence)


def _languages(files: Sequence[FileVersion]) -> list[tuple[str, int]]:
    counts: dict[str, int] = {}
    for version in files:
        if version.role in ("source", "test") and version.language not in (
            "",
            "text",
            "markdown",
            "binary",
            "plain",
            "notebook",
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
    source = [v for v in files if v.role == "source" and not beside(v.path) and not v.path.startswith(".")]
    source = source or [v for v in files if v.role == "source"]
    sizes: dict[str, int] = {}
    lone = _lone_folder(source)
    for version in source:
        folder = _main_folder(version.path, lone)
        if folder:
            sizes[folder] = sizes.get(folder, 0) + version.lines
    ranked = sorted(sizes.items(), key=lambda pair: (-pair[1], pair[0]))[:FOLDERS_MAX]
    if not ranked:
        return _root_layout(catalogue, source)
    rows: list[str] = []
    evidence: list[Evidence] = []
    for folder, lines in sorted(ranked):
        inside = [version for version in source if version.path.startswith(folder)]
        lead = next((v for v in inside if v.path[len(folder) :] in _FOLDER_HEADS), inside[0])
        doc = file_doc(catalogue, lead.path)
        evidence += doc.evidence or citing.span_evidence(catalogue, lead.path, lead.blob, 1, 1)
        said = f": {prose.shorten(doc.text, 120)}" if doc and lead.path[len(folder) :].count("/") == 0 else ""
        rows.append(f"- `{folder}` ({prose.count(len(inside), 'file')}, {lines:,} lines){said}")
    return citing.claim("The source is laid out like this:\n\n" + "\n".join(rows), evidence)


def _root_layout(catalogue: Catalogue, source: Sequence[FileVersion]) -> Claim:
    """A repository whose source stands at its root: the largest files."""
    largest = sorted(source, key=lambda version: (-version.lines, version.path))[:FOLDERS_MAX]
    if not largest:
        return citing.claim("")
    parts = [f"{citing.mark(version.path, 1)} ({version.lines:,} lines)" for version in largest]
    evidence = [e for one in largest for e in citing.span_evidence(catalogue, one.path, one.blob, 1, 1)]
    return citing.claim(f"The source stands at the root; its largest files are {prose.joined(parts)}.", evidence)


def _main_folder(path: str, lone: str) -> str:
    """The folder that a file counts under: its top one, or the one below that where the top holds nearly everything."""
    parts = path.split("/")[:-1]
    if not parts:
        return ""
    depth = 1
    if parts[0] in ("src", "lib"):
        depth = 3
    elif parts[0] in ("pkg", "packages", "crates", "internal", "app", lone):
        depth = 2
    return "/".join(parts[:depth]) + "/"


def _lone_folder(source: Sequence[FileVersion]) -> str:
    """The top folder that holds four fifths of all sources, "" when there is none."""
    counts: dict[str, int] = {}
    for version in source:
        top = version.path.split("/", 1)[0]
        counts[top] = counts.get(top, 0) + 1
    return next((top for top, number in counts.items() if number > 0.8 * len(source)), "")


def _entry_points(catalogue: Catalogue) -> Claim:
    """Scripts that the manifest names, `main` functions, `__main__.py`."""
    parts: list[str] = []
    evidence: list[Evidence] = []
    for version in _manifests(catalogue):
        lines = (catalogue.text(version.path) or ())[:READ_LINES_MAX]
        section = ""
        for number, line in enumerate(lines, 1):
            section = line.strip() if line.startswith("[") else section
            script = section in ("[project.scripts]", "[tool.poetry.scripts]", "[project.gui-scripts]") and "=" in line
            if script or re.match(r'\s*"(?:main|bin|module)":\s*"', line):
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
    listed = prose.joined([f"{lines:,} lines of {prose.language(language)}" for language, lines in languages[:4]])
    tests = sum(version.lines for version in files if version.role == "test")
    share = f", {tests:,} of them tests" if tests else ""
    first = next((version for version in files if version.language == languages[0][0]), files[0])
    return citing.claim(
        f"In size that is {prose.count(len(files), 'file')} and {listed}{share}.",
        citing.span_evidence(catalogue, first.path, first.blob, 1, 1),
    )
