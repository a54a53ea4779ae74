"""Paths as people and modules name them: their parts, the file that a partial path means, and what stands beside the
product."""

from __future__ import annotations

import re
from collections.abc import Sequence

from reverie_daemon.core.nouns import FileVersion

SOURCE_WEIGHT = {"source": 0, "config": 1, "test": 3, "docs": 3, "data": 4, "generated": 5, "vendored": 5}


_BESIDE = re.compile(
    r"(?:^|/)(?:examples?|samples?|demos?|docs?|benchmarks?|bench|scripts|tools|contrib|_vendor|third_party)/"
)

_TEST_AFFIX = re.compile(r"^tests?_|_(?:tests?|spec)$|(?<=[a-z0-9])(?:Tests?|TestCase|Spec)$")


def beside(path: str) -> bool:
    """Whether a path holds what stands beside the product: examples, documents, benchmarks, scripts."""
    return bool(_BESIDE.search(path))


def path_parts(path: str) -> list[str]:
    """A path's parts as module names: no suffix, and no index file."""
    parts = [part for part in path.split("/") if part]
    if parts:
        parts[-1] = parts[-1].split(".", 1)[0] or parts[-1]
        if len(parts) > 1 and parts[-1] in ("__init__", "index", "mod", "__main__"):
            parts.pop()
    return parts


def named_after(path: str) -> str:
    """What a file of tests is named after: "basket" for `test_basket.py`, `basket_test.go` and `basket.spec.ts`,
    "Basket" for `BasketTest.java`; its own name where that tells nothing of tests."""
    return _TEST_AFFIX.sub("", path_parts(path)[-1])


def find_path(wanted: str, files: Sequence[FileVersion]) -> str:
    """The file that a (partial) path names, else the folder with "/" after it, else ""."""
    folder = wanted.rstrip("/")
    paths = [version.path for version in files]
    if wanted in paths:
        return wanted
    ends = [version for version in files if version.path.endswith(f"/{wanted}")]
    if ends:
        return min(ends, key=lambda version: (SOURCE_WEIGHT[version.role], version.path.count("/"), version.path)).path
    if any(path.startswith(f"{folder}/") for path in paths):
        return f"{folder}/"
    inside = [path.index(f"/{folder}/") + len(folder) + 2 for path in paths if f"/{folder}/" in path]
    holders = [path for path in paths if f"/{folder}/" in path]
    return min((path[:end] for path, end in zip(holders, inside, strict=True)), key=len, default="")
