"""The numbered evidence of an answer: where each citation is, and which symbol it belongs to."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from reverie_tui import wording
from reverie_tui.events import Selected
from reverie_tui.messages import Happened
from reverie_tui.reading import Evidence
from reverie_tui.theme import MUTED

LABEL_COLUMNS_MAX = 52


class EvidenceList(OptionList):
    """The evidence on show; the highlighted one is the one selected."""

    DEFAULT_CSS = """
    EvidenceList {
        height: auto; max-height: 7; border: none; border-top: solid $foreground 15%; background: $background;
        padding: 0 1; text-wrap: nowrap; text-overflow: ellipsis; scrollbar-size-vertical: 1;
    }
    EvidenceList:focus { border: none; border-top: solid $primary; background-tint: $background 0%; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "select", "Source"),
        Binding("e", "app.edit", "Editor", show=False),
        Binding("y", "app.copy_citation", "Cite"),
        *(Binding(str(number), f"open({number})", f"Source {number}", show=False) for number in range(1, 10)),
    ]

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id, markup=False)
        self._evidence: tuple[Evidence, ...] = ()

    def show(self, evidence: tuple[Evidence, ...], selected: int | None) -> None:
        """Show the list with one of it selected."""
        if evidence != self._evidence:
            self._evidence = evidence
            self.set_options(Option(line) for line in _lines(evidence))
        self.display = bool(evidence)
        if self.highlighted != selected:
            self.highlighted = selected

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Report the evidence that the cursor is on."""
        event.stop()
        self.post_message(Happened(Selected(event.option_index)))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Report the evidence that is to be opened."""
        event.stop()
        self.post_message(Happened(Selected(event.option_index, open=True)))

    def action_open(self, number: int) -> None:
        """Report the evidence with this number as the one to be opened."""
        self.post_message(Happened(Selected(number - 1, open=True)))


def _lines(evidence: tuple[Evidence, ...]) -> list[Content]:
    labels = [_fitted(Content(wording.evidence_label(piece))) for piece in evidence]
    columns = max((label.cell_length for label in labels), default=0)
    digits = len(str(len(evidence)))
    return [
        Content.assemble(
            (f"{number:>{digits}}  ", MUTED),
            label.pad_right(columns - label.cell_length + 2).stylize("" if piece.verified else "$warning"),
            (wording.evidence_detail(piece), MUTED),
        )
        for number, (label, piece) in enumerate(zip(labels, evidence, strict=True), start=1)
    ]


def _fitted(label: Content) -> Content:
    """The end of a long path tells more than its beginning."""
    while label.cell_length > LABEL_COLUMNS_MAX:
        label = Content("…") + label[label.cell_length - LABEL_COLUMNS_MAX + 1 :]
    return label
