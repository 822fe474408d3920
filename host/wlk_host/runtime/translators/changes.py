"""How often the set of installed translators has changed, as far as this process knows.

Whoever has looked up a translator looks again when the number is another one.
"""

import itertools
from typing import Final


class Changes:
    """Counts them. Thread-safe."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)
        self._number = 0

    @property
    def number(self) -> int:
        """How many there were."""
        return self._number

    def note(self) -> None:
        """A translator has been installed or removed."""
        self._number = next(self._numbers)


CHANGES: Final = Changes()
"""Those of this process: its downloads on one side, its sessions on the other."""
