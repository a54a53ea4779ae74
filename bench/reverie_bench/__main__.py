"""`python -m reverie_bench NAME …`: each module of this package with a `main` is a bench of that name."""

from __future__ import annotations

import sys
from importlib import import_module

BENCHES = (
    "history", "languages", "learning", "matching", "model", "predict", "quality", "regression", "speed", "tui",
)  # fmt: skip


def main(argv: list[str]) -> int:
    if not argv or argv[0] not in BENCHES:
        print(f"usage: python -m reverie_bench {{{','.join(BENCHES)}}} …", file=sys.stderr)
        return 2
    return int(import_module(f"reverie_bench.{argv[0]}").main(argv[1:]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
