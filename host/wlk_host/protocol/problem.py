"""What keeps something from working, as messages tell it."""

from typing import Annotated, TypeAlias

from msgspec import Meta, Struct

from wlk_host.core.errors import WlkError
from wlk_host.protocol.legible import legible

Code: TypeAlias = Annotated[str, Meta(pattern="^[a-z][a-z0-9_]*$")]


class Problem(Struct, frozen=True, forbid_unknown_fields=True):
    """Why something is missing while the rest goes on."""

    code: Code
    message: str
    hint: str

    @classmethod
    def of(cls, error: WlkError) -> "Problem":
        """The problem that reports this error."""
        return cls(error.code, legible(error.message), legible(error.hint))
