"""Long lines on a terminal, broken so that what stands before them can still be read."""

import shutil
import sys
import textwrap
from typing import Final

_LEAST: Final = 30
"""Columns for the text. In fewer, the terminal's own breaks are as good."""


def columns() -> int | None:
    """How many columns the terminal has; None if no terminal reads what is printed."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def hanging(prefix: str, text: str, width: int | None) -> str:
    """The text behind a prefix, its further rows below its first one.

    Not for commands: who copies one would copy the breaks as well.

    Args:
        width: of the terminal (`columns`); None breaks nothing.
    """
    if width is None or width - len(prefix) < _LEAST:
        return prefix + text
    return textwrap.fill(
        text,
        width,
        initial_indent=prefix,
        subsequent_indent=" " * len(prefix),
        break_long_words=False,
        break_on_hyphens=False,
    )
