"""Text of any origin as an error can tell it."""

from typing import Final

MOST_TEXT: Final = 2000
"""Characters of an error's message, and of its hint."""


def legible(text: str) -> str:
    """The text as it can be told: of bounded length, and without what is no character.

    A message to the browser has a limit, and a path can have bytes that are not UTF-8. Neither may
    keep an error from being told.
    """
    return cut(text.encode("utf-8", "replace").decode("utf-8"), MOST_TEXT)


def cut(text: str, most: int) -> str:
    """The text, without its middle where it is longer than that."""
    if len(text) <= most:
        return text
    half = (most - 3) // 2
    return f"{text[:half]} … {text[-half:]}"
