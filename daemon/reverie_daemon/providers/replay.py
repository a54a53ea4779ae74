"""Recorded replies, for tests and benches: a file of JSON objects, one a line, instead of a model.

`{"contains": ["…"], "reply": "…", "usage": {"prompt", "cached", "completion"}?, "latency_s"?}`: the first whose texts
all occur in the prompt is the reply, streamed word by word over its latency. A prompt that none fits fails as a missing
model would, so that a test never passes on a reply that it did not expect.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..core.budget import Usage
from ..core.tokens import estimate
from ..errors import WrongUsage
from ..provider import Cancelled, ChatRequest, Connection, ModelFailure, Offer, Provider, Target

PREFIX = "replay:"


@dataclass(frozen=True, slots=True)
class _Recording:
    contains: tuple[str, ...]
    reply: str
    usage: Usage | None
    latency_s: float


def _understands(text: str) -> Target | None:
    if not text.startswith(PREFIX):
        return None
    path = Path(text.removeprefix(PREFIX)).expanduser().absolute()
    _read(path)
    return Target("replay", f"{PREFIX}{path}", path.stem)


def _read(path: Path) -> list[_Recording]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
        return [_recording(json.loads(line)) for line in lines if line.strip()]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise WrongUsage(
            f"The recorded replies in {path} cannot be used: {error}.",
            next_step='give a file of JSON objects with "reply", one a line',
        ) from error


def _recording(stored: Mapping[str, Any]) -> _Recording:
    usage = stored.get("usage")
    return _Recording(
        tuple(stored.get("contains", ())),
        str(stored["reply"]),
        None if usage is None else Usage(**usage),
        float(stored.get("latency_s", 0)),
    )


class _Replay:
    def __init__(self, target: Target) -> None:
        self._path = Path(target.address.removeprefix(PREFIX))

    def stream(self, request: ChatRequest, cancelled: Cancelled) -> Iterator[str | Usage]:
        prompt = "\n".join(text for _, text in request.messages)
        try:
            recordings = _read(self._path)
        except WrongUsage as error:
            raise ModelFailure("missing", error.message) from error
        fitting = (one for one in recordings if all(text in prompt for text in one.contains))
        recording = next(fitting, None)
        if recording is None:
            raise ModelFailure("missing", "no recorded reply fits this prompt")
        pieces = re.findall(r"\s*\S+|\s+", recording.reply)
        pause_s = recording.latency_s / max(len(pieces), 1)
        for piece in pieces:
            if pause_s:
                time.sleep(pause_s)
            if cancelled():
                raise ModelFailure("cancelled", "stopped")
            yield piece
        yield recording.usage or Usage(estimate([prompt])[0], 0, estimate([recording.reply])[0])

    def rest(self, now_s: float) -> bool:
        return True

    def close(self) -> None:
        """Holds nothing between calls."""


def _connect(target: Target, key: str | None, local: bool, quiet: bool) -> Connection:
    return _Replay(target)


def _offers(environ: Mapping[str, str]) -> Sequence[Offer]:
    """None: recordings are named, never found."""
    return ()


PROVIDER = Provider("replay", True, _understands, _offers, _connect, lambda target: "")
