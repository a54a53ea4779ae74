"""Every action of the program by name, for the command palette. Pure data; screens bind keys, the help explains them.

An action that belongs to one page leads to that page where it is not on show.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Action:
    """`name` is the action as Textual runs it."""

    name: str
    title: str
    help: str


ACTIONS = (
    Action("app.go('ask')", "Ask", "Ask about this repository"),
    Action("app.go('learned')", "Learned", "What is known about each folder, file and symbol"),
    Action("app.go('saved')", "Saved", "What learning cost and what it saved"),
    Action("app.go('activity')", "Activity", "What the daemon does and why; the queue and the log"),
    Action("app.go('settings')", "Settings", "Models, budgets, idle time, repositories, hooks"),
    Action("app.next", "Ask the next question", "The expected question that is answered already"),
    Action("app.past", "Questions asked before", "Search them and ask one again"),
    Action("app.redo", "Answer anew", "Ask the question on show again"),
    Action("app.step(-1)", "Answer before", "The answer before this one, in this conversation"),
    Action("app.step(1)", "Answer after", "The answer after this one, in this conversation"),
    Action("app.copy_answer", "Copy the answer", "As Markdown"),
    Action("app.copy_citation", "Copy the citation", "path:line of the evidence that is selected"),
    Action("app.edit", "Open the citation in your editor", "In $VISUAL or $EDITOR, at its line"),
    Action("app.on('learned', 'search')", "Find what was learned", "By letters of a file or symbol"),
    Action("app.on('learned', 'learn')", "Learn now", "All there is to learn about what is selected under Learned"),
    Action("app.on('learned', 'forget')", "Forget", "What is known about what is selected under Learned"),
    Action("app.on('activity', 'cancel')", "Cancel a job", "The one that is selected under Activity"),
    Action("app.on('activity', 'look_again')", "Read the sensors again", "What keeps the daemon from learning, by now"),
    Action("app.mark_wrong", "Mark the answer as wrong", "It is counted, and not given again"),
    Action("app.pause(True)", "Pause learning", "Until it is resumed"),
    Action("app.pause(False)", "Resume learning", "In idle time, as before"),
    Action("app.help", "Keys", "All keys, explained"),
)
HIDDEN_COMMANDS = ("Keys", "Screenshot", "Maximize", "Minimize")
"""Textual's own that ours replace, or that mean nothing here."""
