"""What a server that speaks OpenAI's chat completions sends, read: token by token, or a whole reply at once.

Pure: it opens no connection, and knows no server from another. What follows from a failure is a provider's to say.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from .core.budget import Usage

REPLY_BYTES_MAX = 1 << 22
"""More than any reply takes with all that a server says about its tokens."""

Event = Mapping[str, Any]
"""A token, some of them, or a whole reply, as JSON has it."""


class ErrorEvent(Exception):
    """What a server says in the midst of a stream, or in place of a reply, when it cannot go on."""


def events(lines: Iterable[str]) -> Iterator[Event]:
    """The server-sent events up to the last one. Raises ValueError for what is no JSON, and `ErrorEvent`."""
    for line in lines:
        data = line.removeprefix("data:").strip() if line.startswith("data:") else ""
        if data == "[DONE]":
            return
        if data:
            yield _event(data)


def whole(pieces: Iterable[bytes]) -> Event:
    """The reply whose bytes these are. Raises ValueError for what is no JSON or does not end, and `ErrorEvent`."""
    body = bytearray()
    for piece in pieces:
        body += piece
        if len(body) > REPLY_BYTES_MAX:
            raise ValueError(f"it has more than {REPLY_BYTES_MAX:,} bytes")
    return _event(bytes(body))


def _event(data: str | bytes) -> Event:
    """Empty where it is JSON of another kind."""
    event = json.loads(data)
    if not isinstance(event, Mapping):
        return {}
    if error := event.get("error"):
        raise ErrorEvent(str(error.get("message") or error) if isinstance(error, Mapping) else str(error))
    return event


def text(event: Event) -> str:
    """What it adds to the reply."""
    return "".join(
        content
        for choice in event.get("choices") or ()
        if isinstance(content := (choice.get("delta") or choice.get("message") or {}).get("content"), str)
    )


def is_last(event: Event) -> bool:
    """Whether the reply ends with it. What it used may still follow."""
    return any(choice.get("finish_reason") for choice in event.get("choices") or ())


def usage(event: Event) -> Usage | None:
    """What the reply used, in tokens; None where the event does not tell."""
    used = event.get("usage")
    if not isinstance(used, Mapping):
        return None
    prompt, completion = _count(used, "prompt_tokens"), _count(used, "completion_tokens")
    cached = _count(used.get("prompt_tokens_details"), "cached_tokens")
    reasoning = min(_count(used.get("completion_tokens_details"), "reasoning_tokens"), completion)
    return Usage(prompt, min(cached, prompt), completion - reasoning, reasoning)


def _count(holder: object, name: str) -> int:
    value = holder.get(name) if isinstance(holder, Mapping) else None
    return value if isinstance(value, int) and value > 0 else 0


def retry_after_s(headers: Mapping[str, str]) -> float | None:
    """Seconds to wait, as `Retry-After` has it: a number, or a date. None where the server does not say."""
    try:
        if "retry-after-ms" in headers:
            return max(0.0, float(headers["retry-after-ms"]) / 1000)
        return max(0.0, float(headers["retry-after"]))
    except KeyError:
        return None
    except ValueError:
        return _until(headers["retry-after"])


def _until(date: str) -> float | None:
    try:
        return max(0.0, (parsedate_to_datetime(date) - datetime.now(UTC)).total_seconds())
    except (TypeError, ValueError):
        return None
