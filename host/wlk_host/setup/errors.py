"""The setup's own error: it may not import the core, which could be what is broken."""


class SetupError(Exception):
    """What went wrong, in the same three parts as `core.errors.WlkError`."""

    def __init__(self, code: str, message: str, hint: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.code}: {self.message} ({self.hint})"
