"""The one error that is meant for users, and what errors keep in memory."""

import traceback
from typing import Final, TypeVar

MOST_TEXT: Final = 2000
"""Characters of an error's message, and of its hint."""


class WlkError(Exception):
    """What went wrong, as a stable code, a sentence and a remedy.

    Attributes:
        code: snake_case, stable, listed in `protocol/constants.py` when it crosses the port.
        message: what was got and what was expected; without its middle where that is longer than
            anybody reads, because what was got can have any length.
        hint: what the user can do about it.
    """

    def __init__(self, code: str, message: str, hint: str) -> None:
        message = cut(message, MOST_TEXT)
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = cut(hint, MOST_TEXT)

    def __str__(self) -> str:
        return f"{self.code}: {self.message} ({self.hint})"


def cut(text: str, most: int) -> str:
    """The text, without its middle where it is longer than that."""
    if len(text) <= most:
        return text
    half = (most - 3) // 2
    return f"{text[:half]} … {text[-half:]}"


E = TypeVar("E", bound=WlkError)


class DeviceError(WlkError):
    """A device cannot go on with this work, for want of memory for instance; another one may."""


def clear_frames(error: BaseException) -> None:
    """Drop what the frames hold that an error came through, and the errors it was made of.

    The traceback can still be logged. Frames that are still running stay as they are.
    """
    pending: list[BaseException] = [error]
    cleared = set[int]()
    while pending:
        one = pending.pop()
        if id(one) not in cleared:
            cleared.add(id(one))
            traceback.clear_frames(one.__traceback__)
            pending += [other for other in (one.__cause__, one.__context__) if other is not None]


def without_frames(error: E) -> E:
    """A copy of the error that keeps nothing else in memory."""
    return type(error)(error.code, error.message, error.hint)
