"""Which files the others rest on: PageRank (Brin and Page, 1998) over who imports whom.

Imports are resolved by comparing path parts from the end, as `core/modules.py` does for single names; one that fits
several files is shared among them. What is not in the repository is left out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from reverie_indexers.facts import Import

from reverie_daemon.core.modules import module_parts
from reverie_daemon.core.pathnames import path_parts

DAMPING = 0.85
ROUNDS_MAX = 40
CLOSE_ENOUGH = 1e-6
ENDINGS_MAX = 4
SHARED_BY_MAX = 5
"""An import that fits more files than this says too little about any of them."""

Graph = Mapping[str, Mapping[str, float]]
"""From a file to the files that it imports, with weights."""


class Places:
    """Files by the last parts of their paths, without suffix."""

    def __init__(self, paths: Iterable[str]) -> None:
        self._by_ending: defaultdict[tuple[str, ...], list[str]] = defaultdict(list)
        for path in paths:
            parts = path_parts(path)
            for size in range(1, min(len(parts), ENDINGS_MAX) + 1):
                self._by_ending[tuple(parts[-size:])].append(path)

    def meant_by(self, imported: Import, path: str) -> Sequence[str]:
        """The files that an import in `path` can mean; none where it is foreign, or fits too many."""
        wanted = module_parts(imported.module, path)
        if imported.name and imported.name != "*" and (found := self._ending([*wanted, imported.name], path)):
            return found
        return self._ending(wanted, path)

    def _ending(self, parts: Sequence[str], path: str) -> Sequence[str]:
        found = self._by_ending.get(tuple(parts[-ENDINGS_MAX:]), ()) if parts else ()
        return [one for one in found if one != path] if len(found) <= SHARED_BY_MAX else ()


def graph_of(imports: Iterable[tuple[str, Sequence[Import]]], places: Places) -> Graph:
    """Edges from each file to those that it imports; several imports of one file count as one and a half, two, …"""
    graph: dict[str, dict[str, float]] = {}
    for path, brought in imports:
        weights: defaultdict[str, float] = defaultdict(float)
        for imported in brought:
            meant = places.meant_by(imported, path)
            for other in meant:
                weights[other] += 1.0 / len(meant)
        graph[path] = {other: weight**0.5 for other, weight in weights.items()}
    return graph


def pagerank(graph: Graph) -> dict[str, float]:
    """Each file's rank; they add up to 1. A file that imports nothing passes its rank to all."""
    nodes = sorted({*graph, *(other for edges in graph.values() for other in edges)})
    if not nodes:
        return {}
    rank = dict.fromkeys(nodes, 1.0 / len(nodes))
    sums = {path: sum(edges.values()) for path, edges in graph.items()}
    for _ in range(ROUNDS_MAX):
        loose = sum(rank[path] for path in nodes if not sums.get(path))
        passed = dict.fromkeys(nodes, (1 - DAMPING + DAMPING * loose) / len(nodes))
        for path, edges in graph.items():
            for other, weight in edges.items():
                passed[other] += DAMPING * rank[path] * weight / sums[path]
        moved = sum(abs(passed[path] - rank[path]) for path in nodes)
        rank = passed
        if moved < CLOSE_ENOUGH:
            break
    return rank
