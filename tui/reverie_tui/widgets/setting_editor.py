"""What the row under the cursor means, and the place where it is changed: a field to type into, or choices.

What is being typed lives in the field; whether it is taken is decided elsewhere, and an error stands below it.
"""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from reverie_tui.events import Within
from reverie_tui.messages import Happened
from reverie_tui.pages.settings import Editing, Picked, Typed
from reverie_tui.pages.settings_rows import Row
from reverie_tui.signs import Signs
from reverie_tui.theme import MUTED
from reverie_tui.widgets.line_input import LineInput

TYPED_CHARACTERS_MAX = 20_000


class SettingEditor(Vertical):
    """The row under the cursor, explained; while it is changed, with a field or choices."""

    DEFAULT_CSS = """
    SettingEditor { height: auto; max-height: 12; padding: 0 1; min-height: 5; border-top: solid $foreground 15%; }
    SettingEditor Static { height: auto; }
    SettingEditor #field, SettingEditor #picks { display: none; }
    SettingEditor Input { border: none; border-left: outer $primary; height: 1; padding: 0 1; background: $surface; }
    SettingEditor Input:focus { border: none; border-left: outer $primary; background-tint: $surface 0%; }
    SettingEditor OptionList, SettingEditor OptionList:focus {
        height: auto; max-height: 8; border: none; background: $background; background-tint: $background 0%;
        padding: 0; text-wrap: nowrap; text-overflow: ellipsis; scrollbar-size-vertical: 1;
    }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._begun: tuple[str, bool, str] | None = None

    def compose(self) -> ComposeResult:
        yield Static(id="meaning", markup=False)
        yield LineInput(id="field", max_length=TYPED_CHARACTERS_MAX, select_on_focus=False)
        yield OptionList(id="picks", markup=False)
        yield Static(id="told", markup=False)

    def show(self, row: Row | None, editing: Editing | None, signs: Signs) -> None:
        """Show what the row means, or change it."""
        shown = editing.row if editing else row
        self.query_one("#meaning", Static).update(_meaning(shown) if shown else "")
        self.query_one("#told", Static).update(_told(shown, editing, signs))
        self._begin(editing)

    def _begin(self, editing: Editing | None) -> None:
        """Make ready for what is to be changed, once; what is typed then is left alone."""
        begun = (editing.row.id, editing.choosing, editing.start) if editing else None
        if begun == self._begun:
            return
        self._begun = begun
        field, picks = self.query_one("#field", Input), self.query_one("#picks", OptionList)
        field.display = editing is not None and not editing.choosing
        picks.display = editing is not None and editing.choosing
        field.value = ""
        if editing is None:
            return
        if editing.choosing:
            picks.set_options(Option(_pick(pick.label, pick.detail)) for pick in editing.row.picks)
            labels = [pick.label for pick in editing.row.picks]
            picks.highlighted = labels.index(editing.row.value) if editing.row.value in labels else 0
            picks.focus()
        else:
            field.password = editing.row.act == "secret"
            field.value = editing.start
            field.cursor_position = len(editing.start)
            field.focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Report what was typed."""
        event.stop()
        self.post_message(Happened(Within("settings", Typed(event.value))))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Report what was chosen."""
        event.stop()
        self.post_message(Happened(Within("settings", Picked(event.option_index))))


def _meaning(row: Row) -> Content:
    return Content.assemble((row.label.strip(), "bold"), f"  {row.meaning}")


def _told(row: Row | None, editing: Editing | None, signs: Signs) -> Content:
    """Below: the error, what to do now, or what else is known of the row."""
    if row is None:
        return Content("")
    if editing is None:
        return Content("\n").join(Content.styled(note, MUTED) for note in row.notes)
    if editing.error:
        return Content.assemble((f"{signs.failed} {editing.error}", "$error"))
    if editing.wish:
        return Content.styled("asking the daemon" + signs.ellipsis, MUTED)
    if editing.choosing:
        return Content.styled("Enter takes it, Esc leaves it as it is", MUTED)
    return Content.styled(f"{row.hint}. Enter takes it, Esc leaves it as it is", MUTED)


def _pick(label: str, detail: str) -> Content:
    return Content.assemble(label, (f"  {detail}" if detail else "", "dim"))
