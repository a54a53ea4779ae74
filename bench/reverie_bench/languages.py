"""Runs the indexers over the files of a real package: what they report as problems, what they find, how fast.

Reads files below one folder and prints; it judges nothing, a reader does.
"""

from __future__ import annotations

import argparse
import os
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from reverie_indexers import FileFacts, index, language_of

BYTES_MAX = 2_000_000
SKIPPED_FOLDERS = frozenset({".git", "node_modules"})


@dataclass(frozen=True, slots=True)
class Read:
    """One file as the indexers read it; `seconds` is the processor time of parsing and reading facts together."""

    path: Path
    size: int
    seconds: float
    facts: FileFacts


def read_files(folder: Path, language: str) -> Iterator[Read]:
    """The files of a language below a folder, in order of path; files that are no UTF-8 or too long are left out."""
    index("", language)
    for root, folders, names in os.walk(folder):
        folders[:] = sorted(set(folders) - SKIPPED_FOLDERS)
        for path in sorted(Path(root, name) for name in names):
            data = path.read_bytes() if path.is_file() and path.stat().st_size <= BYTES_MAX else b""
            if not data or language_of(path.name, data) != language:
                continue
            try:
                text = data.decode()
            except UnicodeDecodeError:
                continue
            started = time.process_time()
            facts = index(text, language)
            yield Read(path, len(data), time.process_time() - started, facts)


def report(reads: Sequence[Read], folder: Path) -> str:
    """What was found, as lines to print."""
    kinds = Counter(symbol.kind for read in reads for symbol in read.facts.symbols)
    uses = Counter(use.kind for read in reads for use in read.facts.references)
    size, seconds = sum(read.size for read in reads) / 1e6, sum(read.seconds for read in reads)
    lines = [f"{read.path.relative_to(folder)}: {problem}" for read in reads for problem in read.facts.problems]
    return "\n".join(
        [
            *lines,
            f"{len(reads)} files, {size:.2f} MB, {size / max(seconds, 1e-9):.1f} MB/s, {len(lines)} problems",
            f"symbols {sum(kinds.values())}: " + ", ".join(f"{kind} {count}" for kind, count in kinds.most_common()),
            f"references {sum(uses.values())}: " + ", ".join(f"{kind} {count}" for kind, count in uses.most_common()),
            f"imports {sum(len(read.facts.imports) for read in reads)}",
        ]
    )


def main(argv: Sequence[str]) -> int:
    """`languages --language NAME --files DIR`: reads all files of a language and prints what came of it."""
    parser = argparse.ArgumentParser(prog="reverie_bench languages", description=main.__doc__)
    parser.add_argument("--language", required=True, help="a language's name, such as python")
    parser.add_argument("--files", required=True, type=Path, help="a folder with sources")
    options = parser.parse_args(argv)
    print(report(list(read_files(options.files, options.language)), options.files))
    return 0
