"""What is shown in a terminal until a model has written: never where somebody pipes the answer on."""

from __future__ import annotations

from io import StringIO

import pytest
from reverie_daemon.commands.meanwhile import until_answered

EVENTS = (
    {"event": "understood", "kind": "what"},
    {"event": "composed", "answer": "It *boils* water.", "model": "tiny"},
    {"event": "claim", "text": "It boils."},
    {"event": "answer", "answer": "It boils."},
)


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def colour(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")


def test_what_stands_without_the_model_is_shown_while_it_is_asked() -> None:
    """Whoever waits has something to read, and knows for whom they wait."""
    terminal = Terminal()
    assert until_answered(iter(EVENTS), terminal) == {"answer": "It boils."}
    assert "tiny is asked" in terminal.getvalue() and "boils" in terminal.getvalue()


@pytest.mark.parametrize("environ", [{"NO_COLOR": "1"}, {}])
def test_nothing_but_the_answer_goes_where_there_is_no_terminal(
    environ: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A script reads one answer, and a terminal without colours is not moved about in."""
    stream = Terminal() if environ else StringIO()
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    assert until_answered(iter(EVENTS), stream) == {"answer": "It boils."}
    assert stream.getvalue() == ""
