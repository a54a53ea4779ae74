"""What stands without a model, shown in a terminal while a model is asked, and taken away when the answer is there.

The answer itself is printed by whoever asked.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import ExitStack
from typing import Any, TextIO


def until_answered(events: Iterable[dict[str, Any]], stream: TextIO) -> dict[str, Any]:
    """The answer that the events of a question end with."""
    answer: dict[str, Any] = {}
    with ExitStack() as shown:
        for event in events:
            if event["event"] == "composed" and stream.isatty() and "NO_COLOR" not in os.environ:
                _show(event, stream, shown)
            elif event["event"] == "answer":
                answer = {key: value for key, value in event.items() if key != "event"}
    return answer


def _show(event: dict[str, Any], stream: TextIO, shown: ExitStack) -> None:
    from rich.console import Console, Group
    from rich.live import Live
    from rich.markdown import Markdown
    from rich.text import Text

    # First, since the end of what is longer than the screen is cut off.
    told = Text(f"{event['model']} is asked; without it the answer is:\n", style="dim")
    said = Group(told, Markdown(event["answer"]))
    shown.enter_context(Live(said, console=Console(file=stream), transient=True, auto_refresh=False))
