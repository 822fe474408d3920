"""Cues as the text of subtitle files.

SubRip has no specification: what is written here is what its readers agree on. WebVTT is that of
the W3C (https://www.w3.org/TR/webvtt1/).
"""

import re
import unicodedata
from typing import Final

from wlk_host.core.subtitles.clock import timestamp
from wlk_host.core.subtitles.timing import Cue

WEBVTT_HEADER: Final = "WEBVTT\n\n"
"""The beginning of a WebVTT file."""

_TAG: Final = re.compile(r"<(?! [^\s/A-Za-z])")
"""What readers of SubRip take for the beginning of a tag; ffmpeg takes "<1>" for one, too. It is
none in "1 < 2"."""

_OVERRIDES: Final = str.maketrans({"{": "(", "}": ")", "\\": "∖"})  # noqa: RUF001
"""Many readers of SubRip take the marks of SubStation Alpha for such. These are in most fonts."""

_RIGHT_TO_LEFT: Final = ("\u202b", "\u202c")
"""Players lay rows out from left to right unless these marks are around them: without them a full
stop stands at the wrong end. They are what subtitle editors write (Unicode, UAX 9, section 2.1)."""

_MARKUP: Final = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


def subrip(number: int, cue: Cue) -> str:
    """A cue of a SubRip file, the empty line behind it included.

    SubRip has no escapes, so `subrip_row` writes what means something with other characters.

    Args:
        number: 1 is the first cue.
        cue: to write.
    """
    times = f"{timestamp(cue.start, ',')} --> {timestamp(cue.end, ',')}"
    return "\n".join([str(number), times, *map(subrip_row, cue.rows), "", ""])


def webvtt(cue: Cue) -> str:
    """A cue of a WebVTT file, the empty line behind it included. The speaker is a voice tag."""
    times = f"{timestamp(cue.start, '.')} --> {timestamp(cue.end, '.')}"
    first, *others = (row.translate(_MARKUP) for row in cue.rows)
    if cue.speaker is not None:
        first = f"<v {_annotation(cue.speaker)}>{first}"
    return "\n".join([times, first, *others, "", ""])


def subrip_row(row: str) -> str:
    """A row without what readers of SubRip would take for a tag, an override or an arrow.

    One that is read from right to left says so. A number alone is not taken for that of the next
    cue: a mark without width stands behind it, which changes no direction.
    """
    if row.isdecimal():
        return f"{row}\u200e"
    row = row.replace("-->", "--›").translate(_OVERRIDES)  # noqa: RUF001 - like it on purpose
    row = _TAG.sub("‹", row)  # noqa: RUF001
    return row.join(_RIGHT_TO_LEFT) if _is_right_to_left(row) else row


def _is_right_to_left(row: str) -> bool:
    """Whether most of its letters are: a name before it can be of another script."""
    if row.isascii():
        return False
    kinds = [unicodedata.bidirectional(character) for character in row]
    return kinds.count("R") + kinds.count("AL") > kinds.count("L")


def _annotation(text: str) -> str:
    """A name within a tag, which ends at the first ">"."""
    return " ".join(text.split()).translate(_MARKUP)
