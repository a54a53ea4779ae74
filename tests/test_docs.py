"""Documents that a program can check: they drift as soon as nobody does."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from reverie_daemon import errors
from reverie_daemon.api import Daemon, routes

ROOT = Path(__file__).parent.parent
DOCUMENTS = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")])
SOURCES = sorted([*(ROOT / "daemon").rglob("*.py"), *(ROOT / "tui").rglob("*.py")])
TROUBLESHOOTING = " ".join((ROOT / "docs" / "TROUBLESHOOTING.md").read_text(encoding="utf-8").split())
ERRORS = {name for name, value in vars(errors).items() if isinstance(value, type) and issubclass(value, Exception)}
PLACES = r"(?:daemon|tui|indexers|tests|install|docs|bench|\.ci)/[\w./-]*\w"


def pattern(message: ast.expr) -> str:
    """A message as documents write it: "…" for what differs; "" when it is not written where it is raised."""
    if isinstance(message, ast.Constant):
        return str(message.value)
    if isinstance(message, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "…" for part in message.values)
    return ""


def raised() -> Iterator[tuple[str, str, str]]:
    """Every error that a user can meet: where it is raised, its message, its code ("" where its class has it)."""
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ERRORS):
                continue
            if node.args and (message := pattern(node.args[0])):
                codes = [pattern(keyword.value) for keyword in node.keywords if keyword.arg == "code"]
                yield f"{path.name}:{node.lineno}", message, codes[0] if codes else ""


def said_by_scripts() -> Iterator[tuple[str, str, str]]:
    for path in sorted((ROOT / "install").glob("*.sh")):
        for match in re.finditer(r'\bfail\s+(?:\\\s+)?"((?:[^"\\]|\\.)*)"', path.read_text(encoding="utf-8")):
            yield path.name, re.sub(r"\$\{?\w+\}?", "…", match[1]), ""


@pytest.mark.parametrize(("where", "message", "code"), [*raised(), *said_by_scripts()])
def test_every_error_has_its_place_in_troubleshooting(where: str, message: str, code: str) -> None:
    """People search for the words that they see."""
    assert f"**{' '.join(message.split())}**" in TROUBLESHOOTING, f"docs/TROUBLESHOOTING.md lacks what {where} says"
    assert not code or f"`{code}`" in TROUBLESHOOTING


def test_every_error_class_has_its_code_in_troubleshooting() -> None:
    """Programs see the code, not the message."""
    codes = [value.code for name, value in vars(errors).items() if name in ERRORS and hasattr(value, "code")]
    assert codes
    assert [code for code in codes if f"`{code}`" not in TROUBLESHOOTING] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_documents_mention_only_files_that_exist(document: Path) -> None:
    """A recipe that names a file which moved sends its reader astray."""
    text = re.sub(r"(?ms)^\s*```.*?^\s*```", "", document.read_text(encoding="utf-8"))
    named = {place for place in re.findall(rf"`({PLACES})`", text) if not re.search("[A-Z]{4,}", Path(place).name)}
    linked = {link for link in re.findall(r"\]\(([^)#]+)[^)]*\)", text) if "://" not in link}
    missing = [place for place in named if not (ROOT / place).exists()]
    missing += [link for link in linked if not (document.parent / link).exists()]
    assert missing == []


def test_the_architecture_draws_the_house_as_it_stands() -> None:
    """The drawing is the first thing that a newcomer reads."""
    drawing = (ROOT / "docs" / "ARCHITECTURE.md").read_text(encoding="utf-8").split("```")[1]
    missing, folder = [], ""
    for line in drawing.strip().splitlines():
        names = re.findall(r"[\w/]+(?:\.py|/)", line[: 32 if not line.startswith(" ") else 34])
        if not line.startswith(" "):
            folder = names[0]
        missing += [name for name in names if not (ROOT / (name if name == folder else folder + name)).exists()]
    assert missing == []


def test_the_api_document_lists_the_routes_that_are_served() -> None:
    """Other tools are written against that table."""
    table = (ROOT / "docs" / "API.md").read_text(encoding="utf-8")
    documented = set(re.findall(r"^\| `([A-Z]+) (/v1/[\w/]+)`", table, re.M))
    application = routes(cast(Daemon, object()))
    served: set[Any] = set()
    for route in cast(list[Any], application.routes):
        served |= {(method, route.path) for method in route.methods if method != "HEAD"}
    assert documented == served
