"""Where the sessions of a host loop come from: the browser, or many clients (`server`)."""

from collections.abc import Iterable
from typing import Protocol, TypeVar

from wlk_host.core.types import Sample
from wlk_host.protocol.connection import Command
from wlk_host.protocol.messages import Stop

P_contra = TypeVar("P_contra", contravariant=True)


class Port(Protocol[P_contra]):
    """Understands the payloads of an inbox. `protocol.connection.Connection` is the browser's."""

    def commands(self, payload: P_contra, /) -> Iterable[Command]:
        """What is to be carried out. Never raises."""
        ...

    def woken(self) -> Iterable[Command]:
        """What is to be carried out because somebody else has woken the loop."""
        ...

    def end(self) -> list[Stop]:
        """Nothing more will come: how the open sessions are stopped."""
        ...

    def ended(self, session: str) -> None:
        """Note that a stopped session is finished."""
        ...

    def failed(self, session: str) -> None:
        """Note that a session ended with an error."""
        ...

    def turned(self, session: str, heard_until: Sample, lag: Sample) -> None:
        """Note that a turn of a session is over, and all that it said was sent.

        Args:
            session: whose turn it was.
            heard_until: the sample after the last one that it was fed.
            lag: how much of that is not captioned yet.
        """
        ...
