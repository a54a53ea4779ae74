"""The keys, explained. It knows the keys of the whole program; the footer shows those that matter now."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content

from reverie_tui.screens.explaining import ExplainingScreen
from reverie_tui.theme import MUTED

KEYS = (
    ("Enter", "ask; in the evidence list: show the source"),
    ("@", "find a symbol or file by some of its letters"),
    ("Right, Tab", "take what is proposed after the cursor"),
    ("F2 … F6", "the pages, one each; Alt+1 … Alt+5, too"),
    ("Up, Down", "recall earlier questions; in a list: move"),
    ("Tab, Shift+Tab", "move between question, evidence and source"),
    ("1 … 9", "in the evidence list: show that source"),
    ("PgUp, PgDn", "scroll the answer"),
    ("Alt+Up, Alt+Down", "the conversation's answers before and after"),
    ("Esc", "close the source, stop an answer, begin anew"),
    ("Ctrl+N", "ask the next question that is answered already"),
    ("Ctrl+R", "questions asked before, to ask again"),
    ("Ctrl+L", "answer this question anew"),
    ("F8", "mark this answer as wrong"),
    ("Ctrl+Y", "copy the answer as Markdown"),
    ("y", "copy the citation, in the evidence list"),
    ("Ctrl+O, e", "open the citation in $EDITOR, at its line"),
    ("/ n l f", "under Learned: find, notes, learn now, forget"),
    ("p x r", "under Activity: pause, cancel, read the sensors"),
    ("Ctrl+P", "all commands, and themes"),
    ("F1, ?", "these keys"),
    ("Ctrl+C, Ctrl+Q", "quit (Ctrl+C copies selected text)"),
)
TOKENS = (
    "Tokens an agent would have read: the question and the whole text of the files that verified claims cite, five at "
    "most. With a model, what was spent on the answer is taken off, and the rest counts as saved."
)


class HelpScreen(ExplainingScreen):
    """Keys and terms."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("f1,question_mark", "dismiss", "Close", show=False)]

    def told(self) -> Content:
        """A line a key."""
        rows = (Content.assemble((f"{key:<18}", "bold $primary"), text) for key, text in KEYS)
        return Content("\n").join([*rows, Content(""), Content.styled(TOKENS, MUTED)])
