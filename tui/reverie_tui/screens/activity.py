"""The screen of what the daemon does: how it stands and why, the queue, what ended, the repositories, the log."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Vertical

from reverie_tui import wording_activity as wording
from reverie_tui.events import Resized, Within
from reverie_tui.messages import Happened
from reverie_tui.pages.activity import (
    SECTIONS,
    ActivityEvent,
    Cancelled,
    Entered,
    LookedAgain,
    Moved,
    Paused,
    Pointed,
    Section,
)
from reverie_tui.screens.page import PageScreen
from reverie_tui.state import WIDE_COLUMNS, State
from reverie_tui.widgets.ended_rows import EndedRows
from reverie_tui.widgets.job_rows import JobHeading, JobRows
from reverie_tui.widgets.log_rows import LogRows
from reverie_tui.widgets.machine import Machine
from reverie_tui.widgets.paragraph import Paragraph
from reverie_tui.widgets.repository_rows import RepositoryRows
from reverie_tui.widgets.row_list import RowList
from reverie_tui.widgets.section import SectionView
from reverie_tui.widgets.section_tabs import SectionTabs


class ActivityScreen(PageScreen):
    """State at a glance."""

    DEFAULT_CSS = """
    ActivityScreen #body { height: 1fr; padding: 1 1 0 1; layout: vertical; }
    ActivityScreen Machine { padding: 0 1; margin: 0 0 1 0; }
    ActivityScreen #left { height: auto; }
    ActivityScreen #right { height: 1fr; }
    ActivityScreen.-below #left { height: 1fr; }
    ActivityScreen.-below #right { height: auto; }
    ActivityScreen SectionTabs { margin: 0 0 1 0; }
    ActivityScreen SectionView { display: none; }
    ActivityScreen SectionView.-here { display: block; }
    ActivityScreen SectionView .title { display: none; }
    ActivityScreen #detail { max-height: 3; padding: 0 2; }
    ActivityScreen.-wide #body { layout: horizontal; }
    ActivityScreen.-wide #left { width: 1fr; height: 1fr; padding: 0 1 0 0; }
    ActivityScreen.-wide #right { width: 1fr; height: 1fr; padding: 0 0 0 1; border-left: solid $foreground 15%; }
    ActivityScreen.-wide SectionTabs { display: none; }
    ActivityScreen.-wide SectionView { display: block; margin: 0 0 1 0; }
    ActivityScreen.-wide SectionView .title { display: block; }
    ActivityScreen.-wide #section-repositories { height: auto; max-height: 45%; }
    ActivityScreen.-wide #repositories { height: auto; }
    ActivityScreen.-one #section-repositories { display: none; }
    """

    AUTO_FOCUS = ""
    PAGE = "activity"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("p", "pause", "Pause"),
        Binding("x", "cancel", "Cancel job"),
        Binding("r", "look_again", "Read again"),
        Binding("right", "turn(1)", "Next list"),
        Binding("left", "turn(-1)", "List before", show=False),
        Binding("escape", "go('ask')", "Back"),
    ]

    def __init__(self, state: State) -> None:
        super().__init__(state)
        self._at: Section | None = None

    def compose_body(self) -> ComposeResult:
        with Container(id="body"):
            with Vertical(id="left"):
                yield Machine(id="machine")
                yield SectionTabs(id="sections")
                yield SectionView("repositories", RepositoryRows(id="repositories"))
                yield SectionView("log", LogRows(id="log"))
            with Vertical(id="right"):
                yield SectionView("queue", JobRows(id="queue"), JobHeading())
                yield SectionView("ended", EndedRows(id="ended"))
                yield Paragraph(id="detail")

    def on_resize(self, event: events.Resize) -> None:
        """Report whether two panes fit."""
        self.post_message(Happened(Resized(event.size.width >= WIDE_COLUMNS)))

    # What is shown

    def show_body(self, state: State) -> None:
        """Give each widget its slice of the state."""
        section = self._section(state)
        self.set_class(state.wide, "-wide")
        self.set_class(section in ("repositories", "log"), "-below")
        self.set_class("repositories" not in _sections(state), "-one")
        self.query_one(Machine).show(state)
        self.query_one(SectionTabs).show_sections(state, _sections(state), section)
        self._show_rows(state)
        for view in self.query(SectionView):
            self._show_section(view, state, section)
        self.query_one("#detail", Paragraph).show(wording.detail(state.activity, section, state))
        self._focus(section)

    def _show_rows(self, state: State) -> None:
        page, signs = state.activity, state.signs
        whole = state.repository.name if state.repository else ""
        repositories = state.status.repositories if state.status else ()
        self.query_one(JobRows).show_jobs(page.queue.jobs, page.at.get("queue", 0), whole, signs)
        self.query_one(EndedRows).show_ended(page.ended, page.at.get("ended", 0), whole, signs)
        self.query_one(RepositoryRows).show_repositories(repositories, page.at.get("repositories", 0), signs)
        self.query_one(LogRows).show_log(page.workings.log, page.at.get("log", 0), signs)

    def _show_section(self, view: SectionView, state: State, here: Section) -> None:
        title = wording.section_title(view.section, state)
        empty = "" if view.rows.count else wording.empty(view.section, state)
        view.show(title, empty, here=view.section == here)

    def _focus(self, section: Section) -> None:
        """The focus follows the reader, once that went to another list."""
        if section != self._at:
            self._at = section
            self.query_one(f"#section-{section}", SectionView).rows.focus()

    def _section(self, state: State) -> Section:
        section = state.activity.section
        return section if section in _sections(state) else "queue"

    # What the user does

    def on_row_list_moved(self, event: RowList.Moved) -> None:
        """Report a step of a list's cursor."""
        self._report(Moved(_list(event.rows), event.step, event.rows.count - 1))

    def on_row_list_pointed(self, event: RowList.Pointed) -> None:
        """Report a click."""
        self._report(Pointed(_list(event.rows), event.index))

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Report the list that Tab or a click led to."""
        if isinstance(event.widget, RowList) and _list(event.widget) != self._section(self.state):
            self.action_enter(_list(event.widget))

    def action_enter(self, section: Section) -> None:
        """Go to a list."""
        self._report(Entered(section))

    def action_turn(self, step: int) -> None:
        """Go to the next list, or the one before."""
        sections = _sections(self.state)
        self._report(Entered(sections[(sections.index(self._section(self.state)) + step) % len(sections)]))

    def action_pause(self) -> None:
        """Pause learning, or let it go on."""
        paused = self.state.activity.workings.paused
        if paused is None:
            paused = self.state.status is not None and self.state.status.sleep_state == "paused"
        self._report(Paused(not paused))

    def action_cancel(self) -> None:
        """Cancel the job under the cursor."""
        job = self.state.activity.job
        if self._section(self.state) != "queue" or job is None:
            self.notify("Select a job of the queue to cancel it.", markup=False)
        else:
            self._report(Cancelled(job))

    def action_look_again(self) -> None:
        """Read the sensors again."""
        self._report(LookedAgain())

    def _report(self, event: ActivityEvent) -> None:
        self.post_message(Happened(Within("activity", event)))


def _list(rows: RowList) -> Section:
    return next(section for section in SECTIONS if section == rows.id)


def _sections(state: State) -> tuple[Section, ...]:
    """The lists there are; repositories where there is more than one, or one has a problem."""
    repositories = state.status.repositories if state.status else ()
    several = len(repositories) > 1 or any(one.problem for one in repositories)
    return tuple(section for section in SECTIONS if several or section != "repositories")
