"""How many voices there may be. Imports nothing heavy: options have it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class VoiceLimit:
    """How many voices there are, as far as the user knows.

    Attributes:
        most: no more than these; None: unknown.
        is_exact: exactly as many.
    """

    most: int | None = None
    is_exact: bool = False
