"""The screen of what was learned: the repository as a tree, the notes about what is selected, and their sources."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content

from reverie_tui import wording_learned as wording
from reverie_tui.events import Resized, Within
from reverie_tui.messages import Happened
from reverie_tui.pages.learned_state import (
    Chosen,
    Entered,
    Forget,
    Learned,
    LearnedEvent,
    LearnNow,
    Left,
    Moved,
    Pane,
    Pointed,
    Searched,
)
from reverie_tui.screens.confirm import ConfirmScreen
from reverie_tui.screens.page import PageScreen
from reverie_tui.state import WIDE_COLUMNS, Preview, State
from reverie_tui.theme import MUTED
from reverie_tui.widgets.name_rows import NameRows
from reverie_tui.widgets.note_rows import NoteRows
from reverie_tui.widgets.paragraph import Paragraph
from reverie_tui.widgets.row_list import RowList
from reverie_tui.widgets.search_box import SearchBox
from reverie_tui.widgets.source import SourceView
from reverie_tui.widgets.text_line import TextLine
from reverie_tui.widgets.tree_rows import TreeRows


class LearnedScreen(PageScreen):
    """What is known, and on what grounds."""

    DEFAULT_CSS = """
    LearnedScreen #body { height: 1fr; padding: 1 0 0 0; }
    LearnedScreen #left { width: 1fr; height: 1fr; padding: 0 1; }
    LearnedScreen #right { width: 1fr; height: 1fr; padding: 0 0 0 1; display: none; }
    LearnedScreen.-notes #left, LearnedScreen.-source #left { display: none; }
    LearnedScreen.-notes #right, LearnedScreen.-source #right { display: block; }
    LearnedScreen.-source #notes { display: none; }
    LearnedScreen SourceView { display: none; }
    LearnedScreen.-source SourceView { display: block; }
    LearnedScreen.-wide #left { display: block; max-width: 84; }
    LearnedScreen.-wide #right { display: block; border-left: solid $foreground 15%; }
    LearnedScreen.-wide #notes { display: block; }
    LearnedScreen.-wide SourceView { border-top: solid $foreground 15%; }
    LearnedScreen #title, LearnedScreen #summary { padding: 0 1 0 2; }
    LearnedScreen #empty { padding: 1 2; max-width: 90; }
    LearnedScreen #said { padding: 0 1 0 2; color: $text-muted; }
    LearnedScreen #nothing { padding: 1 2; }
    LearnedScreen NoteRows { margin: 1 0 0 0; }
    LearnedScreen #found { display: none; }
    LearnedScreen.-searching #tree { display: none; }
    LearnedScreen.-searching #found { display: block; }
    """

    AUTO_FOCUS = "#tree"
    PAGE = "learned"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "search", "Find", key_display="/"),
        Binding("n", "notes", "Notes"),
        Binding("l", "learn", "Learn"),
        Binding("f", "forget", "Forget"),
        Binding("e", "app.edit", "Edit"),
        Binding("escape", "back", "Back"),
    ]

    def __init__(self, state: State) -> None:
        super().__init__(state)
        self._at: tuple[Pane, bool] | None = None

    def compose_body(self) -> ComposeResult:
        with Horizontal(id="body"):
            with Vertical(id="left"):
                yield SearchBox(id="search")
                yield TreeRows(id="tree")
                yield NameRows(id="found")
                yield Paragraph(id="nothing")
            with Vertical(id="right"):
                yield TextLine(id="title")
                yield TextLine(id="summary")
                yield TextLine(id="said")
                yield Paragraph(id="empty")
                yield NoteRows(id="notes")
                yield SourceView(id="source")

    def on_resize(self, event: events.Resize) -> None:
        """Report whether two panes fit."""
        self.post_message(Happened(Resized(event.size.width >= WIDE_COLUMNS)))

    # What is shown

    def show_body(self, state: State) -> None:
        """Give each widget its slice of the state."""
        page = state.learned
        self.set_class(state.wide, "-wide")
        self.set_class(page.pane == "notes", "-notes")
        self.set_class(page.pane == "source", "-source")
        self.set_class(page.letters is not None, "-searching")
        learning = _learning(state)
        self._show_left(state, page, learning)
        self._show_right(state, page, learning)
        self._focus(page)

    def _show_left(self, state: State, page: Learned, learning: frozenset[str]) -> None:
        self.query_one(SearchBox).show(page.letters)
        self.query_one(TreeRows).show_tree(page, _whole(state), learning, state.signs)
        self.query_one(NameRows).show_names(page.found, page.pointed, state.signs)
        self.query_one("#nothing", Paragraph).show(_nothing(page, state.link.state == "up"))

    def _show_right(self, state: State, page: Learned, learning: frozenset[str]) -> None:
        notes = page.notes if page.notes_of == page.node.path else ()
        self.query_one("#title", TextLine).show(
            Content.styled(wording.title(page.node, _whole(state)), "bold $primary")
        )
        self.query_one("#summary", TextLine).show(Content.styled(wording.summary(page, learning), MUTED))
        said = self.query_one("#said", TextLine)
        said.display = bool(page.said)
        said.show(page.said)
        self.query_one("#empty", Paragraph).show("" if notes else wording.empty(page))
        self.query_one(NoteRows).show_notes(notes, page.stop, state.signs)
        problem = state.trouble("source") if page.source is None else None
        preview = Preview(page.place if page.cited else None, page.source, problem)
        self.query_one(SourceView).show(preview, page.cited)

    def _focus(self, page: Learned) -> None:
        """The focus follows the reader, once that went elsewhere."""
        at = (page.pane, page.letters is not None)
        if at == self._at:
            return
        self._at = at
        self.refresh_bindings()
        if page.letters is not None:
            self.query_one(SearchBox).focus()
        elif page.pane == "tree":
            self.query_one(TreeRows).focus()
        elif page.pane == "source" and not self.state.wide:
            self.query_one("#source-scroll").focus()
        else:
            self.query_one(NoteRows).focus()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """In the notes there is no key that leads to the notes: the footer has no room to spare."""
        return not (action == "notes" and self.state.learned.pane != "tree")

    # What the user does

    def on_row_list_moved(self, event: RowList.Moved) -> None:
        """Report a step of the cursor."""
        self._report(Moved(event.step))

    def on_row_list_pointed(self, event: RowList.Pointed) -> None:
        """Report a click."""
        self._report(Pointed(event.index, "notes" if isinstance(event.rows, NoteRows) else "tree"))

    def on_row_list_chosen(self, event: RowList.Chosen) -> None:
        """Report that a row was chosen."""
        self._report(Chosen())

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Report the pane that Tab or a click led to."""
        pane: Pane = "tree" if isinstance(event.widget, TreeRows) else "notes"
        if isinstance(event.widget, (TreeRows, NoteRows)) and (pane == "tree") != (self.state.learned.pane == "tree"):
            self._report(Entered(pane))

    def action_search(self) -> None:
        """Begin to search."""
        self._report(Searched(""))

    def action_notes(self) -> None:
        """Go to the notes about what is selected."""
        self._report(Entered("notes"))

    def action_learn(self) -> None:
        """Learn about what is selected, now."""
        self._report(LearnNow())

    def action_forget(self) -> None:
        """Ask whether what is selected is to be forgotten: a note, or all about a part of the repository."""
        page, whole = self.state.learned, _whole(self.state)
        note = page.note if page.pane != "tree" else None
        if note is not None:
            question, detail = wording.forgetting_note(note, whole)
            event = Forget(note.subject, note.kind, note.analysis)
        elif page.node.notes:
            question, detail = wording.forgetting(page.node, whole)
            event = Forget(page.node.path, page.node.kind)
        else:
            self.notify("Nothing is known about this yet.", markup=False)
            return
        self.app.push_screen(ConfirmScreen(question, detail, "Forget", Within("learned", event)))

    def action_back(self) -> None:
        """One step back: out of the search, the source, the notes; and then to the question."""
        page = self.state.learned
        if page.letters is not None:
            self._report(Searched(None))
        elif page.pane != "tree":
            self._report(Left())
        else:
            self.action_go("ask")

    def _report(self, event: LearnedEvent) -> None:
        self.post_message(Happened(Within("learned", event)))


def _whole(state: State) -> str:
    return state.repository.name if state.repository and state.repository.name else "this repository"


def _learning(state: State) -> frozenset[str]:
    """The paths of what the user asked to be learned, as long as it is; the repository's is empty."""
    wishes = [call.wish for call in state.calls if call.wish.name in ("learn", "learn_about")]
    return frozenset(str(wish.arguments.get("subject", "")) for wish in wishes)


def _nothing(page: Learned, up: bool) -> str:
    """In place of rows: what to type, or that nothing was found, or that nothing is there yet."""
    if page.letters is None:
        if "" in page.tree.levels:
            return ""
        return "Fetching what is known…" if up else "What is known comes with the daemon; a question starts it."
    if not page.letters:
        return "Type some letters of a file or symbol, in their order. Enter goes there, Esc back to the tree."
    return (
        "" if page.found or page.found_of != page.letters else "No file or symbol here has these letters in this order."
    )
