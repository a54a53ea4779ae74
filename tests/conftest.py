"""What holds for every test: hypothesis tries the same examples in CI each time, and new ones everywhere else."""

from __future__ import annotations

import os

from hypothesis import settings

settings.register_profile("ci", derandomize=True)
if os.environ.get("CI"):
    settings.load_profile("ci")
