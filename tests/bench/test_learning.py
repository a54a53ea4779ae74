"""The bench of learning in a short form: the whole program, a real socket, a model that takes its time."""

from __future__ import annotations

from pathlib import Path

from reverie_bench import learning
from reverie_bench.rig import rig


def test_files_are_learned_with_as_many_calls_at_once_as_configured(tmp_path: Path) -> None:
    """How long it takes decides no test; that calls overlap, and none is missing or failed, does."""
    with rig(tmp_path) as made:
        root = learning.make_repository(made.folder, 3)
        found = learning.measure(made, root, 3, latency_s=0.3, at_once=3)
    assert found.most_at_once == 3 and found.jobs_failed == 0
    assert found.calls >= 10, "three files, what is in them, their folder and the repository"
    assert found.ideal_seconds < found.seconds
