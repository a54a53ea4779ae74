"""What holds for every test: hypothesis tries the same examples in CI each time, new ones everywhere else, and a slow
machine fails none of them. `REVERIE_TESTS=thorough` tries many times as many examples, for a night."""

from __future__ import annotations

import os
import sys

from hypothesis import HealthCheck, settings

EXAMPLES_THOROUGH = 2_000
"""Instead of hypothesis' hundred, where a test says no number of its own."""

# Without bytecode each worker, and each of the hundreds of processes that they start, compiles all that it imports.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

settings.register_profile("anywhere", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", parent=settings.get_profile("anywhere"), derandomize=True)
settings.register_profile("thorough", parent=settings.get_profile("anywhere"), max_examples=EXAMPLES_THOROUGH)
settings.load_profile(
    "thorough" if os.environ.get("REVERIE_TESTS") == "thorough" else "ci" if os.environ.get("CI") else "anywhere"
)
