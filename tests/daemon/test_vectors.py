"""What is near in meaning: exact on small numbers, and sensible with the real model."""

from __future__ import annotations

import subprocess
import sys
import time

import numpy as np
import pytest
from reverie_daemon.vectors import DIMENSIONS, ROWS_AT_ONCE, Model, Neighbourhood, quantised

HEATING = "def boil(self):\n    # heats the water until it boils"
PARSING = "def parse(tokens):\n    # builds a syntax tree from tokens"


def digests(*numbers: int) -> bytes:
    return np.array(numbers, np.uint64).tobytes()


def axis(*weights: float) -> bytes:
    row = np.zeros((1, DIMENSIONS), np.float32)
    row[0, : len(weights)] = weights
    return quantised(row)[0]


def question(*weights: float) -> np.ndarray:
    row = np.zeros(DIMENSIONS, np.float32)
    row[: len(weights)] = weights
    return row / np.linalg.norm(row)


@pytest.fixture(scope="module")
def model() -> Model:
    return Model(threads=1)


def test_the_nearest_come_first_with_their_cosine() -> None:
    """Everything that ranks by meaning rests on this order."""
    held = Neighbourhood()
    held.take(digests(1, 2, 3), axis(1) + axis(1, 1) + axis(0, 1))
    held.stand(digests(10, 20, 30), digests(1, 2, 3))
    assert held.nearest(question(1, 0.1), 2) == [
        (10, pytest.approx(0.995, abs=1e-3)),
        (20, pytest.approx(0.774, abs=2e-3)),
    ]
    assert [place for place, _ in held.nearest(question(1, 0.1), 3, among=[20, 30])] == [20, 30]


def test_only_what_stands_now_is_near() -> None:
    """Vectors outlive branches; what another branch holds is no answer on this one."""
    held = Neighbourhood()
    held.take(digests(1, 2), axis(1) + axis(1, 0.2))
    held.stand(digests(7), digests(2))
    assert [place for place, _ in held.nearest(question(1), 5)] == [7]
    held.stand(digests(7, 8, 9), digests(2, 1, 99))
    assert [place for place, _ in held.nearest(question(1), 5)] == [8, 7]


def test_equals_rank_by_place() -> None:
    """The same moment gives the same context, also where two files hold the same text."""
    held = Neighbourhood()
    held.take(digests(1), axis(1))
    held.stand(digests(5, 3, 4), digests(1, 1, 1))
    assert [place for place, _ in held.nearest(question(1), 2)] == [3, 4]


def test_an_empty_neighbourhood_has_nothing_near() -> None:
    """The first question may come before the first vector."""
    held = Neighbourhood()
    held.stand(digests(1), digests(1))
    assert held.nearest(question(1), 5) == []


def test_many_vectors_rank_as_plain_arithmetic_says() -> None:
    """They are searched in blocks, as bytes; neither may change the order."""
    rows = np.random.default_rng(1).normal(size=(2 * ROWS_AT_ONCE + 7, DIMENSIONS)).astype(np.float32)
    packed = quantised(rows)
    whole = np.array([np.frombuffer(one, np.int8) for one in packed], np.float32)
    asked = question(*np.random.default_rng(2).normal(size=DIMENSIONS))
    cosines = whole @ asked / np.linalg.norm(whole, axis=1)
    held = Neighbourhood()
    numbers = digests(*range(len(rows)))
    held.take(numbers, b"".join(packed))
    held.stand(numbers, numbers)
    assert [place for place, _ in held.nearest(asked, 20)] == np.argsort(-cosines)[:20].tolist()
    assert float(np.abs(cosines - rows @ asked / np.linalg.norm(rows, axis=1)).max()) < 0.01


def test_a_comparison_made_ready_is_not_used_once_more_is_learned() -> None:
    """It is made while the repository is looked at, and a batch of vectors may come in between."""
    held = Neighbourhood()
    held.take(digests(1), axis(0, 1))
    held.stand(digests(5), digests(1))
    held.compare(question(1))
    held.take(digests(2), axis(1))
    held.stand(digests(5, 6), digests(1, 2))
    assert [place for place, _ in held.nearest(question(1), 1)] == [6]


def test_meanings_are_told_apart_without_a_common_word(model: Model) -> None:
    """The one thing that words cannot do."""
    passages = model.embed([HEATING, PARSING])
    asked = model.embed(["how hot does the kettle get?", "where is source code analysed?"])
    near = asked @ passages.T
    assert near[0, 0] > near[0, 1] and near[1, 1] > near[1, 0]


def test_a_long_text_costs_no_more_than_its_beginning(model: Model) -> None:
    """A generated function of ten thousand lines must not stop learning."""
    began = time.process_time()
    assert model.embed(["word " * 50_000]).shape == (1, DIMENSIONS)
    assert time.process_time() - began < 5
    assert np.allclose(model.embed(["word " * 50_000]), model.embed(["word " * 500]), atol=1e-5)


@pytest.mark.parametrize("module", ["reverie_daemon.cli", "reverie_daemon.app", "reverie_tui.app"])
def test_numpy_and_the_model_stay_out_of_what_starts_often(module: str) -> None:
    """They cost 300 ms and 200 MB, and belong into children."""
    heavy = "{'numpy', 'onnxruntime', 'tokenizers', 'reverie_daemon.vectors'}"
    code = f"import sys, {module}; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
