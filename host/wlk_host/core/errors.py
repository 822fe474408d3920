"""The one error that is meant for users, and what errors keep in memory."""

import traceback
from typing import TypeVar


class WlkError(Exception):
    """What went wrong, as a stable code, a sentence and a remedy.

    Attributes:
        code: snake_case, stable, listed in `protocol/constants.py` when it crosses the port.
        message: what was got and what was expected.
        hint: what the user can do about it.
    """

    def __init__(self, code: str, message: str, hint: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.code}: {self.message} ({self.hint})"


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
