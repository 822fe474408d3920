"""The setup's own error. Setup does not import the core, because that may be what is broken."""


class SetupError(Exception):
    """An error in the same three parts as `core.errors.WlkError`."""

    def __init__(self, code: str, message: str, hint: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.code}: {self.message} ({self.hint})"
