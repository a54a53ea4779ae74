"""The screen in ASCII: every box, bar, mark and dash that we or the toolkit draw, one character for one, at the last
moment before it is drawn. Letters of other scripts are left alone: they are what the repository says.
"""

from __future__ import annotations

from functools import lru_cache

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

_FORMS = {
    "-": "─━╌╍┄┅┈┉═–—―▔▁⎯╴╶╸╺",
    "|": "│┃╎╏┆┇┊┋║▌▐▏▕▎▍▋▊▉┤├",
    "+": "┌┐└┘┼┬┴┏┓┗┛╭╮╰╯╔╗╚╝╠╣╦╩╬┡┩┢┪┠┨┯┷┿✓✔",
    "#": "█▓▇▆■▀▄▖▗▘▝▙▟▛▜",
    "=": "▒▅",
    ":": "░▃▂⋮",
    "*": "●•◆★⬤▪",
    "o": "○◦◌◇☐",
    ".": "·…⋯␣",
    "x": "✗✘✕×☒☑",
    "<": "◀◂◄←❮‹◁«⏎↵",
    ">": "▶▸►→❯›▷⭘»",
    "v": "▼▾▽↓",
    "^": "▲▴△↑⇧",
    "~": "≈∼",
    '"': "“”„",
    "'": "‘’‚",
    " ": "\N{NO-BREAK SPACE}",
}
_TABLE = {ord(drawn): plain for plain, forms in _FORMS.items() for drawn in forms}


@lru_cache(4096)
def in_ascii(text: str) -> str:
    """The text with what is drawn rather than written in ASCII; as many columns as before."""
    return text if text.isascii() else text.translate(_TABLE)


class AsciiFilter(LineFilter):
    """Puts each line that is drawn into ASCII."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The same segments, in ASCII."""
        return [Segment(in_ascii(text), style, control) for text, style, control in segments]
