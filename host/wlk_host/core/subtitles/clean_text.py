"""Text of any origin as a file can hold it."""

import unicodedata
from typing import Final

_SEPARATORS: Final = frozenset(("Cc", "Zl", "Zp"))
"""Unicode's categories of what breaks rows or means something to a terminal."""


def clean(text: str) -> str:
    """The text without what a row of a file cannot hold.

    Control characters and all kinds of white space become single spaces, halves of surrogate pairs
    become replacement characters.
    """
    if not text.isprintable():
        text = "".join(map(_kept, text))
    return " ".join(text.split())


def clean_rows(text: str) -> list[str]:
    """Its rows, each of them clean, without empty ones."""
    return [row for row in map(clean, text.splitlines()) if row]


def _kept(character: str) -> str:
    category = unicodedata.category(character)
    if category in _SEPARATORS:
        return " "
    return "\ufffd" if category == "Cs" else character
