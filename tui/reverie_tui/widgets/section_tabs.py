"""The names of the Activity page's lists, for a screen that has room for one of them at a time."""

from __future__ import annotations

from textual.content import Content

from reverie_tui import wording_activity as wording
from reverie_tui.pages.activity import Section
from reverie_tui.state import State
from reverie_tui.widgets.text_line import TextLine


class SectionTabs(TextLine):
    """The lists, the one on show in brackets; a click leads to one, too."""

    def show_sections(self, state: State, sections: tuple[Section, ...], here: Section) -> None:
        """Show these lists' names; the reader is in the one `here`."""
        self.show(Content(" ").join(_tab(section, section == here, state) for section in sections))


def _tab(section: Section, here: bool, state: State) -> Content:
    title = wording.section_title(section, state)
    name = f"[{title}]" if here else f" {title} "
    return Content.styled(name, "bold $primary" if here else "").stylize(f"@click=screen.enter('{section}')")
