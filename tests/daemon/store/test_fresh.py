"""However a worktree came to be as it is, the store says of it what a fresh index of the same files would say."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

PATHS = [b"a.py", b"b.py", b"pkg/c.py", b"pkg/test_d.py"]
TEXTS = [
    "def boil(water):\n    return heat(water)\n",
    "def boil(water):\n    return heat(water)\n\n\ndef pour(cup):\n    return boil(cup)\n",
    "import heat\n\n\nclass Kettle:\n    def boil(self):\n        return heat.up(self)\n",
    "",
    "broken(((\n",
]
CHANGE = st.dictionaries(st.sampled_from(PATHS), st.sampled_from([*TEXTS, None]), min_size=1)


def told(tree):
    """All that the catalogue says, but for scores, since BM25 sums up in another order, and the numbers of places."""
    with tree.reading() as catalogue:
        return (
            catalogue.files(),
            [
                replace(hit, score=round(hit.score, 6), place=0)
                for hit in catalogue.search(["boil", "heat", "cup", "broken"], 50)
            ],
            [catalogue.frequency(term) for term in ("boil", "heat", "kettle")],
            catalogue.passage_count(),
            catalogue.definitions("boil"),
            catalogue.references("heat"),
            catalogue.reference_count("boil"),
            catalogue.importers("heat"),
            catalogue.similar_names("boi"),
        )


@settings(deadline=None, max_examples=60)
@given(st.lists(CHANGE, min_size=1, max_size=6), st.integers(min_value=0, max_value=6))
def test_any_sequence_of_changes_leaves_what_a_fresh_index_gives(tree_at_new, changes, evict_after):
    """The one property that all others rest on: nothing stale is found, and nothing is missing."""
    with tempfile.TemporaryDirectory() as folder:
        lived, fresh = tree_at_new(Path(folder) / "lived"), tree_at_new(Path(folder) / "fresh")
        files: dict[bytes, str] = {}
        for number, change in enumerate(changes):
            saved = {path: text for path, text in change.items() if text is not None}
            deleted = [path for path, text in change.items() if text is None]
            lived.save(saved, deleted, now=float(number))
            files = {path: text for path, text in (files | saved).items() if path not in deleted}
            if number == evict_after:
                lived.store.evict(1e9)
        fresh.save(files)
        assert told(lived) == told(fresh)
        assert lived.store.integrity() == "ok"
        lived.store.close()
        fresh.store.close()
