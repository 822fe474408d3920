"""The one error that is meant for users."""


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


class DeviceError(WlkError):
    """A device cannot go on with this work, for want of memory for instance; another one may."""
