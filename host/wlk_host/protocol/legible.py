"""Text of any origin as an error can tell it."""

from wlk_host.core.errors import MOST_TEXT, cut


def legible(text: str) -> str:
    """The text as it can be told: of bounded length, and without what is no character.

    A message to the browser has a limit, and a path can have bytes that are not UTF-8. Neither may
    keep an error from being told.
    """
    return cut(text.encode("utf-8", "replace").decode("utf-8"), MOST_TEXT)
