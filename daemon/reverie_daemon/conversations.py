"""The conversations that go on: what was asked in each before, so that "it" has something to stand for.

What a question means in its conversation is `core/following.py`'s.
"""

from __future__ import annotations

import threading
from collections import OrderedDict

from .core.questions import Question

CONVERSATIONS_MAX = 200
TURNS_MAX = 20


class Conversations:
    """The last ones that were gone on with. May be used from any thread."""

    def __init__(self) -> None:
        self._turns: OrderedDict[str, tuple[Question, ...]] = OrderedDict()
        self._lock = threading.Lock()

    def earlier(self, conversation: str) -> tuple[Question, ...]:
        """Its questions so far, oldest first."""
        with self._lock:
            return self._turns.get(conversation, ())

    def go_on(self, conversation: str, question: Question) -> None:
        with self._lock:
            self._turns[conversation] = (*self._turns.pop(conversation, ()), question)[-TURNS_MAX:]
            while len(self._turns) > CONVERSATIONS_MAX:
                self._turns.popitem(last=False)
