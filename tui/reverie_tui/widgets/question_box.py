"""Where questions are typed. Up and Down recall earlier ones, Right and Tab take what is proposed after the cursor;
what these bring is the model's decision."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.suggester import SuggestionReady
from textual.widgets import Input

from reverie_tui.events import Asked, Recalled, Within
from reverie_tui.messages import Happened
from reverie_tui.pages.ask import Typed
from reverie_tui.state import QUESTION_CHARACTERS_MAX, Draft
from reverie_tui.widgets.line_input import LineInput

PLACEHOLDER = "Ask about this repository; @ finds a name"


class QuestionBox(LineInput):
    """The question box."""

    DEFAULT_CSS = """
    QuestionBox { border: round $foreground 15%; background: $background; padding: 0 1; height: 3; }
    QuestionBox:focus { border: round $primary; background-tint: $background 0%; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "take", "Complete"),
        Binding("up", "recall(1)", "Earlier question", show=False),
        Binding("down", "recall(-1)", "Later question", show=False),
    ]

    class FinderWanted(Message):
        """The user wants to find a name, to stand between what the box holds before and after the cursor."""

        def __init__(self, before: str, after: str) -> None:
            super().__init__()
            self.before, self.after = before, after

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(placeholder=PLACEHOLDER, max_length=QUESTION_CHARACTERS_MAX, id=id)
        self._revision = 0
        self._offer = ""

    def show(self, draft: Draft, typed: str, offer: str) -> None:
        """Take over the text when it was changed for the typist; keystrokes under way are never overwritten. The offer
        is for what was typed: if that is no longer what is here, the field leaves it out."""
        if draft.revision != self._revision:
            self._revision = draft.revision
            self.value = draft.text
            self.cursor_position = len(draft.text)
        if offer:
            self.post_message(SuggestionReady(typed, offer))
        if offer != self._offer:
            self._offer = offer
            self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Tab moves on where there is nothing to take."""
        return bool(self._offer) and self.cursor_at_end if action == "take" else True

    def action_take(self) -> None:
        """Take what is proposed, as Right does at the end of the text."""
        self.action_cursor_right()

    def action_recall(self, step: int) -> None:
        """Report a step through the earlier questions."""
        self.post_message(Happened(Recalled(step, self.value)))

    async def on_key(self, event: events.Key) -> None:
        """No question begins with a question mark: in an empty box it is the key for help. "@" where a word may begin
        opens the finder."""
        before, after = self.value[: self.cursor_position], self.value[self.cursor_position :]
        if event.character == "?" and not self.value:
            event.prevent_default()
            event.stop()
            await self.run_action("app.help")
        elif event.character == "@" and (not before or before[-1].isspace() or before[-1] in "(`'\""):
            event.prevent_default()
            event.stop()
            self.post_message(self.FinderWanted(before, after))

    def on_input_changed(self, event: Input.Changed) -> None:
        """Report the text."""
        event.stop()
        self.post_message(Happened(Within("ask", Typed(event.value if self.cursor_at_end else ""))))

    async def action_submit(self) -> None:
        """Report the question. The box is empty at once: the next question may be typed before this one is shown."""
        question, self.value = self.value, ""
        self.post_message(Happened(Asked(question, typed=True)))
