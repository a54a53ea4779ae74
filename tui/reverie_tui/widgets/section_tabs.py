"""The names of the Activity page's lists, for a screen that has room for one of them at a time."""

from __future__ import annotations

from textual.content import Content

from reverie_tui import wording_activity as wording
from reverie_tui.pages.activity import Section
from reverie_tui.state import State
from reverie_tui.widgets.action_line import ActionLine


class SectionTabs(ActionLine):
    """The lists, the one on show in brackets; a click leads to one, too."""

    def show_sections(self, state: State, sections: tuple[Section, ...], here: Section) -> None:
        """Show these lists' names; the reader is in the one `here`."""
        titles = [(wording.section_title(section, state), section) for section in sections]
        self.show_labels([(_tab(title, section == here), f"screen.enter('{section}')") for title, section in titles])


def _tab(title: str, here: bool) -> Content:
    return Content.styled(f"[{title}]" if here else f" {title} ", "bold $primary" if here else "")
