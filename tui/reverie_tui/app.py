"""The terminal UI's composition root: holds the state, reduces events into it, and performs what follows from a change.

It decides nothing itself; what an event means is `model.py`'s, how it looks the widgets', how the daemon is reached
`link.py`'s. Errors that end the program are raised for the command line to print.
"""

from __future__ import annotations

import gc
import os
import subprocess
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any, ClassVar, Literal

from reverie_daemon.errors import NoRepository, UserError
from textual.app import App, SuspendNotSupported, SystemCommand
from textual.binding import Binding, BindingType
from textual.filter import LineFilter
from textual.screen import Screen
from textual.widgets import Input

from reverie_tui import look, wording
from reverie_tui.actions import ACTIONS, HIDDEN_COMMANDS
from reverie_tui.ascii import AsciiFilter
from reverie_tui.calls import PageName
from reverie_tui.editor import editor_command, located
from reverie_tui.events import Event, NextAsked, PageChosen, Redone, Stepped, Within
from reverie_tui.link import PACE_S, RETRY_S, Connect, Daemon, Line
from reverie_tui.literal import literal_line
from reverie_tui.messages import Happened
from reverie_tui.model import reduce
from reverie_tui.pages.ask import MarkedWrong, PauseWanted
from reverie_tui.pages.first_run import Postponed
from reverie_tui.screens import screen_of
from reverie_tui.screens.ask import AskScreen
from reverie_tui.screens.finder import FinderScreen
from reverie_tui.screens.first_run import FirstRunScreen
from reverie_tui.screens.help import HelpScreen
from reverie_tui.screens.page import PageScreen
from reverie_tui.screens.past import PastScreen
from reverie_tui.signs import signs_for
from reverie_tui.state import State
from reverie_tui.theme import DARK, LIGHT
from reverie_tui.widgets.question_box import QuestionBox


class ReverieApp(App[UserError | None]):
    """The terminal UI. Its result is the error that ended it, if one did."""

    TITLE = "Reverie"
    CSS = """
    ReverieApp:nocolor OptionList > .option-list--option-highlighted { text-style: bold; }
    ReverieApp:nocolor OptionList:focus > .option-list--option-highlighted { text-style: bold underline; }
    ReverieApp:nocolor Input > .input--cursor { text-style: reverse; }
    ReverieApp:nocolor QuestionBox:focus { border: heavy $primary; }
    ReverieApp:nocolor MarkdownBlock > .code_inline { text-style: bold; }
    """
    ESCAPE_TO_MINIMIZE = False

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+c", "copy_or_quit", "Quit", show=False, priority=True),
        Binding("ctrl+q", "quit", "Quit", priority=True),
    ]

    def __init__(
        self,
        connect: Connect,
        folder: Path,
        *,
        retry_s: Sequence[float] = RETRY_S,
        pace_s: float = PACE_S,
        run_editor: Callable[[Sequence[str]], int] = subprocess.call,
    ) -> None:
        # Without colours Textual would send greys; its ANSI mode is the one that leaves colours out.
        super().__init__(ansi_color=True if "NO_COLOR" in os.environ else None)
        signs = signs_for(os.environ)
        self.state = State(folder=str(folder), signs=signs, terminal_signs=signs)
        self._line = Line(connect, folder, self._report, retry_s, pace_s)
        self._run_editor = run_editor
        self._pages: dict[PageName, PageScreen] = {"ask": AskScreen(self.state)}
        self.register_theme(DARK)
        self.register_theme(LIGHT)
        self.theme = DARK.name

    def get_default_screen(self) -> PageScreen:
        """The first screen; pushed later it would cost an empty one before it."""
        return self._pages["ask"]

    def get_line_filters(self) -> Sequence[LineFilter]:
        """What every line passes before it is drawn."""
        filters = super().get_line_filters()
        return [*filters, AsciiFilter()] if self.state.signs.ascii else filters

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """The command palette: every action there is, then Textual's own, such as themes."""
        for action in ACTIONS:
            yield SystemCommand(action.title, action.help, partial(self.run_action, action.name))
        for command in super().get_system_commands(screen):
            if command.title not in HIDDEN_COMMANDS:
                yield command

    def on_mount(self) -> None:
        """Show the screen first, then reach for the daemon."""
        self.call_after_refresh(self._begin)

    def _begin(self) -> None:
        """Once the first screen is seen: load what it could do without, and reach for the daemon. All on this thread:
        modules that are loaded by two at once may be seen half made."""
        gc.freeze()  # what is loaded by now stays, and is no garbage
        gc.enable()
        import_module("reverie_daemon.client")
        self._line.open()
        import_module("textual.widgets._markdown")

    def on_unmount(self) -> None:
        """Let go of the daemon, which goes on without us."""
        self._line.close()

    def on_happened(self, message: Happened) -> None:
        """Reduce an event, do what follows from it, and show the state."""
        message.stop()
        before, self.state = self.state, reduce(self.state, message.event)
        if self.state == before:
            return
        self._perform(before, self.state)
        self._pages[self.state.page].show(self.state)
        for screen in self.screen_stack:
            if isinstance(screen, FinderScreen):
                screen.show(self.state.ask)
            elif isinstance(screen, FirstRunScreen):
                screen.show(self.state)

    def _report(self, event: Event) -> None:
        self.post_message(Happened(event))

    def _perform(self, before: State, state: State) -> None:
        if state.refusal:
            self.exit(state.refusal)
        self._perform_asking(before, state)
        self._perform_paging(before, state)
        self._perform_look(before, state)
        place = state.preview.place
        if place and place != before.preview.place:
            self._line.fetch_source(place)

    def _perform_asking(self, before: State, state: State) -> None:
        old, new = before.exchange, state.exchange
        if new is None or old is None or old.number != new.number or old.phase != new.phase:
            if old and old.running and (new is None or new.phase == "stopped"):
                self._line.stop()
            if new and new.phase == "queued":
                self._line.wake()
            if new and new.phase == "asking":
                self._line.ask(new.number, new.question, new.conversation, again=new.again)
            if new and new.phase == "done":
                self._line.fetch_past()

    def _perform_paging(self, before: State, state: State) -> None:
        under_way = {call.number for call in before.calls}
        for call in state.calls:
            if call.number not in under_way:
                self._line.call(call)
        if state.notice.number != before.notice.number:
            severity: Literal["error", "information"] = "error" if state.notice.failed else "information"
            self.notify(state.notice.text, severity=severity, markup=False)
        if state.page != before.page:
            self._turn(before.page, state)

    def _perform_look(self, before: State, state: State) -> None:
        if state.settings.look != before.settings.look:
            look.apply(self, state.settings.look)
        if state.signs != before.signs:
            look.redraw(self)
        if state.settings.first_run.stage == "due" != before.settings.first_run.stage:
            self._greet(state)

    def _greet(self, state: State) -> None:
        """Show the first steps, unless the user has begun to ask without them."""
        if state.exchange or any(box.value for box in self._pages["ask"].query(QuestionBox)):
            self._report(Within("settings", Postponed()))
        else:
            self.push_screen(FirstRunScreen(state))

    def _turn(self, before: PageName, state: State) -> None:
        """Show another page. Ask stays at the bottom of the stack; any other page lies on top of it."""
        page = self._pages.get(state.page)
        if page is None:
            page = self._pages[state.page] = screen_of(state.page)(state)
            self.install_screen(page, state.page)
        if state.page == "ask":
            self.pop_screen()
        elif before == "ask":
            self.push_screen(page)
        else:
            self.switch_screen(page)

    def action_next(self) -> None:
        """Ask the question that is expected most."""
        if self.state.ready:
            self._report(NextAsked())
        else:
            self.notify("No question is expected that was answered already.", markup=False)

    def action_redo(self) -> None:
        """Answer the question on show anew."""
        self._report(Redone())

    def action_step(self, step: int) -> None:
        """Go to another answer of the conversation."""
        self._report(Stepped(step))

    def action_mark_wrong(self) -> None:
        """Mark the answer on show as wrong, so that it is not given again."""
        answer = self.state.exchange.answer if self.state.exchange else None
        if answer and answer.ledger_id:
            self._report(Within("ask", MarkedWrong(answer.ledger_id)))
        else:
            self.notify("There is no answer to mark.", markup=False)

    def action_go(self, page: PageName) -> None:
        """Go to a page."""
        self.post_message(Happened(PageChosen(page)))

    def action_copy_or_quit(self) -> None:
        """Where text is selected Ctrl+C copies it, as everywhere; else it quits, as in any terminal."""
        focused = self.focused
        text = focused.selected_text if isinstance(focused, Input) else ""
        text = text or self.screen.get_selected_text() or ""
        if text:
            self.screen.clear_selection()
            self._copy(text, "Copied")
        else:
            self.exit()

    def action_copy_answer(self) -> None:
        """Copy the answer as Markdown."""
        text = self.state.exchange.text if self.state.exchange else ""
        if text:
            self._copy(text, "Answer copied")
        else:
            self.notify("There is no answer to copy yet.", markup=False)

    def action_copy_citation(self) -> None:
        """Copy the citation that is selected."""
        chosen = self.state.cited
        if chosen:
            text = wording.evidence_label(chosen)
            self._copy(text, f"Copied {text}")
        else:
            self.notify("No evidence is selected.", markup=False)

    def action_on(self, page: PageName, action: str) -> None:
        """Go to a page, and do there what its key does."""
        self._report(PageChosen(page))
        self.call_later(lambda: self.run_action(f"screen.{action}"))

    def action_past(self) -> None:
        """Choose from the questions asked before."""
        self._report(PageChosen("ask"))
        self.call_later(lambda: self.push_screen(PastScreen(self.state.past)))

    def action_help(self) -> None:
        """Show the keys."""
        self.push_screen(HelpScreen())

    def action_pause(self, paused: bool) -> None:
        """Let learning wait, or go on."""
        self._report(Within("ask", PauseWanted(paused)))

    def _copy(self, text: str, told: str) -> None:
        self.copy_to_clipboard(text)
        self.notify(told, markup=False, timeout=2)

    def action_edit(self) -> None:
        """Open the place on show in the user's editor, and come back when it ends."""
        place = self.state.place
        if place is None or not self.state.root:
            self.notify("Select a file, or evidence in one, to open it.", markup=False)
            return
        command = editor_command(os.environ, located(Path(self.state.root), place.path), place.start_line)
        try:
            with self.suspend():
                code = self._run_editor(command)
        except SuspendNotSupported:
            self.notify("This terminal cannot make room for an editor.", severity="warning", markup=False)
        except OSError as error:
            told = f"{command[0]} could not be started ({error.strerror}). Set $EDITOR to your editor."
            self.notify(told, severity="error", markup=False)
        else:
            if code:
                self.notify(f"{command[0]} ended with code {code}.", severity="warning", markup=False)
        self.refresh()


def _connect(*, start: bool) -> Daemon:
    """Reaches the daemon, with what was loaded for that behind the first screen."""
    from reverie_daemon.client import Client

    return Client.connect(start=start)


def main(argv: Sequence[str] | None = None, *, root: Path | None = None) -> int:
    """Runs the terminal UI for the repository around `root`, the one path in `argv`, or the current folder.

    Returns 0 when the user quits. Raises NoRepository, before the screen is entered, where there is no repository, and
    UserError for what the daemon refuses.
    """
    folder = (root or Path(argv[0] if argv else ".")).absolute()
    _require_repository(folder)
    error = ReverieApp(_connect, folder).run()
    if error is not None:
        raise error
    return 0


def _require_repository(folder: Path) -> None:
    """Only what can be told without git: whether it can be used is the daemon's to say."""
    for candidate in (folder, *folder.parents):
        if (candidate / ".git").exists() or ((candidate / "HEAD").is_file() and (candidate / "objects").is_dir()):
            return
    message = f"{folder} is not in a git repository." if folder.is_dir() else f"{folder} is not a folder."
    raise NoRepository(literal_line(message), next_step="cd into a repository, or: reverie --repo PATH")
